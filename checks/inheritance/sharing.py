"""Join decisions on sharing with a check: classes go in, answers for waivers come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from checks.classes.conditions import AreaAnswers, Situation
from checks.conditions import Truth
from checks.facts import Project
from checks.inheritance.criteria import worst
from checks.inheritance.decide import Decision, decide
from checks.inheritance.model import CRITERIA, Criterion, Result
from checks.quantities import Facts
from checks.rule import Basis, Rulebook, Scenario, State
from gis.site import Site
from layers.store import LayerStore
from layers.store.protocol import with_assessments

SECTION = 8
"""The section of the report that decides on sharing (DESIGN section 7)."""

_REQUIREMENTS: tuple[Criterion, ...] = ("project_type", "envelope", "quota")
"""Criteria that ask whether the project meets what the assessment requires of projects."""


def decisions_of(
    site: Site,
    project: Project,
    facts: Facts,
    *,
    scenario: Scenario,
    rulebook: Rulebook,
    store: LayerStore,
    as_of: date,
    known_at: int,
    states: Mapping[str, State],
) -> list[Decision]:
    """Decide on sharing where packs say how, the store holds assessments, and section 8 is asked.

    `facts` are the project's with what the scenario assumes for silent ones, as in the findings.
    """
    asked = scenario.sections is None or SECTION in scenario.sections
    kept = with_assessments(store)
    if rulebook.inheritance is None or not asked or kept is None:
        return []
    return decide(
        site,
        project=Project(project.code, project.name, facts),
        pack=rulebook.inheritance,
        specs=rulebook.facts,
        store=kept,
        as_of=as_of,
        known_at=known_at,
        classes=class_truths(rulebook, facts, as_of, states),
    )


def class_truths(
    rulebook: Rulebook, facts: Facts, as_of: date, states: Mapping[str, State]
) -> Mapping[str, Truth]:
    """Whether the project is in each class that the packs define, for `excluded_classes`."""
    catalogue = rulebook.catalogue
    if catalogue is None:
        return {}
    situation = Situation(catalogue, rulebook.facts, as_of, facts, states)
    keys = [entry.key for entry in catalogue.entries.values() if entry.kind == "class"]
    return {key: situation.in_class(key) for key in keys if key is not None}


def area_answers(decisions: Sequence[Decision]) -> AreaAnswers:
    """What the decisions tell of area assessments, for the conditions of waivers and pledges.

    A kind that the project does not need, or of which that is not known, answers nothing. An
    assessment counts as there (`assessed`) when it is published and in its days.
    """
    answers: dict[str, dict[str, Truth]] = {
        name: {} for name in ("assessed", "covered", "meets", "depth_equal", "duty_done")
    }
    for decision in decisions:
        if decision.findings["item_assessed"].result == "not_applicable" and not decision.share:
            continue
        kind, one = decision.kind.key, decision.assessment
        answers["assessed"][kind] = one is not None and _truth(decision, ("published", "validity"))
        answers["covered"][kind] = decision.share is not None and decision.share.word == "full"
        answers["meets"][kind] = one is not None and _truth(decision, _REQUIREMENTS)
        answers["depth_equal"][kind] = one is not None and _truth(decision, ("depth",))
        for duty in one.duties or () if one else ():
            answers["duty_done"][duty.text] = duty.done
    return answers


def _truth(decision: Decision, keys: Sequence[Criterion]) -> Truth:
    result: Result = worst(decision.findings[key].result for key in keys)
    return None if result == "unknown" else result != "failed"


def basis_of(decision: Decision) -> list[Basis]:
    """The exemption, or the row that decided, then the sources of the decisive criteria."""
    held = [*decision.basis, *(decision.row.source if decision.row else ())]
    if decision.row is not None:
        for key in CRITERIA:
            weight = decision.pack.weight(decision.kind, key)
            held += weight.source if weight.effect == "decisive" else ()
    return list(dict.fromkeys(held))
