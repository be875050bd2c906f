"""OGC API Features: pages, boxes, systems, days and values, against figures made by hand."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient

from api.auth.roles import Role
from layers.store.embedded import Workspace
from tests.layers.assessment_helpers import published
from tests.layers.store_helpers import AT, draft, make_workspace, square, table, write_spec
from tests.support.service import Service, running

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
GRID = "/ogc/collections/t.grid/items"


def fill(folder: Path) -> Workspace:
    """15 x 16 squares of 100 m, 200 m apart; a secret layer; two editions of a third."""
    workspace = make_workspace(folder, "t.grid", "t.turn")
    text = write_spec(folder, "t.secret")
    text.write_text(text.read_text("utf-8").replace("confidential: false", "confidential: true"))
    workspace.add_spec(text, at=AT)
    squares = [square(441_000 + 200 * i, 2_706_000 + 200 * j) for j in range(16) for i in range(15)]
    numbers = list(range(1, 241))
    classes = ["odd" if number % 2 else "even" for number in numbers]
    rows = [row // 15 for row in range(240)]
    workspace.publish(
        draft("t.grid"),
        table(squares, classes=classes, row=rows, name=[f"第{n}格" for n in numbers]),
    )
    workspace.publish(draft("t.secret"), table([square(441_000, 2_706_000)]))
    new = {"valid_from": date(2026, 6, 1), "currency": date(2026, 6, 1), "checksum": "cd" * 32}
    workspace.publish(draft("t.turn", "old"), table([square(441_000, 2_706_000)] * 2))
    workspace.publish(draft("t.turn", "new", **new), table([square(442_000, 2_706_000)] * 3))
    published(workspace, folder, park={"code": "PARK-A", "name": "甲园"}, title="地灾评估")
    return workspace


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    workspace = fill(tmp_path_factory.mktemp("ogc"))
    workspace.close()
    with running(workspace.path) as service:
        yield service


@pytest.fixture(scope="module")
def client(service: Service) -> TestClient:
    """Nobody in particular."""
    return service.client(Role.VIEWER)


def ask(client: TestClient, path: str, **query: Any) -> dict[str, Any]:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document


def refused(client: TestClient, path: str, status: int, **query: Any) -> str:
    response = client.get(path, params=query)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["code"])


def names(document: dict[str, Any]) -> list[str]:
    return [feature["properties"]["name"] for feature in document["features"]]


# --- documents -------------------------------------------------------------------------------


def test_landing_page_leads_everywhere(client: TestClient) -> None:
    links = {link["rel"]: link for link in ask(client, "/ogc")["links"]}
    assert {"self", "service-desc", "conformance", "data"} <= set(links)
    for link in links.values():
        response = client.get(link["href"])
        assert response.status_code == 200
        assert response.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_interface_declares_what_gdal_reads(client: TestClient) -> None:
    document = ask(client, "/ogc/api")
    assert document["openapi"].startswith("3.0.")
    assert document["components"]["parameters"]["limit"]["schema"]["maximum"] == 10_000
    assert "/collections/t.grid/items" in document["paths"]
    assert "/collections/t.secret/items" not in document["paths"]


def test_interface_names_the_properties_to_filter_by(client: TestClient) -> None:
    get = ask(client, "/ogc/api")["paths"]["/collections/t.grid/items"]["get"]
    named = {one["name"]: one for one in get["parameters"] if "name" in one}
    assert set(named) == {"class"}  # all that the layer declares
    assert (named["class"]["in"], named["class"]["style"]) == ("query", "form")
    assert ask(client, GRID, **{"class": "none of this name"})["numberMatched"] == 0


def test_collections_tell_systems_and_extent(client: TestClient) -> None:
    found = {item["id"]: item for item in ask(client, "/ogc/collections")["collections"]}
    assert set(found) == {"t.grid", "t.turn", "assessments"}
    grid = found["t.grid"]
    assert grid["storageCrs"] == f"{EPSG}4548"
    assert grid["crs"][0] == CRS84
    (box,) = grid["extent"]["spatial"]["bbox"]
    corner = pyproj.Transformer.from_crs(4548, 4490, always_xy=True).transform(440_000, 2_705_000)
    assert box[0] == pytest.approx(corner[0], abs=1e-3)
    assert box[1] == pytest.approx(corner[1], abs=1e-3)
    turn = found["t.turn"]["extent"]["temporal"]["interval"]
    assert turn == [["2026-01-01T00:00:00+08:00", None]]


def test_confidential_layer_is_there_for_those_with_the_right(
    service: Service, client: TestClient
) -> None:
    for path in ("", "/items", "/items/1.1"):
        code = refused(client, f"/ogc/collections/t.secret{path}", 404)
        assert code == "unknown_collection"
    trusted = service.client(Role.PLANNER, login="trusted", confidential=True)
    response = trusted.get("/ogc/collections/t.secret/items")
    assert response.json()["numberMatched"] == 1
    assert response.headers["cache-control"].startswith("private")
    assert "/collections/t.secret/items" in trusted.get("/ogc/api").json()["paths"]
    planner = service.client(Role.PLANNER, login="planner")
    refused(planner, "/ogc/collections/t.secret/items", 404)


# --- pages -----------------------------------------------------------------------------------


def test_pages_hold_every_feature_once(client: TestClient) -> None:
    ids: list[str] = []
    document = ask(client, GRID, limit=70)
    while True:
        assert document["numberMatched"] == 240
        assert document["numberReturned"] == len(document["features"])
        ids += [feature["id"] for feature in document["features"]]
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        if not following:
            break
        document = client.get(following[0]).json()
    assert len(ids) == len(set(ids)) == 240
    assert ask(client, GRID, offset=240)["features"] == []
    assert ask(client, GRID, offset=10**9)["numberReturned"] == 0
    assert ask(client, GRID, limit=10**6)["numberReturned"] == 240


def test_item_is_found_by_the_id_of_its_page(client: TestClient) -> None:
    (feature,) = ask(client, GRID, offset=16, limit=1)["features"]
    assert feature["properties"] == {
        "edition": "e1", "currency": "2026-01-01", "class": "odd", "row": 1, "name": "第17格",
    }  # fmt: skip
    alone = ask(client, f"{GRID}/{feature['id']}")
    assert {name: alone[name] for name in feature} == feature
    for wrong in ("0.1", "1", "x", f"{feature['id']}9999999", "-1.1"):
        assert refused(client, f"{GRID}/{wrong}", 404) == "unknown_item"


def test_unchanged_answer_is_not_sent_again(client: TestClient) -> None:
    first = client.get(GRID, params={"limit": 3})
    tag = first.headers["etag"]
    again = client.get(GRID, params={"limit": 3}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(GRID, params={"limit": 4}).headers["etag"] != tag


# --- boxes and systems -----------------------------------------------------------------------


def test_box_in_the_stored_system_is_north_then_east(client: TestClient) -> None:
    # columns 0..2 and rows 0..1: the edge at 441 400 touches column 2, at 2 706 150 no row more
    box = {"bbox": "2706050,441050,2706200,441400", "bbox-crs": f"{EPSG}4548"}
    document = ask(client, GRID, **box)
    assert names(document) == [f"第{n}格" for n in (1, 2, 3, 16, 17, 18)]
    assert document["numberMatched"] == 6
    assert names(ask(client, GRID, **box, limit=2, offset=2)) == ["第3格", "第16格"]


def test_box_asks_for_the_feature_and_not_for_its_bounds(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.line")
    half = shapely.Polygon([(441_000, 2_706_000), (442_000, 2_706_000), (441_000, 2_707_000)])
    workspace.publish(draft("t.line"), table([half]))
    workspace.close()
    with running(workspace.path) as service:
        client = service.client(Role.VIEWER)
        for box, count in (
            ("2706600,441600,2706900,441900", 0),
            ("2706300,441300,2706400,441400", 1),
        ):
            asked = {"bbox": box, "bbox-crs": f"{EPSG}4548"}
            assert ask(client, "/ogc/collections/t.line/items", **asked)["numberMatched"] == count


@pytest.mark.parametrize(("code", "swapped"), [("4490", True), ("4326", True), (None, False)])
def test_box_in_degrees_finds_the_same(client: TestClient, code: str | None, swapped: bool) -> None:
    move = pyproj.Transformer.from_crs(4548, 4490, always_xy=True)
    west, south = move.transform(441_050, 2_706_050)
    east, north = move.transform(441_380, 2_706_230)
    box = [south, west, north, east] if swapped else [west, south, east, north]
    query = {"bbox": ",".join(map(str, box))}
    if code:
        query["bbox-crs"] = f"{EPSG}{code}"
    assert names(ask(client, GRID, **query)) == [f"第{n}格" for n in (1, 2, 16, 17)]


def test_box_beyond_the_data_finds_nothing_and_the_world_all(client: TestClient) -> None:
    assert ask(client, GRID, bbox="2,48,3,49")["numberMatched"] == 0
    assert ask(client, GRID, bbox="-180,-90,180,90")["numberMatched"] == 240
    assert ask(client, GRID, bbox="-180,-90,0,180,90,9000")["numberMatched"] == 240


def test_coordinates_follow_the_axes_of_the_register(client: TestClient) -> None:
    response = client.get(GRID, params={"limit": 1, "crs": f"{EPSG}4548"})
    assert response.headers["content-crs"] == f"<{EPSG}4548>"
    (feature,) = response.json()["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert sorted(map(tuple, ring[:4])) == [
        (2_706_000, 441_000), (2_706_000, 441_100), (2_706_100, 441_000), (2_706_100, 441_100),
    ]  # fmt: skip
    move = pyproj.Transformer.from_crs(4548, 4490, always_xy=True)
    expected = [move.transform(east, north) for north, east in ring]
    for crs, swapped in ((CRS84, False), (f"{EPSG}4490", True)):
        (feature,) = ask(client, GRID, limit=1, crs=crs)["features"]
        for got, (lon, lat) in zip(feature["geometry"]["coordinates"][0], expected, strict=True):
            wanted = (lat, lon) if swapped else (lon, lat)
            assert got == pytest.approx(wanted, abs=2e-9)


# --- days and values -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "editions"),
    [
        (None, ["new"] * 3),
        ("2026-05-31", ["old"] * 2),
        ("2026-05-31T20:00:00Z", ["new"] * 3),  # the first of June in Shanghai
        ("2025-12-31", []),
        ("2026-01-01/2026-06-01", ["old"] * 2 + ["new"] * 3),
        ("../2026-03-01", ["old"] * 2),
        ("2026-07-01/..", ["new"] * 3),
    ],
)
def test_day_chooses_the_edition(client: TestClient, when: str | None, editions: list[str]) -> None:
    query = {} if when is None else {"datetime": when}
    document = ask(client, "/ogc/collections/t.turn/items", **query)
    assert [item["properties"]["edition"] for item in document["features"]] == editions


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"class": "odd"}, 120),
        ({"row": "3"}, 15),
        ({"row": "3.0", "class": "even"}, 8),  # 46, 48 ... 60
        ({"name": "第7格"}, 1),
        ({"name": "'; DROP TABLE features; --"}, 0),
        ({"row": "three"}, 0),
    ],
)
def test_values_of_properties_are_asked_for(
    client: TestClient, where: dict[str, str], count: int
) -> None:
    assert ask(client, GRID, **where)["numberMatched"] == count


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "1,2,3"},
        {"bbox": "1,2,3,nan"},
        {"bbox": "1,2,x,4"},
        {"bbox": "118,24,117,25"},
        {"bbox": "118,24,181,25"},
        {"bbox": "24.4,117.9,24.5,118.1"},  # axes exchanged: no latitude is 118
        {"bbox": "39441050,2706050,39441400,2706200", "bbox-crs": f"{EPSG}4548"},
        {"bbox-crs": f"{EPSG}2326", "bbox": "1,2,3,4"},
        {"crs": "EPSG:4326"},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": "٣"},
        {"offset": "-1"},
        {"datetime": "yesterday"},
        {"datetime": "../.."},
        {"datetime": "2026-02-30"},
        {"datetime": "2026-02-01/2026-01-01"},
        {"nothing": "1"},
        {"f": "html"},
    ],
)
def test_what_cannot_be_used_is_refused(client: TestClient, query: dict[str, str]) -> None:
    code = refused(client, GRID, 400, **query)
    assert code == ("unknown_field" if "nothing" in query else "bad_query")


def test_same_parameter_twice_is_refused(client: TestClient) -> None:
    assert client.get(f"{GRID}?limit=1&limit=2").status_code == 400


@pytest.mark.parametrize("name", ["nothing", "../../etc/passwd", "t.grid'--", "findings"])
def test_unknown_collection_is_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/ogc/collections/{name}/items").status_code == 404


def test_layer_that_cannot_be_read_is_refused_whole(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.lost")
    edition = workspace.publish(draft("t.lost"), table([square(441_000, 2_706_000)]))
    workspace.close()
    (workspace.path / edition.file).unlink()
    with running(workspace.path) as service:
        client = service.client(Role.VIEWER)
        assert refused(client, "/ogc/collections/t.lost/items", 503) == "layer_unreadable"
        assert refused(client, "/tiles/t.lost/e1/0/0/0.mvt", 503) == "layer_unreadable"


# --- what is no layer ------------------------------------------------------------------------


def test_published_assessments_have_their_extent(client: TestClient) -> None:
    path = "/ogc/collections/assessments/items"
    document = ask(client, path, crs=f"{EPSG}4548")
    (feature,) = document["features"]
    assert feature["id"] == "PARK-A.geological_hazard@1"
    assert shapely.from_geojson(str(feature["geometry"]).replace("'", '"')).area == 1_000_000
    assert ask(client, path, park_code="PARK-A")["numberMatched"] == 1
    assert ask(client, path, park_code="PARK-B")["numberMatched"] == 0
    assert ask(client, path, datetime="2024-12-31")["numberMatched"] == 0
    assert ask(client, f"{path}/{feature['id']}")["properties"]["park_name"] == "甲园"
