"""The workbook: numbers are numbers and those of the report, texts never formulas, fixed bytes."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from checks.report.sheets_plain import plain_sheet
from checks.report.texts import Words
from checks.report.view_table import Table
from checks.report.xlsx import render_xlsx

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
HOSTILE = "=cmd|' /C calc'!A0"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read(report, language="zh"):
    return openpyxl.load_workbook(BytesIO(render_xlsx(report, language)))


def rows(sheet):
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_same_report_same_bytes(name, language):
    report = load(name)
    data = render_xlsx(report, language)
    assert data == render_xlsx(json.loads(json.dumps(report)), language)
    with ZipFile(BytesIO(data)) as book:
        assert {info.date_time for info in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
        assert core.count(f"{report['as_of']}T00:00:00Z") == 2


def test_every_measure_is_the_one_of_the_report():
    report = load("red_incomplete")
    book = read(report)
    found = {}
    for sheet in book:
        if sheet.title[0].isdigit():
            found |= {row["编码"]: row for row in rows(sheet)}
    assert set(found) == {f["code"] for f in report["findings"]}
    for finding in report["findings"]:
        row, measures = found[finding["code"]], finding["measures"] or {}
        assert row["面积（m²）"] == measures.get("area_m2")
        assert row["占比（%）"] == measures.get("share")
        assert row["最近距离（m）"] == measures.get("distance_m")
        assert row["图斑数"] == measures.get("count")
        if measures.get("area_m2") is not None:
            assert row["面积（亩）"] == pytest.approx(measures["area_m2"] * 3 / 2000, abs=1e-6)
    assert found["PF-01"]["面积（m²）"] == 215.3
    assert found["PF-01"]["约束等级"] == "刚性约束"


def test_patches_stand_in_one_sheet_each_with_its_measure():
    report = load("red_incomplete")
    patches = rows(read(report)["图斑明细"])
    expected = [
        (finding["code"], feature["area_m2"], feature["length_m"])
        for finding in report["findings"]
        for feature in finding["features"] or ()
    ]
    got = [(row["编码"], row["面积（m²）"], row["长度（m）"]) for row in patches]
    assert sorted(got, key=str) == sorted(expected, key=str)


def test_heads_are_frozen_filtered_and_repeated_in_print():
    book = read(load("red_incomplete"))
    for sheet in book:
        assert sheet.freeze_panes is not None, sheet.title
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    sheet = next(sheet for sheet in book if sheet.title.startswith("3 "))
    assert sheet.auto_filter.ref.startswith("A1:")
    assert (sheet["E2"].number_format, sheet["H2"].number_format) == ("#,##0.00", "0.00%")
    assert sheet.page_setup.orientation == "landscape"


@pytest.mark.parametrize("text", [HOSTILE, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\x00\x08=1"])
def test_texts_are_never_formulas(text):
    report = load("red_incomplete")
    report["site"]["name"] = text
    report["project"]["name"] = text
    finding = next(f for f in report["findings"] if f["code"] == "PF-01")
    finding["title"] = {"zh": text, "en": text}
    finding["authority"] = text
    finding["features"][0]["fields"] = {"QSDWMC": text, text: "长" * 40_000}
    data = render_xlsx(report)
    book = openpyxl.load_workbook(BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    with ZipFile(BytesIO(data)) as parts:
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<f " in sheet]
    if text[0] == "=":
        quoted = [cell for cell in cells if cell.value == text]
        assert quoted
        assert all(cell.quotePrefix for cell in quoted)


def test_confidential_findings_have_no_measure():
    report = load("confidential")
    row = next(row for sheet in read(report) for row in rows(sheet) if row.get("编码") == "PL-90")
    assert "涉密" in str(row) or "征询" in str(row)


def test_quantities_of_plain_tables_are_numbers_with_the_unit_in_the_head():
    table = Table(
        "表",
        ["名称", "面积", "占比", "代码", "长度"],
        [["甲", "12.50 m²", "1.08%", "0101", "3 m"], ["乙", "—", "50.00%", "1001", "2.5 亩"]],
    )
    sheet = plain_sheet(table, Words("zh"))
    assert [(c.head, c.kind) for c in sheet.columns] == [
        ("名称", "text"),
        ("面积（m²）", "m2"),
        ("占比（%）", "share"),
        ("代码", "text"),
        ("长度", "text"),
    ]
    assert sheet.rows[0][1:4] == (12.5, pytest.approx(0.0108), "0101")
    assert sheet.rows[1][1] is None


def test_what_looks_like_a_code_of_a_character_stays_what_it_is():
    report = load("red_incomplete")
    report["site"]["name"] = "地块_x0041_&<b>'\""
    data = render_xlsx(report)
    with ZipFile(BytesIO(data)) as parts:
        told = "".join(
            parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/")
        )
    assert "地块_x005F_x0041_&amp;&lt;b&gt;" in told
