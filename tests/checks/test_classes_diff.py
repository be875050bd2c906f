"""What an office changes in waivers: stricter, milder, or only named; told in reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main
from checks.classes.diff import diff_entries
from checks.classes.rule import Catalogue
from checks.rule import Rulebook
from tests.checks.test_classes_report import report
from tests.support.classes_pack import pack

ENTRY = """classes:
  - code: T-1
    kind: {kind}
    effect: {{zh: 免, en: waived}}
    when: {when}
    items: [{items}]
    basis: [{{title: 甲}}]
    source: 甲
    force: in_force
    {more}
"""
SMALL = "{fact: floor_area_m2, le: 10000}"


def book(folder: Path, when: str = SMALL, items: str = "I020", kind: str = "waive",
         more: str = "") -> Rulebook:  # fmt: skip
    return pack(folder, classes=ENTRY.format(when=when, items=items, kind=kind, more=more))


def ways(before: Rulebook, after: Rulebook) -> dict[str, str]:
    first, second = before.catalogue or Catalogue(), after.catalogue or Catalogue()
    return {
        f"{change.code}.{one.key}": one.direction
        for change in diff_entries(first, second, after.facts)
        for one in change.differences
    } | {
        change.code: change.direction
        for change in diff_entries(first, second, after.facts)
        if change.change != "changed"
    }


@pytest.mark.parametrize(
    ("when", "way"),
    [
        ("{fact: floor_area_m2, le: 20000}", "milder"),
        ("{fact: floor_area_m2, lt: 10000}", "stricter"),
        ("{fact: floor_area_m2, le: 10000.0}", "none"),
        ("{not: {fact: floor_area_m2, gt: 10000}}", "none"),
        ("{fact: height_m, le: 24}", "other"),
        ("{all: [{fact: floor_area_m2, le: 10000}, {fact: works, eq: building}]}", "stricter"),
        ("{any: [{fact: floor_area_m2, le: 10000}, {fact: works, eq: building}]}", "milder"),
        ("{all: [{fact: floor_area_m2, le: 20000}, {fact: works, eq: building}]}", "other"),
    ],
)
def test_which_way_a_condition_went(tmp_path: Path, when: str, way: str) -> None:
    assert ways(book(tmp_path / "a"), book(tmp_path / "b", when)) == {"T-1.when": way}


def test_more_items_are_milder_and_fewer_stricter(tmp_path: Path) -> None:
    one, two = book(tmp_path / "a"), book(tmp_path / "b", items="I020, I040")
    assert ways(one, two) == {"T-1.items": "milder"}
    assert ways(two, one) == {"T-1.items": "stricter"}


def test_days(tmp_path: Path) -> None:
    always, until = book(tmp_path / "a"), book(tmp_path / "b", more="valid_to: 2026-01-01")
    assert ways(always, until) == {"T-1.valid": "stricter", "T-1.basis": "none"}
    assert ways(until, always) == {"T-1.valid": "milder", "T-1.basis": "none"}


def test_what_keeps_is_the_other_way_round(tmp_path: Path) -> None:
    narrow = book(tmp_path / "a", kind="scope", more="keeps: true")
    wide = book(
        tmp_path / "b", "{fact: floor_area_m2, le: 20000}", kind="scope", more="keeps: true"
    )
    assert ways(narrow, wide) == {"T-1.when": "stricter"}
    free = book(tmp_path / "c", kind="scope")
    assert ways(narrow, free) == {"T-1.keeps": "milder"}


def test_added_and_removed(tmp_path: Path) -> None:
    empty = pack(tmp_path / "a")
    assert ways(empty, book(tmp_path / "b")) == {"T-1": "milder"}
    assert ways(book(tmp_path / "c"), empty) == {"T-1": "stricter"}
    kept = book(tmp_path / "d", kind="scope", more="keeps: true")
    assert ways(kept, empty) == {"T-1": "milder"}


LIST = """lists:
  - name: l
    title: {zh: 单, en: list}
    source: 甲
    entries: [%s]
"""


def test_a_list_that_an_office_recorded(tmp_path: Path) -> None:
    shipped = pack(tmp_path / "a", classes=LIST % "")
    row = "{title: {zh: 一, en: one}, when: {fact: works, eq: building}}"
    office = pack(tmp_path / "b", classes=LIST % row)
    assert ways(shipped, office) == {"list:l.entries": "set"}


OVER = """classes:
  - code: CN-S02
    kind: scope
    effect: {zh: 须单独评价, en: own evaluation}
    when: {fact: nuclear, eq: true}
    items: [I085]
    keeps: true
    basis: [{title: 地震安全性评价管理条例, article: 第八条}]
    source: 条例8
    force: in_force
    valid_from: 2019-03-02
"""


def test_what_a_pack_loosens_is_said_in_every_report(tmp_path: Path) -> None:
    rules = pack(tmp_path / "t", classes=OVER)
    (shadow,) = [item for item in rules.shadowed if item.code == "CN-S02"]
    assert (shadow.what, shadow.milder, shadow.legal) == ("entry", ("when",), True)
    limits = report(tmp_path, rules)["limits"]
    assert [n["zh"] for n in limits if n["code"] == "entry_loosened"] == [
        "条目 CN-S02：t 放宽了 cn-base 的 when"
    ]


def test_lantu_rules_diff_tells_it(tmp_path: Path) -> None:
    pack(tmp_path / "t", classes=OVER)
    office = tmp_path / "office"

    def lantu(*args: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        return done.exit_code, done.stdout

    lantu("init", office, "--crs", "EPSG:4548", "--area", "590000,2690000,610000,2710000")
    code, out = lantu("-w", office, "rules", "diff", "cn-base", tmp_path / "t", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["milder"] == ["CN-S02"]
    (entry,) = document["entries"]
    assert (entry["code"], entry["change"], entry["direction"]) == ("CN-S02", "changed", "milder")
    assert [row["key"] for row in entry["differences"] if row["direction"] == "milder"] == ["when"]
    code, out = lantu("-w", office, "rules", "diff", "cn-base", tmp_path / "t")
    assert "CN-S02" in out
    assert "放宽" in out
    days = ("--as-of", "2026-08-14", "--as-of", "2026-08-15")
    code, out = lantu("-w", office, "rules", "diff", "cn-base", *days, "--json")
    assert {"CN-Y01", "CN-Y51", "CN-D01", "CN-D51"} == {
        row["code"] for row in json.loads(out)["entries"]
    }
