"""A plain table of the HTML; its cells are printed texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A plain table; cells are printed texts."""

    title: str
    head: list[str]
    rows: list[list[str]]
    left: int = 0
    foot: str = ""
