"""Values of a fact that tell its conditions apart: all of an enum, the intervals of a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise

from checks.rule import FactSpec, FactTest, FactValue

_OTHER = "\N{MIDDLE DOT}"
"""A word that no condition names."""


def choices(spec: FactSpec, tests: Sequence[FactTest]) -> tuple[FactValue | None, ...]:
    """Return values such that every mix of answers that the tests can give occurs.

    None, unknown, is among them only where a test asks whether the fact is known.
    """
    named = [value for test in tests if test.op != "known" for value in test.values]
    found: list[FactValue | None]
    if spec.type == "boolean":
        found = [True, False]
    elif spec.type == "number":
        found = list(_numbers(spec, sorted({float(value) for value in named})))
    elif spec.type == "set":
        found = list(_subsets(sorted(set(named))))
    elif spec.allowed:
        found = list(spec.allowed)
    else:
        found = [*dict.fromkeys(named), _OTHER]
    if any(test.op == "known" for test in tests):
        found.append(None)
    return tuple(dict.fromkeys(found))


def _subsets(words: Sequence[str]) -> Iterator[frozenset[str]]:
    sizes = range(len(words) + 1)
    return map(frozenset, chain.from_iterable(combinations(words, size) for size in sizes))


def _numbers(spec: FactSpec, limits: Sequence[float]) -> list[float]:
    """Every limit, a number between each two, and one beyond either end, where that makes sense."""
    if not limits:
        return [spec.minimum if spec.minimum is not None else 0.0]
    between = [(a + b) / 2 for a, b in pairwise(limits)]
    ends = [limits[0] - 1, limits[-1] + 1]
    low, high = spec.minimum, spec.maximum
    if low is not None and ends[0] < low < limits[0]:
        ends[0] = low
    if high is not None and ends[1] > high > limits[-1]:
        ends[1] = high
    return [
        value
        for value in sorted([*limits, *between, *ends])
        if (low is None or value >= low) and (high is None or value <= high)
    ]
