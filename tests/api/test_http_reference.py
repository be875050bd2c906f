"""Layers, rules, scenarios, facts, inheritance, assessments and reservations over HTTP."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.jobs.context import JobContext, JobStopped
from api.records.tables import Task
from tests.api.test_http_jobs import wait_for
from tests.support.service import Service, own_copy, running

V1 = "/api/v1"
WKT = "SRID=4548;POLYGON((604000 2710800,604100 2710800,604100 2710900,604000 2710800))"


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = own_copy(town_workspace, tmp_path_factory.mktemp("http_reference") / "workspace")
    with running(place) as service:
        yield service


@pytest.fixture
def anybody(service: Service) -> TestClient:
    return service.client("viewer")


def test_the_catalogue_is_public_and_bears_a_tag(service: Service, anybody: TestClient) -> None:
    answer = anybody.get(f"{V1}/layers", params={"with_data": True})
    rows = {row["key"]: row for row in answer.json()["items"]}
    store = service.services.workspace
    open_ones = {key for key, spec in store.specs().items() if not spec.confidential}
    assert set(rows) == {key for key in open_ones if store.editions(key)}
    for key in set(store.specs()) - open_ones:
        assert anybody.get(f"{V1}/layers/{key}/editions").status_code == 401
        assert service.client("planner").get(f"{V1}/layers/{key}/editions").status_code == 403
        entrusted = service.client("planner", login="entrusted", confidential=True)
        assert entrusted.get(f"{V1}/layers/{key}/editions").status_code == 200
    tag = {"If-None-Match": answer.headers["etag"]}
    assert anybody.get(f"{V1}/layers", params={"with_data": True}, headers=tag).status_code == 304
    editions = anybody.get(f"{V1}/layers/control.eco_redline/editions").json()["items"]
    assert [one["id"] for one in editions] == rows["control.eco_redline"]["editions"]
    assert anybody.get(f"{V1}/layers/control.eco_redline").json()["layer"]["key"]
    assert anybody.get(f"{V1}/layers/control.none/editions").status_code == 404


def test_rules_scenarios_and_facts(anybody: TestClient) -> None:
    first = anybody.get(f"{V1}/rules", params={"limit": 5}).json()
    second = anybody.get(f"{V1}/rules", params={"limit": 5, "cursor": first["next"]}).json()
    codes = [rule["code"] for rule in first["items"] + second["items"]]
    assert len(set(codes)) == 10
    rule = anybody.get(f"{V1}/rules/{codes[0]}", params={"as_of": "2026-11-20"}).json()
    assert (rule["code"], rule["as_of"]) == (codes[0], "2026-11-20")
    assert rule["text"]["zh"].startswith(codes[0])
    assert anybody.get(f"{V1}/rules/NONE").json()["code"] == "unknown_rule"
    assert anybody.get(f"{V1}/scenarios").json()["items"]
    facts = {fact["key"]: fact for fact in anybody.get(f"{V1}/facts").json()["items"]}
    assert facts["height_m"]["unit"] == "m"


def test_inheritance_as_the_command_line_decides(service: Service, town_workspace: Path) -> None:
    client = service.client("planner")
    scene = json.loads((town_workspace.parent / "lantu-demo.json").read_text(encoding="utf-8"))
    assert scene
    with (town_workspace.parent / "sites" / "plots.geojson").open("rb") as file:
        answer = client.post(
            f"{V1}/inheritance",
            files={"site": file},
            data={"project": "works: building\n", "as_of": "2026-11-20"},
        )
    rows = answer.json()["items"]
    assert [row["n"] for row in rows] == [1, 2]
    assert all(row["error"] is None for row in rows)
    kinds = [decision["kind"] for decision in rows[0]["decisions"]]
    assert "geological_hazard" in kinds
    one = client.post(
        f"{V1}/inheritance",
        json={
            "site": WKT,
            "kinds": ["geological_hazard"],
        },
    )
    assert [item["kind"] for item in one.json()["items"][0]["decisions"]] == ["geological_hazard"]
    unknown = client.post(f"{V1}/inheritance", json={"site": "x", "kinds": ["none"]})
    assert unknown.status_code == 422


# --- publishing ----------------------------------------------------------------------------------


def square(x: float, y: float, size: float) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4548"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "一"},
                "geometry": shapely.geometry.mapping(shapely.box(x, y, x + size, y + size)),
            }
        ],
    }


def test_an_edition_is_published_by_upload(service: Service) -> None:
    admin = service.client("admin")
    place = f"{V1}/layers/control.yellow_line/editions"
    form = {
        "edition": "2026-11",
        "currency": "2026-11-01",
        "coverage": "workspace",
        "accuracy_m": "1",
    }
    data = json.dumps(square(604_000, 2_710_800, 100)).encode()
    answer = admin.post(place, files={"file": ("黄线.geojson", data)}, data=form)
    assert answer.status_code == 202
    state = wait_for(admin, answer.headers["location"])
    assert (state["state"], state["error"]) == ("done", None)
    edition = state["result"]["edition"]
    assert (edition["edition"], edition["feature_count"]) == ("2026-11", 1)
    assert edition["id"] in [one["id"] for one in admin.get(place).json()["items"]]
    log = admin.get(f"{place}/{edition['id']}/log").json()["log"]
    assert log == state["result"]["log"]

    again = wait_for(
        admin,
        admin.post(place, files={"file": ("黄线.geojson", data)}, data=form).headers["location"],
    )
    assert again["result"]["edition"]["revision"] == edition["revision"]
    other = json.dumps(square(604_500, 2_710_800, 50)).encode()
    refused = wait_for(
        admin,
        admin.post(place, files={"file": ("黄线.geojson", other)}, data=form).headers["location"],
    )
    assert (refused["state"], refused["error"]["code"]) == ("failed", "edition_exists")


def test_publishing_asks_for_what_is_needed(service: Service) -> None:
    admin, planner = service.client("admin"), service.client("planner")
    place = f"{V1}/layers/control.yellow_line/editions"
    form = {"edition": "x", "currency": "2026-11-01", "coverage": "file", "accuracy_m": "1"}
    data = {"file": ("a.geojson", b"{}")}
    assert admin.post(place, data=form, files={"x": b""}).status_code == 400
    assert admin.post(place, data=form, files=data).status_code == 400
    assert admin.post(place, data={"edition": "x"}, files=data).status_code == 422
    assert planner.post(place, data=form, files=data).status_code == 403
    assert admin.post(place.replace("yellow", "none"), data=form, files=data).status_code == 404
    assert admin.post(place, json=form).status_code == 400


# --- assessments ---------------------------------------------------------------------------------


def draft(version: str = "9", **more: Any) -> dict[str, Any]:
    extent = {
        "type": "Polygon",
        "crs": "EPSG:4548",
        "coordinates": [
            [[604000, 2710500], [604500, 2710500], [604500, 2711000], [604000, 2710500]]
        ],
    }
    return {
        "kind": "geological_hazard",
        "code": "BJ-T.geological_hazard",
        "version": version,
        "title": "地质灾害危险性评估",
        "park": {"code": "BJ-T", "name": "测试片区"},
        "issuer": "片区管理机构",
        "extent": extent,
        "valid_from": "2026-01-01",
        "valid_to": "2031-01-01",
        "validity_source": "测试",
        "totals": [{"name": "用水", "fact": "water_m3_d", "unit": "m3/d", "limit": 100}],
        **more,
    }


def test_an_assessment_lives(service: Service) -> None:
    own = service.client("park_body", login="own", parks=["BJ-T"])
    other = service.client("park_body", login="foreign", parks=["BJ-X"])
    anybody = service.client("viewer")
    added = own.post(f"{V1}/assessments", json=draft())
    assert added.status_code == 201, added.text[:500]
    assert added.json()["state"] == "draft"
    assert other.post(f"{V1}/assessments", json=draft()).status_code == 403
    place = f"{V1}/assessments/BJ-T.geological_hazard/9"
    assert anybody.get(place).status_code == 404
    assert other.get(place).status_code == 404
    tag = own.get(place).headers["etag"]
    assert own.post(f"{place}/submit", headers={"If-Match": '"old"'}).status_code == 412
    assert own.post(f"{place}/submit", headers={"If-Match": tag}).json()["state"] == "submitted"
    assert own.post(f"{place}/submit").status_code == 200
    with service.services.records.reading() as session:
        about = Task.subject == "assessment:BJ-T.geological_hazard@9"
        waiting = session.scalars(select(Task.department).where(about)).all()
    assert waiting == ["自然资源主管部门"]
    refused = own.post(f"{place}/suspend")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")

    department = service.client("authority", department="自然资源主管部门")
    word = {"document": "采信〔2026〕1号", "date": "2026-11-01"}
    foreign = department.post(f"{place}/acknowledge", json={**word, "authority": "水行政主管部门"})
    assert foreign.status_code == 403
    assert own.post(f"{place}/acknowledge", json=word).status_code == 403
    said = department.post(f"{place}/acknowledge", json=word)
    assert said.json()["acknowledged"] == ["自然资源主管部门"]
    assert department.post(f"{place}/retract", json=word).json()["acknowledged"] == []

    published = own.post(f"{place}/publish", json={"why": "审查通过"})
    assert published.status_code in {200, 422}, published.text[:300]


def test_an_extent_is_no_path_of_the_server(service: Service, tmp_path: Path) -> None:
    own = service.client("park_body", login="own", parks=["BJ-T"])
    secret = tmp_path / "secret.geojson"
    secret.write_text(json.dumps(square(604_000, 2_710_500, 100)))
    for extent in (str(secret), "../secret.geojson", "/etc/passwd", "/vsicurl/http://localhost/x"):
        answer = own.post(f"{V1}/assessments", json=draft(extent=extent))
        assert (answer.status_code, answer.json()["code"]) == (422, "extent_not_uploaded")


def test_a_draft_with_its_extent_and_papers(service: Service) -> None:
    own = service.client("park_body", login="own", parks=["BJ-T"])
    paper = "评估报告".encode()
    digest = hashlib.sha256(paper).hexdigest()
    form = draft("10", extent="area.geojson", documents=[{"name": "报告.pdf", "sha256": digest}])
    files = [
        ("file", ("assessment.yaml", json.dumps(form, ensure_ascii=False).encode())),
        ("extent", ("area.geojson", json.dumps(square(604_000, 2_710_500, 100)).encode())),
        ("documents", ("报告.pdf", paper)),
    ]
    added = own.post(f"{V1}/assessments", files=files)
    assert added.status_code == 201, added.text[:500]
    assert added.json()["extent_m2"] == 10_000.0
    place = f"{V1}/assessments/BJ-T.geological_hazard/10/documents"
    assert own.get(f"{place}/{digest}").content == paper
    assert own.get(f"{place}/{'0' * 64}").status_code == 404
    strange = own.post(f"{V1}/assessments", files=[*files, ("documents", ("x.pdf", b"x"))])
    assert strange.json()["code"] == "paper_not_named"


# --- totals --------------------------------------------------------------------------------------


def test_totals_are_reserved_once(service: Service) -> None:
    planner = service.client("planner")
    held = [
        item
        for item in service.services.workspace.standings()
        if item.state == "published" and item.assessment.totals
    ]
    if not held:
        pytest.fail("the demo publishes no assessment with totals")
    one = held[0].assessment
    assert one.totals is not None
    park = one.park.code if one.park else ""
    amounts = {total.name: 0.5 for total in one.totals}
    asked = {"code": one.code, "project": "2026-T-1", "amounts": amounts}
    first = planner.post(f"{V1}/reservations", json=asked)
    assert first.status_code == 201, first.text[:300]
    assert {row["total"]: row["amount"] for row in first.json()["holdings"]} == {
        total.name: "0.5" for total in one.totals
    }
    assert planner.post(f"{V1}/reservations", json=asked).status_code == 200
    place = f"{V1}/reservations/{one.code}/2026-T-1"
    assert planner.post(f"{place}/commit").json()["holdings"][0]["act"] == "commit"
    changed = planner.post(
        f"{V1}/reservations", json={**asked, "amounts": dict.fromkeys(amounts, 0.25)}
    )
    assert (changed.status_code, changed.json()["code"]) == (409, "already_committed")
    account = planner.get(f"{V1}/assessments/{one.code}/account").json()
    assert [row for row in account["projects"] if row["project"] == "2026-T-1"]
    foreign = service.client("park_body", login="foreign", parks=["BJ-X"])
    assert foreign.post(f"{V1}/reservations", json=asked).status_code == 403
    assert foreign.get(f"{V1}/reservations", params={"code": one.code}).status_code == 403
    own = service.client("park_body", login="of", parks=[park])
    rows = own.get(f"{V1}/reservations", params={"code": one.code, "project": "2026-T-1"})
    assert rows.json()["holdings"]
    assert planner.post(f"{place}/release").json()["holdings"][0]["act"] == "release"
    assert service.client("builder").post(f"{V1}/reservations", json=asked).status_code == 403


def test_publishing_that_is_cancelled_leaves_what_was(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    real = JobContext.step

    def step(self: JobContext, done: int, total: int, kept: Any = None) -> None:
        steps.append(done)
        if done == 5:  # the last step, writing, comes next
            raise JobStopped("cancelled")
        real(self, done, total, kept)

    monkeypatch.setattr(JobContext, "step", step)
    admin, store = service.client("admin"), service.services.workspace
    before, revision = store.editions("control.green_line"), store.revision
    files = {path for path in Path(store.path).rglob("*") if path.is_file()}
    answer = admin.post(
        f"{V1}/layers/control.green_line/editions",
        files={"file": ("a.geojson", json.dumps(square(604_000, 2_710_800, 90)).encode())},
        data={"edition": "x", "currency": "2026-11-02", "coverage": "workspace", "accuracy_m": "1"},
    )
    state = wait_for(admin, answer.headers["location"])
    assert (state["state"], max(steps)) == ("cancelled", 5)
    assert (store.editions("control.green_line"), store.revision) == (before, revision)
    left = {path for path in Path(store.path).rglob("*") if path.is_file()} - files
    left = {path for path in left if "sqlite" not in path.name and "spool" not in path.parts}
    assert left == set()
