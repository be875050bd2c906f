"""The records have the same form however they were made, on both databases."""

from alembic.autogenerate import compare_metadata
from sqlalchemy import text

from api.records.database import Records
from api.records.migrations import VERSION_TABLE, migration_context
from api.records.tables import Base
from tests.support import records as fixtures

sqlite_address = fixtures.sqlite_address
postgres_records_address = fixtures.postgres_records_address
address = fixtures.address
records = fixtures.records


def test_steps_and_tables_agree(records: Records) -> None:
    with records.engine.connect() as connection:
        seen = migration_context(connection, compare_type=True)
        assert compare_metadata(seen, Base.metadata) == []


def test_a_missing_column_would_be_seen(records: Records) -> None:
    with records.writing() as session:
        session.execute(text("ALTER TABLE app_job DROP COLUMN worker"))
    with records.engine.connect() as connection:
        seen = migration_context(connection, compare_type=True)
        assert [step[0] for step in compare_metadata(seen, Base.metadata)] == ["add_column"]


def test_made_twice_is_made_once(records: Records) -> None:
    with records.writing() as session:
        session.execute(text("INSERT INTO app_setting VALUES ('a', '1', '2026-11-20')"))
    records.create()
    with records.reading() as session:
        assert session.execute(text("SELECT name FROM app_setting")).scalars().all() == ["a"]
        versions = session.execute(text(f"SELECT * FROM {VERSION_TABLE}")).scalars().all()
        assert len(versions) == 1
