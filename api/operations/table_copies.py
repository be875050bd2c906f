"""Tables of a PostgreSQL database, out and in by COPY: no program of the server is needed.

All tables are read in one transaction that sees one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy import Table

ENDING = ".copy"
_BLOCK = 1 << 20


def store_tables() -> list[Table]:
    """Return the tables of a workspace in a database, those named by others first."""
    from layers.store import tables
    from layers.store.schema import declared

    return [
        tables.version,
        *(table for one in declared("postgresql") for table in one.sorted_tables),
    ]


def record_tables() -> list[Table]:
    """Return the tables of the records, those named by others first."""
    from api.records.tables import Base

    return list(Base.metadata.sorted_tables)


def connect(address: str) -> Connection[Any]:
    """Open a connection of one's own; the address is refused as a workspace's is.

    Raises
    ------
    LantuError
        `bad_workspace_url`, `workspace_unreachable`.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo
    from sqlalchemy.engine import make_url

    from layers.places import shown

    url = make_url(address)
    query = {name: str(value) for name, value in url.query.items()}
    given = {"host": url.host, "port": url.port, "user": url.username, "password": url.password}
    known = {name: value for name, value in given.items() if value is not None}
    try:
        return psycopg.connect(make_conninfo("", dbname=url.database, **known, **query))
    except psycopg.OperationalError as error:
        name = shown(address)
        raise LantuError(
            "workspace_unreachable",
            Text(f"无法连接数据库 {name}", f"The database {name} cannot be reached"),
            Text("请核对地址、账户和密码", "Check address, account and password"),
            where=name,
        ) from error


def copy_out(
    add: Callable[[str, Path], None],
    address: str,
    tables: Sequence[Table],
    prefix: str,
    scratch: Path,
) -> dict[str, Any]:
    """Take in each table as `<prefix><table>.copy`; return what the manifest says of them."""
    columns: dict[str, list[str]] = {}
    with connect(address) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        present = _present(connection)
        for table in tables:
            if table.name not in present:
                raise _not_ready(table.name)
            columns[table.name] = [column.name for column in table.columns]
            path = scratch / "table"
            with (
                path.open("wb") as file,
                connection.cursor().copy(
                    f"COPY {_named(table.name, columns[table.name])} TO STDOUT"
                ) as copy,
            ):
                for block in copy:
                    file.write(block)
            add(f"{prefix}{table.name}{ENDING}", path)
            path.unlink()
    return {"kind": "database", "tables": columns}


def copy_in(
    connection: Connection[Any], folder: Path, tables: Sequence[Table], kept: dict[str, list[str]]
) -> None:
    """Fill empty tables from the files of a backup, in the connection's transaction."""
    for table in tables:
        if table.name not in kept:  # younger than the backup
            continue
        with (
            (folder / f"{table.name}{ENDING}").open("rb") as file,
            connection.cursor().copy(
                f"COPY {_named(table.name, kept[table.name])} FROM STDIN"
            ) as copy,
        ):
            while block := file.read(_BLOCK):
                copy.write(block)
        _settle_sequences(connection, table)


def _settle_sequences(connection: Connection[Any], table: Table) -> None:
    """Let numbers that the database gives go on behind those that are there."""
    for column in table.columns:
        name = _quoted(table.name)
        (sequence,) = connection.execute(
            "SELECT pg_get_serial_sequence(%s, %s)", (name, column.name)
        ).fetchone() or (None,)
        if sequence is not None:
            connection.execute(
                f"SELECT setval(%s, coalesce(max({_quoted(column.name)}), 0) + 1, false)"
                f" FROM {name}".encode(),
                (sequence,),
            )


def _present(connection: Connection[Any]) -> set[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {str(row[0]) for row in rows}


def _named(table: str, columns: Sequence[str]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, columns))})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _not_ready(table: str) -> LantuError:
    return LantuError(
        "backup_not_ready",
        Text(
            f"数据库缺少表 {table}，版本较旧", f"The database lacks the table {table}: it is older"
        ),
        Text("请先运行 lantu upgrade", "Run lantu upgrade first"),
        where=table,
    )
