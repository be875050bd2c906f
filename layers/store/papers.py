"""Documents kept by digest, and secrets that only their owner can read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from layers.store.catalogue import Catalogue
from layers.store.files import safe_name, write_durably


class Documents:
    """Files named by the SHA-256 of their content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep the bytes; the same bytes are kept once."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / digest
        if not path.exists():
            self._folder.mkdir(exist_ok=True)
            write_durably(path, data)
        return digest

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a digest."""
        path = self._folder / sha256
        if not re.fullmatch(r"[0-9a-f]{64}", sha256) or not path.is_file():
            raise LantuError(
                "no_document",
                Text(f"没有文档 {sha256[:64]}", f"There is no document {sha256[:64]}"),
                Text("请核对文档的 SHA-256", "Check the document's SHA-256"),
            )
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LantuError(
                "document_altered",
                Text(f"文档 {sha256[:12]} 已被改动", f"Document {sha256[:12]} was altered"),
                Text("请从备份恢复", "Restore it from a backup"),
            )
        return data


class Secrets:
    """Settings that must not travel with the workspace's catalogue: one 0600 file each."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self._folder = folder
        self._catalogue = catalogue

    def put(self, name: str, value: Mapping[str, object], *, at: datetime) -> None:
        """Keep a value; the catalogue learns its name only."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        data = json.dumps({"name": name, "value": dict(value)}, ensure_ascii=False).encode()
        write_durably(self._folder / f"{safe_name(name)}.json", data, mode=0o600)
        with self._catalogue.writing() as write:
            write.revise("local_grid", name, at)

    def all(self) -> dict[str, dict[str, object]]:
        """All values by name."""
        if not self._folder.is_dir():
            return {}
        read = (json.loads(path.read_bytes()) for path in sorted(self._folder.glob("*.json")))
        return {item["name"]: item["value"] for item in read}
