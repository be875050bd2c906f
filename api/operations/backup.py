"""A backup: one file with workspace and records as they were at a moment, while the server runs.

It is a tar archive, compressed: the files of a folder workspace, or the tables of a database;
the records; and `manifest.json` with the SHA-256 of each. The records are taken first, then the
catalogue, then what both name: that is written once and before it is named, so nothing is missing.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from api.operations.table_copies import copy_out, record_tables, store_tables
from api.records.database import records_address
from api.settings import Settings
from gis.errors import LantuError, Text
from layers.places import is_url
from layers.store import open_workspace
from layers.store.files import STAGING

FORMAT = 1
MANIFEST = "manifest.json"
FOLDER, RECORDS_FILE = "workspace/", "records.sqlite"
STORE_TABLES, RECORD_TABLES = "tables/workspace/", "tables/records/"
CATALOGUE = "catalogue.sqlite"
_LEFT_OUT = {"logs"}
_COMPRESSION = 1


@dataclass
class Archive:
    """The backup that is being written: its entries and their digests."""

    tar: tarfile.TarFile
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, path: Path) -> None:
        """Take in a file under a name."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._add(name, _Hashed(file), size)

    def add_bytes(self, name: str, data: bytes) -> None:
        """Take in bytes under a name."""
        self._add(name, _Hashed(io.BytesIO(data)), len(data))

    def _add(self, name: str, content: _Hashed, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, content)
        self.entries[name] = {"sha256": content.digest.hexdigest(), "bytes": size}


class _Hashed:
    """A file that tells the digest of what was read from it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        data: bytes = self._file.read(size)
        self.digest.update(data)
        return data


def make_backup(settings: Settings, target: Path, *, at: datetime) -> Mapping[str, Any]:
    """Write a backup of workspace and records; return its manifest.

    Parameters
    ----------
    settings
        Where workspace and records are.
    target
        A file that is not there yet. It holds secrets: only its owner may read it.
    at
        The moment, read by the caller.

    Raises
    ------
    LantuError
        `backup_exists`; what opening workspace or records refuses.
    """
    if target.exists():
        raise LantuError(
            "backup_exists",
            Text(f"文件“{target.name}”已存在", f"{target.name!r} exists"),
            Text("备份不覆盖已有文件，请另取文件名", "A backup overwrites nothing: name another"),
            where=target.name,
        )
    workspace = open_workspace(settings.workspace)
    revision = workspace.revision
    workspace.close()
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            manifest = _write(file, settings, at, revision)
            file.flush()
            os.fsync(file.fileno())
        staged.rename(target)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return manifest


def _write(file: Any, settings: Settings, at: datetime, revision: int) -> dict[str, Any]:
    with (
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=_COMPRESSION) as tar,
        tempfile.TemporaryDirectory(prefix="lantu-backup-") as scratch,
    ):
        archive = Archive(tar)
        records = _add_records(archive, records_address(settings), Path(scratch))
        store = _add_workspace(archive, settings.workspace, Path(scratch))
        manifest = {
            "format": FORMAT,
            "made_at": at.isoformat(),
            "program": version("lantu"),
            "workspace": store,
            "records": records,
            "revision": revision,
            "entries": dict(archive.entries),
        }
        archive.add_bytes(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return manifest


# --- records ------------------------------------------------------------------------------------


def _add_records(archive: Archive, address: str, scratch: Path) -> dict[str, Any] | None:
    """Take in the records; None where there are none yet."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return copy_out(archive.add, address, record_tables(), RECORD_TABLES, scratch)
    path = Path(url.database or "")
    if not path.is_file():
        return None
    archive.add(RECORDS_FILE, _snapshot(path, scratch / RECORDS_FILE))
    return {"kind": "file"}


def _snapshot(path: Path, copy: Path) -> Path:
    """Copy an SQLite database as it is at one moment, whoever writes to it."""
    with (
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    return copy


# --- workspace ----------------------------------------------------------------------------------


def _add_workspace(archive: Archive, place: str, scratch: Path) -> dict[str, Any]:
    if is_url(place):
        return copy_out(archive.add, place, store_tables(), STORE_TABLES, scratch)
    folder = Path(place)
    copy = _snapshot(folder / CATALOGUE, scratch / CATALOGUE)
    archive.add(FOLDER + CATALOGUE, copy)
    with closing(sqlite3.connect(copy)) as catalogue:
        published = [row[0] for row in catalogue.execute("SELECT file FROM editions ORDER BY file")]
    for name in published:
        archive.add(FOLDER + name, folder / name)
    for path in _kept(folder):
        with suppress(FileNotFoundError):  # a job that ended meanwhile took its file away
            archive.add(FOLDER + path.relative_to(folder).as_posix(), path)
    return {"kind": "folder"}


def _kept(folder: Path) -> Iterator[Path]:
    """Files of a workspace beside databases and editions: documents, packs, secrets."""
    for place in sorted(folder.iterdir()):
        if not place.is_dir() or place.name in _LEFT_OUT | {"layers"}:
            continue
        for path in sorted(place.rglob("*")):
            staged = any(part.startswith(STAGING) for part in path.parts)
            if path.is_file() and not path.is_symlink() and not staged:
                yield path
