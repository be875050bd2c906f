"""Jobs over HTTP: several sites, progress, cancelling, and what outlives a process."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.clock import now
from api.jobs.context import JobContext
from api.jobs.entering import enter_job
from api.jobs.kinds import KINDS, kind
from api.jobs.runner import JobRunner
from api.records.jobs import MOST_ATTEMPTS, claim, extend, finish
from gis.errors import LantuError, Text
from tests.support.service import Service, own_copy, running


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = own_copy(town_workspace, tmp_path_factory.mktemp("http_jobs") / "workspace")
    with running(place) as service:
        yield service


@pytest.fixture
def sites(town_workspace: Path) -> Path:
    return town_workspace.parent / "sites"


def wait_for(client: TestClient, place: str, seconds: float = 60) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state: dict[str, Any] = client.get(place).json()
        if state["state"] in {"done", "failed", "cancelled"}:
            return state
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {state}")


def test_several_sites_become_a_job(service: Service, sites: Path) -> None:
    client = service.client("planner")
    with (sites / "plots.geojson").open("rb") as file:
        answer = client.post("/api/v1/checks", files={"site": file}, data={"as_of": "2026-11-20"})
    assert answer.status_code == 202
    place = answer.headers["location"]
    assert place == f"/api/v1/jobs/{answer.json()['job']}"
    state = wait_for(client, place)
    assert (state["state"], state["error"]) == ("done", None)
    rows = state["result"]["items"]
    assert [row["n"] for row in rows] == [1, 2]
    for row in rows:
        report = client.get(f"/api/v1/reports/{row['report']}").json()
        assert report["site"]["name"] == row["site"]
        assert report["conclusion"]["colour"] == row["colour"]
    assert not (service.services.spool / state["id"]).exists()
    assert service.client("planner", login="other").get(place).status_code == 404
    assert service.client("admin").get(place).status_code == 200
    assert [row["id"] for row in client.get("/api/v1/jobs").json()["items"]] == [state["id"]]


def test_a_refused_site_does_not_stop_the_others(service: Service) -> None:
    client = service.client("planner")
    shape = "SRID=4548;POLYGON((604000 2710800,604100 2710800,604100 2710900,604000 2710800))"
    far = "SRID=4548;POLYGON((500000 2600000,500100 2600000,500100 2600100,500000 2600000))"
    answer = client.post("/api/v1/checks", json={"site": f"{shape}\n{far}"})
    assert answer.status_code == 202
    rows = wait_for(client, answer.headers["location"])["result"]["items"]
    assert [row["error"] and row["error"]["code"] for row in rows] == [None, "outside_area"]


def test_events_end_with_the_end(service: Service, sites: Path) -> None:
    client = service.client("planner")
    with (sites / "plots.geojson").open("rb") as file:
        answer = client.post("/api/v1/checks", files={"site": file})
    with client.stream("GET", answer.json()["links"]["events"]) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        blocks = "".join(stream.iter_text()).strip().split("\n\n")
    last = blocks[-1].splitlines()
    assert last[0] == "event: end"
    assert json.loads(last[1].removeprefix("data: "))["state"] == "done"


# --- what outlives a process ---------------------------------------------------------------------


@pytest.fixture
def counting() -> Iterator[list[int]]:
    """A kind of job that counts to five and keeps what it has; it says what it did."""
    done: list[int] = []

    @kind("test.count", Text("计数", "counting"))
    def count(context: JobContext) -> Any:
        kept = list((context.kept or {}).get("items", ()))
        context._saved_at = 0.0
        for n in range(len(kept), 5):
            context._saved_at = 0.0
            context.step(n, 5, {"items": kept})
            done.append(n)
            kept.append(n)
            time.sleep(context.order.get("pause", 0))
        return {"items": kept}

    yield done
    del KINDS["test.count"]


def enter(service: Service, **order: Any) -> str:
    principal = service.person("planner")
    return enter_job(service.services, principal, "test.count", order, at=now())


@pytest.fixture
def idle(service: Service) -> Iterator[Service]:
    """The service without its own worker: tests claim for themselves."""
    held = service.services.jobs
    assert held is not None
    held.stop()
    yield service
    service.services.jobs = JobRunner(service.services)
    service.services.jobs.start()


def test_a_running_job_is_cancelled_at_its_next_step(service: Service, counting: list[int]) -> None:
    client = service.client("planner")
    place = f"/api/v1/jobs/{enter(service, pause=0.2)}"
    while not counting:
        time.sleep(0.02)
    assert client.delete(place).status_code == 200
    state = wait_for(client, place)
    assert state["state"] == "cancelled"
    assert len(counting) < 5
    assert client.delete(place).status_code == 409


def test_a_stopping_server_gives_its_job_back(idle: Service, counting: list[int]) -> None:
    job = enter(idle, pause=0.2)
    client = idle.client("planner")
    first = JobRunner(idle.services, poll_s=0.05)
    first.start()
    while len(counting) < 2:
        time.sleep(0.02)
    first.stop()
    state = client.get(f"/api/v1/jobs/{job}").json()
    assert (state["state"], state["attempts"]) == ("waiting", 0)
    second = JobRunner(idle.services, poll_s=0.05)
    second.start()
    assert wait_for(client, f"/api/v1/jobs/{job}")["result"] == {"items": [0, 1, 2, 3, 4]}
    second.stop()
    assert counting == [0, 1, 2, 3, 4]


def test_a_job_of_a_killed_worker_is_taken_over(idle: Service, counting: list[int]) -> None:
    records, job = idle.services.records, enter(idle)
    start = now()
    taken = claim(records, "killed", at=start, lease_s=30)
    assert taken is not None
    assert taken.id == job
    assert claim(records, "other", at=start + timedelta(seconds=29), lease_s=30) is None
    again = claim(records, "other", at=start + timedelta(seconds=31), lease_s=30)
    assert again is not None
    assert (again.id, again.attempts, again.worker) == (job, 2, "other")
    assert not extend(records, job, "killed", at=start, lease_s=30).held
    assert not finish(records, job, "killed", state="done", at=start)
    assert finish(records, job, "other", state="done", at=start)


def test_a_job_that_always_kills_its_worker_fails_clearly(
    idle: Service, counting: list[int]
) -> None:
    records, job, at = idle.services.records, enter(idle), now()
    for _ in range(MOST_ATTEMPTS):
        assert claim(records, "killed", at=at, lease_s=30) is not None
        at += timedelta(seconds=31)
    assert claim(records, "killed", at=at, lease_s=30) is None
    state = idle.client("planner").get(f"/api/v1/jobs/{job}").json()
    assert (state["state"], state["error"]["code"]) == ("failed", "job_given_up")


def test_a_refusal_is_told_with_what_to_do(service: Service) -> None:
    @kind("test.refused", Text("拒绝", "refused"))
    def refuse(context: JobContext) -> None:
        raise LantuError("bad_options", Text("不行", "no"), Text("改", "mend"), where="x")

    principal = service.person("planner")
    job = enter_job(service.services, principal, "test.refused", {}, at=now())
    state = wait_for(service.client("planner"), f"/api/v1/jobs/{job}")
    del KINDS["test.refused"]
    assert state["error"] == {
        "code": "bad_options",
        "fact": {"zh": "不行", "en": "no"},
        "hint": {"zh": "改", "en": "mend"},
        "where": "x",
    }
