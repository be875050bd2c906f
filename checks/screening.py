"""The one function: walk the rules of a scenario, grouped by layer, over one site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

from checks import silent
from checks.classes.conditions import AreaAnswers, Situation
from checks.classes.service_decisions import join_decisions
from checks.classes.services import Service, services
from checks.classes.standing import Decided, decide
from checks.conditions import unknown_facts
from checks.corridor import on_its_ground
from checks.crossings import crossings_of
from checks.evidence import NOTHING, Answer
from checks.facts import Project
from checks.findings import (
    SECTIONS,
    Finding,
    sentence,
    state_of,
    verdict,
)
from checks.indicators.gather import compile_indicators
from checks.indicators.model import Row as IndicatorRow
from checks.indicators.sheets import given_by_departments
from checks.indicators.sources import Ground
from checks.inheritance.decide import Decision
from checks.inheritance.sharing import area_answers, decisions_of
from checks.judging import Judge, Told
from checks.land_table import land_of
from checks.layer_view import LayerView, look
from checks.quantities import Facts, Quantities
from checks.report.context import context_of
from checks.report.model import Report, freeze
from checks.rule import Rule, Rulebook, Scenario, State
from checks.rule_day import RuleDay, rule_day
from checks.rule_order import in_order
from checks.scenario_choice import choose_scenario
from gis.errors import LantuError, Note, Text
from gis.site import Site
from layers.store import LayerStore
from layers.store.protocol import with_assessments

INDICATORS = 9
"""The section of the report that lists the control indicators (DESIGN section 7)."""

__all__ = ["choose_scenario", "screen"]


def screen(
    site: Site,
    *,
    project: Project,
    scenario: Scenario,
    rulebook: Rulebook,
    store: LayerStore,
    as_of: date,
    known_at: int | None = None,
    confidential: bool = False,
    reason: Text | None = None,
    issue: bool = False,
    area: AreaAnswers | None = None,
) -> Report:
    """Check one site by the rules of a scenario; nothing is written.

    Parameters
    ----------
    site
        In the working CRS of the store.
    project
        Facts known; what the scenario assumes for silent facts is added and printed.
    as_of, known_at
        The day asked, and the workspace revision known then (None: the newest).
    confidential
        Whether the reader may see hits on confidential layers.
    reason
        Why this scenario was taken, for the report.
    issue
        Give the report a number. Keeping it and writing the audit row are acts of the door.
    area
        What is known of area assessments, for classes and waivers; None: what the decisions on
        sharing tell. What is not known is a question.

    Returns
    -------
    The frozen report; a precheck has no number.
    """
    revision = store.revision if known_at is None else known_at
    site = on_its_ground(site, project)
    facts = _facts(site, project, scenario)
    run = _Run(site, rulebook, store, as_of, revision, facts, confidential=confidential)
    findings = run.findings(scenario.rules)
    notes: list[Note] = []
    shared = _or_note(
        lambda: decisions_of(
            site,
            project,
            facts,
            scenario=scenario,
            rulebook=rulebook,
            store=store,
            as_of=as_of,
            known_at=revision,
            states={finding.rule.code: finding.state for finding in findings},
        ),
        notes,
    )
    known = area if area is not None else area_answers(shared)
    decided, listed = _classes(rulebook, findings, facts, as_of, known, shared)
    indicators = _or_note(lambda: run.indicators(findings, project, scenario), notes)
    around = context_of(
        site,
        findings,
        specs=run.specs,
        opened=run.opened,
        store=store,
        as_of=as_of,
        known_at=revision,
    )
    return freeze(
        site=site,
        project=project,
        scenario=scenario,
        rulebook=rulebook,
        findings=findings,
        decided=decided,
        services=listed,
        views=run.opened,
        as_of=as_of,
        known_at=revision,
        reason=reason,
        issue=issue,
        decisions=shared,
        indicators=indicators,
        crossings=crossings_of(run.opened, confidential=confidential),
        land=land_of(run.opened, confidential=confidential),
        context=around.entries,
        notes=tuple(dict.fromkeys((*notes, *around.notes))),
    )


Part = TypeVar("Part")


def _or_note(work: Callable[[], list[Part]], notes: list[Note]) -> list[Part]:
    """Do a part of the check; where its data cannot be read, all else stands and a note says so."""
    try:
        return work()
    except LantuError as error:
        if error.passes:
            raise
        text = Text(
            f"区域评估成果无法读取，未作共享判定：{error.fact.zh}",
            f"The area assessments cannot be read, nothing was decided by them: {error.fact.en}",
        )
        notes.append(Note("assessments_unreadable", text))
        return []


def _facts(site: Site, project: Project, scenario: Scenario) -> Facts:
    facts = {**scenario.defaults, **project.facts}
    if not site.is_line:
        facts["site_area_m2"] = float(site.geometry.area)
    return MappingProxyType(facts)


def _classes(
    rulebook: Rulebook,
    findings: list[Finding],
    facts: Facts,
    as_of: date,
    area: AreaAnswers,
    decisions: Sequence[Decision],
) -> tuple[Decided | None, tuple[Service, ...]]:
    """Class, waivers and services, where the packs say anything on them."""
    catalogue = rulebook.catalogue
    if catalogue is None:
        return None, ()
    states = {finding.rule.code: finding.state for finding in findings}
    kinds = rulebook.inheritance.kinds if rulebook.inheritance else {}
    names = {key: kind.name for key, kind in kinds.items()}
    situation = Situation(catalogue, rulebook.facts, as_of, facts, states, area, names)
    decided = decide(situation)
    listed = services(decided, findings, situation)
    return decided, join_decisions(listed, decisions, findings, decided, situation)


@dataclass
class _Run:
    """One walk over the rules: opens each layer once, for the largest distance asked of it."""

    site: Site
    rulebook: Rulebook
    store: LayerStore
    as_of: date
    known_at: int
    facts: Facts
    confidential: bool
    opened: dict[str, LayerView] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    reaches: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.specs = self.store.specs(known_at=self.known_at)
        self.kind = silent.kind_of(self.site)

    def findings(self, codes: tuple[str, ...]) -> list[Finding]:
        """Findings in report order: by section, then by the scenario's order of rules."""
        rules = in_order(self.rulebook, codes)
        days = [rule_day(rule, self.as_of, self.facts) for rule in rules]
        self.reaches = self._reach(days)
        found = {rule.code: self._finding(rule, day) for rule, day in zip(rules, days, strict=True)}
        return sorted((found[code] for code in codes), key=lambda finding: finding.section)

    def _reach(self, days: Iterable[RuleDay]) -> dict[str, float | None]:
        """Largest distance asked of each layer; None where only the features can tell."""
        reach: dict[str, float | None] = {}
        for layer, asked in chain.from_iterable(day.reaches for day in days):
            held = reach.get(layer, 0.0)
            if held is None or asked is None or self.specs[layer].offset_field is not None:
                reach[layer] = None
            else:
                reach[layer] = max(held, asked)
        return reach

    def view(self, layer: str) -> LayerView:
        """The layer around the site, opened once."""
        if layer not in self.opened:
            self.opened[layer] = look(
                self.specs[layer],
                site=self.site,
                store=self.store,
                as_of=self.as_of,
                known_at=self.known_at,
                reach=self.reaches.get(layer, 0.0),
            )
        return self.opened[layer]

    def indicators(
        self, findings: list[Finding], project: Project, scenario: Scenario
    ) -> list[IndicatorRow]:
        """The control indicators of the site, where the scenario asks for section 9."""
        catalogue = self.rulebook.indicators
        asked = scenario.sections is None or INDICATORS in scenario.sections
        if catalogue is None or not asked:
            return []
        store, kept = self.store, with_assessments(self.store)
        ground = Ground(
            self.site,
            lambda layer: self.view(layer) if layer in self.specs else None,
            {finding.rule.code: finding for finding in findings},
            kept.standings(self.known_at) if kept is not None else (),
            self.as_of,
            confidential=self.confidential,
        )
        given = given_by_departments(
            catalogue, store, ground, project=project.code, known_at=self.known_at
        )
        return compile_indicators(catalogue, ground, facts=self.facts, given=given)

    def _finding(self, rule: Rule, day: RuleDay) -> Finding:
        """What the rule finds; made once for all sites where it meets nothing."""
        views = [self.view(layer) for layer in rule.layers()]
        asked = tuple(self.told[code] for code in rule.asked())
        also = (self.specs[rule.layer].theme, self.confidential, asked)
        key = silent.key_of(rule, day, kind=self.kind, views=views, also=also)
        known = silent.held(key)
        if known is not None:
            self.told[rule.code] = known.told
            return known.finding
        state, answer = self._judged(rule, day)
        accuracies = [*_accuracies(day, views), *(told.accuracy_m for told in asked)]
        told = Told(
            state,
            certainty=answer.certainty if state in {"affected", "clear"} else None,
            accuracy_m=max(accuracies, default=0.0),
            hidden=self._hidden(views, asked),
        )
        self.told[rule.code] = told
        finding = self._worded(rule, day, views, told, answer)
        silent.hold(key, finding, told, day=day, views=views)
        return finding

    def _hidden(self, views: Sequence[LayerView], asked: Sequence[Told]) -> bool:
        """Whether this reader learns of the finding no more than its state."""
        if self.confidential:
            return False
        secret = any(view.spec.confidential for view in views)
        return secret or any(told.hidden for told in asked)

    def _worded(
        self, rule: Rule, day: RuleDay, views: Sequence[LayerView], told: Told, answer: Answer
    ) -> Finding:
        """The finding with its words, its basis of the day, and the data it rests on."""
        theme, state = self.specs[rule.layer].theme, told.state
        measured = state not in {"not_applicable", "not_assessed"}
        return Finding(
            rule=rule,
            theme=theme,
            crs=self.site.crs,
            section=SECTIONS[theme],
            state=state,
            certainty=told.certainty,
            evidence=answer.evidence if measured else NOTHING,
            verdict=verdict(rule, state, answer, accuracy_m=told.accuracy_m),
            say=sentence(rule, state, answer),
            basis=day.basis,
            values=day.values,
            editions=tuple(edition.id for view in views for edition in view.editions),
            question=answer.question if state == "needs_person" else None,
            reason=None if measured else answer.reason,
            share_covered=min((view.share_covered for view in views), default=None),
            confidential=told.hidden,
            missing=answer.missing,
        )

    def _judged(self, rule: Rule, day: RuleDay) -> tuple[State, Answer]:
        """State and answer; a rule without a version on the date is never tested."""
        if day.when is False:
            return "not_applicable", Answer(truth=None)
        if day.off is not None:
            return day.off[0], Answer.no_data(day.off[1])
        judge = Judge(
            rule,
            Quantities(rule, self.as_of, self.facts),
            views=self.view,
            told=self.told,
            fact_specs=self.rulebook.facts,
        )
        answer = judge.answer(rule.test)
        state = state_of(day.when, answer)
        if state == "needs_person" and answer.question is None:
            answer = _ask_when(rule, day, self.facts, self.rulebook, answer)
        return state, answer


def _accuracies(day: RuleDay, views: Sequence[LayerView]) -> Iterator[float]:
    """Accuracy of each layer that a rule reads, as far as the rule looks."""
    for view in views:
        if view.alike_accurate:
            yield view.accuracy_m
            continue
        reaches = [reach for layer, reach in day.reaches if layer == view.spec.key]
        known = [reach for reach in reaches if reach is not None]
        whole = len(known) < len(reaches)
        yield view.accuracy_m if whole else view.accuracy_within(max(known, default=0.0))


def _ask_when(rule: Rule, day: RuleDay, facts: Facts, rulebook: Rulebook, answer: Answer) -> Answer:
    """The test holds, but whether the rule applies depends on facts not given."""
    conditions = [rule.when, *(basis.when for basis in day.basis)]
    asked = [name for when in conditions for name in unknown_facts(when, facts)]
    names = tuple(dict.fromkeys(asked))
    labels = [rulebook.facts[name].label for name in names if name in rulebook.facts]
    zh = "、".join(f"“{label.zh}”（{name}）" for label, name in zip(labels, names, strict=False))
    en = ", ".join(f"'{label.en}' ({name})" for label, name in zip(labels, names, strict=False))
    question = Text(
        f"请补充项目情况{zh}，以确定本规则是否适用",
        f"Give the project facts {en} to settle whether this rule applies",
    )
    return Answer(truth=None, evidence=answer.evidence, cause="person", question=question)
