"""The worker of a server process: one thread claims jobs and does them, one keeps the lease."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.clock import now
from api.jobs import all_kinds as _all_kinds  # noqa: F401 - enters them
from api.jobs.context import JobContext, JobStopped
from api.jobs.kinds import KINDS
from api.jobs.people import principal_of
from api.records.idempotency import forget_old
from api.records.jobs import ENDED, claim, extend, finish, give_back
from api.records.tables import Job
from api.services import Services
from gis.errors import LantuError, Text

log = logging.getLogger("lantu.jobs")

POLL_S = 1.0
_ORPHAN_S = 86_400.0
_SWEEP_S = 3_600.0
_OURS = ("lantu-upload-", "lantu-named-", "lantu-unpack-")
"""Folders of requests and of publishing; none is used for a day."""


class JobRunner:
    """Does the jobs of a service, one at a time; several processes share the work."""

    def __init__(
        self, services: Services, *, lease_s: float | None = None, poll_s: float = POLL_S
    ) -> None:
        self._services = services
        self._lease_s = lease_s or services.settings.job_lease_seconds
        self._poll_s = poll_s
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._current: JobContext | None = None
        self._threads = [
            threading.Thread(target=self._run, name="lantu-jobs", daemon=True),
            threading.Thread(target=self._keep, name="lantu-jobs-lease", daemon=True),
        ]

    def start(self) -> None:
        """Begin to look for work."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look for work now: a job was just entered in this process."""
        self._wake.set()

    def stop(self, wait_s: float = 20.0) -> None:
        """Stop at the running job's next step and give its lease back."""
        self._stopping.set()
        self._wake.set()
        if (current := self._current) is not None:
            current.stop()
        for thread in self._threads:
            thread.join(wait_s)

    # --- the work ---------------------------------------------------------------------------

    def _run(self) -> None:
        swept = -_SWEEP_S
        while not self._stopping.is_set():
            try:
                if time.monotonic() - swept >= _SWEEP_S:
                    swept = time.monotonic()
                    _sweep(self._services)
                job = claim(self._services.records, self.worker, at=now(), lease_s=self._lease_s)
                if job is not None and self._do(job) != "waiting":
                    continue
            except LantuError as error:  # the records are away: they come back
                log.warning("jobs wait: %s", error)
            except Exception:
                log.exception("fault while looking for jobs")
            self._wake.wait(self._poll_s)
            self._wake.clear()

    def _do(self, job: Job) -> str:
        """Do one job; return what became of it."""
        context = JobContext(
            services=self._services,
            id=job.id,
            worker=self.worker,
            order=job.order,
            principal=principal_of(self._services, job.user_id),
            folder=self._services.spool / job.id,
            moment=now(),
            kept=job.result,
            total=job.total,
        )
        self._current = context
        if self._stopping.is_set():
            context.stop()
        log.info("job %s of kind %s begins, attempt %d", job.id, job.kind, job.attempts)
        try:
            state = self._outcome(job, context)
        finally:
            self._current = None
        log.info("job %s: %s", job.id, state)
        if state in ENDED:
            shutil.rmtree(context.folder, ignore_errors=True)
        return state

    def _outcome(self, job: Job, context: JobContext) -> str:
        records = self._services.records
        error: LantuError
        try:
            result = KINDS[job.kind].work(context)
        except JobStopped as stopped:
            if stopped.state == "waiting":
                give_back(records, job.id, self.worker)
            elif stopped.state == "cancelled":
                finish(records, job.id, self.worker, state="cancelled", at=now())
            return stopped.state
        except LantuError as refusal:
            if refusal.passes:
                log.warning("job %s waits: %s", job.id, refusal)
                give_back(records, job.id, self.worker)
                return "waiting"
            error = refusal
        except Exception:
            log.exception("fault in job %s", job.id)
            error = _fault(job.id)
        else:
            held = finish(records, job.id, self.worker, state="done", at=now(), result=result)
            return "done" if held else "lost"
        finish(records, job.id, self.worker, state="failed", at=now(), error=error)
        return "failed"

    # --- the lease --------------------------------------------------------------------------

    def _keep(self) -> None:
        while not self._stopping.wait(self._lease_s / 4):
            context = self._current
            if context is None:
                continue
            try:
                context.told(
                    extend(
                        self._services.records,
                        context.id,
                        self.worker,
                        at=now(),
                        lease_s=self._lease_s,
                    )
                )
            except LantuError as error:
                log.warning("lease of job %s not extended: %s", context.id, error)


@contextmanager
def working(services: Services) -> Iterator[JobRunner]:
    """Do jobs while the block runs."""
    runner = services.jobs = JobRunner(services)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()
        services.jobs = None


def _sweep(services: Services) -> None:
    """Forget old keys; remove files of jobs that were never entered, or have ended."""
    forget_old(services.records, now())
    remove_left(Path(tempfile.gettempdir()))
    if not services.spool.is_dir():
        return
    with services.records.reading() as session:
        for folder in services.spool.iterdir():
            job = session.get(Job, folder.name)
            old = time.time() - _modified(folder) > _ORPHAN_S
            if (job is None and old) or (job is not None and job.state in ENDED):
                shutil.rmtree(folder, ignore_errors=True)


def remove_left(folder: Path) -> None:
    """Remove what requests of a killed process left: they remove their own files otherwise."""
    for path in folder.iterdir():
        if path.name.startswith(_OURS) and time.time() - _modified(path) > _ORPHAN_S:
            shutil.rmtree(path, ignore_errors=True)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _fault(job: str) -> LantuError:
    return LantuError(
        "internal_fault",
        Text(f"程序内部故障，任务编号 {job}", f"Internal fault in job {job}"),
        Text("请把编号告诉管理员", "Tell the operator the id"),
    )
