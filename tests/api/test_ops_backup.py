"""Backup and restore on both stores: what comes back is what was there; what is broken is told."""

import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import select

from api.auth.roles import NOBODY
from api.cli.main import main
from api.operations.backup import make_backup
from api.operations.restore import restore_backup
from api.records.tables import Audit, Project, User
from api.services import Services
from api.settings import Settings
from gis.errors import LantuError
from layers.store import create_workspace, open_workspace
from layers.store.edition_file import MAX_VERTICES
from tests.layers.assessment_helpers import published
from tests.layers.store_helpers import AREA, AT, draft, square, table, write_spec
from tests.support.records import postgres_address

AT_TEXT = "2026-11-20T09:00:00+08:00"
Address = Callable[[str], str]


@pytest.fixture(params=["folder", pytest.param("database", marks=pytest.mark.postgis)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """Places for workspaces, all folders or all databases."""
    if request.param == "folder":
        yield lambda name: str(tmp_path / name)
        return
    server = request.getfixturevalue("postgis_server")
    made: list[str] = []

    def place(_: str) -> str:
        made.append(server.clone())
        return postgres_address(made[-1])

    yield place
    for dsn in made:
        server.drop(dsn)


def fill(place: str, folder: Path) -> Settings:
    """A workspace with features, a big one too, an assessment, a secret, a user, an audit row."""
    workspace = create_workspace(place, crs="EPSG:4548", area=AREA, at=AT)
    workspace.add_spec(write_spec(folder, "t.layer"), at=AT)
    big = shapely.Point(450_000, 2_715_000).buffer(900, quad_segs=MAX_VERTICES)
    workspace.publish(
        draft("t.layer"), table([square(441_000, 2_706_000), big], name=["方", "圆\t\\N\n"])
    )
    published(workspace, folder)
    workspace.set_local_grid("本地", {"x": 1.5}, at=AT)
    workspace.put_document("文".encode() * 1000)
    workspace.close()
    settings = Settings(workspace=place)
    services = Services.open(settings)
    with services.records.writing() as session:
        session.add(User(login="zhang", name="张三", role="planner", created_at=AT_TEXT))
        session.add(Project(number="P1", name="厂房", created_at=AT_TEXT, changed_at=AT_TEXT))
    services.audit.add("test", "subject", NOBODY, detail={"n": 1})
    services.close()
    return settings


def told(settings: Settings) -> dict[str, Any]:
    """All that a reader sees."""
    services = Services.open(settings)
    workspace = services.workspace
    (edition,) = workspace.editions("t.layer")
    whole = workspace.whole(edition)
    (standing,) = workspace.standings()
    with services.records.reading() as session:
        people = [(user.login, user.name) for user in session.scalars(select(User))]
        projects = [(item.number, item.name) for item in session.scalars(select(Project))]
        audit = [(row.seq, row.hash) for row in session.scalars(select(Audit))]
    seen = {
        "revision": workspace.revision,
        "shapes": [shape.wkb for shape in whole.geometries],
        "names": whole.columns["name"].tolist(),
        "pieces": len(workspace.read(edition, AREA.bounds).ids),
        "standing": (standing.assessment.id, standing.state, standing.document),
        "document": workspace.document(standing.document),
        "grids": workspace.local_grids(),
        "people": people,
        "projects": projects,
        "audit": audit,
    }
    services.close()
    return seen


def refused(code: str, source: Path, place: str) -> None:
    with pytest.raises(LantuError) as caught:
        restore_backup(source, place)
    assert caught.value.code == code, caught.value


def test_what_comes_back_is_what_was_there(places: Address, tmp_path: Path) -> None:
    settings = fill(places("ws"), tmp_path)
    before = told(settings)
    file = tmp_path / "backups" / "one.lantu"
    manifest = make_backup(settings, file, at=AT)
    assert manifest["revision"] == before["revision"]
    assert file.stat().st_mode & 0o077 == 0
    target = places("back")
    restore_backup(file, target)
    assert told(Settings(workspace=target)) == before
    refused("workspace_exists", file, target)
    with pytest.raises(LantuError) as caught:
        make_backup(settings, file, at=AT)
    assert caught.value.code == "backup_exists"


def test_restored_workspace_goes_on(places: Address, tmp_path: Path) -> None:
    """Numbers that the database gives go on behind those that were restored."""
    settings = fill(places("ws"), tmp_path)
    file = tmp_path / "one.lantu"
    make_backup(settings, file, at=AT)
    target = places("back")
    restore_backup(file, target)
    services = Services.open(Settings(workspace=target))
    services.workspace.publish(
        draft("t.layer", "e2", checksum="cd" * 32), table([square(442_000, 2_706_000)])
    )
    with services.records.writing() as session:
        session.add(Project(number="P2", name="仓库", created_at=AT_TEXT, changed_at=AT_TEXT))
    assert [item.key for item in services.workspace.editions("t.layer")] == ["e1", "e2"]
    services.close()


def test_backup_beside_a_writer_is_one_moment(places: Address, tmp_path: Path) -> None:
    settings = fill(places("ws"), tmp_path)
    stop = threading.Event()

    def write() -> None:
        workspace = open_workspace(settings.workspace)
        for number in range(2, 60):
            if stop.is_set():
                break
            shapes = [square(441_000 + number, 2_706_000)] * number
            workspace.publish(
                draft("t.layer", f"e{number}", checksum=f"{number:064d}"), table(shapes)
            )
        workspace.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            make_backup(settings, tmp_path / f"{number}.lantu", at=AT)
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        target = places(f"back{number}")
        restore_backup(tmp_path / f"{number}.lantu", target)
        workspace = open_workspace(target)
        for edition in workspace.editions("t.layer"):
            assert len(workspace.whole(edition).geometries) == edition.feature_count
        workspace.close()


# --- what is broken ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    file = folder / "good.lantu"
    make_backup(fill(str(folder / "ws"), folder), file, at=AT)
    return file


def rewritten(good: Path, target: Path, change: Callable[[tarfile.TarInfo, bytes], bytes]) -> Path:
    with tarfile.open(good) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            data = old.extractfile(member).read()  # type: ignore[union-attr]
            data = change(member, data)
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return target


def test_cut_or_altered_backup_restores_nothing(good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0x55
    for number, data in enumerate([b"", b"no archive", whole[:9999], whole[:-400], flipped]):
        broken = tmp_path / f"{number}.lantu"
        broken.write_bytes(data)
        refused("bad_backup", broken, str(tmp_path / "back"))
    altered = bytearray(gzip.decompress(whole))
    place = altered.index("方".encode())
    altered[place] ^= 1
    (tmp_path / "altered.lantu").write_bytes(gzip.compress(bytes(altered)))
    refused("bad_backup", tmp_path / "altered.lantu", str(tmp_path / "back"))
    assert not (tmp_path / "back").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".lantu")] == []


@pytest.mark.parametrize(
    "name", ["../outside", "/tmp/outside", "workspace/../../outside", "c:outside", "a\\b", "a//b"]
)
def test_name_that_leaves_the_folder_is_refused(good: Path, tmp_path: Path, name: str) -> None:
    def change(member: tarfile.TarInfo, data: bytes) -> bytes:
        if member.name == "workspace/catalogue.sqlite":
            member.name = name
        return data

    refused("bad_backup", rewritten(good, tmp_path / "evil.lantu", change), str(tmp_path / "back"))
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path.parent / "outside").exists()


def test_link_is_refused(good: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.lantu"
    with tarfile.open(evil, "w:gz") as tar:
        link = tarfile.TarInfo("workspace/catalogue.sqlite")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    refused("bad_backup", evil, str(tmp_path / "back"))


def test_other_format_and_other_kind_are_told(good: Path, tmp_path: Path) -> None:
    def newer(member: tarfile.TarInfo, data: bytes) -> bytes:
        if member.name != "manifest.json":
            return data
        return json.dumps(json.loads(data) | {"format": 99, "program": "9.9"}).encode()

    refused("backup_version", rewritten(good, tmp_path / "n.lantu", newer), str(tmp_path / "back"))
    refused("backup_kind", good, "postgresql://nobody@localhost:1/nothing")
    refused("file_not_found", tmp_path / "none.lantu", str(tmp_path / "back"))


def test_commands(good: Path, tmp_path: Path) -> None:
    def lantu(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "api.cli.main", *arguments, "--json"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LANTU_WORKSPACE": ""},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    back = str(tmp_path / "back")
    assert lantu("restore", str(good), back)["revision"] > 1
    made = lantu("-w", back, "backup", str(tmp_path / "again.lantu"))
    assert made["revision"] > 1
    assert made["bytes"] == (tmp_path / "again.lantu").stat().st_size


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def test_upgrade_brings_the_records_up_too(tmp_path: Path) -> None:
    fill(str(tmp_path / "ws"), tmp_path)
    records = tmp_path / "ws" / "records.sqlite"
    with closing(sqlite3.connect(records)) as connection:
        (newest,) = connection.execute("SELECT * FROM alembic_version_records").fetchone()
        tables = [row[0] for row in connection.execute(_TABLES)]
        for table in [name for name in tables if name.startswith("app_")]:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("DELETE FROM alembic_version_records")
        connection.commit()
    done = CliRunner().invoke(main, ["-w", str(tmp_path / "ws"), "upgrade"])
    assert done.exit_code == 0, done.output
    with closing(sqlite3.connect(records)) as connection:
        assert connection.execute("SELECT * FROM alembic_version_records").fetchall() == [(newest,)]
        assert connection.execute("SELECT count(*) FROM app_user").fetchone() == (0,)
