"""The catalogue before Alembic, of versions 1 to 3: what an older file lacks is added."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.type_api import TypeEngine

revision = "0003"
down_revision = None
branch_labels = None
depends_on = None


def text() -> TypeEngine[str]:
    """Text that sorts by its code points."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def required(*names: str) -> list[sa.Column[str]]:
    """Columns of text that are never null."""
    return [sa.Column(name, text(), nullable=False) for name in names]


def revised(*keys: str) -> list[sa.Column[Any]]:
    """Return a revision and names that are the key together."""
    return [
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        *[sa.Column(name, text(), primary_key=True) for name in keys],
    ]


def upgrade() -> None:
    """Make the tables that are missing."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for name, make in _TABLES.items():
        if name not in there:
            make()


def _settings() -> None:
    value = sa.Column("value", sa.LargeBinary, nullable=False)
    _keyed("settings", "name", value)


def _specs() -> None:
    _keyed("specs", "key", *required("yaml"))


def _packs() -> None:
    _keyed("packs", "name", *required("folder"))


def _keyed(table: str, key: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column(key, text(), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        *columns,
        sqlite_with_rowid=False,
    )


def _revisions() -> None:
    op.create_table("revisions", *revised(), *required("kind", "what", "at"))


def _editions() -> None:
    op.create_table(
        "editions",
        *revised(),
        *required("layer", "key", "part", "currency", "valid_from"),
        sa.Column("valid_to", text()),
        sa.Column("accuracy_m", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("accuracy_source", text()),
        sa.Column("coverage", sa.LargeBinary, nullable=False),
        sa.Column("lost", sa.LargeBinary),
        sa.Column("incomplete", sa.Integer, nullable=False),
        *required("checksum"),
        sa.Column("feature_count", sa.Integer, nullable=False),
        *required("file", "fingerprint", "issue_log", "published_at"),
        sa.UniqueConstraint("layer", "key", "part"),
    )


def _assessment_events() -> None:
    op.create_table(
        "assessment_events",
        *revised("code", "version"),
        *required("event", "state", "document", "at", "who"),
        sa.Column("why", text()),
        *required("detail"),
        sqlite_with_rowid=False,
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        *required("code", "version", "project", "act", "total", "amount", "at", "who"),
        sa.Column("why", text()),
        sqlite_autoincrement=True,
    )
    op.create_index("ledger_of", "ledger", ["code", "sequence"])


def _records() -> None:
    op.create_table(
        "records",
        *revised("subject", "code", "version"),
        *required("event", "state", "document", "at", "who"),
        sa.Column("why", text()),
        *required("detail"),
        sqlite_with_rowid=False,
    )
    op.create_index("records_of", "records", ["subject", "code", "revision"])


_TABLES = {
    "settings": _settings,
    "revisions": _revisions,
    "specs": _specs,
    "packs": _packs,
    "editions": _editions,
    "assessment_events": _assessment_events,
    "ledger": _ledger,
    "records": _records,
}
