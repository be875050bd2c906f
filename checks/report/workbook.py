"""A plain workbook of tables: texts stay texts, numbers numbers, the same tables the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from checks.inheritance.area_use import UseTable
from checks.report.xlsx import with_fixed_dates
from maps.svg import clean

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LONGEST = 32_000
"""A cell holds 32767 characters."""
_NARROW, _WIDE = 10, 48


def write_workbook(tables: Sequence[UseTable], *, title: str, day: date) -> bytes:
    """Return the workbook, one sheet a table; `day` stands for its making."""
    from openpyxl import Workbook

    workbook = Workbook()
    for first in list(workbook):
        workbook.remove(first)
    for table in tables:
        _fill(workbook.create_sheet(table.title[:31]), table)
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day, without a zone
    workbook.properties.created = moment
    workbook.properties.creator = "Lantu"
    workbook.properties.title = clean(title)
    buffer = BytesIO()
    workbook.save(buffer)
    return with_fixed_dates(buffer.getvalue(), f"{day.isoformat()}T00:00:00Z")


def _fill(sheet: Worksheet, table: UseTable) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    widths = [_NARROW] * len(table.head)
    for number, row in enumerate((table.head, *table.rows), 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = clean(value)[:_LONGEST]
                cell.data_type = "s"  # a text that starts with `=` is no formula
                # a Chinese character takes two places
                wide = sum(2 if ord(mark) > 0x2E80 else 1 for mark in value) + 2
                widths[column - 1] = min(_WIDE, max(widths[column - 1], wide))
            elif isinstance(value, Decimal | int):
                cell.value = value
            if number == 1:
                cell.font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
