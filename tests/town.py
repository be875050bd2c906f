"""The sample town as a workspace, built once for all test processes of a run."""

from __future__ import annotations

import fcntl
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


def shared_town_workspace(root: Path) -> Path:
    """Return the workspace below `root`; of several processes the first one builds it."""
    folder = root / "town"
    with (root / "town.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "done"
        if not done.exists():
            build_town_workspace(folder)
            done.touch()
    return folder / "workspace"
