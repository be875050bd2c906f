"""Figures for the operator, in the Prometheus text format.

Of several server processes any one answers for all: `lantu serve` gives them a common folder
(`PROMETHEUS_MULTIPROC_DIR`, prometheus_client's own way) before they start.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

if TYPE_CHECKING:
    from api.services import Services

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_MEMORY_EVERY_S = 5.0

_registry = CollectorRegistry()
_requests = Counter(
    "lantu_requests", "Requests answered", ["route", "method", "status"], registry=_registry
)
_seconds = Histogram(
    "lantu_request_seconds", "Time to answer", ["route"], buckets=_BUCKETS, registry=_registry
)
_memory = Gauge(
    "lantu_process_resident_bytes",
    "Memory of each server process",
    ["worker"],
    registry=_registry,
    multiprocess_mode="livemostrecent",
)
_measured = [0.0]


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    _requests.labels(route, method, str(status)).inc()
    _seconds.labels(route).observe(seconds)
    if time.monotonic() - _measured[0] > _MEMORY_EVERY_S:
        measure_memory()


def measure_memory() -> None:
    """Note this process's memory."""
    _measured[0] = time.monotonic()
    resident = _resident_bytes()
    if resident is not None:
        _memory.labels(str(os.getpid())).set(resident)


def _resident_bytes() -> int | None:
    """Resident memory; None where the system does not tell it in /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * _page_size()


@lru_cache(maxsize=1)
def _page_size() -> int:
    return os.sysconf("SC_PAGE_SIZE")


def page(services: Services) -> bytes:
    """Return all figures as the text that Prometheus reads."""
    measure_memory()
    own = CollectorRegistry()
    own.register(_Databases(services))
    folder = os.environ.get(SHARED_FOLDER)
    if not folder:
        return generate_latest(_registry) + generate_latest(own)
    shared = CollectorRegistry()
    shared.register(_Processes(Path(folder)))
    return generate_latest(shared) + generate_latest(own)


class _Processes:
    """Figures of all processes, from the files that they write to a common folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Yield the sums; a process that is just making its file has nothing to tell yet."""
        from prometheus_client.multiprocess import MultiProcessCollector

        begun = sorted(str(file) for file in self._folder.glob("*.db") if _size(file))
        yield from MultiProcessCollector.merge(begun, accumulate=True)  # type: ignore[no-untyped-call]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # its process has just ended
        return 0


class _Databases:
    """Figures read from workspace and records when asked: the same whichever process answers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """Yield what the databases say now."""
        from api.records.tables import Job, Report

        yield GaugeMetricFamily(
            "lantu_workspace_revision",
            "Newest revision of the workspace",
            value=self._services.workspace.revision,
        )
        reports = GaugeMetricFamily("lantu_reports", "Reports kept", labels=["colour"])
        jobs = GaugeMetricFamily("lantu_jobs", "Jobs", labels=["state"])
        with self._services.records.reading() as session:
            for family, column in ((reports, Report.colour), (jobs, Job.state)):
                for value, count in session.execute(
                    select(column, func.count()).group_by(column).order_by(column)
                ):
                    family.add_metric([value], count)
        yield reports
        yield jobs
