"""A plain table of the HTML; its cells are printed texts."""

from __future__ import annotations

from dataclasses import dataclass


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
