"""Two server processes: the same reports as one client alone gets; a killed one is resumed."""

import http.client
import json
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks.http import Server, ask, bodies_of, planner_token, served
from sample_data.sites import random_sites
from tests.support.service import own_copy

pytestmark = pytest.mark.slow

SITES = 60
"""400 in `make bench`."""


@pytest.fixture
def workspace(town_workspace: Path, tmp_path: Path) -> Path:
    return own_copy(town_workspace, tmp_path / "workspace")


def test_reports_of_eight_clients_equal_the_sequential_ones(workspace: Path) -> None:
    bodies = bodies_of(SITES)
    token = planner_token(workspace)
    with served(workspace, token, workers=2) as server:
        together = ask(server.address, token, bodies, clients=8)
        alone = ask(server.address, token, bodies, clients=1)
        documents = {place: got(server, f"/api/v1/reports/{place}") for place in alone.digests[:5]}
    assert together.digests == alone.digests
    assert len(set(alone.digests)) == SITES
    for place, document in documents.items():
        assert document["digest"].startswith(place)


def test_a_killed_server_resumes_its_job(workspace: Path) -> None:
    token = planner_token(workspace)
    lines = "\n".join(f"SRID=4548;{shape.wkt}" for _, shape in random_sites(40, seed=5))
    with served(workspace, token, workers=1, job_lease_seconds="2") as server:
        job = got(server, "/api/v1/checks", {"site": lines, "as_of": "2026-11-20"})["job"]
        before = wait(server, job, lambda state: state["done"] >= 3)
        assert before["state"] == "running"
        os.killpg(server.process.pid, signal.SIGKILL)
    with served(workspace, token, workers=2, job_lease_seconds="2") as server:
        after = wait(server, job, lambda state: state["state"] not in {"waiting", "running"})
    assert (after["state"], after["attempts"]) == ("done", 2)
    rows = after["result"]["items"]
    assert [row["n"] for row in rows] == list(range(1, 41))
    assert Counter(row["error"] is None for row in rows) == {True: 40}
    kept = before["result"]["items"]
    assert rows[: len(kept)] == kept


def got(server: Server, path: str, body: Any = None) -> dict[str, Any]:
    host = urlsplit(server.address)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=60)
    head = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    connection.request(
        "GET" if body is None else "POST", path, body and json.dumps(body).encode(), head
    )
    response = connection.getresponse()
    content = response.read()
    assert response.status < 300, content[:300]
    connection.close()
    document: dict[str, Any] = json.loads(content)
    return document


def wait(server: Server, job: str, done: Any) -> dict[str, Any]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        state = got(server, f"/api/v1/jobs/{job}")
        if done(state):
            return state
        time.sleep(0.05)
    raise AssertionError(state)
