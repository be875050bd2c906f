"""`report.xlsx`: a sheet for each table, numbers as numbers; written from the document alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from checks.report.reading import Reading
from checks.report.sheets import Column, Sheet, sheets_of
from checks.report.texts import Words
from checks.report.version import watermark
from checks.report.view import title_of
from gis.errors import Language
from maps.svg import clean, text_width
from maps.symbols import SEVERITY

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Json = Mapping[str, Any]

_FORMATS: Mapping[str, str] = {
    "m2": "#,##0.00",
    "mu": "#,##0.00",
    "ha": "#,##0.0000",
    "m": "#,##0.00",
    "share": "0.00%",
    "count": "0",
    "number": "General",
}
_MOST_CHARACTERS = 32_000
"""A cell of a spreadsheet holds 32767; the rest stands in `report.json`."""

_UNITS_PER_EM = 2.05
_WIDEST, _WIDEST_OF_MANY, _TALLEST, _LINE = 48.0, 30.0, 400.0, 14.0
_MANY = 10
"""Widths in spreadsheet units, heights in points; 409 points are the most a row may have."""

_SAMPLED = 300

_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_INK, _HEAD, _RULE = "FF1A1A1A", "FFE8ECE4", "FFB5B5B5"


def render_xlsx(report: Json, language: Language = "zh") -> bytes:
    """Return the workbook of a report, byte for byte the same for the same report.

    Texts are written as texts: what starts with `=` is no formula. Measures are those of the
    document, unrounded; their format shows as many decimals as the pages do.
    """
    return xlsx_of(Reading(report, language))


def xlsx_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_xlsx`."""
    from openpyxl import Workbook

    report, words = reading.report, reading.words
    workbook = Workbook()
    for first in list(workbook):
        workbook.remove(first)
    names: set[str] = set()
    styles = _Styles()
    for sheet in sheets_of(reading):
        worksheet = workbook.create_sheet(_name(sheet.title, names))
        _fill(worksheet, sheet, styles)
        _print_set_up(worksheet, sheet, report, words)
    day = date.fromisoformat(report["as_of"])
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day, without a zone
    workbook.properties.created = moment
    workbook.properties.creator = "Lantu"
    workbook.properties.title = clean(title_of(report, words))
    workbook.properties.identifier = report["digest"]
    buffer = BytesIO()
    workbook.save(buffer)
    return with_fixed_dates(buffer.getvalue(), f"{day.isoformat()}T00:00:00Z")


def _name(title: str, taken: set[str]) -> str:
    """Return a name that spreadsheets accept: 31 characters at most, each once."""
    bare = _NO_NAME.sub(" ", title).strip("' ")[:31] or "-"
    name, number = bare, 1
    while name.lower() in taken:
        number += 1
        end = f" {number}"
        name = bare[: 31 - len(end)] + end
    taken.add(name.lower())
    return name


# --- cells ------------------------------------------------------------------------------------


def _fill(worksheet: Worksheet, sheet: Sheet, styles: _Styles) -> None:
    from openpyxl.utils import get_column_letter

    widths: list[float] = []
    for index, column in enumerate(sheet.columns, 1):
        cell = _write(worksheet, 1, index, column.head)
        styles.put(cell, "head", "")
        texts = [row[index - 1] for row in sheet.rows[:_SAMPLED]]
        widest = _WIDEST if len(sheet.columns) < _MANY else _WIDEST_OF_MANY
        width = _width(column, [text for text in texts if isinstance(text, str)], widest)
        worksheet.column_dimensions[get_column_letter(index)].width = width
        widths.append(width)
    for number, row in enumerate(sheet.rows, 2):
        texts_of_row = [(v, w) for v, w in zip(row, widths, strict=True) if isinstance(v, str)]
        worksheet.row_dimensions[number].height = _height(texts_of_row)
        for index, (value, column) in enumerate(zip(row, sheet.columns, strict=True), 1):
            kind = "text" if isinstance(value, str) and column.kind == "number" else column.kind
            cell = _write(worksheet, number, index, value)
            mark = sheet.marks.get((number - 2, index - 1), "")
            styles.put(cell, kind, mark, quoted=_looks_like_formula(value))
    worksheet.freeze_panes = worksheet.cell(2, sheet.frozen + 1).coordinate
    if sheet.rows and sheet.filtered:
        last = get_column_letter(len(sheet.columns))
        worksheet.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"


class _Styles:
    """The looks of cells, each made once: openpyxl takes long to make one for every cell."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, bool], Any] = {}

    def put(self, cell: Any, kind: str, mark: str, *, quoted: bool = False) -> None:
        """Give a cell the style of its kind of value, with the colour of a severity."""
        key = (kind, mark, quoted)
        if key not in self._made:
            self._made[key] = self._make(cell.parent, kind, mark, quoted=quoted)
        cell._style = self._made[key]  # noqa: SLF001 - one style object for all cells alike

    @staticmethod
    def _make(worksheet: Worksheet, kind: str, mark: str, *, quoted: bool) -> Any:
        from openpyxl.cell import Cell
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        cell: Any = Cell(worksheet, 1, 1)
        line = Side(style="thin", color=_RULE)
        cell.border = Border(top=line, bottom=line, left=line, right=line)
        if kind == "head":
            cell.font, cell.fill = Font(bold=True, color=_INK), PatternFill("solid", fgColor=_HEAD)
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        elif kind == "text":
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        else:
            cell.alignment = Alignment(vertical="top", horizontal="right")
            cell.number_format = _FORMATS.get(kind, "General")
        symbol = SEVERITY.get(mark)
        if symbol is not None:
            cell.fill = PatternFill("solid", fgColor="FF" + symbol.fill[1:].upper())
        cell.quotePrefix = quoted
        return cell._style  # noqa: SLF001


def _looks_like_formula(value: object) -> bool:
    return isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}


def _write(worksheet: Worksheet, row: int, column: int, value: str | float | None) -> Any:
    cell: Any = worksheet.cell(row, column)
    if isinstance(value, str):
        text = clean(value)
        cut = len(text) - _MOST_CHARACTERS
        cell.value = text if cut <= 0 else text[:_MOST_CHARACTERS] + f"…（+{cut}）"
        cell.data_type = "s"  # never a formula, whatever the text begins with
    elif value is not None:
        cell.value = value
    return cell


def _width(column: Column, cells: Sequence[str], widest: float) -> float:
    """Return a width that holds short cells on one line and long ones on several."""
    head = text_width(column.head, _UNITS_PER_EM)
    if column.kind not in {"text", "number"}:
        return max(11.0, head + 3)
    longest = max((_longest_line(cell) for cell in cells if cell), default=0.0)
    return min(widest, max(9.0, head + 3, longest + 2))


def _longest_line(text: str) -> float:
    return max(text_width(line, _UNITS_PER_EM) for line in text.split("\n"))


def _height(cells: Sequence[tuple[str, float]]) -> float:
    """Return the height of a row from its texts and the widths of their columns."""
    most = 1
    for text, width in cells:
        if len(text) * _UNITS_PER_EM > width or "\n" in text:
            room = max(4.0, width - 2)
            lines = sum(
                max(1, math.ceil(text_width(line, _UNITS_PER_EM) / room))
                for line in text.split("\n")
            )
            most = max(most, lines)
    return min(_TALLEST, _LINE * most + 3)


def _print_set_up(worksheet: Worksheet, sheet: Sheet, report: Json, words: Words) -> None:
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    number = report["number"] or words("precheck")
    worksheet.page_setup.orientation = "landscape" if len(sheet.columns) > 4 else "portrait"
    large = len(sheet.columns) >= _MANY
    paper = worksheet.PAPERSIZE_A3 if large else worksheet.PAPERSIZE_A4
    worksheet.page_setup.paperSize = int(paper)
    worksheet.page_setup.fitToWidth = 1
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.print_title_rows = "1:1"
    worksheet.oddHeader = HeaderFooterItem(
        left=_HeaderFooterPart(text=_of_page(title_of(report, words))),
        center=_HeaderFooterPart(text=_of_page(watermark(report, words.language))),
        right=_HeaderFooterPart(text=_of_page(sheet.title)),
    )
    worksheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart(text=_of_page(f"{number}  {report['digest'][:16]}")),
        right=_HeaderFooterPart(text="&P / &N"),
    )


def _of_page(text: str) -> str:
    """Return a text for a page's head or foot: `&` starts a command there, 255 is the limit."""
    return clean(text)[:80].replace("&", "&&")


# --- the file ---------------------------------------------------------------------------------


def with_fixed_dates(data: bytes, moment: str) -> bytes:
    """Return the same workbook with the day of the check wherever openpyxl wrote the clock."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + moment.encode() + rb"\g<2>", content)
            entry = ZipInfo(info.filename, _ZIP_DAY)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            target.writestr(entry, content)
    return out.getvalue()
