"""Decisions on sharing: each criterion alone, boundaries of place and day, several assessments."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from tests.support.sharing import Park, pack
from tests.support.sharing_rules import KIND, TOTAL, WIDE, decided, decision_json, result, rules

# --- each criterion alone -----------------------------------------------------------------------

REVIEW = {"date": "2025-01-01", "public": "true"}
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
