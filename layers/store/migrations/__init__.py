"""The history of a workspace's tables, run by Alembic; `layers.store.tables` is where it leads."""
