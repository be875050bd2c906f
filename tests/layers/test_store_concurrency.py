"""Readers during publishes, writers side by side."""

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.store import FeatureTable
from layers.store.workspace import Workspace
from tests.layers.store_helpers import AREA, draft, make_workspace, objects, square, table
from tests.support.stores import place, reopened

pytestmark = pytest.mark.usefixtures("both_stores")

LAYER = "t.layer"
COUNT = 500
PUBLISHES = 30


def _features(number: int) -> FeatureTable:
    x = 440_000 + (np.arange(COUNT) % 25) * 700.0
    y = 2_705_000 + (np.arange(COUNT) // 25) * 700.0
    side = 10.0 + number
    return FeatureTable(
        shapely.box(x, y, x + side, y + side),
        objects([f"c{number}"] * COUNT),
        {"number": np.full(COUNT, number)},
    )


def _look(workspace: Workspace, stop: threading.Event) -> int:
    """Read the newest edition again and again; every one must be of one piece."""
    looks = 0
    while not stop.is_set() or looks == 0:
        editions = workspace.editions(LAYER)
        if not editions:
            continue
        edition = editions[-1]
        number = int(edition.key[1:])
        found = workspace.read(edition, AREA.bounds)
        assert found.ids.tolist() == list(range(1, COUNT + 1))
        assert set(found.classes.tolist()) == {f"c{number}"}
        assert {fields["number"] for fields in found.fields.values()} == {number}
        assert np.allclose(shapely.area(found.geometries), (10.0 + number) ** 2)
        looks += 1
    return looks


def test_eight_readers_during_thirty_publishes(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, LAYER)
    stop = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        readers = [
            pool.submit(_look, opened, stop)
            for opened in [workspace] * 4 + [reopened(tmp_path) for _ in range(4)]
        ]
        try:
            for number in range(PUBLISHES):
                workspace.publish(
                    draft(LAYER, f"e{number}", checksum=f"{number:064x}"), _features(number)
                )
        finally:
            stop.set()
        assert all(reader.result() > 0 for reader in readers)
    assert [edition.key for edition in workspace.editions(LAYER)] == [
        f"e{number}" for number in range(PUBLISHES)
    ]


def test_publishers_of_one_edition_agree(tmp_path: Path, both_stores: str) -> None:
    """Eight threads publish the same edition: one file, one revision."""
    workspace = make_workspace(tmp_path, LAYER)
    with ThreadPoolExecutor(8) as pool:
        editions = list(pool.map(lambda _: workspace.publish(draft(LAYER), _features(1)), range(8)))
    assert len({edition.revision for edition in editions}) == 1
    assert workspace.revision == 3
    if both_stores == "postgis":
        assert workspace.database.rows("SELECT count(*) FROM features") == [(COUNT,)]
        return
    assert len(list((workspace.path / "layers" / LAYER).glob("*.gpkg"))) == 1


WRITER = """
import sys
from pathlib import Path
from layers.store import open_workspace
from tests.layers.store_helpers import AT, write_spec
workspace = open_workspace(sys.argv[1])
folder = Path(sys.argv[2])
folder.mkdir()
for number in range(12):
    workspace.add_spec(write_spec(folder, f"w{sys.argv[3]}.n{number}"), at=AT)
"""


def test_processes_add_specs_side_by_side(tmp_path: Path, both_stores: str) -> None:
    workspace, ws = make_workspace(tmp_path), place(tmp_path / "ws")
    count = 8 if both_stores == "folder" else 4
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, ws, tmp_path / f"w{number}", str(number)],
            cwd=Path(__file__).parents[2],
        )
        for number in range(count)
    ]
    assert [writer.wait() for writer in writers] == [0] * count
    own = {f"w{writer}.n{number}" for writer in range(count) for number in range(12)}
    assert own <= set(workspace.specs())
    assert workspace.revision == 1 + len(own)


FORK = """
import os, sys
from pathlib import Path
from layers.store import open_workspace
from tests.layers.store_helpers import AREA, AT
workspace = open_workspace(sys.argv[1])
edition = workspace.editions("t.layer")[0]
look = lambda: workspace.read(edition, AREA.bounds).ids.tolist() == [1]
good = look()
child = os.fork()
if child == 0:
    good = look() and workspace.revision == 3
    workspace.set_packs(["child"], at=AT)
    workspace.close()
    os._exit(0 if good else 1)
_, status = os.waitpid(child, 0)
good = good and status == 0 and workspace.packs == ("child",) and look()
workspace.set_packs(["parent"], at=AT)
sys.exit(0 if good and workspace.revision == 5 else 1)
"""


def test_workspace_survives_a_fork(tmp_path: Path, both_stores: str) -> None:
    workspace = make_workspace(tmp_path, LAYER)
    workspace.publish(draft(LAYER), table([square(441000, 2706000)]))
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", FORK, place(tmp_path / "ws")], check=True, cwd=root)
    assert workspace.packs == ("parent",)
    if both_stores == "postgis":
        return
    checked = workspace.path / "catalogue.sqlite"
    connection = sqlite3.connect(checked)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
