"""Kinds of values that many requests share; PostgreSQL keeps no text with a NUL in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from gis.errors import LantuError, Text

NO_NUL = r"^[^\x00]*$"

Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
"""A text of a body."""

Asked = Annotated[str, Query(max_length=200, pattern=NO_NUL)]
"""A text of a query."""

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of a row, in the path."""


def day_of(text: str, *, where: str) -> date | None:
    """Read a day that a person wrote; None for nothing.

    Raises
    ------
    LantuError
        `bad_value`, naming the field `where`.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LantuError(
            "bad_value",
            Text(f"“{text[:40]}”不是日期", f"{text[:40]!r} is no date"),
            Text("请写成 2026-11-20", "Write 2026-11-20"),
            where=where,
        ) from None


def own_path(said: str) -> str:
    """Return a path of our own pages to go on to; `/` for anything that could lead elsewhere."""
    fits = said.startswith("/") and not said.startswith("//") and "\\" not in said
    return said if fits and said.isprintable() else "/"
