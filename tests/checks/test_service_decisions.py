"""The service list says how shared assessments are handled, at which stage and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import shapely

from checks.facts import fact_specs, project_of
from checks.rule import Scenario
from checks.rulebook.load import load_rulebook
from checks.screening import screen
from gis.errors import Text
from layers.catalog import shipped_specs
from tests.support.memory_store import rule, site_of
from tests.support.sharing import AS_OF, SITE, Park

WIDE = shapely.box(0, 0, 5000, 5000)
REVIEW = {"date": "2025-01-01", "public": "true"}
FACTS = {
    "works": "building",
    "major": "false",
    "state_major": "false",
    "secondary_disaster": "false",
    "nuclear": "false",
    "hazardous_chemicals": "false",
    "investment": "social",
    "industry": "C39",
    "use": "factory",
}


def listed(pack: str, park: Park, extra: Any = None, day: date = AS_OF, **facts: Any) -> Any:
    """Services by item for a project on the site."""
    book = load_rulebook([pack], {}, layer_specs=shipped_specs())
    rules = {item.code: item for item in (extra or [])}
    book = replace(book, rules={**book.rules, **rules})
    report = screen(
        site_of(SITE),
        project=project_of(FACTS | facts, fact_specs(), where="facts"),
        scenario=Scenario("s", Text("s", "s"), pack, tuple(rules)),
        rulebook=book,
        store=park,
        as_of=day,
    ).data
    return {row["item"]: row for row in report["services"]}


def seismic() -> Park:
    park = Park()
    park.assess("seismic_safety", WIDE, review=REVIEW, approval_items=[{"code": "I085"}],
                depth="equal_to_project_study")  # fmt: skip
    return park


def test_earthquakes_before_engineering_design_in_haicang() -> None:
    row = listed("xiamen-haicang", seismic())["I085"]
    assert row["effect"] == "commitment"
    assert "工程设计前" in row["deadline"]["zh"]
    assert "施工图" not in row["deadline"]["zh"]
    assert [item["kind"] for item in row["area_results"]] == ["seismic_safety"]
    assert "告知承诺书" in [paper["name"]["zh"] for paper in row["papers"]]
    assert "P.seismic_safety@1" in row["because"]["zh"]


def test_earthquakes_before_the_construction_drawings_in_yangjiang() -> None:
    row = listed("yangjiang", seismic())["I085"]
    assert row["effect"] == "commitment"
    assert "施工图设计前" in row["deadline"]["zh"]
    assert row["draft"] is True  # the Yangjiang plan is a draft


def test_nothing_assessed_in_yangjiang_is_joint() -> None:
    assert listed("yangjiang", Park())["I085"]["effect"] == "joint"


def test_nothing_assessed_in_haicang_is_due() -> None:
    assert listed("xiamen-haicang", Park())["I085"]["effect"] == "due"


def test_what_is_open_stays_due_and_asks() -> None:
    park = Park()
    park.assess("seismic_safety", WIDE, review={"date": "2025-01-01"})  # public: not stated
    row = listed("xiamen-haicang", park)["I085"]
    assert row["effect"] == "due"
    assert row["question"] is not None


@pytest.mark.parametrize(
    ("severity", "effect"),
    [("prohibited", "due"), ("needs_approval", "due"), ("needs_assessment", "commitment")],
)
def test_a_finding_that_prohibits_keeps_the_item(severity: str, effect: str) -> None:
    from checks.rule import Action, Leaf

    park = seismic()
    park.layer("fault", [SITE])
    hit = rule("X-09", "fault", Leaf("overlaps", "fault"), severity=severity, action=Action("I085"))
    row = listed("xiamen-haicang", park, [hit])["I085"]
    assert row["effect"] == effect
    assert row["findings"] == ["X-09"]


def test_single_buildings_are_not_reviewed_again() -> None:
    """Landscape in Haicang: 一律不再, the item is gone and has no deadline."""
    park = Park()
    park.assess("city_landscape_art", WIDE, review=REVIEW)
    row = listed("xiamen-haicang", park)["I022"]
    assert (row["effect"], row["deadline"]) == ("waived", None)


def test_what_is_waived_without_any_assessment_stays_waived() -> None:
    """An ordinary warehouse needs no EIA (厦建改办〔2021〕2号), assessed area or not."""
    warehouse = {"use": "warehouse", "ordinary_warehouse": "true"}
    row = listed("xiamen-haicang", Park(), **warehouse)["I087"]
    assert row["effect"] == "waived"
    assert row["deadline"] is None
    assert "XH-W04" in row["entries"]
    assert listed("xiamen-haicang", Park())["I087"]["effect"] == "due"
    # whether it is an ordinary one is not known: nothing is waived
    assert listed("xiamen-haicang", Park(), use="warehouse")["I087"]["effect"] == "due"


def test_a_pledge_without_any_assessment_stands() -> None:
    """City infrastructure has its EIA on a pledge wherever it lies (000:342)."""
    row = listed("xiamen-haicang", Park(), works="city_infrastructure")["I087"]
    assert row["effect"] == "commitment"


def test_a_deadline_is_told_once() -> None:
    row = listed("xiamen-haicang", Park())["I083"]
    assert row["deadline"]["zh"].count("施工许可前") == 1
