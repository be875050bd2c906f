"""Whether this process was told to end: set by the signal, asked by whoever works for long."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType

from gis.errors import LantuError, Text

ENDING = threading.Event()
"""Set once the process was told to end. Event streams close, jobs give back their leases."""


def watch_signals(wait_seconds: float) -> None:
    """Set `ENDING` at the first SIGTERM or SIGINT, and let the server end after a while.

    Called in the main thread of a server process, when the server's own handlers are in place. In
    the time between, `/readyz` answers 503 and a balancer sends its requests elsewhere; a second
    signal ends the wait.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        then = signal.getsignal(number)
        if callable(then):
            signal.signal(number, _announce(then, wait_seconds))


def _announce(
    then: Callable[[int, FrameType | None], object], wait_seconds: float
) -> Callable[[int, FrameType | None], None]:
    def told(number: int, frame: FrameType | None) -> None:
        """Note the signal; the server ends in its own order."""
        first = not ENDING.is_set()
        ENDING.set()
        if first and wait_seconds > 0:
            later = threading.Timer(wait_seconds, then, (number, None))
            later.daemon = True
            later.start()
        else:
            then(number, frame)

    return told


def refuse_when_ending() -> None:
    """Refuse, as `/readyz` does, once the process was told to end.

    Raises
    ------
    LantuError
        `shutting_down` (503).
    """
    if ENDING.is_set():
        raise LantuError(
            "shutting_down",
            Text("服务正在停止", "The service is shutting down"),
            Text("请稍后重试", "Try again in a moment"),
        )
