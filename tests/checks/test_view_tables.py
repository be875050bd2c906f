"""Plain tables: figures stand to the right in every format, layers have a name beside their key."""

import json
from pathlib import Path

import lxml.html
import pytest

from checks.report.html import render_html
from checks.report.paper_findings import plain_grid
from checks.report.texts import Words
from checks.report.view_indicators import indicator_table
from checks.report.view_sharing import sharing_tables
from checks.report.view_sources import source_tables
from checks.report.view_table import Table
from checks.report.view_values import brief

FOLDER = Path(__file__).parents[1] / "data" / "reports"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def test_figures_are_columns_of_numbers_and_dashes():
    rows = [["1", "12.50 m²", "—", "3 处", "—"], ["2", "<0.01 m²", "—", "5", "99.99%"]]
    table = Table("表", ["号", "面积", "空", "数", "占比"], rows)
    assert table.figures == {1, 4}
    grid = plain_grid(table, Words("zh"))
    assert [one.right for one in grid.rows[0].cells] == [False, True, False, False, True]


def test_a_page_shows_some_rows_and_tells_how_many_are_left():
    table = Table("表", ["号"], [[str(n)] for n in range(7)], 5)
    assert (len(table.shown), table.left) == (5, 2)
    assert (len(Table("表", ["号"], [["1"]]).shown), Table("表", ["号"], [["1"]]).left) == (1, 0)


def test_the_page_sets_areas_to_the_right():
    page = lxml.html.fromstring(render_html(load("multipart")).decode("utf-8"))
    (table,) = [t for t in page.iter("table") if t.xpath("string(caption)") == "地块"]
    assert {cell.get("class") for cell in table.xpath("tbody/tr/td")} == {"n"}


def test_layers_without_an_edition_are_named():
    report = load("all_clear")
    report["scenario"]["required_layers"] = ["control.wetland", "town.own"]
    named = {table.title: table.rows for table in source_tables(report, Words("zh"))}
    assert named["应检但没有数据版本的图层"] == [["湿地（control.wetland）"], ["town.own"]]
    named = {table.title: table.rows for table in source_tables(report, Words("en"))}
    assert named["Required layers without an edition"][0] == ["Wetland (control.wetland)"]


def indicator(value, unit):
    return {
        "class": "land", "key": "area", "name": {"zh": "用地面积", "en": "area"}, "op": "eq",
        "value": value, "unit": unit, "binding": "mandatory", "source": None, "article": None,
        "authority": None, "stage": None, "conflict": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [(108525.625, "m2", "108525.63"), (20000000.000004, "m2", "20000000"), (0.125, "1", "0.125")],
)
def test_the_area_of_an_indicator_has_two_decimals(value, unit, printed):
    table = indicator_table({"indicators": [indicator(value, unit)]}, Words("zh"))
    assert table.rows[0][2].split()[-1] == printed


@pytest.mark.parametrize(
    ("site", "left", "inside", "outside"),
    [
        (10.005, 0.005, "10.00", "0.01"),
        (100.0, 33.335, "66.66", "33.34"),
        (5.0, 5.0, "0.00", "5.00"),
    ],
)
def test_inside_and_outside_make_up_the_site(site, left, inside, outside):
    decision = {
        "kind": "x", "name": {"zh": "评估", "en": "x"}, "outcome": "supplement",
        "approval_mode": "approval", "assessment": None, "share_covered": 1 - left / site,
        "uncovered_area_m2": left, "uncovered": {"type": "MultiPolygon", "coordinates": []},
        "criteria": [
            {"no": 4, "key": "coverage", "result": "failed", "effect": "decisive",
             "evidence": {"site_m2": site, "outside_m2": left, "share": 1 - left / site}},
        ],
        "commitments": [], "deadline": None, "authority": None, "basis": [],
    }  # fmt: skip
    told = sharing_tables({"inheritance": [decision]}, Words("zh"))[0].rows[0][2]
    assert told.startswith(f"{inside} m²（")
    assert f"范围外 {outside} m²" in told


def test_a_text_that_was_cut_says_how_long_it_is_in_no_language():
    assert brief("长" * 300) == "长" * 300
    assert brief("a" * 450) == "a" * 300 + "… (300/450)"
