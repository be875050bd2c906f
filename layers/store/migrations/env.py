"""How Alembic runs the migrations: on the connection and in the transaction of the caller."""

from __future__ import annotations

from alembic import context

from layers.store.database import HEAD
from layers.store.tables import VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
if connection.dialect.name == "sqlite":  # read at every opening, and by older programs
    connection.exec_driver_sql(f"PRAGMA user_version={int(HEAD)}")
