"""GeoJSON and WKT sites: exact coordinates, CRS, notes. Areas are computed by hand."""

import json
import subprocess
import sys

import pytest
import shapely

from gis.errors import LantuError
from gis.site import Site
from gis.site_formats import SiteContext, read_sites

AREA = shapely.box(590_000, 2_690_000, 620_000, 2_720_000)
CONTEXT = SiteContext("EPSG:4548", AREA)
SQUARE = [
    [600000.1, 2700000.2],
    [600100.1, 2700000.2],
    [600100.1, 2700100.2],
    [600000.1, 2700100.2],
    [600000.1, 2700000.2],
]


def feature(coordinates, kind="Polygon", **properties):
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(folder, features, crs=None, name="site.geojson"):
    document = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def sites(source, context=CONTEXT, **options):
    results = read_sites(source, context=context, **options)
    for result in results:
        if isinstance(result, LantuError):
            raise result
    return results


def codes(site):
    return [note.code for note in site.notes]


def test_working_crs_passes_bit_by_bit(tmp_path):
    [site] = sites(write(tmp_path, [feature([SQUARE], name="甲")], "EPSG:4548"))
    assert shapely.get_coordinates(site.geometry).tolist() == SQUARE
    assert (site.name, site.crs, site.source_crs) == ("甲", "EPSG:4548", "EPSG:4548")
    assert (site.accuracy_m, site.notes, site.repairs) == (0.0, (), ())


@pytest.mark.parametrize(
    "crs", ["EPSG:4548", "urn:ogc:def:crs:EPSG::4548", "http://www.opengis.net/def/crs/EPSG/0/4548"]
)
def test_spellings_of_the_crs_member(tmp_path, crs):
    [site] = sites(write(tmp_path, [feature([SQUARE])], crs))
    assert site.source_crs == "EPSG:4548"


def test_zone_prefix_is_a_shift(tmp_path):
    shifted = [[x + 39_000_000, y] for x, y in SQUARE]
    [site] = sites(write(tmp_path, [feature([shifted])], "EPSG:4527"))
    assert site.geometry.area == pytest.approx(10_000.0, abs=1e-5)
    assert shapely.get_num_coordinates(site.geometry) == 5
    assert shapely.get_coordinates(site.geometry) == pytest.approx(
        shapely.get_coordinates(shapely.Polygon(SQUARE)), abs=1e-7
    )


def test_no_crs_in_degrees_is_cgcs2000(tmp_path):
    ring = [[118.0, 24.4], [118.001, 24.4], [118.001, 24.401], [118.0, 24.401], [118.0, 24.4]]
    [site] = sites(write(tmp_path, [feature([ring])]))
    assert (site.source_crs, site.accuracy_m, site.source_area_m2) == ("EPSG:4490", 0.0, None)
    # metres per degree at 24.4005 N on GRS80: M(phi) * N(phi) cos(phi) (pi/180 * 0.001)^2,
    # times the scale 1 + y^2/2R^2 twice at y = 101.4 km east of the meridian
    assert site.geometry.area == pytest.approx(110.772 * 101.415 * 1.000254, rel=3e-4)


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
def test_wgs84_counts_as_cgcs2000_with_one_metre(tmp_path, crs):
    ring = [[118.0, 24.4], [118.001, 24.4], [118.001, 24.401], [118.0, 24.4]]
    [site] = sites(write(tmp_path, [feature([ring])], crs))
    [plain] = sites(write(tmp_path, [feature([ring])], name="plain.json"))
    assert site.accuracy_m == 1.0
    assert codes(site) == ["wgs84_as_cgcs2000"]
    assert shapely.equals(site.geometry, plain.geometry)


def test_each_feature_is_a_site_and_merge_makes_one(tmp_path):
    far = [[x + 500, y] for x, y in SQUARE]
    path = write(tmp_path, [feature([SQUARE]), feature([far])], "EPSG:4548")
    assert [site.name for site in sites(path)] == ["1", "2"]
    [site] = sites(path, merge=True)
    assert site.geometry.geom_type == "MultiPolygon"
    assert site.geometry.area == pytest.approx(20_000, abs=1e-6)


def test_hole(tmp_path):
    hole = [[600010, 2700010], [600010, 2700030], [600030, 2700030], [600010, 2700010]]
    [site] = sites(write(tmp_path, [feature([SQUARE, hole])], "EPSG:4548"))
    assert site.geometry.area == pytest.approx(10_000 - 200, abs=1e-6)


def test_line_site(tmp_path):
    line = [[600000, 2700000], [600030, 2700040]]
    [site] = sites(write(tmp_path, [feature(line, "LineString")], "EPSG:4548"))
    assert site.is_line
    assert site.geometry.length == pytest.approx(50.0)
    assert site.source_area_m2 is None


def test_one_bad_feature_does_not_refuse_the_others(tmp_path):
    point = feature([600000, 2700000], "Point")
    path = write(tmp_path, [feature([SQUARE]), point, feature([SQUARE])], "EPSG:4548")
    first, second, third = read_sites(path, context=CONTEXT)
    assert isinstance(first, Site)
    assert isinstance(second, LantuError)
    assert second.code == "site_is_point"
    assert codes(third) == ["duplicate_site"]
    [merged] = read_sites(path, context=CONTEXT, merge=True)
    assert isinstance(merged, LantuError)


def test_user_crs_goes_before_the_files(tmp_path):
    [site] = sites(write(tmp_path, [feature([SQUARE])], "EPSG:4547"), crs="EPSG:4548")
    assert codes(site) == ["crs_overridden"]
    assert shapely.get_coordinates(site.geometry).tolist() == SQUARE


def test_ewkt_and_crs_option():
    text = "POLYGON((600000 2700000, 600100 2700000, 600100 2700100, 600000 2700000))"
    [site] = sites("SRID=4548;" + text)
    assert site.geometry.area == pytest.approx(5_000)
    [site] = sites(text, crs="EPSG:4548")
    assert site.geometry.area == pytest.approx(5_000)
    with pytest.raises(LantuError) as refusal:
        sites(text)
    assert refusal.value.code == "no_crs"


def test_several_wkt_geometries():
    text = (
        "SRID=4548;POLYGON((600000 2700000, 600100 2700000,\n 600100 2700100, 600000 2700000))\n\n"
        "SRID=4527;LINESTRING Z (39600000 2700000 5, 39600030 2700040 6)\n"
    )
    polygon, line = sites(text)
    assert polygon.geometry.area == pytest.approx(5_000)
    assert line.geometry.length == pytest.approx(50)
    assert codes(line) == ["z_dropped"]


def test_foreign_datum_goes_by_wgs84(tmp_path):
    # swisstopo's reference frame parameters: Bern, old observatory, 7.438632 E 46.951083 N
    # (WGS 84) is E 2600000, N 1200000 of EPSG:2056
    ring = [[7.438632, 46.951083], [7.4387, 46.951083], [7.4387, 46.9512], [7.438632, 46.951083]]
    swiss = SiteContext("EPSG:2056", shapely.box(2_590_000, 1_190_000, 2_610_000, 1_210_000))
    [site] = sites(write(tmp_path, [feature([ring])]), swiss)
    x, y = shapely.get_coordinates(site.geometry)[0]
    assert (x, y) == (pytest.approx(2_600_000, abs=1.0), pytest.approx(1_200_000, abs=1.0))
    assert codes(site) == ["datum_transformed"]


@pytest.mark.parametrize(
    ("crs", "box"),
    [
        ("EPSG:2056", (2_600_000, 1_200_000)),
        ("EPSG:26986", (230_000, 900_000)),
        ("EPSG:3826", (250_000, 2_700_000)),
    ],
)
def test_foreign_working_crs_is_exact(tmp_path, crs, box):
    x, y = box
    ring = [[x, y], [x + 30.5, y], [x + 30.5, y + 10], [x, y + 10], [x, y]]
    context = SiteContext(crs, shapely.box(x - 1000, y - 1000, x + 1000, y + 1000))
    [site] = sites(write(tmp_path, [feature([ring])], crs), context)
    assert site.geometry.area == pytest.approx(305.0, abs=1e-6)
    assert site.accuracy_m == 0.0


def test_reading_geojson_imports_no_gdal():
    program = (
        "import gis.site_formats, sys; "
        "print([m for m in ('pyogrio', 'geopandas', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
