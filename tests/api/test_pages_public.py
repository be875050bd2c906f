"""Pages that everybody may read: catalogue, rules, assessments, glossary; and the way in."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.pages.words import glossary
from api.routes.fields import own_path
from tests.support.served import empty_workspace
from tests.support.service import running

ROOT = Path(__file__).parents[2]
PAGE = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place = empty_workspace(tmp_path_factory.mktemp("public") / "ws", packs=("cn-base",))
    with running(place) as service:
        yield service.client("viewer")


@pytest.mark.parametrize("path", ["/layers", "/rules", "/assessments", "/glossary", "/sign-in"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_answer_in_both_languages(client: TestClient, path: str, language: str) -> None:
    response = client.get(f"{path}?lang={language}", headers=PAGE)
    assert response.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in response.text


def test_a_layer_without_data_says_what_follows(client: TestClient) -> None:
    text = client.get("/layers/control.eco_redline?lang=zh", headers=PAGE).text
    assert "尚未发布数据；涉及本图层的检测项为“未检测”。" in text
    assert client.get("/layers/no.such", headers=PAGE).status_code == 404


def test_a_confidential_layer_says_only_that_it_is_one(client: TestClient) -> None:
    secret = [key for key, spec in _specs(client).items() if spec.confidential]
    assert secret
    text = client.get(f"/layers/{secret[0]}?lang=zh", headers=PAGE).text
    assert "涉密图层：检测只给出是否命中" in text
    assert "数据版本" not in text


def test_the_coverage_of_an_empty_layer_is_the_area_alone(client: TestClient) -> None:
    document = client.get("/layers/control.eco_redline/coverage.json").json()
    assert [item["properties"]["kind"] for item in document["features"]] == ["workspace"]
    west, _, east, _ = document["bbox"]
    assert 116 < west < east < 117  # 10 km, 50 to 60 km west of 117 E


def test_a_rule_is_told_as_of_a_day(client: TestClient) -> None:
    now = client.get("/rules/FL-01?lang=zh", headers=PAGE).text
    assert "《中华人民共和国土地管理法》第四十四条" in now
    before = client.get("/rules/FL-01?lang=zh&as_of=1999-01-01", headers=PAGE).text
    assert "当日无效" in before
    assert client.get("/rules/FL-01?as_of=yesterday", headers=PAGE).status_code == 422
    assert client.get("/rules/XX-99", headers=PAGE).status_code == 404


def test_the_way_in_leads_to_our_own_pages_only() -> None:
    assert own_path("/check?report=1") == "/check?report=1"
    for path in ("//evil.example", "/\\evil.example", "https://evil.example", "", "/a\nb"):
        assert own_path(path) == "/", path


def test_one_s_account_needs_one(client: TestClient) -> None:
    assert client.get("/account", headers=PAGE).status_code == 401


def test_page_and_docs_tell_the_same_glossary() -> None:
    docs = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for word in glossary():
        assert f"| {word.en} | {word.zh} | {word.meaning.en} |" in docs
        assert word.meaning.zh
    rows = docs.split("## States")[0].count("\n| ") - 1  # the head is a row too
    assert rows == len(glossary())


def test_a_public_page_carries_no_script_of_its_own(client: TestClient) -> None:
    text = client.get("/rules?lang=zh", headers=PAGE).text
    assert "<script>" not in text
    assert json.dumps("onclick=")[1:-1] not in text


def _specs(client: TestClient):
    return client.app.state.services.workspace.specs()
