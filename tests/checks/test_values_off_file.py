"""A rule whose values do not hold on a day has no version on it, whatever data are there."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from checks.rule import DatedValue, Leaf, Named, Number, Row, ValueSeries, Where, Word
from tests.support.memory_store import MemoryStore, findings, rule

X, Y = 600_000.0, 2_700_000.0
SITE = shapely.box(X, Y, X + 100, Y + 100)
FROM_2010_TO_2024 = (
    DatedValue(date(2010, 1, 1), Number(20.0)),
    DatedValue(date(2024, 1, 1), None),
)
TABLE = (
    DatedValue(date(2010, 1, 1), None, (Row({"class": ("a",)}, Word("incompatible")),)),
    DatedValue(date(2024, 1, 1), None),
)
OWNED = (
    DatedValue(date(2010, 1, 1), None, (Row({"class": ("collective",)}, Number(1.0)),)),
    DatedValue(date(2024, 1, 1), None),
)
LEAVES = {
    "threshold": (Leaf("area_over", "L", {"area_m2": Named("v")}), FROM_2010_TO_2024),
    "table": (Leaf("class_compatible", "L", fact="land_use_code", table="v"), TABLE),
    "choice": (Leaf("overlaps", "L", where=Where("ownership", table="v")), OWNED),
}


@pytest.mark.parametrize("rows", [None, [], [SITE]], ids=["no edition", "nothing", "something"])
@pytest.mark.parametrize(("leaf", "dated"), LEAVES.values(), ids=LEAVES.keys())
@pytest.mark.parametrize(
    ("day", "state", "reason"),
    [
        (date(2009, 12, 31), "not_assessed", "no_rule_on_file"),
        (date(2024, 1, 1), "not_applicable", "repealed"),
    ],
)
def test_a_value_that_does_not_hold_ends_the_rule(
    leaf: Leaf,
    dated: tuple[DatedValue, ...],
    rows: list[object] | None,
    day: date,
    state: str,
    reason: str,
) -> None:
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    since = date(2025, 1, 1) if rows is None else date(2000, 1, 1)
    store.layer("L", rows or [], currency=since)
    values = {"v": ValueSeries("v", "m2", dated)}
    found = findings(store, [rule("R", "L", leaf, values=values)], SITE, as_of=day)["R"]
    assert (found["state"], found["reason"]["code"]) == (state, reason)  # type: ignore[index]
