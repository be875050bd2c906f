"""A rule that asks another one tells no more of a confidential layer than that one does."""

from __future__ import annotations

import json

import shapely

from checks.rule import Group, Leaf
from tests.support.memory_store import MemoryStore, rule, run

X, Y = 600_000.0, 2_700_000.0
SITE = shapely.box(X, Y, X + 100, Y + 100)
SHOWN = {"code", "title", "state", "severity", "authority"}


def test_what_rests_on_a_hidden_finding_is_hidden() -> None:
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    # 1 m of overlap with an accuracy of 7.25 m: how sure the hit is would tell where it lies
    store.layer(
        "pipe", [shapely.box(X + 99, Y, X + 300, Y + 100)], confidential=True, accuracy=7.25
    )
    store.layer("open", [SITE])
    asks = Leaf("finding", "open", code="A", states=("affected",))
    rules = [
        rule("A", "pipe", Leaf("overlaps", "pipe")),
        rule("B", "open", Group("all", (Leaf("overlaps", "open"), asks))),
        rule("C", "open", Leaf("finding", "open", code="B", states=("affected",))),
        rule("D", "open", Leaf("overlaps", "open")),
    ]
    found = {row["code"]: row for row in run(store, rules, SITE)["findings"]}  # type: ignore[attr-defined]
    for code in "ABC":
        shown = {key for key, value in found[code].items() if value is not None}
        assert (found[code]["state"], shown) == ("affected", SHOWN)
    assert found["D"]["certainty"] == "certain"
    assert "7.25" not in json.dumps(run(store, rules, SITE), default=str)
    full = {row["code"]: row for row in run(store, rules, SITE, confidential=True)["findings"]}  # type: ignore[attr-defined]
    assert full["C"]["certainty"] == "within_accuracy"
