"""A table as CSV: whatever a text begins with, a spreadsheet takes it for text."""

import csv
import io

import pytest

from api.pages.park.doors import csv_of
from checks.inheritance.area_use import UseTable
from tests.support.payloads import PAYLOADS

FORMULAS = ("formula", "plus", "minus", "at", "tab", "return", "wide formula")


@pytest.mark.parametrize("name", PAYLOADS)
def test_no_cell_begins_a_formula(name: str) -> None:
    text = PAYLOADS[name]
    made = csv_of(UseTable("表", ("a", text), ((text, 5), ("\n" + text, -2))))
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    texts = [rows[0][1], rows[1][0], rows[2][0]]
    assert not [cell for cell in texts if cell[:1] in set("=+-@\t\r\n＝＋－＠")]
    assert texts[0] == ("'" + text if name in FORMULAS else text)
    assert (rows[1][1], rows[2][1]) == ("5", "-2"), "numbers stay numbers"
