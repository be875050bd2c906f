"""Sheets of tables whose cells are printed texts: what is a quantity becomes a number again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from checks.report.numbers import NONE
from checks.report.texts import Words
from checks.report.view_indicators import indicator_table
from checks.report.view_table import Table

Json = Mapping[str, Any]
Kind = Literal["text", "m2", "mu", "ha", "m", "share", "count", "number"]
Value = str | float | int | None

_QUANTITY = re.compile(r"(-?\d+(?:\.\d+)?) ?(m²|m|亩|mu|公顷|ha|%)")
_KINDS: Mapping[str, Kind] = MappingProxyType(
    {"m²": "m2", "m": "m", "亩": "mu", "mu": "mu", "公顷": "ha", "ha": "ha", "%": "share"}
)
_REQUIREMENT = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head with the unit, and what kind of value it holds."""

    head: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows below one head. `marks` colours cells by severity, `frozen` columns stay."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    frozen: int = 0
    filtered: bool = True
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)


def plain_sheet(table: Table, words: Words) -> Sheet:
    """Return a table as a sheet; a column of quantities in one unit becomes one of numbers.

    Figures without a unit stay texts: they may be codes.
    """
    pairs = [
        _column(head, [row[index] for row in table.rows], words)
        for index, head in enumerate(table.head)
    ]
    columns = [column for column, _ in pairs]
    rows = list(zip(*(values for _, values in pairs), strict=True))
    return Sheet(table.title, columns, rows, frozen=1)


def plain_sheets(tables: Iterable[Table], words: Words) -> list[Sheet]:
    """Return the sheets of several tables."""
    return [plain_sheet(table, words) for table in tables]


def _column(head: str, cells: Sequence[str], words: Words) -> tuple[Column, list[Value]]:
    found = {cell: _QUANTITY.fullmatch(cell) for cell in cells if cell != NONE}
    units = {match[2] if match else None for match in found.values()}
    if len(units) != 1 or None in units:
        return Column(head), [None if cell == NONE else cell for cell in cells]
    unit = str(units.pop())
    kind = _KINDS[unit]
    scale = 100.0 if kind == "share" else 1.0
    numbers = {cell: float(match[1]) / scale for cell, match in found.items() if match}
    named = head if unit in head else head + words.paren(unit)
    return Column(named, kind), [numbers.get(cell) for cell in cells]


def indicator_sheet(report: Json, words: Words) -> Sheet | None:
    """Return the control indicators, each value that is a number also as a number."""
    table = indicator_table(report, words)
    if table is None:
        return None
    sheet = plain_sheet(table, words)
    values = [_number(row["value"]) for row in report["indicators"]]
    columns, after = list(sheet.columns), _REQUIREMENT + 1
    columns.insert(after, Column(words("number_value"), "number"))
    rows = [
        (*row[:after], value, *row[after:]) for row, value in zip(sheet.rows, values, strict=True)
    ]
    return Sheet(sheet.title, columns, rows, frozen=_REQUIREMENT)


def _number(value: object) -> float | int | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
