"""What a killed process left of its requests is removed a day later, and nothing else."""

import os
import time
from pathlib import Path

from api.jobs.runner import remove_left

DAY_S = 86_400


def test_old_folders_of_requests_are_removed(tmp_path: Path) -> None:
    for name in ("lantu-upload-old", "lantu-unpack-old", "lantu-upload-new", "of-others-old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "site.geojson").touch()
        if name.endswith("old"):
            before = time.time() - DAY_S - 60
            os.utime(tmp_path / name, (before, before))
    remove_left(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lantu-upload-new", "of-others-old"]
