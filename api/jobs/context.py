"""What a job's work is given: its order, who asked, where its files are, and `step`."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from api.auth.roles import Principal
from api.operations.ending import ENDING
from api.records.jobs import Beat, save_progress
from api.services import Services

SAVE_EVERY_S = 0.5


class JobStopped(Exception):  # noqa: N818 - no fault: the work is told to stop between two steps
    """The work stops here; `state` says what becomes of the job."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


@dataclass
class JobContext:
    """One run of a job, in one worker."""

    services: Services
    id: str
    worker: str
    order: Mapping[str, Any]
    principal: Principal
    folder: Path
    moment: datetime
    kept: Any = None
    total: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _beat: Beat = field(default_factory=lambda: Beat(held=True, cancel=False))
    _saved_at: float = 0.0

    def step(self, done: int, total: int, kept: Any = None) -> None:
        """Tell how far the work is, and keep what it has; stop where it should.

        Raises
        ------
        JobStopped
            `cancelled` by somebody, `waiting` as the server ends, `lost` to another worker.
        """
        self.total = total
        if kept is not None:
            self.kept = kept
        due = time.monotonic() - self._saved_at >= SAVE_EVERY_S
        ending = self._stop.is_set() or ENDING.is_set()
        if due or ending:
            self._beat = save_progress(
                self.services.records, self.id, self.worker, done=done, total=total, kept=self.kept
            )
            self._saved_at = time.monotonic()
        if not self._beat.held:
            raise JobStopped("lost")
        if self._beat.cancel:
            raise JobStopped("cancelled")
        if ending:
            raise JobStopped("waiting")

    def told(self, beat: Beat) -> None:
        """Take what the heartbeat learned."""
        self._beat = beat

    def stop(self) -> None:
        """Stop at the next step: the server ends."""
        self._stop.set()
