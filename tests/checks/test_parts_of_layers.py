"""Layers in parts: each part has its own day, its own coverage; what one lacks another may have."""

from __future__ import annotations

from datetime import date

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from checks.rule import Leaf, Number
from tests.support.memory_store import MemoryStore, findings, rule, run

X, Y = 600_000.0, 2_700_000.0
OLD, NEW = date(2020, 1, 1), date(2026, 11, 1)


def box(a: float, b: float, c: float, d: float) -> BaseGeometry:
    return shapely.box(X + a, Y + b, X + c, Y + d)


WEST, EAST = box(-1000, -1000, 0, 1000), box(0, -1000, 1000, 1000)
IN_WEST, IN_EAST = box(-200, 0, -100, 100), box(100, 0, 200, 100)
ACROSS = box(-25, 0, 75, 100)


@pytest.fixture
def store() -> MemoryStore:
    """West is of 2020, east of this month; a year is what the layer allows."""
    store = MemoryStore(area=box(-5000, -5000, 5000, 5000))
    for part, cover, day in (("west", WEST, OLD), ("east", EAST, NEW)):
        store.layer("L", [], part=part, coverage=cover, currency=day, freshness_days=365)
    return store


def state(store: MemoryStore, leaf: Leaf, site: object) -> tuple[str, str | None]:
    found = findings(store, [rule("R", "L", leaf)], site)["R"]
    reason = found["reason"]
    return str(found["state"]), reason["code"] if reason else None  # type: ignore[index]


def test_a_stale_part_takes_nothing_from_a_fresh_one(store: MemoryStore) -> None:
    leaf = Leaf("overlaps", "L")
    assert state(store, leaf, IN_EAST) == ("clear", None)
    assert state(store, leaf, IN_WEST) == ("not_assessed", "stale")
    assert state(store, leaf, ACROSS) == ("not_assessed", "stale")
    assert state(store, leaf, box(950, 0, 1050, 100)) == ("not_assessed", "not_covered")
    # the other order: what is kept of a site in one part is not said of the other
    assert state(store, leaf, IN_EAST) == ("clear", None)
    assert state(store, Leaf("outside", "L"), IN_EAST) == ("affected", None)
    assert state(store, Leaf("outside", "L"), IN_WEST) == ("not_assessed", "stale")


def test_a_distance_that_reaches_into_the_stale_part_proves_nothing(store: MemoryStore) -> None:
    near, far = (Leaf("within_distance", "L", {"distance_m": Number(d)}) for d in (99.0, 101.0))
    assert state(store, near, IN_EAST) == ("clear", None)
    assert state(store, far, IN_EAST) == ("not_assessed", "stale")


def test_each_edition_tells_how_much_of_the_site_it_covers(store: MemoryStore) -> None:
    def shares(site: BaseGeometry) -> list[float]:
        report = run(store, [rule("R", "L", Leaf("overlaps", "L"))], site)
        return [row["share_covered"] for row in report["data_basis"]]  # type: ignore[attr-defined]

    # in the order of the parts' names: east, west
    assert shares(IN_EAST) == [1.0, 0.0]
    assert shares(ACROSS) == [pytest.approx(0.75), pytest.approx(0.25)]
    found = findings(store, [rule("R", "L", Leaf("overlaps", "L"))], ACROSS)["R"]
    assert found["share_covered"] == 1.0


def test_the_accuracy_is_that_of_the_parts_around_the_site() -> None:
    store = MemoryStore(area=box(-5000, -5000, 5000, 5000))
    west, east = box(-150, 40, -99, 60), box(99, 40, 150, 60)
    store.layer("L", [west], part="west", coverage=WEST, accuracy=10.0)
    store.layer("L", [east], part="east", coverage=EAST, accuracy=0.5)

    def told(site: BaseGeometry, leaf: Leaf) -> tuple[object, object]:
        found = findings(store, [rule("R", "L", leaf)], site)["R"]
        return found["state"], found["certainty"]

    touched = Leaf("overlaps", "L")
    # each reaches 1 m into its site: beyond 0.5 m, and not beyond 10 m
    assert told(box(50, 0, 100, 100), touched) == ("affected", "certain")
    assert told(box(-100, 0, -50, 100), touched) == ("affected", "within_accuracy")
    # the boundary of the parts is 5 m off: the coarse part may have a say
    assert told(box(5, 0, 100, 100), touched) == ("affected", "within_accuracy")
    within = Leaf("within_distance", "L", {"distance_m": Number(45.0)})
    assert told(
        box(30, 45, 50, 55), Leaf("within_distance", "L", {"distance_m": Number(15.0)})
    ) == (
        "clear",
        "certain",
    )
    # 39 m from the thing in the east; the west, 56 m off, is beyond 45 m and its 10 m
    assert told(box(56, 45, 60, 55), within) == ("affected", "certain")
    found = findings(store, [rule("R", "L", touched)], box(50, 0, 99.2, 100))["R"]
    assert "±0.5 m" in found["verdict"]["en"]  # type: ignore[index]
