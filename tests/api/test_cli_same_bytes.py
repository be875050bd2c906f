"""The same input gives the same bytes: in another process, place, language area, zone and name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api import test_cli_check
from tests.api.test_cli_check import box, geojson

office = pytest.fixture(test_cli_check.office.__wrapped__)

PLACES = (
    {"PYTHONHASHSEED": "0", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "USER": "a"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/Los_Angeles", "LC_ALL": "C", "USER": "b",
     "LOGNAME": "b", "COLUMNS": "30", "PYTHONOPTIMIZE": "1"},
    {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE"},
)  # fmt: skip


def written(office: Path, site: Path, place: Path, more: dict[str, str]) -> dict[str, bytes]:
    """All files of a check in a process of its own, in a folder of its own."""
    place.mkdir()
    workspace = place / "工作区 1"
    shutil.copytree(office, workspace)
    environment = {key: value for key, value in os.environ.items() if key != "LANTU_LANG"}
    told = environment | {"TMPDIR": str(place), "HOME": str(place)} | more
    command = [
        sys.executable, "-m", "api.cli.main", "-w", str(workspace), "check", str(site), "--packs",
        "office", "--as-of", "2026-06-01", "--format", "all", "--compare", "--out", "out",
        "--confidential",
    ]  # fmt: skip
    path = os.pathsep.join([str(Path(__file__).parents[2]), environment.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, cwd=place, env=told | {"PYTHONPATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    out = place / "out"
    return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*.*")}


def test_all_files_are_the_same_wherever_they_are_made(office: Path, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[600000, 2700020], [600090, 2700020]]}
    site = geojson(tmp_path / "s.geojson", box(0, 0, 100, 100), line, names=("甲", "乙"))
    made = [
        written(office, site, tmp_path / f"p{number}", more) for number, more in enumerate(PLACES)
    ]
    assert len(made[0]) == 2 * 9 + 3
    for other in made[1:]:
        assert other.keys() == made[0].keys()
        assert [name for name in other if other[name] != made[0][name]] == []
