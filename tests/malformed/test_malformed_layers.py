"""Broken and hostile layer files: each guard has its own file, made here."""

import gzip
import json
import shutil
import socket
import sqlite3
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from layers.store.embedded import Workspace
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


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(
        tmp_path, "key: t.layer", "key: t.line\ngeometry: line", "key: t.point\ngeometry: point"
    )


def write(
    path: Path,
    geometries: Sequence[BaseGeometry | None],
    crs: str | None = "EPSG:4548",
    layer: str | None = None,
    *,
    append: bool = False,
    **columns: Sequence[Any],
) -> Path:
    """Write a file by GDAL."""
    columns = columns or {"no": range(len(geometries))}
    types = {g.geom_type for g in geometries if g is not None}
    options: dict[str, Any] = {"append": True} if append else {}
    if crs is None and path.suffix == ".csv":
        options["GEOMETRY"] = "AS_WKT"
    if path.suffix == ".shp":
        options["encoding"] = "GBK"
    if path.suffix == ".gdb":
        options["driver"] = "OpenFileGDB"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=[np.array(list(column), dtype=None) for column in columns.values()],
        fields=list(columns),
        geometry_type=types.pop() if len(types) == 1 else "Unknown",
        crs=crs or "EPSG:4548",
        layer=layer,
        **options,
    )
    return path


THREE = [square(0), square(200), square(400)]


# --- the coordinate system ----------------------------------------------------------------------


def test_metres_without_crs(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})], None)
    assert refused(ws, file).code == "no_crs"
    assert put(ws, file, crs="EPSG:4548").log["source"]["crs"] == "EPSG:4548"


def test_shapefile_without_prj(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.shp", THREE)
    file.with_suffix(".prj").unlink()
    error = refused(ws, file)
    assert error.code == "no_crs"
    assert "--crs" in error.hint.en


def test_degrees_in_a_projected_file(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(shapely.box(118, 24, 118.1, 24.1), {})])
    assert refused(ws, file).code == "degrees_in_projected"


def test_metres_in_a_geographic_file(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})], 4490)
    assert refused(ws, file).code == "projected_in_degrees"


def test_latitude_first(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(shapely.box(24, 118, 24.1, 118.1), {})], None)
    assert refused(ws, file).code == "swapped_axes"


@pytest.mark.parametrize("code", [2414, 2383])
def test_legacy_datum(ws: Workspace, tmp_path: Path, code: int) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})], code)
    assert refused(ws, file).code == "legacy_datum"


def test_gcj02(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    assert refused(ws, file, crs="gcj02").code == "gcj02_refused"


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_marks_of_ovital_map(ws: Workspace, tmp_path: Path, suffix: str) -> None:
    text = (
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" '
        'xmlns:ovital="http://www.ovital.com/"><Document><Placemark><Point><coordinates>'
        "116.5,24.5</coordinates></Point></Placemark></Document></kml>"
    )
    file = tmp_path / f"a{suffix}"
    if suffix == ".kmz":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml", text)
    else:
        file.write_text(text)
    assert refused(ws, file, "t.point").code == "gcj02_suspected"
    assert put(ws, file, "t.point", crs="EPSG:4326").edition.feature_count == 1


def test_a_geopackage_that_does_not_know_its_crs(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.gpkg", THREE)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        connection.execute("UPDATE gpkg_contents SET srs_id = -1")
    connection.close()
    assert refused(ws, file).code == "no_crs"


def test_unknown_local_grid(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {})])
    assert refused(ws, file, crs="local:厦门92").code == "local_grid"


def turned(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy[:, ::-1])


@pytest.mark.parametrize(
    ("shape", "crs", "reason"),
    [
        (turned(square()), 4548, "swapped_axes"),
        (square(), 4547, "wrong_zone"),
        (shapely.transform(square(), lambda xy: xy / 0.3048), 4548, "feet_as_metres"),
        (square(3_000_000), 4548, None),
    ],
)
def test_wrong_place(
    ws: Workspace, tmp_path: Path, shape: BaseGeometry, crs: int, reason: str | None
) -> None:
    error = refused(ws, geojson(tmp_path / "a.geojson", [(shape, {})], crs))
    assert (error.code, error.where) == ("layer_outside_area", reason)


# --- features that would be lost ----------------------------------------------------------------


def test_null_geometry_leaves_everywhere_unknown(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (None, {})])
    error = refused(ws, file)
    assert error.code == "features_lost"
    assert "1 of 2" in error.fact.en
    result = put(ws, file, accept_loss=True)
    assert result.edition.incomplete
    assert result.edition.lost is None
    assert result.log["features"]["rejected"] == 1
    assert result.log["rejected"][0]["no"] == 2
    assert result.log["rejected"][0]["why"] == "null_geometry"


def test_ring_of_two_points_is_lost_where_it_lies(ws: Workspace, tmp_path: Path) -> None:
    ring = {"type": "Polygon", "coordinates": [[[X + 500, Y], [X + 510, Y + 20]]]}
    file = geojson(tmp_path / "a.geojson", [(ring, {}), (square(), {})])
    assert refused(ws, file).code == "features_lost"
    lost = put(ws, file, accept_loss=True).edition.lost
    assert lost is not None
    assert lost.bounds == (X + 499, Y - 1, X + 511, Y + 21)


def test_collapsed_polygon(ws: Workspace, tmp_path: Path) -> None:
    flat = shapely.Polygon([(X, Y), (X + 100, Y), (X + 50, Y), (X, Y)])
    file = geojson(tmp_path / "a.geojson", [(flat, {}), (square(), {})])
    assert refused(ws, file).code == "features_lost"
    result = put(ws, file, accept_loss=True)
    assert result.log["rejected"][0]["why"] == "degenerate"
    assert result.edition.lost is not None


@pytest.mark.parametrize(
    ("layer", "bad"),
    [
        ("t.layer", shapely.LineString([(X, Y), (X + 9, Y)])),
        ("t.line", shapely.Point(X, Y)),
        ("t.point", square(300)),
        ("t.layer", shapely.GeometryCollection([square(300), shapely.Point(X, Y)])),
    ],
)
def test_other_geometry_type(ws: Workspace, tmp_path: Path, layer: str, bad: BaseGeometry) -> None:
    good = {
        "t.layer": square(),
        "t.line": shapely.LineString([(X, Y), (X + 5, Y + 5)]),
        "t.point": shapely.Point(X, Y),
    }[layer]
    file = geojson(tmp_path / "a.geojson", [(good, {}), (bad, {})])
    error = refused(ws, file, layer)
    assert error.code == "features_lost"
    assert bad.geom_type in error.fact.en
    edition = put(ws, file, layer, accept_loss=True).edition
    assert edition.lost is not None
    assert edition.lost.covers(bad)


def test_coordinates_that_are_no_numbers(ws: Workspace, tmp_path: Path) -> None:
    bad = {"type": "Polygon", "coordinates": [[["x", Y], [X, Y], [X, Y + 5]]]}
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (bad, {})])
    assert refused(ws, file).code == "features_lost"


def test_nan_in_a_geopackage(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "a.gpkg", [square(), square(200)])
    with sqlite3.connect(file) as connection:
        (geometry,) = connection.execute("SELECT geom FROM a WHERE fid = 2").fetchone()
        bad = geometry[:-32] + struct.pack("<d", np.nan) + geometry[-24:]
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("UPDATE a SET geom = ? WHERE fid = 2", (bad,))
    connection.close()
    assert refused(ws, file).code == "features_lost"
    result = put(ws, file, accept_loss=True)
    assert result.log["rejected"][0]["why"] == "not_finite"
    assert result.edition.lost is None


def test_entries_that_gdal_skips(ws: Workspace, tmp_path: Path) -> None:
    file = geojson(tmp_path / "a.geojson", [(square(), {}), (square(200), {})])
    document = json.loads(file.read_text())
    document["features"][1:1] = [5, None, {"type": "Foo"}]
    file.write_text(json.dumps(document))
    error = refused(ws, file)
    assert error.code == "features_lost"
    assert "3 of 5" in error.fact.en
    result = put(ws, file, accept_loss=True)
    assert [entry["no"] for entry in result.log["rejected"]] == [2, 3, 4]
    assert result.edition.lost is None
    assert result.log["features"] == {
        "in": 5,
        "published": 2,
        "rejected": 3,
        "repaired": 0,
        "identity": True,
    }


def test_one_feature_beyond_the_pole(ws: Workspace, tmp_path: Path) -> None:
    there = Transformer.from_crs(4548, 4490, always_xy=True)
    lon, lat = there.transform(X, Y)
    shapes = [shapely.box(lon + d, lat, lon + d + 0.001, lat + 0.001) for d in (0, 0.01)]
    file = geojson(
        tmp_path / "a.geojson",
        [*((g, {}) for g in shapes), (shapely.box(10, 95, 11, 96), {})],
        4490,
    )
    assert refused(ws, file).code == "features_lost"
    assert put(ws, file, accept_loss=True).log["rejected"][0]["why"] == "transform_failed"


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
