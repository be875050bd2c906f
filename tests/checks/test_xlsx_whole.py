"""The workbook leaves nothing out that the pages show: every row, and what is said below tables."""

import json
from io import BytesIO
from pathlib import Path

import openpyxl

from checks.report.xlsx import render_xlsx

FOLDER = Path(__file__).parents[1] / "data" / "reports"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def sheets(report):
    book = openpyxl.load_workbook(BytesIO(render_xlsx(report)))
    return {sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in book}


def test_a_site_of_many_parts_has_a_row_for_each():
    report = load("multipart")
    parts = [{"no": no, "area_m2": 10.0 + no, "length_m": None} for no in range(1, 261)]
    report["site"]["parts"] = parts
    report["site"]["attributes"] = {f"字段{no:03}": str(no) for no in range(230)}
    found = sheets(report)
    assert [row[0] for row in found["地块"][1:]] == [str(part["no"]) for part in parts]
    assert len(found["来件属性"]) == 231


def test_a_line_with_many_crossings_has_a_row_for_each():
    report = load("line_site")
    one = {
        "layer": "x", "title": {"zh": "河", "en": "river"}, "class": None, "id": "1", "name": None,
        "length_m": 2.5, "stations": [{"part": 1, "from_m": 0.0, "to_m": 2.5}],
    }  # fmt: skip
    report["site"]["crossings"] = [{**one, "id": str(no)} for no in range(207)]
    assert len(sheets(report)["穿越、跨越一览"]) == 208


def land_of(rows, **more):
    beside = {"unmapped_m2": 0.0, "overlapping_m2": 0.0, "deducted_m2": 0.0, "disputed": []}
    return {"rows": rows, "reason": None, **beside, **more}


def test_the_area_table_has_its_sum_and_the_areas_beside_it():
    areas = dict.fromkeys(("cultivated_m2", "unused_m2", "unclassified_m2"), 0.0)
    rows = [
        {
            "ownership": "state", "owner": owner, "total_m2": total, "agricultural_m2": 0.25,
            "construction_m2": total - 0.25, "permanent_farmland_m2": farmland, **areas,
        }
        for owner, total, farmland in (("甲", 1.5, None), ("乙", 2.25, 0.5))
    ]  # fmt: skip
    report = load("red_incomplete")
    report["site"]["land_table"] = land_of(rows, deducted_m2=12.345678, unmapped_m2=7.5)
    found = sheets(report)
    table = next(rows for title, rows in found.items() if title.startswith("用地审批地类"))
    assert table[-1] == ("合计", None, 3.75, 0.5, 0, None, 3.25, 0, 0)
    beside = [row for title, rows in found.items() if title.endswith(" 2") for row in rows[1:]]
    assert [area for _, area in beside] == [12.345678, 7.5]
    told = "\n".join(str(row[0]) for row in found["使用说明与声明"])
    assert "永久基本农田未检测或数据不足" in told


def test_what_was_not_checked_is_said():
    report = load("all_clear")
    report["site"]["land_table"] = land_of([])
    report["site"]["land_table"]["reason"] = {"code": "x", "zh": "缺少地类", "en": "no classes"}
    report["inheritance"] = []
    told = {row[1]: row[0] for row in sheets(report)["使用说明与声明"]}
    assert told["用地审批地类面积表"] == "缺少地类"
    assert told["8 区域评估成果共享判定"] == "本次检测未包含区域评估成果共享判定。"


def test_parts_values_and_statistics_of_findings_stand_in_sheets_of_their_own():
    report = load("multipart")
    report["findings"][0]["statistics"] = {"max": 4.25, "nodata_share": 0.125}
    report["findings"][0]["classes"] = []
    report["findings"][0]["values"] = {"limit": {"value": 350.5, "unit": "m2"}}
    found = sheets(report)
    expected = [
        (f["code"], str(part["no"]), part["area_m2"], part.get("share"))
        for f in report["findings"]
        for part in f["parts"] or ()
    ]
    assert expected
    got = [(row[0], row[2], row[3], row[7]) for row in found["分地块"][1:]]
    assert sorted(got) == sorted(expected)
    assert [row[2:] for row in found["栅格统计"][1:]] == [("最大值", 4.25), ("无数据占比", 0.125)]
    assert [row[0] for row in found["采用数值"][1:]] == [report["findings"][0]["code"]]
    assert "350.5" in found["采用数值"][1][3]


def test_that_rows_overlap_is_said_with_the_matter():
    report = load("red_incomplete")
    finding = next(f for f in report["findings"] if len(f["features"] or ()) > 1)
    for feature in finding["features"]:
        feature["area_m2"] = finding["measures"]["area_m2"]
    section = next(rows for title, rows in sheets(report).items() if title.startswith("3 "))
    (row,) = [row for row in section if row[0] == finding["code"]]
    twice = finding["measures"]["area_m2"] * (len(finding["features"]) - 1)
    assert f"重复计入 {twice:.2f} m²" in row[-1]
