"""One drawn town a worker, one played demo a test run."""

from __future__ import annotations

from pathlib import Path

import pytest

from sample_data.town import Town
from sample_data.town.build import draw_town
from tests.town import run_folder, shared_demo


@pytest.fixture(scope="session")
def town() -> Town:
    """The town as drawn, not written."""
    return draw_town()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the played demo."""
    return shared_demo(run_folder(tmp_path_factory.getbasetemp()))
