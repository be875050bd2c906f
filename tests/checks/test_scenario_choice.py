"""Facts lead to a scenario, and the report says which facts: each of the thirteen, and by hand."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
import shapely

from checks.facts import fact_specs, project_of
from checks.rule import Rulebook
from checks.rulebook import load_rulebook
from checks.scenario_choice import choose_scenario, in_order
from gis.errors import LantuError
from gis.site import Site
from layers.catalog import shipped_specs

ROOT = Path(__file__).parents[2]
OFFICE = {"binjiang": ROOT / "sample_data" / "town_pack" / "binjiang"}
SECTION_OF = {
    "control_line": 3,
    "plan": 4,
    "present_state": 5,
    "approval": 5,
    "safety": 6,
    "survey_object": 7,
    "utility": 7,
    "context": 7,
}


@lru_cache(maxsize=2)
def book(name: str = "cn-base") -> Rulebook:
    return load_rulebook([name], OFFICE, layer_specs=shipped_specs())


def place(*, line: bool = False) -> Site:
    shape = shapely.LineString([(0, 0), (9, 9)]) if line else shapely.box(0, 0, 9, 9)
    return Site(name="s", geometry=shape, crs="EPSG:4548", source_crs="EPSG:4548")


def chosen(
    facts: dict[str, str], *, line: bool = False, key: str | None = None, pack: str = "cn-base"
) -> tuple[str, str, str]:
    project = project_of(facts, fact_specs(), where="facts.yaml")
    scenario, reason = choose_scenario(book(pack), project, place(line=line), key)
    return scenario.key, reason.zh, reason.en


CODE = {"code": "2026-350205-47-03-012345"}
SIMPLE = {
    "investment": "social",
    "works": "building",
    "single_function": "true",
    "simple_technique": "true",
    "special_approval": "false",
}
DESIGNED = CODE | {"generated": "true", "floor_area_m2": "12000", "height_m": "24"}
INTENT = {"investment": "social", "industry": "C3981"}

CASES: list[tuple[dict[str, str], str, tuple[str, ...]]] = [
    ({"linear": "true"}, "linear", ("是否线性工程（linear）为是",)),
    (
        {"old_community_renewal": "true"},
        "old_community_renewal",
        ("是否城镇老旧小区改造（old_community_renewal）为是",),
    ),
    ({"land_status": "reserve_land"}, "land_reserve", ("用地情形（land_status）为土地储备",)),
    (
        CODE | {"land_status": "existing_land", "investment": "social"},
        "expansion",
        ("用地情形（land_status）为原址增资扩产",),
    ),
    (
        SIMPLE | {"land_supply": "grant"},
        "simple_low_risk",
        ("投资类型（investment）为社会", "是否功能单一（single_function）为是", "为否"),
    ),
    (
        {"land_supply": "with_scheme"},
        "supply_with_scheme",
        ("供地方式（land_supply）为带方案出让",),
    ),
    (
        {"land_supply": "allocation", "land_acquisition": "true"},
        "conversion",
        ("是否征收集体土地（land_acquisition）为是",),
    ),
    (
        {"new_construction_land": "true"},
        "conversion",
        ("是否新增建设用地（new_construction_land）为是", "供地方式（land_supply）未填"),
    ),
    (
        DESIGNED | {"land_supply": "grant"},
        "planning_permit",
        ("是否经策划生成（generated）为是", "总建筑面积（floor_area_m2）为12000 m2"),
    ),
    (
        {"land_supply": "allocation", "new_construction_land": "true"},
        "allocation",
        ("供地方式（land_supply）为划拨",),
    ),
    (CODE | {"land_supply": "grant"}, "before_supply", ("供地方式（land_supply）为公开出让",)),
    (
        {"investment": "government"},
        "government_plan",
        ("投资类型（investment）为政府投资", "是否经策划生成（generated）未填"),
    ),
    (
        {"investment": "government", "generated": "false"},
        "government_plan",
        ("是否经策划生成（generated）为否",),
    ),
    (
        INTENT,
        "enterprise_intent",
        ("项目统一代码（code）未填", "行业代码（GB/T 4754）（industry）为C3981"),
    ),
    ({"generated": "false"}, "siting", ("是否经策划生成（generated）为否",)),
    (INTENT | CODE, "screening", ("默认场景",)),
    ({}, "screening", ("默认场景",)),
]


@pytest.mark.parametrize(("facts", "key", "says"), CASES)
def test_facts_lead_to_a_scenario(facts: dict[str, str], key: str, says: tuple[str, ...]) -> None:
    found, zh, en = chosen(facts)
    assert found == key
    for words in says:
        assert words in zh
    assert en


def test_each_of_the_thirteen_is_reached() -> None:
    assert {key for _, key, _ in CASES} == set(book().scenarios)
    assert len(book().scenarios) == 14


@pytest.mark.parametrize("key", sorted(book().scenarios))
def test_each_can_be_taken_by_hand(key: str) -> None:
    assert chosen({"linear": "true"}, key=key) == (key, "由用户指定", "chosen by the user")


def test_a_line_is_linear_works_unless_the_project_says_no() -> None:
    assert chosen({}, line=True)[:2] == (
        "linear",
        "项目情况符合场景“线性工程检测”的条件：用地为线状",
    )
    assert chosen({"linear": "false"}, line=True)[0] == "screening"


def test_the_more_specific_comes_first() -> None:
    both = {"linear": "true", "land_status": "reserve_land", "land_supply": "allocation"}
    assert chosen(both)[0] == "linear"
    assert chosen(SIMPLE | {"land_status": "existing_land"})[0] == "expansion"
    assert chosen(SIMPLE | {"special_approval": "true"})[0] == "screening"
    unsure = {key: value for key, value in SIMPLE.items() if key != "special_approval"}
    assert chosen(unsure)[0] == "screening", "an unknown fact chooses nothing"


def test_scenarios_of_the_office_come_first() -> None:
    facts = {"works": "building", "land_supply": "allocation"}
    assert chosen(facts)[0] == "allocation"
    assert chosen(facts, pack="binjiang")[0] == "binjiang_building"
    assert chosen({"land_supply": "allocation"}, pack="binjiang")[0] == "allocation"
    assert chosen({}, pack="binjiang")[0] == "screening"
    assert book("binjiang").scenarios["screening"].pack == "binjiang"
    assert [item.pack for item in in_order(book("binjiang"))[:2]] == ["binjiang", "binjiang"]


def test_an_unknown_key_is_refused_with_the_choices() -> None:
    with pytest.raises(LantuError) as caught:
        chosen({}, key="sitting")
    assert caught.value.code == "unknown_scenario"
    assert "siting（策划选址检测）" in caught.value.hint.zh


@pytest.mark.parametrize("key", sorted(book().scenarios))
def test_a_scenario_hides_no_finding_and_requires_what_can_be_proved(key: str) -> None:
    scenario, specs = book().scenarios[key], shipped_specs()
    rules = [book().rules[code] for code in scenario.rules]
    assert rules
    if scenario.sections is not None:
        assert {SECTION_OF[specs[rule.layer].theme] for rule in rules} <= set(scenario.sections)
    assert scenario.required_layers
    assert [layer for layer in scenario.required_layers if not specs[layer].exhaustive] == []
    assert scenario.defaults["state_major"] is False
