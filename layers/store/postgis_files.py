"""Documents, rasters, packs and secrets as rows, so that every server process sees them.

What must be a file to be used (rasters, packs) is unpacked into a cache by its digest.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from gis.errors import LantuError, Text
from layers.store.files import STAGING, exclusive
from layers.store.packs import PackShelf, digest_of, files_of
from layers.store.papers import Documents, Secrets
from layers.store.postgres import Postgres, PostgresWrite

BLOCK_BYTES = 1 << 20


def cache_folder() -> Path:
    """Folder of unpacked rasters and packs: `LANTU_CACHE`, else the user's own cache.

    Raises
    ------
    LantuError
        `cache_unwritable`.
    """
    named = os.environ.get("LANTU_CACHE")
    if named:
        folder = Path(named)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "lantu" / "cache"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lantu"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LantuError(
            "cache_unwritable",
            Text(
                f"缓存文件夹不能建立：{error.strerror}",
                f"The cache folder cannot be made: {error.strerror}",
            ),
            Text(
                "请用环境变量 LANTU_CACHE 指定一个可写的文件夹",
                "Name a writable folder in LANTU_CACHE",
            ),
            where=folder.name,
        ) from error
    return folder


class Blocks:
    """Bytes of any size by kind and SHA-256, in blocks; kept once, never changed."""

    def __init__(self, database: Postgres) -> None:
        self._database = database

    def put(self, write: PostgresWrite, kind: str, path: Path) -> str:
        """Keep a file in a transaction; return its SHA-256."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            self._insert(write, kind, digest, iter(lambda: file.read(BLOCK_BYTES), b""))
        return digest

    def put_bytes(self, write: PostgresWrite, kind: str, data: bytes) -> str:
        """Keep bytes in a transaction; return their SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        blocks = (data[at : at + BLOCK_BYTES] for at in range(0, len(data) or 1, BLOCK_BYTES))
        self._insert(write, kind, digest, blocks)
        return digest

    def _insert(
        self, write: PostgresWrite, kind: str, digest: str, blocks: Iterator[bytes]
    ) -> None:
        there = write.execute(
            "SELECT 1 FROM files WHERE kind = ? AND sha256 = ? LIMIT 1", (kind, digest)
        )
        if there:
            return
        for number, block in enumerate(blocks):
            write.execute(
                "INSERT INTO files (kind, sha256, number, data) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (kind, digest, number, block),
            )

    def read(self, kind: str, digest: str) -> Iterator[bytes]:
        """Blocks of a digest in their order; none where there is nothing."""
        number = 0
        while rows := self._database.rows(
            "SELECT data FROM files WHERE kind = ? AND sha256 = ? AND number = ?",
            (kind, digest, number),
        ):
            yield bytes(rows[0][0])
            number += 1

    def digests(self, kind: str) -> tuple[str, ...]:
        """Digests of a kind, sorted."""
        rows = self._database.rows(
            "SELECT sha256 FROM files WHERE kind = ? AND number = 0 ORDER BY sha256", (kind,)
        )
        return tuple(row[0] for row in rows)


class TableDocuments(Documents):
    """Documents as rows."""

    def __init__(self, database: Postgres, blocks: Blocks) -> None:
        self._database = database
        self._blocks = blocks

    def _keep(self, digest: str, data: bytes) -> None:
        if not self._database.rows(
            "SELECT 1 FROM files WHERE kind = 'document' AND sha256 = ? LIMIT 1", (digest,)
        ):
            with self._database.transaction() as write:
                self._blocks.put_bytes(write, "document", data)

    def _load(self, digest: str) -> bytes | None:
        blocks = list(self._blocks.read("document", digest))
        return b"".join(blocks) if blocks else None

    def digests(self) -> tuple[str, ...]:
        """Digests of all documents, sorted."""
        return self._blocks.digests("document")


class TableSecrets(Secrets):
    """Secrets in a table of their own: copies for others leave it out (`pg_dump -T secrets`)."""

    def __init__(self, database: Postgres) -> None:
        super().__init__(database)
        self._postgres = database

    def keep(self, name: str, value: Mapping[str, object]) -> None:
        """Write the row."""
        with self._postgres.transaction() as write:
            keep_secret(write, name, value)

    def all(self) -> dict[str, dict[str, object]]:
        """All values by name."""
        rows = self._postgres.rows("SELECT name, value FROM secrets ORDER BY name")
        return {name: json.loads(value) for name, value in rows}


class TableShelf(PackShelf):
    """Copies of packs as archives, unpacked into the cache."""

    def __init__(self, database: Postgres, blocks: Blocks) -> None:
        super().__init__(database)
        self._postgres = database
        self._blocks = blocks
        self._checked: set[str] = set()

    def folder(self, place: str) -> Path:
        """Folder of a state in the cache, compared with its digest once per process."""
        target = cache_folder() / "packs" / place
        if place in self._checked and target.is_dir():
            return target
        with exclusive(target.parent):
            if not target.is_dir() or not _is_state(target, place):
                self._unpack(place, target)
        self._checked.add(place)
        return target

    def _unpack(self, place: str, target: Path) -> None:
        rows = self._postgres.rows("SELECT sha256 FROM pack_copies WHERE place = ?", (place,))
        data = b"".join(self._blocks.read("pack", rows[0][0])) if rows else b""
        shutil.rmtree(target, ignore_errors=True)
        staging = target.with_name(f"{STAGING}{os.getpid()}")
        shutil.rmtree(staging, ignore_errors=True)
        if data:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(staging)
        if not data or not _is_state(staging, place):
            raise LantuError(
                "pack_altered",
                Text(
                    f"规则库副本 {place} 缺失或已被改动", f"The copy {place} is gone or was altered"
                ),
                Text(
                    "请从备份恢复，或用 lantu rules add 重新登记",
                    "Restore it from a backup, or add the pack again",
                ),
                where=place,
            )
        staging.replace(target)

    def places(self, pack: str | None = None) -> tuple[str, ...]:
        """Places of all states that are kept."""
        rows = self._postgres.rows("SELECT place FROM pack_copies ORDER BY place")
        return tuple(place for (place,) in rows if pack is None or place.rpartition("/")[0] == pack)

    def _keep(self, place: str, folder: Path, files: list[Path]) -> None:
        if place in self.places():
            return
        with self._postgres.transaction() as write:
            keep_pack(write, self._blocks, place, folder, files)


def keep_secret(write: PostgresWrite, name: str, value: Mapping[str, object]) -> None:
    """Write the row of a secret."""
    write.execute(
        "INSERT INTO secrets (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, json.dumps(dict(value))),
    )


def keep_pack(
    write: PostgresWrite, blocks: Blocks, place: str, folder: Path, files: list[Path]
) -> None:
    """Write the archive of a state of a pack, and the row that names it."""
    digest = blocks.put_bytes(write, "pack", _archive(folder, files))
    write.execute(
        "INSERT INTO pack_copies (place, sha256) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (place, digest),
    )


def _is_state(folder: Path, place: str) -> bool:
    return digest_of(folder, files_of(folder))[:16] == place.rpartition("/")[2]


def _archive(folder: Path, files: list[Path]) -> bytes:
    """Zip of files, the same bytes for the same content."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in files:
            entry = zipfile.ZipInfo(place.as_posix())  # its date is 1980 for all
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / place).read_bytes())
    return held.getvalue()
