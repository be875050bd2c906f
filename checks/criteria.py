"""The thirteen criteria of sharing: what each says of one assessment for one project and site.

Each criterion gives a result and the evidence: the very numbers and words that were compared.
Nothing here knows a limit, a validity, a depth or a rule for partial cover: these are data of the
assessment and of the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from checks.conditions import Truth, holds, kleene_or, matches_industry, unknown_facts
from checks.inheritance_model import Criterion, InheritancePack, Kind, Result, Weight
from checks.quantities import text_of
from checks.rule import FactSpec, FactTest, FactValue, When, WhenGroup
from checks.rulebook_place import Place
from checks.rulebook_when import parse_when
from checks.site_share import SiteShare
from gis.errors import Text
from gis.site import Site
from layers.assessments import AreaAssessment, Choice, Limit, Standing
from layers.store.ledger import Holding, used
from layers.store.protocol import LayerStore

Evidence = Mapping[str, Any]

RESTRICTION = "area_restriction"
"""Type of an event that restricts the whole area (区域限批): it counts in `area_obligations`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one criterion with what was compared."""

    result: Result
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One assessment of one kind asked for one project on one site and day."""

    site: Site
    project: str | None
    facts: Mapping[str, FactValue]
    specs: Mapping[str, FactSpec]
    classes: Mapping[str, Truth] | None
    accepted: frozenset[str]
    store: LayerStore
    as_of: date
    known_at: int
    pack: InheritancePack
    kind: Kind
    standing: Standing
    share: SiteShare
    holdings: tuple[Holding, ...]

    @property
    def assessment(self) -> AreaAssessment:
        """The assessment asked."""
        return self.standing.assessment

    def weight(self, criterion: Criterion) -> Weight:
        """How a criterion weighs."""
        return self.pack.weight(self.kind, criterion)

    @property
    def studied(self) -> date:
        """The day up to which the study knows the area: its review, else its first day."""
        review = self.assessment.review
        return review.date if review and review.date else self.assessment.valid_from


def worst(results: Iterable[Result]) -> Result:
    """Join parts of a criterion: one failure fails, then one unknown leaves it open."""
    held = set(results)
    for result in ("failed", "unknown", "met"):
        if result in held:
            return result
    return "not_applicable"


def question(names: Sequence[str], specs: Mapping[str, FactSpec]) -> dict[str, str]:
    """Ask for project facts by their labels."""
    zh = "、".join(f"“{specs[name].label.zh}”（{name}）" for name in names if name in specs)
    en = ", ".join(f"'{specs[name].label.en}' ({name})" for name in names if name in specs)
    return {"zh": f"请补充项目情况{zh}", "en": f"Give the project facts {en}"}


def stated(when: When | None, facts: Mapping[str, FactValue]) -> dict[str, object]:
    """Facts that a condition looks at, with the project's values; None where unknown."""
    match when:
        case None:
            return {}
        case FactTest(name):
            return {name: shown(facts.get(name))}
        case WhenGroup(_, items):
            return {key: value for item in items for key, value in stated(item, facts).items()}


def shown(value: FactValue | None) -> object:
    """A fact as JSON holds it."""
    return sorted(value) if isinstance(value, frozenset) else value


# --- 2, 3, 5: the assessment as such ----------------------------------------------------------


def item_assessed(case: Case) -> Finding:
    """Whether the assessment serves the approval items of the kind."""
    serves = case.assessment.approval_items
    one = case.assessment
    evidence = {
        "kind": one.kind,
        "title": one.title,
        "approval_no": one.approval_no,
        "issuer": one.issuer,
        "items": list(case.kind.items),
        "serves": None if serves is None else [item.code for item in serves],
    }
    if not case.kind.items:
        return Finding("met", evidence)
    if serves is None:
        return Finding("not_applicable", evidence)
    missing = sorted(set(case.kind.items) - {item.code for item in serves})
    return Finding("failed" if missing else "met", evidence | {"missing": missing})


def published(case: Case) -> Finding:
    """Whether it is reviewed, public, acknowledged, and neither suspended nor withdrawn."""
    review, acknowledged = case.assessment.review, case.standing.acknowledged
    # a version that was replaced speaks only for days before the new one begins
    in_use = case.standing.state in {"published", "superseded"}
    parts: list[Result] = ["met" if in_use else "failed"]
    if review is None or review.public is None:
        parts.append("unknown")
    else:
        parts.append("met" if review.public else "failed")
    reviewed = review.date if review else None
    if reviewed is not None:
        parts.append("met" if reviewed <= case.as_of else "failed")
    held = [item for item in acknowledged or () if item.date is None or item.date <= case.as_of]
    if acknowledged is not None:
        parts.append("met" if held else "failed")
    return Finding(
        worst(parts),
        {
            "state": case.standing.state,
            "public": review.public if review else None,
            "review_date": reviewed.isoformat() if reviewed else None,
            "conclusion": review.conclusion if review else None,
            "acknowledged": None if acknowledged is None else [item.authority for item in held],
        },
    )


def validity(case: Case) -> Finding:
    """Whether the day lies within the assessment's own dates, first and last included."""
    start, end = case.assessment.valid_from, case.assessment.valid_to
    inside = start <= case.as_of and (end is None or case.as_of <= end)
    return Finding(
        "met" if inside else "failed",
        {
            "as_of": case.as_of.isoformat(),
            "valid_from": start.isoformat(),
            "valid_to": end.isoformat() if end else None,
            "source": case.assessment.validity_source,
        },
    )


# --- 4: place -----------------------------------------------------------------------------------


def coverage(case: Case) -> Finding:
    """Whether the site lies inside the assessed area; what lies outside is told by size."""
    return Finding("met" if case.share.word == "full" else "failed", case.share.evidence())


# --- 6 to 8: the project ------------------------------------------------------------------------


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
            parts.append("unknown" if on_list is None else _result(on_list is wanted))
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
    return "unknown" if inside is None else _result(not inside)


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
        parts.append("unknown" if fits is None else _result(fits))
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


def _result(good: bool) -> Result:
    return "met" if good else "failed"


# --- 11 to 13: depth, duties, commitments -------------------------------------------------------


def depth(case: Case) -> Finding:
    """Whether the study is as deep as the one it replaces: the pack names the depths that are."""
    held, accepts = case.assessment.depth, case.weight("depth").accepts
    wanted = accepts if accepts is not None else ("equal_to_project_study",)
    evidence = {"depth": held, "accepts": list(wanted)}
    if held is None:
        text = Text("请片区管理机构说明评估深度", "The park body states the depth of the study")
        return Finding("unknown", evidence | {"question": text.as_dict()})
    return Finding(_result(held in wanted), evidence)


def area_obligations(case: Case) -> Finding:
    """Whether the park's own duties for the area are done, and nothing restricts the whole area."""
    duties, events = case.assessment.duties, case.standing.events
    restrictions = [
        {"date": event.date.isoformat(), "place": event.place}
        for event in events or ()
        if event.type == RESTRICTION and event.date <= case.as_of
    ]
    parts: list[Result] = [
        "unknown" if duty.done is None else _result(duty.done) for duty in duties or ()
    ]
    if duties is not None and not duties:
        parts.append("met")
    if restrictions:
        parts.append("failed")
    return Finding(
        worst(parts),
        {
            "duties": None
            if duties is None
            else [{"text": duty.text, "done": duty.done} for duty in duties],
            "restrictions": restrictions,
        },
    )


def commitment(case: Case) -> Finding:
    """Whether the conditions were accepted in writing; until the project says so it is open."""
    conditions = case.assessment.commitments
    if not conditions:
        return Finding("not_applicable")
    accepted = case.assessment.code in case.accepted
    evidence: dict[str, Any] = {
        "conditions": [text.as_dict() for text in conditions],
        "accepted": accepted,
    }
    if accepted:
        return Finding("met", evidence)
    text = Text(
        "请建设单位书面承诺所列条件", "The builder accepts the listed conditions in writing"
    )
    return Finding("unknown", evidence | {"question": text.as_dict()})
