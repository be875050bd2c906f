"""界址点 TXT in all variants, and written back. Areas are computed by hand."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import LantuError
from gis.site_formats import SiteContext, read_sites
from gis.site_formats.boundary_txt import write_boundary_txt

CONTEXT = SiteContext("EPSG:4548", shapely.box(590_000, 2_690_000, 620_000, 2_720_000))
HEADER = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=39
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
PARCEL = "5,{area},DK001,一号地块,面,,工业用地,,@\n"
# 200 m north-south by 100 m east-west: 2 ha
POINTS = """J1,1,2709200.001,39600000.002
J2,1,2709200.001,39600100.002
J3,1,2709000.001,39600100.002
J4,1,2709000.001,39600000.002
J1,1,2709200.001,39600000.002
"""
HOLE = """J5,2,2709150.000,39600020.000
J6,2,2709100.000,39600020.000
J7,2,2709100.000,39600060.000
J8,2,2709150.000,39600060.000
J5,2,2709150.000,39600020.000
"""
FAR = HOLE.replace("396000", "396005").replace("J", "K")
TEXT = HEADER + PARCEL.format(area="2.0000") + POINTS


def read(tmp_path, text, context=CONTEXT, encoding="utf-8", **options):
    path = tmp_path / "site.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_sites(path, context=context, **options)


def good(results):
    for result in results:
        if isinstance(result, LantuError):
            raise result
    return results


def codes(site):
    return [note.code for note in site.notes]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("crlf", [False, True])
def test_encodings_and_line_ends(tmp_path, encoding, crlf):
    text = TEXT.replace("\n", "\r\n") if crlf else TEXT
    [site] = good(read(tmp_path, text, encoding=encoding))
    assert site.name == "一号地块"
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-5)
    assert site.declared_area_m2 == 20_000.0
    assert site.source_crs == "EPSG:4527"
    assert codes(site) == []
    assert site.geometry.bounds == pytest.approx(
        (600000.002, 2709000.001, 600100.002, 2709200.001), abs=1e-6
    )


def test_full_width_punctuation(tmp_path):
    text = TEXT.replace(",", "，").replace("[", "［").replace("]", "］").replace("=", "＝")
    text = text.replace("@", "＠").replace("J2,1,2709200.001", "Ｊ２，１，２７０９２００．００１")
    [site] = good(read(tmp_path, text))
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-5)
    assert site.attributes["地块用途"] == "工业用地"


@pytest.mark.parametrize(
    "line",
    [
        "5,2.0000,DK001,一号地块,面,,工业用地,",
        "5,2.0000,DK001,一号地块,面,,工业用地,,@",
        "5,2.0000,DK001,一号地块,面,,工业用地,0601,,@",
        "5,2.0000,DK001,一号地块,面,,工业用地,0601,a,b,c,@",
        "5,2.0000,DK001,一号地块,面,,工业用地,0601,a,b,c,d,e,@",
        "5,2.0000,DK001,一号地块,面,,工业用地,0601@",
    ],
)
def test_commas_are_counted_from_the_left(tmp_path, line):
    [site] = good(read(tmp_path, HEADER + line + "\n" + POINTS))
    assert (site.name, site.attributes["编号"], site.declared_area_m2) == (
        "一号地块",
        "DK001",
        20_000.0,
    )
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-5)


def test_hole_and_further_part_are_told_apart(tmp_path):
    text = HEADER + PARCEL.format(area="2.0000").replace("5,", "15,", 1) + POINTS + HOLE
    text += FAR.replace(",2,", ",3,")
    [site] = good(read(tmp_path, text))
    # 20 000 - 50 x 40, and a second part of 50 x 40
    assert site.geometry.geom_type == "MultiPolygon"
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-5)
    assert sum(len(part.interiors) for part in site.geometry.geoms) == 1


def test_further_ring_under_the_same_number(tmp_path):
    text = HEADER + PARCEL.format(area="1.8").replace("5,", "10,", 1) + POINTS
    [site] = good(read(tmp_path, text + HOLE.replace(",2,", ",1,")))
    assert site.geometry.area == pytest.approx(18_000.0, abs=1e-5)


def test_several_parcels_and_lines(tmp_path):
    line = "2,,DK002,管线,线,,,,@\nJ1,1,2709000.000,39600000.000\nJ2,1,2709040.000,39600030.000\n"
    first, second = good(read(tmp_path, TEXT + line))
    assert first.geometry.area == pytest.approx(20_000.0, abs=1e-5)
    assert second.is_line
    assert second.geometry.length == pytest.approx(50.0, abs=1e-6)
    assert second.declared_area_m2 is None


def test_header_contradicts_prefix(tmp_path):
    [site] = good(read(tmp_path, TEXT.replace("带号=39", "带号=38")))
    assert codes(site) == ["zone_header_contradicts"]
    assert site.source_crs == "EPSG:4527"


def test_six_degree_prefix(tmp_path):
    # zone 20 of 6 degrees has the meridian 117E of zone 39 of 3 degrees: the same coordinates
    text = TEXT.replace("39600", "20600").replace("带号=39", "带号=20").replace("分带=3", "分带=6")
    [site] = good(read(tmp_path, text))
    assert site.source_crs == "EPSG:4498"
    assert site.geometry.bounds[0] == pytest.approx(600000.002, abs=1e-6)


def test_six_digits_take_the_zone_of_the_header(tmp_path):
    plain = TEXT.replace("39600", "600")
    [site] = good(read(tmp_path, plain))
    assert site.source_crs == "EPSG:4548"
    assert site.geometry.bounds == (600000.002, 2709000.001, 600100.002, 2709200.001)
    bare = plain[plain.index("[地块坐标]") :]
    with pytest.raises(LantuError) as refusal:
        read(tmp_path, bare)
    assert refusal.value.code == "no_crs"
    [site] = good(read(tmp_path, bare, crs="EPSG:4548"))
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-6)


def test_header_contradicts_itself(tmp_path):
    text = TEXT.replace("39600", "600").replace("分带=3", "分带=6")
    [site] = good(read(tmp_path, text))
    assert (site.source_crs, codes(site)) == ("EPSG:4548", ["zone_header_contradicts"])


def test_meridian_in_place_of_a_zone_number(tmp_path):
    text = TEXT.replace("39600", "600").replace("带号=39", "中央子午线=117")
    [site] = good(read(tmp_path, text))
    assert (site.source_crs, codes(site)) == ("EPSG:4548", [])


def test_wgs84_header_adds_a_metre(tmp_path):
    [site] = good(read(tmp_path, TEXT.replace("2000国家大地坐标系", "WGS84坐标系")))
    assert (site.accuracy_m, codes(site)) == (1.0, ["wgs84_as_cgcs2000"])
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-3)
    [site] = good(
        read(tmp_path, TEXT.replace("2000国家大地坐标系", "WGS84坐标系"), crs="EPSG:4527")
    )
    assert (site.accuracy_m, codes(site)) == (0.0, ["crs_overridden"])


def test_declared_area_differs(tmp_path):
    [site] = good(read(tmp_path, TEXT.replace("2.0000", "2.1000")))
    assert codes(site) == ["declared_area_differs"]
    assert "21000.00" in site.notes[0].text.zh
    assert "20000.00" in site.notes[0].text.zh


def test_unclosed_ring_is_closed_with_a_note(tmp_path):
    text = HEADER + PARCEL.format(area="2.0").replace("5,", "4,", 1)
    text += "".join(POINTS.splitlines(keepends=True)[:4])
    [site] = good(read(tmp_path, text))
    assert codes(site) == ["ring_closed"]
    assert site.geometry.area == pytest.approx(20_000.0, abs=1e-5)


def test_truncated_file_is_refused(tmp_path):
    text = HEADER + PARCEL.format(area="2.0") + "".join(POINTS.splitlines(keepends=True)[:3])
    [refusal] = read(tmp_path, text)
    assert refusal.code == "txt_truncated"


def test_round_trip_keeps_every_figure(tmp_path):
    text = HEADER + PARCEL.format(area="1.8000").replace("5,", "10,", 1) + POINTS + HOLE
    first = good(read(tmp_path, text))
    written = write_boundary_txt(first)
    second = good(read(tmp_path, written))
    assert write_boundary_txt(second) == written
    assert second[0].geometry.equals_exact(first[0].geometry, 1e-9)
    assert (second[0].name, second[0].declared_area_m2) == (first[0].name, 18_000.0)
    for line in (POINTS + HOLE).splitlines():
        north_east = line.split(",", 2)[2]
        assert north_east in written.decode("utf-8-sig")


def test_round_trip_at_the_files_precision(tmp_path):
    text = TEXT.replace(".001", ".12345").replace(".002", ".54321")
    first = good(read(tmp_path, text))
    written = write_boundary_txt(first, encoding="gb18030").decode("gb18030")
    assert "2709200.12345,39600100.54321" in written
    assert "精度=0.00001" in written


def test_writing_refuses_a_foreign_system(tmp_path):
    ring = "SRID=2056;POLYGON((2600000 1200000, 2600100 1200000, 2600100 1200100, 2600000 1200000))"
    swiss = SiteContext("EPSG:2056", shapely.box(2_590_000, 1_190_000, 2_610_000, 1_210_000))
    sites = good(read_sites(ring, context=swiss))
    with pytest.raises(LantuError) as refusal:
        write_boundary_txt(sites)
    assert refusal.value.code == "txt_crs"


@given(
    st.lists(
        st.tuples(st.integers(0, 9_999_999), st.integers(0, 9_999_999)),
        min_size=3, max_size=12, unique=True,
    ),
    st.sampled_from([("EPSG:4527", 39_600_000), ("EPSG:4548", 600_000), ("EPSG:4498", 20_600_000)]),
)  # fmt: skip
def test_any_outline_in_millimetres_survives_writing(points, system):
    crs, east = system
    ring = shapely.MultiPoint([(east + x / 1000, 2_700_000 + y / 1000) for x, y in points])
    hull = shapely.convex_hull(ring)
    if hull.area < 1:
        return
    sites = good(read_sites(hull.wkt, context=CONTEXT, crs=crs))
    again = good(read_sites(write_boundary_txt(sites).decode("utf-8-sig"), context=CONTEXT))
    assert again[0].geometry.equals_exact(sites[0].geometry, 1e-9)
    assert write_boundary_txt(again, decimals=3) == write_boundary_txt(sites)
