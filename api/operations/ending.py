"""Whether this process was told to end: set by the signal, asked by whoever works for long."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from types import FrameType

from gis.errors import LantuError, Text

ENDING = threading.Event()
"""Set once the process was told to end. Event streams close, jobs give back their leases."""


def watch_signals(wait_seconds: float) -> None:
    """Set `ENDING` at the first SIGTERM or SIGINT, and let the server end after a while.

    Called in the main thread of a server process, when the server's own handlers are in place. In
    the time between, `/readyz` answers 503 and a balancer sends its requests elsewhere.

    A second signal ends the process at once. Of several processes it is the first one that hears
    it, and ends the others: they may be told twice of one end, by the terminal and by it.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    supervisor = multiprocessing.parent_process()
    for number in (signal.SIGINT, signal.SIGTERM):
        then = signal.getsignal(number)
        if callable(then):
            signal.signal(number, _announce(then, wait_seconds, told_twice=supervisor is not None))
    if supervisor is not None:
        threading.Thread(
            target=_end_with, args=(supervisor.sentinel,), name="lantu-supervisor", daemon=True
        ).start()


def _announce(
    then: Callable[[int, FrameType | None], object], wait_seconds: float, *, told_twice: bool
) -> Callable[[int, FrameType | None], None]:
    def told(number: int, frame: FrameType | None) -> None:
        """Note the signal; the server ends in its own order."""
        if ENDING.is_set():
            if not told_twice:
                end_now(number)
            return
        ENDING.set()
        if wait_seconds > 0:
            later = threading.Timer(wait_seconds, then, (number, None))
            later.daemon = True
            later.start()
        else:
            then(number, frame)

    return told


def end_now(number: int) -> None:
    """End this process as the signal does where nobody listens: no thread is waited for."""
    sys.stdout.flush()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def _end_with(supervisor: int) -> None:
    """End in good order when the first process is gone: nobody would replace or end this one."""
    wait([supervisor])
    os.kill(os.getpid(), signal.SIGTERM)


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
