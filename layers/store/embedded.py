"""The embedded workspace: a folder with an SQLite catalogue and one write-once file an edition.

catalogue.sqlite      settings, revisions, layer specs, editions, packs, assessments, ledger
layers/<key>/         <edition>-<checksum8>.gpkg or .tif
packs/<name>/<digest> copies of an office's rule packs, older ones kept for replay
documents/<sha256>    documents by digest
secrets/              parameters of local grids, readable by the owner only
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Text
from layers.editions import Edition
from layers.store import workspace
from layers.store.catalogue import Catalogue
from layers.store.drafts import EditionDraft, FeatureTable, Payload
from layers.store.edition_file import write_edition_file
from layers.store.edition_reader import EditionReader
from layers.store.editions_table import insert, published_before
from layers.store.feature_pages import Outlines, Wanted
from layers.store.files import STAGING, exclusive, fingerprint, safe_name, sync_file, sync_folder
from layers.store.packs import FolderShelf
from layers.store.papers import FileDocuments, FileSecrets
from layers.store.protocol import Box, Features

Answer = TypeVar("Answer")


class Workspace(workspace.Workspace):
    """One office's data in a folder."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        super().__init__(
            path.name,
            catalogue,
            documents=FileDocuments(path / "documents"),
            shelf=FolderShelf(path / "packs", catalogue),
            secrets=FileSecrets(path / "secrets", catalogue),
        )
        self.path = path
        self._reader = EditionReader()

    # --- making and opening -----------------------------------------------------------------

    @classmethod
    def create(
        cls, path: Path, *, crs: str, area: BaseGeometry, at: datetime, packs: Iterable[str] = ()
    ) -> Workspace:
        """Make a workspace in a new or empty folder.

        Parameters
        ----------
        path
            The folder.
        crs
            Working CRS: projected, in metres.
        area
            Area of the workspace in the working CRS; not empty.
        at
            The moment, read by the caller.
        packs
            Names of the rule packs in force.

        Raises
        ------
        LantuError
            `workspace_exists`, `unknown_crs`, `working_crs_not_metric`, `empty_area`.
        """
        settings = workspace.first_settings(crs, area, packs)
        expect_empty(path)
        for folder in ("layers", "packs", "documents"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(path / "catalogue.sqlite")
        catalogue.create(settings, at=at)
        sync_folder(path)
        return cls(path, catalogue)

    @classmethod
    def open(cls, path: Path) -> Workspace:
        """Open a workspace.

        Raises
        ------
        LantuError
            `no_workspace`, `workspace_version`, `workspace_unreadable`.
        """
        catalogue = _catalogue_of(path)
        catalogue.check()
        return cls(path, catalogue)

    @classmethod
    def version(cls, path: Path) -> str:
        """How far the tables have come, before `open` brings them up; raises as `open` does."""
        return _catalogue_of(path).version()

    def close(self) -> None:
        """Close all files; the workspace may be used again afterwards."""
        self._reader.close()
        self.database.close()

    # --- editions ---------------------------------------------------------------------------

    def read(self, edition: Edition, box: Box) -> Features:
        """Features whose bounds meet the box, in the working CRS, boundaries included.

        Big polygons come as the pieces that meet the box; rows are ordered by feature, piece.

        Raises
        ------
        LantuError
            `layer_unreadable` when the file is missing, altered or broken.
        """
        return self._asked(edition, lambda path, mark: self._reader.read(path, mark, box))

    def whole(self, edition: Edition) -> FeatureTable:
        """All features of an edition as they were published; raises as `read` does."""
        return self._asked(edition, self._reader.whole)

    def outlines(self, edition: Edition, wanted: Wanted) -> Outlines:
        """Numbers and bounds of features, out of the R-tree; see `FeaturePages`."""
        return self._asked(edition, lambda path, mark: self._reader.outlines(path, mark, wanted))

    def numbered(self, edition: Edition, ids: Sequence[int]) -> Features:
        """Whole features by number; see `FeaturePages`."""
        return self._asked(edition, lambda path, mark: self._reader.numbered(path, mark, ids))

    def _asked(self, edition: Edition, ask: Callable[[Path, str], Answer]) -> Answer:
        try:
            return ask(self.path / edition.file, self._mark(edition))
        except LantuError as error:
            raise error.at(f"{edition.layer} {edition.id}") from error

    def raster(self, edition: Edition) -> Path:
        """Path of an edition's GeoTIFF; raises `layer_unreadable` as `read` does."""
        path = self.path / edition.file
        try:
            self._reader.check(path, self._mark(edition))
        except LantuError as error:
            raise error.at(f"{edition.layer} {edition.id}") from error
        return path

    def publish(self, draft: EditionDraft, payload: Payload) -> Edition:
        """Publish an edition; see `workspace.Workspace.publish`.

        The file is written under a staging name in the layer's folder, brought to the disk and
        renamed; then one transaction adds the row that makes it visible.
        """
        self._expect(draft, payload)
        folder = self.path / "layers" / safe_name(draft.layer)
        with exclusive(folder):
            self._sweep(folder, draft.layer)
            before = published_before(self.editions(draft.layer), draft)
            if before is not None:
                return before
            place = edition_place(draft.layer, draft.key, draft.part, draft.checksum, payload)
            target = self.path / place
            staging = folder / f"{STAGING}{os.getpid()}{target.suffix}"
            try:
                write_payload(staging, payload, crs=self._crs, at=draft.published_at)
                mark = fingerprint(staging)
                staging.replace(target)
                sync_folder(folder)
            except BaseException:
                staging.unlink(missing_ok=True)
                raise
            with self.database.writing() as write:
                insert(
                    write,
                    draft,
                    file=place,
                    mark=mark,
                    count=len(payload.geometries) if isinstance(payload, FeatureTable) else 0,
                )
        return self._published(draft)

    def _sweep(self, folder: Path, layer: str) -> None:
        """Remove what a killed publisher left; only the holder of the folder's lock may."""
        rows = self.database.rows("SELECT file FROM editions WHERE layer = ?", (layer,))
        known = {(self.path / file).name for (file,) in rows}
        for path in folder.iterdir():
            ours = path.name.startswith(STAGING) or path.suffix in {".gpkg", ".tif"}
            if ours and path.name not in known and path.is_file():
                path.chmod(0o644)
                path.unlink()


def expect_empty(path: Path) -> None:
    """Refuse a folder that holds something (`workspace_exists`)."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise LantuError(
            "workspace_exists",
            Text(f"{path.name} 已存在且不为空", f"{path.name} exists and is not empty"),
            Text("请另选一个文件夹", "Choose another folder"),
            where=path.name,
        )


def edition_place(layer: str, key: str, part: str | None, checksum: str, payload: Payload) -> str:
    """Place of an edition's file within the workspace."""
    suffix = ".gpkg" if isinstance(payload, FeatureTable) else ".tif"
    name = safe_name(json.dumps([key, part]) if part else key)
    return f"layers/{safe_name(layer)}/{name}-{safe_name(checksum[:8])}{suffix}"


def write_payload(path: Path, payload: Payload, *, crs: str, at: datetime) -> None:
    """Write features or a raster to a new file and bring it to the disk."""
    if isinstance(payload, FeatureTable):
        write_edition_file(path, payload, crs=crs, at=at)
    else:
        shutil.copyfile(payload, path)
    sync_file(path)
    path.chmod(0o444)  # QGIS writes into a GeoPackage that it may write to


def _catalogue_of(path: Path) -> Catalogue:
    catalogue = Catalogue(path / "catalogue.sqlite")
    if not catalogue.path.is_file():
        raise LantuError(
            "no_workspace",
            Text(f"{path.name} 不是工作区", f"{path.name} is no workspace"),
            Text(
                "请用 lantu init 建立工作区，或用 -w 指定已有的工作区",
                "Make one with lantu init, or name an existing one with -w",
            ),
            where=path.name,
        )
    return catalogue
