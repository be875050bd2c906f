"""The thirteen criteria of sharing: what each says of one assessment for one project and site.

Each criterion gives a result and the evidence: the very numbers and words that were compared.
Nothing here knows a limit, a validity, a depth or a rule for partial cover: these are data of the
assessment and of the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from checks.conditions import Truth
from checks.inheritance.model import Criterion, InheritancePack, Kind, Result, Weight
from checks.inheritance.site_share import SiteShare
from checks.rule import FactSpec, FactTest, FactValue, When, WhenGroup
from gis.errors import Text
from gis.site import Site
from layers.assessments import AreaAssessment, Standing
from layers.store.ledger import Holding
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


def passed(good: bool) -> Result:
    """Return `met` or `failed`."""
    return "met" if good else "failed"


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
    rule = case.assessment.partial_coverage
    evidence = {
        **case.share.evidence(),
        "partial_rule": {"rule": rule.rule, "source": rule.source} if rule else None,
    }
    return Finding("met" if case.share.word == "full" else "failed", evidence)


# --- 11 to 13: depth, duties, commitments -------------------------------------------------------


def depth(case: Case) -> Finding:
    """Whether the study is as deep as the one it replaces: the pack names the depths that are."""
    held, accepts = case.assessment.depth, case.weight("depth").accepts
    wanted = accepts if accepts is not None else ("equal_to_project_study",)
    evidence = {"depth": held, "accepts": list(wanted)}
    if held is None:
        text = Text("请片区管理机构说明评估深度", "The park body states the depth of the study")
        return Finding("unknown", evidence | {"question": text.as_dict()})
    return Finding(passed(held in wanted), evidence)


def area_obligations(case: Case) -> Finding:
    """Whether the park's own duties for the area are done, and nothing restricts the whole area."""
    duties, events = case.assessment.duties, case.standing.events
    restrictions = [
        {"date": event.date.isoformat(), "place": event.place}
        for event in events or ()
        if event.type == RESTRICTION and event.date <= case.as_of
    ]
    parts: list[Result] = [
        "unknown" if duty.done is None else passed(duty.done) for duty in duties or ()
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
