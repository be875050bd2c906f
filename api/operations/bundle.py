"""The offline installer: `python -m api.operations.bundle [DIST]`, called by `make bundle`.

`lantu-bundle-<version>.tar.gz` holds our wheel (fonts, web assets, specs and rules in it), the
wheels of all that it needs for this platform, pip itself, docs, files for deployment and
`install.sh`. Everything is fixed by hash: the wheels by the lock file, the rest by `SHA256SUMS`.
"""

from __future__ import annotations

import gzip
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = Path(__file__).parent / "deploy"
ASSETS = ROOT / "api" / "pages" / "static" / "vendor"
NAME = "lantu"


def main() -> None:
    """Make the bundle and print where it is."""
    dist = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    path = make_bundle(dist)
    sys.stdout.write(f"{path} ({path.stat().st_size / 1e6:.0f} MB)\n")


def make_bundle(dist: Path) -> Path:
    """Gather wheels and files, and pack them; return the path of the bundle."""
    if not (ASSETS / "leaflet.js").is_file():
        sys.exit("the web assets are not there: run `make setup` first")
    release = metadata.version(NAME)
    target = dist / f"{NAME}-bundle-{release}.tar.gz"
    dist.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lantu-bundle-") as scratch:
        folder = Path(scratch) / f"{NAME}-bundle-{release}"
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        locked = locked_lines(
            (ROOT / "requirements.lock").read_text("utf-8"), needed(ROOT / "pyproject.toml")
        )
        fetch_wheels(locked, wheels)
        own = build_wheel(wheels)
        lines = f"{locked}{NAME}=={release} --hash=sha256:{digest(own)}\n"
        (folder / "requirements.txt").write_text(lines, encoding="utf-8")
        add_files(folder)
        pack(folder, target)
    return target


def needed(project: Path) -> set[str]:
    """Names of all that a project needs here, from its declaration and from what is installed."""
    from packaging.requirements import Requirement

    declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    waiting = [(text, "") for text in declared]
    found: set[tuple[str, str]] = set()
    while waiting:
        text, extra = waiting.pop()
        asked = Requirement(text)
        if asked.marker is not None and not asked.marker.evaluate({"extra": extra}):
            continue
        name = plain_name(asked.name)
        for option in {"", *asked.extras} - {known for held, known in found if held == name}:
            found.add((name, option))
            waiting += [(text, option) for text in metadata.requires(name) or ()]
    return {name for name, _ in found}


def plain_name(name: str) -> str:
    """Return a distribution's name in the form that lock files write."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_lines(lock: str, names: Iterable[str]) -> str:
    """Return the entries of the lock file for some names, with their hashes.

    Raises
    ------
    ValueError
        When a name is not locked.
    """
    entries: dict[str, list[str]] = {}
    for entry in re.split(r"\n(?=\S)", lock):
        name = re.match(r"[A-Za-z0-9._-]+", entry)
        if name is not None:
            entries.setdefault(plain_name(name[0]), []).append(entry)
    missing = sorted(set(names) - set(entries))
    if missing:
        raise ValueError(f"not in the lock file: {', '.join(missing)}")
    return "".join(f"{entry.rstrip()}\n" for name in sorted(names) for entry in entries[name])


def fetch_wheels(locked: str, wheels: Path) -> None:
    """Fetch the wheels of locked entries for this platform, and pip of the version that runs."""
    fetch = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(wheels)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(locked)
        file.flush()
        _pip(*fetch, "--require-hashes", "--requirement", file.name)
    _pip(*fetch, f"pip=={metadata.version('pip')}")


def build_wheel(wheels: Path) -> Path:
    """Build our own wheel."""
    _pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT))
    (own,) = wheels.glob(f"{NAME}-*.whl")
    return own


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own arguments


def add_files(folder: Path) -> None:
    """Add documents, files for deployment, what Python it is for, and the sums of all files."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copytree(DEPLOY, folder / "deploy", ignore=shutil.ignore_patterns("install.sh"))
    for path in (
        ROOT / "README.md",
        ROOT / "LICENSE",
        ROOT / "CHANGELOG.md",
        DEPLOY / "install.sh",
    ):
        shutil.copy(path, folder / path.name)
    told = f"{sys.version_info[0]}.{sys.version_info[1]} {sys.platform} {platform.machine()}\n"
    (folder / "python.txt").write_text(told, encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(folder: Path, target: Path) -> None:
    """Pack a folder; the same files give the same bytes."""
    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in sorted(folder.rglob("*")):
            info = tar.gettarinfo(path, path.relative_to(folder.parent).as_posix())
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            info.mtime = 0
            info.mode = 0o755 if path.is_dir() or path.suffix == ".sh" else 0o644
            if path.is_file():
                with path.open("rb") as content:
                    tar.addfile(info, content)
            else:
                tar.addfile(info)


if __name__ == "__main__":
    main()
