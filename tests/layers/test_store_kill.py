"""Publishing killed at twenty random moments leaves the old edition or the new one."""

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
from layers.store.embedded import Workspace
from tests.layers.store_helpers import AREA, draft, make_workspace, objects

LAYER = "t.layer"
COUNT = 12_000
KILLS = 20

CHILD = """
import sys
from pathlib import Path
from layers.store.embedded import Workspace
from tests.layers.test_store_kill import LAYER, draft_of, features
workspace = Workspace.open(Path(sys.argv[1]))
table = features(0)
print("ready", flush=True)
for number in sys.stdin:
    number = int(number)
    workspace.publish(draft_of(number), features(number))
    print(number, flush=True)
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


def start(workspace: Workspace) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(workspace.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def test_kill_at_random_moments(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, LAYER)
    child = start(workspace)
    began = time.perf_counter()
    for number in (0, 1):
        publish(child, number)
        assert child.stdout is not None
        assert child.stdout.readline() == f"{number}\n"
    usual = (time.perf_counter() - began) / 2
    moments = random.Random(20261120)
    outcomes = {"old": 0, "new": 0}
    number = 2
    for _ in range(KILLS):
        before = assert_whole(workspace)
        publish(child, number)
        time.sleep(moments.uniform(0, 1.2 * usual))
        child.send_signal(signal.SIGKILL)
        close(child)
        after = assert_whole(workspace)
        assert after - before in (0, 1)
        outcomes["new" if after > before else "old"] += 1
        number += after - before
        child = start(workspace)
    publish(child, number)
    close(child)
    assert outcomes["old"] > 0
    left = {path.name for path in (workspace.path / "layers" / LAYER).iterdir()} - {".lock"}
    known = {Path(edition.file).name for edition in workspace.editions(LAYER)}
    assert left == known
    assert workspace.revision == 2 + len(known)


def publish(child: subprocess.Popen[str], number: int) -> None:
    assert child.stdin is not None
    child.stdin.write(f"{number}\n")
    child.stdin.flush()


def close(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.close()
    child.stdout.read()
    child.wait()
    child.stdout.close()


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
