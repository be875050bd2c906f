"""The one place where the clock is read: whole days and moments of Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return this moment in Asia/Shanghai, to the second."""
    return datetime.now(OFFICE_ZONE).replace(microsecond=0)


def today() -> date:
    """Return the day it is in Asia/Shanghai."""
    return now().date()
