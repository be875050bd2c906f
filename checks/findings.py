"""Findings: the state a rule ends in, and the words users read for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checks.conditions import Truth, holds, kleene_and, kleene_or
from checks.evidence import Answer, Evidence, Reason
from checks.quantities import Facts
from checks.rule import Basis, Named, Rule, State, VerdictFamily
from gis.certainty import Certainty
from gis.errors import Text

SECTIONS: Mapping[str, int] = {
    "control_line": 3,
    "plan": 4,
    "present_state": 5,
    "approval": 5,
    "safety": 6,
    "survey_object": 7,
    "utility": 7,
    "context": 7,
}
"""Report section by theme of the rule's layer (DESIGN section 7)."""

_WORDS: Mapping[VerdictFamily, tuple[Text, Text]] = {
    "occupy": (Text("压占", "encroaches"), Text("未压占", "does not encroach")),
    "range": (
        Text("全部位于边界外", "wholly outside the boundary"),
        Text("全部位于边界内", "wholly inside the boundary"),
    ),
    "conform": (Text("不符合", "does not conform"), Text("符合", "conforms")),
    "use": (Text("占用", "uses"), Text("不占用", "does not use")),
    "involve": (Text("涉及", "concerns"), Text("不涉及", "does not concern")),
    "overlay": (Text("压覆", "overlies"), Text("未压覆", "does not overlie")),
    "distance": (Text("不满足", "not met"), Text("满足", "met")),
}
_PARTLY: Mapping[VerdictFamily, Text] = {
    "range": Text("部分位于边界外", "partly outside the boundary"),
    "conform": Text("部分不符合", "partly does not conform"),
}
_WHOLE = 1 - 1e-9


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one site; `kept` (`checks.silent`): about many, in one object."""

    rule: Rule
    theme: str
    crs: str
    section: int
    state: State
    certainty: Certainty | None
    evidence: Evidence
    verdict: Text
    say: Text
    basis: tuple[Basis, ...]
    values: Mapping[str, object]
    editions: tuple[str, ...]
    question: Text | None
    reason: Reason | None
    share_covered: float | None
    confidential: bool
    missing: frozenset[str] = frozenset()
    kept: bool = False


def state_of(when: Truth, answer: Answer) -> State:
    """The state of CONTRACTS section 5, first that fits.

    `when` false: not applicable. Answer open through data: not assessed. Test false: clear, also
    where `when` is unknown. Test open, or true with `when` unknown: a person. Else affected.
    """
    if when is False:
        return "not_applicable"
    if answer.truth is None and answer.cause == "data":
        return "not_assessed"
    if answer.truth is False:
        return "clear"
    if answer.truth is None or when is None:
        return "needs_person"
    return "affected"


def verdict(rule: Rule, state: State, answer: Answer, *, accuracy_m: float) -> Text:
    """The official words of a verdict (DESIGN section 7), with 临界 where doubt remains."""
    match state:
        case "not_assessed":
            why = answer.reason.text if answer.reason else Text("数据缺失", "no data")
            return Text(f"未检测（{why.zh}）", f"not assessed ({why.en})")
        case "needs_person":
            what = answer.question or Text("请核实", "verify")
            return Text(f"待核实（{what.zh}）", f"to be verified ({what.en})")
        case "not_applicable":
            return Text("不适用", "not applicable")
    words = _measured_words(rule, state, answer.evidence)
    if state == "clear" and answer.by_table:
        words = Text("兼容", "compatible")
    if answer.certainty == "within_accuracy":
        return Text(
            f"{words.zh}，临界（数据精度 ±{accuracy_m:g} m 内）",
            f"{words.en}, borderline (within data accuracy ±{accuracy_m:g} m)",
        )
    return words


def _measured_words(rule: Rule, state: State, evidence: Evidence) -> Text:
    family = rule.verdict_family
    hit, clear = _WORDS[family]
    if family == "distance":
        return _distance_words(hit if state == "affected" else clear, evidence)
    if state == "clear":
        return clear
    partly = _PARTLY.get(family)
    if partly is not None and evidence.share is not None and evidence.share < _WHOLE:
        return partly
    return hit


def _distance_words(word: Text, evidence: Evidence) -> Text:
    if evidence.distance_m is None:
        return word
    near = f"{evidence.distance_m:.2f}"
    if evidence.limit is None:
        return Text(f"{word.zh}（最近 {near} m）", f"{word.en} (nearest {near} m)")
    limit = f"{evidence.limit:g}"
    return Text(
        f"{word.zh}（最近 {near} m，要求 ≥ {limit} m）",
        f"{word.en} (nearest {near} m, required ≥ {limit} m)",
    )


def sentence(rule: Rule, state: State, answer: Answer) -> Text:
    """The rule's own sentence for the state; for open states what opens them."""
    match state:
        case "affected":
            return rule.say.affected
        case "clear":
            return rule.say.clear
        case "not_assessed":
            return rule.say.not_assessed
        case "needs_person":
            return answer.question or Text("需人工核实", "A person must verify")
        case _:
            if answer.reason is not None:
                return answer.reason.text
            return Text("项目不属于本规则的适用情形", "The rule's condition is not met")


def basis_on(rule: Rule, as_of: date) -> tuple[Basis, ...]:
    """The legal bases in force on a date; the law of that date is cited, no other."""
    return tuple(
        basis
        for basis in rule.basis
        if (basis.valid_from is None or basis.valid_from <= as_of)
        and (basis.valid_to is None or as_of <= basis.valid_to)
    )


def bearing_bases(rule: Rule) -> list[Basis]:
    """The bases that make the duty: all but those of exceptions, where there are others."""
    return [basis for basis in rule.basis if basis.role != "exception"] or list(rule.basis)


def applies(rule: Rule, as_of: date, facts: Facts) -> Truth:
    """Whether the rule's condition holds, and that of the law in force on the date."""
    held = [basis for basis in basis_on(rule, as_of) if basis in bearing_bases(rule)]
    if not any(basis.when for basis in held):
        return holds(rule.when, facts)
    asked = kleene_or([holds(basis.when, facts) for basis in held])
    return kleene_and([holds(rule.when, facts), asked])


def off_file(rule: Rule, as_of: date) -> tuple[State, Reason] | None:
    """State and reason of a rule without a version on the date; None where it has one.

    Before the first date on file: not assessed. After the last ended: not applicable. A version
    is a basis and each value that the test names; whatever data are there, and however few.
    """
    bearing = bearing_bases(rule)
    if any(basis in bearing for basis in basis_on(rule, as_of)):
        return _values_off(rule, as_of)
    starts = [basis.valid_from for basis in bearing if basis.valid_from is not None]
    if starts and as_of < min(starts):
        return "not_assessed", no_rule_on_file(rule, as_of)
    ends = [basis.valid_to for basis in bearing if basis.valid_to is not None]
    ended = max((end for end in ends if end < as_of), default=None)
    return "not_applicable", repealed(rule, ended)


def _values_off(rule: Rule, as_of: date) -> tuple[State, Reason] | None:
    """As `off_file`, for the values that the test names."""
    for leaf in rule.leaves():
        named = [given.name for given in leaf.args.values() if isinstance(given, Named)]
        tables = [leaf.table, leaf.where.table if leaf.where else None]
        for name in (*named, *(name for name in tables if name in rule.values)):
            entry = rule.values[name or ""].on(as_of)
            if entry is None:
                return "not_assessed", no_rule_on_file(rule, as_of)
            if entry.repealed:
                return "not_applicable", repealed(rule, entry.start)
    return None


def no_rule_on_file(rule: Rule, as_of: date) -> Reason:
    """The reason before a rule's first date."""
    return Reason(
        "no_rule_on_file",
        Text(
            f"规则库没有规则 {rule.code} 在 {as_of} 的条文版本",
            f"The rulebook holds no version of {rule.code} for {as_of}",
        ),
    )


def repealed(rule: Rule, ended: date | None) -> Reason:
    """The reason after a rule's repeal."""
    return Reason(
        "repealed",
        Text(
            f"规则 {rule.code} 已于 {ended or '此前'} 失效，检测基准日不再适用",
            f"Rule {rule.code} was repealed ({ended or 'before'}) and no longer applies",
        ),
    )
