"""Told to end, the service answers what it works on; a second signal, or its time, ends it.

A request is held at work by the test, which holds the lock of the catalogue that it must write to.
"""

import http.client
import json
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from layers.store.embedded import Workspace
from tests.support.live_server import LiveServer, live_server
from tests.support.served import empty_workspace
from tests.support.service import running

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("workers", ["1", "2"])]

SITE = "SRID=4548;POLYGON((445000 2706000,445100 2706000,445100 2706100,445000 2706000))"
ENDED = {0, -signal.SIGTERM, -signal.SIGINT}
SOON_S = 20


@dataclass
class Asked(threading.Thread):
    """Somebody who issues a report, and what came back."""

    address: str
    token: str
    status: int | None = None
    body: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        place = urlsplit(self.address)
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        asked = json.dumps({"site": SITE, "issue": True, "as_of": "2026-11-20"})
        with closing(http.client.HTTPConnection(str(place.hostname), place.port)) as connection:
            try:
                connection.request("POST", "/api/v1/checks", asked, head)
                answer = connection.getresponse()
                self.status, self.body = answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException) as error:
                self.error = error


@dataclass(frozen=True)
class Work:
    """A server that works on a request for as long as the lock is held."""

    server: LiveServer
    asked: Asked
    release: Callable[[], None]
    place: Path

    def tell(self, number: int = signal.SIGTERM) -> None:
        self.server.process.send_signal(number)

    def wait_until_refused(self) -> None:
        """New requests are refused, the old one is still at work."""
        end = time.monotonic() + SOON_S
        while _connects(self.server.address):
            assert time.monotonic() < end, "new requests are not refused"
            time.sleep(0.05)
        assert self.asked.status is None


@contextmanager
def at_work(folder: Path, workers: str, **environment: str) -> Iterator[Work]:
    place = empty_workspace(folder / "workspace", packs=("cn-base",))
    with running(place) as service:
        token = service.token("planner")
    options = ("--workers", workers)
    with (
        live_server(place, folder / "log", *options, **environment) as server,
        closing(sqlite3.connect(place / "catalogue.sqlite", isolation_level=None)) as lock,
    ):
        lock.execute("BEGIN IMMEDIATE")
        asked = Asked(server.address, token)
        asked.start()
        _until_kept(place / "records.sqlite")

        def release() -> None:
            lock.execute("ROLLBACK")

        yield Work(server, asked, release, place)


def _until_kept(records: Path) -> None:
    """Wait until the report is made; its release is what waits for the lock."""
    end = time.monotonic() + SOON_S
    with closing(sqlite3.connect(records)) as database:
        while database.execute("SELECT count(*) FROM app_report").fetchone() == (0,):
            assert time.monotonic() < end, "the request is not at work"
            time.sleep(0.05)


def _connects(address: str) -> bool:
    place = urlsplit(address)
    with suppress(OSError), socket.create_connection((place.hostname, place.port), timeout=5):
        return True
    return False


def test_what_is_at_work_is_answered(tmp_path: Path, workers: str) -> None:
    with at_work(tmp_path, workers) as work:
        work.tell()
        work.wait_until_refused()
        work.release()
        work.asked.join(SOON_S)
        assert (work.asked.status, work.asked.error) == (201, None)
        assert work.server.process.wait(SOON_S) in ENDED
        digest = work.asked.body["report"]["digest"]
    workspace = Workspace.open(work.place)
    assert workspace.releases.holds(digest)
    workspace.close()
    assert "Traceback" not in work.server.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_its_time_ends_it(tmp_path: Path, workers: str, number: int) -> None:
    """The thread that still waits for its lock is not waited for."""
    with at_work(tmp_path, workers, LANTU_REQUEST_SECONDS="2") as work:
        work.tell(number)
        work.asked.join(SOON_S)
        assert (work.asked.status, work.asked.body["code"]) == (503, "took_too_long")
        assert work.server.process.wait(SOON_S) in ENDED


def test_a_second_signal_ends_it_at_once(tmp_path: Path, workers: str) -> None:
    with at_work(tmp_path, workers) as work:
        work.tell()
        work.wait_until_refused()
        work.tell()
        assert work.server.process.wait(SOON_S) in ENDED
        work.asked.join(SOON_S)
        assert work.asked.error is not None
        assert not _connects(work.server.address)


def test_a_second_signal_ends_the_wait_of_a_balancer(tmp_path: Path, workers: str) -> None:
    with at_work(tmp_path, workers, LANTU_DRAIN_SECONDS="300") as work:
        work.release()
        work.asked.join(SOON_S)
        work.tell()
        end = time.monotonic() + SOON_S
        while work.server.get("/readyz")[0] != 503:
            assert time.monotonic() < end
            time.sleep(0.05)
        work.tell()
        assert work.server.process.wait(SOON_S) in ENDED


def test_workers_end_with_their_first_process(tmp_path: Path, workers: str) -> None:
    with at_work(tmp_path, workers) as work:
        work.release()
        work.asked.join(SOON_S)
        os.kill(work.server.process.pid, signal.SIGKILL)
        end = time.monotonic() + SOON_S
        while _connects(work.server.address):
            assert time.monotonic() < end, "its workers live on and hold the port"
            time.sleep(0.05)
