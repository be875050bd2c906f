"""One broken file of sites for each guard on place, CRS and area: code, value, both languages."""

import pytest
import shapely

from gis.site_formats import SiteContext, read_sites
from tests.support.site_files import (
    CONTEXT,
    RING,
    X,
    Y,
    collection,
    degrees,
    first_fault,
    moved,
    polygon,
    said,
    write,
)

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


def test_outline_with_a_point_far_off(tmp_path):
    ring = [*RING[:2], [X + 100, Y + 9_000_000], *RING[3:]]
    fault = first_fault(write(tmp_path, collection(polygon(ring))))
    assert fault.code == "outline_too_long"
    said(fault, "18000 km", "10000 km")


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


def test_partly_outside_is_a_note(tmp_path):
    ring = moved(RING, dx=-10_050)
    [site] = read_sites(write(tmp_path, collection(polygon(ring))), context=CONTEXT)
    [note] = site.notes
    assert note.code == "partly_outside_area"
    assert "5000.00 m²" in note.text.zh
