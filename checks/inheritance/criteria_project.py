"""Criteria that compare the project's facts: lists, limits, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from checks.conditions import Truth, holds, kleene_or, matches_industry, unknown_facts
from checks.inheritance.criteria import Case, Finding, passed, question, worst
from checks.inheritance.model import Result
from checks.quantities import text_of
from checks.rule import FactValue
from checks.rulebook.place import Place
from checks.rulebook.when import parse_when
from layers.assessments import Choice, Limit
from layers.store.ledger import used


def project_type(case: Case) -> Finding:
    """Admission list, negative list, excluded classes; the negative list beats admission."""
    one = case.assessment
    listed = {"admission": one.admission, "negative": one.negative}
    parts: list[Result] = []
    hits: dict[str, object] = {}
    asked: list[str] = []
    for name, choice in listed.items():
        for fact, codes in _lists(choice):
            on_list = _listed(fact, case.facts.get(fact), codes)
            if on_list is None:
                asked.append(fact)
            wanted = name == "admission"
            parts.append("unknown" if on_list is None else passed(on_list is wanted))
            hits[f"{name}.{fact}"] = {"list": list(codes), "on_list": on_list}
    if one.excluded_classes is not None:
        parts.append(_excluded(one.excluded_classes, case.classes))
        hits["excluded_classes"] = {
            "list": list(one.excluded_classes),
            "in_class": {key: (case.classes or {}).get(key) for key in one.excluded_classes},
        }
    evidence: dict[str, Any] = {
        "industry": case.facts.get("industry"), "use": case.facts.get("use"), **hits
    }  # fmt: skip
    result = worst(parts)
    if result == "unknown" and asked:
        evidence["question"] = question(list(dict.fromkeys(asked)), case.specs)
    return Finding(result, evidence)


def _lists(choice: Choice | None) -> list[tuple[str, tuple[str, ...]]]:
    if choice is None:
        return []
    pairs = (("industry", choice.industries), ("use", choice.uses))
    return [(fact, codes) for fact, codes in pairs if codes is not None]


def _listed(fact: str, value: FactValue | None, codes: Sequence[str]) -> bool | None:
    """Whether a project is on a list; None where its facts are missing or too coarse to tell."""
    if not codes:
        return False
    if value is None:
        return None
    text = text_of(value)
    if fact != "industry":
        return text in codes
    if matches_industry(text, codes):
        return True
    return None if any(code.startswith(text) for code in codes) else False


def _excluded(listed: Sequence[str], classes: Mapping[str, Truth] | None) -> Result:
    """A class that no pack defines, or that nobody settled, leaves the question open."""
    inside = kleene_or([(classes or {}).get(key) for key in listed])
    return "unknown" if inside is None else passed(not inside)


def envelope(case: Case) -> Finding:
    """Whether the project's figures lie within what was assessed, limits included."""
    limits = case.assessment.envelope
    if limits is None:
        return Finding("not_applicable")
    rows = [_limit(limit, case) for limit in limits]
    evidence: dict[str, Any] = {"limits": [row for _, row, _ in rows]}
    asked = list(dict.fromkeys(name for _, _, names in rows for name in names))
    if asked:
        evidence["question"] = question(asked, case.specs)
    return Finding(worst(result for result, _, _ in rows), evidence)


def _limit(limit: Limit, case: Case) -> tuple[Result, dict[str, Any], tuple[str, ...]]:
    when = parse_when(limit.when, case.specs, Place(case.assessment.id).at("envelope"))
    applies, value = holds(when, case.facts), case.facts.get(limit.fact)
    known = isinstance(value, float)
    within = known and _within(value, limit)
    asked: tuple[str, ...] = ()
    if applies is False:
        result: Result = "not_applicable"
    elif not known:
        result, asked = "unknown", (limit.fact,)
    elif within:
        result = "met"
    else:
        result = "failed" if applies else "unknown"
        asked = () if applies else unknown_facts(when, case.facts)
    spec = case.specs.get(limit.fact)
    row = {
        "fact": limit.fact,
        "value": value if known else None,
        "min": limit.min,
        "max": limit.max,
        "unit": spec.unit if spec else None,
        "result": result,
        "source": limit.source,
    }
    return result, row, asked


def _within(value: FactValue | None, limit: Limit) -> bool:
    if not isinstance(value, float):
        return False
    low = limit.min is None or value >= limit.min
    return low and (limit.max is None or value <= limit.max)


def quota(case: Case) -> Finding:
    """Whether the park's totals have room; the project's own reservation does not count."""
    totals = case.assessment.totals
    if totals is None:
        return Finding("not_applicable")
    parts: list[Result] = []
    rows, asked = [], []
    for total in totals:
        limit = Decimal(total.limit)
        others = used(case.holdings, total.name, but=case.project)
        value = case.facts.get(total.fact)
        wanted = decimal_of(value)
        if wanted is None:
            asked.append(total.fact)
        fits = None if wanted is None else others + wanted <= limit
        parts.append("unknown" if fits is None else passed(fits))
        rows.append(
            {
                "name": total.name,
                "fact": total.fact,
                "unit": total.unit,
                "limit": _plain(limit),
                "held_by_others": _plain(others),
                "left": _plain(limit - others),
                "wanted": None if wanted is None else _plain(wanted),
            }
        )
    evidence: dict[str, Any] = {"totals": rows}
    if asked:
        evidence["question"] = question(list(dict.fromkeys(asked)), case.specs)
    return Finding(worst(parts), evidence)


def decimal_of(value: FactValue | None) -> Decimal | None:
    """A figure of the project as the decimal number that was written; None for no figure."""
    return Decimal(repr(value)) if isinstance(value, float) else None


def _plain(number: Decimal) -> float | int:
    return int(number) if number == number.to_integral_value() else float(number)
