"""Control indicators: what fills them, their order, and where sources contradict each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely
from jsonschema import Draft202012Validator

from checks.facts import fact_specs
from checks.indicators.gather import _compared, in_unit
from checks.indicators.model import Entry, Indicator, IndicatorCatalogue, Origin
from checks.indicators.reader import _Reader, _shipped, read_indicators
from checks.indicators.sources import value_of
from checks.report.html import render_html
from checks.report.schema import report_schema
from checks.rule import Leaf, Named, Number, Row, Rulebook, Scenario
from checks.rulebook.load import load_rulebook
from checks.rulebook.models import PackForm
from checks.rulebook.packs import PackFiles
from checks.rulebook.place import Place
from checks.screening import screen
from gis.errors import LantuError, Text
from layers.catalog import shipped_specs
from tests.support.memory_store import rule, series, site_of
from tests.support.sharing import AS_OF, SITE, Park

FAR = Indicator("far", "planning", Text("容积率", "FAR"), "le", "t", unit="1")
GREEN = Indicator("green", "greening", Text("绿地率", "green"), "ge", "t", unit="1")


def entry(value: Any, name: str, force: str, *, of: Indicator = FAR, **more: Any) -> Entry:
    origin = Origin("plan", name, Text(name, name))
    return Entry(of, value, more.pop("unit", "1"), origin, force, **more)  # type: ignore[arg-type]


def order(*entries: Entry, of: Indicator = FAR) -> list[tuple[str, bool, bool]]:
    return [(row.entry.origin.id, row.conflict, row.governs) for row in _compared(of, entries)]


# --- order and conflict -------------------------------------------------------------------------


def test_legal_force_goes_before_the_stricter() -> None:
    plan, park = entry(2.5, "plan", "statutory"), entry(2.0, "park", "administrative")
    assert order(park, plan) == [("plan", True, True), ("park", True, False)]


@pytest.mark.parametrize(("of", "first"), [(FAR, "a"), (GREEN, "b")])
def test_of_equal_force_the_stricter_goes_first(of: Indicator, first: str) -> None:
    """At most 0.15 is stricter than at most 0.2; at least 0.2 is stricter than at least 0.15."""
    pair = entry(0.15, "a", "administrative", of=of), entry(0.2, "b", "administrative", of=of)
    assert order(*pair, of=of)[0] == (first, True, True)


def test_the_same_value_is_no_conflict_in_whatever_unit() -> None:
    assert order(entry(0.2, "a", "statutory"), entry(20.0, "b", "reference", unit="%")) == [
        ("a", False, False),
        ("b", False, False),
    ]
    assert order(entry("0.20", "a", "law"), entry("0.2", "b", "law"))[0][1]  # words, not figures


def test_units_that_cannot_be_brought_together_are_for_a_person() -> None:
    rows = order(entry(3.0, "a", "statutory"), entry(3.0, "b", "reference", unit="m"))
    assert [row[1] for row in rows] == [True, True]


def test_different_parts_of_the_site_do_not_contradict() -> None:
    west, east = shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10)
    apart = entry(2.0, "w", "statutory", place=west), entry(3.0, "e", "statutory", place=east)
    assert [row[1] for row in order(*apart)] == [False, False]
    over = entry(3.0, "e", "statutory", place=shapely.box(4.9, 0, 10, 10))
    assert [row[1] for row in order(apart[0], over)] == [True, True]
    everywhere = entry(3.0, "all", "administrative")
    assert [row[1] for row in order(apart[0], everywhere)] == [True, True]


def test_a_draft_comes_last_and_lists_that_add_up_never_conflict() -> None:
    assert order(entry(1.0, "new", "draft"), entry(2.0, "old", "reference"))[0] == (
        "old",
        True,
        True,
    )
    barred = Indicator("barred", "admission", Text("禁", "no"), "not_in", "t")
    both = entry(("C26",), "a", "law", of=barred), entry(("C17",), "b", "law", of=barred)
    assert [row[1] for row in order(*both, of=barred)] == [False, False]
    allowed = Indicator("in", "admission", Text("准", "yes"), "in", "t")
    both = entry(("C26",), "a", "law", of=allowed), entry(("C17", "C26"), "b", "law", of=allowed)
    assert [row[1] for row in order(*both, of=allowed)] == [True, True]


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("0.20", "ge", 0.2),
        ("2,5", "le", "2,5"),
        ("C26、C17", "not_in", ("C26", "C17")),
        ("C26", "not_in", ("C26",)),
        ("甲类", "eq", "甲类"),
        ("", "le", None),
        (None, "le", None),
        (["C1", "C1"], "has", ("C1",)),
        (7, "ge", 7.0),
    ],
)
def test_values_as_they_stand_in_layers(text: object, op: str, value: object) -> None:
    assert value_of(text, op) == value


def test_money_per_area() -> None:
    """4 500 万元/hm² are 300 万元/亩: a hectare has 15 亩."""
    of = Indicator("i", "land", Text("投", "i"), "ge", "t", unit="万元/亩")
    assert in_unit(entry(4500.0, "a", "law", of=of, unit="万元/公顷"), "万元/亩") == 300


# --- through a check ----------------------------------------------------------------------------


def book(*rules: Any, catalogue: str = "") -> Rulebook:
    held = {item.code: item for item in rules}
    tables = {"indicators.yaml": catalogue} if catalogue else {}
    files = PackFiles(PackForm(name="p"), "", (), (), None, tables)
    read = read_indicators([files], fact_specs(), held, shipped_specs())
    return Rulebook((), held, {}, fact_specs(), "0" * 64, indicators=read)


def check(park: Park, rules: Rulebook, as_of: date = AS_OF, **facts: Any) -> dict[str, Any]:
    from checks.facts import project_of

    sections = facts.pop("sections", None)
    report = screen(
        site_of(facts.pop("site", SITE)),
        project=project_of(facts, fact_specs(), where="facts"),
        scenario=Scenario("s", Text("s", "s"), "p", tuple(rules.rules), sections=sections),
        rulebook=rules,
        store=park,
        as_of=as_of,
    )
    Draft202012Validator(report_schema()).validate(dict(report.data))
    return dict(report.data)


def rows(report: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [row for row in report["indicators"] if row["key"] == key]


@pytest.fixture
def park() -> Park:
    """The west half of the site at FAR 2.0, the east half at 3.0; the park's study says 2.0."""
    held = Park()
    west, east = shapely.box(1000, 1000, 1050, 1100), shapely.box(1050, 1000, 1100, 1100)
    fields = {"max_floor_area_ratio": 2.0, "min_green_ratio": 0.2, "land_use_code": "100101"}
    held.layer(
        "plan.detailed",
        [(west, "100101", fields), (east, "100101", fields | {"max_floor_area_ratio": 3.0})],
        theme="plan",
        legal_status="statutory",
        authority="规划局",
    )
    outputs = [
        {"key": "floor_area_ratio", "value": "2.0", "source": "评估报告第5章"},
        {"key": "green_ratio", "value": "25", "unit": "%"},
        {"key": "moon_dust", "value": "少"},
    ]
    wide = shapely.box(0, 0, 5000, 5000)
    held.assess(
        "park_greening", wide, control_outputs=outputs, admission={"industries": ["C39"]},
        valid_to="2026-11-20",
    )  # fmt: skip
    return held


def test_plan_and_assessment_side_by_side(park: Park) -> None:
    found = rows(check(park, book()), "max_floor_area_ratio")
    told = [
        (row["value"], row["share"], row["source"]["kind"], row["conflict"], row["governs"])
        for row in found
    ]
    assert told == [
        (2.0, 0.5, "plan", False, False),
        (3.0, 0.5, "plan", True, True),
        (2.0, 1.0, "assessment", True, False),
    ]
    assert found[2]["article"] == "评估报告第5章"
    green = rows(check(park, book()), "min_green_ratio")
    assert [(row["value"], row["unit"], row["governs"]) for row in green] == [
        (0.2, "1", True),
        (25.0, "%", False),
    ]


def test_along_a_line(park: Park) -> None:
    """Half of a linear site in each plot; the park's study speaks of the whole."""
    line = shapely.LineString([(1001.3, 1010.7), (1050, 1044.1), (1098.9, 1090.2)])
    found = rows(check(park, book(), site=line), "max_floor_area_ratio")
    told = [(row["value"], row["source"]["kind"], row["conflict"]) for row in found]
    assert told == [(2.0, "plan", False), (3.0, "plan", True), (2.0, "assessment", True)]


def test_an_output_without_name_in_the_catalogue_is_shown(park: Park) -> None:
    (row,) = rows(check(park, book()), "moon_dust")
    assert (row["class"], row["value"]) == ("greening", "少")


def test_an_assessment_counts_through_its_last_day_only(park: Park) -> None:
    assert rows(check(park, book()), "admitted_industries")[0]["value"] == ["C39"]
    assert not rows(check(park, book(), as_of=date(2026, 11, 21)), "admitted_industries")
    outside = site_of(shapely.box(5000, 1000, 5100, 1100))  # touches the extent from outside
    assert not rows(check(park, book(), site=outside.geometry), "admitted_industries")


def test_a_suspended_assessment_sets_nothing() -> None:
    held = Park()
    held.assess(
        "park_greening", shapely.box(0, 0, 5000, 5000), state="suspended",
        control_outputs=[{"key": "green_ratio", "value": "0.3"}],
    )  # fmt: skip
    assert not rows(check(held, book()), "min_green_ratio")


def test_a_scenario_without_section_nine_lists_nothing(park: Park) -> None:
    assert check(park, book(), sections=(3, 4))["indicators"] == []


def test_area_of_the_site(park: Park) -> None:
    (row,) = rows(check(park, book()), "site_area_m2")
    assert (row["value"], row["unit"]) == (10_000, "m2")
    line = check(park, book(), site=shapely.LineString([(1000, 1000), (1030, 1040)]))
    assert rows(line, "site_area_m2") == []
    assert rows(line, "site_length_m")[0]["value"] == 50


def test_what_a_department_still_owes() -> None:
    held = Park()
    (row,) = rows(check(held, book(), use="factory"), "investment_intensity")
    assert (row["value"], row["authority"], row["conflict"]) == (None, "发展改革主管部门", False)
    assert rows(check(held, book(), use="office"), "investment_intensity") == []
    assert rows(check(held, book()), "investment_intensity") == []


RULE_OF_PACK = """\
indicators:
- key: setback
  group: planning
  name: 退让
  op: ge
  unit: m
  sources: [{rule: X-01, value: width}]
"""


def test_a_rules_value_counts_where_the_rule_bites() -> None:
    held = Park()
    road = (shapely.box(1110, 0, 1120, 2000), "national")
    held.layer("road", [road])
    table = (
        Row({"class": ("national",)}, Number(20.0)),
        Row({"class": ("county",)}, Number(10.0)),
    )
    near = rule(
        "X-01", "road", Leaf("within_distance", "road", {"distance_m": Named("width")}),
        values=series("width", table),
    )  # fmt: skip
    (row,) = rows(check(held, book(near, catalogue=RULE_OF_PACK)), "setback")
    assert (row["value"], row["unit"], row["source"]["id"]) == (20, "m", "X-01")
    far = site_of(shapely.box(100, 100, 200, 200)).geometry
    assert rows(check(held, book(near, catalogue=RULE_OF_PACK), site=far), "setback") == []


def test_a_confidential_layer_gives_nothing() -> None:
    held = Park()
    fields = {"max_floor_area_ratio": 2.0}
    held.layer("plan.detailed", [(shapely.box(0, 0, 5000, 5000), None, fields)], confidential=True)
    assert rows(check(held, book()), "max_floor_area_ratio") == []


def test_printed_with_designs_columns(park: Park) -> None:
    report = check(park, book())
    page = render_html(report).decode()
    for head in ("控制要求", "强制或引导", "提出部门", "适用阶段", "核验方式", "备注"):
        assert head in page
    assert "≤ 3" in page
    assert "来源不一致，本行在先" in page
    assert "holds for 50.00% of the site" in render_html(report, "en").decode()


NO_ATTRIBUTE = (
    "{key: a, group: land, name: a, op: le, sources: [{layer: plan.detailed, attribute: q}]}"
)

# --- the catalogue ------------------------------------------------------------------------------


def test_the_shipped_catalogue_names_what_there_is() -> None:
    """Read as strictly as a pack's own: every layer, attribute, rule and value exists."""
    rules = load_rulebook(["cn-base"], {}, layer_specs=shipped_specs()).rules
    reader = _Reader(fact_specs(), rules, shipped_specs())
    reader.read(_shipped(), "own", Place("indicators.yaml"))
    groups = {item.group for item in reader.found.values()}
    assert len(groups) == 12  # all of the issue; `other` is for what nobody named
    names = [name for item in reader.found.values() for name in (item.key, *item.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("{key: a, group: moon, name: a, op: le}", "bad_file", "moon"),
        ("{key: a, group: land, name: a, op: about}", "bad_file", "about"),
        ("{key: a, group: land, name: a, op: le, sources: [{}]}", "bad_file", "layer"),
        ("{key: a, group: land, name: a, op: le, sources: [{layer: x.y}]}", "unknown_layer", "x.y"),
        (NO_ATTRIBUTE, "bad_rule", "q"),
        (
            "{key: a, group: land, name: a, op: le, sources: [{rule: ZZ-1, value: v}]}",
            "unknown_rule",
            "ZZ-1",
        ),
        ("{key: a, group: land, name: a, op: le, sources: [{rule: ZZ-1}]}", "bad_file", "value"),
        ("{key: a, group: land, name: a, op: le, when: {fact: q, eq: 1}}", "unknown_fact", "q"),
        ("{key: a, group: land, name: a, op: le, colour: red}", "bad_file", "colour"),
    ],
)
def test_faults_of_a_catalogue_name_file_and_key(text: str, code: str, word: str) -> None:
    files = PackFiles(
        PackForm(name="p"), "", (), (), None, {"indicators.yaml": f"indicators: [{text}]"}
    )
    with pytest.raises(LantuError) as refused:
        read_indicators([files], fact_specs(), {}, shipped_specs())
    assert refused.value.code == code
    assert word in str(refused.value.fact.en)
    assert "p/indicators.yaml" in str(refused.value.where)


def test_a_pack_restates_an_indicator_by_its_key() -> None:
    own = "indicators: [{key: max_height_m, group: planning, name: 限高, op: le, unit: m}]"
    files = PackFiles(PackForm(name="p"), "", (), (), None, {"indicators.yaml": own})
    read = read_indicators([files], fact_specs(), {}, shipped_specs())
    assert read.indicators["max_height_m"].pack == "p"
    assert isinstance(read, IndicatorCatalogue)
    assert read.find("floor_area_ratio") is read.indicators["max_floor_area_ratio"]
