"""The sample town and its demo, made once for all test processes of a run."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

from gis.errors import LantuError

AT = datetime(2026, 11, 20, tzinfo=UTC)


def build_town_workspace(folder: Path) -> Path:
    """Draw, write and publish the town; return the folder of its workspace."""
    from layers.package import publish_package
    from layers.store.embedded import Workspace
    from sample_data.town.build import build_town

    town = build_town(folder / "source")
    assert town.mapping is not None
    path = folder / "workspace"
    workspace = Workspace.create(path, crs=town.crs, area=town.area, at=AT, packs=("cn-base",))
    results = publish_package(workspace, town.mapping, at=AT)
    refused = [str(item) for item in results if isinstance(item, LantuError)]
    workspace.close()
    assert refused == [], refused
    return path


def shared_demo(root: Path) -> Path:
    """Return the folder of the played demo below `root`; of several processes the first plays it.

    It holds `town`, `workspace`, `sites`, `scenes`, `reports`: read them, do not write to them.
    """
    from sample_data.demo import play

    folder = root / "demo"
    with (root / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = root / "demo.done"
        if not done.exists():
            play(folder)
            done.touch()
    return folder


def shared_town_workspace(root: Path) -> Path:
    """Return the demo's workspace: the whole town, published."""
    return shared_demo(root) / "workspace"


def run_folder(base: Path) -> Path:
    """The folder that all workers of a test run share, from a worker's own base folder."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
