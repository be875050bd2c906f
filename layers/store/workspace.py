"""A workspace: one office's data, the same to its callers wherever it is kept.

What is done with the tables stands here once. Where the features, files and secrets lie is for
`layers.store.embedded` (a folder) and `layers.store.postgis` (a database).
"""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
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
from layers.store.database import Database
from layers.store.drafts import EditionDraft, FeatureTable, Payload
from layers.store.editions_table import KnownEditions
from layers.store.feature_pages import Outlines, StoredTile, TileOrder, Wanted
from layers.store.ledger import Holding, Ledger
from layers.store.packs import PackShelf
from layers.store.papers import Documents, Secrets
from layers.store.protocol import Box, Features
from layers.store.records import Records
from layers.store.releases import Releases
from layers.store.spec_table import SpecTable


class Workspace(ABC):
    """One office's data; implements `LayerStore`. Safe to use from many threads.

    Every write adds one to the revision; the moment of a write is given by the caller.

    Attributes
    ----------
    name
        What messages call it: a folder's name, or a database without account and password.
    database
        Its tables.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        *,
        documents: Documents,
        shelf: PackShelf,
        secrets: Secrets,
    ) -> None:
        self.name = name
        self.shelf = shelf
        self.ledger = Ledger(database)
        self.records = Records(database)
        self.releases = Releases(database)
        self.database = database
        self._documents = documents
        self._secrets = secrets
        self._specs = SpecTable(database)
        self._assessments = AssessmentTable(database, documents)
        self._editions = KnownEditions()
        self._lock = threading.Lock()
        self._marks: dict[int, str] = {}
        rows = database.rows("SELECT name, value FROM settings WHERE name IN ('crs', 'area')")
        settings: dict[str, bytes] = {row[0]: row[1] for row in rows}
        self._crs: str = settings["crs"].decode()
        self._area: BaseGeometry = shapely.from_wkb(settings["area"])

    @abstractmethod
    def close(self) -> None:
        """Close all files and connections; the workspace may be used again afterwards."""

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
        return int(self.database.rows("SELECT max(revision) FROM revisions")[0][0])

    def specs(self, *, known_at: int | None = None) -> Mapping[str, LayerSpec]:
        """All layers known by key, now or at a revision; own specs go before shipped ones."""
        return self._specs.all(known_at)

    def editions(self, layer: str, *, known_at: int | None = None) -> Sequence[Edition]:
        """Editions of a layer, all or those known at a revision, oldest first.

        They are held in memory; asked with a revision that is held, the database is not.
        """
        held = self._editions
        if known_at is None or known_at > held.revision:
            held = self._renewed()
        found = held.by_layer.get(layer, ())
        if known_at is None:
            return found
        return tuple(edition for edition in found if edition.revision <= known_at)

    def _renewed(self) -> KnownEditions:
        revision = self.revision
        with self._lock:  # an edition is one object, whichever thread reads it first
            if self._editions.revision < revision:
                self._editions = self._editions.upto(self.database, revision)
            return self._editions

    @abstractmethod
    def read(self, edition: Edition, box: Box) -> Features:
        """Features whose bounds meet the box, in the working CRS, boundaries included.

        Big polygons come as the pieces that meet the box; rows are ordered by feature, piece.

        Raises
        ------
        LantuError
            `layer_unreadable` when what was published is missing, altered or broken.
        """

    @abstractmethod
    def whole(self, edition: Edition) -> FeatureTable:
        """All features of an edition as they were published; raises as `read` does."""

    @abstractmethod
    def outlines(self, edition: Edition, wanted: Wanted) -> Outlines:
        """Numbers and bounds of features, no geometry read; see `FeaturePages`."""

    @abstractmethod
    def numbered(self, edition: Edition, ids: Sequence[int]) -> Features:
        """Whole features by number, in order; see `FeaturePages`."""

    def tile(self, edition: Edition, order: TileOrder) -> StoredTile | None:  # noqa: ARG002
        """Return a map tile that the store draws itself; None: it cannot, the caller draws."""
        return None

    @abstractmethod
    def raster(self, edition: Edition) -> Path:
        """Path of an edition's GeoTIFF; raises `layer_unreadable` as `read` does."""

    def issue_log(self, edition: Edition) -> dict[str, object]:
        """What ingest found when the edition was published."""
        rows = self.database.rows(
            "SELECT issue_log FROM editions WHERE revision = ?", (edition.revision,)
        )
        log: dict[str, object] = json.loads(rows[0][0])
        return log

    def _mark(self, edition: Edition) -> str:
        """Fingerprint of what was published; write-once, hence asked for once."""
        held = self._marks.get(edition.revision)
        if held is None:
            rows = self.database.rows(
                "SELECT fingerprint FROM editions WHERE revision = ?", (edition.revision,)
            )
            held = self._marks[edition.revision] = str(rows[0][0])
        return held

    def all_editions(self) -> tuple[Edition, ...]:
        """All editions of all layers, oldest first."""
        found = [edition for held in self._renewed().by_layer.values() for edition in held]
        return tuple(sorted(found, key=lambda edition: edition.revision))

    def document_digests(self) -> tuple[str, ...]:
        """Digests of all documents, sorted."""
        return self._documents.digests()

    # --- writing ----------------------------------------------------------------------------

    def add_spec(self, path: Path, *, at: datetime) -> LayerSpec:
        """Add a layer of the workspace's own, or a new text of one; the same text changes nothing.

        Raises
        ------
        LantuError
            `bad_file`; `spec_conflict` when editions hold another geometry kind.
        """
        return self._specs.add(path, at=at)

    @abstractmethod
    def publish(self, draft: EditionDraft, payload: Payload) -> Edition:
        """Publish an edition: all of it or nothing, whenever the process dies.

        One publisher a layer at a time; what a killed one left is seen by nobody.

        Returns
        -------
        The edition; the one there is when the same file was published under this key before.

        Raises
        ------
        LantuError
            `unknown_layer`, `edition_exists`, `bad_features`, `payload_mismatch`.
        """

    def _published(self, draft: EditionDraft) -> Edition:
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

    # --- packs, documents, local grids ------------------------------------------------------

    @property
    def packs(self) -> tuple[str, ...]:
        """Names of the rule packs in force, in order."""
        return self.shelf.active()

    def set_packs(self, names: Iterable[str], *, at: datetime) -> None:
        """Choose the rule packs in force."""
        self.shelf.choose(tuple(names), at=at)

    def add_pack(self, folder: Path, *, at: datetime) -> str:
        """Copy an office's own pack into the workspace; return its name."""
        return self.shelf.add(folder, at=at)

    def pack_folders(self, *, known_at: int | None = None) -> dict[str, Path]:
        """Folder of each pack of the office's own, newest or as of a revision."""
        return self.shelf.folders(known_at)

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


def first_settings(crs: str, area: BaseGeometry, packs: Iterable[str]) -> dict[str, bytes]:
    """Settings of a new workspace.

    Raises
    ------
    LantuError
        `unknown_crs`, `working_crs_not_metric`, `empty_area`.
    """
    working_crs(crs)
    if area.is_empty or not area.area > 0:
        raise LantuError(
            "empty_area",
            Text("工作区范围为空", "The workspace's area is empty"),
            Text("请给出工作坐标系下的范围", "Give the area in the working CRS"),
        )
    return {
        "crs": crs.encode(),
        "area": shapely.to_wkb(area),
        "packs": json.dumps(list(packs)).encode(),
    }
