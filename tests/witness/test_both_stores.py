"""The same 200 sites of the sample town on both stores: the same reports, byte for byte."""

import hashlib
from pathlib import Path

import pytest

from checks.report.stored import read_stored
from checks.verify import verify
from layers.store import copy_workspace, open_workspace
from tests.postgis_server import PostgisServer
from tests.witness.test_report_checker import SITES, World

pytestmark = [pytest.mark.postgis, pytest.mark.slow]


@pytest.fixture(scope="module")
def town_url(postgis_server: PostgisServer, town_workspace: Path):
    """Address of a database with a copy of the town."""
    dsn = postgis_server.clone()
    source = open_workspace(town_workspace)
    copy_workspace(source, postgis_server.url(dsn)).close()
    source.close()
    yield postgis_server.url(dsn)
    postgis_server.drop(dsn)


def test_200_sites_give_the_same_reports(town_url: str, town_workspace: Path) -> None:
    folder, database = World(town_workspace), World(town_url)
    differing = [
        number
        for number in range(SITES)
        if folder.report(number)[1].to_json() != database.report(number)[1].to_json()
    ]
    assert differing == []
    folder.store.close()
    database.store.close()


def test_a_report_of_the_database_is_verified(town_url: str) -> None:
    """Its rasters lie in rows, not in files that a name gives away."""
    world = World(town_url)
    stored = read_stored(world.report(0)[1].to_json(), where="report 0")
    assert verify(stored, world.store).result == "identical"
    world.store.close()


def test_a_copy_of_the_copy_is_the_town(
    town_url: str, town_workspace: Path, tmp_path: Path
) -> None:
    """Folder to database to folder: every table, document, pack and file is the same again."""
    source, between = open_workspace(town_workspace), open_workspace(town_url)
    back = copy_workspace(between, tmp_path / "back")
    assert back.revision == source.revision
    for table in ("revisions", "settings", "specs", "packs", "editions", "assessment_events",
                  "ledger", "records", "releases"):  # fmt: skip
        query = f"SELECT * FROM {table}"
        assert sorted(back.database.rows(query), key=repr) == sorted(
            source.database.rows(query), key=repr
        ), table
    for edition in source.all_editions():
        mine, theirs = (
            hashlib.sha256((root / edition.file).read_bytes()).hexdigest()
            for root in (town_workspace, tmp_path / "back")
        )
        assert mine == theirs, edition.file
    assert back.document_digests() == source.document_digests()
    assert back.shelf.places() == source.shelf.places()
    assert back.local_grids() == source.local_grids()
    for workspace in (source, between, back):
        workspace.close()
