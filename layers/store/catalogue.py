"""The workspace's catalogue, an SQLite file.

Revisions, editions, specs, packs, settings, the life of assessments, the ledger of their totals.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from gis.lending import Lending
from layers.store.database import HEAD, Row, Write, first_revision, not_storable, wrong_version
from layers.store.files import on_network

SCHEMA = int(HEAD)
"""What a catalogue says of itself in `user_version`: the newest migration, read without effort."""

BUSY_MS = 60_000
"""How long a writer waits for another one."""

OPEN = 8
"""Connections kept open while nobody uses them."""


class Catalogue:
    """Connections to `catalogue.sqlite`, each used by one thread at a time.

    Readers see the last finished write; writers queue up behind `BEGIN IMMEDIATE`. What a thread
    reads within its own write goes over the same connection.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: Lending[Path, sqlite3.Connection] = Lending(most=OPEN)
        self._here = threading.local()

    def create(self, settings: dict[str, bytes], *, at: datetime) -> None:
        """Make the tables and the first revision, in one transaction."""
        with self.making() as write:
            first_revision(write, settings, at)

    @contextmanager
    def making(self) -> Iterator[Write]:
        """Make the tables; the caller fills them in the same transaction."""
        from layers.store.schema import statements

        with self.faults(), closing(self._connect(create=True)) as connection:
            if not on_network(self.path.parent):
                connection.execute("PRAGMA journal_mode=WAL")
        with self.writing() as write:
            for statement in statements("sqlite"):
                write.execute(statement)
            write.execute(f"PRAGMA user_version={SCHEMA}")
            yield write

    def version(self) -> str:
        """How far the tables have come."""
        return f"{self.rows('PRAGMA user_version')[0][0]:04}"

    def check(self) -> None:
        """Refuse a file that is no catalogue of this version; leave WAL on a network folder."""
        ((version,),) = self.rows("PRAGMA user_version")
        if 0 < version < SCHEMA:
            from layers.store.schema import upgrade_file

            upgrade_file(self.path)
            ((version,),) = self.rows("PRAGMA user_version")
        if version != SCHEMA:
            raise wrong_version(str(version), self.path.name)
        if on_network(self.path.parent):
            self.rows("PRAGMA journal_mode=DELETE")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one query and return all its rows."""
        with self.faults(), self._connection() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[Write]:
        """One write transaction: all of it or nothing."""
        with self.faults(), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _SqliteWrite(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn SQLite's errors into a named refusal."""
        try:
            yield
        except UnicodeEncodeError as error:
            raise not_storable(self.path.name) from error
        except sqlite3.Error as error:
            busy = "locked" in str(error)
            raise LantuError(
                "workspace_busy" if busy else "workspace_unreadable",
                Text(
                    f"工作区目录库读写失败：{error}", f"The workspace's catalogue failed: {error}"
                ),
                Text(
                    "另一程序正在写入，请稍后重试"
                    if busy
                    else "请核对磁盘与权限，或从备份恢复工作区",
                    "Another program is writing: try again later"
                    if busy
                    else "Check disk and permissions, or restore the workspace from a backup",
                ),
                where=self.path.name,
            ) from error

    def close(self) -> None:
        """Close the connections; one that is in use is closed when its user is done."""
        self._open.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for as long as the block runs."""
        mine: sqlite3.Connection | None = getattr(self._here, "connection", None)
        if mine is not None:
            yield mine
            return
        with self._open.lent(self.path, self._connect) as connection:
            self._here.connection = connection
            try:
                yield connection
            finally:
                self._here.connection = None

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        uri = f"{self.path.resolve().as_uri()}?mode={'rwc' if create else 'rw'}"
        return sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,  # used by one thread at a time, as it is lent
        )


class _SqliteWrite(Write):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()
