"""Hostile layer files, tables and names: each guard has its own file."""

import gzip
import json
import shutil
import socket
import zipfile
from pathlib import Path

import pytest
import shapely

from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import (
    X,
    Y,
    everything,
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


# --- hostile files ------------------------------------------------------------------------------


def test_gzip_under_another_name(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_bytes(gzip.compress(geojson(tmp_path / "b.geojson", []).read_bytes()))
    assert refused(ws, file).code == "gzip_file"


def test_zip_bomb(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * (210 * 2**20))
    assert file.stat().st_size < 2**20
    error = refused(ws, file)
    assert error.code == "zip_bomb"
    assert "210 MB" in error.fact.en


def test_zip_with_password(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.geojson", "{}")
    data = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    file.write_bytes(data)
    assert refused(ws, file).code == "zip_encrypted"


def test_zip_cut_short(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(geojson(tmp_path / "a.geojson", [(square(), {})]), "a.geojson")
    file.write_bytes(file.read_bytes()[:-30])
    assert refused(ws, file).code == "zip_broken"


def test_zip_that_climbs_out(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    source = geojson(tmp_path / "a.geojson", [(square(), {})])
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(source, "../../escaped.geojson")
    assert put(ws, file).edition.feature_count == 1
    assert not list(tmp_path.parent.glob("escaped*"))
    assert not list(Path("/tmp").glob("escaped*"))


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://localhost/a.geojson", "http://localhost/a.geojson", "a.vrt"]
)
def test_remote_names(ws: Workspace, name: str) -> None:
    assert refused(ws, Path(name)).code == "remote_source"


@pytest.mark.parametrize("name", ["a.geojson", "a.gml", "a.xml"])
@pytest.mark.parametrize(
    "text",
    [
        "<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}',
        "<OGRWFSDataSource><URL>http://localhost/</URL></OGRWFSDataSource>",
    ],
)
def test_virtual_content(ws: Workspace, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert refused(ws, tmp_path / name).code == "remote_source"


def test_no_schema_is_fetched(ws: Workspace, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        file = tmp_path / "a.gml"
        file.write_text(
            '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
            'xmlns:gml="http://www.opengis.net/gml" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            f'xsi:schemaLocation="http://ogr.maptools.org/ {address}/a.xsd">'
            '<gml:featureMember><ogr:a fid="a.0"><ogr:geometryProperty><gml:Point '
            f'srsName="EPSG:4548"><gml:coordinates>{X},{Y}</gml:coordinates></gml:Point>'
            "</ogr:geometryProperty></ogr:a></gml:featureMember></ogr:FeatureCollection>"
        )
        assert put(ws, file, "t.point", crs="EPSG:4548").edition.feature_count == 1
        with pytest.raises(BlockingIOError):
            server.accept()  # nobody knocked


def test_bomb_in_a_kmz(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.kmz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b" " * (210 * 2**20))
    assert refused(ws, file).code == "zip_bomb"


def test_hostile_attributes_are_kept(tmp_path: Path) -> None:
    ws = workspace_of(tmp_path, "key: t.layer\nreport_fields: [note]")
    texts = ["<script>alert(1)</script>", "'); DROP TABLE features; --", "x" * 300_000, "\u202e甲"]
    shapes = [(square(200 * i), {"note": text}) for i, text in enumerate(texts)]
    found = everything(ws, put(ws, geojson(tmp_path / "a.geojson", shapes)))
    assert [found.fields[i]["note"] for i in found.ids] == texts


# --- tables -------------------------------------------------------------------------------------


def two_tables(path: Path) -> Path:
    write(path, [square()], layer="first")
    return write(path, [square(200), square(400)], layer="second", append=path.suffix == ".gdb")


def test_several_tables(ws: Workspace, tmp_path: Path) -> None:
    file = two_tables(tmp_path / "a.gpkg")
    error = refused(ws, file)
    assert error.code == "several_tables"
    assert "first, second" in error.fact.en
    assert refused(ws, file, table="third").code == "table_not_found"
    assert put(ws, file, table="second").edition.feature_count == 2


def test_table_without_geometry(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n")
    assert refused(ws, file, crs="EPSG:4548").code == "no_geometry"


def test_folder_of_nothing(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert refused(ws, tmp_path / "d").code == "no_dataset"


def test_folder_and_zip_of_a_gbk_shapefile_without_cpg(tmp_path: Path) -> None:
    ws = workspace_of(tmp_path, "key: t.layer\nreport_fields: [名称]")
    folder = tmp_path / "数据"
    folder.mkdir()
    file = write(folder / "图斑.shp", THREE, 名称=["甲乙丙", "丁", "Ⅲ级"])
    file.with_suffix(".cpg").unlink()
    table = bytearray(file.with_suffix(".dbf").read_bytes())
    table[29] = 0
    file.with_suffix(".dbf").write_bytes(table)
    result = put(ws, folder)
    assert result.log["source"]["encoding"] == "gb18030"
    assert everything(ws, result).fields[1]["名称"] == "甲乙丙"
    assert put(ws, file, edition="e2").edition.checksum
    shutil.make_archive(str(tmp_path / "z"), "zip", folder)
    again = put(ws, tmp_path / "z.zip", edition="e3")
    assert everything(ws, again).fields[3]["名称"] == "Ⅲ级"


# --- coverage -----------------------------------------------------------------------------------


def test_faults_of_a_coverage_file(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    line = geojson(tmp_path / "l.geojson", [(shapely.LineString([(X, Y), (X, Y + 9)]), {})])
    assert refused(ws, file, coverage=line).code == "coverage_not_readable"
    assert refused(ws, file, coverage=geojson(tmp_path / "n.geojson", [])).code == "coverage_empty"
    far = geojson(tmp_path / "f.geojson", [(square(3_000_000), {})])
    assert refused(ws, file, coverage=far).code == "coverage_outside_area"
    missing = refused(ws, file, coverage=tmp_path / "none.geojson")
    assert (missing.code, missing.where) == ("file_not_found", "coverage")


# --- names --------------------------------------------------------------------------------------


def test_hostile_field_names_are_kept(tmp_path: Path) -> None:
    names = ['a"b', "geom", "fid", "class", "select * from x", "名称；", "<b>", "x" * 300]
    fields = ", ".join(json.dumps(name, ensure_ascii=False) for name in names)
    ws = workspace_of(tmp_path, f"key: t.layer\nreport_fields: [{fields}]")
    values = {name: f"value {i}" for i, name in enumerate(names)}
    found = everything(ws, put(ws, geojson(tmp_path / "a.geojson", [(square(), values)])))
    assert {name: found.fields[1].get(name) for name in names} == values


def test_file_name_that_looks_like_an_option(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "-a 'b\" ;rm -rf %20 火?.geojson", [(square(), {})])
    assert put(ws, file).log["source"]["file"] == file.name
