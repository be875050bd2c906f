"""Section 12: every edition with its secrecy level and how old it was on the day of the check."""

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from openpyxl import load_workbook

from checks.report.formats import FORMATS
from checks.report.html import render_html
from checks.report.schema import report_schema
from tests.api import test_cli_check
from tests.api.test_cli_check import box as square
from tests.api.test_cli_check import check, geojson

office = pytest.fixture(test_cli_check.office.__wrapped__)


@pytest.fixture
def report(office: Path, tmp_path: Path):
    site = geojson(tmp_path / "s.geojson", square(0, 0, 100, 100))
    _, out = check(office, site, "--as-of", "2026-06-01", "--confidential")
    return json.loads((out / "1" / "report.json").read_bytes())


def test_the_document_tells_both(report):
    jsonschema.validate(report, report_schema())
    told = {
        row["layer"]: (row["confidential"], row["freshness_days"]) for row in report["data_basis"]
    }
    assert told == {"a.red": (False, None), "a.secret": (True, None)}


def test_pages_and_workbook_show_both(report):
    """From 1 January to 1 June 2026 are 31 + 28 + 31 + 30 + 31 = 151 days."""
    report["data_basis"][0]["freshness_days"] = 365
    rows = [
        ["".join(cell.itertext()) for cell in row]
        for row in ET.fromstring(render_html(report, "zh")).iter("{http://www.w3.org/1999/xhtml}tr")
    ] or [
        ["".join(cell.itertext()) for cell in row]
        for row in ET.fromstring(render_html(report, "zh")).iter("tr")
    ]
    shown = {row[0]: row for row in rows if row and row[0].startswith("a.")}
    assert "非涉密" in shown["a.red（a.red）"]
    assert "151 天（上限 365 天）" in shown["a.red（a.red）"]
    assert "涉密" in shown["a.secret（a.secret）"]
    assert "151 天" in shown["a.secret（a.secret）"]
    book = load_workbook(io.BytesIO(FORMATS["xlsx"].render(report, "zh")))
    sheet = next(one for one in book if "密级" in [cell.value for cell in one[1]])
    head = [str(cell.value).partition("（")[0] for cell in sheet[1]]
    row = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
    assert (row["密级"], row["时效"], row["时效上限"]) == ("非涉密", 151, 365)


def test_a_report_of_before_says_nothing_of_it(report):
    for row in report["data_basis"]:
        del row["confidential"], row["freshness_days"]
    jsonschema.validate(report, report_schema())
    for form in ("html", "xlsx", "pdf", "docx"):
        assert FORMATS[form].render(report, "en")
