"""Limits of size, time and number; request ids; keys under which a request is done once."""

import asyncio
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api import entrance
from api.entrance import RateLimit, TimeLimit
from api.idempotent import digest_of
from api.records.tables import Idempotency
from api.routes import checks
from tests.support.served import empty_workspace
from tests.support.service import Service, own_copy, running

WKT = "SRID=4548;POLYGON((604000 2710800,604100 2710800,604100 2710900,604000 2710800))"
CHECKS = "/api/v1/checks"


@pytest.fixture(scope="module")
def service(town_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    place = own_copy(town_workspace, tmp_path_factory.mktemp("http_limits") / "workspace")
    with running(place, max_upload_mb=1) as service:
        yield service


@pytest.fixture
def planner(service: Service) -> TestClient:
    return service.client("planner")


def test_an_upload_over_the_limit_is_refused_by_its_declared_size(planner: TestClient) -> None:
    answer = planner.post(CHECKS, files={"site": b"x" * 1_100_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_upload_over_the_limit_is_stopped_while_it_comes_in(planner: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="site"; filename="a.wkt"\r\n\r\n'
        for _ in range(100):
            sent += 1
            yield b"x" * 100_000

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = planner.post(CHECKS, content=endless(), headers=kind)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_json_over_the_limit(planner: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    kind = {"Content-Type": "application/json"}
    for place in (CHECKS, "/api/v1/tokens"):
        answer = planner.post(place, content=endless(), headers=kind)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large"), place


def test_text_has_a_limit_of_its_own(
    town_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entrance, "MOST_TEXT_BYTES", 1_000)
    with running(empty_workspace(tmp_path / "workspace")) as service:
        client = service.client("planner")
        long = client.post(CHECKS, json={"site": "x" * 2_000})
        assert (long.status_code, long.json()["code"]) == (413, "too_large")
        assert client.post(CHECKS, files={"site": b"x" * 2_000}).status_code in {400, 422}


def test_every_answer_bears_its_id(planner: TestClient) -> None:
    first, second = planner.get("/api/v1/reports/none"), planner.get("/api/v1/reports/none")
    assert first.json()["request_id"] == first.headers["x-request-id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_a_wrong_method_is_told_the_right_ones(planner: TestClient) -> None:
    answer = planner.put(CHECKS)
    assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
    assert answer.headers["allow"] == "POST"


def test_work_that_takes_too_long_is_answered_in_time(
    town_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = threading.Event()

    def slow(*_: Any) -> None:
        end.wait(20)

    monkeypatch.setattr(checks, "_check", slow)
    with running(empty_workspace(tmp_path / "workspace"), request_seconds=1) as service:
        begin = time.monotonic()
        answer = service.client("planner").post(CHECKS, json={"site": WKT})
        took = time.monotonic() - begin
        end.set()
    assert (answer.status_code, answer.json()["code"]) == (503, "took_too_long")
    assert answer.headers["retry-after"]
    assert took < 10


def test_a_slow_line_is_no_slow_answer() -> None:
    """A request of three parts, each within the limit of time, all of them beyond it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    told: list[Any] = []
    parts = iter([True, True, False])

    async def receive() -> Any:
        await asyncio.sleep(0.2)
        return {"type": "http.request", "body": b"x", "more_body": next(parts)}

    async def send(message: Any) -> None:
        told.append(message)

    asyncio.run(TimeLimit(app, 0.4)({"type": "http"}, receive, send))
    assert told[0]["status"] == 200


def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    with running(empty_workspace(tmp_path / "workspace"), requests_per_minute=3) as service:
        client, other = service.client("planner"), service.client("planner", login="other")
        answers = [client.get("/api/v1/reports") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[3].headers["retry-after"]) <= 21
        assert answers[3].json()["code"] == "too_many_requests"
        assert other.get("/api/v1/reports").status_code == 200
        assert [client.get("/healthz").status_code for _ in range(9)] == [200] * 9


def test_a_bucket_refills_steadily() -> None:
    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        """Do nothing."""

    limit = RateLimit(nothing, per_minute=60)
    assert [limit._take("a", 0.0) for _ in range(61)] == [0.0] * 60 + [1.0]
    assert limit._take("a", 0.5) == 0.5
    assert limit._take("a", 1.0) == 0.0
    assert limit._take("a", 1.0) == 1.0


# --- Idempotency-Key -----------------------------------------------------------------------------


def test_the_same_key_gets_the_same_answer(planner: TestClient) -> None:
    key = {"Idempotency-Key": "once"}
    asked = {"site": WKT, "as_of": "2026-11-20"}
    first = planner.post(CHECKS, json=asked, headers=key)
    again = planner.post(CHECKS, json=asked, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert planner.post(CHECKS, json=asked).status_code == 200


def test_a_refusal_is_repeated_too(planner: TestClient) -> None:
    key = {"Idempotency-Key": "refused"}
    answers = [planner.post(CHECKS, json={"site": "POLYGON"}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()


def test_a_key_holds_for_one_request_of_one_person(service: Service) -> None:
    key = {"Idempotency-Key": "shared"}
    planner, other = service.client("planner"), service.client("planner", login="other")
    planner.post(CHECKS, json={"site": WKT}, headers=key)
    reused = planner.post(CHECKS, json={"site": WKT, "issue": True}, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")
    assert other.post(CHECKS, json={"site": WKT}, headers=key).status_code in {200, 201}
    bad = planner.post(CHECKS, json={"site": WKT}, headers={"Idempotency-Key": "a b"})
    assert bad.status_code == 400


def test_a_key_whose_request_is_on_its_way(
    planner: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()
    real = checks._check

    def slow(*arguments: Any) -> Any:
        begun.set()
        go.wait(20)
        return real(*arguments)

    monkeypatch.setattr(checks, "_check", slow)
    key, answers = {"Idempotency-Key": "slow"}, []
    first = threading.Thread(
        target=lambda: answers.append(planner.post(CHECKS, json={"site": WKT}, headers=key))
    )
    first.start()
    begun.wait(20)
    second = planner.post(CHECKS, json={"site": WKT}, headers=key)
    go.set()
    first.join()
    assert (second.status_code, second.json()["code"]) == (409, "key_in_flight")
    assert answers[0].status_code in {200, 201}


def test_a_form_is_the_same_whatever_its_boundary(planner: TestClient) -> None:
    key = {"Idempotency-Key": "form"}
    answers = [planner.post(CHECKS, files={"site": ("a.wkt", WKT)}, headers=key) for _ in range(2)]
    assert answers[0].request.headers["content-type"] != answers[1].request.headers["content-type"]
    assert answers[1].headers["idempotency-replayed"] == "true"


def test_secrets_are_told_once_and_kept_nowhere(service: Service) -> None:
    admin, key = service.client("admin"), {"Idempotency-Key": "secret"}
    asked = {"login": "new-one", "role": "planner"}
    made = admin.post("/api/v1/users", json=asked, headers=key)
    assert made.json()["one_time_password"]
    again = admin.post("/api/v1/users", json=asked, headers=key)
    assert again.status_code != 201
    assert "one_time_password" not in again.json()
    with service.services.records.reading() as session:
        assert session.query(Idempotency).filter_by(key="secret").all() == []


def test_an_answer_to_more_rights_is_not_told_to_less(service: Service) -> None:
    key = {"Idempotency-Key": "rights"}
    before = service.client("planner", login="e", confidential=True)
    assert before.post(CHECKS, json={"site": WKT}, headers=key).status_code in {200, 201}
    service.person("planner", login="e", confidential=False)
    service.services.identities.forget(user_id=service.person("planner", login="e").user_id or 0)
    after = before.post(CHECKS, json={"site": WKT}, headers=key)
    assert (after.status_code, after.json()["code"]) == (409, "key_reused")


@pytest.mark.parametrize("cut", [1_048_570, 1_048_576, 1_048_580])
def test_a_boundary_across_two_blocks_is_left_out(cut: int) -> None:
    def digest(boundary: bytes) -> str:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": [(b"content-type", b"multipart/form-data; boundary=" + boundary)],
        }
        return digest_of(scope, io.BytesIO(b"a" * cut + boundary + b"c" * 100 + boundary))

    assert digest(b"0123456789") == digest(b"other-one")
    assert digest(b"0123456789") != digest(b"a")
