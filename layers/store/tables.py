"""The tables of a workspace, declared once: SQLite and PostgreSQL are both made from them.

What only PostgreSQL holds (features, files, secrets; files of the folder otherwise) is declared
in `layers.store.postgis_tables`.
"""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql.type_api import TypeEngine

metadata = MetaData()

VERSION_TABLE = "store_version"
"""Where Alembic keeps how far a workspace has come."""


def text() -> TypeEngine[str]:
    """Text that sorts by its code points on both databases, whatever the server's language."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def number() -> TypeEngine[float]:
    """Return a float of 64 bits."""
    return Double().with_variant(REAL(), "sqlite")


settings = Table(
    "settings",
    metadata,
    Column("name", text(), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

revisions = Table(
    "revisions",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("kind", text(), nullable=False),
    Column("what", text(), nullable=False),
    Column("at", text(), nullable=False),
)

specs = Table(
    "specs",
    metadata,
    Column("key", text(), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("yaml", text(), nullable=False),
    sqlite_with_rowid=False,
)

packs = Table(
    "packs",
    metadata,
    Column("name", text(), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("folder", text(), nullable=False),
    sqlite_with_rowid=False,
)

editions = Table(
    "editions",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("layer", text(), nullable=False),
    Column("key", text(), nullable=False),
    Column("part", text(), nullable=False),
    Column("currency", text(), nullable=False),
    Column("valid_from", text(), nullable=False),
    Column("valid_to", text()),
    Column("accuracy_m", number(), nullable=False),
    Column("accuracy_source", text()),
    Column("coverage", LargeBinary, nullable=False),
    Column("lost", LargeBinary),
    Column("incomplete", Integer, nullable=False),
    Column("checksum", text(), nullable=False),
    Column("feature_count", Integer, nullable=False),
    Column("file", text(), nullable=False),
    Column("fingerprint", text(), nullable=False),
    Column("issue_log", text(), nullable=False),
    Column("published_at", text(), nullable=False),
    UniqueConstraint("layer", "key", "part"),
)

assessment_events = Table(
    "assessment_events",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("code", text(), primary_key=True),
    Column("version", text(), primary_key=True),
    Column("event", text(), nullable=False),
    Column("state", text(), nullable=False),
    Column("document", text(), nullable=False),
    Column("at", text(), nullable=False),
    Column("who", text(), nullable=False),
    Column("why", text()),
    Column("detail", text(), nullable=False),
    sqlite_with_rowid=False,
)

ledger = Table(
    "ledger",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("code", text(), nullable=False),
    Column("version", text(), nullable=False),
    Column("project", text(), nullable=False),
    Column("act", text(), nullable=False),
    Column("total", text(), nullable=False),
    Column("amount", text(), nullable=False),
    Column("at", text(), nullable=False),
    Column("who", text(), nullable=False),
    Column("why", text()),
    Index("ledger_of", "code", "sequence"),
    sqlite_autoincrement=True,
)

records = Table(
    "records",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("subject", text(), primary_key=True),
    Column("code", text(), primary_key=True),
    Column("version", text(), primary_key=True),
    Column("event", text(), nullable=False),
    Column("state", text(), nullable=False),
    Column("document", text(), nullable=False),
    Column("at", text(), nullable=False),
    Column("who", text(), nullable=False),
    Column("why", text()),
    Column("detail", text(), nullable=False),
    Index("records_of", "subject", "code", "revision"),
    sqlite_with_rowid=False,
)

releases = Table(
    "releases",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("at", text(), nullable=False),
    Column("who", text(), nullable=False),
    Column("version", text(), nullable=False),
    Column("number", text()),
    Column("digest", text(), nullable=False),
    Column("site", text(), nullable=False),
    Column("formats", text(), nullable=False),
    sqlite_autoincrement=True,
)

version = Table(
    VERSION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)
