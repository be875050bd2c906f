"""Leaves that compare values: facts against attributes, classes against uses, heights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from checks.case import Case
from checks.conditions import Truth, kleene_not, matches_industry
from checks.evidence import Answer
from checks.measured import Mask
from checks.meetings import met_certainty
from checks.quantities import Unknown, number_of, text_of
from checks.raster_leaves import raster_answer
from checks.rule import Named
from gis.errors import Text

PLANNED_USE = "YDYHFLDM"
"""Code system of the fact `land_use_code`."""

_LIST = re.compile(r"[,;|、，；\s]+")


# --- facts against attributes of the features hit -------------------------------------------------


def fact_against_attribute(case: Case) -> Answer:
    """`fact_over_attribute`, `fact_under_attribute`: one feature hit that disagrees is enough."""
    fact = case.facts.get(case.leaf.fact or "")

    def disagrees(number: int) -> Truth:
        limit = number_of(_field(case, number))
        if limit is None or not isinstance(fact, float):
            return None
        over = case.leaf.kind == "fact_over_attribute"
        if case.leaf.inclusive and fact == limit:
            return True
        return fact > limit if over else fact < limit

    return _per_feature(case, disagrees)


def fact_not_in_attribute(case: Case) -> Answer:
    """The fact is not in the list of one feature hit; industry codes match by prefix."""
    return _per_feature(case, _missing(case))


def fact_in_attribute(case: Case) -> Answer:
    """`not: {fact_not_in_attribute}`: the fact is in the list of one feature hit.

    Not the plain opposite, which would ask that all features list it: a site over two units must
    not escape the list of the one because the other has none.
    """
    missing = _missing(case)
    return _per_feature(case, lambda number: kleene_not(missing(number)))


def _missing(case: Case) -> Callable[[int], Truth]:
    """Whether the fact is missing in the list of a feature."""
    fact = case.facts.get(case.leaf.fact or "")

    def missing(number: int) -> Truth:
        value = _field(case, number)
        if value is None or fact is None:
            return None
        listed = (
            [str(item) for item in value]
            if isinstance(value, (list, tuple))
            else [item for item in _LIST.split(str(value)) if item]
        )
        if case.leaf.fact == "industry":
            return not matches_industry(str(fact), listed)
        return text_of(fact) not in listed

    return missing


def class_compatible(case: Case) -> Answer:
    """Affected where the use does not fit the class; equal codes fit by themselves.

    The table is an entry of `values` whose rows match `class` and the fact; its words are
    `compatible`, `conditional`, `incompatible`. What the table does not say a person decides.
    """
    fact = case.facts.get(case.leaf.fact or "")
    table = case.leaf.table
    words: set[str] = set()

    def unfit(number: int) -> Truth:
        code = _class_or_attribute(case, number)
        if code is None or fact is None:
            return None
        if code == text_of(fact) and _one_system(case):
            return False
        if table is None or table not in case.rule.values:
            return None
        word = case.quantities.resolve(Named(table), code=code)
        if isinstance(word, (Unknown, float)):
            return None
        words.add(word)
        return _UNFIT[word]

    answer = _per_feature(case, unfit)
    if answer.truth is False and words:
        return replace(answer, by_table=True)
    if answer.truth is None and answer.cause == "person" and "conditional" in words:
        return Answer.ask(_CONDITIONAL, answer.evidence)
    return answer


_UNFIT: Mapping[str, Truth] = {"compatible": False, "conditional": None, "incompatible": True}
_CONDITIONAL = Text(
    "拟用用途与规划用途有条件兼容，请向规划主管部门核实条件是否具备",
    "The intended use is compatible on conditions only: verify with the planning department that "
    "they are met",
)


def _one_system(case: Case) -> bool:
    """Whether a class and the planned use are codes of one system: 0601 is two things in two."""
    field = case.view.spec.class_field
    by_class = case.leaf.attribute in (None, "class")
    if case.leaf.fact != "land_use_code" or not by_class or field is None:
        return True
    return field.system in (None, PLANNED_USE)


def _class_or_attribute(case: Case, number: int) -> str | None:
    if case.leaf.attribute and case.leaf.attribute != "class":
        value = _field(case, number)
    else:
        features = case.view.features
        value = features.classes[int(np.flatnonzero(features.ids == number)[0])]
    return None if value is None else str(value)


def _field(case: Case, number: int) -> object:
    return case.view.features.fields.get(number, {}).get(case.leaf.attribute or "")


def _per_feature(case: Case, judge: Callable[[int], Truth]) -> Answer:
    """Judge each feature hit; evidence is of those that disagree, else of all hit.

    What the rule's tolerance sets aside decides nothing, here as in every test.
    """
    sure, unsure = case.chosen()
    everything = case.measured(sure)
    truths = {number: judge(number) for number in everything.amounts}
    ids = case.view.features.ids
    bad = sure & _pieces(ids, [number for number, truth in truths.items() if truth])
    disagreeing = case.measured(bad)
    passed = case.passed(disagreeing)
    if passed.hit:
        return Answer(
            truth=True,
            evidence=disagreeing.evidence.with_edge(passed),
            certainty=met_certainty(case, bad)
            if case.meets_in_points
            else case.overlap_certainty(bad, disagreeing.shape, hit=True),
        )
    open_to = [number for number, truth in truths.items() if truth is None]
    doubtful = bad | (sure & _pieces(ids, open_to))
    passed = case.passed(case.measured(doubtful))
    evidence = everything.evidence.with_edge(passed)
    if passed.hit:
        return case.ask_for(_asked(case, truths), evidence)
    if unsure.any() and case.passed(case.measured(doubtful | unsure)).hit:
        return case.ask_class(evidence)
    answer = case.absence(evidence)
    if answer.truth is not False:
        return answer
    # a feature that the accuracy may bring onto the site must agree as well
    beside = [n for n in case.within_accuracy(sure) if n not in truths]
    firm = all(judge(number) is False for number in beside) and (
        case.overlap_certainty(doubtful, case.measured(doubtful).shape, hit=False) == "certain"
    )
    return replace(answer, certainty="certain" if firm else "within_accuracy")


def _pieces(ids: npt.NDArray[np.int64], numbers: Sequence[int]) -> Mask:
    """Which pieces are of these features: none, or one, as a rule."""
    if len(numbers) == 0:
        return np.zeros(len(ids), dtype=bool)
    return ids == numbers[0] if len(numbers) == 1 else np.isin(ids, numbers)


def _asked(case: Case, truths: dict[int, Truth]) -> list[str]:
    names = []
    if case.leaf.fact and case.facts.get(case.leaf.fact) is None:
        names.append(case.leaf.fact)
    for number, truth in truths.items():
        by_class = case.leaf.kind == "class_compatible" and not (
            case.leaf.attribute and case.leaf.attribute != "class"
        )
        if truth is None and not by_class and _field(case, number) is None:
            names.append(f"@{case.leaf.attribute}")
    if not names and case.leaf.table:
        names.append(case.leaf.table)
    return names


def height_above(case: Case) -> Answer:
    """The project's top (base + height + margin) above a surface: raster, or an attribute."""
    names = [name for name in (case.leaf.fact, case.leaf.base) if name]
    figures = [case.facts.get(name) for name in names]
    missing = [name for name, figure in zip(names, figures, strict=True) if figure is None]
    margin = case.threshold("margin")
    if isinstance(margin, Unknown):
        return case.ask_for(margin.missing)
    top = margin + sum(figure for figure in figures if isinstance(figure, float))
    if case.view.spec.geometry == "raster":
        if missing:
            return case.ask_for(missing)
        return raster_answer(case, lambda values: values < top, 0.0)

    def above(number: int) -> Truth:
        surface = number_of(_field(case, number))
        return None if missing or surface is None else top > surface

    answer = _per_feature(case, above)
    return case.ask_for(missing, answer.evidence) if missing and answer.truth is None else answer
