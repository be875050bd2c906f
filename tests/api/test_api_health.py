"""The service answers, and refuses in the form of a problem."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from shapely import box

from api.app import create_app
from api.settings import Settings
from layers.store.embedded import Workspace


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    at = datetime(2026, 11, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
    place = tmp_path / "ws"
    Workspace.create(
        place, crs="EPSG:4548", area=box(440_000, 2_700_000, 450_000, 2_710_000), at=at
    ).close()
    with TestClient(create_app(Settings(workspace=str(place)))) as client:
        yield client


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
