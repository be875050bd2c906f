"""Migrations lead to the tables as they are declared, from nothing and from older workspaces."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy

from gis.errors import LantuError
from layers.store import copy_workspace, create_workspace, open_workspace, upgrade_workspace
from layers.store.database import HEAD
from layers.store.postgres import Postgres
from layers.store.schema import upgrade, upgrade_file
from tests.layers.assessment_helpers import BY, published
from tests.layers.store_helpers import AREA, AT, make_workspace
from tests.postgis_server import PostgisServer
from tests.support.stores import place

LIMIT = {"name": "建筑面积", "fact": "floor_area_m2", "unit": "m2", "limit": "10000"}


def tables_of(engine: sqlalchemy.Engine) -> dict[str, object]:
    """Columns, keys and indexes of all tables, as the database tells them."""
    look = sqlalchemy.inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)],
            look.get_pk_constraint(name)["constrained_columns"],
            sorted(str(i["name"]) + str(i["column_names"]) for i in look.get_indexes(name)),
            sorted(str(u["column_names"]) for u in look.get_unique_constraints(name)),
        )
        for name in look.get_table_names()
        if name != "spatial_ref_sys"
    }


def sqlite_tables(path: Path) -> dict[str, object]:
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all()
        rowless = {name for name, sql in rows if "WITHOUT ROWID" in (sql or "")}
        counted = {name for name, sql in rows if "AUTOINCREMENT" in (sql or "")}
        return {**tables_of(engine), "rowless": rowless, "counted": counted}
    finally:
        engine.dispose()


def test_migrations_make_the_declared_tables(tmp_path: Path) -> None:
    make_workspace(tmp_path).close()
    path = tmp_path / "migrated.sqlite"
    sqlite3.connect(path).close()
    upgrade_file(path)
    assert sqlite_tables(path) == sqlite_tables(tmp_path / "ws" / "catalogue.sqlite")
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (int(HEAD),)


@pytest.mark.postgis
def test_migrations_make_the_declared_tables_in_postgis(postgis_server: PostgisServer) -> None:
    one, two = postgis_server.clone(), postgis_server.clone()
    made = create_workspace(postgis_server.url(one), crs="EPSG:4548", area=AREA, at=AT)
    migrated = Postgres(postgis_server.url(two))
    with migrated.writing() as write:
        upgrade(write.connection)
    assert tables_of(migrated.engine) == tables_of(Postgres(postgis_server.url(one)).engine)
    made.close()
    migrated.close()
    for dsn in (one, two):
        postgis_server.drop(dsn)


@pytest.mark.postgis
def test_an_older_database_is_brought_up_by_command_alone(
    postgis_server: PostgisServer, postgis: str
) -> None:
    url = postgis_server.url(postgis)
    made = create_workspace(url, crs="EPSG:4548", area=AREA, at=AT)
    wanted = tables_of(made._postgres.engine)  # type: ignore[attr-defined]
    with made.database.writing() as write:
        for name in ("releases", "feature_sets", "features", "pieces", "files", "pack_copies"):
            write.execute(f"DROP TABLE {name}")
        write.execute("DROP TABLE secrets")
        write.execute("UPDATE store_version SET version_num = '0003'")
    with pytest.raises(LantuError, match="workspace_version"):
        open_workspace(url)
    assert upgrade_workspace(url) == ("0003", HEAD)
    assert upgrade_workspace(url) == (HEAD, HEAD)
    assert tables_of(made._postgres.engine) == wanted  # type: ignore[attr-defined]
    made.close()


def test_a_folder_is_brought_up_by_command_too(tmp_path: Path) -> None:
    make_workspace(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "ws" / "catalogue.sqlite")
    connection.execute("DROP TABLE store_version")
    connection.execute("PRAGMA user_version=3")
    connection.close()
    assert upgrade_workspace(tmp_path / "ws") == ("0003", HEAD)
    assert upgrade_workspace(tmp_path / "ws") == (HEAD, HEAD)


@pytest.mark.usefixtures("both_stores")
def test_a_copy_goes_on_where_the_source_was(tmp_path: Path) -> None:
    source = make_workspace(tmp_path)
    park = published(source, tmp_path, totals=[LIMIT])
    from decimal import Decimal

    source.reserve(park, "P1", {"建筑面积": Decimal(4000)}, BY)
    source.set_local_grid("g", {"dx": 1.5}, at=AT)
    copy = copy_workspace(source, place(tmp_path / "copy"))
    assert copy.standings() == source.standings()
    assert copy.local_grids() == {"g": {"dx": 1.5}}
    held = copy.reserve(park, "P2", {"建筑面积": Decimal(5000)}, BY)
    assert (held[0].sequence, held[0].revision) == (2, source.revision + 1)
    with pytest.raises(LantuError, match="workspace_exists"):
        copy_workspace(source, place(tmp_path / "copy"))
