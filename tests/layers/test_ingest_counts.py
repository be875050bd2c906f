"""Features counted by the file's own bytes, whatever GDAL makes of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from layers.readers import read_vector
from layers.readers_count import count_geojson
from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import geojson, put, refused, square, workspace_of

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(tmp_path, "key: t.layer")


def named(path: Path, crs: Any) -> Path:
    file = geojson(path, [(square(), {}), (square(200), {"type": "Feature"})], None)
    document = {"crs": crs, **json.loads(file.read_text())}
    file.write_text(json.dumps(document))
    return file


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        {"type": "name", "properties": {"name": "EPSG:4548"}},
        {"type": "EPSG", "properties": {"code": 4548}},
    ],
)
def test_crs_members_that_are_read(ws: Workspace, tmp_path: Path, crs: Any) -> None:
    assert put(ws, named(tmp_path / "a.geojson", crs)).log["source"]["crs"] == "EPSG:4548"


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "厦门92"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}},
        {"type": "link", "properties": {"href": "http://localhost/4548.prj", "type": "proj4"}},
    ],
)
def test_crs_members_that_gdal_would_take_for_wgs84(
    ws: Workspace, tmp_path: Path, crs: Any
) -> None:
    file = named(tmp_path / "a.geojson", crs)
    assert refused(ws, file).code == "unknown_crs"
    assert put(ws, file, crs="EPSG:4548").edition.feature_count == 2


@pytest.mark.parametrize("limit", [10**9, 0])
def test_both_ways_of_counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr("layers.readers_count.JSON_IN_FULL_BYTES", limit)
    monkeypatch.setattr("layers.readers_count.CHUNK_BYTES", 700)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    features = [(square(i), {"text": '{"type": "Feature"}', "i": i}) for i in range(100)]
    file = geojson(tmp_path / "a.geojson", features)
    count = count_geojson(file, read=100)
    assert count is not None
    assert count.features == 100
    assert count.crs_text == crs["properties"]["name"]  # type: ignore[index]
    plain = count_geojson(geojson(tmp_path / "b.geojson", features, None), read=100)
    assert plain is not None
    assert (plain.features, plain.has_crs_member) == (100, False)


def test_an_attribute_that_looks_like_a_feature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.readers_count.JSON_IN_FULL_BYTES", 0)
    file = geojson(tmp_path / "a.geojson", [(square(), {"type": "Feature"}), (square(200), {})])
    table = read_vector(file)
    assert len(table.numbers) == table.features_in == 2
