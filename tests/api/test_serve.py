"""`lantu serve`: it answers, says what is wrong before it starts, and ends without loss."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from shapely import box

from api.cli.main import main
from layers.store.embedded import Workspace
from tests.support.live_server import live_server


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    at = datetime(2026, 11, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
    place = tmp_path / "ws"
    area = box(440_000, 2_700_000, 450_000, 2_710_000)
    Workspace.create(place, crs="EPSG:4548", area=area, at=at, packs=("cn-base",)).close()
    return place


def test_two_workers_answer_and_write_json_lines(workspace: Path, tmp_path: Path) -> None:
    options = ("--workers", "2")
    with live_server(workspace, tmp_path / "log", *options, LANTU_LOG="json") as server:
        assert server.json("/readyz") == {"status": "ready", "revision": 1}
        assert server.get("/nowhere?site=118.04,24.48")[0] == 404
        assert server.end() in {0, -signal.SIGTERM}
        lines = [json.loads(line) for line in server.log.splitlines()]
    (line,) = [line for line in lines if line["message"] == "request" and line["route"] == "-"]
    assert (line["method"], line["status"], line["level"]) == ("GET", 404, "info")
    assert len(line["request_id"]) == 32
    assert line["bytes"] > 100
    assert "118.04" not in server.log
    assert "127.0.0.1" not in server.log


def test_told_to_end_it_says_so_first(workspace: Path, tmp_path: Path) -> None:
    with live_server(workspace, tmp_path / "log", LANTU_DRAIN_SECONDS="3") as server:
        server.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + 2.5
        while time.monotonic() < end and server.get("/readyz")[0] != 503:
            time.sleep(0.05)
        assert server.json("/readyz")["code"] == "shutting_down"
        assert server.json("/healthz") == {"status": "ok"}
        assert server.process.wait(30) in {0, -signal.SIGTERM}


def test_taken_port_is_refused(workspace: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        result = CliRunner().invoke(main, ["-w", str(workspace), "serve", "--port", port])
    assert result.exit_code == 1
    assert "[port_taken]" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_strange_host_is_refused(workspace: Path, host: str) -> None:
    result = CliRunner().invoke(
        main, ["-w", str(workspace), "serve", "--port", "0", "--host", host]
    )
    assert result.exit_code == 1
    assert "[bad_address]" in result.stderr


def test_missing_workspace_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["-w", str(tmp_path / "none"), "serve", "--port", "0"])
    assert result.exit_code == 1
    assert "[no_workspace]" in result.stderr


def test_unusable_setting_is_refused_by_name_only(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "-w", str(workspace), "serve", "--port", "0"],
        capture_output=True,
        text=True,
        env={**os.environ, "LANTU_SESSION_HOURS": "secret-value"},
        check=False,
    )
    assert done.returncode == 1
    assert "LANTU_SESSION_HOURS" in done.stderr
    assert "secret-value" not in done.stderr
