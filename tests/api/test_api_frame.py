"""The frame of the pages: both languages, nothing from outside, files only from their folder."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.pages.render import POLICY, policy_with
from tests.support.served import empty_workspace
from tests.support.service import running

PAGE = {"accept": "text/html"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with running(empty_workspace(tmp_path / "ws")) as service:
        yield service.client("viewer")


def test_a_refusal_is_a_page_for_people(client: TestClient) -> None:
    response = client.get("/nowhere", headers=PAGE)
    assert response.status_code == 404
    assert "没有 /nowhere" in response.text
    assert "There is no /nowhere" in client.get("/nowhere?lang=en", headers=PAGE).text
    assert "default-src 'self'" in response.headers["content-security-policy"]


def test_what_an_address_holds_is_inert(client: TestClient) -> None:
    response = client.get("/<script>alert(1)</script>", headers=PAGE)
    assert "<script>alert" not in response.text


def test_pages_name_no_outside_host(client: TestClient) -> None:
    text = client.get("/nowhere", headers=PAGE).text
    assert re.findall(r"""(?:src|href)="(?:https?:)?//""", text) == []
    for address in re.findall(r"""(?:src|href)="(/static/[^"]+)""", text):
        assert client.get(address).status_code == 200, address


def test_files_come_only_from_their_folder(client: TestClient) -> None:
    for path in ("../render.py", "%2e%2e/render.py", "..%2f..%2fapp.py", "%2fetc%2fpasswd"):
        assert client.get(f"/static/x/{path}").status_code == 404, path


def test_the_language_leads_back_to_our_own_pages_only(client: TestClient) -> None:
    outside = client.get(
        "/language/en", headers={"referer": "http://evil.example//evil.example/x"},
        follow_redirects=False,
    )  # fmt: skip
    assert outside.headers["location"] == "/evil.example/x"
    assert outside.cookies["lantu_lang"] == "en"


def test_a_base_map_is_off_unless_the_operator_names_one(tmp_path: Path) -> None:
    tiles = "https://t{s}.maps.example:8443/{z}/{x}/{y}.png"
    with running(empty_workspace(tmp_path / "ws"), base_map=tiles) as service:
        response = service.client("viewer").get("/layers", headers=PAGE)
    assert f'<meta name="base-map" content="{tiles}">' in response.text
    policy = response.headers["content-security-policy"]
    assert "img-src 'self' https://*.maps.example:8443 data:" in policy
    assert "script-src" not in policy.replace("default-src 'self'", "")
    assert policy_with("") == POLICY
    assert policy_with("javascript:alert(1)") == POLICY


def test_without_a_base_map_no_page_speaks_of_one(client: TestClient) -> None:
    response = client.get("/layers", headers=PAGE)
    assert "base-map" not in response.text
    assert response.headers["content-security-policy"] == POLICY
