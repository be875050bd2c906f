"""Formats of vector layers: each gives the same square."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import X, Y, everything, put, square, workspace_of

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(
        tmp_path, "key: t.layer\nreport_fields: [note]", "key: t.line\ngeometry: line"
    )


def write(path: Path, driver: str, crs: str = "EPSG:4548", **options: Any) -> Path:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([square()], dtype=object)),
        field_data=[np.array(["甲"], dtype=object)],
        fields=["note"],
        geometry_type="Polygon",
        crs=crs,
        driver=driver,
        **options,
    )
    return path


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a.gpkg", "GPKG"),
        ("a.gdb", "OpenFileGDB"),
        ("a.fgb", "FlatGeobuf"),
        ("a.gml", "GML"),
        ("a.sqlite", "SQLite"),
        ("a.shp", "ESRI Shapefile"),
    ],
)
def test_same_square(ws: Workspace, tmp_path: Path, name: str, driver: str) -> None:
    file = write(tmp_path / name, driver)
    before = sorted(p.name for p in tmp_path.iterdir())
    found = everything(ws, put(ws, file))
    assert found.geometries[0].equals(square())
    assert found.fields[1]["note"] == "甲"
    assert sorted(p.name for p in tmp_path.iterdir()) == before  # nothing written beside it


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_csv_with_wkt(ws: Workspace, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f'WKT,note\n"{square().wkt}",甲乙\n'.encode(encoding))
    found = everything(ws, put(ws, file, crs="EPSG:4548"))
    assert found.geometries[0].equals(square())
    assert found.fields[1]["note"] == "甲乙"


def test_kml_counts_as_cgcs2000_with_a_metre_added(ws: Workspace, tmp_path: Path) -> None:
    there = Transformer.from_crs(4548, 4490, always_xy=True)
    xy = shapely.get_coordinates(square())
    ring = " ".join(f"{a:.10f},{b:.10f},0" for a, b in zip(*there.transform(*xy.T), strict=True))
    file = tmp_path / "a.kml"
    file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        "<Document><Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>",
        encoding="utf-8",
    )
    result = put(ws, file)
    found = everything(ws, result)
    assert found.geometries[0].symmetric_difference(square()).area < 0.1
    assert found.fields[1]["name"] == "甲"
    assert result.edition.accuracy_m == 1.5
    assert result.log["dropped"]["z"] == 1


def test_closed_polylines_of_a_drawing(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.dxf"
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(np.array([shapely.LineString(square().exterior)], dtype=object)),
        field_data=[],
        fields=[],
        geometry_type="LineString",
        crs="EPSG:4548",
        driver="DXF",
    )
    result = put(ws, file, crs="EPSG:4548")
    assert everything(ws, result).geometries[0].equals(square())
    assert result.log["dropped"]["closed_polylines"] == 1
    assert put(ws, file, "t.line", crs="EPSG:4548").edition.feature_count == 1


def test_arcs_become_short_chords(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    ring = f"{X} {Y}, {X + 1000} {Y + 1000}, {X + 2000} {Y}, {X + 1000} {Y - 1000}, {X} {Y}"
    file.write_text(f'WKT\n"CURVEPOLYGON (CIRCULARSTRING ({ring}))"\n')
    result = put(ws, file, crs="EPSG:4548")
    circle = shapely.union_all(everything(ws, result).geometries)
    # chords of 0.1 degrees: 1 - sin(t)/t = t²/6 = 5e-7 of the area is missing, t in radians
    assert circle.area == pytest.approx(np.pi * 1e6, rel=1e-6)


def test_rings_left_open_are_closed_and_named(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        f'WKT\n"POLYGON (({X} {Y}, {X + 100} {Y}, {X + 100} {Y + 100}, {X} {Y + 100}))"\n'
    )
    result = put(ws, file, crs="EPSG:4548")
    assert everything(ws, result).geometries[0].equals(square())
    assert result.log["dropped"]["closed_rings"] == [1]
