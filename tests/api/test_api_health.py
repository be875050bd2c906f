"""The service answers, and refuses in the form of a problem."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.served import empty_workspace
from tests.support.service import running


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with running(empty_workspace(tmp_path / "ws")) as service:
        yield service.client("viewer")


def test_lives_and_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "revision": 1}


def test_an_unknown_address_is_a_problem(client: TestClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["code"] == "not_found"
    assert document["request_id"] == response.headers["x-request-id"]
    assert set(document["fact"]) == {"zh", "en"}
