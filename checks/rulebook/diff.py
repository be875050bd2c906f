"""What differs between two rulebooks, or between two days, and whether it is stricter or milder.

Stricter: whatever was affected before still is, and no less severely. Where that cannot be proved
in either direction the difference is only named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from checks.findings import basis_on, bearing_bases, off_file
from checks.rule import SEVERITIES, Basis, Rule, Rulebook, Scenario, ValueSeries, When
from checks.rulebook.order import (
    Order,
    combined,
    flipped,
    of_conditions,
    of_series,
    of_sets,
    of_tests,
    uses,
)

Direction = Literal["stricter", "milder", "set", "other", "none"]
_DIRECTIONS: Final[Mapping[Order, Direction]] = {
    "same": "none",
    "wider": "stricter",
    "narrower": "milder",
    "set": "set",
    "unknown": "other",
}
_ORDERS: Final[Mapping[Direction, Order]] = {
    "none": "same",
    "stricter": "wider",
    "milder": "narrower",
    "set": "set",
    "other": "unknown",
}
WORDING: Final = (
    "title", "verdict_family", "say", "authority", "action", "checked_on", "note",
)  # fmt: skip
"""Keys of a rule that decide no state."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that differs, and which way."""

    key: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Change:
    """A rule or scenario that was added, removed or changed; `before` and `after` as they stand."""

    code: str
    change: Literal["added", "removed", "changed"]
    direction: Direction
    differences: tuple[Difference, ...] = ()
    before: Rule | Scenario | None = None
    after: Rule | Scenario | None = None


def overall(differences: tuple[Difference, ...]) -> Direction:
    """Return what several differences come to."""
    return _DIRECTIONS[combined(_ORDERS[item.direction] for item in differences)]


# --- rulebooks ------------------------------------------------------------------------------------


def diff_rules(
    before: Rulebook,
    after: Rulebook,
    *,
    before_on: date | None = None,
    after_on: date | None = None,
) -> tuple[Change, ...]:
    """Return the rules that differ, by code; on days given, only what holds on them counts."""
    first, second = _held(before, before_on), _held(after, after_on)
    found = []
    for code in sorted({*first, *second}):
        old, new = first.get(code), second.get(code)
        if old is None:
            found.append(Change(code, "added", "stricter", after=new))
        elif new is None:
            found.append(Change(code, "removed", "milder", before=old))
        elif differences := tuple(compare_rules(old, new, days=before_on is not None)):
            kept = overall(differences)
            found.append(Change(code, "changed", kept, differences, old, new))
    return tuple(found)


def _held(book: Rulebook, day: date | None) -> dict[str, Rule]:
    if day is None:
        return dict(book.rules)
    shown = {code: rule_on(rule, day) for code, rule in book.rules.items()}
    return {code: rule for code, rule in shown.items() if rule is not None}


def rule_on(rule: Rule, day: date) -> Rule | None:
    """Return a rule with the values and the law of one day, None where it does not hold then."""
    if off_file(rule, day) is not None:
        return None
    values = {}
    for name, series in rule.values.items():
        entry = series.on(day)
        dated = () if entry is None else (replace(entry, start=date.min),)
        values[name] = replace(series, dated=dated)
    return replace(rule, values=values, basis=basis_on(rule, day))


def compare_rules(before: Rule, after: Rule, *, days: bool = False) -> Iterator[Difference]:
    """Return the keys in which two versions of a rule differ.

    `days`: both are seen on one day each, so that the span of their law says nothing.
    """
    if before.severity != after.severity:
        rank = SEVERITIES.index
        milder = rank(before.severity) < rank(after.severity)
        yield Difference("severity", "milder" if milder else "stricter")
    if before.layer != after.layer:
        yield Difference("layer", "other")
    if before.test != after.test:
        yield Difference("test", _DIRECTIONS[of_tests(before.test, after.test)])
    if before.when != after.when:
        yield Difference("when", _DIRECTIONS[of_conditions(before.when, after.when)])
    for key in ("tolerance_area_m2", "tolerance_width_m"):
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            yield Difference(key, "milder" if old < new else "stricter")
    yield from _compare_values(before, after)
    if before.basis != after.basis:
        yield Difference("basis", _DIRECTIONS[_of_bases(before, after, days=days)])
    for key in WORDING:
        if getattr(before, key) != getattr(after, key):
            yield Difference(key, "none")


def _compare_values(before: Rule, after: Rule) -> Iterator[Difference]:
    ways = [uses(before.test), uses(after.test)]
    for name in dict.fromkeys([*before.values, *after.values]):
        old, new = before.values.get(name), after.values.get(name)
        if old == new:
            continue
        used = {way for found in ways for way in found.get(name, ())}
        grows = used.pop() if len(used) == 1 else None
        yield Difference(f"values.{name}", _DIRECTIONS[_of_values(old, new, grows=grows)])


def _of_values(old: ValueSeries | None, new: ValueSeries | None, *, grows: bool | None) -> Order:
    if old is None or new is None:
        return "unknown"
    return of_series(old, new, grows=grows)


# --- legal bases ----------------------------------------------------------------------------------

_Spans = list[tuple[date, date]]


def _of_bases(before: Rule, after: Rule, *, days: bool) -> Order:
    """Compare the days on which the rule holds; which text bears it is no matter of strictness."""
    if _conditions(before) != _conditions(after):
        return "unknown"
    if dict(before.set_by) != dict(after.set_by):
        return "set"  # a source took the place of the remark that one is missing
    first, second = _spans(bearing_bases(before)), _spans(bearing_bases(after))
    if days or first == second:
        return "same"
    if _inside(first, second):
        return "wider"
    return "narrower" if _inside(second, first) else "unknown"


def _conditions(rule: Rule) -> list[When]:
    return [basis.when for basis in rule.basis if basis.when is not None]


def _spans(bases: Sequence[Basis]) -> _Spans:
    """Days on which one of the bases holds, joined."""
    held: _Spans = []
    rows = sorted((basis.valid_from or date.min, basis.valid_to or date.max) for basis in bases)
    for start, end in rows:
        if held and (start == date.min or start - timedelta(days=1) <= held[-1][1]):
            held[-1] = (held[-1][0], max(held[-1][1], end))
        else:
            held.append((start, end))
    return held


def _inside(inner: _Spans, outer: _Spans) -> bool:
    return all(any(o[0] <= i[0] and i[1] <= o[1] for o in outer) for i in inner)


# --- scenarios ------------------------------------------------------------------------------------


def diff_scenarios(before: Rulebook, after: Rulebook) -> tuple[Change, ...]:
    """Return the scenarios that differ, over the rules that both rulebooks hold.

    A new one is neither stricter nor milder by itself.
    """
    shared = before.rules.keys() & after.rules.keys()
    found = []
    for key in dict.fromkeys([*before.scenarios, *after.scenarios]):
        old, new = before.scenarios.get(key), after.scenarios.get(key)
        if old is None:
            found.append(Change(key, "added", "other", after=new))
        elif new is None:
            found.append(Change(key, "removed", "other", before=old))
        elif differences := tuple(compare_scenarios(_over(old, shared), _over(new, shared))):
            kept = overall(differences)
            found.append(Change(key, "changed", kept, differences, old, new))
    return tuple(found)


def _over(scenario: Scenario, codes: Set[str]) -> Scenario:
    return replace(scenario, rules=tuple(code for code in scenario.rules if code in codes))


def compare_scenarios(before: Scenario, after: Scenario) -> Iterator[Difference]:
    """Return the keys in which two versions of a scenario differ."""
    if set(before.rules) != set(after.rules):
        yield Difference("rules", _DIRECTIONS[of_sets(before.rules, after.rules)])
    if set(before.required_layers) != set(after.required_layers):
        yield Difference("required_layers", _DIRECTIONS[_of_required(before, after)])
    if before.defaults != after.defaults:
        yield Difference("defaults", "other")
    if before.when != after.when:
        yield Difference("when", "other")
    for key in ("sections", "title"):
        if getattr(before, key) != getattr(after, key):
            yield Difference(key, "none")


def _of_required(before: Scenario, after: Scenario) -> Order:
    """No layer named means that all are required."""
    if not before.required_layers or not after.required_layers:
        wider: Order = "wider"
        return wider if not after.required_layers else flipped(wider)
    return of_sets(before.required_layers, after.required_layers)
