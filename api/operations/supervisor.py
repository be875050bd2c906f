"""The first of several server processes: it replaces those that die, and ends all together."""

from __future__ import annotations

import logging
import pickle
import signal
import sys
import time
from pathlib import Path
from socket import socket

from prometheus_client.multiprocess import mark_process_dead
from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

log = logging.getLogger("lantu.serve")

_LOOK_S = 0.1
_TRY_AGAIN_S = 1.0
_END = (signal.SIGINT, signal.SIGTERM)


class Supervisor(Multiprocess):
    """Keeps the workers of a service.

    A worker that cannot start ends the service only as long as none has served: later it is the
    database that is away, and comes back.

    Parameters
    ----------
    figures
        Folder to which the workers write their figures.
    longest_s
        How long the workers may take to end.
    """

    def __init__(
        self, config: Config, sockets: list[socket], *, figures: Path, longest_s: float
    ) -> None:
        super().__init__(config, sockets)
        self._figures = figures
        self._longest_s = longest_s
        self._has_served = False
        self._has_failed = False

    def run(self) -> None:
        """Keep the workers until a signal ends them; leave with a code where none could start."""
        super().run()
        if self._has_failed:
            sys.exit(STARTUP_FAILURE)

    # --- while it serves --------------------------------------------------------------------

    def keep_subprocess_alive(self) -> None:
        """Replace each worker that is gone, or says nothing for too long."""
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set() or self._answers(process):
                continue
            process.kill()
            process.join()
            mark_process_dead(process.pid, str(self._figures))  # type: ignore[no-untyped-call]
            failed = process.exitcode == STARTUP_FAILURE
            if failed and not self._has_served:
                log.error("process %s could not start: the service ends", process.pid)
                self._has_failed = True
                self.should_exit.set()
                return
            log.warning("process %s ended (%s) and is replaced", process.pid, process.exitcode)
            if failed and self.should_exit.wait(_TRY_AGAIN_S):
                return
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def _answers(self, process: Process) -> bool:
        """Whether a worker lives and answers; true when a signal came before it is known."""
        try:
            process.parent_conn.send(b"ping")
            end = time.monotonic() + self.config.timeout_worker_healthcheck
            while time.monotonic() < end and process.process.is_alive():
                if self._is_told():
                    return True
                if process.parent_conn.poll(_LOOK_S):
                    self._has_served = bool(process.parent_conn.recv()) or self._has_served
                    return True
        except (OSError, EOFError, pickle.UnpicklingError):
            return False
        return False

    def _is_told(self) -> bool:
        return any(number in _END for number in self.signal_queue)

    # --- the end ----------------------------------------------------------------------------

    def terminate_all(self) -> None:
        """Tell the workers to end; nobody waits in the queue of a socket that nobody serves."""
        for one in self.sockets:
            one.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the workers; a second signal, or the end of their time, ends them at once."""
        end = time.monotonic() + self._longest_s
        while any(process.process.is_alive() for process in self.processes):
            if self._is_told() or time.monotonic() > end:
                log.warning("what still runs is cut off")
                for process in self.processes:
                    process.process.kill()
                break
            time.sleep(_LOOK_S)
        super().join_all()
