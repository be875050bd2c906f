"""What a workspace on PostgreSQL holds beside the common tables: features, files, secrets.

One table holds the features of all editions. Its GiST index leads with the edition's number (by
`btree_gist`), so that a box of one edition is found without a look at the others that lie there.
"""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import Boolean, Column, Identity, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from layers.store.tables import text

metadata = MetaData()


def geometry() -> Geometry:
    """Any geometry; each row carries the SRID of the working CRS, 0 where that has no number."""
    return Geometry("GEOMETRY", srid=0, spatial_index=False)


feature_sets = Table(
    "feature_sets",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("fields", JSONB, nullable=False, comment="columns in order: field, name, kind"),
    Column("srid", Integer, nullable=False),
)

features = Table(
    "features",
    metadata,
    Column("feature_set", Integer, primary_key=True, autoincrement=False),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("class", text()),
    Column("fields", JSONB, nullable=False),
    Column("cut", Boolean, nullable=False, comment="read from its pieces"),
    Column("geom", geometry(), nullable=False),
    Index("features_box", "feature_set", "geom", postgresql_using="gist"),
)

pieces = Table(
    "pieces",
    metadata,
    Column("feature_set", Integer, primary_key=True, autoincrement=False),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("piece", Integer, primary_key=True, autoincrement=False),
    Column("geom", geometry(), nullable=False),
    Index("pieces_box", "feature_set", "geom", postgresql_using="gist"),
)

files = Table(
    "files",
    metadata,
    Column("kind", text(), primary_key=True, comment="document, raster or pack"),
    Column("sha256", text(), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="of the block"),
    Column("data", LargeBinary, nullable=False),
)

pack_copies = Table(
    "pack_copies",
    metadata,
    Column("place", text(), primary_key=True),
    Column("sha256", text(), nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", text(), primary_key=True),
    Column("value", text(), nullable=False),
)
