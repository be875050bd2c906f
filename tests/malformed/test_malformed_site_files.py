"""Files of sites that are damaged, disguised, too large or incomplete."""

import gzip
import struct
import zipfile

import pytest
import shapely

from gis.errors import LantuError
from gis.site_formats import read_sites
from tests.support.site_files import CONTEXT, RING, collection, first_fault, polygon, said, write

JSON_CASES = {
    "truncated": ("bad_json", collection(polygon(RING))[:-40]),
    "nan": ("bad_json", '{"type": "Point", "coordinates": [NaN, 1]}'),
    "deep": ("bad_json", '{"a":' + "[" * 200_000),
    "huge number": ("bad_json", '{"type": "Point", "coordinates": [' + "9" * 5_000 + ", 1]}"),
    "list": ("bad_geojson", "[[1, 2], [3, 4]]"),
    "topojson": ("bad_geojson", '{"type": "Topology", "objects": {}}'),
    "no features": ("empty_collection", '{"type": "FeatureCollection", "features": []}'),
    "features null": ("bad_geojson", '{"type": "FeatureCollection", "features": null}'),
    "feature is text": ("bad_geojson", '{"type": "FeatureCollection", "features": ["a"]}'),
    "crs link": (
        "unknown_crs",
        '{"type": "Point", "coordinates": [1, 1], "crs": {"type": "link", "properties": {}}}',
    ),
    "empty": ("empty_file", ""),
    "blank": ("empty_file", " \n\t\r\n"),
}


@pytest.mark.parametrize("case", JSON_CASES)
def test_json(tmp_path, case):
    code, content = JSON_CASES[case]
    fault = first_fault(write(tmp_path, content))
    assert fault.code == code
    said(fault)


def test_file_too_large(tmp_path):
    path = tmp_path / "big.geojson"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    fault = first_fault(path)
    assert fault.code == "file_too_large"
    said(fault, "200.0 MiB", "64.0 MiB")
    assert first_fault(" " * (64 * 1024 * 1024 + 1)).code == "file_too_large"


def test_too_many_vertices(tmp_path, monkeypatch):
    monkeypatch.setattr("gis.site_formats.limits.MAX_VERTICES", 4)
    fault = first_fault(write(tmp_path, collection(polygon(RING))))
    assert fault.code == "too_many_vertices"
    said(fault, "5", "4")


CONTENT_CASES = {
    "gzip under another name": ("compressed", gzip.compress(collection().encode())),
    "rar": ("compressed", b"Rar!\x1a\x07\x00" + bytes(50)),
    "7z": ("compressed", b"7z\xbc\xaf\x27\x1c" + bytes(50)),
    "dwg": ("dwg", b"AC1032" + bytes(100)),
    "image": ("unknown_format", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + bytes(100)),
    "geopackage cut": ("unreadable", b"SQLite format 3\x00" + bytes(500)),
    "no text": ("unknown_encoding", b"\x81\xff\xfe\xff" * 20),
    "prose": ("pasted_unreadable", "本地块位于新店镇".encode()),
    "html": ("not_kml", b"<html><body>not found</body></html>"),
    "xml cut": ("bad_xml", b"<kml><Document><Placemark>"),
    "kml without places": ("empty_collection", b"<kml><Document/></kml>"),
    "kml coordinates": (
        "bad_coordinates",
        b"<kml><Placemark><LineString><coordinates>1,a</coordinates></LineString></Placemark></kml>",
    ),
    "kml point": (
        "site_is_point",
        b"<kml><Placemark><Point><coordinates>118,24.4</coordinates></Point></Placemark></kml>",
    ),
    "kml model": ("kml_geometry", b"<kml><Placemark><Model/></Placemark></kml>"),
    "entity bomb": (
        "xml_doctype",
        b'<!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml><name>&b;</name></kml>',
    ),
    "dxf cut": ("unreadable", b"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n4\n70\n1\n10\n5"),
    "dxf without lines": ("dxf_nothing", b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n"),
}


@pytest.mark.parametrize("case", CONTENT_CASES)
def test_content(tmp_path, case):
    code, content = CONTENT_CASES[case]
    fault = first_fault(write(tmp_path, content))
    assert fault.code == code
    said(fault)
    assert str(tmp_path) not in f"{fault.fact.zh} {fault.fact.en} {fault.where}"


def test_a_fault_of_the_file_is_raised_once(tmp_path):
    path = write(tmp_path, collection(polygon(RING), polygon(RING), crs="EPSG:2383"))
    with pytest.raises(LantuError) as refusal:
        read_sites(path, context=CONTEXT)
    assert (refusal.value.code, refusal.value.where) == ("legacy_datum", "site.geojson")


def test_deep_kml(tmp_path):
    assert first_fault(write(tmp_path, "<kml>" + "<Folder>" * 100_000)).code == "bad_xml"


def zipped(tmp_path, members, name="a.zip"):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def test_zip(tmp_path):
    site = collection(polygon(RING))
    [good] = read_sites(zipped(tmp_path, {"x/a.geojson": site}), context=CONTEXT)
    assert good.geometry.area == pytest.approx(10_000)
    cases = {
        "several_layers": {"a.geojson": site, "b.geojson": site},
        "unknown_format": {"readme.md": "hello"},
        "zip_same_names": {"a/a.geojson": site, "b/a.geojson": site},
    }
    for code, members in cases.items():
        fault = first_fault(zipped(tmp_path, members))
        assert fault.code == code
        said(fault)


def test_zip_bombs(tmp_path, monkeypatch):
    fault = first_fault(zipped(tmp_path, {"a.geojson": bytes(20 * 1024 * 1024)}))
    assert fault.code == "zip_bomb"
    said(fault, "200 : 1")
    many = first_fault(zipped(tmp_path, {f"{n}.json": "" for n in range(2_001)}))
    assert many.code == "zip_bomb"
    monkeypatch.setattr("gis.site_formats.archive.MAX_ARCHIVE_BYTES", 100)
    assert first_fault(zipped(tmp_path, {"a.json": "x" * 101})).code == "zip_bomb"


def test_zip_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path, {"a.geojson": "x" * 5_000})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + offset
        data[at : at + 4] = struct.pack("<I", 10)
    path.write_bytes(bytes(data))
    assert first_fault(path).code == "unreadable"


def test_zip_with_a_password_and_truncated(tmp_path):
    path = zipped(tmp_path, {"a.geojson": collection(polygon(RING))})
    data = bytearray(path.read_bytes())
    locked = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    fault = first_fault(write(tmp_path, bytes(locked), "locked.zip"))
    assert fault.code == "zip_password"
    fault = first_fault(write(tmp_path, bytes(data[: len(data) // 2]), "cut.zip"))
    assert fault.code == "unreadable"


def test_zip_members_cannot_leave_the_folder(tmp_path):
    path = zipped(tmp_path, {"../../evil.geojson": collection(polygon(RING))})
    [site] = read_sites(path, context=CONTEXT)
    assert site.geometry.area == pytest.approx(10_000)
    assert not (tmp_path.parent.parent / "evil.geojson").exists()


def shapefile(folder, crs="EPSG:4548"):
    import numpy as np
    from pyogrio import raw

    path = folder / "a.shp"
    raw.write(
        path,
        geometry=shapely.to_wkb(np.array([shapely.Polygon(RING)] * 3)),
        field_data=[np.array(["甲"] * 3, dtype=object)],
        fields=["mc"],
        geometry_type="Polygon",
        crs=crs,
    )
    return path


@pytest.mark.parametrize(
    ("suffix", "code"), [(".prj", "no_crs"), (".shx", "shapefile_incomplete"), (".dbf", None)]
)
def test_shapefile_without_a_part(tmp_path, suffix, code):
    path = shapefile(tmp_path)
    path.with_suffix(suffix).unlink()
    if code:
        fault = first_fault(path)
        assert fault.code == code
        said(fault)
    else:
        sites = read_sites(path, context=CONTEXT)
        assert sites[0].notes[0].code == "dbf_missing"


@pytest.mark.parametrize("suffix", [".shp", ".dbf"])
def test_shapefile_truncated(tmp_path, suffix):
    path = shapefile(tmp_path)
    part = path.with_suffix(suffix)
    part.write_bytes(part.read_bytes()[:-20])
    assert first_fault(path).code == "unreadable"


def test_shapefile_of_a_legacy_datum(tmp_path):
    fault = first_fault(shapefile(tmp_path, "EPSG:2437"))
    assert fault.code == "legacy_datum"
    said(fault, "EPSG:2437")
    [site, *_] = read_sites(tmp_path, context=CONTEXT, crs="EPSG:4548")
    assert "crs_overridden" in [note.code for note in site.notes]


def test_missing_file_and_empty_folder(tmp_path):
    assert first_fault(tmp_path / "none.geojson").code == "file_missing"
    assert first_fault(tmp_path).code == "unknown_format"


def test_table_that_states_millions_of_records(tmp_path):
    path = shapefile(tmp_path)
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[4:8], data[10:12] = struct.pack("<I", 4_000_000), struct.pack("<H", 0)
    table.write_bytes(bytes(data))
    assert first_fault(path).code == "unreadable"
