"""`POST /api/v1/checks` and what becomes of its report."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from api.records.tables import ReportUse, User
from tests.api.test_http_jobs import wait_for
from tests.support.service import Service, own_copy, running

WKT = "SRID=4548;POLYGON((604000 2710800,604100 2710800,604100 2710900,604000 2710800))"
FAR = "SRID=4548;POLYGON((500000 2600000,500100 2600000,500100 2600100,500000 2600000))"


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = own_copy(town_workspace, tmp_path_factory.mktemp("http") / "workspace")
    with running(place) as service:
        yield service


@pytest.fixture(scope="module")
def sites(town_workspace: Path) -> Path:
    return town_workspace.parent / "sites"


@pytest.fixture
def planner(service: Service) -> TestClient:
    return service.client("planner")


def first_site(sites: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((sites / "plots.geojson").read_text(encoding="utf-8"))
    document["features"] = document["features"][:1]
    return document


def test_json_in_report_and_links_out(planner: TestClient, sites: Path) -> None:
    asked = {"site": first_site(sites), "project": {"works": "building"}, "as_of": "2026-11-20"}
    made = planner.post("/api/v1/checks", json=asked)
    assert made.status_code in {200, 201}
    document = made.json()
    assert set(document) == {"report", "links"}
    report = document["report"]
    assert made.headers["location"] == f"/api/v1/reports/{report['digest'][:32]}"
    again = planner.post("/api/v1/checks", json=asked)
    assert again.status_code == 200
    assert again.content == made.content
    assert set(document["links"]) >= {"json", "html", "pdf", "xlsx", "docx", "geojson", "map"}


def test_the_document_is_canonical_and_its_tag_is_the_digest(
    planner: TestClient, sites: Path
) -> None:
    made = planner.post("/api/v1/checks", json={"site": first_site(sites)})
    read = planner.get(made.headers["location"])
    assert read.headers["etag"] == f'"{made.json()["report"]["digest"]}"'
    canonical = json.dumps(
        read.json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    assert read.content == canonical
    assert b'{"report":' + canonical + b',"links":' in made.content + b""
    same = planner.get(made.headers["location"], headers={"If-None-Match": read.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_every_link_works(planner: TestClient, sites: Path) -> None:
    upload = {"site": ("地块.geojson", json.dumps(first_site(sites)).encode())}
    made = planner.post("/api/v1/checks", files=upload, data={"project": "works: building\n"})
    assert made.status_code in {200, 201}
    starts = {"pdf": b"%PDF", "xlsx": b"PK", "docx": b"PK", "gpkg": b"SQLite format 3"}
    for key, link in made.json()["links"].items():
        file = planner.get(link)
        assert file.status_code == 200, key
        assert file.content.startswith(starts.get(key, b"")), key
        assert file.headers["x-content-type-options"] == "nosniff"
        disposition = file.headers["content-disposition"]
        assert "用地条件检测报告" in unquote(disposition.partition("filename*=UTF-8''")[2])
        tag = file.headers["etag"]
        assert planner.get(link, headers={"If-None-Match": tag}).status_code == 304


def test_the_policy_of_a_page_is_the_one_it_states_itself(planner: TestClient, sites: Path) -> None:
    made = planner.post("/api/v1/checks", json={"site": first_site(sites)})
    for key in ("html", "map"):
        page = planner.get(made.json()["links"][key])
        policy = page.headers["content-security-policy"].removesuffix("; frame-ancestors 'self'")
        assert f'content="{policy}"' in page.text
        assert policy.startswith("default-src 'none'")


def test_the_outside_version_shows_no_geometry_of_layers(planner: TestClient, sites: Path) -> None:
    made = planner.post("/api/v1/checks", json={"site": first_site(sites)})
    inside, outside = (
        planner.get(made.headers["location"], params={"version": version})
        for version in ("inside", "outside")
    )
    assert outside.headers["etag"] != inside.headers["etag"]
    assert any(finding["pieces"] for finding in inside.json()["findings"])
    assert not any(finding["pieces"] for finding in outside.json()["findings"])


def test_issuing_is_for_those_who_may(service: Service, sites: Path) -> None:
    asked = {"site": first_site(sites), "issue": True}
    refused = service.client("builder").post("/api/v1/checks", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    issued = service.client("planner").post("/api/v1/checks", json=asked)
    assert issued.status_code == 201
    number = issued.json()["report"]["number"]
    assert number.startswith("LT-")
    again = service.client("planner").post("/api/v1/checks", json=asked)
    assert (again.status_code, again.json()["report"]["number"]) == (200, number)
    assert [row.number for row in service.services.workspace.releases.all()].count(number) == 1


def test_a_report_belongs_to_who_made_it(service: Service, sites: Path) -> None:
    site = json.loads((sites / "plots.geojson").read_text(encoding="utf-8"))["features"][1]
    maker, other = service.client("builder", login="a"), service.client("builder", login="b")
    made = maker.post(
        "/api/v1/checks", json={"site": {"type": "FeatureCollection", "features": [site]}}
    )
    assert made.status_code in {200, 201}
    place = made.headers["location"]
    assert maker.get(place).status_code == 200
    assert other.get(place).status_code == 404
    assert other.get(place + ".pdf").status_code == 404
    assert service.client("planner").get(place).status_code == 200
    assert service.client("viewer").get(place).status_code == 401


def test_own_history_in_pages(service: Service, sites: Path) -> None:
    client = service.client("planner", login="historian")
    for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
        client.post("/api/v1/checks", json={"site": first_site(sites), "as_of": day})
    first = client.get("/api/v1/reports", params={"limit": 2}).json()
    second = client.get("/api/v1/reports", params={"limit": 2, "cursor": first["next"]}).json()
    days = [row["as_of"] for row in first["items"] + second["items"]]
    assert sorted(days) == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert second["next"] is None
    assert client.get("/api/v1/reports", params={"cursor": "!!"}).status_code == 422
    assert service.client("planner", login="new").get("/api/v1/reports").json()["items"] == []


def test_a_report_is_verified(planner: TestClient, sites: Path) -> None:
    made = planner.post("/api/v1/checks", json={"site": first_site(sites)})
    answer = planner.post(made.headers["location"] + "/verify")
    assert answer.status_code == 200
    assert answer.json()["result"] == "identical"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({}, 422, "no_site"),
        ({"site": "POLYGON((0 0,1 0,1 1,0 0))"}, 422, "no_crs"),
        ({"site": FAR}, 422, "outside_area"),
        ({"site": "x", "as_of": "tomorrow"}, 422, "bad_value"),
        ({"site": "x", "colour": "red"}, 422, "bad_value"),
        ({"site": WKT, "project_code": "none"}, 404, "unknown_project"),
    ],
)
def test_refusals_say_what_to_do(
    planner: TestClient, asked: dict[str, Any], status: int, code: str | None
) -> None:
    answer = planner.post("/api/v1/checks", json=asked)
    document = answer.json()
    assert answer.status_code == status, document
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or document["code"] == code
    assert document["hint"]["zh"]
    assert document["hint"]["en"]


def test_unreadable_requests(planner: TestClient) -> None:
    broken = planner.post(
        "/api/v1/checks", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    other = planner.post("/api/v1/checks", content=b"x", headers={"Content-Type": "text/plain"})
    assert other.status_code == 415
    nobody = planner.get("/api/v1/reports/0000")
    assert nobody.status_code == 404


def test_a_project_on_record_is_checked_by_its_newest_red_line(service: Service) -> None:
    client = service.client("planner")
    project = client.post(
        "/api/v1/projects", json={"name": "厂房", "facts": {"works": "building", "height_m": 24}}
    ).json()
    asked = {"project_code": project["number"]}
    assert client.post("/api/v1/checks", json=asked).json()["code"] == "no_red_line"
    upload = {"site": ("a.wkt", WKT.encode())}
    place = f"/api/v1/projects/{project['number']}/sites"
    added = client.post(place, files=upload, data={"kind": "survey"})
    assert added.status_code < 300, added.text[:300]
    made = client.post("/api/v1/checks", json=asked)
    assert made.status_code == 201
    report = made.json()["report"]
    assert report["project"]["facts"]["height_m"] == 24.0
    assert report["site"]["area_m2"] == pytest.approx(5_000, abs=0.01)
    with service.services.records.reading() as session:
        use = session.query(ReportUse).filter_by(report_id=report["digest"][:32]).one()
    assert use.project_id is not None
    assert use.site_version_id is not None


def taken_away(service: Service, entrusted: TestClient, report: str) -> None:
    """The outside version tells nothing of a secret, also who may see it; each taking is logged."""
    before = len(service.services.workspace.releases.all())
    outside = {"version": "outside"}
    document = entrusted.get(report, params=outside).json()
    for form in ("json", "html", "map", "geojson", "docx", "xlsx", "gpkg"):
        answer = entrusted.get(f"{report}.{form}", params=outside)
        assert answer.status_code == 200
        assert "绝密管线" not in text_of(answer.content), form
    hit = next(one for one in document["findings"] if one["title"]["zh"] and one["layer"] is None)
    assert hit["features"] is hit["measures"] is hit["editions"] is None
    rows = service.services.workspace.releases.all()[before:]
    assert [row.formats for row in rows[:2]] == [("json",), ("json",)]
    assert len(rows) == 8
    assert {(row.who, row.version, row.digest) for row in rows} == {
        ("entrusted", "outside", document["digest"])
    }


def text_of(content: bytes) -> str:
    """All the text that a file holds, that of packed parts too."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def test_a_confidential_hit_stays_with_those_who_may(service: Service) -> None:
    admin = service.client("admin")
    key, form = "safety.oil_gas_pipeline", {"edition": "secret", "currency": "2026-11-01"}
    line = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4548"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "绝密管线", "class": "general"},
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[603900, 2710850], [604200, 2710850]],
                },
            }
        ],
    }
    answer = admin.post(
        f"/api/v1/layers/{key}/editions",
        files={"file": ("line.geojson", json.dumps(line).encode())},
        data={**form, "coverage": "workspace", "accuracy_m": "1"},
    )
    assert wait_for(admin, answer.headers["location"])["error"] is None

    plain = service.client("planner", login="plain")
    entrusted = service.client("planner", login="entrusted", confidential=True)
    masked = plain.post("/api/v1/checks", json={"site": WKT})
    whole = entrusted.post("/api/v1/checks", json={"site": WKT})
    assert masked.json()["report"]["digest"] != whole.json()["report"]["digest"]
    assert "绝密管线" not in masked.text
    assert "绝密管线" in whole.text
    for link in [whole.headers["location"], *whole.json()["links"].values()]:
        assert plain.get(link).status_code == 404, link
        assert plain.get(link, params={"version": "outside"}).status_code == 404
        assert entrusted.get(link).status_code == 200, link
    assert plain.post(whole.headers["location"] + "/verify").status_code == 404
    assert plain.get(whole.headers["location"] + "/links").status_code == 404
    for link in masked.json()["links"].values():
        assert "绝密管线".encode() not in plain.get(link).content
    taken_away(service, entrusted, whole.headers["location"])
    with service.services.records.writing() as session:  # the right is withdrawn
        user = session.query(User).filter_by(login="entrusted").one()
        user.confidential = False
    service.services.identities.forget(user_id=user.id)
    assert entrusted.get(whole.headers["location"]).status_code == 404
    mine = [row["id"] for row in entrusted.get("/api/v1/reports").json()["items"]]
    assert whole.json()["report"]["digest"][:32] not in mine
