"""The engine of the records: SQLite beside an embedded workspace, else PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from api.settings import Settings
from gis.errors import LantuError, Text
from layers.places import is_url

_BUSY_MS = 10_000
_POSTGRES = {
    "connect_timeout": 10,
    "application_name": "lantu",
    "options": "-c statement_timeout=60s -c idle_in_transaction_session_timeout=600s"
    " -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
}
"""No request waits without end for a database that hangs."""


class Records:
    """Opens transactions on the records; safe to use from many threads."""

    def __init__(self, address: str) -> None:
        self.engine = _engine(address)
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        self._writing_engine = self.engine.execution_options(writes=True)
        self._write = sessionmaker(self._writing_engine, expire_on_commit=False)
        self._here = threading.local()

    def create(self) -> None:
        """Make the tables that are missing, and bring older ones to today's form."""
        from api.records.migrations import upgrade

        with _faults(), self._writing_engine.begin() as connection:
            upgrade(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One transaction that only reads."""
        with _faults(), self._read() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it, or nothing when the block raises."""
        self._here.depth = self.is_writing_here + 1
        try:
            with _faults(), self._write.begin() as session:
                yield session
        finally:
            self._here.depth -= 1

    @property
    def is_writing_here(self) -> int:
        """How many writing transactions this thread has open."""
        return getattr(self._here, "depth", 0)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def records_address(settings: Settings) -> str:
    """Return where the records are: as set, else in the workspace's database or folder."""
    if settings.records:
        return settings.records
    if is_url(settings.workspace):
        return settings.workspace
    return f"sqlite:///{(Path(settings.workspace) / 'records.sqlite').resolve()}"


@contextmanager
def _faults() -> Iterator[None]:
    """Turn faults of the database itself into a named refusal (503); broken rules stay faults."""
    try:
        yield
    except PoolTimeoutError as error:
        raise records_unreachable() from error
    except DBAPIError as error:
        if not error.connection_invalidated and type(error).__name__ != "OperationalError":
            raise
        raise records_unreachable() from error


def records_unreachable() -> LantuError:
    """Return the refusal while the database of the records does not answer (503)."""
    return LantuError(
        "records_unreachable",
        Text("业务数据库暂时无法读写", "The records cannot be reached just now"),
        Text("请稍后重试；如持续出现请联系管理员", "Try again; if it stays, tell the operator"),
    )


def _engine(address: str) -> Engine:
    url = make_url(address.replace("postgres://", "postgresql://", 1))
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=10, connect_args=_POSTGRES
        )
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    """Let SQLAlchemy say BEGIN itself; write-ahead log, foreign keys checked."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """Take the write lock at once: a reader that turns writer would be refused under load."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
