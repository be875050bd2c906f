"""Answer the test of a rule: leaves by kind, groups by strong Kleene logic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from checks.case import Case
from checks.conditions import Truth, kleene_and, kleene_or
from checks.distance_leaf import within_distance
from checks.evidence import Answer, Evidence, Reason
from checks.layer_view import LayerView
from checks.no_proof import against_geometry
from checks.quantities import Quantities
from checks.raster_leaves import raster
from checks.rule import FactSpec, Group, Leaf, LeafKind, Rule, State, Test
from checks.spatial_leaves import outside, overlap
from checks.value_leaves import (
    class_compatible,
    fact_against_attribute,
    fact_in_attribute,
    fact_not_in_attribute,
    height_above,
)
from gis.certainty import Certainty
from gis.errors import LantuError, Text
from layers.catalog import LayerSpec

LEAVES: Mapping[LeafKind, Callable[[Case], Answer]] = {
    "overlaps": overlap,
    "area_over": overlap,
    "share_over": overlap,
    "class_in": overlap,
    "count_over": overlap,
    "outside": outside,
    "within_distance": within_distance,
    "raster_class": raster,
    "raster_over": raster,
    "height_above": height_above,
    "fact_over_attribute": fact_against_attribute,
    "fact_under_attribute": fact_against_attribute,
    "fact_not_in_attribute": fact_not_in_attribute,
    "class_compatible": class_compatible,
}
"""The closed vocabulary of tests; `finding` and the groups are answered here."""

NEGATED: Mapping[LeafKind, Callable[[Case], Answer]] = {"fact_not_in_attribute": fact_in_attribute}
"""Leaves whose `not` is judged feature by feature, so that one feature hit is enough."""


@dataclass(frozen=True, slots=True)
class Told:
    """What another rule found, as far as a rule can rest on it.

    `accuracy_m` is that of the worst data behind it. `hidden`: it rests on a confidential layer and
    the reader learns the state alone, of this rule and of those that ask it.
    """

    state: State
    certainty: Certainty | None = None
    accuracy_m: float = 0.0
    hidden: bool = False

    def settles(self, states: Collection[State]) -> Certainty:
        """Certainty that the state is, or is not, among these.

        Within the accuracy `affected` may be `clear` and the other way round: in doubt is what
        takes the one and not the other.
        """
        told_apart = ("affected" in states) != ("clear" in states)
        doubtful = self.certainty == "within_accuracy" and told_apart
        return "within_accuracy" if doubtful else "certain"


class Judge:
    """Answers tests of one rule; `views` gives layers, `told` what other rules found."""

    def __init__(
        self,
        rule: Rule,
        quantities: Quantities,
        *,
        views: Callable[[str], LayerView],
        told: Mapping[str, Told],
        fact_specs: Mapping[str, FactSpec],
    ) -> None:
        self._rule = rule
        self._quantities = quantities
        self._views = views
        self._told = told
        self._fact_specs = fact_specs

    def answer(self, test: Test) -> Answer:
        """Answer a test, leaf or group."""
        if isinstance(test, Group):
            return self._group(test)
        if test.kind == "finding":
            return self._finding(test)
        return self._leaf(test, LEAVES[test.kind])

    def _leaf(self, leaf: Leaf, judge: Callable[[Case], Answer]) -> Answer:
        view = self._views(leaf.layer)
        if view.problem is not None:
            answer = Answer.no_data(view.problem)
        elif not _suits(leaf.kind, view.spec):
            answer = Answer.no_data(against_geometry(leaf.kind, view.spec))
        else:
            case = Case(self._rule, leaf, view, self._quantities, self._fact_specs)
            try:
                answer = judge(case)
            except LantuError as error:
                if error.passes:
                    raise
                # one bad layer never kills a report: it is not assessed, with the reason
                answer = Answer.no_data(Reason(error.code, error.fact))
        if answer.cause == "data":
            return replace(answer, missing=frozenset({leaf.layer}))
        return answer

    def _finding(self, leaf: Leaf) -> Answer:
        told = self._told.get(leaf.code or "")
        if told is None or (told.state == "not_assessed" and told.state not in leaf.states):
            return Answer.no_data(
                Reason(
                    "finding_not_assessed",
                    Text(f"所依据的检测项 {leaf.code} 未检测", f"Rule {leaf.code} is not assessed"),
                )
            )
        if told.state == "needs_person" and told.state not in leaf.states:
            return Answer.ask(
                Text(
                    f"请先回答检测项 {leaf.code} 的问题",
                    f"Answer the question of {leaf.code} first",
                )
            )
        return Answer(truth=told.state in leaf.states, certainty=told.settles(leaf.states))

    def _group(self, group: Group) -> Answer:
        first = group.items[0]
        if group.kind == "not" and isinstance(first, Leaf) and first.kind in NEGATED:
            return self._leaf(first, NEGATED[first.kind])
        answers = [self.answer(item) for item in group.items]
        if group.kind == "not":
            return answers[0].negated()
        combine = kleene_and if group.kind == "all" else kleene_or
        truth = combine([answer.truth for answer in answers])
        if truth is None:
            return _open(answers)
        return Answer(
            truth=truth,
            evidence=_leading(answers, truth),
            certainty=_certainty(group, answers, truth),
        )


def _suits(kind: LeafKind, spec: LayerSpec) -> bool:
    """Whether a test reads what the layer holds: cells of a raster, or features."""
    if kind == "height_above":
        return True
    return kind.startswith("raster") == (spec.geometry == "raster")


def _open(answers: list[Answer]) -> Answer:
    """An unknown group: what stays unknown through missing data is `data`, before a person."""
    unknown = [answer for answer in answers if answer.truth is None]
    first = next((answer for answer in unknown if answer.cause == "data"), unknown[0])
    missing = frozenset(layer for answer in unknown for layer in answer.missing)
    return replace(first, evidence=_leading(answers, truth=None), missing=missing)


def _leading(answers: list[Answer], truth: Truth) -> Evidence:
    """Evidence of the first answer, in order of writing, that bears the result."""
    bearing = [answer for answer in answers if answer.truth is truth] or answers
    return bearing[0].evidence


def _certainty(group: Group, answers: list[Answer], truth: bool) -> Certainty:
    """Every answer must be firm where all are needed, one firm one where one is enough."""
    one_is_enough = (group.kind == "any") == truth
    bearing = [answer for answer in answers if answer.truth is truth]
    firm = [answer.certainty in {"certain", None} for answer in bearing]
    return "certain" if (any(firm) if one_is_enough else all(firm)) else "within_accuracy"
