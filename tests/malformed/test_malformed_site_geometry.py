"""Broken geometry and wild attributes of sites: code, value, repair, both languages."""

import json

import pytest

from gis.site_formats import read_sites
from tests.support.site_files import (
    CONTEXT,
    RING,
    X,
    Y,
    collection,
    first_fault,
    moved,
    polygon,
    said,
    write,
)


def cross(size):
    """A figure of eight: two triangles that meet at a crossing, `size` metres each way."""
    return [[X, Y], [X + size, Y + size], [X + size, Y], [X, Y + size], [X, Y]]


GEOMETRY_CASES = {
    "empty": ("empty_geometry", None),
    "empty polygon": ("empty_geometry", {"type": "Polygon", "coordinates": []}),
    "point": ("site_is_point", {"type": "Point", "coordinates": [X, Y]}),
    "points": ("site_is_point", {"type": "MultiPoint", "coordinates": [[X, Y], [X, Y + 1]]}),
    "two points": ("degenerate", polygon([[X, Y], [X + 1, Y], [X, Y]])),
    "only empty lines": ("empty_geometry", {"type": "MultiLineString", "coordinates": [[], []]}),
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


def test_an_empty_line_beside_a_good_one_holds_nothing(tmp_path):
    lines = {"type": "MultiLineString", "coordinates": [[], [[X, Y], [X + 100, Y]]]}
    (site,) = read_sites(write(tmp_path, collection(lines)), context=CONTEXT)
    assert site.geometry.length == 100
