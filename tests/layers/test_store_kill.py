"""Publishing killed at random moments leaves the old edition or the new one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.store import FeatureTable
from layers.store.workspace import Workspace
from tests.layers.store_helpers import AREA, draft, make_workspace, objects
from tests.support.stores import place

pytestmark = pytest.mark.usefixtures("both_stores")

LAYER = "t.layer"
COUNT = 6_000
KILLS = {"folder": 20, "postgis": 6}

# One process imports once; a fork of it publishes each edition and is the one that is killed.
HELPER = """
import os, sys
from pathlib import Path
import pyogrio.raw
from layers.store import open_workspace
from tests.layers.test_store_kill import draft_of, features
while line := sys.stdin.readline():
    number = int(line)
    child = os.fork()
    if child == 0:
        open_workspace(sys.argv[1]).publish(draft_of(number), features(number))
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()  # until then the child keeps its number, even when it has ended
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def features(number: int) -> FeatureTable:
    """Squares whose class and size tell which edition they belong to; one is a big polygon."""
    x = 440_000 + (np.arange(COUNT) % 120) * 150.0
    y = 2_705_000 + (np.arange(COUNT) // 120) * 150.0
    squares = shapely.box(x, y, x + 1 + number, y + 1 + number)
    turn = np.linspace(0, 2 * np.pi, 3_000, endpoint=False)
    ring = np.column_stack([450_000 + 900 * np.cos(turn), 2_723_000 + 900 * np.sin(turn)])
    squares[-1] = shapely.Polygon(ring)
    return FeatureTable(
        squares, objects([f"c{number}"] * COUNT), {"number": np.full(COUNT, number)}
    )


def draft_of(number: int):
    return draft(LAYER, f"e{number}", checksum=f"{number:064x}")


def assert_whole(workspace: Workspace) -> int:
    """Every edition in the catalogue is complete; return how many there are."""
    editions = workspace.editions(LAYER)
    for edition in editions[-2:]:
        number = int(edition.key[1:])
        found = workspace.read(edition, AREA.bounds)
        assert len(np.unique(found.ids)) == COUNT
        assert set(found.classes.tolist()) == {f"c{number}"}
        small = found.ids < COUNT
        sides = np.sqrt(shapely.area(found.geometries[small]))
        assert np.allclose(sides, 1 + number)
    return len(editions)


class Publisher:
    """Publishes in a process of its own that may be killed."""

    def __init__(self, folder: Path) -> None:
        self.helper = subprocess.Popen(
            [sys.executable, "-c", HELPER, str(place(folder / "ws"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def begin(self, number: int) -> int:
        """Start to publish; return the number of the process that does it."""
        return self._ask(f"{number}\n")

    def end(self) -> int:
        """Wait for that process to end; return its exit code."""
        return self._ask("end\n")

    def _ask(self, line: str) -> int:
        assert self.helper.stdin is not None
        assert self.helper.stdout is not None
        self.helper.stdin.write(line)
        self.helper.stdin.flush()
        return int(self.helper.stdout.readline())

    def close(self) -> None:
        assert self.helper.stdin is not None
        assert self.helper.stdout is not None
        self.helper.stdin.close()
        self.helper.wait()
        self.helper.stdout.close()


def test_kill_at_random_moments(tmp_path: Path, both_stores: str) -> None:
    workspace = make_workspace(tmp_path, LAYER)
    publisher = Publisher(tmp_path)
    for number in (0, 1):
        began = time.perf_counter()
        publisher.begin(number)
        assert publisher.end() == 0
        usual = time.perf_counter() - began
    moments = random.Random(20261120)
    outcomes = {"old": 0, "new": 0}
    number = 2
    for _ in range(KILLS[both_stores]):
        before = assert_whole(workspace)
        process = publisher.begin(number)
        time.sleep(moments.uniform(0, 1.2 * usual))
        os.kill(process, signal.SIGKILL)
        assert publisher.end() in (0, -signal.SIGKILL)
        after = assert_whole(workspace)
        assert after - before in (0, 1)
        outcomes["new" if after > before else "old"] += 1
        number += after - before
    publisher.begin(number)
    assert publisher.end() == 0
    publisher.close()
    assert outcomes["old"] > 0
    known = workspace.editions(LAYER)
    assert workspace.revision == 2 + len(known)
    if both_stores == "postgis":
        assert workspace.database.rows("SELECT count(*) FROM feature_sets") == [(len(known),)]
        assert workspace.database.rows("SELECT count(*) FROM features") == [(COUNT * len(known),)]
        return
    left = {path.name for path in (workspace.path / "layers" / LAYER).iterdir()} - {".lock"}
    assert left == {Path(edition.file).name for edition in known}


@pytest.mark.folder_only
@pytest.mark.parametrize("moment", ["writing", "fingerprint", "replace", "insert"])
def test_fault_at_each_step_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    workspace = make_workspace(tmp_path, LAYER)
    workspace.publish(draft_of(0), features(0))
    revision = workspace.revision

    def fail(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    import layers.store.embedded as module

    with monkeypatch.context() as patch:
        match moment:
            case "writing":
                patch.setattr(module, "sync_file", fail)
            case "fingerprint":
                patch.setattr(module, "fingerprint", fail)
            case "replace":
                patch.setattr(Path, "replace", fail)
            case "insert":
                patch.setattr(module, "insert", fail)
        with pytest.raises(OSError, match="No space"):
            workspace.publish(draft_of(1), features(1))
    assert assert_whole(workspace) == 1
    assert workspace.revision == revision
    again = workspace.publish(draft_of(1), features(1))
    assert again.revision == revision + 1
    assert assert_whole(workspace) == 2
