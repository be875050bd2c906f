"""The log of releases; on PostgreSQL features, files and secrets, which SQLite has as files."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

from layers.store.migrations.versions.v0003_catalogue import required, text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a catalogue of version 3 has the log once something was released."""
    if "releases" not in sa.inspect(op.get_bind()).get_table_names():
        op.create_table(
            "releases",
            sa.Column("sequence", sa.Integer, primary_key=True),
            *required("at", "who", "version"),
            sa.Column("number", text()),
            *required("digest", "site", "formats"),
            sqlite_autoincrement=True,
        )
    if op.get_bind().dialect.name == "postgresql":
        _features()
        _files()


def _features() -> None:
    op.create_table(
        "feature_sets",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("srid", sa.Integer, nullable=False),
    )
    op.create_table(
        "features",
        *numbers("feature_set", "id"),
        sa.Column("class", text()),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("cut", sa.Boolean, nullable=False),
        sa.Column("geom", Geometry("GEOMETRY", srid=0, spatial_index=False), nullable=False),
    )
    op.create_table(
        "pieces",
        *numbers("feature_set", "id", "piece"),
        sa.Column("geom", Geometry("GEOMETRY", srid=0, spatial_index=False), nullable=False),
    )
    for table in ("features", "pieces"):
        op.create_index(f"{table}_box", table, ["feature_set", "geom"], postgresql_using="gist")


def _files() -> None:
    op.create_table(
        "files",
        *(sa.Column(name, text(), primary_key=True) for name in ("kind", "sha256")),
        *numbers("number"),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "pack_copies", sa.Column("place", text(), primary_key=True), *required("sha256")
    )
    op.create_table("secrets", sa.Column("name", text(), primary_key=True), *required("value"))


def numbers(*names: str) -> list[sa.Column[Any]]:
    """Columns of integers that are the key together."""
    return [sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in names]
