"""A plain table of the HTML; its cells are printed texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checks.report.numbers import NONE

_FIGURE = re.compile(r"[<>±-]{0,2}\d[\d.]*%?( (m²|m|亩|mu|公顷|ha))?|—")


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table; cells are printed texts.

    A page shows the first `most` rows, 0 for all, and tells how many are left; a workbook has room
    for every row.
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    most: int = 0
    foot: str = ""

    @property
    def shown(self) -> list[list[str]]:
        """The rows that a page shows."""
        return self.rows[: self.most] if self.most else self.rows

    @property
    def left(self) -> int:
        """How many rows a page leaves out."""
        return len(self.rows) - len(self.shown)

    @property
    def figures(self) -> frozenset[int]:
        """Columns that hold figures alone, the first never: they stand to the right."""
        return frozenset(
            index
            for index in range(1, len(self.head))
            if all(_FIGURE.fullmatch(row[index]) for row in self.shown)
            and any(row[index] != NONE for row in self.shown)
        )
