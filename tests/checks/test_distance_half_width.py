"""Distances to things drawn by their centreline: what a missing half-width leaves open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from checks.rule import Leaf, Number, OfAttribute
from tests.support.memory_store import MemoryStore, rule, run

X, Y = 600_000.0, 2_700_000.0
NAME = "offset_m"
LIMIT = {"distance_m": Number(20.0)}


def box(a: float, b: float, c: float, d: float) -> shapely.Polygon:
    return shapely.box(X + a, Y + b, X + c, Y + d)


SITE = box(0, 0, 100, 100)


def line(away: float) -> BaseGeometry:
    """A long line to the east, so many metres from the site."""
    x = X + 100 + away
    return shapely.LineString([(x, Y - 500), (x, Y + 600)])


def report(
    rows: Sequence[object], leaf: Leaf | None = None, accuracy: float = 0.0
) -> dict[str, Any]:
    store = MemoryStore(area=box(-5000, -5000, 5000, 5000))
    store.layer("L", rows, geometry="line", offset_field=NAME, accuracy=accuracy)
    asked = leaf or Leaf("within_distance", "L", args=LIMIT)
    return run(store, [rule("R", "L", asked)], SITE)


def found(
    rows: Sequence[object], leaf: Leaf | None = None, accuracy: float = 0.0
) -> dict[str, Any]:
    """The finding in a layer of centrelines: one far off carries its half-width."""
    (finding,) = report([*rows, row(3000, 4.0)], leaf, accuracy)["findings"]
    return dict(finding)


def row(away: float, half_width: float | None) -> tuple[BaseGeometry, None, dict[str, object]]:
    return line(away), None, {} if half_width is None else {NAME: half_width}


@pytest.mark.parametrize(
    ("away", "half_width", "state"),
    [
        (30, 12.0, "affected"),  # its edge lies at 18 m
        (30, 10.0, "clear"),  # at 20 m, the legal distance itself
        (30, None, "needs_person"),  # anywhere between 0 and 30 m
        (69, None, "needs_person"),  # 69 - 50 = 19 m at worst
        (71, None, "clear"),  # 21 m even as a motorway of 100 m
        (15, None, "affected"),  # the bare line alone is nearer than 20 m
        (15, -1.0, "affected"),
        (30, -1.0, "needs_person"),  # no half-width at all
    ],
)
def test_a_line_without_half_width_is_not_clear(
    away: float, half_width: float | None, state: str
) -> None:
    assert found([row(away, half_width)])["state"] == state


def test_a_layer_without_any_half_width_is_drawn_by_edges() -> None:
    for away, state, told in ((20, "clear", True), (19, "affected", False)):
        document = report([row(away, None), row(900, None)])
        assert document["findings"][0]["state"] == state
        assert ("drawn_by_edge" in {note["code"] for note in document["limits"]}) == told
    document = report([row(30, 2.0)])
    assert document["findings"][0]["state"] == "clear"
    assert "drawn_by_edge" not in {note["code"] for note in document["limits"]}


def test_the_question_names_the_attribute() -> None:
    question = found([row(30, None)])["question"]
    assert NAME in question["zh"]
    assert NAME in question["en"]


def test_it_may_be_as_wide_as_the_widest_of_its_layer() -> None:
    assert found([row(95, None)])["state"] == "clear"
    assert found([row(95, None), row(1500, 80.0)])["state"] == "needs_person"  # 95 - 80 = 15 m


def test_one_hit_settles_what_another_leaves_open() -> None:
    both = found([row(30, None), row(25, 6.0)])
    assert both["state"] == "affected"
    assert both["measures"]["distance_m"] == 19.0
    assert both["measures"]["count"] == 1


def test_a_polygon_is_drawn_by_its_edge() -> None:
    road = box(130, -500, 150, 600)
    assert found([(road, None, {})])["state"] == "clear"
    assert found([(road, None, {NAME: 11.0})])["state"] == "affected"


def test_the_zone_reaches_from_the_edge() -> None:
    pieces = found([row(30, 12.0)])["pieces"]
    # nearer than 20 m to an edge 18 m away: the last 2 m of the site
    assert shapely.from_geojson(json.dumps(pieces)).area == pytest.approx(2 * 100, rel=1e-9)


@pytest.mark.parametrize(
    ("away", "half_width", "state"),
    [(10, None, "needs_person"), (10, 2.0, "affected"), (10, 6.0, "clear"), (3, None, "clear")],
)
def test_in_a_band_both_ends_count(away: float, half_width: float | None, state: str) -> None:
    band = Leaf("within_distance", "L", args={**LIMIT, "inner": Number(5.0)})
    assert found([row(away, half_width)], band)["state"] == state


@pytest.mark.parametrize(
    ("away", "half_width", "certainty"),
    [(72, None, "within_accuracy"), (74, None, "certain"), (15, None, "certain")],
)
def test_certainty_looks_at_the_worst_case(
    away: float, half_width: float | None, certainty: str
) -> None:
    assert found([row(away, half_width)], accuracy=3.0)["certainty"] == certainty


def test_where_no_feature_tells_its_limit_all_are_in_question() -> None:
    asked = Leaf("within_distance", "L", args={"distance_m": OfAttribute("protect_m")})
    own = {NAME: 0.0, "protect_m": 40.0}
    assert found([(line(30), None, {NAME: 0.0})], asked)["state"] == "needs_person"
    assert found([(line(30), None, own)], asked)["state"] == "affected"
    # of several the largest limit bounds what the others may have
    far = [(line(30), None, {NAME: 0.0}), (line(300), None, own | {"protect_m": 25.0})]
    assert found(far, asked)["state"] == "clear"
