"""Precedence of states and severities over the full product: no case is left to chance."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any, get_args

import pytest

from checks.conclusion import conclude
from checks.evidence import Answer, Evidence, Reason
from checks.findings import Finding, sentence, state_of, verdict
from checks.judging import Judge, Told
from checks.quantities import Quantities
from checks.report.texts import SEVERITY_WORDS, STATE_WORDS
from checks.rule import SEVERITIES, Group, Leaf, Scenario, State, VerdictFamily
from checks.rulebook.words import SEVERITY
from gis.errors import Text
from tests.support.memory_store import rule

TRUTHS = (True, False, None)
CAUSES = ("data", "person", None)
CERTAINTIES = ("certain", "within_accuracy", None)
STATES: tuple[State, ...] = get_args(State)
FAMILIES: tuple[VerdictFamily, ...] = get_args(VerdictFamily)

# CONTRACTS section 5, written out: (when, truth, cause) -> state
EXPECTED: dict[tuple[Any, Any, Any], State] = {
    (True, True, None): "affected",
    (True, False, None): "clear",
    (True, None, "data"): "not_assessed",
    (True, None, "person"): "needs_person",
    (False, True, None): "not_applicable",
    (False, False, None): "not_applicable",
    (False, None, "data"): "not_applicable",
    (False, None, "person"): "not_applicable",
    (None, True, None): "needs_person",
    (None, False, None): "clear",
    (None, None, "data"): "not_assessed",
    (None, None, "person"): "needs_person",
}


def answer(truth: Any, cause: Any, certainty: Any = None) -> Answer:
    reason = Reason("no_edition", Text("没有数据", "no data")) if cause == "data" else None
    question = Text("是否？", "is it?") if cause == "person" else None
    return Answer(truth, certainty=certainty, cause=cause, reason=reason, question=question)


@pytest.mark.parametrize("certainty", CERTAINTIES)
def test_every_combination_has_the_state_of_the_contract(certainty: Any) -> None:
    met = set()
    for when, truth, cause in product(TRUTHS, TRUTHS, CAUSES):
        if (truth is None) != (cause is not None):
            continue  # a settled test has no cause, an open one always has: below
        met.add((when, truth, cause))
        assert state_of(when, answer(truth, cause, certainty)) == EXPECTED[when, truth, cause]
    assert met == set(EXPECTED)


def test_an_open_test_without_a_cause_is_never_settled() -> None:
    for when in (True, None):
        assert state_of(when, Answer(None)) == "needs_person"
    assert state_of(when=False, answer=Answer(None)) == "not_applicable"


# --- groups ---------------------------------------------------------------------------------------

LEAF_STATES: dict[State, Any] = {
    "affected": True,
    "clear": False,
    "not_assessed": "data",
    "needs_person": "person",
}


def judged(kind: Any, states: Sequence[State]) -> State:
    """State of a rule over findings of other rules in these states."""
    codes = [f"R{n}" for n in range(len(states))]
    leaves = tuple(Leaf("finding", "l", code=code, states=("affected",)) for code in codes)
    test = Group(kind, leaves)
    judge = Judge(
        rule("G", "l", test),
        Quantities(rule("G", "l", test), date(2026, 11, 20), {}),
        views=lambda layer: pytest.fail(layer),
        told={code: Told(state) for code, state in zip(codes, states, strict=True)},
        fact_specs={},
    )
    return state_of(when=True, answer=judge.answer(test))


def expected_of(kind: str, states: Sequence[State]) -> State:
    """A settled whole is settled; else what is open through data comes before a question."""
    settles: State = "clear" if kind == "all" else "affected"
    if settles in states:
        return settles
    for state in ("not_assessed", "needs_person"):
        if state in states:
            return state  # type: ignore[return-value]
    return "affected" if kind == "all" else "clear"


@pytest.mark.parametrize("kind", ["all", "any"])
def test_groups_over_the_product_of_their_parts(kind: str) -> None:
    for size in (1, 2, 3):
        for states in product(LEAF_STATES, repeat=size):
            assert judged(kind, states) == expected_of(kind, states), (kind, states)


def test_not_turns_what_is_settled_and_nothing_else() -> None:
    turned = {"affected": "clear", "clear": "affected"}
    for state in LEAF_STATES:
        assert judged("not", [state]) == turned.get(state, state)


# --- the two lights -------------------------------------------------------------------------------

Kind = tuple[State, str, bool]
KINDS: list[Kind] = list(product(STATES, SEVERITIES, (True, False)))
SCENARIO = Scenario("s", Text("检", "s"), "t", (), required_layers=("needed",))
RANK = ("green", "amber", "grey", "red")


def finding(kind: Kind) -> Finding:
    state, severity, required = kind
    layer = "needed" if required else "other"
    one: Any = rule("X", layer, Leaf("overlaps", layer), severity=severity)
    words = Text("甲", "a")
    return Finding(
        rule=one,
        theme="plan",
        crs="EPSG:4548",
        section=4,
        state=state,
        certainty=None,
        evidence=Evidence(),
        verdict=words,
        say=words,
        basis=(),
        values={},
        editions=(),
        question=None,
        reason=None,
        share_covered=None,
        confidential=False,
    )


FOUND = {kind: finding(kind) for kind in KINDS}


def colour(*kinds: Kind) -> tuple[str, bool]:
    told = conclude([FOUND[kind] for kind in kinds], SCENARIO)
    return told["colour"], told["complete"]


def alone(kind: Kind) -> tuple[str, bool]:
    """CONTRACTS section 5 for a single finding."""
    state, severity, required = kind
    if state == "affected":
        words = {"prohibited": "red", "notice": "green"}
        return words.get(severity, "amber"), True
    if state in {"not_assessed", "needs_person"} and required:
        return "grey", False
    return "green", True


def together(kinds: Sequence[Kind]) -> tuple[str, bool]:
    """The worst light of the parts, and complete only where every part is."""
    lights = [alone(kind) for kind in kinds]
    return (
        max((light for light, _ in lights), key=RANK.index, default="green"),
        all(complete for _, complete in lights),
    )


def test_lights_of_every_finding_and_of_every_pair() -> None:
    assert colour() == ("green", True)
    for kind in KINDS:
        assert colour(kind) == alone(kind), kind
    for pair in product(KINDS, repeat=2):
        assert colour(*pair) == together(pair), pair


def test_lights_of_longer_lists_are_those_of_their_parts() -> None:
    chance = random.Random(3)
    for _ in range(3000):
        kinds = chance.choices(KINDS, k=chance.randint(3, 12))
        assert colour(*kinds) == together(kinds)


def test_red_stays_red_beside_missing_data_and_green_needs_a_complete_check() -> None:
    lights = [colour(*pair) for pair in product(KINDS, repeat=2)]
    assert ("red", False) in lights
    assert ("green", False) not in lights
    assert ("amber", False) not in lights
    assert {light for light, complete in lights if not complete} == {"red", "grey"}


def test_worst_and_counts() -> None:
    for one, two in product(KINDS, repeat=2):
        told = conclude([FOUND[one], FOUND[two]], SCENARIO)
        hit = [severity for state, severity, _ in (one, two) if state == "affected"]
        assert told["worst"] == min(hit, key=SEVERITIES.index, default=None)
        assert sum(told["counts"].values()) == 2
        assert told["counts"][one[0]] == (2 if one[0] == two[0] else 1)
        still_open = [s for s, _, _ in (one, two) if s in {"not_assessed", "needs_person"}]
        assert len(told["open"]) == len(still_open)


def test_no_layer_named_means_that_all_are_required() -> None:
    every = Scenario("s", Text("检", "s"), "t", ())
    for state in ("not_assessed", "needs_person"):
        told = conclude([FOUND[state, "notice", False]], every)
        assert (told["colour"], told["complete"]) == ("grey", False)


# --- words ----------------------------------------------------------------------------------------

FORBIDDEN = ("合格", "通过", "可以建设")
CLEAR = {
    "occupy": "未压占", "range": "全部位于边界内", "conform": "符合", "use": "不占用",
    "involve": "不涉及", "overlay": "未压覆", "distance": "满足",
}  # fmt: skip
HIT = {
    "occupy": "压占", "range": "全部位于边界外", "conform": "不符合", "use": "占用",
    "involve": "涉及", "overlay": "压覆", "distance": "不满足",
}  # fmt: skip
PARTLY = {"range": "部分位于边界外", "conform": "部分不符合"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_words_in_every_state(family: VerdictFamily) -> None:
    one = rule("X", "l", Leaf("overlaps", "l"), verdict_family=family)
    shares = (None, 0.25, 1.0)
    causes = {"not_assessed": "data", "needs_person": "person"}
    for state, certainty, share in product(STATES, CERTAINTIES, shares):
        given = answer(None, causes.get(state), certainty)
        given = Answer(
            given.truth, Evidence(share=share), certainty, given.cause, given.reason, given.question
        )
        told = verdict(one, state, given, accuracy_m=0.5)
        said = sentence(one, state, given)
        for text in (told.zh, told.en, said.zh, said.en):
            assert text.strip()
            assert not any(word in text for word in FORBIDDEN)
        if state in {"affected", "clear"}:
            assert ("临界" in told.zh) == (certainty == "within_accuracy")
        if state == "clear":
            assert told.zh.startswith(CLEAR[family])
        if state == "affected":
            part = share == 0.25 and family in PARTLY
            assert told.zh.startswith(PARTLY[family] if part else HIT[family])


def test_every_state_and_severity_has_words_on_the_page() -> None:
    assert set(STATE_WORDS) == set(STATES)
    assert set(SEVERITY_WORDS) == set(SEVERITY) == set(SEVERITIES)
    assert set(FAMILIES) == set(CLEAR) == set(HIT)
