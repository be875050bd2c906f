"""Facts lead to a scenario, and the report says which facts: each of the thirteen, and by hand."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner

from api.cli.main import main
from checks.facts import fact_specs, project_of
from checks.rule import Rulebook
from checks.rulebook.load import load_rulebook
from checks.scenario_choice import choose_scenario, in_order
from checks.scenario_review import review_scenarios
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


def test_shipped_scenarios_raise_no_doubt() -> None:
    for name in ("cn-base", "binjiang"):
        assert list(review_scenarios(book(name), shipped_specs())) == []


def test_doubtful_scenarios_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "doubt"
    folder.mkdir()
    (folder / "pack.yaml").write_text("name: doubt\nover: [cn-base]\n", encoding="utf-8")
    (folder / "scenarios.yaml").write_text(
        "scenarios:\n"
        "- {key: a, title: {zh: 甲, en: A}, rules: [PF-01, RD-01], sections: [1, 3],\n"
        "   required_layers: [plan.detailed, safety.road]}\n"
        "- {key: b, title: {zh: 乙, en: B}, rules: [PF-01],\n"
        "   required_layers: [control.permanent_farmland]}\n",
        encoding="utf-8",
    )
    doubtful = load_rulebook(["doubt"], {"doubt": folder}, layer_specs=shipped_specs())
    told = [(note.code, note.text.en) for note in review_scenarios(doubtful, shipped_specs())]
    assert told == [
        ("required_layer_unread", "scenario a: no rule reads the required layer plan.detailed"),
        (
            "required_layer_open",
            (
                "scenario a: the required layer safety.road does not claim to hold everything: "
                "never complete"
            ),
        ),
        (
            "section_left_out",
            "scenario a: section 6 is left out, but findings of its rules belong there",
        ),
        (
            "scenario_never_chosen",
            "scenario b: it stands behind a, whose condition is the same",
        ),
    ]


def test_the_report_of_lantu_check_names_the_facts(tmp_path: Path) -> None:
    def lantu(*args: object) -> None:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        assert done.exit_code == 0, done.output

    area = "590000,2690000,610000,2710000"
    lantu("init", tmp_path / "ws", "--crs", "EPSG:4548", "--area", area, "--packs", "cn-base")
    facts = tmp_path / "facts.yaml"
    facts.write_text("land_supply: allocation\n", encoding="utf-8")
    line = "SRID=4548;LINESTRING(600000 2700000, 600300 2700000)"
    square = "SRID=4548;POLYGON((600000 2700000,600100 2700000,600100 2700100,600000 2700000))"
    start = ("-w", tmp_path / "ws", "check", line, square, "--format", "json,html")
    lantu(*start, "--project", facts, "--out", tmp_path / "a")
    lantu(*start, "--scenario", "siting", "--out", tmp_path / "b")

    def told(out: str, n: int) -> tuple[str, str]:
        report = json.loads((tmp_path / out / str(n) / "report.json").read_bytes())
        return report["scenario"]["key"], report["scenario"]["reason"]["zh"]

    assert told("a", 1) == ("linear", "项目情况符合场景“线性工程检测”的条件：用地为线状")
    assert told("a", 2) == (
        "allocation",
        "项目情况符合场景“划拨供地检测”的条件：供地方式（land_supply）为划拨",
    )
    assert told("b", 2) == ("siting", "由用户指定")
    page = (tmp_path / "a" / "2" / "report.html").read_text(encoding="utf-8")
    assert "供地方式（land_supply）为划拨" in page
    report = json.loads((tmp_path / "a" / "2" / "report.json").read_bytes())
    (assumed,) = [note["zh"] for note in report["limits"] if note["code"] == "scenario_defaults"]
    assert "是否临时用地（temporary_use）=否" in assumed
    assert "施工方式（works_methods）=无" in assumed
