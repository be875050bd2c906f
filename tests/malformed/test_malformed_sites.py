"""One broken file of sites for each guard at the door: its code, its value, both languages."""

import gzip
import json
import struct
import zipfile

import pytest
import shapely

from gis.errors import LantuError
from gis.site_formats import SiteContext, read_sites

CONTEXT = SiteContext("EPSG:4548", shapely.box(590_000, 2_690_000, 620_000, 2_720_000))
X, Y = 600_000.0, 2_700_000.0
RING = [[X, Y], [X + 100, Y], [X + 100, Y + 100], [X, Y + 100], [X, Y]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(*geometries, crs="EPSG:4548", **properties):
    features = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for geometry in geometries
    ]
    document = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document)


def moved(ring, dx=0.0, dy=0.0, factor=1.0):
    return [[x * factor + dx, y * factor + dy] for x, y in ring]


def first_fault(source, context=CONTEXT, **options):
    """Return the fault of a file, or of its first feature that has one."""
    try:
        results = read_sites(source, context=context, **options)
    except LantuError as error:
        return error
    faults = [result for result in results if isinstance(result, LantuError)]
    assert faults, f"nothing was refused: {results}"
    return faults[0]


def write(tmp_path, content, name="site.geojson"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def said(fault, *words):
    """A message gives fact and remedy in both languages, with the value."""
    texts = (fault.fact.zh, fault.fact.en, fault.hint.zh, fault.hint.en)
    assert all(texts)
    assert all(word in fault.fact.zh and word in fault.fact.en for word in words), texts
    assert any("一" <= letter <= "鿿" for letter in fault.fact.zh + fault.hint.zh)


def degrees(lon, lat, size=0.001):
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat]]


PLACE_CASES = {
    "no_crs": (collection(polygon(RING), crs=None), ("600000", "2700000")),
    "legacy_datum": (collection(polygon(RING), crs="EPSG:2383"), ("EPSG:2383",)),
    "unknown_crs": (collection(polygon(RING), crs="EPSG:999999"), ("EPSG:999999",)),
    "crs_not_plane": (collection(polygon(RING), crs="EPSG:4479"), ("EPSG:4479",)),
    "swapped_axes": (collection(polygon([[y, x] for x, y in RING])), ("2700000", "EPSG:4548")),
    "wrong_zone": (collection(polygon(RING), crs="EPSG:4547"), ("EPSG:4547", "EPSG:4548")),
    "degrees_in_projected": (collection(polygon(degrees(118, 24.4))), ("118", "EPSG:4548")),
    "projected_in_degrees": (collection(polygon(RING), crs="EPSG:4490"), ("600000", "EPSG:4490")),
    "feet_as_metres": (collection(polygon(moved(RING, factor=1 / 0.3048))), ("1968503",)),
    "units_not_metres": (collection(polygon(moved(RING, factor=1000))), ("600000000",)),
    "outside_area": (collection(polygon(moved(RING, dx=-40_050))), ("30.0 km", "EPSG:4548")),
    "local_grid": (collection(polygon(moved(RING, dx=-550_000, dy=-2_660_000))), ("50000",)),
}


@pytest.mark.parametrize("code", PLACE_CASES)
def test_place_and_crs(tmp_path, code):
    content, words = PLACE_CASES[code]
    fault = first_fault(write(tmp_path, content))
    assert fault.code == code
    said(fault, *words)


def test_direction_of_a_site_outside(tmp_path):
    fault = first_fault(write(tmp_path, collection(polygon(moved(RING, dy=49_950)))))
    assert fault.code == "outside_area"
    assert "北方向 30.0 km" in fault.fact.zh
    assert "30.0 km to the north" in fault.fact.en


@pytest.mark.parametrize(
    ("ring", "crs"),
    [
        (degrees(24.4, 118.0), "EPSG:4490"),  # a latitude of 118 degrees
        ([[y, x + 39_000_000] for x, y in RING], "EPSG:4527"),
    ],
)
def test_swapped_axes(tmp_path, ring, crs):
    assert first_fault(write(tmp_path, collection(polygon(ring), crs=crs))).code == "swapped_axes"


def test_swapped_degrees_that_only_the_place_tells(tmp_path):
    # 88 degrees east could be a latitude; EPSG:4538 has the meridian 87E
    tibet = SiteContext("EPSG:4538", shapely.box(500_000, 2_600_000, 700_000, 2_800_000))
    path = write(tmp_path, collection(polygon(degrees(24.4, 88.0)), crs=None))
    assert first_fault(path, tibet).code == "swapped_axes"


def test_prefix_read_without_zone_names_the_one_that_fits(tmp_path):
    ring = moved(RING, dx=39_000_000)
    fault = first_fault(write(tmp_path, collection(polygon(ring), crs="EPSG:4548")))
    assert fault.code == "wrong_zone"
    said(fault, "EPSG:4527", "117°")
    text = "5,1.0,A,甲,面,,,,@\n" + "".join(
        f"J{i},1,{y:.3f},{x:.3f}\n" for i, (x, y) in enumerate(ring)
    )
    fault = first_fault(write(tmp_path, text, "a.txt"), crs="EPSG:4547")
    assert fault.code == "wrong_zone"


TXT = """[属性描述]
坐标系={system}
几度分带=3
计量单位={unit}
带号=39
[地块坐标]
4,0.5,DK1,甲,面,,,,@
J1,1,{n}00.000,{e}00.000
J2,1,{n}00.000,{e}99.000
J3,1,{n}99.000,{e}99.000
J1,1,{n}00.000,{e}00.000
"""
TXT_CASES = {
    "local grid named": ("local_grid", {"system": "厦门92坐标系", "n": "450", "e": "320"}),
    "small values": ("local_grid", {"n": "450", "e": "320"}),
    "legacy": ("legacy_datum", {"system": "1980西安坐标系", "e": "396000"}),
    "beijing": ("legacy_datum", {"system": "1954北京坐标系", "e": "396000"}),
    "swapped": ("swapped_axes", {"n": "396000", "e": "27000"}),
    "swapped six digits": ("swapped_axes", {"n": "6000", "e": "27000"}),
    "feet": ("feet_as_metres", {"unit": "英尺"}),
    "unit": ("unit_unknown", {"unit": "杆"}),
    "no such zone": ("mixed_zones", {"e": "246000"}),
}


@pytest.mark.parametrize("case", TXT_CASES)
def test_boundary_txt(tmp_path, case):
    code, values = TXT_CASES[case]
    values = {"system": "2000国家大地坐标系", "unit": "米", "n": "27000", "e": "396000"} | values
    fault = first_fault(write(tmp_path, TXT.format(**values), "a.txt"))
    assert fault.code == code
    said(fault)


def test_boundary_txt_lines_that_cannot_be_read(tmp_path):
    good = TXT.format(system="2000", unit="米", n="27000", e="396000")
    broken = good.replace("J2,1,2700000.000,39600099.000", "J2,1,27000OO.000,39600099.000")
    fault = first_fault(write(tmp_path, broken, "a.txt"))
    assert (fault.code, "line 9" in (fault.where or "")) == ("txt_line", True)
    assert first_fault(write(tmp_path, "[地块坐标]\n", "a.txt")).code == "txt_empty"
    wrong = good.replace("39600099.000\nJ3", "nan\nJ3")
    assert first_fault(write(tmp_path, wrong, "a.txt")).code == "not_finite"
    cut = good[: good.index("J3")]
    assert first_fault(write(tmp_path, cut, "a.txt")).code == "txt_truncated"


OVITAL = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">
<Document><Placemark><name>a</name><OvCoordType>GCJ-02</OvCoordType><Polygon><outerBoundaryIs>
<LinearRing><coordinates>118,24.4 118.001,24.4 118.001,24.401 118,24.4</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></Document></kml>"""


def test_gcj02(tmp_path):
    fault = first_fault(write(tmp_path, OVITAL, "a.kml"))
    assert fault.code == "gcj02_suspected"
    said(fault, "OvCoordType = GCJ-02")
    plain = OVITAL.replace("<OvCoordType>GCJ-02</OvCoordType>", "")
    assert first_fault(write(tmp_path, plain, "a.ovkml")).code == "gcj02_suspected"
    path = write(tmp_path, OVITAL, "a.kml")
    [site] = read_sites(path, context=CONTEXT, crs="EPSG:4326")
    assert site.accuracy_m == 1.0
    for name in ("gcj02", "GCJ-02", "bd09", "火星坐标"):
        fault = first_fault(path, crs=name)
        assert fault.code == "gcj02_refused"
        said(fault, name)


def cross(size):
    """A figure of eight: two triangles that meet at a crossing, `size` metres each way."""
    return [[X, Y], [X + size, Y + size], [X + size, Y], [X, Y + size], [X, Y]]


GEOMETRY_CASES = {
    "empty": ("empty_geometry", None),
    "empty polygon": ("empty_geometry", {"type": "Polygon", "coordinates": []}),
    "point": ("site_is_point", {"type": "Point", "coordinates": [X, Y]}),
    "points": ("site_is_point", {"type": "MultiPoint", "coordinates": [[X, Y], [X, Y + 1]]}),
    "two points": ("degenerate", polygon([[X, Y], [X + 1, Y], [X, Y]])),
    "on a line": ("degenerate", polygon([[X, Y], [X + 1, Y], [X + 2, Y], [X, Y]])),
    "one place": ("degenerate", {"type": "LineString", "coordinates": [[X, Y], [X, Y]]}),
    "crossing": ("repair_needs_consent", polygon(cross(100))),
    "overlapping parts": (
        "repair_needs_consent",
        {"type": "MultiPolygon", "coordinates": [[RING], [moved(RING, dx=50)]]},
    ),
    "mixed": (
        "mixed_geometry",
        {
            "type": "GeometryCollection",
            "geometries": [polygon(RING), {"type": "LineString", "coordinates": RING[:2]}],
        },
    ),
    "infinite": ("not_finite", polygon([[X, Y], [1e999, Y], [X, Y + 1], [X, Y]])),
    "text": ("bad_geojson", polygon([["a", Y], [X, Y], [X, Y + 1], ["a", Y]])),
    "boolean": ("bad_geojson", polygon([[True, Y], [X, Y], [X, Y + 1], [True, Y]])),
    "one number": ("bad_geojson", polygon([[X], [X, Y], [X, Y + 1], [X]])),
    "kind": ("bad_geojson", {"type": "Circle", "coordinates": [X, Y]}),
    "flat": ("bad_geojson", polygon([X, Y, X, Y])),
}


@pytest.mark.parametrize("case", GEOMETRY_CASES)
def test_geometry(tmp_path, case):
    code, geometry = GEOMETRY_CASES[case]
    content = collection(geometry).replace("Infinity", "1e999")
    fault = first_fault(write(tmp_path, content))
    assert fault.code == code
    said(fault)


def test_repair_tells_method_and_change(tmp_path):
    path = write(tmp_path, collection(polygon(cross(100))))
    fault = first_fault(path)
    said(fault, "make_valid", "5000.00")
    [site] = read_sites(path, context=CONTEXT, accept_repair=True)
    # two triangles of base 100 and height 50
    assert site.geometry.area == pytest.approx(5_000, abs=1e-6)
    assert site.repairs[0].area_after_m2 == pytest.approx(5_000, abs=1e-6)


def test_small_repair_needs_no_consent(tmp_path):
    # a spike of no width on a square: the area stays
    spike = [*RING[:2], [X + 150, Y], [X + 100, Y], *RING[2:]]
    [site] = read_sites(write(tmp_path, collection(polygon(spike))), context=CONTEXT)
    assert site.geometry.area == pytest.approx(10_000, abs=1e-6)
    assert site.repairs[0].change == 0.0


def test_duplicate_parts_count_once(tmp_path):
    double = {"type": "MultiPolygon", "coordinates": [[RING], [RING]]}
    [site] = read_sites(write(tmp_path, collection(double)), context=CONTEXT)
    assert site.geometry.area == pytest.approx(10_000, abs=1e-9)
    assert [note.code for note in site.notes] == ["duplicate_parts"]


def test_overlapping_parts_united_with_consent(tmp_path):
    path = write(tmp_path, collection(polygon(RING), polygon(moved(RING, dx=50))))
    assert first_fault(path, merge=True).code == "repair_needs_consent"
    [site] = read_sites(path, context=CONTEXT, merge=True, accept_repair=True)
    assert site.geometry.area == pytest.approx(15_000, abs=1e-6)
    assert "parts_overlap" in [note.code for note in site.notes]


def test_line_drawn_twice_counts_once(tmp_path):
    lines = [[[X, Y], [X + 100, Y]], [[X + 40, Y], [X + 140, Y]]]
    double = {"type": "MultiLineString", "coordinates": lines}
    [site] = read_sites(write(tmp_path, collection(double)), context=CONTEXT)
    assert site.geometry.length == pytest.approx(140, abs=1e-9)
    assert [note.code for note in site.notes] == ["line_overlaps"]


def test_merge_of_lines_and_polygons(tmp_path):
    line = {"type": "LineString", "coordinates": RING[:2]}
    path = write(tmp_path, collection(polygon(RING), line))
    assert first_fault(path, merge=True).code == "mixed_geometry"


def test_z_and_m_are_dropped_with_a_note():
    ring = ", ".join(f"{x} {y} 5 7" for x, y in RING)
    [site] = read_sites(f"SRID=4548;POLYGON ZM(({ring}))", context=CONTEXT)
    assert not site.geometry.has_z
    assert {note.code for note in site.notes} == {"z_dropped", "m_dropped"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SRID=4548;CURVEPOLYGON(CIRCULARSTRING(0 0, 4 0, 4 4, 0 4, 0 0))", "curves"),
        ("SRID=4548;POLYGON((600000 2700000, 600001", "bad_wkt"),
        ("SRID=4548;POLYGON((600000 2700000, NaN 5, 1 1, 600000 2700000))", "not_finite"),
        ("SRID=4548;POLYGON EMPTY", "empty_geometry"),
        ("SRID=4214;POLYGON((118 24, 118.1 24, 118.1 24.1, 118 24))", "legacy_datum"),
        ("", "empty_file"),
    ],
)
def test_wkt(text, code):
    fault = first_fault(text)
    assert fault.code == code
    said(fault)


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


def test_outline_with_a_point_far_off(tmp_path):
    ring = [*RING[:2], [X + 100, Y + 9_000_000], *RING[3:]]
    fault = first_fault(write(tmp_path, collection(polygon(ring))))
    assert fault.code == "outline_too_long"
    said(fault, "18000 km", "10000 km")


def test_table_that_states_millions_of_records(tmp_path):
    path = shapefile(tmp_path)
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    data[4:8], data[10:12] = struct.pack("<I", 4_000_000), struct.pack("<H", 0)
    table.write_bytes(bytes(data))
    assert first_fault(path).code == "unreadable"


def test_declared_area(tmp_path):
    # a square of 1 ha declared as 1.02 ha, and a square of feet declared in square metres
    [site] = read_sites(write(tmp_path, collection(polygon(RING), area_ha=1.02)), context=CONTEXT)
    [note] = [note for note in site.notes if note.code == "declared_area_differs"]
    assert "10200.00" in note.text.en
    assert "10000.00" in note.text.en
    [site] = read_sites(write(tmp_path, collection(polygon(RING), area_ha=1.009)), context=CONTEXT)
    assert site.notes == ()
    feet = collection(polygon(RING), area_m2=10_000 * 0.3048**2)
    fault = first_fault(write(tmp_path, feet))
    assert fault.code == "feet_as_metres"
    said(fault, "929.03")


def test_attribute_text_is_kept_as_text(tmp_path):
    texts = {
        "html": "<img src=x onerror=alert(1)>",
        "formula": '=HYPERLINK("http://x")',
        "rtl": "abc\u202edef",
        "nul": "a\u0000b",
        "surrogate": "\ud800",
        "long": "长" * 5_000,
        "object": {"a": [1, 2]},
        "number": 12.0,
    }
    content = collection(polygon(RING), **texts)
    [site] = read_sites(write(tmp_path, content), context=CONTEXT)
    kept = site.attributes
    assert kept["html"] == texts["html"]
    assert kept["formula"] == texts["formula"]
    assert kept["rtl"] == texts["rtl"]
    assert kept["nul"] == "a\ufffdb"
    assert kept["surrogate"] == "\ufffd"
    assert kept["long"] == "长" * 2_000
    assert (kept["object"], kept["number"]) == ('{"a": [1, 2]}', "12")
    assert {note.code for note in site.notes} == {"attribute_cut", "attribute_cleaned"}
    json.dumps(dict(kept)).encode("utf-8")


def test_many_attributes_and_a_wild_name(tmp_path):
    many = {f"k{i}": i for i in range(500)} | {"name": "甲\n<b>\u0000" + "x" * 500}
    [site] = read_sites(write(tmp_path, collection(polygon(RING), **many)), context=CONTEXT)
    assert len(site.attributes) == 200
    assert len(site.name) == 200
    assert site.name.startswith("甲 <b>\ufffd")
    assert "attributes_left_out" in [note.code for note in site.notes]


def test_partly_outside_is_a_note(tmp_path):
    ring = moved(RING, dx=-10_050)
    [site] = read_sites(write(tmp_path, collection(polygon(ring))), context=CONTEXT)
    [note] = site.notes
    assert note.code == "partly_outside_area"
    assert "5000.00 m²" in note.text.zh
