"""Kinds of values that many requests share; PostgreSQL keeps no text with a NUL in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

NO_NUL = r"^[^\x00]*$"

Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
"""A text of a body."""

Asked = Annotated[str, Query(max_length=200, pattern=NO_NUL)]
"""A text of a query."""

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""The number of a row, in the path."""
