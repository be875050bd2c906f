"""Decide, kind by kind, whether a project shares the park's area assessments.

`decide` asks every criterion of every assessment that holds something of the site and lets the
pack's table choose outcome and way of approval. It reads only; the table, the weights and the
assessments are data.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from checks.conditions import Truth, facts_in, holds, kleene_and, unknown_facts
from checks.corridor import on_its_ground
from checks.facts import Project
from checks.inheritance import criteria, criteria_layers, criteria_project
from checks.inheritance.criteria import Case, Finding, question, stated, worst
from checks.inheritance.decision_table import Situation, first_row
from checks.inheritance.model import (
    CRITERIA,
    OUTCOME_ORDER,
    PARTIAL_RULE,
    Condition,
    Criterion,
    InheritancePack,
    Kind,
    Mode,
    Outcome,
    Result,
    TableRow,
)
from checks.inheritance.site_share import SiteShare, share_in
from checks.inheritance.words import CRITERION_WORDS
from checks.rule import Basis, FactSpec, FactTest, FactValue, When, WhenGroup
from gis.errors import Text
from gis.site import Site
from layers.assessments import AreaAssessment, Standing, in_question
from layers.store.protocol import InheritanceStore

_ASKED: Mapping[Criterion, Callable[[Case], Finding]] = {
    "item_assessed": criteria.item_assessed,
    "published": criteria.published,
    "coverage": criteria.coverage,
    "validity": criteria.validity,
    "project_type": criteria_project.project_type,
    "envelope": criteria_project.envelope,
    "quota": criteria_project.quota,
    "site_peculiarity": criteria_layers.site_peculiarity,
    "changed_circumstances": criteria_layers.changed_circumstances,
    "depth": criteria.depth,
    "area_obligations": criteria.area_obligations,
    "commitment": criteria.commitment,
}

REFORM_SCOPE: When = WhenGroup(
    "any",
    (
        FactTest("works", "in", ("building", "city_infrastructure")),
        WhenGroup(
            "all",
            (
                FactTest("works", "in", ("transport", "water", "energy")),
                FactTest("major", "eq", ("false",)),
            ),
        ),
    ),
)
"""Buildings and city infrastructure; no special works, no major transport, water or energy works
(DESIGN section 6, criterion 1). It holds where the pack states no condition of scope itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one kind of assessment comes to for one project on one site."""

    kind: Kind
    outcome: Outcome
    mode: Mode
    findings: Mapping[Criterion, Finding]
    pack: InheritancePack
    standing: Standing | None = None
    share: SiteShare | None = None
    row: TableRow | None = None
    basis: tuple[Basis, ...] = ()

    @property
    def assessment(self) -> AreaAssessment | None:
        """The assessment that the decision rests on."""
        return self.standing.assessment if self.standing else None


@dataclass(frozen=True)
class _Asked:
    """All that is asked once for every kind."""

    site: Site
    project: Project
    facts: Mapping[str, FactValue]
    specs: Mapping[str, FactSpec]
    classes: Mapping[str, Truth] | None
    accepted: frozenset[str]
    store: InheritanceStore
    as_of: date
    known_at: int
    pack: InheritancePack
    standings: tuple[Standing, ...]


def decide(
    site: Site,
    *,
    project: Project,
    pack: InheritancePack,
    specs: Mapping[str, FactSpec],
    store: InheritanceStore,
    as_of: date,
    known_at: int | None = None,
    kinds: Iterable[str] | None = None,
    classes: Mapping[str, Truth] | None = None,
    accepted: frozenset[str] = frozenset(),
) -> list[Decision]:
    """Decide every kind of the pack for a project on a site; nothing is written.

    Parameters
    ----------
    site
        Polygon or line in the working CRS of the store, in metres; linear works whose width the
        project tells are decided on their ground, as in a check.
    project
        Facts known; `site_area_m2` is taken from the site.
    pack
        Kinds, weights and tables in force, merged.
    specs
        The closed list of project facts.
    store
        Layers, assessments and their totals.
    as_of, known_at
        The day asked, and the workspace revision known then (None: the newest).
    kinds
        Only these kinds; None: all.
    classes
        Whether the project is in each class that the packs define; None: unknown.
    accepted
        Codes of assessments whose conditions the builder has accepted in writing.

    Returns
    -------
    One decision a kind, in the pack's order. Of several assessments of a kind the one with the
    best outcome decides, then the one that covers most, then the newest.
    """
    revision = store.revision if known_at is None else known_at
    pack = pack.on(as_of)
    facts, site = dict(project.facts), on_its_ground(site, project)
    if not site.is_line:
        facts["site_area_m2"] = round(float(site.geometry.area), 6)
    asked = _Asked(
        site, project, facts, specs, classes, accepted, store, as_of, revision, pack,
        in_question(store.standings(revision), as_of),
    )  # fmt: skip
    chosen = set(pack.kinds) if kinds is None else set(kinds)
    return [_kind(kind, asked) for key, kind in pack.kinds.items() if key in chosen]


def _kind(kind: Kind, asked: _Asked) -> Decision:
    """Decide a kind: before any assessment is looked at, by those that hold something, or none."""
    before = _same(_before, kind, asked)
    if before is not None:
        return before
    decided = [
        _one(kind, standing, share, asked)
        for standing in asked.standings
        if standing.assessment.kind == kind.key
        and (share := share_in(asked.site, standing.assessment.extent)).word != "none"
    ]
    return min(decided, key=_rank) if decided else _same(_none, kind, asked)


# --- what is the same on many sites -------------------------------------------------------------

Decided = TypeVar("Decided", Decision, Decision | None)

MOST_KNOWN: Final = 4096

_KNOWN: dict[tuple[object, ...], tuple[object, Any]] = {}
"""By number of pack and facts' declarations, held beside: they are never another one's."""


def _same(work: Callable[[Kind, _Asked], Decided], kind: Kind, asked: _Asked) -> Decided:
    """Do what follows from the pack of the day and the facts that the kind asks; once for these."""
    facts = tuple(asked.facts.get(name) for name in _facts_of(kind, asked.pack))
    key = (id(asked.pack), id(asked.specs), work.__name__, kind.key, facts)
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[key] = (asked.pack, asked.specs), work(kind, asked)
    found: Decided = known[1]
    return found


def _facts_of(kind: Kind, pack: InheritancePack) -> tuple[str, ...]:
    """Facts that decide on a kind where no assessment does; looked up once for a pack."""
    key = (id(pack), kind.key)
    known = _KNOWN.get(key)
    if known is None:
        asked = [kind.needed, REFORM_SCOPE, *(exempt.when for exempt in kind.exempt)]
        asked += [condition.when for condition in (*pack.conditions, *kind.conditions)]
        names = dict.fromkeys(name for when in asked for name in facts_in(when))
        known = _KNOWN[key] = pack, tuple(names)
    found: tuple[str, ...] = known[1]
    return found


# --- one kind -----------------------------------------------------------------------------------


def _before(kind: Kind, asked: _Asked) -> Decision | None:
    """Decide where no assessment need be looked at: not asked for, exempt, or not known yet."""
    for exempt in kind.exempt:
        if holds(exempt.when, asked.facts) is True:
            evidence = {"exempt": True, "facts": stated(exempt.when, asked.facts)}
            finding = Finding("met", evidence)
            return _without(kind, asked, "not_required", "none", finding, exempt.basis)
    needed = holds(kind.needed, asked.facts)
    if needed is not True:
        evidence = {"needed": needed, "facts": stated(kind.needed, asked.facts)}
        if needed is False:
            finding = Finding("not_applicable", evidence)
            return _without(kind, asked, "not_required", "none", finding)
        missing = unknown_facts(kind.needed, asked.facts)
        evidence["question"] = question(missing, asked.specs)
        finding = Finding("unknown", evidence)
        return _without(kind, asked, "undetermined", "unknown", finding)
    return None


def _rank(decision: Decision) -> tuple[int, float, int]:
    """Best outcome, then most cover, then the newest."""
    order = list(OUTCOME_ORDER)
    place = order.index(decision.outcome) if decision.outcome in order else -1
    share = decision.share.share if decision.share else 0.0
    standing = decision.standing
    return place, -share, -(standing.published_revision or 0) if standing else 0


def _one(kind: Kind, standing: Standing, share: SiteShare, asked: _Asked) -> Decision:
    """Decide by one assessment."""
    case = Case(
        site=asked.site,
        project=asked.project.code,
        facts=asked.facts,
        specs=asked.specs,
        classes=asked.classes,
        accepted=asked.accepted,
        store=asked.store,
        as_of=asked.as_of,
        known_at=asked.known_at,
        pack=asked.pack,
        kind=kind,
        standing=standing,
        share=share,
        holdings=asked.store.holdings(standing.assessment.code, asked.known_at),
    )
    findings: dict[Criterion, Finding] = {"scope": _scope(kind, asked)}
    for key, ask in _ASKED.items():
        findings[key] = _with_question(key, _with_conditions(ask(case), kind, key, asked))
    row = _row(kind, asked, findings, share)
    outcome, mode = _outcome(row, standing)
    return Decision(kind, outcome, mode, findings, asked.pack, standing, share, row)


def _none(kind: Kind, asked: _Asked) -> Decision:
    """Decide where no assessment of the kind holds anything of the site."""
    nothing = Text(
        "没有覆盖该用地的区域评估成果", "No area assessment of this kind covers the site"
    )
    findings: dict[Criterion, Finding] = dict.fromkeys(CRITERIA, Finding("not_applicable"))
    findings["scope"] = _scope(kind, asked)
    findings["item_assessed"] = Finding("failed", {"reason": nothing.as_dict()})
    row = _row(kind, asked, findings, None)
    outcome, mode = _outcome(row, None)
    return Decision(kind, outcome, mode, findings, asked.pack, row=row)


def _without(
    kind: Kind,
    asked: _Asked,
    outcome: Outcome,
    mode: Mode,
    scope: Finding,
    basis: tuple[Basis, ...] = (),
) -> Decision:
    """Decide before any assessment is looked at: not asked for, exempt, or not known yet."""
    findings: dict[Criterion, Finding] = dict.fromkeys(CRITERIA, Finding("not_applicable"))
    findings["scope"] = scope
    return Decision(kind, outcome, mode, findings, asked.pack, basis=basis)


# --- table --------------------------------------------------------------------------------------


def _row(
    kind: Kind, asked: _Asked, findings: Mapping[Criterion, Finding], share: SiteShare | None
) -> TableRow | None:
    situation = Situation(
        share=share.word if share else "none",
        results={key: finding.result for key, finding in findings.items()},
        effects=asked.pack.effects(kind),
    )
    return first_row(asked.pack.rows(kind), situation)


def _outcome(row: TableRow | None, standing: Standing | None) -> tuple[Outcome, Mode]:
    """The row's outcome; `partial_rule` hands over to the assessment, which must then have one.

    No row in force on the day: the packs say nothing of that day, and nothing is decided.
    """
    if row is None:
        return "undetermined", "unknown"
    if row.outcome != PARTIAL_RULE:
        return row.outcome, row.mode
    rule = standing.assessment.partial_coverage if standing else None
    return (rule.rule, row.mode) if rule else ("undetermined", "unknown")


# --- scope and conditions of the pack -----------------------------------------------------------


def _scope(kind: Kind, asked: _Asked) -> Finding:
    conditions = asked.pack.conditions_of(kind, "scope")
    if conditions:
        return _with_conditions(Finding("not_applicable"), kind, "scope", asked)
    truth = holds(REFORM_SCOPE, asked.facts)
    evidence: dict[str, Any] = {"facts": stated(REFORM_SCOPE, asked.facts)}
    if truth is None:
        evidence["question"] = question(unknown_facts(REFORM_SCOPE, asked.facts), asked.specs)
    return Finding(_result(truth), evidence)


def _with_conditions(finding: Finding, kind: Kind, criterion: Criterion, asked: _Asked) -> Finding:
    """Join what the assessment says with the conditions that the pack itself sets."""
    conditions = asked.pack.conditions_of(kind, criterion)
    if not conditions:
        return finding
    truths = [holds(item.when, asked.facts) for item in conditions]
    evidence: dict[str, Any] = {
        **finding.evidence,
        "conditions_of_pack": [_told(item, asked.facts) for item in conditions],
    }
    truth = kleene_and(truths)
    if truth is None and "question" not in evidence:
        names = [name for item in conditions for name in unknown_facts(item.when, asked.facts)]
        evidence["question"] = question(list(dict.fromkeys(names)), asked.specs)
    return dataclasses.replace(
        finding, result=worst([finding.result, _result(truth)]), evidence=evidence
    )


def _with_question(criterion: Criterion, finding: Finding) -> Finding:
    """What is unknown always asks: where no fact of the project is missing, the park body."""
    if finding.result != "unknown" or "question" in finding.evidence:
        return finding
    name = CRITERION_WORDS[criterion]
    text = Text(f"请向片区管理机构核实：{name.zh}", f"Verify with the park body: {name.en.lower()}")
    return dataclasses.replace(finding, evidence={**finding.evidence, "question": text.as_dict()})


def _told(condition: Condition, facts: Mapping[str, FactValue]) -> dict[str, Any]:
    return {
        "facts": stated(condition.when, facts),
        "result": _result(holds(condition.when, facts)),
        "source": [basis.title for basis in condition.source],
    }


def _result(truth: bool | None) -> Result:
    return "unknown" if truth is None else "met" if truth else "failed"
