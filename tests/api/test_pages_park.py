"""The pages of a park: what they keep, what they refuse, whom an act touches, what is exported."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient

from api.auth.roles import Principal, Role
from api.pages.park.doors import csv_of
from api.parks import ParkName
from api.records.tasks import Asked, ask
from checks.inheritance.area_use import UseTable
from tests.support.office import Office, open_office

PARK = "PARK-A"
BASE = f"/park/{PARK}"
NAME = ParkName(PARK, "甲园")
JSON = {"accept": "application/json"}
PAGE = {"accept": "text/html"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path, requests_per_minute=1_000_000) as opened:
        yield opened


@pytest.fixture
def body(office: Office) -> TestClient:
    return office.browser(office.person("body", Role.PARK_BODY, parks=[PARK]))


@pytest.fixture
def water(office: Office) -> TestClient:
    return office.browser(office.person("water", Role.AUTHORITY, department="水利局"))


def said(answer: Any) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def code_of(answer: Any) -> str:
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


def boundary(side: float = 1000) -> dict[str, Any]:
    x, y = 450_000, 2_705_000
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    shape = shapely.geometry.mapping(shapely.box(x, y, x + side, y + side))
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    return {"type": "FeatureCollection", "crs": crs, "features": [feature]}


def give_boundary(body: TestClient) -> None:
    file = ("boundary.geojson", json.dumps(boundary()), "application/geo+json")
    shown = said(body.post(f"{BASE}/boundary/file", files={"file": file}))
    assert shown["area_m2"] == 1e6
    said(body.post(f"{BASE}/boundary/confirm", json={"name": "甲园"}))


def draft(body: TestClient, kind: str = "geological_hazard") -> str:
    return str(said(body.post(f"{BASE}/drafts", json={"kind": kind}))["next"].removesuffix("/1"))


FILLED = {
    1: {"issuer": "甲园管委会"},
    3: {"valid_from": "2026-01-01", "valid_to": "2031-12-31"},
    4: {"totals": [{"name": "建筑总规模", "fact": "floor_area_m2", "limit": "1000"}]},
    5: {"review.date": "2025-12-01", "review.public": "true"},
}


def fill(body: TestClient, place: str, **more: Any) -> None:
    for number, values in FILLED.items():
        said(
            body.post(f"{place}/{number}", json={"values": values | (more if number == 1 else {})})
        )


def submitted(body: TestClient) -> str:
    """Submit a result to the water department; return its code."""
    give_boundary(body)
    place = draft(body)
    fill(body, place)
    said(body.post(f"{place}/send/now", json={"departments": ["水利局"]}))
    return f"{PARK}.geological_hazard"


WORD = {"outcome": "acknowledged", "document": "1号", "day": "2026-01-02"}


def published(body: TestClient, water: TestClient) -> str:
    code = submitted(body)
    said(water.post("/inbox/1/answer", json=WORD))
    said(body.post(f"{BASE}/results/{code}/1/acts/publish", json={"why": "齐"}))
    return code


# --- drafts -------------------------------------------------------------------------------------


def test_a_draft_is_kept_between_steps_and_people(office: Office, body: TestClient) -> None:
    give_boundary(body)
    place = draft(body)
    first = said(body.post(f"{place}/1", json={"values": {"issuer": "甲"}, "version": 1}))
    late = body.post(f"{place}/1", json={"values": {"issuer": "乙"}, "version": 1})
    assert code_of(late) == "changed_meanwhile"
    again = body.post(f"{place}/1", json={"values": {"title": "丙"}, "version": first["version"]})
    assert said(again)["problems"] == {}
    colleague = office.browser(office.person("other", Role.PARK_BODY, parks=[PARK, "PARK-B"]))
    assert 'value="甲"' in colleague.get(f"{place}/1", headers=PAGE).text
    elsewhere = place.replace(PARK, "PARK-B")
    assert colleague.get(f"{elsewhere}/1", headers=JSON).status_code == 404


def test_what_is_typed_is_no_markup(body: TestClient) -> None:
    give_boundary(body)
    place = draft(body)
    evil = '"><script>alert(1)</script>'
    said(body.post(f"{place}/1", json={"values": {"title": evil, "issuer": evil}}))
    said(body.post(f"{place}/3", json={"values": {"treats": [evil]}}))
    for number in (1, 3):
        assert "<script>alert" not in body.get(f"{place}/{number}", headers=PAGE).text
    assert "<script>alert" not in body.get(BASE, headers=PAGE).text


def test_a_result_with_a_fault_is_not_sent(body: TestClient) -> None:
    give_boundary(body)
    place = draft(body)
    fill(body, place)
    wrong = {"envelope": [{"fact": "height_m", "min": "30", "max": "20", "source": "x"}]}
    said(body.post(f"{place}/3", json={"values": wrong}))
    refused = body.post(f"{place}/send/now", json={"departments": ["水利局"]})
    assert code_of(refused) == "assessment_faults"
    assert body.get(f"{place}/3", headers=PAGE).status_code == 200  # the draft is still there


def test_a_file_outside_the_workspace_is_no_extent(body: TestClient) -> None:
    give_boundary(body)
    place = draft(body)
    far = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]})
    file = ("far.geojson", far, "application/geo+json")
    assert code_of(body.post(f"{place}/extent/file", files={"file": file})) == "outside_area"
    assert said(body.get(f"{place}/extent/shape.json"))["area_m2"] == 1e6  # as it was


def test_a_filled_template_becomes_a_draft(body: TestClient) -> None:
    from openpyxl import load_workbook

    give_boundary(body)
    book = load_workbook(io.BytesIO(body.get(f"{BASE}/templates/flood_impact.xlsx").content))
    for row in book["成果"].iter_rows():
        given = {"code": f"{PARK}.flood", "issuer": "甲", "park.code": PARK, "park.name": "甲园"}
        if row[0].value in given:
            row[1].value = given[str(row[0].value)]
    buffer = io.BytesIO()
    book.save(buffer)
    made = said(body.post(f"{BASE}/import", files={"file": ("f.xlsx", buffer.getvalue())}))
    page = body.get(made["next"], headers=PAGE).text
    assert "生效日期：请填写" in page  # valid_from was left out: told, not refused
    first = body.get(f"{BASE}/drafts/{made['drafts'][0]}/1", headers=PAGE).text
    assert f'value="{PARK}.flood"' in first


def test_a_file_of_another_park_is_refused(body: TestClient) -> None:
    text = "kind: a\ncode: A\nversion: '1'\nissuer: i\npark: {code: PARK-B, name: 乙}\n"
    refused = body.post(f"{BASE}/import", files={"file": ("a.yaml", text)})
    assert code_of(refused) == "bad_value"


def test_the_boundary_of_the_office_is_not_replaced(office: Office, body: TestClient) -> None:
    from api.clock import now, today
    from layers.ingest import PublishOptions, publish

    workspace = office.services.workspace
    document = boundary()
    document["features"][0]["properties"] = {"park_code": PARK, "park_name": "甲园"}
    path = Path(office.services.settings.workspace).parent / "parks.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    wanted = PublishOptions(
        edition="e", currency=today(), coverage="workspace", accuracy_m=0.0, at=now()
    )
    publish(workspace, "park.boundary", path, wanted)
    file = ("boundary.geojson", json.dumps(boundary(500)), "application/geo+json")
    said(body.post(f"{BASE}/boundary/file", files={"file": file}))
    refused = body.post(f"{BASE}/boundary/confirm", json={"name": "甲园"})
    assert code_of(refused) == "not_allowed"


# --- life ---------------------------------------------------------------------------------------


def test_nothing_is_published_before_the_departments_have_answered(
    body: TestClient, water: TestClient
) -> None:
    code = submitted(body)
    place = f"{BASE}/results/{code}/1/acts/publish"
    assert code_of(body.post(place, json={"why": "x"})) == "wrong_state"
    said(water.post("/inbox/1/answer", json={"outcome": "returned", "text": "缺附件"}))
    assert code_of(body.post(place, json={"why": "x"})) == "wrong_state"
    assert "部门退回" in body.get(BASE, headers=PAGE).text


def test_an_acknowledgement_is_taken_back_with_a_reason(
    office: Office, body: TestClient, water: TestClient
) -> None:
    code = published(body, water)
    said(water.post("/inbox/1/take-back", json={"why": "文号写错"}))
    standing = office.services.workspace.standing(code)
    assert standing.acknowledged is None
    assert [row.event for row in standing.history][-1] == "retract"
    said(water.post("/inbox/1/answer", json=WORD | {"document": "2号"}))
    held = office.services.workspace.standing(code).acknowledged
    assert [item.document for item in held or ()] == ["2号"]
    page = water.get("/inbox/1", headers=PAGE).text
    assert all(text in page for text in ("1号", "文号写错", "2号"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "acknowledged", "text": "好"},
        {"outcome": "acknowledged", "document": "1号", "day": "2999-01-01"},
        {"outcome": "returned"},
        {"outcome": "agreed"},
    ],
)
def test_an_answer_that_lacks_something_is_refused(
    office: Office, body: TestClient, water: TestClient, wrong: dict[str, Any]
) -> None:
    code = submitted(body)
    assert code_of(water.post("/inbox/1/answer", json=wrong)) == "bad_value"
    assert office.services.workspace.standing(code).acknowledged is None


def test_suspending_asks_that_the_affected_were_seen(
    office: Office, body: TestClient, water: TestClient
) -> None:
    code = published(body, water)
    booked = {"project": "P-1", "amounts": {"建筑总规模": "400.5"}, "why": "签约"}
    said(body.post(f"{BASE}/account/{code}/reserve", json=booked))
    place = f"{BASE}/results/{code}/1"
    projects = said(body.get(f"{place}/touched.json"))["projects"]
    assert [item["project"] for item in projects] == ["P-1"]
    blind = body.post(f"{place}/acts/suspend", json={"why": "x", "seen": 0})
    assert code_of(blind) == "changed_meanwhile"
    said(body.post(f"{place}/acts/suspend", json={"why": "x", "seen": 1}))
    said(body.post(f"{place}/acts/publish", json={"why": "恢复"}))
    over = booked | {"project": "P-2", "amounts": {"建筑总规模": "599.6"}}
    refused = body.post(f"{BASE}/account/{code}/reserve", json=over)
    assert code_of(refused) == "quota_exceeded"
    said(body.post(f"{BASE}/account/{code}/release", json={"project": "P-1", "why": "终止"}))
    assert said(body.get(f"{place}/touched.json"))["projects"] == []
    said(body.post(f"{place}/acts/withdraw", json={"why": "作废", "seen": 0}))
    assert office.services.workspace.standing(code).state == "withdrawn"


def test_an_issued_report_is_a_use_and_a_precheck_is_none(
    office: Office, body: TestClient, water: TestClient
) -> None:
    code = published(body, water)
    planner = office.browser(office.person("planner", Role.PLANNER))
    x, y = 450_100, 2_705_100
    ring = f"{x} {y},{x + 100} {y},{x + 100} {y + 100},{x} {y + 100},{x} {y}"
    facts = {"code": "P-9", "name": "厂房", "works": "building", "floor_area_m2": "500",
             "major": "false", "industry": "C39"}  # fmt: skip
    asked = {"site": f"SRID=4548;POLYGON(({ring}))", "project": facts}
    said(planner.post("/api/v1/checks", json=asked))
    place = f"{BASE}/results/{code}/1/touched.json"
    assert said(body.get(place))["projects"] == []
    report = said(planner.post("/api/v1/checks", json=asked | {"issue": True}))["report"]
    decision = next(d for d in report["inheritance"] if d["kind"] == "geological_hazard")
    shared = decision["outcome"] in {"shared", "simplified", "supplement"}
    found = said(body.get(place))["projects"]
    assert [item["project"] for item in found] == (["P-9"] if shared else [])
    assert shared, decision
    page = body.get(f"{BASE}/results/{code}/1", headers=PAGE).text
    assert report["number"] in page
    assert "/api/v1/reports/" not in page  # no project of this park: named, not opened


def test_a_revision_says_what_changed(body: TestClient, water: TestClient) -> None:
    code = published(body, water)
    made = said(body.post(f"{BASE}/results/{code}/1/revise", json={"why": "延长有效期"}))
    place = made["next"].removesuffix("/1")
    page = body.get(f"{place}/1", headers=PAGE).text
    assert 'value="2"' in page
    said(body.post(f"{place}/3", json={"values": {"valid_to": "2032-06-30"}}))
    said(body.post(f"{place}/send/now", json={"departments": ["水利局"]}))
    assert "延长有效期" in body.get(f"{BASE}/results/{code}/2", headers=PAGE).text
    evidence = water.get("/inbox/2", headers=PAGE).text
    assert "2031-12-31" in evidence
    assert "<ins>2032-06-30</ins>" in evidence
    assert said(body.get(f"{BASE}/results/{code}/2/extent.json"))["extent"]


# --- tables -------------------------------------------------------------------------------------


def test_a_text_of_a_table_never_becomes_a_formula() -> None:
    table = UseTable("t", ("a", "b"), (("=1+1", -1), ("-x", None)))
    rows = list(csv.reader(io.StringIO(csv_of(table).decode("utf-8-sig"))))
    assert rows == [["a", "b"], ["'=1+1", "-1"], ["'-x", ""]]


@pytest.mark.parametrize(
    "path",
    ["results.xlsx", "results.csv", "account.xlsx", "duties.csv", "use.xlsx", "templates.zip"],
)
def test_every_list_is_handed_out(body: TestClient, water: TestClient, path: str) -> None:
    published(body, water)
    answer = body.get(f"{BASE}/{path}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content[:2] == b"PK" or answer.content.startswith(b"\xef\xbb\xbf")


# --- questions on a report ----------------------------------------------------------------------


def test_a_question_shows_the_report_that_it_rests_on(office: Office, water: TestClient) -> None:
    planner = office.browser(office.person("planner", Role.PLANNER))
    ring = "450000 2705000,450100 2705000,450100 2705100,450000 2705100,450000 2705000"
    asked = {"site": f"SRID=4548;POLYGON(({ring}))", "project": {"name": "厂房"}}
    made = said(planner.post("/api/v1/checks", json=asked))
    report, finding = made["report"], made["report"]["findings"][0]
    subject = f"report:{report['digest'][:32]}#{finding['code']}"
    with office.services.records.writing() as session:
        body = {"text": "请核实"}
        question = Asked("question", subject, "水利局", "核实", body)
        ask(session, question, Principal(role=Role.ADMIN), "2026-11-20T09:00:00+08:00")
    page = water.get("/inbox/1", headers=PAGE).text
    assert finding["title"]["zh"] in page
    assert "10,000.00 m²" in page
    assert water.get(f"/api/v1/reports/{report['digest'][:32]}.html").status_code == 200
    place = said(water.get("/inbox/1/place.json"))
    assert place["outline"]["type"] in {"Polygon", "MultiPolygon"}
    assert place["extent"] is None
    strange = office.browser(office.person("fire", Role.AUTHORITY, department="消防"))
    assert strange.get("/inbox/1/place.json", headers=JSON).status_code == 404
