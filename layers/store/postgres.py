"""A workspace's tables on PostgreSQL: pooled connections, one writer at a time, clear refusals.

Reads are retried once after a lost connection, so that a restart of the server costs a refusal
only while it is down. The password is in no message: addresses are shown by host and database,
statements without their values.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

import psycopg
import sqlalchemy
from psycopg import errors
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gis.errors import LantuError, Text
from layers.places import HIDDEN, shown
from layers.store.database import Row, Write, not_storable

STATEMENT_S = 60
"""How long a query, and the wait for another writer, may take; publishing takes as it needs."""

POOL = 10
"""Connections held open per process; as many again may be opened for a while."""

_OPTIONS = (
    f"-c statement_timeout={STATEMENT_S}s"
    " -c idle_in_transaction_session_timeout=600s"  # who hangs must not hold up all writers
    " -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
    " -c plan_cache_mode=force_custom_plan"  # a plan that does not know the box may miss the index
)
_REVISE, _LAYER = 0x4C616E74, 0x4C616E75  # classes of advisory locks
_BUSY = (errors.LockNotAvailable, errors.QueryCanceled, errors.TooManyConnections)

Value = TypeVar("Value")


class Postgres:
    """One database; implements `Database`. A forked process opens connections of its own."""

    def __init__(self, address: str) -> None:
        self.name = shown(address)
        self._url = _parsed(address, self.name)
        self._lock = threading.Lock()
        self._local = threading.local()
        self._opened: tuple[int, Engine] | None = None

    @property
    def engine(self) -> Engine:
        """Engine of this process."""
        with self._lock:
            if self._opened is not None and self._opened[0] != os.getpid():
                self._opened[1].dispose(close=False)  # the parent goes on with its connections
                self._opened = None
            if self._opened is None:
                self._opened = (os.getpid(), self._connect())
                weakref.finalize(self, _end, *self._opened)
            return self._opened[1]

    def _connect(self) -> Engine:
        options = f"{self._url.query.get('options', '')} {_OPTIONS}"
        return sqlalchemy.create_engine(
            self._url,
            pool_size=POOL,
            max_overflow=POOL,
            hide_parameters=True,
            connect_args={
                "connect_timeout": 10,
                "application_name": "lantu",
                "options": options.strip(),
            },
        )

    def read(self, work: Callable[[Connection], Value]) -> Value:
        """Do reading work, once more after a lost connection.

        Within a transaction of this thread its connection is used: a second one could be waited
        for by all who hold a first.
        """
        writing: Connection | None = getattr(self._local, "writing", None)
        with self.faults():
            if writing is not None:
                return work(writing)
            reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            try:
                with reading.connect() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            with reading.connect() as connection:
                return work(connection)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one query and return all its rows."""
        return self.read(lambda connection: _run(connection, sql, values))

    @contextmanager
    def writing(self) -> Iterator[PostgresWrite]:
        """One write transaction beside which no other one runs: all of it or nothing."""
        with self.transaction() as write:
            write.alone()
            yield write

    @contextmanager
    def publishing(self, layer: str) -> Iterator[PostgresWrite]:
        """One transaction of the only publisher of a layer; it waits for others when it revises."""
        with self.transaction() as write:
            write.execute("SET LOCAL statement_timeout = 0")
            write.execute("SET LOCAL lock_timeout = 0")
            write.execute("SELECT pg_advisory_xact_lock(?, hashtext(?))", (_LAYER, layer))
            yield write

    @contextmanager
    def transaction(self) -> Iterator[PostgresWrite]:
        """One transaction: all of it or nothing; others may run beside it."""
        with self.faults():
            connection = self._begin()
            before = getattr(self._local, "writing", None)
            self._local.writing = connection
            try:
                yield PostgresWrite(connection)
                connection.commit()
            finally:
                self._local.writing = before
                connection.close()  # what was not committed is rolled back

    def _begin(self) -> Connection:
        first = f"SET LOCAL lock_timeout = '{STATEMENT_S - 5}s'"
        connection = self.engine.connect()
        try:
            connection.exec_driver_sql(first)
        except DBAPIError as error:
            connection.close()
            if not error.connection_invalidated:
                raise
            connection = self.engine.connect()
            connection.exec_driver_sql(first)
        return connection

    def close(self) -> None:
        """Close the connections of this process."""
        with self._lock:
            if self._opened is not None:
                _end(*self._opened)
            self._opened = None

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Turn errors of the database into named refusals."""
        try:
            yield
        except PoolTimeoutError as error:
            raise self._refusal("workspace_busy", "连接已用尽 no connection is free") from error
        except UnicodeEncodeError as error:
            raise not_storable(self.name) from error
        except (DBAPIError, psycopg.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            if isinstance(cause, psycopg.DataError):
                raise not_storable(self.name) from error
            lost = isinstance(error, DBAPIError) and error.connection_invalidated
            said = self._said(cause)
            if isinstance(cause, _BUSY):
                raise self._refusal("workspace_busy", said) from error
            if isinstance(cause, errors.InsufficientPrivilege):
                raise self._refusal("workspace_denied", said) from error
            if lost or (isinstance(cause, psycopg.OperationalError)):
                raise self._refusal("workspace_unreachable", said) from error
            raise self._refusal("workspace_unreadable", said) from error

    def _said(self, cause: BaseException | None) -> str:
        """First line of what the server says, without values and without the password."""
        primary = getattr(getattr(cause, "diag", None), "message_primary", None)
        line = (primary or str(cause)).strip().splitlines()[0][:300]
        password = self._url.password
        return line.replace(str(password), "***") if password else line

    def _refusal(self, code: str, said: str) -> LantuError:
        return LantuError(
            code,
            Text(f"工作区数据库读写失败：{said}", f"The workspace's database failed: {said}"),
            _HINTS[code],
            where=self.name,
        )


_HINTS = {
    "workspace_busy": Text("数据库正忙，请稍后重试", "The database is busy: try again later"),
    "workspace_denied": Text(
        "请让数据库管理员授予该账户读写本库各表的权限",
        "Have the database's administrator let this account read and write the tables",
    ),
    "workspace_unreachable": Text(
        "请核对数据库是否在运行，以及地址、账户和密码；恢复后重试即可",
        "Check that the database runs, and address, account and password; then try again",
    ),
    "workspace_unreadable": Text(
        "请查看数据库日志，或从备份恢复工作区",
        "See the database's log, or restore the workspace from a backup",
    ),
}


def _end(process: int, engine: Engine) -> None:
    """Close the connections of an engine in the process that opened them."""
    if process == os.getpid():
        engine.dispose()


class PostgresWrite(Write):
    """An open transaction; the first revision in it makes it the only writer until its end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._alone = False

    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement; return its rows, none where it returns nothing."""
        return _run(self.connection, sql, values)

    def alone(self) -> None:
        """Wait for the other writers and keep them out: revisions have no gap and no twin."""
        if not self._alone:
            self.execute(f"SET LOCAL lock_timeout = '{STATEMENT_S - 5}s'")
            self.execute("SELECT pg_advisory_xact_lock(?, 0)", (_REVISE,))
            self._alone = True

    def revise(self, kind: str, what: str, at: datetime) -> int:
        """Add a revision, as the only writer from here on."""
        self.alone()
        return super().revise(kind, what, at)


def _run(connection: Connection, sql: str, values: Sequence[object]) -> list[Row]:
    """Run a statement with `?` for its values."""
    result = connection.exec_driver_sql(sql.replace("?", "%s"), tuple(values) or None)
    return [tuple(row) for row in result] if result.returns_rows else []


def _parsed(address: str, name: str) -> sqlalchemy.URL:
    """Read an address; what is wrong with it is not repeated, it may hold the password."""
    try:
        url = sqlalchemy.make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or not url.database or name == HIDDEN:
        raise LantuError(
            "bad_workspace_url",
            Text("数据库地址无法识别", "The address of the database cannot be read"),
            Text(
                "请写成 postgresql://账户@主机:端口/库名；密码中的特殊字符按 URL 编码，"
                "或放在环境变量 PGPASSWORD",
                "Write postgresql://account@host:port/database; encode special characters of the"
                " password as in a URL, or give it in PGPASSWORD",
            ),
            where=name,
        )
    return url.set(drivername="postgresql+psycopg")
