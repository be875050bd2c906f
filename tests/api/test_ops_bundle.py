"""Parts of the offline installer; `make bundle` makes and tries a whole one."""

import hashlib
import platform
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from api.operations.bundle import DEPLOY, ROOT, locked_lines, needed, pack

LOCK = """\
alpha==1.0 \\
    --hash=sha256:aa
    # via beta
Beta_Two==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:bb
beta-two==3.0 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
gamma==1.0 \\
    --hash=sha256:dd
"""


def test_entries_of_the_lock_file_are_kept_with_hashes_and_markers() -> None:
    lines = locked_lines(LOCK, ["beta-two", "alpha"]).splitlines()
    assert lines[0] == "alpha==1.0 \\"
    assert [line for line in lines if "sha256" in line] == [
        f"    --hash=sha256:{name}" for name in ("aa", "bb", "cc")
    ]
    with pytest.raises(ValueError, match="delta"):
        locked_lines(LOCK, ["alpha", "delta"])


def test_all_that_is_needed_is_locked() -> None:
    names = needed(ROOT / "pyproject.toml")
    assert {"shapely", "psycopg-binary", "cryptography", "starlette", "numpy"} <= names
    assert not names & {"pytest", "mypy", "ruff", "playwright"}
    lines = locked_lines((ROOT / "requirements.lock").read_text(encoding="utf-8"), names)
    assert lines.count("--hash=sha256:") >= len(names)


def test_packing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.txt").write_text("甲", encoding="utf-8")
    (folder / "install.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    packed = []
    for name in ("one.tar.gz", "two.tar.gz"):
        pack(folder, tmp_path / name)
        packed.append((tmp_path / name).read_bytes())
    assert packed[0] == packed[1]
    with tarfile.open(tmp_path / "one.tar.gz") as tar:
        modes = {member.name: member.mode for member in tar}
    assert modes["bundle/install.sh"] == 0o755
    assert modes["bundle/deep/a.txt"] == 0o644


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """A bundle without wheels."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "install.sh").write_bytes((DEPLOY / "install.sh").read_bytes())
    told = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.platform} {platform.machine()}\n"
    (folder / "python.txt").write_text(told, encoding="utf-8")
    digest = hashlib.sha256(told.encode()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  python.txt\n", encoding="utf-8")
    return folder


def install(folder: Path, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(folder / "install.sh"), str(target)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable},
    )


def test_installer_refuses_another_python(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "python.txt").write_text("2.7 plan9 vax\n", encoding="utf-8")
    done = install(unpacked, tmp_path / "lantu")
    assert done.returncode == 1
    assert "2.7 plan9 vax" in done.stderr
    assert not (tmp_path / "lantu").exists()


def test_installer_overwrites_nothing(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "lantu").mkdir()
    (tmp_path / "lantu" / "mine").touch()
    done = install(unpacked, tmp_path / "lantu")
    assert done.returncode == 1
    assert "不为空" in done.stderr


def test_installer_refuses_an_altered_file(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "more.txt").write_text("altered", encoding="utf-8")
    with (unpacked / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write(f"{'0' * 64}  more.txt\n")
    done = install(unpacked, tmp_path / "lantu")
    assert done.returncode == 1
    assert "more.txt" in done.stderr
    assert not (tmp_path / "lantu").exists()
