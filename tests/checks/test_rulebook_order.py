"""Stricter or milder: told where it can be proved, and never wrongly."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest

from checks.conditions import holds
from checks.facts import fact_specs
from checks.rule import (
    ClassChoice,
    DatedValue,
    FactTest,
    Group,
    Leaf,
    Named,
    Number,
    OfFact,
    Row,
    Smaller,
    Test,
    ValueSeries,
    WhenGroup,
    Word,
)
from checks.rulebook.order import of_conditions, of_series, of_tests, uses
from checks.rulebook.place import Place
from checks.rulebook.when import parse_when

AB = ClassChoice(frozenset({"a", "b"}))
A = ClassChoice(frozenset({"a"}))
NOT_A = ClassChoice(frozenset({"a"}), negate=True)
NOT_AB = ClassChoice(frozenset({"a", "b"}), negate=True)


def leaf(kind: str, /, layer: str = "l", **more: Any) -> Leaf:
    args = {key: Number(more.pop(key)) for key in list(more) if isinstance(more[key], float)}
    return Leaf(kind, layer, args, **more)  # type: ignore[arg-type]


HIT, FAR = leaf("overlaps"), leaf("within_distance", distance_m=20.0)

TESTS: list[tuple[Test, Test, str]] = [
    (HIT, HIT, "same"),
    (leaf("area_over", area_m2=100.0), leaf("area_over", area_m2=50.0), "wider"),
    (leaf("area_over", area_m2=50.0), leaf("area_over", area_m2=100.0), "narrower"),
    (leaf("share_over", share=0.1), leaf("share_over", share=0.2), "narrower"),
    (leaf("count_over", count=1.0), leaf("count_over", count=3.0), "narrower"),
    (leaf("raster_over", value=0.5, share=0.1), leaf("raster_over", value=0.3, share=0.1), "wider"),
    (
        leaf("raster_over", value=0.5, share=0.1),
        leaf("raster_over", value=0.3, share=0.2),
        "unknown",
    ),
    (FAR, leaf("within_distance", distance_m=30.0), "wider"),
    (FAR, leaf("within_distance", distance_m=20.0, inner=5.0), "narrower"),
    (
        leaf("within_distance", distance_m=50.0, inner=5.0),
        leaf("within_distance", distance_m=50.0),
        "wider",
    ),
    (FAR, leaf("within_distance", distance_m=20.0, inclusive=True), "wider"),
    (
        leaf("height_above", fact="height_m"),
        leaf("height_above", fact="height_m", margin=3.0),
        "wider",
    ),
    (HIT, leaf("area_over", area_m2=100.0), "narrower"),
    (leaf("share_over", share=0.1), HIT, "wider"),
    (HIT, leaf("overlaps", classes=A), "narrower"),
    (leaf("overlaps", classes=A), leaf("overlaps", classes=AB), "wider"),
    (leaf("overlaps", classes=A), leaf("overlaps", classes=NOT_AB), "unknown"),
    (leaf("overlaps", classes=NOT_AB), leaf("overlaps", classes=NOT_A), "wider"),
    (
        leaf("overlaps", classes=ClassChoice(frozenset({"c"}))),
        leaf("overlaps", classes=NOT_AB),
        "wider",
    ),
    (leaf("outside", classes=A), leaf("outside", classes=AB), "narrower"),
    (leaf("outside"), leaf("outside", share=0.1), "narrower"),
    (leaf("outside", share=0.2), leaf("outside", share=0.1), "wider"),
    (leaf("overlaps", layer="l"), leaf("overlaps", layer="m"), "unknown"),
    (
        leaf("finding", code="X", states=("affected",)),
        leaf("finding", code="X", states=("affected", "needs_person")),
        "wider",
    ),
    (HIT, Group("any", (HIT, FAR)), "wider"),
    (HIT, Group("all", (HIT, FAR)), "narrower"),
    (Group("all", (HIT, FAR)), Group("all", (FAR,)), "wider"),
    (Group("any", (HIT, FAR)), FAR, "narrower"),
    (Group("any", (HIT, FAR)), Group("all", (HIT, FAR)), "unknown"),
    (Group("not", (FAR,)), Group("not", (leaf("within_distance", distance_m=30.0),)), "narrower"),
    (Group("not", (FAR,)), FAR, "unknown"),
    (
        Group("all", (HIT, FAR)),
        Group("all", (HIT, Group("not", (leaf("area_over", area_m2=9.0),)))),
        "unknown",
    ),
]


@pytest.mark.parametrize(("before", "after", "order"), TESTS)
def test_order_of_tests(before: Test, after: Test, order: str) -> None:
    assert of_tests(before, after) == order
    back = {"wider": "narrower", "narrower": "wider"}
    assert of_tests(after, before) == back.get(order, order)


def series(*entries: DatedValue, unit: str = "m") -> ValueSeries:
    return ValueSeries("d", unit, entries)


def on(year: int, value: Any, table: tuple[Row, ...] = (), *, unset: bool = False) -> DatedValue:
    number = Number(float(value)) if isinstance(value, int) else value
    return DatedValue(date(year, 1, 1), number, table, unset=unset)


def rows(*values: int) -> tuple[Row, ...]:
    return tuple(Row({"class": (str(n),)}, Number(float(v))) for n, v in enumerate(values))


SERIES: list[tuple[ValueSeries, ValueSeries, bool, str]] = [
    (series(on(2000, 20)), series(on(2000, 30)), True, "wider"),
    (series(on(2000, 20)), series(on(2000, 30)), False, "narrower"),
    (series(on(2000, 20), on(2010, 30)), series(on(2000, 20), on(2010, 25)), True, "narrower"),
    (series(on(2000, 20), on(2010, 30)), series(on(2000, 25), on(2010, 25)), True, "unknown"),
    (series(on(2000, 20)), series(on(2000, 20), on(2010, None)), True, "narrower"),
    (series(on(2000, 20), on(2010, None)), series(on(2000, 20)), False, "wider"),
    (series(on(2000, None, unset=True)), series(on(2000, 20)), True, "set"),
    (series(on(2000, 20)), series(on(2000, None, unset=True)), True, "unknown"),
    (series(on(2000, 20)), series(on(2005, 20)), True, "unknown"),
    (series(on(2000, None, rows(5, 10))), series(on(2000, None, rows(5, 15))), True, "wider"),
    (series(on(2000, None, rows(5, 10))), series(on(2000, None, rows(4, 15))), True, "unknown"),
    (series(on(2000, None, rows(5, 10))), series(on(2000, None, rows(5))), True, "unknown"),
    (series(on(2000, 20)), series(on(2000, 20), unit="km"), True, "unknown"),
    (series(on(2000, Word("compatible"))), series(on(2000, Word("conditional"))), True, "wider"),
    (
        series(on(2000, Smaller((Number(2000.0), OfFact("height_m", 10.0))))),
        series(on(2000, Smaller((Number(1500.0), OfFact("height_m", 10.0))))),
        True,
        "narrower",
    ),
    (series(on(2000, OfFact("height_m", 10.0))), series(on(2000, 20)), True, "unknown"),
]


@pytest.mark.parametrize(("before", "after", "grows", "order"), SERIES)
def test_order_of_values(before: ValueSeries, after: ValueSeries, grows: bool, order: str) -> None:
    assert of_series(before, after, grows=grows) == order


def test_how_a_value_is_used_decides_its_direction() -> None:
    named = Leaf("within_distance", "l", {"distance_m": Named("d"), "inner": Named("i")})
    over = Leaf("area_over", "l", {"area_m2": Named("d")})
    assert uses(named) == {"d": {True}, "i": {False}}
    assert uses(Group("not", (named,))) == {"d": {False}, "i": {True}}
    assert uses(Group("all", (named, over))) == {"d": {True, False}, "i": {False}}


# --- conditions: proved over every assignment ---------------------------------------------

ATOMS = [
    {"fact": "storeys", "lt": "2"},
    {"fact": "storeys", "le": "2"},
    {"fact": "storeys", "gt": "2"},
    {"fact": "storeys", "ge": "3"},
    {"fact": "storeys", "in": ["2", "3"]},
    {"fact": "storeys", "eq": "2"},
    {"fact": "linear", "eq": "true"},
    {"fact": "linear", "known": "false"},
]
FORMS: list[Any] = [None, *ATOMS]
FORMS += [{"not": atom} for atom in ATOMS]
FORMS += [{word: [one, two]} for word in ("all", "any") for one in ATOMS for two in ATOMS[4:]]
FORMS += [{"all": [ATOMS[0], {"any": [ATOMS[4], ATOMS[6]]}]}, {"not": {"any": ATOMS[:2]}}]
WHENS = [parse_when(form, fact_specs(), Place("w")) for form in FORMS]
FACTS = [
    {key: value for key, value in (("storeys", s), ("linear", line)) if value is not None}
    for s, line in product((None, 1.0, 2.0, 3.0, 4.0), (None, True, False))
]


def test_the_order_of_conditions_is_never_wrong() -> None:
    """Wherever one is called wider, it holds, or is open, wherever the other did."""
    rank = {False: 0, None: 1, True: 2}
    truths = {n: [rank[holds(when, facts)] for facts in FACTS] for n, when in enumerate(WHENS)}
    told = {"wider": 0, "narrower": 0}
    for one, two in product(range(len(WHENS)), repeat=2):
        order = of_conditions(WHENS[one], WHENS[two])
        pairs = list(zip(truths[one], truths[two], strict=True))
        if order == "same":
            assert all(a == b for a, b in pairs)
        if order == "wider":
            assert all(a <= b for a, b in pairs), (FORMS[one], FORMS[two])
        if order == "narrower":
            assert all(a >= b for a, b in pairs), (FORMS[one], FORMS[two])
        if order in told:
            told[order] += 1
    assert told["wider"] == told["narrower"] > 200


def test_conditions_by_hand() -> None:
    tall = FactTest("height_m", "gt", ("24",))
    taller = FactTest("height_m", "gt", ("50",))
    assert of_conditions(None, tall) == "narrower"
    assert of_conditions(tall, taller) == "narrower"
    assert of_conditions(tall, FactTest("height_m", "ge", ("24",))) == "wider"
    assert of_conditions(WhenGroup("not", (tall,)), WhenGroup("not", (taller,))) == "wider"
    assert of_conditions(tall, FactTest("storeys", "gt", ("24",))) == "unknown"
