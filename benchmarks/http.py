"""The JSON report over HTTP on the sample town: two server processes, clients with real sockets.

Each request is a site of its own, so that no answer repeats another. The clients run in a process
of their own; what they take of the processors is stated apart, for they share them with the server.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from benchmarks.timing import Line
from sample_data.sites import random_sites

WORKERS, CLIENTS = 2, 8
ALONE, TOGETHER = 100, 400
_CHECK = "/api/v1/checks"


@dataclass(frozen=True)
class Measured:
    """Latencies in seconds, how long all took, and the clients' share of the processors."""

    each: list[float]
    wall: float
    client_cpu: float
    digests: list[str]

    def line(self, what: str) -> Line:
        p95 = quantiles(self.each, n=20)[-1]
        rate = f"{len(self.each) / self.wall:.1f} reports/s"
        clients = f"clients took {100 * self.client_cpu / self.wall:.0f} % of a core"
        spent = f"{median(self.each) * 1000:.0f} / {p95 * 1000:.0f} ms"
        return Line(what, spent, f"{rate}; {clients}")


def run(workspace: Path) -> Iterator[Line]:
    """Measure one client alone, then eight at once, and compare the reports of both."""
    place = workspace.with_name("http_workspace")
    shutil.copytree(workspace, place)
    try:
        with served(place, planner_token(place), workers=WORKERS) as server:
            address, token = server.address, server.token
            bodies = bodies_of(TOGETHER)
            ask(address, token, bodies[-20:], clients=CLIENTS)  # warm up both processes
            alone = ask(address, token, bodies[:ALONE], clients=1)
            yield alone.line("report over HTTP, 1 client: median / p95")
            together = ask(address, token, bodies, clients=CLIENTS)
            yield together.line(f"the same, {CLIENTS} clients, {TOGETHER} sites")
            again = ask(address, token, bodies, clients=1)
            same = sum(a == b for a, b in zip(together.digests, again.digests, strict=True))
            yield Line("reports equal to the sequential ones", f"{same} of {TOGETHER}")
    finally:
        shutil.rmtree(place)


@dataclass(frozen=True)
class Server:
    """A running `lantu serve`."""

    address: str
    token: str
    process: subprocess.Popen[str]


@contextmanager
def served(workspace: Path, token: str, *, workers: int, **settings: str) -> Iterator[Server]:
    """Serve a workspace with processes of its own; `settings` are `LANTU_…` variables."""
    given = {"requests_per_minute": "10000000", "admin_password": "of a benchmark", **settings}
    variables = {f"LANTU_{name.upper()}": value for name, value in given.items()}
    command = [sys.executable, "-m", "api.cli.main", "serve", "-w", str(workspace)]
    process = subprocess.Popen(
        [*command, "--port", "0", "--workers", str(workers), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **variables},
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        told = ""
        while "}" not in told:
            line = process.stdout.readline()
            assert line, "the service did not start"
            told += line
        address = json.loads(told)["address"]
        _wait_until_ready(address)
        yield Server(address, token, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)
        if process.stdout is not None:
            process.stdout.close()


def planner_token(workspace: Path) -> str:
    """Enter a planner in the records of a workspace; return an access token."""
    from api.auth.identities import principal_of_user
    from api.auth.roles import Role
    from api.auth.tokens import make_token
    from api.records.tables import User
    from api.services import Services
    from api.settings import Settings

    services = Services.open(Settings(workspace=str(workspace)))
    with services.records.writing() as session:
        user = User(
            login="bench", name="bench", role=Role.PLANNER.value, created_at="2026-11-20T00:00:00"
        )
        session.add(user)
        session.flush()
    token = make_token(services, principal_of_user(user), name="bench", days=1)[1]
    services.close()
    return token


def bodies_of(count: int) -> list[bytes]:
    """Return requests, each for a site of its own."""
    return [
        json.dumps({"site": f"SRID=4548;{shape.wkt}", "as_of": "2026-11-20"}).encode()
        for _, shape in random_sites(count, seed=11)
    ]


def ask(address: str, token: str, bodies: list[bytes], *, clients: int) -> Measured:
    """Send requests from clients in a process of their own; each keeps its connection."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    worker = multiprocessing.get_context("spawn").Process(
        target=_clients, args=(theirs, address, token, bodies, clients)
    )
    worker.start()
    measured: Measured = ours.recv()
    worker.join()
    return measured


def _clients(told: Connection, address: str, token: str, bodies: list[bytes], clients: int) -> None:
    each, digests = [0.0] * len(bodies), [""] * len(bodies)
    todo = iter(range(len(bodies)))
    lock = threading.Lock()

    def client() -> None:
        host = urlsplit(address)
        connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=120)
        head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        while True:
            with lock:
                n = next(todo, None)
            if n is None:
                connection.close()
                return
            start = time.perf_counter()
            connection.request("POST", _CHECK, bodies[n], head)
            response = connection.getresponse()
            content = response.read()
            each[n] = time.perf_counter() - start
            assert response.status in {200, 201}, content[:300]
            place = response.getheader("Location") or ""
            digests[n] = place.rpartition("/")[2]

    threads = [threading.Thread(target=client) for _ in range(clients)]
    start, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.send(Measured(each, time.perf_counter() - start, time.process_time() - cpu, digests))


def _wait_until_ready(address: str) -> None:
    host: Any = urlsplit(address)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with closing(http.client.HTTPConnection(host.hostname, host.port, timeout=5)) as asked:
                asked.request("GET", "/readyz")
                if asked.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the service is not ready")
