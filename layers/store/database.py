"""What the tables of a workspace ask of a database: rows of a query, and one writer at a time.

Queries are written once, in the SQL that SQLite and PostgreSQL share, with `?` for values. The
tables are declared in `layers.store.tables`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from gis.errors import LantuError, Text

HEAD = "0004"
"""The newest migration; a workspace that has come less far is brought to it."""

Row = tuple[Any, ...]


class Write(ABC):
    """An open write transaction; no other one runs beside it in the workspace."""

    @abstractmethod
    def execute(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement; return its rows, none where it returns nothing."""

    def revise(self, kind: str, what: str, at: datetime) -> int:
        """Add a revision: what kind of thing changed, which one, when (read by the caller).

        Raises
        ------
        ValueError
            When the moment has no time zone: it would mean another one on another machine.
        """
        if at.tzinfo is None:
            raise ValueError(f"moment {at.isoformat()} has no time zone")
        rows = self.execute(
            "INSERT INTO revisions (revision, kind, what, at)"
            " SELECT coalesce(max(revision), 0) + 1, ?, ?, ? FROM revisions RETURNING revision",
            (kind, what, at.isoformat()),
        )
        return int(rows[0][0])


class Database(Protocol):
    """A workspace's tables, wherever they are; safe to use from many threads."""

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one query and return all its rows."""
        ...

    def writing(self) -> AbstractContextManager[Write]:
        """One write transaction: all of it or nothing."""
        ...

    def close(self) -> None:
        """Close all connections; the next query opens one again."""
        ...


def first_revision(write: Write, settings: dict[str, bytes], at: datetime) -> None:
    """Write what a new workspace begins with."""
    write.execute("INSERT INTO store_version (version_num) VALUES (?)", (HEAD,))
    revision = write.revise("create", "workspace", at)
    for name, value in settings.items():
        write.execute("INSERT INTO settings VALUES (?, ?, ?)", (name, revision, value))


def not_storable(where: str) -> LantuError:
    """Return the refusal of a text with signs that a database cannot keep."""
    return LantuError(
        "text_not_storable",
        Text(
            "文字中有不能保存的字符（如空字符或不成对的代理码）",
            "A text holds a sign that cannot be kept (such as NUL or a lone surrogate)",
        ),
        Text("请去掉这些字符后重试", "Remove it and try again"),
        where=where,
    )


def wrong_version(found: str, where: str) -> LantuError:
    """Return the refusal of a workspace that a newer program made."""
    return LantuError(
        "workspace_version",
        Text(
            f"工作区数据表的版本为 {found}，本程序需要 {HEAD}",
            f"The workspace's tables have version {found}; this program needs {HEAD}",
        ),
        Text(
            "请使用建立该工作区的程序版本；较旧的工作区用 lantu upgrade 升级",
            "Use the program version that made the workspace; an older one is brought up by"
            " lantu upgrade",
        ),
        where=where,
    )
