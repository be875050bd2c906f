"""Layer files in a wrong system, and features that would be lost: each guard has its own file."""

import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import (
    X,
    Y,
    geojson,
    put,
    refused,
    square,
    workspace_of,
)
from tests.support.layer_files import THREE, write


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(
        tmp_path, "key: t.layer", "key: t.line\ngeometry: line", "key: t.point\ngeometry: point"
    )


# --- the coordinate system ----------------------------------------------------------------------


def test_metres_without_crs(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})], None)
    assert refused(ws, file).code == "no_crs"
    assert put(ws, file, crs="EPSG:4548").log["source"]["crs"] == "EPSG:4548"


def test_shapefile_without_prj(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.shp", THREE)
    file.with_suffix(".prj").unlink()
    error = refused(ws, file)
    assert error.code == "no_crs"
    assert "--crs" in error.hint.en


def test_degrees_in_a_projected_file(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(shapely.box(118, 24, 118.1, 24.1), {})])
    assert refused(ws, file).code == "degrees_in_projected"


def test_metres_in_a_geographic_file(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})], 4490)
    assert refused(ws, file).code == "projected_in_degrees"


def test_latitude_first(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(shapely.box(24, 118, 24.1, 118.1), {})], None)
    assert refused(ws, file).code == "swapped_axes"


@pytest.mark.parametrize("code", [2414, 2383])
def test_legacy_datum(ws: Workspace, tmp_path: Path, code: int) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})], code)
    assert refused(ws, file).code == "legacy_datum"


def test_gcj02(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    assert refused(ws, file, crs="gcj02").code == "gcj02_refused"


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_marks_of_ovital_map(ws: Workspace, tmp_path: Path, suffix: str) -> None:
    text = (
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" '
        'xmlns:ovital="http://www.ovital.com/"><Document><Placemark><Point><coordinates>'
        "116.5,24.5</coordinates></Point></Placemark></Document></kml>"
    )
    file = tmp_path / f"a{suffix}"
    if suffix == ".kmz":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml", text)
    else:
        file.write_text(text)
    assert refused(ws, file, "t.point").code == "gcj02_suspected"
    assert put(ws, file, "t.point", crs="EPSG:4326").edition.feature_count == 1


def test_a_geopackage_that_does_not_know_its_crs(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.gpkg", THREE)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        connection.execute("UPDATE gpkg_contents SET srs_id = -1")
    connection.close()
    assert refused(ws, file).code == "no_crs"


def test_unknown_local_grid(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    assert refused(ws, file, crs="local:厦门92").code == "local_grid"


def turned(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


@pytest.mark.parametrize(
    ("shape", "crs", "reason"),
    [
        (turned(square()), 4548, "swapped_axes"),
        (square(), 4547, "wrong_zone"),
        (shapely.transform(square(), lambda xy: xy / 0.3048), 4548, "feet_as_metres"),
        (square(3_000_000), 4548, None),
    ],
)
def test_wrong_place(
    ws: Workspace, tmp_path: Path, shape: BaseGeometry, crs: int, reason: str | None
) -> None:
    error = refused(ws, geojson(tmp_path / "a.geojson", [(shape, {})], crs))
    assert (error.code, error.where) == ("layer_outside_area", reason)


# --- features that would be lost ----------------------------------------------------------------


def test_null_geometry_leaves_everywhere_unknown(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (None, {})])
    error = refused(ws, file)
    assert error.code == "features_lost"
    assert "1 of 2" in error.fact.en
    result = put(ws, file, accept_loss=True)
    assert result.edition.incomplete
    assert result.edition.lost is None
    assert result.log["features"]["rejected"] == 1
    assert result.log["rejected"][0]["no"] == 2
    assert result.log["rejected"][0]["why"] == "null_geometry"


def test_ring_of_two_points_is_lost_where_it_lies(ws: Workspace, tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[X + 500, Y], [X + 510, Y + 20]]]}
    file = geojson(tmp_path / "a.geojson", [(ring, {}), (square(), {})])
    assert refused(ws, file).code == "features_lost"
    lost = put(ws, file, accept_loss=True).edition.lost
    assert lost is not None
    assert lost.bounds == (X + 499, Y - 1, X + 511, Y + 21)


def test_collapsed_polygon(ws: Workspace, tmp_path: Path) -> None:
    flat = shapely.Polygon([(X, Y), (X + 100, Y), (X + 50, Y), (X, Y)])
    file = geojson(tmp_path / "a.geojson", [(flat, {}), (square(), {})])
    assert refused(ws, file).code == "features_lost"
    result = put(ws, file, accept_loss=True)
    assert result.log["rejected"][0]["why"] == "degenerate"
    assert result.edition.lost is not None


@pytest.mark.parametrize(
    ("layer", "bad"),
    [
        ("t.layer", shapely.LineString([(X, Y), (X + 9, Y)])),
        ("t.line", shapely.Point(X, Y)),
        ("t.point", square(300)),
        ("t.layer", shapely.GeometryCollection([square(300), shapely.Point(X, Y)])),
    ],
)
def test_other_geometry_type(ws: Workspace, tmp_path: Path, layer: str, bad: BaseGeometry) -> None:
    good = {
        "t.layer": square(),
        "t.line": shapely.LineString([(X, Y), (X + 5, Y + 5)]),
        "t.point": shapely.Point(X, Y),
    }[layer]
    file = geojson(tmp_path / "a.geojson", [(good, {}), (bad, {})])
    error = refused(ws, file, layer)
    assert error.code == "features_lost"
    assert bad.geom_type in error.fact.en
    edition = put(ws, file, layer, accept_loss=True).edition
    assert edition.lost is not None
    assert edition.lost.covers(bad)


def test_coordinates_that_are_no_numbers(ws: Workspace, tmp_path: Path) -> None:
    bad = {"type": "Polygon", "coordinates": [[["x", Y], [X, Y], [X, Y + 5]]]}
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (bad, {})])
    assert refused(ws, file).code == "features_lost"


def test_nan_in_a_geopackage(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.gpkg", [square(), square(200)])
    with sqlite3.connect(file) as connection:
        (geometry,) = connection.execute("SELECT geom FROM a WHERE fid = 2").fetchone()
        bad = geometry[:-32] + struct.pack("<d", np.nan) + geometry[-24:]
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("UPDATE a SET geom = ? WHERE fid = 2", (bad,))
    connection.close()
    assert refused(ws, file).code == "features_lost"
    result = put(ws, file, accept_loss=True)
    assert result.log["rejected"][0]["why"] == "not_finite"
    assert result.edition.lost is None


def test_entries_that_gdal_skips(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (square(200), {})])
    document = json.loads(file.read_text())
    document["features"][1:1] = [5, None, {"type": "Foo"}]
    file.write_text(json.dumps(document))
    error = refused(ws, file)
    assert error.code == "features_lost"
    assert "3 of 5" in error.fact.en
    result = put(ws, file, accept_loss=True)
    assert [entry["no"] for entry in result.log["rejected"]] == [2, 3, 4]
    assert result.edition.lost is None
    assert result.log["features"] == {
        "in": 5,
        "published": 2,
        "rejected": 3,
        "repaired": 0,
        "identity": True,
    }


def test_one_feature_beyond_the_pole(ws: Workspace, tmp_path: Path) -> None:
    there = Transformer.from_crs(4548, 4490, always_xy=True)
    lon, lat = there.transform(X, Y)
    shapes = [shapely.box(lon + d, lat, lon + d + 0.001, lat + 0.001) for d in (0, 0.01)]
    file = geojson(
        tmp_path / "a.geojson",
        [*((g, {}) for g in shapes), (shapely.box(10, 95, 11, 96), {})],
        4490,
    )
    assert refused(ws, file).code == "features_lost"
    assert put(ws, file, accept_loss=True).log["rejected"][0]["why"] == "transform_failed"
