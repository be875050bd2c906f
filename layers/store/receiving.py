"""Take in a copy of a workspace: what `layers.store.copying` fills; here for a folder."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from layers.places import Place
from layers.store.catalogue import Catalogue
from layers.store.database import HEAD, Write
from layers.store.drafts import Payload
from layers.store.embedded import edition_place, expect_empty, write_payload
from layers.store.files import STAGING, fingerprint, sync_folder
from layers.store.packs import FolderShelf
from layers.store.papers import FileDocuments, FileSecrets


class Receiver(ABC):
    """Where a copy goes; nothing of it is seen before all of it is there."""

    write: Write

    @abstractmethod
    def document(self, data: bytes) -> None:
        """Keep a document."""

    @abstractmethod
    def pack(self, place: str, folder: Path) -> None:
        """Keep a state of a pack."""

    @abstractmethod
    def secret(self, name: str, value: Mapping[str, object]) -> None:
        """Keep a secret."""

    @abstractmethod
    def edition(self, row: Mapping[str, Any], payload: Payload) -> tuple[str, str]:
        """Keep what the edition of a row holds; return its place and its fingerprint."""


class FolderReceiver(Receiver):
    """A folder being filled."""

    def __init__(self, path: Path, catalogue: Catalogue, write: Write, crs: str) -> None:
        self.write = write
        self._path = path
        self._crs = crs
        self._documents = FileDocuments(path / "documents")
        self._shelf = FolderShelf(path / "packs", catalogue)
        self._secrets = FileSecrets(path / "secrets", catalogue)

    def document(self, data: bytes) -> None:
        """Keep a document."""
        self._documents.put(data)

    def pack(self, place: str, folder: Path) -> None:
        """Keep a state of a pack."""
        self._shelf.keep_at(place, folder)

    def secret(self, name: str, value: Mapping[str, object]) -> None:
        """Keep a secret."""
        self._secrets.keep(name, value)

    def edition(self, row: Mapping[str, Any], payload: Payload) -> tuple[str, str]:
        """Write the file of an edition."""
        place = edition_place(row["layer"], row["key"], row["part"], row["checksum"], payload)
        target = self._path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        at = datetime.fromisoformat(row["published_at"])
        write_payload(target, payload, crs=self._crs, at=at)
        return place, fingerprint(target)


@contextmanager
def receiving(place: Place, crs: str) -> Iterator[FolderReceiver]:
    """Fill a folder beside the one that is wanted, then give it its name."""
    path = Path(place)
    expect_empty(path)
    staging = path.with_name(f"{STAGING}{path.name}")
    shutil.rmtree(staging, ignore_errors=True)
    for folder in ("layers", "packs", "documents"):
        (staging / folder).mkdir(parents=True)
    catalogue = Catalogue(staging / "catalogue.sqlite")
    try:
        with catalogue.making() as write:
            write.execute("INSERT INTO store_version (version_num) VALUES (?)", (HEAD,))
            yield FolderReceiver(staging, catalogue, write, crs)
        catalogue.close()
        if path.exists():
            path.rmdir()
        staging.rename(path)
        sync_folder(path.parent)
    finally:
        catalogue.close()
        shutil.rmtree(staging, ignore_errors=True)
