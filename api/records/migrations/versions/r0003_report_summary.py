"""What lists show of a report, kept beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"


def upgrade() -> None:
    """Add the column; reports made before keep none, and lists read their documents."""
    op.add_column("app_report", sa.Column("summary", sa.JSON(), nullable=True))
