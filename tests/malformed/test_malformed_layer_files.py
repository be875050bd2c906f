"""Layer files that are cut short or no files of their kind: each guard has its own file."""

import struct
from pathlib import Path

import pytest

from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import (
    geojson,
    put,
    refused,
    square,
    workspace_of,
)
from tests.support.layer_files import THREE, write


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(
        tmp_path, "key: t.layer", "key: t.line\ngeometry: line", "key: t.point\ngeometry: point"
    )


# --- broken files -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "keep"), [("a.geojson", 0.5), ("a.gpkg", 0.3), ("a.fgb", 0.2)])
def test_cut_short(ws: Workspace, tmp_path: Path, name: str, keep: float) -> None:
    whole = write(tmp_path / name, THREE).read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * keep)])
    assert refused(ws, tmp_path / name).code == "unreadable_file"


def test_flatgeobuf_cut_in_its_last_feature(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.fgb", THREE)
    file.write_bytes(file.read_bytes()[:-60])
    error = refused(ws, file)
    assert error.code == "features_lost"
    result = put(ws, file, accept_loss=True)
    assert result.edition.feature_count == 2
    assert result.edition.incomplete


def shape_parts(tmp_path: Path) -> Path:
    return write(tmp_path / "a.shp", THREE, name=["甲", "乙", "丙"])


def test_shp_cut_short(ws: Workspace, tmp_path: Path) -> None:
    file = shape_parts(tmp_path)
    file.write_bytes(file.read_bytes()[:-60])
    assert refused(ws, file).code == "features_lost"
    assert put(ws, file, accept_loss=True).edition.feature_count == 2


@pytest.mark.parametrize(("left", "lost"), [(None, 1), (0, 3)])
def test_dbf_cut_short(ws: Workspace, tmp_path: Path, left: int | None, lost: int) -> None:
    file = shape_parts(tmp_path)
    table = file.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[: -3 if left is None else left])
    error = refused(ws, file)
    assert error.code == "features_lost"
    assert f"{lost} of 3" in error.fact.en


def test_fewer_records_than_shapes(ws: Workspace, tmp_path: Path) -> None:
    file = shape_parts(tmp_path)
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    table[4:8] = struct.pack("<I", 2)
    file.with_suffix(".dbf").write_bytes(table)
    error = refused(ws, file)
    assert error.code == "features_lost"
    assert "1 of 3" in error.fact.en


def test_records_deleted_by_their_owner_are_no_loss(ws: Workspace, tmp_path: Path) -> None:
    file = shape_parts(tmp_path)
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    header, width = struct.unpack("<HH", table[8:12])
    table[header + width] = ord("*")
    file.with_suffix(".dbf").write_bytes(table)
    result = put(ws, file)
    assert result.log["features"]["in"] == 2
    assert result.log["source"]["deleted"] == 1


@pytest.mark.parametrize(
    ("suffix", "keep"), [(".gdbtablx", 0), (".gdbtablx", 0.5), (".gdbtable", 0.9)]
)
def test_geodatabase_cut_short(ws: Workspace, tmp_path: Path, suffix: str, keep: float) -> None:
    file = write(tmp_path / "a.gdb", THREE, name=["a", "b", "c"])
    table = max(file.glob(f"*{suffix}"))  # the highest number is the last table made
    table.write_bytes(table.read_bytes()[: int(table.stat().st_size * keep)])
    error = refused(ws, file)
    assert error.code == "unreadable_file"
    assert table.name in error.fact.en


def test_geodatabase_with_a_shifted_index(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.gdb", THREE, name=["a", "b", "c"])
    index = max(file.glob("*.gdbtablx"))
    content = index.read_bytes()
    index.write_bytes(content[:16] + bytes(1024) + content[16:])  # GDAL reads no feature
    error = refused(ws, file)
    assert error.code == "unreadable_file"
    assert "0 features read" in error.fact.en


def test_gml_cut_short(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.gml", THREE)
    text = file.read_text()
    file.write_text(text[: text.rindex("<ogr:featureMember>")])
    assert refused(ws, file).code == "unreadable_file"


def test_json_that_only_gdal_would_take(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (square(200), {})])
    file.write_text(file.read_text()[:-1] + ",}")
    assert refused(ws, file).code == "unreadable_file"


def test_prj_that_is_no_text(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.shp", THREE)
    prj = file.with_suffix(".prj")
    content = bytearray(prj.read_bytes())
    content[10] = 0x85
    prj.write_bytes(content)
    assert refused(ws, file).code in {"unreadable_file", "no_crs"}


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_missing_companion(ws: Workspace, tmp_path: Path, suffix: str) -> None:
    file = shape_parts(tmp_path)
    file.with_suffix(suffix).unlink()
    error = refused(ws, file)
    assert error.code == "shapefile_incomplete"
    assert suffix in error.fact.en


@pytest.mark.parametrize("text", ["hello", '{"type": "Feature', "[" * 100_000, "<a><b></a>"])
def test_text_that_is_no_geojson(ws: Workspace, tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(text)
    assert refused(ws, file).code == "unreadable_file"


def test_empty_and_missing_file(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    assert refused(ws, file).code == "file_not_found"
    file.write_bytes(b"")
    assert refused(ws, file).code == "empty_file"
