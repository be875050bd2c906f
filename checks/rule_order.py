"""In which order the rules of a scenario are judged; worked out once for all sites."""

from __future__ import annotations

from typing import Final

from checks.rule import Rule, Rulebook

MOST_ORDERS: Final = 256

_KNOWN: dict[tuple[int, tuple[str, ...]], tuple[Rulebook, tuple[Rule, ...]]] = {}
"""By number of the rulebook, which is held beside: it is never another rulebook's."""


def in_order(rulebook: Rulebook, codes: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules of these codes and those whose findings they ask for.

    They stand layer by layer, each after the rules whose findings it asks for.
    """
    key = id(rulebook), codes
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= MOST_ORDERS:
            _KNOWN.clear()
        known = _KNOWN[key] = rulebook, tuple(_ordered(_with_asked(rulebook, codes)))
    return known[1]


def _with_asked(rulebook: Rulebook, codes: tuple[str, ...]) -> dict[str, Rule]:
    known = {code: rulebook.rules[code] for code in codes}
    queue = list(known.values())
    while queue:
        for code in queue.pop().asked():
            if code not in known:
                known[code] = rulebook.rules[code]
                queue.append(known[code])
    return known


def _ordered(rules: dict[str, Rule]) -> list[Rule]:
    rank: dict[str, int] = {}

    def depth(rule: Rule) -> int:
        if rule.code not in rank:
            asked = [depth(rules[code]) for code in rule.asked()]
            rank[rule.code] = 1 + max(asked, default=-1)
        return rank[rule.code]

    return sorted(rules.values(), key=lambda rule: (depth(rule), rule.layer, rule.code))
