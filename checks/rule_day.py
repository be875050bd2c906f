"""What a rule says on a day to a project, before any site is looked at; worked out once.

Conditions, legal bases and values depend on the rule, the day and a few facts: over many sites
they are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from checks.conditions import Truth, facts_in
from checks.evidence import Reason
from checks.findings import applies, basis_on, off_file
from checks.quantities import Facts, Quantities, Unknown
from checks.rule import (
    Basis,
    Leaf,
    Named,
    OfFact,
    Quantity,
    Row,
    Rule,
    Smaller,
    State,
)

MOST_RULES: Final = 4096
MOST_DAYS: Final = 32
"""Held for one rule: days, and facts of projects, that a batch or a comparison goes through."""


@dataclass(frozen=True, slots=True)
class RuleDay:
    """A rule on a day, for projects that tell the same of what it asks.

    Attributes
    ----------
    when
        Whether the rule applies.
    off
        State and reason where no version of the rule holds on the day.
    basis
        The legal bases of the day.
    values
        The values in force: figure or table, unit, reference; not to be changed.
    reaches
        Layer and largest distance of each test of distance; None where only features can tell.
    """

    when: Truth
    off: tuple[State, Reason] | None
    basis: tuple[Basis, ...]
    values: Mapping[str, object]
    reaches: tuple[tuple[str, float | None], ...]


@dataclass(slots=True)
class _Known:
    """A rule, the facts that it asks, and its days by date and by what these facts were."""

    rule: Rule
    facts: tuple[str, ...]
    days: dict[tuple[object, ...], RuleDay] = field(default_factory=dict)


_KNOWN: dict[int, _Known] = {}
"""By identity of the rule, which is held beside: its number is never another rule's."""


def rule_day(rule: Rule, as_of: date, facts: Facts) -> RuleDay:
    """Return what the rule says on the day to a project of these facts."""
    known = _KNOWN.get(id(rule))
    if known is None:
        if len(_KNOWN) >= MOST_RULES:
            _KNOWN.clear()
        known = _KNOWN[id(rule)] = _Known(rule, tuple(sorted(set(_facts_of(rule)))))
    told = (as_of, *(facts.get(name) for name in known.facts))
    day = known.days.get(told)
    if day is None:
        if len(known.days) >= MOST_DAYS:
            known.days.clear()
        day = known.days[told] = _worked_out(rule, as_of, facts)
    return day


def _worked_out(rule: Rule, as_of: date, facts: Facts) -> RuleDay:
    quantities = Quantities(rule, as_of, facts)
    off = off_file(rule, as_of)
    distances = [leaf for leaf in rule.leaves() if leaf.kind == "within_distance" and off is None]
    return RuleDay(
        when=applies(rule, as_of, facts),
        off=off,
        basis=basis_on(rule, as_of),
        values=_values(rule, quantities),
        reaches=tuple((leaf.layer, _reach(leaf, quantities)) for leaf in distances),
    )


# --- the facts that a rule asks before any site -------------------------------------------------


def _facts_of(rule: Rule) -> Iterator[str]:
    for when in (rule.when, *(basis.when for basis in rule.basis)):
        yield from facts_in(when)
    for series in rule.values.values():
        for entry in series.dated:
            rows = (*entry.table, *([Row({}, entry.value)] if entry.value is not None else []))
            for row in rows:
                yield from (key for key in row.match if key != "class")
                yield from _in_quantity(row.value)
    for leaf in rule.leaves():
        for argument in leaf.args.values():
            if not isinstance(argument, Named):
                yield from _in_quantity(argument)


def _in_quantity(quantity: Quantity) -> Iterator[str]:
    if isinstance(quantity, OfFact):
        yield quantity.fact
    elif isinstance(quantity, Smaller):
        for item in quantity.of:
            yield from _in_quantity(item)


# --- values and distances -----------------------------------------------------------------------


def _reach(leaf: Leaf, quantities: Quantities) -> float | None:
    if not quantities.candidates(leaf.args["distance_m"]):
        return 0.0  # nothing is set, or no row fits: a question, whatever lies near
    return quantities.largest(leaf.args["distance_m"])


def _values(rule: Rule, quantities: Quantities) -> Mapping[str, object]:
    """The values in force on the date: figure or table, unit, reference."""
    found: dict[str, object] = {}
    for name, series in sorted(rule.values.items()):
        entry = series.on(quantities.as_of)
        if entry is None or entry.repealed:
            continue
        rows = quantities.candidates(Named(name))
        found[name] = {
            "unit": series.unit,
            "since": entry.start.isoformat(),
            "reference": entry.reference,
            "set_by": rule.set_by.get(name),
            "rows": [_shown(row, quantities) for row in rows],
        }
    return found


def _shown(row: Row, quantities: Quantities) -> dict[str, object]:
    amount = quantities.amount(row.value)
    return {
        "match": {key: list(values) for key, values in sorted(row.match.items())},
        "value": None if isinstance(amount, Unknown) else amount,
    }
