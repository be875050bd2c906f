"""GDAL in a process of many threads: its options are set once, its warnings go to who reads.

Both belong to the process. An option that is set and taken back for one file would hold for the
files that other threads read meanwhile; `warnings.catch_warnings` in two threads loses what they
should hear, and may leave behind filters that were meant for a moment.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

ARC_STEP_DEGREES: Final = 0.1
"""Step of arcs made into edges: chord height <= 1 mm up to a radius of 2.6 km."""

_OPTIONS: Final = {
    "OGR_ARC_STEPSIZE": str(ARC_STEP_DEGREES),
    "GDAL_HTTP_PROXY": "127.0.0.1:9",  # nothing that a file names is fetched
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "OGR_SQLITE_LIST_ALL_TABLES": "NO",
}
_HEARD: Final = (RuntimeWarning, UserWarning)


class _Hearing:
    """Who listens to warnings just now, each thread to its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._here = threading.local()
        self._listeners = 0
        self._catching: warnings.catch_warnings[Any] | None = None
        self._usual = warnings.showwarning
        self._is_set_up = False

    def set_up(self) -> None:
        """Set GDAL's options, once: GDAL reads them without a lock."""
        import pyogrio

        with self._lock:
            if not self._is_set_up:
                pyogrio.set_gdal_config_options(_OPTIONS)
                self._is_set_up = True

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """Collect the warnings of this thread; those of others take their usual way."""
        outer = getattr(self._here, "heard", None)
        heard: list[str] = []
        self._here.heard = heard
        self._begin()
        try:
            yield heard
        finally:
            self._here.heard = outer
            self._end()

    def _begin(self) -> None:
        with self._lock:
            self._listeners += 1
            if self._listeners > 1:
                return
            self._catching = warnings.catch_warnings()
            self._catching.__enter__()
            for category in _HEARD:
                warnings.simplefilter("always", category)
            if warnings.showwarning != self._told:
                self._usual = warnings.showwarning
            warnings.showwarning = self._told

    def _end(self) -> None:
        """Put everything back as it was once nobody listens."""
        with self._lock:
            self._listeners -= 1
            if self._listeners == 0 and self._catching is not None:
                self._catching.__exit__(None, None, None)
                self._catching = None

    def _told(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Take a warning to the list of its thread."""
        heard: list[str] | None = getattr(self._here, "heard", None)
        if heard is None:
            self._usual(message, category, filename, lineno, file, line)
        else:
            heard.append(str(message))


_hearing: Final = _Hearing()


@contextmanager
def reading() -> Iterator[list[str]]:
    """Read files by GDAL with our options; the list gets the warnings of this thread.

    Nothing else in the packages catches warnings or sets options of GDAL.
    """
    _hearing.set_up()
    with _hearing.heard() as heard:
        yield heard
