"""Documents kept by digest, and secrets that only their owner can read."""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from layers.store.database import Database
from layers.store.files import safe_name, write_durably


class Documents(ABC):
    """Bytes known by their SHA-256."""

    @abstractmethod
    def _keep(self, digest: str, data: bytes) -> None:
        """Keep bytes; those that are kept already are left as they are."""

    @abstractmethod
    def _load(self, digest: str) -> bytes | None:
        """Bytes of a digest, None where there are none."""

    @abstractmethod
    def digests(self) -> tuple[str, ...]:
        """Digests of all documents, sorted."""

    def put(self, data: bytes) -> str:
        """Keep the bytes; the same bytes are kept once."""
        digest = hashlib.sha256(data).hexdigest()
        self._keep(digest, data)
        return digest

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a digest; raises `no_document`, `document_altered`."""
        data = self._load(sha256) if re.fullmatch(r"[0-9a-f]{64}", sha256) else None
        if data is None:
            raise LantuError(
                "no_document",
                Text(f"没有文档 {sha256[:64]}", f"There is no document {sha256[:64]}"),
                Text("请核对文档的 SHA-256", "Check the document's SHA-256"),
            )
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LantuError(
                "document_altered",
                Text(f"文档 {sha256[:12]} 已被改动", f"Document {sha256[:12]} was altered"),
                Text("请从备份恢复", "Restore it from a backup"),
            )
        return data


class FileDocuments(Documents):
    """Files named by the SHA-256 of their content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _keep(self, digest: str, data: bytes) -> None:
        path = self._folder / digest
        if not path.exists():
            self._folder.mkdir(exist_ok=True)
            write_durably(path, data)

    def _load(self, digest: str) -> bytes | None:
        path = self._folder / digest
        return path.read_bytes() if path.is_file() else None

    def digests(self) -> tuple[str, ...]:
        """Digests of all documents, sorted."""
        found = self._folder.iterdir() if self._folder.is_dir() else iter(())
        return tuple(sorted(p.name for p in found if re.fullmatch(r"[0-9a-f]{64}", p.name)))


class Secrets(ABC):
    """Settings that reports and copies of the tables must not carry: parameters of local grids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @abstractmethod
    def keep(self, name: str, value: Mapping[str, object]) -> None:
        """Keep a value without a revision."""

    @abstractmethod
    def all(self) -> dict[str, dict[str, object]]:
        """All values by name."""

    def put(self, name: str, value: Mapping[str, object], *, at: datetime) -> None:
        """Keep a value; the revision tells its name only."""
        self.keep(name, value)
        with self._database.writing() as write:
            write.revise("local_grid", name, at)


class FileSecrets(Secrets):
    """One file each that only its owner can read."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(database)
        self._folder = folder

    def keep(self, name: str, value: Mapping[str, object]) -> None:
        """Write the file."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        data = json.dumps({"name": name, "value": dict(value)}, ensure_ascii=False).encode()
        write_durably(self._folder / f"{safe_name(name)}.json", data, mode=0o600)

    def all(self) -> dict[str, dict[str, object]]:
        """All values by name."""
        if not self._folder.is_dir():
            return {}
        read = (json.loads(path.read_bytes()) for path in sorted(self._folder.glob("*.json")))
        return {item["name"]: item["value"] for item in read}
