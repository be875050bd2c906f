"""The workspace's catalogue, an SQLite file.

Revisions, editions, specs, packs, settings, the life of assessments, the ledger of their totals.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from gis.errors import LantuError, Text
from layers.store.database import HEAD, Row, Write, first_revision, not_storable, wrong_version
from layers.store.files import on_network

SCHEMA = int(HEAD)
"""What a catalogue says of itself in `user_version`: the newest migration, read without effort."""

BUSY_MS = 60_000
"""How long a writer waits for another one."""

_INHERITED: list[_Held] = []
"""Connections that came through a fork: SQLite forbids to use them here, even to close them."""


class _Held:
    """A connection that is closed with the thread that used it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.process = os.getpid()
        self.connection = connection
        weakref.finalize(self, connection.close).atexit = False


class Catalogue:
    """One connection per thread and process to `catalogue.sqlite`.

    Readers see the last finished write; writers queue up behind `BEGIN IMMEDIATE`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._all: weakref.WeakSet[_Held] = weakref.WeakSet()

    def create(self, settings: dict[str, bytes], *, at: datetime) -> None:
        """Make the tables and the first revision, in one transaction."""
        with self.making() as write:
            first_revision(write, settings, at)

    @contextmanager
    def making(self) -> Iterator[Write]:
        """Make the tables; the caller fills them in the same transaction."""
        from layers.store.schema import statements

        with self.faults():
            connection = self._connect(create=True)
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
        with self.faults():
            return self._connection().execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[Write]:
        """One write transaction: all of it or nothing."""
        with self.faults():
            connection = self._connection()
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
        """Close the connections of all threads."""
        for held in list(self._all):
            if held.process == os.getpid():
                held.connection.close()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None and held.process == os.getpid():
            return held.connection
        if held is not None:
            _INHERITED.append(held)
        return self._connect()

    def _connect(self, *, create: bool = False) -> sqlite3.Connection:
        uri = f"{self.path.resolve().as_uri()}?mode={'rwc' if create else 'rw'}"
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,  # each is used by one thread; `close` may be another
        )
        held = self._local.held = _Held(connection)
        self._all.add(held)
        return connection


class _SqliteWrite(Write):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()
