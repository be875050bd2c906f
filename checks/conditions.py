"""Three-valued logic: conditions on facts, and how answers of several tests combine.

Strong Kleene logic. An unknown keeps its cause: `data` (a layer that is missing, not covered or
unreadable) ends in `not_assessed`, `person` (a fact or a setting that a person must give) ends
in `needs_person`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.quantities import Facts, text_of
from checks.rule import FactSpec, FactTest, FactValue, When, WhenGroup

Truth = bool | None


def kleene_and(truths: Sequence[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown, else true; empty is true."""
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def kleene_or(truths: Sequence[Truth]) -> Truth:
    """True if any is true, else unknown if any is unknown, else false; empty is false."""
    if any(truth is True for truth in truths):
        return True
    return None if any(truth is None for truth in truths) else False


def kleene_not(truth: Truth) -> Truth:
    """The opposite; unknown stays unknown."""
    return None if truth is None else not truth


def holds(when: When | None, facts: Facts) -> Truth:
    """Whether a condition holds for a project; no condition holds always."""
    match when:
        case None:
            return True
        case FactTest():
            return _fact_holds(when, facts.get(when.fact))
        case WhenGroup("all", items):
            return kleene_and([holds(item, facts) for item in items])
        case WhenGroup("any", items):
            return kleene_or([holds(item, facts) for item in items])
        case WhenGroup(_, items):
            return kleene_not(holds(items[0], facts))


def facts_in(when: When | None) -> Iterator[str]:
    """Facts that a condition asks, in order of writing, some perhaps twice."""
    if isinstance(when, FactTest):
        yield when.fact
    elif when is not None:
        for item in when.items:
            yield from facts_in(item)


def unknown_facts(when: When | None, facts: Facts) -> tuple[str, ...]:
    """Facts whose answer could settle an unknown condition, each once, in order of writing."""
    match when:
        case None:
            return ()
        case FactTest(fact, op, _):
            return () if op == "known" or facts.get(fact) is not None else (fact,)
        case WhenGroup(_, items):
            # a part that is settled cannot change: ask only for what is still open
            open_items = [item for item in items if holds(item, facts) is None]
            return tuple(
                dict.fromkeys(name for item in open_items for name in unknown_facts(item, facts))
            )


def _fact_holds(test: FactTest, fact: FactValue | None) -> Truth:
    if test.op == "known":
        return (fact is not None) == (test.values[0] == "true")
    if fact is None:
        return None
    if test.op in {"in", "eq"}:
        return _is_one_of(test, fact)
    if not isinstance(fact, float):
        return None
    limit = float(test.values[0])
    return {"lt": fact < limit, "le": fact <= limit, "gt": fact > limit, "ge": fact >= limit}[
        test.op
    ]


def _is_one_of(test: FactTest, fact: FactValue) -> bool:
    if isinstance(fact, frozenset):
        return bool(fact & set(test.values))
    if isinstance(fact, float):
        return any(fact == float(value) for value in test.values)
    if test.fact == "industry":
        return matches_industry(str(fact), test.values)
    return text_of(fact) in test.values


def matches_industry(industry: str, codes: Sequence[str]) -> bool:
    """Whether an industry code of GB/T 4754 lies under one of the codes, by prefix (C39, C3920)."""
    return any(industry.startswith(code) for code in codes)


def label(fact: str, specs: dict[str, FactSpec] | None = None) -> str:
    """Chinese label of a fact where the list has one, else its key."""
    spec = (specs or {}).get(fact)
    return spec.label.zh if spec else fact
