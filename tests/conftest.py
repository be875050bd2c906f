"""Fixtures for all tests; where CI is set, a skipped test is a failed one."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgis_server import PostgisServer, find_binaries
from tests.town import run_folder, shared_town_workspace

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """In CI turn a skip into a failure: what was not run has not passed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[PostgisServer]:
    """A PostGIS cluster of this test process, skipped where PostGIS is not installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL with PostGIS on this machine (tests/services.sh installs it)")
    server = PostgisServer(binaries)
    yield server
    server.stop()


@pytest.fixture
def postgis(postgis_server: PostgisServer) -> Iterator[str]:
    """Connection string of a fresh database with PostGIS."""
    dsn = postgis_server.clone()
    yield dsn
    postgis_server.drop(dsn)


@pytest.fixture(scope="session")
def town_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a workspace with the whole sample town; read it, do not write to it."""
    return shared_town_workspace(run_folder(tmp_path_factory.getbasetemp()))
