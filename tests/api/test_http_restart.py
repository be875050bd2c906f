"""PostgreSQL restarted under load: clear 503 while it lasts, then all is well, nothing is lost."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shapely import box
from shapely.geometry import mapping
from sqlalchemy import select

from api.auth.roles import Role
from api.auth.tokens import make_token
from api.records.audit_chain import walk
from api.records.tables import Audit, Report
from layers.store import create_workspace
from tests.layers.assessment_helpers import published
from tests.postgis_server import PostgisServer
from tests.support.served import AT, Served, serving

pytestmark = pytest.mark.postgis

CODE = "PARK-A.geological_hazard"
SITE = "SRID=4548;POLYGON(({0} 2706000,{0} 2706050,{1} 2706050,{1} 2706000,{0} 2706000))"
DOWN_S, UP_S = 2.5, 3.0


class Client(threading.Thread):
    """Somebody who checks, issues and reserves without pause; keeps what was answered."""

    def __init__(self, served: Served, token: str, number: int) -> None:
        super().__init__(daemon=True)
        self.served, self.token, self.number = served, token, number
        self.stop = threading.Event()
        self.answers: list[tuple[float, int, str]] = []
        self.reserved: set[str] = set()
        self.checked: set[str] = set()
        self.issued: set[str] = set()
        self.slowest = 0.0

    def run(self) -> None:
        turn = 0
        while not self.stop.is_set():
            turn += 1
            self._reserve(f"P-{self.number}-{turn}")
            self._check(turn)

    def _reserve(self, project: str) -> None:
        asked = {"code": CODE, "project": project, "amounts": {"water": 1}}
        status, _ = self.ask("/api/v1/reservations", asked)
        while status == 503 and not self.stop.is_set():  # as a client is told: try again
            time.sleep(0.05)
            status, _ = self.ask("/api/v1/reservations", asked)
        if status in {200, 201}:
            self.reserved.add(project)

    def _check(self, turn: int) -> None:
        x = 441_000 + (self.number * 97 + turn) % 900
        asked = {"site": SITE.format(x, x + 50), "issue": turn % 3 == 0}
        status, body = self.ask("/api/v1/checks", asked)
        while status == 503 and not self.stop.is_set():
            time.sleep(0.05)
            status, body = self.ask("/api/v1/checks", asked)
        if status in {200, 201}:
            told = json.loads(body)
            assert all(row["reason"] is None or "database" not in str(row["reason"])
                       for row in told["report"]["findings"])  # fmt: skip
            self.checked.add(told["report"]["digest"])
            if asked["issue"]:
                self.issued.add(told["report"]["digest"])

    def ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.served.url + path, sent, head), timeout=60
            ) as answer:
                status, said = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, said = error.code, error.read()
        self.slowest = max(self.slowest, time.monotonic() - begun)
        code = json.loads(said)["code"] if status >= 400 else ""
        self.answers.append((time.monotonic(), status, code))
        return status, said


@pytest.fixture
def served(postgis_server: PostgisServer, tmp_path: Path) -> Iterator[Served]:
    dsn = postgis_server.clone()
    url = postgis_server.url(dsn)
    area = box(440_000, 2_700_000, 460_000, 2_720_000)
    workspace = create_workspace(url, crs="EPSG:4548", area=area, at=AT, packs=("cn-base",))
    total = {"name": "water", "fact": "water_m3_per_day", "unit": "m³", "limit": 1_000_000}
    published(workspace, tmp_path, totals=[total])
    workspace.close()
    options = {
        "requests_per_minute": 1_000_000,
        "admin_password": "of a test",
        "job_lease_seconds": 3,
        "request_seconds": 20,
    }
    with serving(url, spool=str(tmp_path / "spool"), **options) as made:
        yield made
    postgis_server.drop(dsn)


def test_a_restart_under_load_loses_nothing(served: Served, postgis_server: PostgisServer) -> None:
    services = served.services
    person = served.account(Role.PLANNER)
    clients = [
        Client(served, make_token(services, person, name=str(n), days=1)[1], n) for n in range(4)
    ]
    for client in clients:
        client.start()
    time.sleep(UP_S)
    job = _enter_batch(clients[0])
    stopped = time.monotonic()
    postgis_server.halt()
    time.sleep(DOWN_S)
    back = time.monotonic()
    postgis_server.resume()
    time.sleep(UP_S)
    for client in clients:
        client.stop.set()
    for client in clients:
        client.join(30)
        assert not client.is_alive(), "a request hangs"
    said = Counter((status, code) for client in clients for _, status, code in client.answers)
    assert {status for status, _ in said} <= {200, 201, 202, 503}, said
    assert {code for status, code in said if status == 503} <= {
        "workspace_unreachable",
        "records_unreachable",
        "took_too_long",
    }, said
    assert max(client.slowest for client in clients) < 25
    told = [(at, status) for client in clients for at, status, _ in client.answers]
    assert any(status == 503 for at, status in told if stopped < at < back)
    assert any(status in {200, 201} for at, status in told if at > back + 0.5)
    _batch_went_on(clients[0], job)
    _nothing_is_lost(served, clients)


def _enter_batch(client: Client) -> str:
    """Ask for many sites at once; they are checked while the server goes away."""
    squares = [box(x, 2_706_000, x + 40, 2_706_040) for x in range(441_000, 441_900, 5)]
    shapes = [{"type": "Feature", "properties": {}, "geometry": mapping(one)} for one in squares]
    crs = {"type": "name", "properties": {"name": "EPSG:4548"}}
    site = {"type": "FeatureCollection", "crs": crs, "features": shapes}
    status, said = client.ask("/api/v1/checks", {"site": site})
    assert status == 202, said
    return str(json.loads(said)["job"])


def _batch_went_on(client: Client, job: str) -> None:
    """The outage is no result of a site, and no end of the job."""
    for _ in range(400):
        state = json.loads(client.ask(f"/api/v1/jobs/{job}")[1])
        if state["state"] not in {"waiting", "running"}:
            break
        time.sleep(0.1)
    assert state["state"] == "done", state
    rows = state["result"]["items"]
    assert [row["n"] for row in rows] == list(range(1, 181))
    assert [row["error"] for row in rows] == [None] * 180
    assert len({row["report"] for row in rows}) == 180


def _nothing_is_lost(served: Served, clients: list[Client]) -> None:
    services = served.services
    served.services.audit.close()  # what waits is written
    reserved = set().union(*(client.reserved for client in clients))
    checked = set().union(*(client.checked for client in clients))
    issued = set().union(*(client.issued for client in clients))
    assert reserved
    assert issued
    held = services.workspace.holdings(CODE)
    assert reserved <= {row.project for row in held}
    assert len({row.project for row in held}) == len(held)  # none twice
    with services.records.reading() as session:
        kept = dict(session.execute(select(Report.digest, Report.document)).all())
        rows = session.execute(select(Audit.act, Audit.subject)).all()
    assert checked <= set(kept)
    for digest in checked:
        assert json.loads(services.workspace.document(kept[digest]))["digest"] == digest
    assert issued <= {row.digest for row in services.workspace.releases.all()}
    acts = {(act, subject) for act, subject in rows}
    assert {("total.reserve", f"total:{CODE}/{name}") for name in reserved} <= acts
    assert {("report.issue", f"report:{digest[:32]}") for digest in issued} <= acts
    assert walk(services.records).is_whole
