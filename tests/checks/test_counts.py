"""Counting features on a site: what counts, how sure the count is, what is open."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from checks.rule import ClassChoice, Leaf, Number
from tests.support.memory_store import MemoryStore, findings, rule

X, Y = 600_000.0, 2_700_000.0


def box(a: float, b: float, c: float, d: float) -> BaseGeometry:
    return shapely.box(X + a, Y + b, X + c, Y + d)


SITE = box(0, 0, 100, 100)
DEEP = [box(10, 10, 30, 30), box(40, 10, 60, 30), box(70, 10, 90, 30)]


def count(
    rows: list[object], limit: float, *, site: object = SITE, accuracy: float = 0.0, **more: Any
) -> dict[str, Any]:
    store = MemoryStore(area=box(-5000, -5000, 5000, 5000))
    kind = more.pop("geometry", "polygon")
    store.layer("L", rows, accuracy=accuracy, geometry=kind)
    leaf = Leaf("count_over", "L", {"count": Number(limit)}, **more)
    return findings(store, [rule("R", "L", leaf)], site)["R"]  # type: ignore[return-value]


def test_a_neighbour_that_reaches_in_by_half_a_millimetre_does_not_count() -> None:
    # 0.0005 m x 100 m = 0.05 m²: more than 1e-4 m², but nothing is left after erosion by 1 mm
    sliver = box(-50, 0, 0.0005, 100)
    found = count([DEEP[0], sliver], 1)
    assert (found["state"], found["measures"]["count"]) == ("clear", 1)
    assert [row["id"] for row in found["features"]] == ["e1#1"]
    assert found["measures"]["area_m2"] == pytest.approx(400.05, abs=1e-6)
    assert count([sliver], 0)["state"] == "clear"


def test_a_feature_of_two_thin_pieces_that_lie_side_by_side_counts() -> None:
    # one feature of 4 mm, stored in two pieces along a seam or not: 4 mm stay under erosion
    whole = shapely.union_all([box(20, 0, 20.002, 100), box(20.002, 0, 20.004, 100)])
    assert count([whole], 0)["measures"]["count"] == 1


def test_the_limit_itself_counts_where_the_rule_says_so() -> None:
    assert count(DEEP, 3)["state"] == "clear"
    assert count(DEEP, 3, inclusive=True)["state"] == "affected"
    assert count(DEEP[:2], 3, inclusive=True)["state"] == "clear"
    assert count([], 0, inclusive=True)["state"] == "clear"  # none is none


def test_fewer_than_the_limit_is_certain_although_something_is_there() -> None:
    found = count(DEEP[:1], 3, accuracy=2.0)
    assert (found["state"], found["certainty"]) == ("clear", "certain")


def test_a_count_is_sure_when_it_stands_without_what_only_reaches_in() -> None:
    rim = box(99, 40, 150, 60)  # 1 m into the site
    found = count([*DEEP[:2], rim], 2, accuracy=2.0)
    assert (found["state"], found["certainty"]) == ("affected", "within_accuracy")
    assert count([*DEEP, rim], 2, accuracy=2.0)["certainty"] == "certain"


def test_a_count_below_the_limit_is_doubtful_where_one_more_may_reach_in() -> None:
    beside = box(101, 40, 150, 60)  # 1 m beside the site
    assert count([*DEEP[:2], beside], 2, accuracy=2.0)["certainty"] == "within_accuracy"
    assert count([*DEEP[:2], beside], 2, accuracy=0.5)["certainty"] == "certain"
    assert count([*DEEP[:2], beside], 3, accuracy=2.0)["certainty"] == "certain"


def test_a_feature_without_class_opens_the_count_only_where_it_matters() -> None:
    choice = {"classes": ClassChoice(frozenset("a"))}
    rows: list[object] = [(DEEP[0], "a"), DEEP[1]]
    assert count(rows, 0, **choice)["state"] == "affected"
    assert count(rows, 1, **choice)["state"] == "needs_person"
    assert count(rows, 2, **choice)["state"] == "clear"


def test_points_at_the_limit() -> None:
    trees: list[object] = [shapely.Point(X + x, Y + 50) for x in (20, 50, 80)]
    assert count(trees, 3, geometry="point")["state"] == "clear"
    assert count(trees, 3, geometry="point", inclusive=True)["state"] == "affected"
    assert count(trees, 2, geometry="point")["state"] == "affected"
