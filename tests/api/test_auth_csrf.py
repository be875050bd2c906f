"""What another site makes a browser send is refused; programs and our own pages pass."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, Form, UploadFile
from fastapi.testclient import TestClient

from api.auth.roles import Action
from api.door import does
from tests.support.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, base_url="https://lantu.example") as made:

        @made.app.post("/form", dependencies=[Depends(does(Action.CHECK))])
        def form(word: Annotated[str, Form()]) -> str:
            return word

        @made.app.post("/upload", dependencies=[Depends(does(Action.CHECK))])
        async def upload(file: UploadFile) -> int:
            return len(await file.read())

        yield made


@pytest.fixture
def anne(office: Office) -> TestClient:
    return office.browser(office.person("anne"), csrf=False)


def _value(client: TestClient) -> str:
    said: str = client.get("/api/v1/session").json()["csrf"]
    return said


def _is_refused(answer) -> bool:
    return answer.status_code == 403 and answer.json()["code"] == "csrf"


def test_json_needs_the_header(anne: TestClient) -> None:
    ask = {"language": "en"}
    place = "/api/v1/account/language"
    assert _is_refused(anne.put(place, json=ask))
    assert _is_refused(anne.put(place, json=ask, headers={"X-CSRF-Token": "wrong"}))
    assert _is_refused(anne.put(place, json=ask, headers={"X-CSRF-Token": "ü".encode()}))
    assert _is_refused(anne.put(place, content=b'{"language": "en"}'))
    good = anne.put(place, json=ask, headers={"X-CSRF-Token": _value(anne)})
    assert good.status_code == 204


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_every_unsafe_method_needs_it(anne: TestClient, method: str) -> None:
    assert _is_refused(anne.request(method, "/api/v1/session"))


def test_a_form_may_carry_it_in_a_field(anne: TestClient) -> None:
    assert _is_refused(anne.post("/form", data={"word": "a"}))
    assert _is_refused(anne.post("/form", data={"word": "a", "csrf": "wrong"}))
    good = anne.post("/form", data={"word": "a", "csrf": _value(anne)})
    assert (good.status_code, good.json()) == (200, "a")


def test_an_upload_may_carry_it_in_a_field(anne: TestClient) -> None:
    files = {"file": ("a.txt", b"12345")}
    assert _is_refused(anne.post("/upload", files=files))
    assert _is_refused(anne.post("/upload", files={**files, "csrf": ("csrf", b"x")}))
    good = anne.post("/upload", files=files, data={"csrf": _value(anne)})
    assert (good.status_code, good.json()) == (200, 5)


def test_the_value_of_somebody_else_does_not_do(office: Office, anne: TestClient) -> None:
    other = office.browser(office.person("bert"), csrf=False)
    headers = {"X-CSRF-Token": _value(other)}
    assert _is_refused(anne.put("/api/v1/account/language", json={}, headers=headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://lantu.example.evil.example"},
        {"Origin": "https://testserver@evil.example"},
        {"Origin": "file://testserver"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_is_refused_even_with_the_value(
    anne: TestClient, headers: dict[str, str]
) -> None:
    sent = {**headers, "X-CSRF-Token": _value(anne)}
    assert _is_refused(anne.put("/api/v1/account/language", json={}, headers=sent))
    signing_in = TestClient(anne.app).post("/api/v1/session", json={}, headers=headers)
    assert _is_refused(signing_in)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://lantu.example"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_pass(anne: TestClient, headers: dict[str, str]) -> None:
    sent = {**headers, "X-CSRF-Token": _value(anne)}
    ask = {"language": "en"}
    assert anne.put("/api/v1/account/language", json=ask, headers=sent).status_code == 204


def test_a_token_needs_no_value(office: Office, anne: TestClient) -> None:
    made = anne.post(
        "/api/v1/tokens", json={"name": "QGIS"}, headers={"X-CSRF-Token": _value(anne)}
    ).json()
    program = office.browser()
    program.headers["Authorization"] = f"Bearer {made['token']}"
    assert program.post("/form", data={"word": "a"}).status_code == 200


def test_reading_needs_no_value(anne: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert anne.get("/api/v1/session", headers=headers).status_code == 200
