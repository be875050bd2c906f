"""The demo, played once a test run: workers of pytest-xdist share one folder, read only."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

import pytest

from sample_data.demo import play

_PATIENCE_S = 600


def shared_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the played demo: `town`, `workspace`, `sites`, `scenes`, `reports`.

    The first worker that asks plays it, the others wait. Tests must not write into it.
    """
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder, claim, done = (
        base / "shared-demo",
        base / "shared-demo.claim",
        base / "shared-demo.done",
    )
    try:
        os.close(os.open(claim, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return _wait(folder, done)
    try:
        opened = play(folder)
    except BaseException:
        done.write_text(traceback.format_exc())
        raise
    assert all(item.path.is_file() for item in opened)
    done.write_text("")
    return folder


def _wait(folder: Path, done: Path) -> Path:
    end = time.monotonic() + _PATIENCE_S
    while not done.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"the demo was not played in {_PATIENCE_S} s")
        time.sleep(0.2)
    fault = done.read_text()
    if fault:
        pytest.fail(f"another worker could not play the demo:\n{fault}")
    return folder
