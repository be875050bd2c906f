"""A plain workbook of tables: texts stay texts, numbers numbers, the same tables the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from checks.inheritance.area_use import UseTable
from checks.report.sheets_plain import Column, Sheet, Value
from checks.report.xlsx import book_of


def write_workbook(tables: Sequence[UseTable], *, title: str, day: date) -> bytes:
    """Return the workbook, one sheet a table; `day` stands for its making."""
    return book_of([_sheet(table) for table in tables], title, day.isoformat())


def _sheet(table: UseTable) -> Sheet:
    rows = [[_value(value) for value in row] for row in table.rows]
    numbers = [
        any(isinstance(row[index], int | float) for row in rows) for index in range(len(table.head))
    ]
    columns = [
        Column(head, "number" if number else "text")
        for head, number in zip(table.head, numbers, strict=True)
    ]
    return Sheet(table.title, columns, rows, frozen=1)


def _value(value: object) -> Value:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, str | int | float) else None
