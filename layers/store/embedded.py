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
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import working_crs
from gis.errors import LantuError, Text
from layers.assessments import AreaAssessment, LifeEvent, Standing
from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.store.assessment_table import Act, AssessmentTable
from layers.store.catalogue import Catalogue
from layers.store.drafts import EditionDraft, FeatureTable, Payload
from layers.store.edition_file import write_edition_file
from layers.store.edition_reader import EditionReader
from layers.store.editions_table import editions_of, insert, published_before
from layers.store.files import STAGING, exclusive, fingerprint, safe_name, sync_file, sync_folder
from layers.store.ledger import Holding, Ledger
from layers.store.packs import PackShelf
from layers.store.papers import Documents, Secrets
from layers.store.protocol import Box, Features
from layers.store.records import Records
from layers.store.releases import Releases
from layers.store.spec_table import SpecTable


class Workspace:
    """One office's data in a folder; implements `LayerStore`. Safe to use from many threads.

    Every write adds one to the revision; the moment of a write is given by the caller.
    """

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.path = path
        self._catalogue = catalogue
        self._reader = EditionReader()
        self._specs = SpecTable(catalogue)
        self.shelf = self._packs = PackShelf(path / "packs", catalogue)
        self._documents = Documents(path / "documents")
        self._secrets = Secrets(path / "secrets", catalogue)
        self._assessments = AssessmentTable(catalogue, self._documents)
        self.ledger = Ledger(catalogue)
        self.records = Records(catalogue)
        self._cache: dict[str, tuple[int, tuple[Edition, ...]]] = {}
        self._marks: dict[int, str] = {}
        settings = dict(
            catalogue.rows("SELECT name, value FROM settings WHERE name IN ('crs', 'area')")
        )
        self._crs: str = settings["crs"].decode()
        self._area: BaseGeometry = shapely.from_wkb(settings["area"])

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
        working_crs(crs)
        if area.is_empty or not area.area > 0:
            raise LantuError(
                "empty_area",
                Text("工作区范围为空", "The workspace's area is empty"),
                Text("请给出工作坐标系下的范围", "Give the area in the working CRS"),
            )
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise LantuError(
                "workspace_exists",
                Text(f"{path.name} 已存在且不为空", f"{path.name} exists and is not empty"),
                Text("请另选一个文件夹", "Choose another folder"),
                where=path.name,
            )
        for folder in ("layers", "packs", "documents"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(path / "catalogue.sqlite")
        settings = {
            "crs": crs.encode(),
            "area": shapely.to_wkb(area),
            "packs": json.dumps(list(packs)).encode(),
        }
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
        catalogue.check()
        return cls(path, catalogue)

    def close(self) -> None:
        """Close all files; the workspace may be used again afterwards."""
        self._reader.close()
        self._catalogue.close()

    # --- reading: LayerStore ----------------------------------------------------------------

    @property
    def crs(self) -> str:
        """Working CRS as given at creation."""
        return self._crs

    @property
    def area(self) -> BaseGeometry:
        """The workspace's area in the working CRS."""
        return self._area

    @property
    def revision(self) -> int:
        """The newest revision."""
        return int(self._catalogue.rows("SELECT max(revision) FROM revisions")[0][0])

    def specs(self, *, known_at: int | None = None) -> Mapping[str, LayerSpec]:
        """All layers known by key, now or at a revision; own specs go before shipped ones."""
        return self._specs.all(known_at)

    def editions(self, layer: str) -> Sequence[Edition]:
        """All editions of a layer, oldest first; kept in memory until the next revision."""
        revision = self.revision
        held = self._cache.get(layer)
        if held is None or held[0] != revision:
            held = self._cache[layer] = (revision, editions_of(self._catalogue, layer))
        return held[1]

    def read(self, edition: Edition, box: Box) -> Features:
        """Features whose bounds meet the box, in the working CRS, boundaries included.

        Big polygons come as the pieces that meet the box; rows are ordered by feature, piece.

        Raises
        ------
        LantuError
            `layer_unreadable` when the file is missing, altered or broken.
        """
        try:
            return self._reader.read(self.path / edition.file, self._mark(edition), box)
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

    def issue_log(self, edition: Edition) -> dict[str, object]:
        """What ingest found when the edition was published."""
        rows = self._catalogue.rows(
            "SELECT issue_log FROM editions WHERE revision = ?", (edition.revision,)
        )
        log: dict[str, object] = json.loads(rows[0][0])
        return log

    def _mark(self, edition: Edition) -> str:
        """Fingerprint of an edition's file; write-once, hence asked for once."""
        held = self._marks.get(edition.revision)
        if held is None:
            rows = self._catalogue.rows(
                "SELECT fingerprint FROM editions WHERE revision = ?", (edition.revision,)
            )
            held = self._marks[edition.revision] = str(rows[0][0])
        return held

    # --- writing ----------------------------------------------------------------------------

    def add_spec(self, path: Path, *, at: datetime) -> LayerSpec:
        """Add a layer of the workspace's own, or a new text of one; the same text changes nothing.

        Raises
        ------
        LantuError
            `bad_file`; `spec_conflict` when editions hold another geometry kind.
        """
        return self._specs.add(path, at=at)

    def publish(self, draft: EditionDraft, payload: Payload) -> Edition:
        """Publish an edition: all of it or nothing, whenever the process dies.

        The file is written under a staging name in the layer's folder, brought to the disk and
        renamed; then one transaction adds the row that makes it visible. One publisher a layer at
        a time; what a killed one left is removed by the next.

        Returns
        -------
        The edition; the one there is when the same file was published under this key before.

        Raises
        ------
        LantuError
            `unknown_layer`, `edition_exists`, `bad_features`, `payload_mismatch`.
        """
        self._expect(draft, payload)
        folder = self.path / "layers" / safe_name(draft.layer)
        with exclusive(folder):
            self._sweep(folder, draft.layer)
            before = published_before(self.editions(draft.layer), draft)
            if before is not None:
                return before
            suffix = ".gpkg" if isinstance(payload, FeatureTable) else ".tif"
            name = safe_name(json.dumps([draft.key, draft.part]) if draft.part else draft.key)
            target = folder / f"{name}-{safe_name(draft.checksum[:8])}{suffix}"
            staging = folder / f"{STAGING}{os.getpid()}{suffix}"
            try:
                self._write(staging, draft, payload)
                mark = fingerprint(staging)
                staging.replace(target)
                sync_folder(folder)
            except BaseException:
                staging.unlink(missing_ok=True)
                raise
            with self._catalogue.writing() as write:
                insert(
                    write,
                    draft,
                    file=target.relative_to(self.path).as_posix(),
                    mark=mark,
                    count=len(payload.geometries) if isinstance(payload, FeatureTable) else 0,
                )
        (edition,) = [
            held
            for held in self.editions(draft.layer)
            if (held.key, held.part) == (draft.key, draft.part)
        ]
        return edition

    def _expect(self, draft: EditionDraft, payload: Payload) -> None:
        spec = self.specs().get(draft.layer)
        if spec is None:
            raise LantuError(
                "unknown_layer",
                Text(f"没有图层“{draft.layer}”", f"There is no layer {draft.layer!r}"),
                Text(
                    "请用 lantu layers list 查看图层，或用 lantu layers add 登记图层",
                    "See lantu layers list, or register it with lantu layers add",
                ),
                where=draft.layer,
            )
        if (spec.geometry == "raster") != isinstance(payload, Path):
            raise LantuError(
                "payload_mismatch",
                Text(
                    f"图层 {draft.layer} 的几何类型为 {spec.geometry}，与数据不符",
                    f"Layer {draft.layer} is declared as {spec.geometry}; the data are not",
                ),
                Text("请核对图层与文件", "Check the layer and the file"),
                where=draft.layer,
            )

    def _write(self, staging: Path, draft: EditionDraft, payload: Payload) -> None:
        if isinstance(payload, FeatureTable):
            write_edition_file(staging, payload, crs=self._crs, at=draft.published_at)
        else:
            shutil.copyfile(payload, staging)
        sync_file(staging)
        staging.chmod(0o444)  # QGIS writes into a GeoPackage that it may write to

    def _sweep(self, folder: Path, layer: str) -> None:
        """Remove what a killed publisher left; only the holder of the folder's lock may."""
        rows = self._catalogue.rows("SELECT file FROM editions WHERE layer = ?", (layer,))
        known = {(self.path / file).name for (file,) in rows}
        for path in folder.iterdir():
            ours = path.name.startswith(STAGING) or path.suffix in {".gpkg", ".tif"}
            if ours and path.name not in known and path.is_file():
                path.chmod(0o644)
                path.unlink()

    # --- packs, documents, local grids ------------------------------------------------------

    @property
    def packs(self) -> tuple[str, ...]:
        """Names of the rule packs in force, in order."""
        return self._packs.active()

    def set_packs(self, names: Iterable[str], *, at: datetime) -> None:
        """Choose the rule packs in force."""
        self._packs.choose(tuple(names), at=at)

    def add_pack(self, folder: Path, *, at: datetime) -> str:
        """Copy an office's own pack into the workspace; return its name."""
        return self._packs.add(folder, at=at)

    def pack_folders(self, *, known_at: int | None = None) -> dict[str, Path]:
        """Folder of each pack of the office's own, newest or as of a revision."""
        return self._packs.folders(known_at)

    @property
    def releases(self) -> Releases:
        """The log of reports given out."""
        return Releases(self._catalogue)

    def put_document(self, data: bytes) -> str:
        """Keep a document; return its SHA-256."""
        return self._documents.put(data)

    def document(self, sha256: str) -> bytes:
        """Return a document by its SHA-256; raises `no_document`, `document_altered`."""
        return self._documents.get(sha256)

    def set_local_grid(self, name: str, parameters: Mapping[str, object], *, at: datetime) -> None:
        """Keep the parameters of a local grid as a secret of the workspace."""
        self._secrets.put(name, parameters, at=at)

    def local_grids(self) -> dict[str, dict[str, object]]:
        """Parameters of the local grids by name."""
        return self._secrets.all()

    # --- assessments and their totals -------------------------------------------------------

    def standings(self, known_at: int | None = None) -> tuple[Standing, ...]:
        """All versions of all area assessments, now or at a revision."""
        return self._assessments.standings(known_at)

    def standing(self, code: str, version: str | None = None) -> Standing:
        """One version of an assessment, or its latest; raises `unknown_assessment`."""
        return self._assessments.one(code, version)

    def add_assessment(self, assessment: AreaAssessment, document: bytes, act: Act) -> Standing:
        """Add a draft; raises `assessment_exists` when the version is no draft any more."""
        return self._assessments.add(assessment, document, act)

    def assessment_event(
        self, code: str, version: str | None, event: LifeEvent, act: Act
    ) -> Standing:
        """Let an event of its life happen; raises `unknown_assessment`, `wrong_state`."""
        return self._assessments.act(code, version, event, act)

    def holdings(self, code: str, known_at: int | None = None) -> tuple[Holding, ...]:
        """What projects hold of an assessment's totals, now or at a revision."""
        return self.ledger.holdings(code, known_at)

    def reserve(
        self, standing: Standing, project: str, amounts: Mapping[str, Decimal], act: Act
    ) -> tuple[Holding, ...]:
        """Reserve for a project; raises `quota_exceeded`, `wrong_state`, `already_committed`."""
        return self.ledger.reserve(standing, project, amounts, act)

    def commit(self, standing: Standing, project: str, act: Act) -> tuple[Holding, ...]:
        """Make a project's reservation firm; raises `no_reservation`."""
        return self.ledger.settle(standing, project, "commit", act)

    def release(self, standing: Standing, project: str, act: Act) -> tuple[Holding, ...]:
        """Give back what a project holds; nothing held changes nothing."""
        return self.ledger.settle(standing, project, "release", act)
