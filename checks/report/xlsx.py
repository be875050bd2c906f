"""`report.xlsx`: a sheet for each table, numbers as numbers; written from the document alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checks.report.reading import Reading
from checks.report.sheets import sheets_of
from checks.report.sheets_plain import Column, Sheet
from checks.report.texts import Words
from checks.report.version import watermark
from checks.report.view import title_of
from checks.report.xlsx_xml import Book, SheetPart, Styles, Value, cell, letter
from gis.errors import Language
from maps.svg import text_width

Json = Mapping[str, Any]

_UNITS_PER_EM = 2.05
_WIDEST, _WIDEST_OF_MANY, _TALLEST, _LINE = 48.0, 30.0, 400.0, 14.0
_NEARLY = "nearly_all"
_HUNDREDTHS = frozenset({"m2", "mu", "m"})
_MANY = 10
"""Widths in spreadsheet units, heights in points; 409 points are the most a row may have."""

_SAMPLED = 300
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def render_xlsx(report: Json, language: Language = "zh") -> bytes:
    """Return the workbook of a report, byte for byte the same for the same report.

    Texts are written as texts: what starts with `=` is no formula. Measures are those of the
    document, unrounded; their format shows as many decimals as the pages do.
    """
    return xlsx_of(Reading(report, language))


def xlsx_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_xlsx`."""
    return write_sheets(
        sheets_of(reading), reading.report, reading.words, title_of(reading.report, reading.words)
    )


def write_sheets(sheets: Iterable[Sheet], report: Json, words: Words, title: str) -> bytes:
    """Return a workbook of some tables of a report."""
    number = report["number"] or words("precheck")
    foot = f"{number}  {report['digest'][:16]}"
    mark = watermark(report, words.language)
    return book_of(
        sheets, title, report["as_of"], mark=mark, foot=foot, identifier=report["digest"]
    )


def book_of(
    sheets: Iterable[Sheet],
    title: str,
    day: str,
    *,
    mark: str = "",
    foot: str = "",
    identifier: str = "",
) -> bytes:
    """Return a workbook; `day` (ISO) stands for its making, `mark` at the head of every page."""
    names: set[str] = set()
    styles = Styles()
    parts = [
        _part(sheet, _name(sheet.title, names), styles, (title, mark, sheet.title), foot)
        for sheet in sheets
    ]
    return Book(parts, styles, title, day, identifier).zipped()


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


def _part(
    sheet: Sheet, name: str, styles: Styles, head: tuple[str, str, str], foot: str
) -> SheetPart:
    widths = _widths(sheet)
    letters = [letter(index) for index in range(1, len(sheet.columns) + 1)]
    looks = styles.number("head")
    heads = "".join(
        cell(f"{at}1", column.head, looks)
        for at, column in zip(letters, sheet.columns, strict=True)
    )
    rows = [f'<row r="1">{heads}</row>']
    kinds = [column.kind for column in sheet.columns]
    for number, row in enumerate(sheet.rows, 2):
        texts = [(v, w) for v, w in zip(row, widths, strict=True) if isinstance(v, str)]
        cells = "".join(
            cell(f"{at}{number}", value, _style(styles, sheet, (number - 2, index), value, kind))
            for index, (at, value, kind) in enumerate(zip(letters, row, kinds, strict=True))
        )
        rows.append(f'<row r="{number}" ht="{_height(texts):g}" customHeight="1">{cells}</row>')
    filtered = sheet.rows and sheet.filtered
    return SheetPart(
        name=name,
        widths=widths,
        rows=rows,
        frozen=sheet.frozen,
        filtered=f"A1:{letters[-1]}{len(sheet.rows) + 1}" if filtered else "",
        landscape=len(sheet.columns) > 4,
        large=len(sheet.columns) >= _MANY,
        head=head,
        foot=(foot, "&amp;P / &amp;N"),
    )


def _style(styles: Styles, sheet: Sheet, at: tuple[int, int], value: Value, kind: str) -> int:
    """Return the look of a cell: a text among numbers is a text, a formula's sign is quoted."""
    if not isinstance(value, str):
        return styles.number(_near_the_edge(value, kind), sheet.marks.get(at, ""))
    quoted = value.startswith(_FORMULA_MARKS)
    return styles.number("text", sheet.marks.get(at, ""), quoted=quoted)


def _near_the_edge(value: float | None, kind: str) -> str:
    """Return the kind of a number that its decimals would show as nothing, or a share as all."""
    if not value:
        return kind
    if kind == "share":
        return "tiny_share" if 0 < value < 0.00005 else _NEARLY if 0.99995 <= value < 1 else kind
    return "tiny" if kind in _HUNDREDTHS and 0 < value < 0.005 else kind


# --- sizes ------------------------------------------------------------------------------------


def _widths(sheet: Sheet) -> list[float]:
    widest = _WIDEST if len(sheet.columns) < _MANY else _WIDEST_OF_MANY
    return [
        _width(column, [row[index] for row in sheet.rows[:_SAMPLED]], widest)
        for index, column in enumerate(sheet.columns)
    ]


def _width(column: Column, cells: Sequence[Value], widest: float) -> float:
    """Return a width that holds short cells on one line and long ones on several."""
    head = text_width(column.head, _UNITS_PER_EM)
    if column.kind not in {"text", "number"}:
        return max(11.0, head + 3)
    width = max(9.0, head + 3)
    for text in dict.fromkeys(cells):
        # no character is wider than an em: most texts are too short to matter
        if isinstance(text, str) and len(text) * _UNITS_PER_EM + 2 > width:
            width = max(width, _longest_line(text) + 2)
            if width >= widest:
                return widest
    return min(widest, width)


def _longest_line(text: str) -> float:
    return max(text_width(line, _UNITS_PER_EM) for line in text.split("\n"))


def _height(cells: Sequence[tuple[str, float]]) -> float:
    """Return the height of a row from its texts and the widths of their columns."""
    most = 1
    for text, width in cells:
        if len(text) * _UNITS_PER_EM > width - 2 or "\n" in text:
            room = max(4.0, width - 2)
            lines = sum(
                max(1, math.ceil(text_width(line, _UNITS_PER_EM) / room))
                for line in text.split("\n")
            )
            most = max(most, lines)
    return min(_TALLEST, _LINE * most + 3)
