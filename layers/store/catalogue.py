"""The workspace's catalogue, an SQLite file.

Revisions, editions, specs, packs, settings, the life of assessments, the ledger of their totals.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from gis.errors import LantuError, Text
from layers.store.files import on_network

SCHEMA = 3
"""Version of the tables below; an older one is brought to it when opened."""

BUSY_MS = 60_000
"""How long a writer waits for another one."""

_TABLES = (
    """CREATE TABLE settings (
        name TEXT NOT NULL, revision INTEGER NOT NULL, value BLOB NOT NULL,
        PRIMARY KEY (name, revision)) WITHOUT ROWID""",
    """CREATE TABLE revisions (
        revision INTEGER PRIMARY KEY, kind TEXT NOT NULL, what TEXT NOT NULL, at TEXT NOT NULL)""",
    """CREATE TABLE specs (
        key TEXT NOT NULL, revision INTEGER NOT NULL, yaml TEXT NOT NULL,
        PRIMARY KEY (key, revision)) WITHOUT ROWID""",
    """CREATE TABLE packs (
        name TEXT NOT NULL, revision INTEGER NOT NULL, folder TEXT NOT NULL,
        PRIMARY KEY (name, revision)) WITHOUT ROWID""",
    """CREATE TABLE editions (
        revision INTEGER PRIMARY KEY, layer TEXT NOT NULL, key TEXT NOT NULL, part TEXT NOT NULL,
        currency TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
        accuracy_m REAL NOT NULL, accuracy_source TEXT, coverage BLOB NOT NULL, lost BLOB,
        incomplete INTEGER NOT NULL, checksum TEXT NOT NULL, feature_count INTEGER NOT NULL,
        file TEXT NOT NULL, fingerprint TEXT NOT NULL, issue_log TEXT NOT NULL,
        published_at TEXT NOT NULL, UNIQUE (layer, key, part))""",
)

_TABLES_OF_ASSESSMENTS = (
    """CREATE TABLE assessment_events (
        revision INTEGER NOT NULL, code TEXT NOT NULL, version TEXT NOT NULL, event TEXT NOT NULL,
        state TEXT NOT NULL, document TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL,
        why TEXT, detail TEXT NOT NULL, PRIMARY KEY (revision, code, version)) WITHOUT ROWID""",
    """CREATE TABLE ledger (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL, code TEXT NOT NULL,
        version TEXT NOT NULL, project TEXT NOT NULL, act TEXT NOT NULL, total TEXT NOT NULL,
        amount TEXT NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, why TEXT)""",
    "CREATE INDEX ledger_of ON ledger (code, sequence)",
)

_TABLES_OF_RECORDS = (
    """CREATE TABLE records (
        revision INTEGER NOT NULL, subject TEXT NOT NULL, code TEXT NOT NULL,
        version TEXT NOT NULL, event TEXT NOT NULL, state TEXT NOT NULL, document TEXT NOT NULL,
        at TEXT NOT NULL, who TEXT NOT NULL, why TEXT, detail TEXT NOT NULL,
        PRIMARY KEY (revision, subject, code, version)) WITHOUT ROWID""",
    "CREATE INDEX records_of ON records (subject, code, revision)",
)

_ADDED = {2: _TABLES_OF_ASSESSMENTS, 3: _TABLES_OF_RECORDS}
"""What each version has that the one before had not."""

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
        with self.faults():
            connection = self._connect(create=True)
            if not on_network(self.path.parent):
                connection.execute("PRAGMA journal_mode=WAL")
        with self.writing() as write:
            for table in (*_TABLES, *_TABLES_OF_ASSESSMENTS, *_TABLES_OF_RECORDS):
                write.connection.execute(table)
            write.connection.execute(f"PRAGMA user_version={SCHEMA}")
            revision = write.revise("create", "workspace", at)
            for name, value in settings.items():
                write.connection.execute(
                    "INSERT INTO settings VALUES (?, ?, ?)", (name, revision, value)
                )

    def check(self) -> None:
        """Refuse a file that is no catalogue of this version; leave WAL on a network folder."""
        ((version,),) = self.rows("PRAGMA user_version")
        if 0 < version < SCHEMA:
            version = self._upgrade()
        if version != SCHEMA:
            raise LantuError(
                "workspace_version",
                Text(
                    f"工作区目录库的版本为 {version}，本程序需要 {SCHEMA}",
                    f"The workspace's catalogue has version {version}; this program needs {SCHEMA}",
                ),
                Text(
                    "请使用建立该工作区的程序版本，或重新建立工作区",
                    "Use the program version that made the workspace, or make a new workspace",
                ),
                where=self.path.name,
            )
        if on_network(self.path.parent):
            self.rows("PRAGMA journal_mode=DELETE")

    def _upgrade(self) -> int:
        """Add the tables that are missing; another process may have done so meanwhile."""
        with self.writing() as write:
            ((version,),) = write.execute("PRAGMA user_version").fetchall()
            for number, tables in _ADDED.items():
                for table in tables if number > version else ():
                    write.execute(table)
            if version < SCHEMA:
                write.execute(f"PRAGMA user_version={SCHEMA}")
        return SCHEMA

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
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
                yield Write(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn SQLite's errors into a named refusal."""
        try:
            yield
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


class Write:
    """An open write transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.execute: Callable[..., sqlite3.Cursor] = connection.execute

    def revise(self, kind: str, what: str, at: datetime) -> int:
        """Add a revision: what kind of thing changed, which one, when (read by the caller).

        Raises
        ------
        ValueError
            When the moment has no time zone: it would mean another one on another machine.
        """
        if at.tzinfo is None:
            raise ValueError(f"moment {at.isoformat()} has no time zone")
        cursor = self.connection.execute(
            "INSERT INTO revisions SELECT coalesce(max(revision), 0) + 1, ?, ?, ? FROM revisions",
            (kind, what, at.isoformat()),
        )
        return int(cursor.lastrowid or 0)
