"""`lantu serve` as a process of its own, for tests that need a real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 60
ADMIN_PASSWORD = "of a test, long enough"


@dataclass
class LiveServer:
    """A running server; `log` is its stderr so far."""

    address: str
    process: subprocess.Popen[str]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def json(self, path: str) -> Any:
        return json.loads(self.get(path)[1])

    def end(self, wait_s: float = 30) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(wait_s)


@contextmanager
def live_server(
    workspace: Path, log_file: Path, *options: str, **environment: str
) -> Iterator[LiveServer]:
    """Serve a workspace on a free port until the block ends."""
    command = [sys.executable, "-m", "api.cli.main", "-w", str(workspace), "serve", "--json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LANTU_")}
    with log_file.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**kept, "LANTU_ADMIN_PASSWORD": ADMIN_PASSWORD, **environment},
        )
    try:
        server = LiveServer(_address(process, log_file), process, log_file)
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _address(process: subprocess.Popen[str], log_file: Path) -> str:
    """Address in the JSON document that the server prints before it listens."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.rstrip() == "}":
            return str(json.loads(text)["address"])
    raise RuntimeError(f"the server did not start: {text}{log_file.read_text(encoding='utf-8')}")


def _wait(server: LiveServer) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.process.poll() is None:
        try:
            if server.get("/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server is not ready: {server.log}")
