"""Class and approval services in a whole report: what is waived lowers no finding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import shapely

from checks.facts import project_of
from checks.report.html import render_html
from checks.report.schema import report_schema
from checks.rule import Rulebook, Scenario
from checks.rulebook.case_store import CRS, SOUTH, WEST, Imagined
from checks.rulebook.cases import ThingForm
from checks.rulebook.load import load_rulebook
from checks.screening import screen
from gis.errors import Text
from gis.site import Site
from layers.catalog import shipped_specs
from tests.support.classes_pack import ENTRY, RULE, pack

DAY = date(2026, 11, 20)
WORKSHOP = {
    "investment": "social", "works": "building", "use": "factory", "floor_area_m2": "10000",
    "height_m": "24", "basement_storeys": "1", "land_use_code": "1001",
}  # fmt: skip


@lru_cache
def book(name: str) -> Rulebook:
    return load_rulebook([name], {}, layer_specs=shipped_specs())


def report(
    folder: Path,
    rules: Rulebook,
    *codes: str,
    facts: Mapping[str, object] = WORKSHOP,
    layers: Mapping[str, list[dict[str, Any]]] | None = None,
    area: Mapping[str, Mapping[str, bool]] | None = None,
    day: date = DAY,
) -> dict[str, Any]:
    store = Imagined(shipped_specs(), 100.0, folder)
    for layer, things in (layers or {}).items():
        store.put(layer, [ThingForm.model_validate(thing) for thing in things])
    site = Site(
        name="1",
        geometry=shapely.box(WEST, SOUTH, WEST + 100, SOUTH + 100),
        crs=CRS,
        source_crs=CRS,
    )
    found = screen(
        site,
        project=project_of(dict(facts), rules.facts, where="t"),
        scenario=Scenario("t", Text("试", "t"), "t", codes, sections=(1, 2, 3, 4, 10)),
        rulebook=rules,
        store=store,
        as_of=day,
        area=area or {},
    )
    document = dict(found.data)
    jsonschema.validate(document, report_schema())
    return document


def service(document: Mapping[str, Any], item: str) -> Mapping[str, Any] | None:
    return next((row for row in document["services"] if row["item"] == item), None)


def test_what_class_and_why(tmp_path: Path) -> None:
    found = report(tmp_path, book("xiamen-haicang"))["class"]
    assert (found["code"], found["key"]) == ("XH-C01", "social_simple_low_risk")
    assert found["state"] == "decided"
    assert "总建筑面积：10000 m²" in found["because"]["zh"]
    assert "厦建改办〔2021〕2号" in found["basis"][0]["title"]
    assert found["basis"][0]["valid_from"] == "2021-04-06"
    assert "XH-C01" not in [other["code"] for other in found["open"]]


def test_unknown_height_is_a_question(tmp_path: Path) -> None:
    facts = {key: value for key, value in WORKSHOP.items() if key != "height_m"}
    document = report(tmp_path, book("xiamen-haicang"), facts=facts)
    found = document["class"]
    assert (found["code"], found["state"]) == (None, "needs_person")
    assert "height_m" in found["question"]["zh"]
    assert "XH-C01" in [other["code"] for other in found["open"]]
    permit = service(document, "I042")
    assert permit is not None
    assert permit["effect"] == "due"


def test_too_large_is_another_class(tmp_path: Path) -> None:
    facts = {**WORKSHOP, "floor_area_m2": "10000.01", "land_supply": "with_scheme"}
    found = report(tmp_path, book("xiamen-haicang"), facts=facts)["class"]
    assert (found["code"], found["state"]) == ("XH-C05", "decided")


def test_packs_that_say_nothing(tmp_path: Path) -> None:
    # national law has scope and waivers, and no class of projects
    assert report(tmp_path, book("cn-base"))["class"] is None
    before = report(tmp_path, book("xiamen-haicang"), day=date(2018, 1, 1))["class"]
    assert (before["code"], before["state"], before["open"]) == (None, "none", [])


def test_a_draft_is_shown_as_one(tmp_path: Path) -> None:
    facts = {**WORKSHOP, "land_supply": "with_scheme"}
    document = report(tmp_path, book("yangjiang"), facts=facts)
    assert document["class"]["code"] == "YJ-C06"
    assert document["class"]["draft"] is True
    assert {basis["force"] for basis in document["class"]["basis"]} == {"draft"}
    row = service(document, "I048")
    assert row is not None
    assert (row["effect"], row["draft"]) == ("waived", True)
    assert "征求意见稿" in row["because"]["zh"]
    assert "征求意见稿" in render_html(document).decode()


def test_a_draft_in_a_pack_of_law_has_no_effect(tmp_path: Path) -> None:
    facts = {"energy_tce_y": "10", "electricity_kwh_y": "10"}
    document = report(tmp_path, book("zhejiang"), facts=facts)
    (effect,) = [e for e in document["class"]["effects"] if e["code"] == "CN-W02"]
    assert (effect["state"], effect["binding"], effect["draft"]) == ("holds", False, True)
    energy = service(document, "I083")
    assert energy is not None
    assert energy["effect"] == "due"
    assert "CN-W02" not in energy["entries"]


def test_a_waiver_lowers_no_finding(tmp_path: Path) -> None:
    """A geological assessment is needed on dangerous ground; the park's result stands for it."""
    layers = {"safety.geo_hazard_susceptibility": [{"share": 1, "class": "high"}]}
    shared = {kind: {"geological_hazard": True} for kind in ("assessed", "covered")}
    rules = book("xiamen-haicang")
    without = report(tmp_path, rules, "GP-01", layers=layers)
    with_it = report(tmp_path, rules, "GP-01", layers=layers, area=shared)
    assert [f["state"] for f in without["findings"]] == ["affected"]
    assert without["findings"] == with_it["findings"]
    assert without["conclusion"] == with_it["conclusion"]
    assert without["problems"] == with_it["problems"]
    due, waived = service(without, "I084"), service(with_it, "I084")
    assert due is not None
    assert waived is not None
    assert (due["effect"], waived["effect"]) == ("due", "waived")
    assert waived["findings"] == ["GP-01"]
    assert waived["area_results"][0]["kind"] == "geological_hazard"
    assert waived["area_results"][0]["name"]["zh"].startswith("地质灾害")


@pytest.mark.parametrize(
    ("severity", "effect"),
    [
        ("prohibited", "due"),
        ("needs_approval", "due"),
        ("needs_assessment", "due"),
        ("condition", "waived"),
    ],
)
def test_an_item_that_a_finding_demands_stays_due(
    tmp_path: Path, severity: str, effect: str
) -> None:
    classes = "classes:" + ENTRY.format(when="{fact: works, eq: building}")
    rules = pack(tmp_path, rules=RULE.format(when="null", severity=severity), classes=classes)
    layers: dict[str, list[dict[str, Any]]] = {"plan.detailed": [{"share": 1}]}
    document = report(tmp_path, rules, "T-01", layers=layers)
    row = service(document, "I020")
    assert row is not None
    assert row["effect"] == effect
    assert row["findings"] == ["T-01"]
    clear = report(tmp_path, rules, "T-01", layers={"plan.detailed": []})
    row = service(clear, "I020")
    assert row is not None
    assert row["effect"] == "waived"


def test_departments_by_the_name_of_the_day(tmp_path: Path) -> None:
    rules = book("xiamen-haicang")
    old = service(report(tmp_path, rules, day=date(2023, 12, 12)), "I061")
    new = service(report(tmp_path, rules, day=date(2023, 12, 13)), "I061")
    assert old is not None
    assert new is not None
    assert (old["authority"], new["authority"]) == ("区建设局", "区建设与交通局")


def test_only_items_of_the_catalogue_of_the_day(tmp_path: Path) -> None:
    rules = book("xiamen-haicang")
    assert rules.catalogue is not None
    for day in (date(2018, 9, 1), date(2021, 4, 5), DAY):
        for row in report(tmp_path, rules, day=day)["services"]:
            assert rules.catalogue.items[row["item"]].in_force(day)


def test_the_page_shows_class_and_services(tmp_path: Path) -> None:
    document = report(tmp_path, book("xiamen-haicang"))
    page = render_html(document).decode()
    for words in (
        "项目类别", "社会投资简易低风险工程建设项目（XH-C01）", "审批服务清单", "事项（编码）",
        "前置条件", "材料（可容缺）", "承诺时限", "可用区域成果", "竣工验收备案（I061）",
        "3 个工作日", "清单未录入",
    ):  # fmt: skip
        assert words in page
    english = render_html(document, "en").decode()
    for words in ("Project class", "Approval services", "Papers (may follow)", "3 working days"):
        assert words in english
