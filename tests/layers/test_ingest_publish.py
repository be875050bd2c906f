"""From a file to an edition: counted, transformed once, repaired with a word, logged."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
import shapely.affinity
from pyproj import Transformer

from layers.ingest import publish
from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import (
    AREA,
    AT,
    X,
    Y,
    everything,
    geojson,
    options,
    put,
    refused,
    square,
    workspace_of,
)

pytestmark = pytest.mark.usefixtures("both_stores")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(tmp_path, "key: t.layer", "key: t.tiles\ntiles: true")


def test_same_crs_stays_bit_equal(ws: Workspace, tmp_path: Path) -> None:
    odd = shapely.Polygon([(X + 0.1, Y + 0.2), (X + 33.3333333333, Y), (X + 7.7, Y + 90.123456789)])
    result = put(ws, geojson(tmp_path / "a.geojson", [(odd, {}), (square(500), {})]))
    found = everything(ws, result)
    assert found.ids.tolist() == [1, 2]
    assert found.geometries[0].wkb == odd.wkb
    assert result.edition.accuracy_m == 0.5
    assert result.edition.feature_count == 2
    assert shapely.equals(result.edition.coverage, AREA)
    assert not result.edition.incomplete
    assert result.log["features"] == {
        "in": 2,
        "published": 2,
        "rejected": 0,
        "repaired": 0,
        "identity": True,
    }
    assert ws.issue_log(result.edition) == json.loads(json.dumps(result.log))


def test_long_edges_are_densified_before_the_transformation(ws: Workspace, tmp_path: Path) -> None:
    # a strip 10 km long in zone 39's neighbour zone: its middle must lie where PROJ puts it
    there = Transformer.from_crs(4548, 4549, always_xy=True)
    corners = np.array([(X - 5000, Y), (X + 5000, Y), (X + 5000, Y + 10), (X - 5000, Y + 10)])
    moved = np.column_stack(there.transform(corners[:, 0], corners[:, 1]))
    result = put(ws, geojson(tmp_path / "a.geojson", [(shapely.Polygon(moved), {})], crs=4549))
    stored = shapely.union_all(everything(ws, result).geometries)  # the store cuts big ones
    middle = (moved[0] + moved[1]) / 2
    expected = Transformer.from_crs(4549, 4548, always_xy=True).transform(*middle)
    assert shapely.Point(expected).distance(stored.boundary) < 1e-3
    assert shapely.get_num_coordinates(stored) > 280


def test_foreign_crs_by_proj(tmp_path: Path) -> None:
    area = shapely.box(120_000, 470_000, 140_000, 490_000)
    ws = workspace_of(tmp_path, "key: t.layer", crs="EPSG:28992", area=area)
    there = Transformer.from_crs(28992, 4326, always_xy=True)
    x, y = there.transform([130_000, 130_100, 130_100], [480_000, 480_000, 480_100])
    file = geojson(tmp_path / "a.geojson", [(shapely.Polygon(zip(x, y, strict=True)), {})], None)
    (stored,) = everything(ws, put(ws, file)).geometries
    assert stored.area == pytest.approx(5000, abs=0.1)  # straight in degrees, not in the plane


def test_degrees_without_crs_are_cgcs2000(ws: Workspace, tmp_path: Path) -> None:
    there = Transformer.from_crs(4548, 4490, always_xy=True)
    corners = shapely.get_coordinates(square())
    lonlat = shapely.Polygon(zip(*there.transform(corners[:, 0], corners[:, 1]), strict=True))
    plain = put(ws, geojson(tmp_path / "a.geojson", [(lonlat, {})], None))
    assert plain.edition.accuracy_m == 0.5
    assert plain.log["source"]["crs"] == "EPSG:4490"
    wgs = put(ws, geojson(tmp_path / "b.geojson", [(lonlat, {})], 4326), edition="e2")
    assert wgs.edition.accuracy_m == 1.5
    assert "wgs84_as_cgcs2000" in {note["code"] for note in wgs.log["notes"]}
    (stored,) = everything(ws, wgs).geometries
    assert stored.symmetric_difference(square()).area < 0.01


def test_small_repair_is_made_and_stated(ws: Workspace, tmp_path: Path) -> None:
    spike = shapely.Polygon(
        [(X, Y), (X + 100, Y), (X + 100, Y + 100), (X + 50, Y + 100), (X + 50, Y + 130),
         (X + 50, Y + 100), (X, Y + 100)]
    )  # fmt: skip
    assert not spike.is_valid
    result = put(ws, geojson(tmp_path / "a.geojson", [(square(500), {}), (spike, {})]))
    (entry,) = result.log["repaired"]
    assert entry["no"] == 2
    assert entry["method"] == "make_valid:structure"
    assert (entry["area_before_m2"], entry["area_after_m2"], entry["change"]) == (10000, 10000, 0)
    assert everything(ws, result).geometries[1].equals(square())


def test_large_repair_asks_for_a_word(ws: Workspace, tmp_path: Path) -> None:
    eight = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    file = geojson(tmp_path / "a.geojson", [(eight, {}), (square(500), {})])
    error = refused(ws, file)
    assert error.code == "repair_needs_consent"
    assert "5000" in error.fact.en
    result = put(ws, file, accept_repair=True)
    assert everything(ws, result).geometries[0].area == pytest.approx(5000)
    assert result.log["repaired"][0]["change"] == 1.0


def test_overlaps_duplicates_and_places(ws: Workspace, tmp_path: Path) -> None:
    shapes = [
        square(0),
        square(50),  # doubly covers 50 x 100
        square(100),  # doubly covers 50 x 100 with the second, touches the first
        square(1000),
        square(1000),  # equal: 100 x 100
        shapely.box(X + 9_900, Y, X + 10_100, Y + 100),  # half outside
        shapely.box(X + 20_000, Y, X + 20_100, Y + 100),  # outside
    ]
    log = put(ws, geojson(tmp_path / "a.geojson", [(g, {}) for g in shapes])).log
    assert log["overlaps"]["pairs"] == 3
    assert log["overlaps"]["doubly_covered_m2"] == 20_000
    assert log["duplicates"] == {"count": 1, "examples": [[4, 5]]}
    assert log["outside"] == {"wholly": 1, "partly": 1, "examples": [7]}


def test_z_is_dropped_and_counted(ws: Workspace, tmp_path: Path) -> None:
    high = shapely.force_3d(square(), 12.5)
    result = put(ws, geojson(tmp_path / "a.geojson", [(high, {}), (square(500), {})]))
    assert result.log["dropped"]["z"] == 1
    assert not shapely.has_z(everything(ws, result).geometries).any()


def test_coverage_from_a_file_in_another_crs(ws: Workspace, tmp_path: Path) -> None:
    there = Transformer.from_crs(4548, 4490, always_xy=True)
    parts = []
    for shape in (square(-500, -500, 600), square(0, -500, 600)):
        xy = shapely.get_coordinates(shape)
        parts.append((shapely.Polygon(zip(*there.transform(xy[:, 0], xy[:, 1]), strict=True)), {}))
    cover = geojson(tmp_path / "cover.geojson", parts, 4490)
    result = put(ws, geojson(tmp_path / "a.geojson", [(square(), {})]), coverage=cover)
    expected = shapely.box(X - 500, Y - 500, X + 600, Y + 100)
    # a straight edge in degrees leaves the plane's by 3 mm in 600 m
    assert result.edition.coverage.symmetric_difference(expected).area < 10


def test_coverage_of_tiles_is_their_union(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (square(100), {})])
    assert refused(ws, file, coverage="features").code == "coverage_features_not_allowed"
    result = put(ws, file, "t.tiles", coverage="features")
    assert shapely.equals(result.edition.coverage, shapely.box(X, Y, X + 200, Y + 100))


def test_empty_layer_needs_a_word(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [])
    assert refused(ws, file, "t.tiles", coverage="features").code == "empty_needs_coverage"
    result = put(ws, file)
    assert result.edition.feature_count == 0
    assert "empty_layer" in {note["code"] for note in result.log["notes"]}


def test_same_again_is_done_and_other_content_refused(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    first = put(ws, file)
    again = put(ws, file)
    assert again.edition.revision == first.edition.revision
    assert again.log == json.loads(json.dumps(first.log))
    other = geojson(tmp_path / "b.geojson", [(square(5), {})])
    assert refused(ws, other).code == "edition_exists"
    differs = refused(ws, file, accuracy_m=2.0)
    assert differs.code == "edition_exists"
    assert "accuracy_m: 0.5 / 2.0" in differs.fact.en
    east = put(ws, other, part="east")
    assert east.edition.id == "e1/east"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"valid_to": date(2025, 12, 31)}, "valid_to"),
        ({"accuracy_m": -1.0}, "-1.0"),
        ({"accuracy_m": float("nan")}, "nan"),
        ({"edition": " "}, "empty"),
    ],
)
def test_options_that_make_no_sense(
    ws: Workspace, tmp_path: Path, changes: dict[str, Any], word: str
) -> None:
    error = refused(ws, geojson(tmp_path / "a.geojson", [(square(), {})]), **changes)
    assert error.code == "bad_options"
    assert word in error.fact.en


def test_unknown_layer_names_near_ones(ws: Workspace, tmp_path: Path) -> None:
    error = refused(ws, geojson(tmp_path / "a.geojson", []), "x.tiles")
    assert error.code == "unknown_layer"
    assert "t.tiles" in error.fact.en


def test_local_grid_of_the_workspace(ws: Workspace, tmp_path: Path) -> None:
    # a shift alone: local (0, 0) is X, Y
    grid = {"target": "EPSG:4548", "dx": X, "dy": Y, "scale": 1.0, "rotation": 0.0}
    ws.set_local_grid("town92", grid, at=AT)
    file = geojson(tmp_path / "a.geojson", [(shapely.box(10, 20, 110, 120), {})], None)
    result = put(ws, file, crs="local:town92")
    assert everything(ws, result).geometries[0].symmetric_difference(square(10, 20)).area < 1e-3
    assert result.log["source"]["crs"] == "local:town92"


def test_progress_is_told(ws: Workspace, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    publish(
        ws, "t.layer", file, options(progress=lambda done, total, _: seen.append((done, total)))
    )
    assert seen[0] == (0, 6)
    assert seen[-1] == (6, 6)


def test_twenty_thousand_features_are_counted(ws: Workspace, tmp_path: Path) -> None:
    count = 20_000
    x, y = X - 9000 + np.arange(count) % 200 * 50.0, Y - 9000 + np.arange(count) // 200 * 50.0
    shapes = shapely.box(x, y, x + 50, y + 50)
    file = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(shapes),
        field_data=[np.arange(count)],
        fields=["no"],
        geometry_type="Polygon",
        crs="EPSG:4548",
    )
    result = put(ws, file, "t.tiles", coverage="features")
    assert result.log["features"]["in"] == result.log["features"]["published"] == count
    assert result.edition.coverage.area == pytest.approx(count * 2500)
    assert result.log["overlaps"]["pairs"] == 0
    near = ws.read(result.edition, (X - 8999, Y - 8999, X - 8951, Y - 8951))
    assert near.ids.tolist() == [1]


def test_overlaps_of_a_layer_with_many_neighbours(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.ingest_checks.MAX_OVERLAP_VERTICES", 400)
    # slanted strips: each meets its neighbours' boxes, none their ground, but for the last two
    strips = [
        shapely.Polygon([(X + i, Y), (X + i + 10, Y), (X + i + 110, Y + 99), (X + i + 100, Y + 99)])
        for i in range(0, 400, 10)
    ]
    strips.append(shapely.affinity.translate(strips[-1], 5))
    log = put(ws, geojson(tmp_path / "a.geojson", [(strip, {}) for strip in strips])).log
    assert log["overlaps"]["pairs"] == 1
    assert log["overlaps"]["doubly_covered_m2"] == pytest.approx(5 * 99)
    monkeypatch.setattr("layers.ingest_checks.MAX_OVERLAP_VERTICES", 5)
    skipped = put(ws, tmp_path / "a.geojson", edition="e2").log["overlaps"]
    assert skipped["checked"] is False
    assert "not checked" in skipped["reason"]["en"]
