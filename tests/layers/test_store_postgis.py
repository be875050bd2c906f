"""What only a workspace in PostgreSQL has: a server, accounts, locks, a cache, an index."""

import re
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from api.cli.main import main
from gis.errors import LantuError
from layers.store import FeatureTable, create_workspace, open_workspace
from layers.store import postgres as postgres_module
from layers.store.postgis import Workspace
from layers.store.postgis_features import box_query
from layers.store.postgis_files import cache_folder
from tests.layers.store_helpers import AREA, AT, draft, objects, square, table, write_spec
from tests.layers.test_store_editions import wheel
from tests.postgis_server import PostgisServer

pytestmark = pytest.mark.postgis
SIDES = ("minx", "miny", "maxx", "maxy")
ONE = table([square(441000, 2706000)])


@pytest.fixture
def url(postgis_server: PostgisServer, postgis: str) -> str:
    return postgis_server.url(postgis)


@pytest.fixture
def workspace(url: str, tmp_path: Path) -> Iterator[Workspace]:
    made = create_workspace(url, crs="EPSG:4548", area=AREA, at=AT, packs=["cn-base"])
    assert isinstance(made, Workspace)
    for key in ("t.a", "t.b"):
        made.add_spec(write_spec(tmp_path, key), at=AT)
    yield made
    made.close()


def refused(code: str) -> pytest.RaisesExc[LantuError]:
    return pytest.raises(LantuError, check=lambda error: error.code == code)


def change(workspace: Workspace, statement: str) -> None:
    with workspace.database.writing() as write:
        write.execute(statement)


# --- opening ------------------------------------------------------------------------------------


def test_places_are_named_without_account_and_password(url: str) -> None:
    with refused("no_workspace") as fault:
        open_workspace(url)
    name = urlsplit(url).path
    assert fault.value.where == f"postgresql://{name}"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://anna:geheim@127.0.0.1:1/x", "workspace_unreachable"),
        ("postgresql://anna:geheim@127.0.0.1:x/y", "bad_workspace_url"),
        ("postgresql://anna:ge/heim@127.0.0.1/y", "bad_workspace_url"),
        ("postgresql://anna:ge@heim/x@127.0.0.1/y", "bad_workspace_url"),
        ("postgresql://anna:geheim@127.0.0.1", "bad_workspace_url"),
    ],
)
def test_the_password_is_in_no_message(address: str, code: str) -> None:
    result = CliRunner().invoke(main, ["-w", address, "layers", "list", "--json"])
    assert result.exit_code == 1
    assert f'"{code}"' in result.stdout
    assert "heim" not in result.output
    assert "anna" not in result.output


def test_an_extension_that_cannot_be_made_is_asked_for(
    postgis_server: PostgisServer, workspace: Workspace
) -> None:
    postgis_server._execute("postgres", "CREATE ROLE clerk LOGIN")
    postgis_server._execute("postgres", "CREATE DATABASE bare OWNER clerk")
    bare = f"postgresql://clerk@/bare?host={postgis_server.folder}"
    try:
        with refused("postgis_missing") as fault:
            create_workspace(bare, crs="EPSG:4548", area=AREA, at=AT)
        assert "CREATE EXTENSION postgis" in fault.value.hint.en
        foreign = str(workspace._postgres._url).replace("postgres@", "clerk@")
        with refused("workspace_denied"):
            open_workspace(foreign)
    finally:
        postgis_server._execute("postgres", "DROP DATABASE bare WITH (FORCE)")
        postgis_server._execute("postgres", "DROP ROLE clerk")


def test_a_database_of_another_version_is_not_touched(workspace: Workspace, url: str) -> None:
    change(workspace, "UPDATE store_version SET version_num = '0099'")
    with refused("workspace_version"):
        open_workspace(url)


def test_the_command_line_works_on_a_database(url: str, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        result = CliRunner().invoke(main, list(words), env={"LANTU_WORKSPACE": url})
        assert result.exit_code == 0, result.output
        return result.output

    run("init", url, "--crs", "EPSG:4548", "--area", "440000,2705000,460000,2725000")
    site = tmp_path / "site.wkt"
    site.write_text(f"SRID=4548;{square(441000, 2706000).wkt}", encoding="utf-8")
    assert "control.blue_line" in run("layers", "show", "control.blue_line", "--json")
    run("check", str(site), "--out", str(tmp_path / "out"))
    assert (tmp_path / "out" / "1" / "report.json").is_file()
    assert '"after": "0004"' in run("upgrade", "--json")
    again = CliRunner().invoke(
        main, ["init", url, "--crs", "EPSG:4548", "--area", "0,0,1,1", "--json"]
    )
    assert '"workspace_exists"' in again.stdout


# --- boxes --------------------------------------------------------------------------------------


def test_a_box_is_found_by_the_index_alone(workspace: Workspace) -> None:
    """Two editions of 20 000 squares in one place: no other rows are looked at than those near."""
    x, y = np.meshgrid(np.arange(440_000, 460_000, 100.0), np.arange(2_705_000, 2_715_000, 100.0))
    boxes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 90, y.ravel() + 90)
    many = FeatureTable(boxes, objects(["a"] * len(boxes)), {"number": np.arange(len(boxes))})
    first = workspace.publish(draft("t.a"), many)
    workspace.publish(draft("t.b"), many)
    box = (450_010.0, 2_710_010.0, 450_280.0, 2_710_080.0)
    assert len(workspace.read(first, box).ids) == 3
    number = int(first.file.removeprefix("features:"))
    with workspace._postgres.engine.connect() as connection:
        values = {"set": number, "srid": 4548, **dict(zip(SIDES, box, strict=True))}
        query = f"EXPLAIN (ANALYZE, FORMAT JSON) {box_query()}"
        plan = connection.exec_driver_sql(query, values).scalar_one()
    nodes = list(_nodes(plan[0]["Plan"]))
    read = [node["Node Type"] for node in nodes if node.get("Relation Name") == "features"]
    assert "Seq Scan" not in read
    taken = [node for node in nodes if node.get("Index Name") == "features_box"]
    assert taken
    assert "feature_set" in taken[0]["Index Cond"]
    assert "geom" in taken[0]["Index Cond"]
    assert taken[0]["Actual Rows"] == 3


def _nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


# --- altered rows -------------------------------------------------------------------------------

HARM = {
    "row gone": "DELETE FROM features WHERE id = 1",
    "piece gone": "DELETE FROM pieces WHERE piece = 3",
    "moved": "UPDATE features SET geom = ST_Translate(geom, 1, 0) WHERE id = 1",
    "piece moved": "UPDATE pieces SET geom = ST_Translate(geom, 1, 0) WHERE piece = 2",
    "class": "UPDATE features SET class = 'x' WHERE id = 2",
    "field": "UPDATE features SET fields = '{}' WHERE id = 1",
    "columns": "UPDATE feature_sets SET fields = '[]'",
    "set gone": "DELETE FROM feature_sets",
}


@pytest.mark.parametrize("harm", HARM)
def test_altered_rows_are_named(workspace: Workspace, url: str, harm: str) -> None:
    shapes = [square(441000, 2706000), wheel(450000, 2712000)]
    edition = workspace.publish(draft("t.a", part="海沧"), table(shapes, name=["小", "大"]))
    assert len(open_workspace(url).read(edition, AREA.bounds).ids) > 10
    change(workspace, HARM[harm])
    opened = open_workspace(url)
    with refused("layer_unreadable") as fault:
        opened.read(edition, AREA.bounds)
    assert fault.value.where == "t.a e1/海沧"
    if harm == "row gone":
        other = opened.publish(draft("t.b"), ONE)
        assert opened.read(other, AREA.bounds).ids.tolist() == [1]


def test_a_raster_gone_from_the_database_is_named(workspace: Workspace, tmp_path: Path) -> None:
    workspace.add_spec(write_spec(tmp_path, "t.raster", geometry="raster"), at=AT)
    source = tmp_path / "a.tif"
    source.write_bytes(b"II*\0" + bytes(range(256)) * 10_000)  # three blocks
    edition = workspace.publish(draft("t.raster"), source)
    assert workspace.raster(edition).read_bytes() == source.read_bytes()
    change(workspace, "DELETE FROM files WHERE kind = 'raster' AND number = 1")
    workspace.raster(edition).unlink()
    with refused("layer_unreadable"):
        workspace.raster(edition)


def test_a_pack_altered_in_the_cache_is_unpacked_again(
    workspace: Workspace, url: str, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: outside\n")
    workspace.add_pack(pack, at=AT)
    held = workspace.pack_folders()["outside"]
    assert cache_folder() in held.parents
    (held / "pack.yaml").write_text("name: forged\n")
    assert (open_workspace(url).pack_folders()["outside"] / "pack.yaml").read_text() == (
        "name: outside\n"
    )
    shutil.rmtree(held)
    assert (workspace.pack_folders()["outside"] / "pack.yaml").is_file()
    change(workspace, "DELETE FROM files WHERE kind = 'pack'")
    shutil.rmtree(held)
    with refused("pack_altered"):
        open_workspace(url).pack_folders()


# --- the server ---------------------------------------------------------------------------------


def test_a_restart_is_a_refusal_while_it_lasts(
    workspace: Workspace, postgis_server: PostgisServer
) -> None:
    edition = workspace.publish(draft("t.a"), ONE)
    with ThreadPoolExecutor(4) as pool:  # several connections stay in the pool
        list(pool.map(lambda _: workspace.read(edition, AREA.bounds), range(8)))
    postgis_server.halt()
    for call in (
        lambda: workspace.read(edition, AREA.bounds),
        lambda: workspace.revision,
        lambda: workspace.set_packs(["x"], at=AT),
    ):
        with refused("workspace_unreachable"):
            call()
    postgis_server.resume()
    assert workspace.read(edition, AREA.bounds).ids.tolist() == [1]
    workspace.set_packs(["x"], at=AT)
    assert workspace.packs == ("x",)


def test_a_quick_restart_is_not_noticed(
    workspace: Workspace, postgis_server: PostgisServer
) -> None:
    edition = workspace.publish(draft("t.a"), ONE)
    postgis_server.halt()
    postgis_server.resume()
    workspace.set_packs(["y"], at=AT)
    postgis_server.halt()
    postgis_server.resume()
    assert workspace.read(edition, AREA.bounds).ids.tolist() == [1]
    assert workspace.packs == ("y",)


def test_who_waits_too_long_for_another_writer_is_told(
    workspace: Workspace, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "STATEMENT_S", 5.2)
    other = open_workspace(url)
    with workspace.database.writing(), refused("workspace_busy"):
        other.set_packs(["x"], at=AT)
    other.set_packs(["x"], at=AT)
    assert other.packs == ("x",)


def test_a_long_publish_holds_up_nobody(workspace: Workspace, url: str) -> None:
    """While one publisher copies rows, others write; its revision is the last one all the same."""
    other = open_workspace(url)
    with workspace._postgres.publishing("t.a") as write:
        from layers.store.editions_table import insert
        from layers.store.postgis import store_payload

        file, mark, count = store_payload(write, workspace._blocks, ONE, 4548)
        began = time.perf_counter()
        other.set_packs(["x"], at=AT)
        assert other.publish(draft("t.b"), ONE).revision == 5
        assert time.perf_counter() - began < 4
        insert(write, draft("t.a"), file=file, mark=mark, count=count)
    assert [edition.revision for edition in other.editions("t.a")] == [6]
    assert other.read(other.editions("t.a")[0], AREA.bounds).ids.tolist() == [1]


def test_as_many_publishers_as_connections(workspace: Workspace) -> None:
    """Each holds a connection while it waits: none may need a second one."""
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: workspace.publish(draft("t.a"), ONE), range(20)))
    assert {edition.revision for edition in found} == {4}


def test_statements_in_logs_have_no_values(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.set_local_grid("g", {"dx": 12345.678}, at=AT)
    with pytest.raises(LantuError) as fault, workspace.database.writing() as write:
        write.execute("INSERT INTO secrets (name, value) VALUES (?, ?)", ("g", "12345.678"))
    told = f"{fault.value} {fault.value.__cause__}"
    assert re.search("duplicate", told)
    assert "12345.678" not in told.replace("Key (name)", "")
