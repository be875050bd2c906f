"""Contradictions: told where facts can meet, with such facts; not where they cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main
from checks.classes.contradictions import Contradiction, contradictions, told
from tests.support.classes_pack import ENTRY, RULE, pack


def found(
    folder: Path, demands: str, waives: str, severity: str = "needs_approval", more: str = ""
) -> list[Contradiction]:
    classes = "classes:" + ENTRY.format(when=waives) + more
    book = pack(folder, rules=RULE.format(when=demands, severity=severity), classes=classes)
    return [item for item in contradictions(book) if item.demands == "T-01"]


SMALL = "{fact: floor_area_m2, le: 10000}"


@pytest.mark.parametrize(
    ("demands", "waives"),
    [
        ("null", SMALL),
        ("{fact: works, eq: building}", "{fact: investment, eq: social}"),
        ("{fact: floor_area_m2, ge: 10000}", SMALL),
        ("{fact: floor_area_m2, gt: 9999}", "{fact: floor_area_m2, lt: 10000}"),
        ("{not: {fact: use, in: [factory, office]}}", "{fact: use, in: [office, school]}"),
        ("{fact: works_methods, in: [piling]}", "{not: {fact: works_methods, in: [blasting]}}"),
        ("{fact: industry, in: [C39]}", "{not: {fact: industry, in: [C3920]}}"),
        ("{fact: linear, eq: true}", "{list: l}"),
        ("{fact: linear, eq: true}", "{class: c}"),
        ("{fact: code, known: false}", SMALL),
        ("null", "{finding: PF-01, is: clear}"),
    ],
)
def test_facts_that_can_meet(tmp_path: Path, demands: str, waives: str) -> None:
    more = LIST if "list" in waives else CLASS if "class" in waives else ""
    (item,) = found(tmp_path, demands, waives, more=more)
    assert (item.waives, item.item) == ("T-W1", "I020")
    assert item.facts is not None


CLASS = """
  - code: T-C1
    kind: class
    key: c
    effect: {zh: 类, en: class}
    when: {fact: works, eq: building}
    basis: [{title: 乙办法}]
    source: 乙办法
    force: in_force
"""
LIST = """
lists:
  - {name: l, title: {zh: 单, en: list}, source: 乙, entries: []}
"""


@pytest.mark.parametrize(
    ("demands", "waives"),
    [
        ("{fact: works, eq: building}", "{fact: works, eq: water}"),
        ("{fact: floor_area_m2, gt: 10000}", SMALL),
        ("{fact: floor_area_m2, ge: 10001}", "{fact: floor_area_m2, lt: 10001}"),
        ("{not: {fact: use, in: [factory, office]}}", "{fact: use, in: [office]}"),
        ("{fact: industry, in: [C3920]}", "{not: {fact: industry, in: [C39]}}"),
        ("{fact: works, eq: water}", "{class: c}"),
        ("null", "{finding: T-01, is: clear}"),
        ("null", "{all: [{list: l}, {not: {list: l}}]}"),
        ("{fact: works_methods, in: [piling]}", "{not: {fact: works_methods, in: [piling]}}"),
    ],
)
def test_facts_that_cannot_meet(tmp_path: Path, demands: str, waives: str) -> None:
    more = LIST if "list" in waives else CLASS if "class" in waives else ""
    assert found(tmp_path, demands, waives, more=more) == []


def test_days_that_do_not_meet(tmp_path: Path) -> None:
    classes = "classes:" + ENTRY.format(when=SMALL) + "    valid_to: 2019-12-31\n"
    book = pack(tmp_path, rules=RULE.format(when="null", severity="prohibited"), classes=classes)
    assert [item for item in contradictions(book) if item.demands == "T-01"] == []


def test_a_class_that_came_later(tmp_path: Path) -> None:
    more = CLASS + "    valid_from: 2024-05-01\n"
    (item,) = found(tmp_path, "null", "{class: c}", more=more)
    assert item.day.isoformat() == "2024-05-01"


@pytest.mark.parametrize(("severity", "n"), [("condition", 0), ("notice", 0), ("prohibited", 1)])
def test_only_demands_count(tmp_path: Path, severity: str, n: int) -> None:
    assert len(found(tmp_path, "null", SMALL, severity)) == n


def test_a_shared_assessment_is_no_contradiction_of_a_needed_one(tmp_path: Path) -> None:
    shared = "{all: [{assessed: flood_impact}, {covered: flood_impact}]}"
    assert found(tmp_path, "null", shared, "needs_assessment") == []
    assert len(found(tmp_path / "b", "null", shared, "needs_approval")) == 1


def test_the_facts_are_told(tmp_path: Path) -> None:
    (item,) = found(tmp_path, "{fact: works, eq: building}", SMALL)
    text = told(item).text
    for words in ("T-01", "T-W1", "I020", "works=building", "floor_area_m2=9999"):
        assert words in text.zh
        assert words in text.en


def test_a_search_too_long_is_told_as_not_decided(tmp_path: Path) -> None:
    # no facts fulfil it: five areas between 0 and 9 that are all different pairs of each other
    parts = [
        f"{{any: [{{fact: {name}, lt: {n}}}, {{fact: {name}, gt: {n}}}]}}"
        for name in ("storeys", "height_m", "floor_area_m2", "traffic_bays", "water_m3_d")
        for n in range(9)
    ]
    closed = "{all: [{fact: green_ratio, gt: 0.5}, {fact: green_ratio, lt: 0.4}]}"
    waives = "{all: [" + ", ".join([*parts, closed]) + "]}"
    (item,) = found(tmp_path, "null", waives)
    assert item.facts is None
    assert "not decided" in told(item).text.en


def test_lantu_rules_check_tells_them(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    pack(
        folder,
        rules=RULE.format(when="null", severity="needs_approval"),
        classes="classes:" + ENTRY.format(when=SMALL),
    )
    office = tmp_path / "office"

    def lantu(*args: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        return done.exit_code, done.stdout

    lantu("init", office, "--crs", "EPSG:4548", "--area", "590000,2690000,610000,2710000")
    code, out = lantu("-w", office, "rules", "check", folder, "--json")
    document = json.loads(out)
    assert code == 0
    assert sum("T-01" in item["zh"] for item in document["contradictions"]) == 1
    assert "geometry" in document["unseen"]["en"]
    assert document["items"] == 105
