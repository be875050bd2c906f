"""The indicator list alone: the rows of the report in PDF, DOCX and XLSX, hostile text inert."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from api.cli.main import main
from checks.report.annex import annex_docx, annex_pdf, annex_xlsx
from checks.report.canonical import canonical, digest_of
from gis.errors import LantuError
from tests.checks.test_pdf_report import load, squeezed


def entry(key, name, op, value, unit):
    return {
        "class": "planning",
        "key": key,
        "name": {"zh": name, "en": key},
        "op": op,
        "value": value,
        "unit": unit,
        "binding": "mandatory",
        "source": {
            "kind": "plan",
            "id": "p1",
            "title": {"zh": "规划", "en": "plan"},
            "force": None,
        },
        "authority": "自然资源主管部门",
        "article": "第三十八条",
        "stage": {"zh": "工程建设许可", "en": "works permit"},
        "conflict": None,
    }


@pytest.fixture
def report():
    document = load("red_incomplete")
    document["indicators"] = [
        entry("far", "容积率上限", "le", 2.75, "1"),
        entry("area", "用地面积", "eq", 20000.0, "m2"),
        entry("bad", "=cmd|' /C calc'!A0", "eq", "<script>#eval(1)", None),
    ]
    document["digest"] = digest_of(document)
    return document


def cells_of(content):
    table = next(t for t in Document(io.BytesIO(content)).tables if len(t.columns) == 10)
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_word_holds_the_rows_under_their_heads(report):
    head, far, area, bad = cells_of(annex_docx(report))
    assert head == ["类别", "指标", "控制要求", "单位", "强制或引导", "提出部门", "依据",
                    "适用阶段", "核验方式", "备注"]  # fmt: skip
    assert far[1:4] == ["容积率上限", "≤ 2.75", "—"]
    assert area[1:4][0] == "用地面积"
    assert area[2].endswith("20000")
    assert area[3] == "m²"
    assert bad[1] == "=cmd|' /C calc'!A0"


def test_pdf_says_what_the_list_belongs_to(report):
    reader = PdfReader(io.BytesIO(annex_pdf(report)))
    text = "".join(squeezed(page.extract_text()) for page in reader.pages)
    for told in ("土地资源和技术控制指标清单", "≤2.75", "<script>#eval(1)", report["digest"]):
        assert told in text
    assert squeezed(report["site"]["crs"]["zh"]) in text
    assert all(page.mediabox.width > page.mediabox.height for page in reader.pages)


def test_workbook_holds_values_as_numbers_and_no_formula(report):
    book = load_workbook(io.BytesIO(annex_xlsx(report)))
    sheet = book.worksheets[0]
    head, *rows = sheet.iter_rows()
    assert [cell.value for cell in head][:5] == ["类别", "指标", "控制要求", "数值", "单位"]
    assert [row[1].value for row in rows] == ["容积率上限", "用地面积", "=cmd|' /C calc'!A0"]
    assert rows[0][2].value == "≤ 2.75"
    assert [row[3].value for row in rows] == [2.75, 20000, None]
    assert {cell.data_type for row in rows for cell in row} == {"s", "n"}
    assert sheet.auto_filter.ref == "A1:K4"
    assert sheet.freeze_panes == "C2"


@pytest.mark.parametrize("write", [annex_pdf, annex_docx, annex_xlsx])
def test_the_same_bytes_twice_in_both_languages(report, write):
    assert write(report) == write(report)
    assert write(report, "en") == write(report, "en")
    assert write(report, "en") != write(report)


def test_a_report_without_indicators_is_refused():
    with pytest.raises(LantuError) as caught:
        annex_pdf(load("red_incomplete"))
    assert caught.value.code == "no_indicators"


def run(*args):
    return CliRunner().invoke(main, ["indicators", "annex", *map(str, args), "--json"])


def test_command_writes_by_the_ending_of_the_file(report, tmp_path: Path):
    source = tmp_path / "report.json"
    source.write_bytes(canonical(report))
    for name, start in (("a.pdf", b"%PDF"), ("b.docx", b"PK"), ("c.XLSX", b"PK")):
        done = run(source, "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).read_bytes().startswith(start)
    refused = run(source, "--out", tmp_path / "d.doc")
    assert refused.exit_code == 2
    assert json.loads(refused.stdout)["error"]["code"] == "unknown_format"


def test_command_refuses_a_changed_report(report, tmp_path: Path):
    report["indicators"][0]["value"] = 3.5
    source = tmp_path / "report.json"
    source.write_bytes(canonical(report))
    refused = run(source, "--out", tmp_path / "a.pdf")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["code"] == "report_altered"
    assert not (tmp_path / "a.pdf").exists()
