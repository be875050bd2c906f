"""The workspace: making, opening, revisions, specs, packs, documents, secrets."""

import dataclasses
import sqlite3
import stat
from datetime import date
from pathlib import Path

import pytest
import shapely

from gis.errors import LantuError
from layers.editions import pick
from layers.store import LayerStore, create_workspace, open_workspace
from layers.store.assessment_table import Act
from layers.store.records import Step
from tests.layers.store_helpers import AREA, AT, draft, make_workspace, square, table, write_spec
from tests.support.stores import place, reopened

pytestmark = pytest.mark.usefixtures("both_stores")

ONE = table([square(441000, 2706000)])


def refused(code: str) -> pytest.RaisesExc[LantuError]:
    return pytest.raises(LantuError, check=lambda error: error.code == code)


def test_create_and_open(tmp_path: Path) -> None:
    made = create_workspace(
        place(tmp_path / "ws"), crs="EPSG:4548", area=AREA, at=AT, packs=["cn-base"]
    )
    opened = reopened(tmp_path)
    store: LayerStore = opened
    for workspace in (made, store):
        assert workspace.crs == "EPSG:4548"
        assert shapely.equals_identical(workspace.area, AREA)
        assert workspace.revision == 1
        assert workspace.editions("control.blue_line") == ()
    assert opened.packs == ("cn-base",)
    assert "control.blue_line" in opened.specs()


@pytest.mark.parametrize(
    ("crs", "area", "code"),
    [
        ("EPSG:4490", AREA, "working_crs_not_metric"),
        ("EPSG:0", AREA, "unknown_crs"),
        ("EPSG:4548", shapely.Polygon(), "empty_area"),
        ("EPSG:4548", shapely.LineString([(0, 0), (1, 1)]), "empty_area"),
    ],
)
def test_create_refuses(tmp_path: Path, crs: str, area: shapely.Geometry, code: str) -> None:
    with refused(code):
        create_workspace(place(tmp_path / "ws"), crs=crs, area=area, at=AT)
    assert not (tmp_path / "ws").exists()


def test_create_never_touches_a_full_folder(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    with refused("workspace_exists"):
        make_workspace(tmp_path)


def test_open_names_what_is_wrong(tmp_path: Path) -> None:
    with refused("no_workspace"):
        open_workspace(place(tmp_path / "nowhere"))


@pytest.mark.folder_only
def test_open_names_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    catalogue = tmp_path / "ws" / "catalogue.sqlite"
    catalogue.parent.mkdir()
    catalogue.write_bytes(b"not a database, but long enough to be taken for one" * 40)
    with refused("workspace_unreadable"):
        reopened(tmp_path)
    catalogue.unlink()
    connection = sqlite3.connect(catalogue)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with refused("workspace_version"):
        reopened(tmp_path)


def test_each_write_is_one_revision(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: outside\n")
    steps = [
        lambda: workspace.add_spec(write_spec(tmp_path, "t.a"), at=AT),
        lambda: workspace.publish(draft("t.a"), ONE),
        lambda: workspace.add_pack(pack, at=AT),
        lambda: workspace.set_packs(["cn-base", "outside"], at=AT),
        lambda: workspace.set_local_grid("厦门92", {"dx": 1.5}, at=AT),
    ]
    for number, step in enumerate(steps, start=2):
        step()
        assert workspace.revision == number
    for step in steps[:4]:  # the same again changes nothing
        step()
        assert workspace.revision == 6
    rows = workspace.database.rows(
        "SELECT revision, kind, what, at FROM revisions ORDER BY revision"
    )
    at = AT.isoformat()
    assert rows == [
        (1, "create", "workspace", at),
        (2, "spec", "t.a", at),
        (3, "publish", "t.a e1", at),
        (4, "pack", "outside", at),
        (5, "setting", "packs", at),
        (6, "local_grid", "厦门92", at),
    ]


@pytest.mark.parametrize("crs", ["EPSG:2056", "EPSG:26986", "EPSG:3826", "EPSG:4527", "LOCAL"])
def test_any_working_crs_in_metres(tmp_path: Path, crs: str) -> None:
    if crs == "LOCAL":
        crs = "+proj=tmerc +lon_0=118.5 +x_0=40000 +y_0=-2600000 +ellps=GRS80 +units=m +type=crs"
    area = shapely.box(0, 0, 9_000_000, 9_000_000)
    made = create_workspace(place(tmp_path / "ws"), crs=crs, area=area, at=AT)
    made.add_spec(write_spec(tmp_path, "t.a"), at=AT)
    edition = made.publish(draft("t.a", coverage=area), ONE)
    opened = reopened(tmp_path)
    assert opened.crs == crs
    found = opened.read(edition, area.bounds)
    assert shapely.equals_identical(found.geometries[0], square(441000, 2706000))


def test_moment_without_time_zone_is_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a")
    with pytest.raises(ValueError, match="no time zone"):
        workspace.publish(draft("t.a", published_at=AT.replace(tzinfo=None)), ONE)
    assert workspace.revision == 2


# --- editions ---------------------------------------------------------------------------------


def test_edition_comes_back_as_published(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a")
    given = draft(
        "t.a",
        "2026年/1",
        part="海沧 区",
        currency=date(2025, 12, 31),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        accuracy_m=0.3,
        coverage=square(441000, 2706000, 5000).difference(square(442000, 2707000)),
        lost=square(442000, 2707000),
        incomplete=True,
        issue_log={"in": 3, "why": ["裂缝", None]},
    )
    edition = workspace.publish(given, ONE)
    assert edition == reopened(tmp_path).editions("t.a")[0]
    for field in dataclasses.fields(given):
        if field.name not in {"issue_log", "published_at"}:
            assert getattr(edition, field.name) == getattr(given, field.name), field.name
    assert workspace.issue_log(edition) == {"in": 3, "why": ["裂缝", None]}
    assert (edition.id, edition.revision, edition.feature_count) == ("2026年/1/海沧 区", 3, 1)


def test_same_key_again(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a")
    first = workspace.publish(draft("t.a"), ONE)
    assert workspace.publish(draft("t.a"), ONE) == first
    other = draft("t.a", checksum="cd" * 32)
    with refused("edition_exists") as fault:
        workspace.publish(other, ONE)
    assert "abababababab" in fault.value.fact.en
    assert "cdcdcdcdcdcd" in fault.value.fact.zh
    for changed in (
        {"accuracy_m": 1.0},
        {"valid_to": date(2027, 1, 1)},
        {"coverage": square(0, 0)},
    ):
        with refused("edition_exists"):
            workspace.publish(draft("t.a", **changed), ONE)
    assert workspace.publish(draft("t.a", part="海沧"), ONE).revision == first.revision + 1
    assert len(workspace.editions("t.a")) == 2


def test_pick_sees_known_at(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a")
    workspace.publish(draft("t.a", "old"), ONE)
    then = workspace.revision
    workspace.publish(draft("t.a", "new", checksum="cd" * 32), ONE)
    editions = workspace.editions("t.a")
    day = date(2026, 6, 1)
    assert [edition.key for edition in pick(editions, as_of=day, known_at=then)] == ["old"]
    assert [edition.key for edition in pick(editions, as_of=day, known_at=None)] == ["new"]


def test_publish_refuses_unknown_layer_and_wrong_payload(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.raster", geometry="raster")
    with refused("unknown_layer"):
        workspace.publish(draft("no.such"), ONE)
    with refused("payload_mismatch"):
        workspace.publish(draft("t.raster"), ONE)
    with refused("payload_mismatch"):
        workspace.publish(draft("control.blue_line"), tmp_path / "a.tif")


def test_raster_is_copied_and_guarded(tmp_path: Path, both_stores: str) -> None:
    workspace = make_workspace(tmp_path, "t.raster", geometry="raster")
    source = tmp_path / "a.tif"
    source.write_bytes(b"II*\0 bytes of a raster")
    edition = workspace.publish(draft("t.raster"), source)
    source.unlink()
    path = workspace.raster(edition)
    assert path.read_bytes() == b"II*\0 bytes of a raster"
    assert path.suffix == ".tif"
    path.chmod(0o644)
    path.write_bytes(b"II*\0 bytes of another")
    if both_stores == "postgis":  # the cache is filled again
        assert workspace.raster(edition).read_bytes() == b"II*\0 bytes of a raster"
        return
    with refused("layer_unreadable"):
        workspace.raster(edition)


@pytest.mark.parametrize(
    "key",
    ["o.overlap", "a/b", "../up", ".hidden", "图层", "CON", "nul.x", "x" * 300, "a b:c*?", "😀"],
)
def test_any_key_is_a_safe_file_name(tmp_path: Path, both_stores: str, key: str) -> None:
    workspace = make_workspace(tmp_path, key)
    edition = workspace.publish(draft(key, key, part=key), ONE)
    assert workspace.read(edition, AREA.bounds).ids.tolist() == [1]
    if both_stores == "postgis":
        return
    path = (workspace.path / edition.file).resolve()
    assert path.parent.parent == (workspace.path / "layers").resolve()
    assert len(path.name) < 128
    assert path.name.isascii()


@pytest.mark.folder_only
def test_keys_that_differ_in_case_have_their_own_files(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a", "T.A", "t_a", "t/a")
    files = {workspace.publish(draft(key), ONE).file for key in ("t.a", "T.A", "t_a", "t/a")}
    assert len({file.lower() for file in files}) == 4
    parts = {
        workspace.publish(draft("t.a", key, part=part), ONE).file
        for key, part in (("e", "a/b"), ("e/a", "b"), ("E", "a/b"))
    }
    assert len({file.lower() for file in parts}) == 3


# --- specs ------------------------------------------------------------------------------------


def test_own_spec_goes_before_the_shipped_one(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    assert workspace.specs()["control.blue_line"].title.zh == "城市蓝线"
    before = workspace.revision
    workspace.add_spec(write_spec(tmp_path, "control.blue_line"), at=AT)
    assert workspace.specs()["control.blue_line"].title.zh == "测试"
    assert workspace.specs(known_at=before)["control.blue_line"].title.zh == "城市蓝线"
    assert len(workspace.specs()) == len(workspace.specs(known_at=before))


def test_spec_cannot_change_the_kind_of_existing_editions(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a")
    workspace.add_spec(write_spec(tmp_path, "t.a", geometry="line"), at=AT)
    workspace.publish(draft("t.a"), ONE)
    with refused("spec_conflict"):
        workspace.add_spec(write_spec(tmp_path, "t.a", geometry="raster"), at=AT)


# --- packs, documents, secrets ----------------------------------------------------------------


def make_pack(folder: Path, text: str) -> Path:
    pack = folder / "source"
    (pack / "rules").mkdir(parents=True, exist_ok=True)
    (pack / "pack.yaml").write_text("name: 区/own\njurisdiction: outside\n", encoding="utf-8")
    (pack / "rules" / "r.yaml").write_text(text, encoding="utf-8")
    return pack


def test_pack_is_copied_and_older_states_stay(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    pack = make_pack(tmp_path, "one")
    assert workspace.add_pack(pack, at=AT) == "区/own"
    first, then = workspace.pack_folders()["区/own"], workspace.revision
    make_pack(tmp_path, "two")
    (pack / ".DS_Store").write_text("noise")
    workspace.add_pack(pack, at=AT)
    second = workspace.pack_folders()["区/own"]
    assert (first / "rules" / "r.yaml").read_text() == "one"
    assert (second / "rules" / "r.yaml").read_text() == "two"
    assert workspace.pack_folders(known_at=then) == {"区/own": first}
    assert sorted(path.name for path in second.iterdir()) == ["pack.yaml", "rules"]
    make_pack(tmp_path, "one")
    workspace.add_pack(pack, at=AT)
    assert workspace.pack_folders()["区/own"] == first


def test_pack_refused(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    with refused("file_not_found"):
        workspace.add_pack(tmp_path / "nowhere", at=AT)
    pack = make_pack(tmp_path, "one")
    (pack / "rules" / "link.yaml").symlink_to("/etc/hostname")
    with refused("bad_file"):
        workspace.add_pack(pack, at=AT)
    (pack / "rules" / "link.yaml").unlink()
    (pack / "pack.yaml").write_text("jurisdiction: outside\n")
    with refused("bad_file"):
        workspace.add_pack(pack, at=AT)
    assert workspace.pack_folders() == {}


def test_documents_by_digest(tmp_path: Path, both_stores: str) -> None:
    workspace = make_workspace(tmp_path)
    digest = workspace.put_document(b"report")
    assert digest == "845e91831319e89c4d656bdb80c278ac09a7230d61e5dfd2e1b1fbb436ac8917"
    assert workspace.put_document(b"report") == digest
    assert workspace.document(digest) == b"report"
    for unknown in ("0" * 64, "../catalogue.sqlite", "", digest.upper()):
        with refused("no_document"):
            workspace.document(unknown)
    if both_stores == "postgis":
        with workspace.database.writing() as write:
            write.execute("UPDATE files SET data = ? WHERE sha256 = ?", (b"changed", digest))
    else:
        (workspace.path / "documents" / digest).write_bytes(b"changed")
    with refused("document_altered"):
        workspace.document(digest)


def test_local_grids_are_secret(tmp_path: Path, both_stores: str) -> None:
    workspace = make_workspace(tmp_path)
    assert workspace.local_grids() == {}
    workspace.set_local_grid("厦门92", {"name": "厦门92", "dx": 12345.678}, at=AT)
    workspace.set_local_grid("b", {"dx": 1}, at=AT)
    workspace.set_local_grid("b", {"dx": 2}, at=AT)
    assert reopened(tmp_path).local_grids() == {
        "厦门92": {"name": "厦门92", "dx": 12345.678},
        "b": {"dx": 2},
    }
    if both_stores == "postgis":
        return
    folder = workspace.path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    for path in workspace.path.rglob("*"):
        if path.is_file() and folder not in path.parents:
            assert b"12345.678" not in path.read_bytes()


def test_a_text_that_cannot_be_kept_is_refused(tmp_path: Path, both_stores: str) -> None:
    workspace = make_workspace(tmp_path)
    for text in ("a\ud800",) if both_stores == "folder" else ("a\ud800", "a\0b"):
        with refused("text_not_storable"):
            workspace.records.of("x", text)
        step = Step("freeze", (None,), "frozen", "0" * 64)
        with refused("text_not_storable"):
            workspace.records.act("x", text, "1", step, Act(AT, "somebody"))
    assert workspace.revision == 1


def test_close_and_go_on(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, "t.a")
    edition = workspace.publish(draft("t.a"), ONE)
    workspace.read(edition, AREA.bounds)
    workspace.close()
    assert workspace.read(edition, AREA.bounds).ids.tolist() == [1]
    assert workspace.revision == 3
