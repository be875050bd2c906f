"""The throw-away PostGIS works, clones are apart, and what a killed run left is removed."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest

from tests.postgis_server import PREFIX, PostgisServer, find_binaries, remove_orphans


@pytest.mark.postgis
def test_area_of_a_square(postgis: str) -> None:
    with psycopg.connect(postgis) as connection:
        row = connection.execute("SELECT ST_Area('POLYGON((0 0,3 0,3 3,0 3,0 0))')").fetchone()
    assert row == (9.0,)


@pytest.mark.postgis
def test_clones_are_apart(postgis_server: PostgisServer) -> None:
    first, second = postgis_server.clone(), postgis_server.clone()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE only_here (a int)")
    with psycopg.connect(second) as connection:
        row = connection.execute("SELECT to_regclass('only_here')").fetchone()
    assert row == (None,)
    postgis_server.drop(first)
    postgis_server.drop(second)


@pytest.mark.postgis
@pytest.mark.usefixtures("postgis_server")
def test_orphan_of_a_killed_run_is_removed() -> None:
    script = textwrap.dedent("""
        import os, sys
        from tests.postgis_server import PostgisServer, find_binaries
        server = PostgisServer(find_binaries())
        print(server.folder, flush=True)
        os.kill(os.getpid(), 9)
    """)
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=False
    )
    left = Path(done.stdout.strip())
    assert left.name.startswith(PREFIX), done.stderr
    server = int((left / "data" / "postmaster.pid").read_text().splitlines()[0])
    assert Path(f"/proc/{server}").exists()
    remove_orphans()  # another worker may have been quicker
    assert not left.exists()
    status = Path(f"/proc/{server}/status")
    assert not status.exists() or "State:\tZ" in status.read_text()


def test_running_cluster_is_no_orphan(tmp_path: Path) -> None:
    mine = tmp_path / f"{PREFIX}{os.getpid()}-abc"
    mine.mkdir()
    assert remove_orphans(tmp_path) == []
    assert mine.exists()


def test_binaries_hold_postgis() -> None:
    found = find_binaries()
    assert found is None or (found / "postgres").exists()
