"""Moments as they were written by `api.clock`."""

from __future__ import annotations

from datetime import datetime

from api.clock import OFFICE_ZONE


def moment_of(text: str) -> datetime:
    """Read a moment back that was kept as text."""
    return datetime.fromisoformat(text).astimezone(OFFICE_ZONE)
