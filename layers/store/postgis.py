"""A workspace in a PostgreSQL database with PostGIS; several server processes share it.

Tables as in `layers.store.tables` and `layers.store.postgis_tables`. Rasters, documents and packs
are rows too; what must be a file is unpacked into a cache (`LANTU_CACHE`).
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from gis.crs import parse_crs
from gis.errors import LantuError, Text
from layers.editions import Edition
from layers.store import workspace
from layers.store.columns import Column
from layers.store.database import HEAD, first_revision, wrong_version
from layers.store.drafts import EditionDraft, FeatureTable, Payload
from layers.store.edition_reader import EditionReader, unreadable
from layers.store.editions_table import insert, published_before
from layers.store.feature_pages import Outlines, StoredTile, TileOrder, Wanted
from layers.store.files import STAGING, fingerprint
from layers.store.postgis_features import (
    read_box,
    read_whole,
    set_columns,
    set_fingerprint,
    write_features,
)
from layers.store.postgis_files import (
    Blocks,
    TableDocuments,
    TableSecrets,
    TableShelf,
    cache_folder,
)
from layers.store.postgis_pages import read_numbered, read_outlines
from layers.store.postgis_tiles import read_tile
from layers.store.postgres import Postgres, PostgresWrite
from layers.store.protocol import Box, Features

_FEATURES, _RASTER = "features:", "raster:"


class Workspace(workspace.Workspace):
    """One office's data in a database."""

    def __init__(self, database: Postgres) -> None:
        blocks = Blocks(database)
        super().__init__(
            database.name,
            database,
            documents=TableDocuments(database, blocks),
            shelf=TableShelf(database, blocks),
            secrets=TableSecrets(database),
        )
        self._postgres = database
        self._blocks = blocks
        self._files = EditionReader()
        self._columns: dict[str, list[Column]] = {}
        self._srid = srid_of(self._crs)

    # --- making and opening -----------------------------------------------------------------

    @classmethod
    def create(
        cls, address: str, *, crs: str, area: BaseGeometry, at: datetime, packs: Iterable[str] = ()
    ) -> Workspace:
        """Make a workspace in a database that has none; see `create_workspace`."""
        settings = workspace.first_settings(crs, area, packs)
        database = Postgres(address)
        with new_tables(database) as write:
            first_revision(write, settings, at)
        return cls(database)

    @classmethod
    def open(cls, address: str) -> Workspace:
        """Open a workspace; see `open_workspace`."""
        database = Postgres(address)
        version = version_of(database)
        if version is None:
            raise LantuError(
                "no_workspace",
                Text(f"数据库 {database.name} 中没有工作区", f"{database.name} holds no workspace"),
                Text(
                    "请用 lantu init 建立工作区，或用 -w 指定已有的工作区",
                    "Make one with lantu init, or name an existing one with -w",
                ),
                where=database.name,
            )
        if version != HEAD:
            raise wrong_version(version, database.name)
        return cls(database)

    def close(self) -> None:
        """Close all connections; the workspace may be used again afterwards."""
        self._files.close()
        self._postgres.close()

    # --- editions ---------------------------------------------------------------------------

    def read(self, edition: Edition, box: Box) -> Features:
        """Features whose bounds meet the box; see `workspace.Workspace.read`."""
        if not all(map(math.isfinite, box)):
            raise ValueError(f"box {box} is not finite")

        def work(connection: Connection) -> Features:
            columns = self._checked(connection, edition)
            return read_box(connection, _number(edition), columns, box, self._srid)

        return self._postgres.read(work)

    def whole(self, edition: Edition) -> FeatureTable:
        """All features of an edition as they were published; raises as `read` does."""

        def work(connection: Connection) -> FeatureTable:
            columns = self._checked(connection, edition)
            return read_whole(connection, _number(edition), columns)

        return self._postgres.read(work)

    def outlines(self, edition: Edition, wanted: Wanted) -> Outlines:
        """Numbers and bounds of features, by the index on set and box; see `FeaturePages`."""

        def work(connection: Connection) -> Outlines:
            columns = self._checked(connection, edition)
            return read_outlines(connection, _number(edition), columns, wanted, self._srid)

        return self._postgres.read(work)

    def numbered(self, edition: Edition, ids: Sequence[int]) -> Features:
        """Whole features by number; see `FeaturePages`."""

        def work(connection: Connection) -> Features:
            columns = self._checked(connection, edition)
            return read_numbered(connection, _number(edition), columns, ids)

        return self._postgres.read(work)

    def tile(self, edition: Edition, order: TileOrder) -> StoredTile | None:
        """Return a map tile, drawn by PostGIS; None where it does not know the working CRS."""
        if not self._srid:
            return None

        def work(connection: Connection) -> StoredTile:
            columns = self._checked(connection, edition)
            source = edition.layer, _number(edition)
            return read_tile(connection, source, columns, order, self._srid)

        return self._postgres.read(work)

    def _checked(self, connection: Connection, edition: Edition) -> list[Column]:
        """Columns of an edition, after its rows were compared once per process with their mark."""
        held = self._columns.get(edition.file)
        if held is not None:
            return held
        columns = set_columns(connection, _number(edition))
        if columns is None or set_fingerprint(connection, _number(edition)) != self._mark(edition):
            raise unreadable(
                Text("数据库中的要素与发布时不一致", "its rows are not the ones published")
            ).at(f"{edition.layer} {edition.id}")
        self._columns[edition.file] = columns
        return columns

    def raster(self, edition: Edition) -> Path:
        """Path of an edition's GeoTIFF in the cache; raises `layer_unreadable` as `read` does."""
        digest = edition.file.removeprefix(_RASTER)
        folder = cache_folder() / "rasters"
        path = folder / f"{digest}.tif"
        try:
            self._files.check(path, self._mark(edition))
        except LantuError:
            self._fetch(digest, path)
            try:
                self._files.check(path, self._mark(edition))
            except LantuError as error:
                raise error.at(f"{edition.layer} {edition.id}") from error
        return path

    def _fetch(self, digest: str, path: Path) -> None:
        """Bring a raster into the cache, under a name of its own until it is whole."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        staging = path.with_name(f"{STAGING}{os.getpid()}-{threading.get_ident()}")
        with staging.open("wb") as file:
            for block in self._blocks.read("raster", digest):
                file.write(block)
        staging.replace(path)

    def publish(self, draft: EditionDraft, payload: Payload) -> Edition:
        """Publish an edition in one transaction; see `workspace.Workspace.publish`.

        Rows are copied beside other writers; only the last step keeps them out.
        """
        self._expect(draft, payload)
        with self._postgres.publishing(draft.layer) as write:
            before = published_before(self.editions(draft.layer), draft)
            if before is not None:
                return before
            file, mark, count = store_payload(write, self._blocks, payload, self._srid)
            insert(write, draft, file=file, mark=mark, count=count)
        if isinstance(payload, FeatureTable):
            with self._postgres.transaction() as write:  # the planner's figures; of no weight
                write.execute("ANALYZE features, pieces")
        return self._published(draft)


def store_payload(
    write: PostgresWrite, blocks: Blocks, payload: Payload, srid: int
) -> tuple[str, str, int]:
    """Copy features or a raster in; return their place, fingerprint and number of features."""
    if isinstance(payload, Path):
        mark = fingerprint(payload)
        return f"{_RASTER}{blocks.put(write, 'raster', payload)}", mark, 0
    number = write_features(write.connection, payload, srid)
    mark = set_fingerprint(write.connection, number)
    return f"{_FEATURES}{number}", mark, len(payload.geometries)


def _number(edition: Edition) -> int:
    return int(edition.file.removeprefix(_FEATURES))


def srid_of(crs: str) -> int:
    """EPSG number of a working CRS; 0 where the register has none."""
    found = parse_crs(crs).to_epsg()
    return int(found) if found is not None else 0


# --- tables -------------------------------------------------------------------------------------


def version_of(database: Postgres) -> str | None:
    """How far the tables have come; None where there are none."""
    if database.rows("SELECT to_regclass('store_version')") == [(None,)]:
        return None
    return str(database.rows("SELECT version_num FROM store_version")[0][0])


@contextmanager
def new_tables(database: Postgres) -> Iterator[PostgresWrite]:
    """Make all tables; the caller fills them in the same transaction.

    Raises
    ------
    LantuError
        `workspace_exists`, `postgis_missing`.
    """
    from layers.store.schema import statements

    for extension in ("postgis", "btree_gist"):
        _extension(database, extension)
    with database.writing() as write:
        if write.execute("SELECT to_regclass('store_version')") != [(None,)]:
            raise LantuError(
                "workspace_exists",
                Text(f"数据库 {database.name} 中已有工作区", f"{database.name} holds a workspace"),
                Text("请另选一个数据库", "Choose another database"),
                where=database.name,
            )
        for statement in statements("postgresql"):
            write.execute(statement)
        yield write


def _extension(database: Postgres, name: str) -> None:
    if database.rows("SELECT 1 FROM pg_extension WHERE extname = ?", (name,)):
        return
    try:
        with database.transaction() as write:
            write.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    except LantuError as error:
        if error.code == "workspace_unreachable":
            raise
        raise LantuError(
            "postgis_missing",
            Text(
                f"数据库 {database.name} 没有扩展 {name}，本账户也不能建立",
                f"{database.name} lacks the extension {name}, and this account cannot make it",
            ),
            Text(
                f"请数据库管理员安装 PostGIS 并在该库执行 CREATE EXTENSION {name}",
                f"Have the administrator install PostGIS and run CREATE EXTENSION {name} there",
            ),
            where=database.name,
        ) from error


def upgrade_database(address: str) -> tuple[str, str]:
    """Bring the tables to the newest migration; return the versions before and after."""
    from layers.store.schema import upgrade

    database = Postgres(address)
    before = version_of(database)
    if before is None or before > HEAD:
        Workspace.open(address)
    with database.writing() as write:
        write.execute("SET LOCAL statement_timeout = 0")
        upgrade(write.connection)
    return str(before), HEAD
