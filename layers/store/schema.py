"""Make the tables of a new workspace, and bring those of an older one up by Alembic."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

import sqlalchemy
from sqlalchemy.schema import CreateIndex, CreateTable

from layers.store import tables

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_S = 60.0
"""How long an upgrade waits for a writer."""


def declared(dialect: str) -> list[sqlalchemy.MetaData]:
    """Return what a workspace has on a database: PostgreSQL also holds features and files."""
    if dialect == "sqlite":
        return [tables.metadata]
    from layers.store import postgis_tables

    return [tables.metadata, postgis_tables.metadata]


@cache
def statements(dialect: str) -> tuple[str, ...]:
    """Return the statements that make all tables at their newest state."""
    target = sqlalchemy.dialects.registry.load(dialect)()
    listed = [tables.version, *(t for one in declared(dialect) for t in one.sorted_tables)]
    made: list[str] = []
    for table in listed:
        made.append(str(CreateTable(table).compile(dialect=target)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [str(CreateIndex(index).compile(dialect=target)) for index in indexes]
    return tuple(made)


def upgrade_file(path: Path) -> None:
    """Bring a catalogue to the newest migration, in one transaction.

    Another process may do so at the same moment: the second waits and finds nothing to do.
    """

    def connect() -> sqlite3.Connection:
        uri = f"{path.resolve().as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)

    engine = sqlalchemy.create_engine(
        "sqlite://", creator=connect, poolclass=sqlalchemy.pool.NullPool
    )

    @sqlalchemy.event.listens_for(engine, "begin")
    def begin(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            upgrade(connection)
    finally:
        engine.dispose()


def upgrade(connection: sqlalchemy.Connection) -> None:
    """Run the migrations that a workspace has not seen, within the open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
