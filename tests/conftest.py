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


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of tests that look into a workspace's folder."""
    config.addinivalue_line("markers", "folder_only: concerns the files of the embedded store")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that ask for `both_stores` on both, unless they concern files."""
    if "both_stores" not in metafunc.fixturenames:
        return
    stores: list[Any] = ["folder"]
    if metafunc.definition.get_closest_marker("folder_only") is None:
        stores.append(pytest.param("postgis", marks=pytest.mark.postgis))
    metafunc.parametrize("both_stores", stores, indirect=True)


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


@pytest.fixture
def both_stores(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which store a test runs on; `tests.support.stores.place` gives the places."""
    from tests.support import stores

    if request.param == "folder":
        yield "folder"
        return
    server: PostgisServer = request.getfixturevalue("postgis_server")
    stores.use_databases(lambda: server.url(server.clone()))
    yield "postgis"
    for url in stores.use_folders():
        server.drop(url)


@pytest.fixture(scope="session", autouse=True)
def cache_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Rasters and packs of databases are unpacked below the tests' own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANTU_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def town_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a workspace with the whole sample town; read it, do not write to it."""
    return shared_town_workspace(run_folder(tmp_path_factory.getbasetemp()))
