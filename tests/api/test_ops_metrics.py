"""Figures for the operator: counted by template, for those who may, over all processes."""

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.auth.roles import Role
from api.operations import metrics
from api.operations.logs import JsonLines, TextLines
from tests.layers.store_helpers import make_workspace
from tests.support.live_server import live_server
from tests.support.service import Service, running


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    workspace = make_workspace(tmp_path)
    workspace.close()
    with running(workspace.path) as service:
        yield service


def figure(text: str, name: str, **labels: str) -> float:
    """Sum of the rows of a figure that have these labels."""
    total = 0.0
    for line in text.splitlines():
        found = re.fullmatch(rf"{name}(?:{{(.*)}})? (\S+)", line)
        if found and all(f'{key}="{value}"' in (found[1] or "") for key, value in labels.items()):
            total += float(found[2])
    return total


def test_requests_are_counted_by_template_and_status(service: Service) -> None:
    client = service.client(Role.ADMIN, login="operator")

    def page(client: TestClient) -> str:
        response = client.get("/metrics")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        return response.text

    route = {"route": "/ogc/collections/{name}", "method": "GET"}
    before = page(client)
    for name in ("assessments", "nothing-1", "nothing-2"):
        client.get(f"/ogc/collections/{name}")
    after = page(client)
    for status, count in (("200", 1), ("404", 2)):
        grown = figure(after, "lantu_requests_total", status=status, **route) - figure(
            before, "lantu_requests_total", status=status, **route
        )
        assert grown == count
    assert figure(after, "lantu_request_seconds_count", route=route["route"]) >= 3
    assert figure(after, "lantu_workspace_revision") == service.services.workspace.revision
    assert figure(after, "lantu_process_resident_bytes") > 10_000_000
    assert "nothing-1" not in after


def test_figures_are_for_operators(service: Service) -> None:
    assert service.client(Role.VIEWER).get("/metrics").status_code == 401
    for role in set(Role) - {Role.VIEWER, Role.ADMIN}:
        assert service.client(role, login=role.value).get("/metrics").status_code == 403


def test_any_process_answers_for_all(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    workspace.close()
    with running(workspace.path) as service:
        token = service.token(Role.ADMIN, login="operator")
    with live_server(workspace.path, tmp_path / "log", "--workers", "2") as server:
        for _ in range(40):
            assert server.get("/ogc/conformance")[0] == 200
        workers: set[str] = set()
        end = time.monotonic() + 60
        while len(workers) < 2 and time.monotonic() < end:  # the second one may still start
            status, data = server.get("/metrics", Authorization=f"Bearer {token}")
            assert status == 200
            text = data.decode()
            assert figure(text, "lantu_requests_total", route="/ogc/conformance") == 40
            workers = set(re.findall(r'lantu_process_resident_bytes{worker="(\d+)"}', text))
        assert len(workers) == 2


def test_a_process_that_is_making_its_file_disturbs_nobody(tmp_path: Path) -> None:
    (tmp_path / "counter_999999.db").touch()  # as it is between being made and being filled
    assert list(metrics._Processes(tmp_path).collect()) == []
    assert metrics._size(tmp_path / "gone.db") == 0


def test_a_line_of_the_log_stays_one_line() -> None:
    record = logging.LogRecord("lantu.x", logging.INFO, "f", 1, "first\nsecond %s", ("甲",), None)
    assert "\n" not in TextLines().format(record)
    assert "\n" not in JsonLines().format(record)
    assert "first\\nsecond 甲" in JsonLines().format(record)
