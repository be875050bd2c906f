"""The end of a folder workspace beside threads that read or write: they finish, all is well."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from layers.store import edition_reader
from layers.store.feature_pages import Outlines, Wanted
from tests.layers.store_helpers import draft, make_workspace, square, table

LAYER = "t.layer"
WAIT_S = 20


def test_a_write_goes_on_to_its_end(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, LAYER)
    before = workspace.revision
    inside, closed = threading.Event(), threading.Event()

    def write() -> None:
        with workspace.database.writing() as transaction:
            inside.set()
            assert closed.wait(WAIT_S)
            transaction.revise("setting", "of a test", datetime(2026, 11, 20, tzinfo=UTC))

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        assert inside.wait(WAIT_S)
        workspace.close()
        closed.set()
        writing.result(WAIT_S)
    assert workspace.revision == before + 1  # used again after its end
    workspace.close()


def test_a_reader_reads_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite ends the process when a connection is closed under a statement."""
    workspace = make_workspace(tmp_path, LAYER)
    edition = workspace.publish(draft(LAYER), table([square(441_000, 2_706_000)]))
    inside, closed = threading.Event(), threading.Event()
    asked = edition_reader.outlines_of

    def paused(*given: Any) -> Outlines:
        inside.set()
        assert closed.wait(WAIT_S)
        return asked(*given)

    monkeypatch.setattr(edition_reader, "outlines_of", paused)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(workspace.outlines, edition, Wanted(box=None, where={}))
        assert inside.wait(WAIT_S)
        workspace.close()
        closed.set()
        assert reading.result(WAIT_S).ids.tolist() == [1]
    workspace.close()
