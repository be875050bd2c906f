"""What has neither area nor length under the site is there all the same; a test that cannot be
answered from what a layer holds is never clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely.geometry.base import BaseGeometry

from checks.rule import ClassChoice, Leaf, Number
from tests.support.memory_store import MemoryStore, findings, rule

X, Y = 600_000.0, 2_700_000.0


def at(*points: tuple[float, float]) -> BaseGeometry:
    placed = [(X + x, Y + y) for x, y in points]
    return shapely.LineString(placed) if len(placed) > 1 else shapely.Point(placed[0])


SITE = shapely.box(X, Y, X + 100, Y + 100)
ROAD = at((0, 0), (100, 0))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))


def ask(store: MemoryStore, leaf: Leaf, site: BaseGeometry = SITE, **more: Any) -> dict[str, Any]:
    facts = more.pop("facts", None)
    return findings(store, [rule("R", leaf.layer, leaf, **more)], site, facts=facts)["R"]


# --- a linear site across lines ------------------------------------------------------------------


def test_a_road_that_crosses_a_pipeline_is_affected_by_it(store: MemoryStore) -> None:
    store.layer("L", [(at((30, -20), (30, 20)), "gas")], geometry="line")
    found = ask(store, Leaf("overlaps", "L"), ROAD)
    assert found["state"] == "affected"
    assert found["certainty"] == "certain"
    assert (found["measures"]["count"], found["measures"]["length_m"]) == (1, 0)
    assert found["pieces"] == {"type": "MultiPoint", "coordinates": [[X + 30, Y]]}
    assert found["features"][0]["stations"] == [{"part": 1, "from_m": 30, "to_m": 30}]
    gas = ClassChoice(frozenset({"gas"}))
    assert ask(store, Leaf("overlaps", "L", classes=gas), ROAD)["state"] == "affected"
    water = ClassChoice(frozenset({"water"}))
    assert ask(store, Leaf("overlaps", "L", classes=water), ROAD)["state"] == "clear"
    any_share = Leaf("class_in", "L", {"share": Number(0.0)}, classes=gas)
    assert ask(store, any_share, ROAD)["state"] == "affected"
    half = Leaf("class_in", "L", {"share": Number(0.5)}, classes=gas)
    assert ask(store, half, ROAD)["state"] == "clear"  # it has no share in the length


def test_how_sure_a_crossing_is(store: MemoryStore) -> None:
    # moved by 2 m in any direction the first crosses still; the second ends 1 m beyond the road
    store.layer("L", [at((30, -20), (30, 20))], geometry="line", accuracy=2.0)
    store.layer("M", [at((30, -20), (30, 1))], geometry="line", accuracy=2.0)
    store.layer("N", [at((30, -20), (30, -1))], geometry="line", accuracy=2.0)

    def told(layer: str) -> tuple[str, str]:
        found = ask(store, Leaf("overlaps", layer), ROAD)
        return found["state"], found["certainty"]

    assert told("L") == ("affected", "certain")
    assert told("M") == ("affected", "within_accuracy")
    assert told("N") == ("clear", "within_accuracy")


def test_crossings_are_counted(store: MemoryStore) -> None:
    store.layer("L", [at((x, -20), (x, 20)) for x in (10, 50, 90, 150)], geometry="line")
    three = Leaf("count_over", "L", {"count": Number(2.0)})
    assert ask(store, three, ROAD)["measures"]["count"] == 3
    assert ask(store, three, ROAD)["state"] == "affected"
    assert ask(store, Leaf("count_over", "L", {"count": Number(3.0)}), ROAD)["state"] == "clear"


# --- values that points carry --------------------------------------------------------------------


def test_a_point_on_the_site_is_asked_for_its_value(store: MemoryStore) -> None:
    wells = [(at((50, 50)), "well", {"limit": 5.0}), (at((150, 50)), "well", {"limit": 1.0})]
    store.layer("L", wells, geometry="point")
    leaf = Leaf("fact_over_attribute", "L", fact="height_m", attribute="limit")
    found = ask(store, leaf, facts={"height_m": 9.0})
    assert (found["state"], found["certainty"]) == ("affected", "certain")
    assert found["measures"]["count"] == 1
    assert found["measures"]["area_m2"] is None
    assert found["features"][0]["area_m2"] is None
    assert ask(store, leaf, facts={"height_m": 3.0})["state"] == "clear"
    assert ask(store, leaf)["state"] == "needs_person"


def test_a_point_within_the_accuracy_leaves_the_value_in_doubt(store: MemoryStore) -> None:
    store.layer("L", [(at((99, 50)), "w", {"limit": 5.0})], geometry="point", accuracy=2.0)
    store.layer("M", [(at((101, 50)), "w", {"limit": 5.0})], geometry="point", accuracy=2.0)

    def told(layer: str) -> tuple[str, str]:
        leaf = Leaf("fact_over_attribute", layer, fact="height_m", attribute="limit")
        found = ask(store, leaf, facts={"height_m": 9.0})
        return found["state"], found["certainty"]

    assert told("L") == ("affected", "within_accuracy")
    assert told("M") == ("clear", "within_accuracy")


def test_only_the_points_of_a_feature_that_lie_on_the_site_are_pieces(store: MemoryStore) -> None:
    pair = shapely.MultiPoint([at((50, 50)), at((500, 50))])
    store.layer("L", [pair], geometry="point")
    found = ask(store, Leaf("overlaps", "L"))
    assert found["measures"]["count"] == 1
    assert found["pieces"]["coordinates"] == [[X + 50, Y + 50]]


# --- values under a tolerance --------------------------------------------------------------------


def test_a_neighbouring_plot_below_the_tolerance_decides_nothing(store: MemoryStore) -> None:
    # the site reaches 0.2 m into a plot of the lower ratio: 20 m² set aside by a width of 0.5 m
    store.layer(
        "L",
        [
            (shapely.box(X - 50, Y, X + 0.2, Y + 100), None, {"far": 1.0}),
            (shapely.box(X + 0.2, Y, X + 100, Y + 100), None, {"far": 3.0}),
        ],
    )
    leaf = Leaf("fact_over_attribute", "L", fact="floor_area_ratio", attribute="far")
    facts = {"floor_area_ratio": 2.0}
    assert ask(store, leaf, facts=facts)["state"] == "affected"
    found = ask(store, leaf, facts=facts, tolerance_width_m=0.5)
    assert found["state"] == "clear"
    assert found["edge"]["below_tolerance_m2"] == pytest.approx(20.0, abs=1e-6)
    store.layer(
        "M",
        [
            (shapely.box(X - 50, Y, X + 0.2, Y + 100), None, {}),  # nobody knows its ratio
            (shapely.box(X + 0.2, Y, X + 100, Y + 100), None, {"far": 3.0}),
        ],
    )
    leaf = Leaf("fact_over_attribute", "M", fact="floor_area_ratio", attribute="far")
    assert ask(store, leaf, facts=facts)["state"] == "needs_person"
    assert ask(store, leaf, facts=facts, tolerance_width_m=0.5)["state"] == "clear"


# --- tests that a layer cannot answer ------------------------------------------------------------


@pytest.mark.parametrize(
    "leaf",
    [
        Leaf("overlaps", "L"),
        Leaf("outside", "L"),
        Leaf("within_distance", "L", {"distance_m": Number(10.0)}),
        Leaf("count_over", "L", {"count": Number(0.0)}),
        Leaf("fact_over_attribute", "L", fact="height_m", attribute="limit"),
    ],
    ids=lambda leaf: leaf.kind,
)
def test_a_raster_is_not_read_by_a_test_of_features(
    store: MemoryStore, tmp_path: Path, leaf: Leaf
) -> None:
    path = tmp_path / "r.tif"
    shape = {"width": 40, "height": 40, "count": 1, "dtype": "float32", "crs": "EPSG:4548"}
    with rasterio.open(
        path, "w", driver="GTiff", transform=from_origin(X - 100, Y + 200, 10, 10), **shape
    ) as raster:
        raster.write(np.ones((1, 40, 40), dtype="float32"))
    store.layer("L", geometry="raster", raster=path)
    found = ask(store, leaf, facts={"height_m": 9.0})
    assert (found["state"], found["reason"]["code"]) == ("not_assessed", "test_against_geometry")


def test_a_limit_of_area_is_not_held_against_a_length(store: MemoryStore) -> None:
    # 100 m of road in the zone are less than the figure 500, and say nothing of 500 m²
    store.layer("L", [shapely.box(X - 10, Y - 10, X + 200, Y + 10)])
    big = Leaf("area_over", "L", {"area_m2": Number(500.0)})
    found = ask(store, big, ROAD)
    assert found["state"] == "needs_person"
    assert "outline" in found["question"]["en"]
    assert found["measures"]["length_m"] == 100
    assert ask(store, Leaf("area_over", "L", {"area_m2": Number(0.0)}), ROAD)["state"] == "affected"
    away = at((1000, 0), (1100, 0))
    assert ask(store, big, away)["state"] == "clear"


def test_a_share_of_lines_in_an_area_is_no_figure(store: MemoryStore) -> None:
    store.layer("L", [at((0, 50), (100, 50))], geometry="line")
    half = Leaf("share_over", "L", {"share": Number(0.5)})
    found = ask(store, half)
    assert (found["state"], found["reason"]["code"]) == ("not_assessed", "test_against_geometry")
    assert ask(store, Leaf("share_over", "L", {"share": Number(0.0)}))["state"] == "affected"
    away = shapely.box(X + 1000, Y, X + 1100, Y + 100)
    assert ask(store, half, away)["state"] == "clear"
