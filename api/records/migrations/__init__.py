"""Alembic migrations of the records, shipped with the package; run by `Records.create`.

A change of `api.records.tables` needs a step in `versions/`: `r0002_<what>.py` with `revision`,
`down_revision`, `upgrade()`. Steps only go forward: the way back is the backup. A test compares
tables and steps on both databases.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

VERSION_TABLE = "alembic_version_records"
_LOCK = 7_215_001  # PostgreSQL's advisory lock of whoever migrates


def upgrade(connection: Connection) -> None:
    """Bring the records to the newest form; processes that start together wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(_config(connection), "head")


def migration_context(connection: Connection, **options: Any) -> MigrationContext:
    """Return alembic's view of the records, which looks at nothing but our tables."""
    opts = {"version_table": VERSION_TABLE, "include_name": is_ours, **options}
    return MigrationContext.configure(connection, opts=opts)


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether alembic may look at a thing of the database: a catalogue may live beside us."""
    return kind != "table" or (name is not None and name.startswith("app_"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
