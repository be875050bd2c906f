"""What `/ogc` gives of the records: red lines of projects and findings of reports, by right."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from fastapi.testclient import TestClient

from api.auth.roles import Role
from api.records.tables import Project, SiteVersion
from tests.api.test_ogc_tiles import tile_of
from tests.layers.store_helpers import make_workspace, square
from tests.support.service import Service, own_copy, running

STORED = "http://www.opengis.net/def/crs/EPSG/0/4548"
PROJECTS = "/ogc/collections/projects/items"
AT = "2026-11-20T09:00:00+08:00"


def project(number: str, **fields: Any) -> Project:
    return Project(number=number, name=number, created_at=AT, changed_at=AT, **fields)


def red_line(owner: Project, no: int, side: float) -> SiteVersion:
    wkb = shapely.to_wkb(square(441_000, 2_706_000, side))
    return SiteVersion(
        project_id=owner.id, no=no, kind="survey", name="红线", crs="EPSG:4548", wkb=wkb,
        area_m2=side * side, surveyed_on=f"2026-0{no}-01", created_at=AT,
    )  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    workspace = make_workspace(tmp_path_factory.mktemp("records"))
    workspace.close()
    with running(workspace.path) as service:
        rows = [project("P1", district="北区"), project("P2", park="PARK-A"), project("P3")]
        with service.services.records.writing() as session:
            session.add_all(rows)
            session.flush()
            session.add_all([red_line(rows[0], 1, 50), red_line(rows[0], 2, 100)])
            session.add(red_line(rows[1], 1, 10))
        yield service


def numbers(client: TestClient, **query: str) -> list[str]:
    response = client.get(PROJECTS, params={"crs": STORED, **query})
    assert response.status_code == 200, response.text
    return [feature["id"] for feature in response.json()["features"]]


def test_newest_red_line_stands_for_a_project(service: Service) -> None:
    client = service.client(Role.PLANNER)
    response = client.get(PROJECTS, params={"crs": STORED})
    assert response.headers["cache-control"].startswith("private")
    found = {feature["id"]: feature for feature in response.json()["features"]}
    assert set(found) == {"P1", "P2"}  # P3 has no red line
    assert found["P1"]["properties"]["site_version"] == 2
    ring = found["P1"]["geometry"]["coordinates"][0]
    assert {tuple(point) for point in ring} == {
        (2_706_000, 441_000), (2_706_000, 441_100), (2_706_100, 441_000), (2_706_100, 441_100),
    }  # fmt: skip
    assert numbers(client, datetime="2026-02-01/..") == ["P1"]
    assert numbers(client, park="PARK-A") == ["P2"]


def test_projects_are_for_those_who_may_see_them(service: Service) -> None:
    assert numbers(service.client(Role.SCHEDULER, login="north", district="北区")) == ["P1"]
    assert numbers(service.client(Role.PARK_BODY, login="a", parks=["PARK-A"])) == ["P2"]
    assert numbers(service.client(Role.BUILDER, login="builder")) == []
    nobody = service.client(Role.VIEWER)
    assert nobody.get(PROJECTS).status_code == 404
    listed = nobody.get("/ogc/collections").json()["collections"]
    assert [item["id"] for item in listed] == ["assessments"]


@pytest.fixture(scope="module")
def town(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(own_copy(town_workspace, tmp_path_factory.mktemp("findings") / "ws")) as service:
        yield service


def test_findings_of_a_report_have_its_pieces(town: Service, town_workspace: Path) -> None:
    maker = town.client(Role.BUILDER, login="maker")
    plots = town_workspace.parent / "sites" / "plots.geojson"
    site = json.loads(plots.read_text(encoding="utf-8"))
    site["features"] = site["features"][:1]
    made = maker.post("/api/v1/checks", json={"site": site})
    assert made.status_code == 201, made.text
    report = maker.get(made.headers["location"]).json()
    named = made.headers["location"].rpartition("/")[2]
    path = "/ogc/collections/findings/items"
    response = maker.get(path, params={"report": named, "crs": STORED, "limit": "10000"})
    assert response.status_code == 200, response.text
    found = {item["properties"]["code"]: item for item in response.json()["features"]}
    drawn = {item["code"]: item for item in report["findings"] if item["pieces"]}
    assert set(found) == set(drawn)
    assert found
    for code, item in found.items():
        east_first = shapely.transform(
            shapely.geometry.shape(item["geometry"]), lambda xy: xy[:, ::-1]
        )
        assert shapely.equals_identical(east_first, shapely.geometry.shape(drawn[code]["pieces"]))
        assert item["properties"]["measure_area_m2"] == drawn[code]["measures"]["area_m2"]
        alone = maker.get(f"{path}/{item['id']}", params={"crs": STORED}).json()
        assert alone["properties"] == item["properties"]
    assert maker.get(path).json()["code"] == "bad_query"
    other = town.client(Role.BUILDER, login="other")
    assert other.get(path, params={"report": named}).status_code == 404
    assert town.client(Role.VIEWER).get(path, params={"report": named}).status_code == 404


@pytest.mark.parametrize(
    ("role", "bound", "shown"),
    [
        (Role.PLANNER, {}, {"P1", "P2"}),
        (Role.SCHEDULER, {"district": "北区"}, {"P1"}),
        (Role.PARK_BODY, {"parks": ["PARK-A"]}, {"P2"}),
        (Role.PARK_BODY, {"parks": ["PARK-B"]}, set()),
        (Role.BUILDER, {}, set()),
    ],
)
def test_tiles_show_the_same_projects(
    service: Service, role: Role, bound: dict[str, Any], shown: set[str]
) -> None:
    client = service.client(role, login=f"tile-{role}-{bound}", **bound)
    column, row = tile_of(441_005, 2_706_005, 16)
    answer = client.get(f"/tiles/projects/16/{column}/{row}.mvt")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"].startswith(("private", "no-store"))
    found = mapbox_vector_tile.decode(answer.content).get("projects", {}).get("features", [])
    assert {feature["properties"]["key"] for feature in found} == shown
    assert set(numbers(client)) == shown
