"""Run by alembic, inside the transaction that `upgrade` opened."""

from __future__ import annotations

from alembic import context

from api.records.migrations import VERSION_TABLE, is_ours
from api.records.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    include_name=is_ours,
    transactional_ddl=False,  # the transaction is the caller's
)
context.run_migrations()
