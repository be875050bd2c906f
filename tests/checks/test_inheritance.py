"""Decisions on sharing: each criterion alone, boundaries of place and day, several assessments."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
import shapely

from checks.inheritance.decide import Decision
from checks.inheritance.decision_table import Situation, first_row, matches
from checks.inheritance.model import CRITERIA, RESULTS, InheritancePack
from checks.report import decision_json as document
from tests.support.sharing import AS_OF, SITE, Park, ask, pack

WIDE = shapely.box(0, 0, 5000, 5000)
KIND = "traffic_impact"


def rules(*criteria: str, effect: str = "decisive", extra: str = "", kind: str = "") -> Any:
    listed = "\n".join(f"- {{key: {key}, effect: {effect}, source: 某方案}}" for key in criteria)
    return pack(
        f"kinds: [{{key: {KIND}, name: {{zh: 交评, en: Traffic}}, {kind}}}]\n"
        f"criteria:\n{listed}\n{extra}\n"
        "table:\n"
        "- {if: {assessment: none}, outcome: own_assessment, mode: joint}\n"
        "- {if: {share: partial}, outcome: partial_rule, mode: approval}\n"
        "- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}\n"
        "- {if: {any_decisive: unknown}, outcome: undetermined, mode: unknown}\n"
        "- {outcome: shared, mode: commitment}\n"
    )


def decided(park: Park, book: InheritancePack, **asked: Any) -> Decision:
    return ask(park, book, **asked)[KIND]


def decision_json(decision: Decision) -> dict[str, Any]:
    return document.decision_json(decision, None, AS_OF)


def result(decision: Decision, key: str) -> str:
    return decision.findings[key].result  # type: ignore[index]


# --- each criterion alone -----------------------------------------------------------------------

REVIEW = {"date": "2025-01-01", "public": "true"}
TOTAL = {"name": "能耗", "fact": "energy_tce_y", "limit": "100"}
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    # key, the assessment, the project's facts, result
    ("scope", {}, {"works": "special"}, "failed"),
    ("scope", {}, {"works": "city_infrastructure"}, "met"),
    ("scope", {}, {"works": "energy"}, "unknown"),
    ("scope", {}, {"works": "energy", "major": "true"}, "failed"),
    ("scope", {}, {"works": "energy", "major": "false"}, "met"),
    ("scope", {}, {"works": None}, "unknown"),
    ("published", {"review": REVIEW}, {}, "met"),
    ("published", {}, {}, "unknown"),
    ("published", {"review": {"public": "false"}}, {}, "failed"),
    ("published", {"review": REVIEW | {"date": "2026-11-21"}}, {}, "failed"),
    ("published", {"review": REVIEW, "acknowledged": []}, {}, "failed"),
    ("published", {"review": REVIEW, "acknowledged": [{"authority": "局", "date": "2026-11-20"}]},
     {}, "met"),
    ("published", {"review": REVIEW, "acknowledged": [{"authority": "局", "date": "2026-11-21"}]},
     {}, "failed"),
    ("published", {"review": REVIEW, "state": "suspended"}, {}, "failed"),
    ("published", {"review": REVIEW, "state": "withdrawn"}, {}, "failed"),
    ("validity", {"valid_to": "2026-11-20"}, {}, "met"),
    ("validity", {"valid_to": "2026-11-19"}, {}, "failed"),
    ("validity", {"valid_from": "2026-11-20"}, {}, "met"),
    ("validity", {"valid_from": "2026-11-21"}, {}, "failed"),
    ("project_type", {}, {}, "not_applicable"),
    ("project_type", {"admission": {"industries": ["C39"]}}, {"industry": "C3920"}, "met"),
    ("project_type", {"admission": {"industries": ["C39"]}}, {"industry": "C38"}, "failed"),
    ("project_type", {"admission": {"industries": ["C39"]}}, {}, "unknown"),
    ("project_type", {"admission": {"industries": []}}, {"industry": "C39"}, "failed"),
    ("project_type", {"admission": {"industries": []}}, {}, "failed"),
    ("project_type", {"admission": {"industries": ["C3920"]}}, {"industry": "C39"}, "unknown"),
    ("project_type", {"admission": {"uses": ["factory"]}}, {"use": "factory"}, "met"),
    ("project_type", {"admission": {"uses": ["factory"]}}, {"use": "school"}, "failed"),
    ("project_type", {"negative": {"industries": ["C26"]}}, {"industry": "C2614"}, "failed"),
    ("project_type", {"negative": {"industries": ["C26"]}}, {"industry": "C39"}, "met"),
    ("project_type", {"negative": {"industries": ["C26"]}}, {}, "unknown"),
    ("project_type", {"negative": {"industries": []}}, {}, "met"),
    ("project_type", {"admission": {"industries": ["C"]}, "negative": {"industries": ["C26"]}},
     {"industry": "C26"}, "failed"),
    ("project_type", {"excluded_classes": ["x"]}, {}, "unknown"),
    ("envelope", {}, {}, "not_applicable"),
    ("envelope", {"envelope": []}, {}, "not_applicable"),
    ("envelope", {"envelope": [{"fact": "height_m", "max": "24"}]}, {"height_m": "24"}, "met"),
    ("envelope", {"envelope": [{"fact": "height_m", "max": "24"}]}, {"height_m": "24.01"},
     "failed"),
    ("envelope", {"envelope": [{"fact": "green_ratio", "min": "0.3"}]}, {"green_ratio": "0.3"},
     "met"),
    ("envelope", {"envelope": [{"fact": "green_ratio", "min": "0.3"}]}, {"green_ratio": "0.29"},
     "failed"),
    ("envelope", {"envelope": [{"fact": "height_m", "max": "24"}]}, {}, "unknown"),
    ("envelope", {"envelope": [{"fact": "height_m", "max": "24",
                                "when": {"fact": "use", "eq": "factory"}}]},
     {"height_m": "30", "use": "office"}, "not_applicable"),
    ("envelope", {"envelope": [{"fact": "height_m", "max": "24",
                                "when": {"fact": "use", "eq": "factory"}}]},
     {"height_m": "30"}, "unknown"),
    ("envelope", {"envelope": [{"fact": "height_m", "max": "24",
                                "when": {"fact": "use", "eq": "factory"}}]},
     {"height_m": "20"}, "met"),
    ("envelope", {"envelope": [{"fact": "site_area_m2", "max": "10000"}]}, {}, "met"),
    ("envelope", {"envelope": [{"fact": "site_area_m2", "max": "9999.99"}]}, {}, "failed"),
    ("quota", {}, {}, "not_applicable"),
    ("quota", {"totals": [TOTAL]}, {"energy_tce_y": "100"}, "met"),
    ("quota", {"totals": [TOTAL]}, {"energy_tce_y": "100.001"}, "failed"),
    ("quota", {"totals": [TOTAL]}, {}, "unknown"),
    ("depth", {"depth": "equal_to_project_study"}, {}, "met"),
    ("depth", {"depth": "screening_only"}, {}, "failed"),
    ("depth", {}, {}, "unknown"),
    ("area_obligations", {}, {}, "not_applicable"),
    ("area_obligations", {"duties": [{"text": "场平", "done": "true"}]}, {}, "met"),
    ("area_obligations", {"duties": [{"text": "场平", "done": "false"}]}, {}, "failed"),
    ("area_obligations", {"duties": [{"text": "场平"}]}, {}, "unknown"),
    ("area_obligations", {"events": [{"date": "2026-11-20", "type": "area_restriction"}]}, {},
     "failed"),
    ("area_obligations", {"events": [{"date": "2026-11-21", "type": "area_restriction"}]}, {},
     "not_applicable"),
    ("changed_circumstances", {}, {}, "not_applicable"),
    ("changed_circumstances", {"events": [{"date": "2026-02-01", "type": "landslide"}]}, {},
     "failed"),
    ("changed_circumstances", {"events": [{"date": "2024-02-01", "type": "landslide"}]}, {},
     "met"),
    ("changed_circumstances", {"events": [{"date": "2026-11-21", "type": "landslide"}]}, {},
     "met"),
    ("commitment", {}, {}, "not_applicable"),
    ("commitment", {"commitments": ["按要求支护"]}, {}, "unknown"),
]  # fmt: skip

OUTCOME = {
    "met": ("shared", "commitment"),
    "not_applicable": ("shared", "commitment"),
    "failed": ("own_assessment", "approval"),
    "unknown": ("undetermined", "unknown"),
}


@pytest.mark.parametrize(("key", "content", "facts", "expected"), CASES)
def test_a_criterion_alone_decides_or_only_warns(
    key: str, content: dict[str, Any], facts: dict[str, Any], expected: str
) -> None:
    park = Park()
    park.assess(KIND, WIDE, **content)
    decision = decided(park, rules(key), **facts)
    assert result(decision, key) == expected
    assert (decision.outcome, decision.mode) == OUTCOME[expected]
    for other in (rules(key, effect="advisory"), rules(key, effect="off")):
        decision = decided(park, other, **facts)
        assert result(decision, key) == expected
        assert (decision.outcome, decision.mode) == ("shared", "commitment")


@pytest.mark.parametrize("key", ["coverage", "item_assessed", "site_peculiarity"])
def test_place_items_and_layers_only_warn_where_advisory(key: str) -> None:
    """The same faults decide where the criterion is decisive, and change nothing where it warns."""
    table = (
        "table:\n- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}\n"
        "- {outcome: shared, mode: commitment}\n"
    )
    kind = f"kinds: [{{key: {KIND}, name: {{zh: 交评, en: Traffic}}, items: [I082]}}]\n"
    park = Park()
    park.layer("survey.tree", [shapely.box(1010, 1010, 1020, 1020)])
    half = shapely.box(0, 0, 1050, 5000)
    park.assess(KIND, half, treats=[], approval_items=[{"code": "I083"}])
    for effect, outcome in (("decisive", "own_assessment"), ("advisory", "shared")):
        book = pack(f"{kind}criteria: [{{key: {key}, effect: {effect}, source: 某方案}}]\n{table}")
        decision = decided(park, book)
        assert (result(decision, key), decision.outcome) == ("failed", outcome)


def test_an_unknown_result_asks_its_question() -> None:
    park = Park()
    park.assess(KIND, WIDE, envelope=[{"fact": "height_m", "max": "24"}], totals=[TOTAL])
    told = decision_json(decided(park, rules("envelope", "quota", "scope"), works=None))
    asked = {row["key"]: row["evidence"].get("question") for row in told["criteria"]}
    assert "height_m" in asked["envelope"]["zh"]
    assert "energy_tce_y" in asked["quota"]["en"]
    assert "works" in asked["scope"]["zh"]


def test_decisive_without_a_source_only_warns() -> None:
    park = Park()
    park.assess(KIND, WIDE, valid_to="2026-01-01")
    book = pack(
        f"kinds: [{{key: {KIND}, name: {{zh: 交评, en: T}}}}]\n"
        "criteria: [{key: validity, effect: decisive, source: null}]\n"
        "table:\n- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}\n"
        "- {if: {validity: [failed]}, outcome: own_assessment, mode: joint}\n"
        "- {outcome: shared, mode: commitment}\n"
    )
    decision = decided(park, book)
    assert (decision.outcome, result(decision, "validity")) == ("shared", "failed")
    assert decision_json(decision)["criteria"][4]["effect"] == "advisory"


def test_a_kind_may_weigh_a_criterion_itself_and_has_its_rows_first() -> None:
    park = Park()
    park.assess(KIND, WIDE, valid_to="2026-01-01")
    kind = (
        "criteria: {validity: {effect: decisive, source: 本类办法}}, "
        "table: [{if: {validity: [failed]}, outcome: simplified, mode: filing}]"
    )
    decision = decided(park, rules("validity", effect="advisory", kind=kind))
    assert (decision.outcome, decision.mode) == ("simplified", "filing")
    assert [basis.title for basis in decision.pack.weight(decision.kind, "validity").source] == [
        "本类办法"
    ]


# --- the pack's own conditions, needs, exemptions -----------------------------------------------


def test_conditions_of_the_pack_join_those_of_the_assessment() -> None:
    park = Park()
    park.assess(KIND, WIDE, envelope=[{"fact": "height_m", "max": "24"}])
    condition = "conditions: [{criterion: envelope, when: {fact: storeys, le: 6}, source: 条例}]"
    book = rules("envelope", kind=condition)
    assert decided(park, book, height_m="20", storeys="6").outcome == "shared"
    assert decided(park, book, height_m="20", storeys="7").outcome == "own_assessment"
    assert decided(park, book, height_m="20").outcome == "undetermined"
    assert decided(park, book, height_m="25").outcome == "own_assessment"
    scope = "conditions: [{criterion: scope, when: {not: {fact: nuclear, eq: true}}, source: 条例}]"
    book = rules("scope", extra=scope)
    assert decided(park, book, nuclear="true").outcome == "own_assessment"
    assert decided(park, book, nuclear="false").outcome == "shared"
    assert decided(park, book).outcome == "undetermined"


def test_needed_and_exempt() -> None:
    park = Park()
    book = rules("coverage", kind="needed: {fact: height_m, gt: 10}")
    told = decision_json(decided(park, book, height_m="10"))
    assert (told["outcome"], told["approval_mode"]) == ("not_required", "none")
    assert decided(park, book, height_m="10.1").outcome == "own_assessment"
    told = decision_json(decided(park, book))
    assert (told["outcome"], told["approval_mode"]) == ("undetermined", "unknown")
    assert "height_m" in told["criteria"][0]["evidence"]["question"]["zh"]
    exempt = "exempt: [{when: {fact: decoration, eq: true}, basis: 某办法}]"
    told = decision_json(decided(park, rules("coverage", kind=exempt), decoration="true"))
    assert (told["outcome"], told["basis"][0]["title"]) == ("not_required", "某办法")
    assert decided(park, rules("coverage", kind=exempt)).outcome == "own_assessment"
    lapsed = exempt.replace("某办法", "{title: 某办法, valid_to: 2026-11-19}")
    assert decided(park, rules("coverage", kind=lapsed), decoration="true").outcome != (
        "not_required"
    )


def test_items_that_the_assessment_does_not_serve() -> None:
    park = Park()
    park.assess(KIND, WIDE, approval_items=[{"code": "I082", "effect": "waived"}])
    assert decided(park, rules("item_assessed", kind="items: [I082]")).outcome == "shared"
    decision = decided(park, rules("item_assessed", kind="items: [I082, I083]"))
    assert decision.outcome == "own_assessment"
    assert decision.findings["item_assessed"].evidence["missing"] == ["I083"]


# --- place --------------------------------------------------------------------------------------

PARTIAL = {"partial_coverage": {"rule": "supplement", "source": "方案"}}


def at(extent: Any, **content: Any) -> dict[str, Any]:
    park = Park()
    park.assess(KIND, extent, **(PARTIAL | content))
    return decision_json(decided(park, rules("coverage")))


def test_touching_from_outside_is_no_assessment() -> None:
    told = at(shapely.box(1100, 1000, 2000, 1100))
    assert (told["outcome"], told["approval_mode"]) == ("own_assessment", "joint")
    assert told["assessment"] is None
    assert told["share_covered"] is None


def test_the_same_outline_is_inside() -> None:
    told = at(SITE)
    assert (told["outcome"], told["share_covered"]) == ("shared", 1.0)
    assert (told["uncovered_area_m2"], told["uncovered"]) == (0.0, None)


def test_a_tenth_of_a_square_metre_outside_is_told() -> None:
    # a corner of 0.4472 m x 0.4472 m / 2 is cut off: 0.1 m2
    side = 0.2**0.5
    corner = shapely.Polygon([(1100 - side, 1100), (1100, 1100), (1100, 1100 - side)])
    told = at(shapely.difference(WIDE, corner))
    assert told["outcome"] == "supplement"
    assert told["uncovered_area_m2"] == pytest.approx(0.1, abs=1e-6)
    assert told["share_covered"] == pytest.approx(1 - 0.1 / 10_000, abs=1e-9)


def test_half_outside() -> None:
    told = at(shapely.box(0, 0, 1050, 5000))
    assert (told["outcome"], told["approval_mode"]) == ("supplement", "approval")
    assert (told["share_covered"], told["uncovered_area_m2"]) == (0.5, 5000.0)
    shape = shapely.geometry.shape(told["uncovered"])
    assert shape.equals(shapely.box(1050, 1000, 1100, 1100))


def test_a_hole_of_the_extent() -> None:
    told = at(shapely.difference(WIDE, shapely.box(1040, 1040, 1060, 1060)))
    assert (told["outcome"], told["uncovered_area_m2"]) == ("supplement", 400.0)


def test_two_parks_each_hold_a_part() -> None:
    park = Park()
    park.assess(KIND, shapely.box(0, 0, 1030, 5000), code="A", **PARTIAL)
    park.assess(KIND, shapely.box(1030, 0, 5000, 5000), code="B", **PARTIAL)
    told = decision_json(decided(park, rules("coverage")))
    # both are supplements; the one that covers more decides
    assert (told["assessment"]["code"], told["share_covered"]) == ("B", 0.7)
    assert told["outcome"] == "supplement"


def test_the_partial_rule_is_the_assessments_own() -> None:
    half = shapely.box(0, 0, 1050, 5000)
    own = {"partial_coverage": {"rule": "own_assessment", "source": "方案"}}
    assert at(half, **own)["outcome"] == "own_assessment"
    silent = at(half, partial_coverage=None)
    assert (silent["outcome"], silent["approval_mode"]) == ("undetermined", "unknown")


def test_a_line_site_is_measured_by_length() -> None:
    park = Park()
    park.assess(KIND, shapely.box(0, 0, 1050, 5000), **PARTIAL)
    line = shapely.LineString([(1000, 1000), (1100, 1000)])
    told = decision_json(decided(park, rules("coverage"), site=line))
    assert (told["share_covered"], told["uncovered_area_m2"]) == (0.5, None)
    assert told["uncovered"]["type"] == "MultiLineString"


# --- several assessments, several versions ------------------------------------------------------


def test_the_best_outcome_then_cover_then_the_newest() -> None:
    book = rules("validity")
    park = Park()
    park.assess(KIND, WIDE, code="OLD", valid_to="2026-01-01", revision=1)
    park.assess(KIND, WIDE, code="GOOD", revision=2)
    park.assess(KIND, WIDE, code="NEWEST", revision=3)
    park.assess(KIND, WIDE, code="LATE", valid_to="2026-01-01", revision=4)
    decision = decided(park, book)
    assert decision.assessment is not None
    assert (decision.outcome, decision.assessment.code) == ("shared", "NEWEST")


def test_a_draft_is_nobodys_business() -> None:
    park = Park()
    park.assess(KIND, WIDE)
    park.lives[0] = type(park.lives[0])(park.lives[0].assessment, "draft", "", ())
    assert decided(park, rules("coverage")).assessment is None


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(date(2026, 11, 19), "shared"), (date(2026, 11, 20), "shared"),
     (date(2026, 11, 21), "own_assessment")],
)  # fmt: skip
def test_a_result_that_expires_today(day: date, outcome: str) -> None:
    park = Park()
    park.assess(KIND, WIDE, valid_to="2026-11-20")
    assert decided(park, rules("validity"), as_of=day).outcome == outcome


def test_accepted_conditions_and_classes() -> None:
    park = Park()
    park.assess(KIND, WIDE, commitments=["按要求支护"], excluded_classes=["large"])
    book = rules("commitment", "project_type")
    assert decided(park, book).outcome == "undetermined"
    asked = {"accepted": frozenset({f"P.{KIND}"}), "classes": {"large": False}}
    decision = decided(park, book, **asked)
    assert decision.outcome == "shared"
    assert decision_json(decision)["commitments"] == [{"zh": "按要求支护", "en": "按要求支护"}]
    large = asked | {"classes": {"large": True}}
    assert decided(park, book, **large).outcome == "own_assessment"


def test_own_reservation_does_not_count() -> None:
    park = Park()
    park.assess(KIND, WIDE, totals=[TOTAL])
    park.take(f"P.{KIND}", "P1", "能耗", "60")
    park.take(f"P.{KIND}", "P2", "能耗", "40")
    book = rules("quota")
    assert decided(park, book, code="P1", energy_tce_y="60").outcome == "shared"
    assert decided(park, book, code="P1", energy_tce_y="60.01").outcome == "own_assessment"
    decision = decided(park, book, code="P3", energy_tce_y="0.5")
    assert decision.outcome == "own_assessment"
    (row,) = decision.findings["quota"].evidence["totals"]
    assert (row["limit"], row["held_by_others"], row["left"], row["wanted"]) == (100, 100, 0, 0.5)


# --- layers -------------------------------------------------------------------------------------


def test_a_thing_that_the_study_did_not_treat() -> None:
    park = Park()
    park.layer("safety.fault", [shapely.box(1010, 1010, 1020, 1020)])
    park.layer("survey.tree", [shapely.box(3000, 3000, 3001, 3001)])
    book = rules("site_peculiarity")
    relevant = {"relevant_layers": ["safety.fault", "survey.tree"]}
    park.assess(KIND, WIDE, code="A", treats=["safety.fault"], **relevant)
    assert decided(park, book).outcome == "shared"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", treats=["survey.tree"], **relevant)
    assert decided(park, book).outcome == "own_assessment"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", treats=["survey.tree"])
    assert decided(park, book).outcome == "own_assessment", "no list: every layer is examined"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", treats=[], relevant_layers=["nobody.knows"])
    assert decided(park, book).outcome == "undetermined"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", **relevant)
    assert result(decided(park, book), "site_peculiarity") == "not_applicable"


def test_a_newer_edition_of_a_relevant_layer() -> None:
    park = Park()
    park.layer("safety.fault", [], currency=date(2026, 3, 1))
    book = rules("changed_circumstances")
    review = {"date": "2026-02-28", "public": "true"}
    park.assess(KIND, WIDE, relevant_layers=["safety.fault"], review=review)
    decision = decided(park, book)
    assert decision.outcome == "own_assessment"
    newer = decision.findings["changed_circumstances"].evidence["newer_editions"]
    assert newer == [{"layer": "safety.fault", "edition": "e1", "currency": "2026-03-01"}]
    assert decided(park, book, as_of=date(2026, 2, 28)).outcome == "shared"
    park.lives.clear()
    park.assess(
        KIND, WIDE, relevant_layers=["safety.fault"], review=review | {"date": "2026-03-01"}
    )
    assert decided(park, book).outcome == "shared"


# --- the table ----------------------------------------------------------------------------------


def test_rows_are_disjoint_and_complete_on_the_product_of_results() -> None:
    """Every situation of three decisive criteria finds exactly one first row, the expected one."""
    keys = ("coverage", "envelope", "validity")
    book = rules(*keys)
    kind = book.kinds[KIND]
    effects = {key: book.weight(kind, key).effect for key in CRITERIA}
    seen = set()
    for share in ("none", "partial", "full"):
        for results in itertools.product(RESULTS, repeat=3):
            held = dict.fromkeys(CRITERIA, "met") | dict(zip(keys, results, strict=True))
            situation = Situation(share, held, effects)  # type: ignore[arg-type]
            row = first_row(book.rows(kind), situation)
            assert matches(row, situation)
            if share == "none":
                expected = "own_assessment", "joint"
            elif share == "partial":
                expected = "partial_rule", "approval"
            elif "failed" in results:
                expected = "own_assessment", "approval"
            elif "unknown" in results:
                expected = "undetermined", "unknown"
            else:
                expected = "shared", "commitment"
            assert (row.outcome, row.mode) == expected
            seen.add(book.rows(kind).index(row))
    assert seen == set(range(5)), "every row decides somewhere"
