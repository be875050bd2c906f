"""What is kept of rules and findings from check to check never changes an answer."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import shapely

from checks import rule_day
from checks.rule import Basis, FactTest, Leaf, Named, Number, OfFact, Row
from tests.support.memory_store import MemoryStore, findings, rule, series

DAY = date(2026, 11, 20)
LAW = (
    Basis("旧", "1", date(2000, 1, 1), date(2019, 12, 31), "in_force", "prohibition"),
    Basis("新", "2", date(2020, 1, 1), None, "in_force", "prohibition"),
)
BY_USE = series(
    "d", (Row({"works": ("factory",)}, Number(30.0)), Row({"works": ("house",)}, OfFact("h", 2.0)))
)
ONE = rule(
    "R", "L", Leaf("within_distance", "L", args={"distance_m": Named("d")}),
    values=BY_USE, basis=LAW, when=FactTest("big", "eq", ("true",)),
)  # fmt: skip


def told(day: date = DAY, **facts: Any) -> rule_day.RuleDay:
    return rule_day.rule_day(ONE, day, facts)


def test_days_are_told_apart_by_all_that_the_rule_asks() -> None:
    first = told(works="factory", big=True)
    assert first is told(works="factory", big=True, other="x")  # nothing that it asks for
    assert (first.when, first.reaches) == (True, (("L", 30.0),))
    assert told(works="factory", big=False).when is False
    assert told(works="factory").when is None
    assert told(works="house", big=True, h=7.0).reaches == (("L", 14.0),)
    assert told(works="house", big=True, h=8.0).reaches == (("L", 16.0),)
    assert told(works="other", big=True).reaches == (("L", 0.0),)
    assert [basis.title for basis in told(date(2019, 12, 31), big=True).basis] == ["旧"]
    assert [basis.title for basis in first.basis] == ["新"]


def test_what_is_kept_is_bounded() -> None:
    for height in range(3 * rule_day.MOST_DAYS):
        assert told(works="house", h=float(height)).reaches == (("L", 2.0 * height),)
    assert len(rule_day._KNOWN[id(ONE)].days) <= rule_day.MOST_DAYS


def test_findings_of_nothing_tell_of_their_own_site() -> None:
    store = MemoryStore()
    store.layer("L", [shapely.box(5000, 5000, 5001, 5001)])
    rules = [rule("A", "L", Leaf("overlaps", "L"))]
    for site in (shapely.box(0, 0, 10, 10), shapely.box(20, 0, 25, 10)):
        found = findings(store, rules, site)["A"]
        assert (found["state"], found["certainty"]) == ("clear", "certain")
        assert shapely.equals(shapely.from_geojson(json.dumps(found["remainder"])), site)
    store.layer("L", [shapely.box(20, 0, 21, 10)], part="north")  # another edition beside
    found = findings(store, rules, site)["A"]
    assert (found["state"], found["editions"]) == ("affected", ["e1", "e1/north"])
    found = findings(store, rules, shapely.box(0, 0, 10, 10))["A"]
    assert (found["state"], found["editions"]) == ("clear", ["e1", "e1/north"])
