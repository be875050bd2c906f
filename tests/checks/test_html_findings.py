"""What the tables print equals the JSON; nothing measured looks like zero, nothing null like it."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checks.report.html import render_html
from checks.report.numbers import (
    adding_up,
    article,
    chinese_number,
    citation,
    fixed,
    hectares,
    mu,
    percent,
    plain,
)

FOLDER = Path(__file__).parents[1] / "data" / "reports"
HEAD = [
    "检测项",
    "结论",
    "面积（m²，亩）",
    "占比",
    "图斑数",
    "图号",
    "约束等级",
    "依据",
    "主管部门",
    "数据基准日",
    "处置意见",
]


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def by_id(root, ident):
    return next(node for node in root.iter() if node.get("id") == ident)


def text_of(node):
    text = " ".join(" ".join(node.itertext()).split())
    return re.sub("([，；]) ", r"\1", text)


def tables(document, section):
    """Each table of a section as rows of cell texts, the findings table first."""
    root = ET.fromstring(render_html(document))
    return [
        [[text_of(cell) for cell in row] for row in table.iter("tr")]
        for table in by_id(root, f"s{section}").iter("table")
    ]


def test_columns_and_values():
    matters, classes, pieces = tables(load("red_incomplete"), 3)
    assert matters[0] == HEAD
    assert matters[1] == [
        "占用永久基本农田 PF-01",
        "压占 细碎图斑 2 个，合计 0.75 m²",
        "215.30 m² 0.32 亩",
        "1.08%",
        "3",
        "图2",
        "刚性约束",
        (
            "《中华人民共和国土地管理法》第三十五条（2019年修正） "
            "《示范市成果共享办法》第十条（征求意见稿）"
        ),
        "自然资源主管部门",
        "2026-06-30",
        "I120 材料：踏勘论证报告、补划方案",
    ]
    assert [row[2] for row in classes[1:]] == ["200.00 m²", "15.30 m²"]
    assert pieces[0] == ["图斑编号", "类别", "权属单位", "坐落", "面积"]
    assert pieces[1][:3] == ["1 · 350205001", "0101 水田", "滨江村"]
    assert pieces[2] == ["2 · 9", "0103 旱地", "江头村", "—", "15.30 m²"]
    assert pieces[3][4] == "<0.01 m²"
    assert pieces[4] == ["合计（重叠部分只计一次）", "215.30 m²"]


def test_doubt_coverage_and_almost_all():
    row = tables(load("red_incomplete"), 5)[0][1]
    assert row[1] == "占用 临界（数据精度 ±0.6 m 内） 数据只覆盖用地的 87.50%"
    assert row[2] == "19999.99 m² 30.00 亩"
    assert row[3] == ">99.99%"


def test_doubt_is_not_said_twice():
    document = load("red_incomplete")
    document["findings"][1]["verdict"]["zh"] = "占用，临界（数据精度 ±0.6 m 内）"
    assert tables(document, 5)[0][1][1].count("临界") == 1


def test_open_states_and_missing_measures():
    rows = tables(load("red_incomplete"), 6)[0]
    assert [row[0].split()[-1] for row in rows[1:]] == ["DS-01", "FD-01"]
    assert rows[1][1:4] == ["不满足（最近 12.3 m，要求 ≥ 50 m）", "最近 12.30 m", "—"]
    assert rows[2][1:6] == ["未检测（没有数据版本）", "—", "—", "—", "—"]
    assert rows[2][9] == "—"
    person = tables(load("red_incomplete"), 7)[0][2]
    assert person[1] == "待核实 是否取得文物部门意见？请征询文物主管部门"


def test_worst_first():
    document = load("red_incomplete")
    for finding in document["findings"]:
        finding["section"] = 3
    order = [row[0].split()[-1] for row in tables(document, 3)[0][1:]]
    assert order == ["PF-01", "FL-01", "DS-01", "AT-01", "FD-01", "HE-01"]


def test_line_site_measures_lengths():
    document = load("line_site")
    matters, pieces = tables(document, 3)
    assert matters[1][2:4] == ["长度 640.00 m", "20.00%"]
    assert [row[-1] for row in pieces[1:]] == ["长度 600.00 m", "长度 40.00 m", "长度 640.00 m"]
    site = dict(row for row in tables(document, 2)[0] if len(row) == 2)
    assert site["长度"] == "3200.00 m"
    assert site["用地类型"] == "线性工程"
    assert "用地面积（投影平面）" not in site


def test_site_units_and_parts():
    site, parts, *_ = tables(load("multipart"), 2)
    shown = dict(site[1:])
    assert shown["用地面积（投影平面）"] == "13333.33 m²；1.3333 公顷；20.00 亩"
    assert shown["椭球面积"] == "13335.40 m²"
    assert shown["申报面积"] == "—"
    assert shown["检测坐标系"] == "2000国家大地坐标系，高斯-克吕格3度带，中央经线117°（EPSG:4548）"
    assert [row[1] for row in parts[1:]] == ["10000.00 m²", "3333.33 m²"]


def test_facts_in_the_words_of_the_closed_list():
    document = load("all_clear")
    document["project"]["facts"] = {
        "works": "building",
        "height_m": 23.5,
        "floor_area_m2": 11800.0,
        "land_acquisition": False,
        "works_methods": ["blasting", "piling"],
        "of_tomorrow": 1,
    }
    facts, unknown = tables(document, 2)[-2:]
    assert facts[1:] == [
        ["工程类别", "房屋建筑"],
        ["总建筑面积", "11800 m²"],
        ["建筑高度", "23.5 m"],
        ["施工方式", "爆破、打桩顶进"],
        ["是否征收集体土地", "否"],
        ["of_tomorrow", "1"],
    ]
    assert unknown[1:] == [["容积率"]]


def test_figures_are_named_by_layer():
    document = load("red_incomplete")
    html = render_html(document).decode()
    assert "图2 项目范围与永久基本农田关系示意图" in html
    document["findings"].append({**document["findings"][0], "code": "PF-02"})
    html = render_html(document).decode()
    assert "图3 项目范围与永久基本农田（PF-02）关系示意图" in html


def test_parts_add_up_to_the_total():
    _, classes, pieces = tables(load("multipart"), 5)
    assert [row[4] for row in pieces[1:4]] == ["0.33 m²", "0.33 m²", "0.34 m²"]
    assert pieces[4][1] == "1.00 m²"
    assert [row[2] for row in classes[1:]] == ["1.00 m²", "0.50 m²"]
    html = render_html(load("multipart")).decode()
    assert "各行之间有重叠，重复计入 0.50 m²，合计只计一次。" in html


def test_shares_by_part():
    tiny = tables(load("multipart"), 3)
    assert tiny[0][1][2:4] == ["<0.01 m² <0.01 亩", "<0.01%"]
    assert tiny[1][1:] == [
        ["1", "0.00 m²；0.00 亩", "0.00%"],
        ["2", "<0.01 m²；<0.01 亩", "<0.01%"],
    ]


def test_clear_keeps_what_was_set_aside():
    row = tables(load("all_clear"), 3)[0][1]
    assert row[1] == "未压占 细碎图斑 2 个，合计 0.04 m²"
    root = ET.fromstring(render_html(load("all_clear")))
    assert "FL-07 临时用地（不是临时用地）" in text_of(by_id(root, "s5"))


def test_confidential_says_only_that_there_is_a_hit():
    root = ET.fromstring(render_html(load("confidential")))
    section = text_of(by_id(root, "s1"))
    assert "PL-90 与保密管线的距离： 命中，请征询主管部门" in section
    assert "能源主管部门" in section
    assert "PL-91 保密设施： 未命中" in section
    assert len(list(root.iter("figure"))) == 1


def test_everything_null():
    row = tables(load("nulls"), 3)[0][1]
    assert row[1] == "未检测（没有数据版本）"
    assert row[2:6] == ["—", "—", "—", "—"]
    assert row[7] == "—"


def test_values_of_law_are_printed():
    html = render_html(load("red_incomplete")).decode()
    assert "采用数值：area = 0 m²（三条控制线不设容差）" in html


def test_english_words():
    html = render_html(load("red_incomplete"), "en").decode()
    for words in (
        "Prohibited",
        "Not assessed (no edition)",
        "2 slivers set aside, 0.75 m² in total",
        "Within the accuracy of the data (±0.6 m)",
        "215.30 m²",
        "0.32 mu",
        "draft for comment",
    ):
        assert words in html


@pytest.mark.parametrize(
    ("value", "shown"),
    [(215.3, "215.30"), (2.675, "2.68"), (0.0, "0.00"), (0.001, "<0.01"), (0.005, "0.01"),
     (-0.0, "0.00"), (-0.001, ">-0.01"), (1e15, "1000000000000000.00"), (None, "—")],
)  # fmt: skip
def test_fixed(value, shown):
    assert fixed(value) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0.00%"), (1e-9, "<0.01%"), (0.00005, "0.01%"), (0.5, "50.00%"),
     (0.99994, "99.99%"), (0.999999999, ">99.99%"), (1.0, "100.00%"), (None, "—"),
     (-0.0123, "-1.23%"), (-1e-7, ">-0.01%")],
)  # fmt: skip
def test_percent(share, shown):
    assert percent(share) == shown


def test_units():
    assert hectares(20_000.0) == "2.0000"
    assert hectares(0.4) == "<0.0001"
    assert mu(2000 / 3) == "1.00"
    assert mu(1.0) == "<0.01"
    assert plain(0.6) == "0.6"
    assert plain(12.0) == "12"
    assert hectares(None) == mu(None) == plain(None) == "—"


def test_adding_up():
    assert adding_up([1 / 3, 1 / 3, 1 / 3], 1.0) == (["0.34", "0.33", "0.33"], 0.0)
    assert adding_up([0.004, 0.996], 1.0) == (["<0.01", "1.00"], 0.0)
    assert adding_up([2.0, 2.0], 3.0) == (["2.00", "2.00"], 1.0)
    assert adding_up([2.0], None) == (["2.00"], 0.0)
    assert adding_up([], 0.0) == ([], 0.0)


def test_citations():
    law = "中华人民共和国防洪法（2016年修正）"
    assert citation(law, "33", "") == "《中华人民共和国防洪法》第三十三条（2016年修正）"
    assert citation("《土地管理法》", "第三十五条", "") == "《土地管理法》第三十五条"
    assert (
        citation("管理办法（征求意见稿）", "7", "征求意见稿") == "《管理办法》第七条（征求意见稿）"
    )
    assert citation("条例", None, "试行") == "《条例》（试行）"
    assert article("35、44") == "第三十五条、第四十四条"
    assert article("3.2.1") == "第3.2.1条"
    assert [chinese_number(n) for n in (1, 10, 11, 20, 33, 100, 101, 110, 119, 999)] == [
        "一", "十", "十一", "二十", "三十三",
        "一百", "一百零一", "一百一十", "一百一十九", "九百九十九",
    ]  # fmt: skip
