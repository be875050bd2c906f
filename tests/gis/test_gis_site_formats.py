"""KML, KMZ, Shapefile, GeoPackage, DXF and pasted tables. Areas are computed by hand."""

import math
import sqlite3
import struct
import zipfile

import numpy as np
import pytest
import shapely

from gis.errors import LantuError
from gis.site_formats import SiteContext, read_sites

CONTEXT = SiteContext("EPSG:4548", shapely.box(590_000, 2_690_000, 620_000, 2_720_000))
X, Y = 600_000.0, 2_700_000.0
BOX = shapely.box(X, Y, X + 100, Y + 100)


def good(source, context=CONTEXT, **options):
    results = read_sites(source, context=context, **options)
    for result in results:
        if isinstance(result, LantuError):
            raise result
    return results


def codes(site):
    return [note.code for note in site.notes]


def write_ogr(path, geometries, names=("甲地块",), crs="EPSG:4548", kind="Polygon", **options):
    from pyogrio import raw

    raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=[np.array(names, dtype=object)],
        fields=["mc"],
        geometry_type=kind,
        crs=crs,
        **options,
    )
    return path


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>甲</name><ExtendedData><Data name="area_ha"><value>1.1256</value></Data>
</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>
118.0,24.4,0 118.001,24.4,0 118.001,24.401,0 118.0,24.401,0 118.0,24.4,0
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>乙</name><MultiGeometry><LineString><coordinates>118.0,24.4 118.001,24.4
</coordinates></LineString></MultiGeometry></Placemark>
<NetworkLink><Link><href>http://example.invalid/x.kml</href></Link></NetworkLink>
</Folder></Document></kml>"""


def test_kml_is_wgs84_with_one_metre(tmp_path):
    path = tmp_path / "site.kml"
    path.write_text(KML, encoding="utf-8")
    first, second = good(path)
    assert (first.name, second.name, second.is_line) == ("甲", "乙", True)
    assert first.accuracy_m == 1.0
    assert codes(first) == ["network_links", "wgs84_as_cgcs2000", "z_dropped"]
    # 110.772 m x 101.415 m on the ellipsoid, 254 ppm larger in the plane
    assert first.geometry.area == pytest.approx(110.772 * 101.415 * 1.000254, rel=3e-4)


def test_kmz(tmp_path):
    path = tmp_path / "site.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML)
        archive.writestr("files/icon.png", b"\x89PNG")
    assert [site.name for site in good(path)] == ["甲", "乙"]


@pytest.mark.parametrize("gathered", ["folder", "file", "zip"])
def test_shapefile_in_folder_file_and_zip(tmp_path, gathered):
    shp = write_ogr(tmp_path / "用地.shp", [BOX], encoding="UTF-8")
    source = {"folder": tmp_path, "file": shp, "zip": tmp_path / "out.zip"}[gathered]
    if gathered == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            for part in tmp_path.glob("用地.*"):
                archive.write(part, f"数据/{part.name}")
    [site] = good(source)
    assert (site.name, site.source_crs, site.notes) == ("甲地块", "EPSG:4548", ())
    assert site.geometry.equals(BOX)
    assert site.geometry.area == pytest.approx(10_000, abs=1e-9)


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [True, False])
def test_shapefile_text_with_and_without_cpg(tmp_path, encoding, cpg):
    shp = write_ogr(tmp_path / "a.shp", [BOX, BOX], ["翔安大道", "新店镇"], encoding=encoding)
    if not cpg:
        (tmp_path / "a.cpg").unlink()
    assert [site.name for site in good(shp)] == ["翔安大道", "新店镇"]


def test_utf8_cut_within_a_character_is_still_utf8(tmp_path):
    shp = write_ogr(tmp_path / "a.shp", [BOX], ["甲乙丙丁"], encoding="UTF-8")
    (tmp_path / "a.cpg").unlink()
    dbf = tmp_path / "a.dbf"
    data = bytearray(dbf.read_bytes())
    header = struct.unpack("<H", data[8:10])[0]
    field = header + 1
    width = data[32 + 16]
    text = ("丁" * (width // 3 + 1)).encode()[:width]
    data[field : field + width] = text
    dbf.write_bytes(bytes(data))
    [site] = good(shp)
    assert site.name.startswith("丁")


def test_shapefile_with_a_prj_in_gbk(tmp_path):
    shp = write_ogr(tmp_path / "a.shp", [BOX])
    prj = tmp_path / "a.prj"
    prj.write_bytes(prj.read_text().replace("CGCS2000_3_Degree_GK", "大地2000").encode("gbk"))
    [site] = good(shp)
    assert site.geometry.equals(BOX)
    assert site.name == "甲地块"


def test_geopackage_each_feature_is_a_site(tmp_path):
    far = shapely.box(X + 500, Y, X + 520, Y + 10)
    path = write_ogr(tmp_path / "a.gpkg", [BOX, far], ["甲", "乙"])
    assert [site.geometry.area for site in good(path)] == pytest.approx([10_000, 200])


def test_geopackage_curves_are_segmented(tmp_path):
    path = write_ogr(tmp_path / "a.gpkg", [BOX], kind="Unknown")
    ring = [(X, Y), (X + 100, Y), (X + 100, Y + 100), (X, Y + 100), (X, Y)]
    curve = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5)
    curve += b"".join(struct.pack("<dd", *point) for point in ring)
    database = sqlite3.connect(path)
    for number, name in enumerate(("MinX", "MaxX", "MinY", "MaxY")):
        database.create_function(f"ST_{name}", 1, lambda _, n=number: (X, X, Y, Y)[n])
    database.create_function("ST_IsEmpty", 1, lambda _: 0)
    header = b"GP\x00\x01" + struct.pack("<i", 4548)
    database.execute('update "a" set geom = ?', (header + curve,))
    database.commit()
    database.close()
    [site] = good(path)
    assert codes(site) == ["curves_segmented"]
    # a circle through the corners of a 100 m square: radius sqrt(5000)
    assert site.geometry.area == pytest.approx(math.pi * 5000, abs=0.01)
    assert site.geometry.area < math.pi * 5000


def pairs(*items):
    return "".join(f"{code}\n{value}\n" for code, value in items)


def polyline(points, closed=1, layer="红线"):
    items = [(0, "LWPOLYLINE"), (8, layer), (90, len(points)), (70, closed)]
    for x, y, *bulge in points:
        items += [(10, X + x), (20, Y + y), *((42, b) for b in bulge)]
    return pairs(*items)


def dxf(tmp_path, *entities, blocks=""):
    text = pairs((0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1024"))
    text += pairs((9, "$DWGCODEPAGE"), (3, "ANSI_936"), (0, "ENDSEC"))
    if blocks:
        text += pairs((0, "SECTION"), (2, "BLOCKS")) + blocks + pairs((0, "ENDSEC"))
    text += pairs((0, "SECTION"), (2, "ENTITIES")) + "".join(entities)
    path = tmp_path / "site.dxf"
    path.write_text(text + pairs((0, "ENDSEC"), (0, "EOF")), encoding="gbk")
    return path


OUTER = [(0, 0), (100, 0), (100, 100), (0, 100)]
INNER = [(10, 10), (30, 10), (30, 30), (10, 30)]
ISLAND = [(15, 15), (20, 15), (20, 20), (15, 20)]


def test_dxf_holes_islands_and_neighbours(tmp_path):
    far = [(x + 500, y) for x, y in OUTER]
    path = dxf(
        tmp_path, polyline(INNER), polyline(OUTER), polyline(far), polyline(ISLAND),
        pairs((0, "TEXT"), (8, "0"), (10, X), (20, Y), (1, "注记")),
    )  # fmt: skip
    sites = good(path, crs="EPSG:4548")
    assert sorted(site.geometry.area for site in sites) == pytest.approx([9_625, 10_000])
    assert [codes(site) for site in sites] == [["dxf_left_out", "rings_inside"], ["dxf_left_out"]]
    assert sites[0].attributes["图层"] == "红线"


def test_dxf_symbols_are_no_sites(tmp_path):
    def entity(kind, subclass, *items):
        return pairs((0, kind), (100, "AcDbEntity"), (8, "0"), (100, subclass), *items)

    corner = ((10, X), (20, Y))
    path = dxf(
        tmp_path, polyline(OUTER),
        entity("CIRCLE", "AcDbCircle", *corner, (40, 5)),
        entity("SOLID", "AcDbTrace", *corner, (11, X + 9), (21, Y), (12, X), (22, Y + 9),
               (13, X + 9), (23, Y + 9)),
        entity("ELLIPSE", "AcDbEllipse", *corner, (11, 5), (21, 0), (40, 0.5), (41, 0),
               (42, 6.283185307179586)),
    )  # fmt: skip
    [site] = good(path, crs="EPSG:4548")
    assert site.geometry.area == pytest.approx(10_000)
    assert "Circle 1, Ellipse 1, Trace 1" in site.notes[0].text.en


def test_dxf_arcs_are_segmented(tmp_path):
    path = dxf(tmp_path, polyline([(0, 0, 1), (100, 0, 1)]))
    [site] = good(path, crs="EPSG:4548")
    # radius 50, step 0.1 degrees: chord height 50 (1 - cos 0.05) = 0.02 mm
    assert site.geometry.area == pytest.approx(math.pi * 2500, abs=0.01)
    assert codes(site) == ["curves_segmented"]


def test_dxf_blocks_are_read_in_place(tmp_path):
    block = pairs((0, "BLOCK"), (8, "0"), (2, "B"), (10, X), (20, Y)) + polyline(OUTER)
    insert = pairs((0, "INSERT"), (8, "0"), (2, "B"), (10, X + 7), (20, Y))
    [site] = good(
        dxf(
            tmp_path,
            insert,
            blocks=block
            + pairs(
                (0, "ENDBLK"),
            ),
        ),
        crs="EPSG:4548",
    )
    assert site.geometry.bounds == (X + 7, Y, X + 107, Y + 100)


def test_dxf_closed_by_its_points_and_open_lines(tmp_path):
    [site] = good(dxf(tmp_path, polyline([*OUTER, OUTER[0]], closed=0)), crs="EPSG:4548")
    assert site.geometry.area == pytest.approx(10_000)
    first, second = (
        polyline([(0, 0), (30, 40)], closed=0),
        polyline([(30, 40), (30, 90)], closed=0),
    )
    [line] = good(dxf(tmp_path, first, second), crs="EPSG:4548")
    assert line.is_line
    assert line.geometry.length == pytest.approx(100)


@pytest.mark.parametrize(
    "text",
    [
        "J1\t2700000.000\t39600000.000\nJ2\t2700100\t39600000\nJ3\t2700100\t39600100\n",
        "点号,X,Y,边长\nJ1,2700000,39600000,100\nJ2,2700100,39600000,100\nJ3,2700100,39600100,9\n",
        "1 39600000 2700000\n2 39600000 2700100\n3 39600100 2700100",
        "J1；２７００００0；39600000\nJ2；2700100；39600000\nJ3；2700100；39600100",
    ],
)
def test_pasted_table(text):
    [site] = good(text)
    assert site.source_crs == "EPSG:4527"
    assert site.geometry.area == pytest.approx(5_000, abs=1e-5)


def test_pasted_six_digits_need_a_crs():
    text = "X Y\n2700000 600000\n2700100 600000\n2700100 600100\n\n2700080 600010\n2700090 600010"
    text += "\n2700090 600020"
    with pytest.raises(LantuError) as refusal:
        read_sites(text, context=CONTEXT)
    assert refusal.value.code == "no_crs"
    [site] = good(text, crs="EPSG:4548")
    assert site.geometry.area == pytest.approx(5_000 - 50)


def test_pasted_degrees_minutes_seconds():
    text = "点号 经度 纬度\n1 118°00′00″ 24°24′00″\n2 118°00′03.6″ 24°24′00″\n"
    text += "3 118°00′03.6″ 24°24′03.6″"
    [site] = good(text)
    assert site.source_crs == "EPSG:4490"
    assert site.geometry.area == pytest.approx(110.772 * 101.415 * 1.000254 / 2, rel=3e-4)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("J1 1 2\nJ2 3 4\nJ3 5 6", "pasted_ambiguous"),
        ("hello world", "pasted_unreadable"),
        ("g 118.01 24.51\ng 118.02 24.51\ng 118.02 24.52", "gcj02_suspected"),
    ],
)
def test_pasted_refusals(text, code):
    with pytest.raises(LantuError) as refusal:
        good(text)
    assert refusal.value.code == code
