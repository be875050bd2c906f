"""Vector tiles: what is in them, by another reader and by hand; who may have them."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from fastapi.testclient import TestClient

from api.auth.roles import Role
from layers.store import Place
from tests.layers.assessment_helpers import published
from tests.layers.store_helpers import AT, draft, make_workspace, square, table, write_spec
from tests.support.records import postgres_address
from tests.support.service import Service, running
from tests.support.stores import place, use_databases, use_folders

X, Y = 450_000.0, 2_715_000.0
TO_LONLAT = pyproj.Transformer.from_crs(4548, 4490, always_xy=True)


def tile_of(x: float, y: float, z: int) -> tuple[int, int]:
    """Column and row of the tile that holds a point of the working CRS, by OpenStreetMap's rule."""
    lon, lat = TO_LONLAT.transform(x, y)
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(row * 2**z)


@pytest.fixture(
    scope="module", params=["folder", pytest.param("database", marks=pytest.mark.postgis)]
)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service over a folder, whose tiles we draw, and over PostGIS, which draws them itself."""
    folder = tmp_path_factory.mktemp("tiles")
    if request.param == "folder":
        with running(fill(folder)) as service:
            yield service
        return
    server = request.getfixturevalue("postgis_server")
    dsn = server.clone()
    use_databases(lambda: postgres_address(dsn))
    try:
        with running(fill(folder)) as service:
            yield service
    finally:
        use_folders()
        server.drop(dsn)


def fill(folder: Path) -> Place:
    """Plots of which one is small and one a circle of many pieces; many squares; a secret layer."""
    workspace = make_workspace(folder, "t.plots", "t.many")
    spec = write_spec(folder, "t.secret")
    spec.write_text(spec.read_text("utf-8").replace("confidential: false", "confidential: true"))
    workspace.add_spec(spec, at=AT)
    turn = np.linspace(0, 2 * np.pi, 4_000, endpoint=False)
    ring = np.column_stack([X + 3_000 * np.cos(turn), Y + 3_000 * np.sin(turn)])
    plots = [square(X, Y, 100), square(X + 50, Y + 50, 3), shapely.Polygon(ring)]
    workspace.publish(
        draft("t.plots"), table(plots, classes=["a", "b", None], name=["大", "小", "圆"])
    )
    workspace.publish(draft("t.secret"), table([square(X, Y, 100)]))
    grid = [square(X + 20 * i, Y + 20 * j, 15 + i / 10) for i in range(80) for j in range(80)]
    workspace.publish(draft("t.many", checksum="ef" * 32), table(grid))
    extent = {"type": "Polygon", "crs": "EPSG:4548",
              "coordinates": [[list(p) for p in square(X, Y, 100).exterior.coords]]}  # fmt: skip
    published(workspace, folder, extent=extent, title="地灾评估")
    workspace.close()
    return place(folder / "ws")


@pytest.fixture(scope="module")
def client(service: Service) -> TestClient:
    return service.client(Role.VIEWER)


def path(layer: str, z: int, x: float = X + 50, y: float = Y + 50, edition: str = "e1") -> str:
    column, row = tile_of(x, y, z)
    return f"/tiles/{layer}/{edition}/{z}/{column}/{row}.mvt"


def decoded(data: bytes) -> dict[str, Any]:
    options = {"y_coord_down": True}
    tile: dict[str, Any] = mapbox_vector_tile.decode(data, default_options=options)
    return tile


def test_tile_has_id_class_and_name_only(client: TestClient) -> None:
    response = client.get(path("t.plots", 17))
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert response.headers["x-lantu-tile"] == "whole"
    features = decoded(response.content)["t.plots"]["features"]
    assert sorted((item["properties"] for item in features), key=lambda item: item["id"]) == [
        {"id": 1, "class": "a", "name": "大"},
        {"id": 2, "class": "b", "name": "小"},
        {"id": 3, "name": "圆"},
    ]


@pytest.mark.parametrize("zoom", [13, 16, 17])
def test_gdal_reads_the_square_where_it_is(client: TestClient, tmp_path: Path, zoom: int) -> None:
    """GDAL's own reader finds the area of 100 m x 100 m, to the step of the tile's grid."""
    column, row = tile_of(X + 50, Y + 50, zoom)
    shapes = []
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            place = tmp_path / str(zoom) / str(column + i)
            place.mkdir(parents=True, exist_ok=True)
            file = place / f"{row + j}.mvt"
            address = f"/tiles/t.plots/e1/{zoom}/{column + i}/{row + j}.mvt"
            file.write_bytes(client.get(address).content)
            if file.stat().st_size:
                found = pyogrio.read_dataframe(file, layer="t.plots")
                shapes += list(found[found["id"] == 1].geometry)
    whole = shapely.union_all(shapely.buffer(shapes, 0.01))
    lon, lat = TO_LONLAT.transform(X + 50, Y + 50)
    stretch = 1 / math.cos(math.radians(lat))
    step = 2 * math.pi * 6_378_137 / 2**zoom / 4096
    side = math.sqrt(whole.area) / stretch
    assert side == pytest.approx(100, abs=2 * step / stretch + 0.5)
    middle = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    assert whole.centroid.distance(shapely.Point(middle)) < 2 * step


def test_small_things_stay_out_of_low_zooms_and_the_header_says_so(client: TestClient) -> None:
    response = client.get(path("t.plots", 12))  # a pixel is 35 m on the ground there
    assert response.headers["x-lantu-tile"] == "thinned; shown=2; of=3"
    features = decoded(response.content)["t.plots"]["features"]
    assert {item["properties"]["id"] for item in features} == {1, 3}


def test_too_many_things_are_thinned_to_the_biggest(client: TestClient) -> None:
    response = client.get(path("t.many", 13, X + 800, Y + 800))
    assert response.headers["x-lantu-tile"].startswith("thinned")
    features = decoded(response.content).get("t.many", {"features": []})["features"]
    assert len(features) <= 4_000


def test_circle_has_no_seams(client: TestClient) -> None:
    """A polygon that the store keeps in pieces is one part in a tile that lies inside of it."""
    for zoom in (14, 16):
        features = decoded(client.get(path("t.plots", zoom)).content)["t.plots"]["features"]
        (circle,) = [item for item in features if item["properties"]["id"] == 3]
        assert circle["geometry"]["type"] == "Polygon"
        assert len(circle["geometry"]["coordinates"]) == 1
    assert len(circle["geometry"]["coordinates"][0]) == 5  # all of the tile


def test_tile_beyond_the_data_is_empty(client: TestClient) -> None:
    for address in ("/tiles/t.plots/e1/10/3/3.mvt", path("t.plots", 17, X + 9_000, Y)):
        response = client.get(address)
        assert (response.status_code, response.content) == (200, b"")


def test_tile_of_a_known_checksum_is_kept_for_good(client: TestClient) -> None:
    plain = client.get(path("t.plots", 15))
    assert plain.headers["cache-control"] == "public, no-cache"
    marked = client.get(path("t.plots", 15), params={"v": "abababab"})
    assert marked.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (
        client.get(path("t.plots", 15), params={"v": "cdcdcdcd"}).headers["cache-control"]
        == "public, no-cache"
    )
    again = client.get(path("t.plots", 15), headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_confidential_tiles_are_for_those_with_the_right(
    service: Service, client: TestClient
) -> None:
    for zoom in (5, 12, 17):
        assert client.get(path("t.secret", zoom)).status_code == 404
        planner = service.client(Role.PLANNER, login="planner")
        assert planner.get(path("t.secret", zoom)).status_code == 404
    trusted = service.client(Role.PLANNER, login="trusted", confidential=True)
    response = trusted.get(path("t.secret", 17), params={"v": "ab" * 32})
    assert response.headers["cache-control"].startswith("private")
    assert decoded(response.content)["t.secret"]["features"]


def test_assessments_have_tiles_and_projects_are_not_for_nobody(client: TestClient) -> None:
    column, row = tile_of(X + 50, Y + 50, 15)
    response = client.get(f"/tiles/assessments/15/{column}/{row}.mvt")
    (feature,) = decoded(response.content)["assessments"]["features"]
    assert feature["properties"]["key"] == "PARK-A.geological_hazard@1"
    assert feature["properties"]["name"] == "地灾评估"
    assert client.get(f"/tiles/projects/15/{column}/{row}.mvt").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/t.plots/e1/1/2/0.mvt", 404),
        ("/tiles/t.plots/none/1/0/0.mvt", 404),
        ("/tiles/nothing/e1/1/0/0.mvt", 404),
        ("/tiles/t.plots/e1/23/0/0.mvt", 422),
        ("/tiles/t.plots/e1/1/-1/0.mvt", 422),
        ("/tiles/t.plots/e1/x/0/0.mvt", 422),
    ],
)
def test_tile_that_is_none_is_refused(client: TestClient, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
