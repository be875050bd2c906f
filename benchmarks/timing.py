"""Timing, and the table that is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measured thing; `ratio` is peer time over our time, above 1 we are faster."""

    what: str
    ours: str
    peer: str = ""
    ratio: float | None = None

    def text(self) -> str:
        shown = "" if self.ratio is None else f"{self.ratio:8.2f} x"
        return f"{self.what:<46}{self.ours:>20}  {self.peer:<42}{shown}"


def median_ms(work: Callable[[], object], repeat: int = 15) -> float:
    """Median of several runs in milliseconds; the first run warms up and does not count."""
    work()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def seconds(work: Callable[[], object]) -> float:
    """One run in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
