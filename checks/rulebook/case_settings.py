"""Values that a case sets as an office would, where a rule leaves them open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from checks.rule import DatedValue, Rule, Rulebook, ValueSeries
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.tools import find_rule
from checks.rulebook.values import Grammar, value_series

_ANY_DAY = date(1949, 10, 1)


def with_settings(
    book: Rulebook, code: str, settings: Mapping[str, Any], *, where: str
) -> Rulebook:
    """Return the rulebook with the open values of one rule set.

    A scalar is a value, a list the rows of a table. What law fixes stays as it is.

    Raises
    ------
    LantuError
        `bad_rule` for a value that the rule does not have or that is not open, or that its
        argument cannot take.
    """
    if not settings:
        return book
    rule, place = find_rule(book, code), Place(where, code)
    set_values = dict(rule.values)
    for name, raw in settings.items():
        set_values[name] = _set(
            rule, name, raw, Grammar(book.facts, {}), place.at("settings", name)
        )
    return replace(book, rules={**book.rules, code: replace(rule, values=set_values)})


def _set(rule: Rule, name: str, raw: object, grammar: Grammar, place: Place) -> ValueSeries:
    series = rule.values.get(name)
    if series is None or not any(entry.unset for entry in series.dated):
        open_names = [n for n, s in rule.values.items() if any(e.unset for e in s.dated)]
        raise place.refuse(
            f"规则 {rule.code} 没有待设定的取值“{name}”{near_zh(name, open_names)}",
            f"Rule {rule.code} leaves no value {name!r} open{near_en(name, open_names)}",
        )
    words = any(leaf.table == name for leaf in rule.leaves())
    entry = {"table" if isinstance(raw, list) else "value": raw}
    read = value_series(name, {str(_ANY_DAY): entry}, grammar, place, words=words)
    return replace(series, dated=tuple(_filled(entry, read.dated[0]) for entry in series.dated))


def _filled(entry: DatedValue, given: DatedValue) -> DatedValue:
    return replace(given, start=entry.start) if entry.unset else entry
