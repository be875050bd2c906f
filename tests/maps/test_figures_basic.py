"""Figures: well-formed, deterministic, escaped, and everything that was hit can be seen."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from shapely.geometry import (
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from maps.figures import Figure, Overlay, draw, figure_title
from maps.symbols import LIGHT, SEVERITY, STATE, THEME

X, Y = 498_000.0, 2_712_000.0
CRS = "2000国家大地坐标系，高斯-克吕格3度带，中央经线117°（EPSG:4548）"
SITE = box(X, Y, X + 200, Y + 100)
SVG = "{http://www.w3.org/2000/svg}"


def figure(*overlays, site=SITE, language="zh", **more):
    return Figure("f1", 1, "永久基本农田", site, overlays, CRS, language, **more)


def texts(svg):
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter(f"{SVG}text")]


def test_title_note_crs_scale_north():
    shown = texts(draw(figure()))
    assert "图1 项目范围与永久基本农田关系示意图" in shown
    assert "示意图，不作权属依据" in shown
    assert f"坐标系：{CRS}" in shown
    assert {"N", "图例", "用地范围", "坐标单位：米"} <= set(shown)
    assert figure_title(3, "X", "en") == "Figure 3: the site and X (sketch)"


def test_scale_bar_is_true():
    # the site is 200 m wide and fills 528 of the 588 px of the map: 2.64 px for each metre
    svg = draw(figure())
    bar = re.search(r'class="scale">(.*?)</g>', svg).group(1)
    widths = [float(w) for w in re.findall(r'<rect[^>]* width="([\d.]+)"', bar)]
    label = re.findall(r">(\d+) m<", bar)
    assert label == ["50"]
    assert sum(widths) == pytest.approx(50 * 2.64, abs=0.05)


def test_grid_labels_are_round_coordinates():
    shown = texts(draw(figure()))
    assert {"498000", "498100", "498200", "2712000", "2712100"} <= set(shown)


def test_same_bytes_twice_and_no_outside_reference():
    overlay = Overlay(box(X, Y, X + 50, Y + 50), SEVERITY["prohibited"], "刚性约束", "PF-01")
    svg = draw(figure(overlay))
    assert svg == draw(figure(overlay))
    assert svg.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    assert "style=" not in svg


def test_coordinates_are_rounded():
    svg = draw(figure(Overlay(Point(X + 33.3333, Y + 66.6666).buffer(9), SEVERITY["notice"], "t")))
    assert not re.search(r"\d\.\d{3,}", svg)


def test_hostile_text_is_escaped():
    evil = "</text><script>alert(1)</script>\x00\u202e&'\""
    hit = Overlay(box(X, Y, X + 90, Y + 90), SEVERITY["prohibited"], evil, evil)
    svg = draw(Figure("f1", 1, evil, SITE, (hit,), evil))
    assert "<script" not in svg
    ET.fromstring(svg)


def test_sliver_gets_a_ring_and_a_legend_line():
    sliver = Overlay(box(X + 90, Y + 10, X + 90.2, Y + 90), SEVERITY["prohibited"], "刚性约束")
    svg = draw(figure(sliver))
    assert "圈注：过小而不易辨认的部分" in texts(svg)
    rings = [c for c in ET.fromstring(svg).iter(f"{SVG}circle") if c.get("r") == "9"]
    middle = (46 + 294, 40)  # x of 100 m is the middle of the map; the sliver is 9.9 m to its left
    assert float(rings[0].get("cx")) == pytest.approx(middle[0] - 9.9 * 2.64, abs=0.6)


def test_big_piece_gets_no_ring():
    svg = draw(figure(Overlay(box(X, Y, X + 90, Y + 90), SEVERITY["prohibited"], "刚性约束")))
    assert "圈注：过小而不易辨认的部分" not in texts(svg)


def test_points_and_lines_on_a_line_site():
    road = LineString([(X, Y), (X + 3000, Y + 200)])
    hits = [
        Overlay(MultiLineString([[(X, Y), (X + 300, Y + 20)]]), SEVERITY["prohibited"], "刚性约束"),
        Overlay(MultiPoint([(X + 900, Y + 60)]), SEVERITY["condition"], "附条件"),
    ]
    svg = draw(figure(*hits, site=road))
    assert "线性工程" in texts(svg)
    assert "500" not in texts(svg)
    assert "1 km" in texts(svg) or "500 m" in texts(svg)


def test_english():
    shown = texts(draw(figure(language="en")))
    assert {"Legend", "Site boundary", "Coordinates in metres"} <= set(shown)


def test_far_away_pieces_do_not_shrink_the_site():
    far = Overlay(box(X + 90_000, Y, X + 90_100, Y + 100), SEVERITY["notice"], "提示")
    svg = draw(figure(far))
    path = ET.fromstring(svg).find(f".//{SVG}g[@class='map']/{SVG}path").get("d")
    xs = [float(x) for x in re.findall(r"[ML]([\d.-]+) ", path)]
    assert max(xs) - min(xs) > 100


@pytest.mark.parametrize(
    "site",
    [
        box(X, Y, X + 0.5, Y + 0.5),
        box(X, Y, X + 80_000, Y + 80_000),
        box(X, Y, X + 30_000, Y + 3),
        MultiPolygon([box(X, Y, X + 10, Y + 10), box(X + 500, Y, X + 510, Y + 10)]),
        Polygon(
            [(X, Y), (X + 99, Y), (X + 99, Y + 99)],
            [[(X + 60, Y + 9), (X + 80, Y + 9), (X + 80, Y + 30)]],
        ),
        Point(X, Y).buffer(100, quad_segs=5000),
    ],
    ids=["half a metre", "80 km", "thin", "two parts", "hole", "20 000 vertices"],
)
def test_every_size_is_drawn_inside_the_border(site):
    svg = draw(figure(Overlay(site, SEVERITY["notice"], "提示"), site=site))
    root = ET.fromstring(svg)
    height = float(root.get("viewBox").split()[3])
    numbers = [
        float(value)
        for path in root.iterfind(f".//{SVG}g[@class='map']/{SVG}path")
        for value in re.findall(r"[\d.-]+", path.get("d"))
    ]
    assert max(numbers) <= max(680, height)
    assert min(numbers) >= 0
    assert len(svg) < 120_000


def test_labels_do_not_overlap():
    hits = [
        Overlay(box(X + i, Y + i, X + i + 9, Y + i + 9), SEVERITY["notice"], "提示", f"AB-{i:02}")
        for i in range(12)
    ]
    root = ET.fromstring(draw(figure(*hits)))
    boxes = []
    for node in root.iter(f"{SVG}text"):
        if (node.text or "").startswith("AB-"):
            boxes.append((float(node.get("x")), float(node.get("y"))))
    assert len(boxes) == 12
    for i, (x, y) in enumerate(boxes):
        for a, b in boxes[:i]:
            assert abs(x - a) > 30 or abs(y - b) > 12


def test_empty_site_is_refused():
    with pytest.raises(ValueError, match="site"):
        draw(figure(site=Polygon()))


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_symbols_differ_without_colour_and_read_on_white():
    for group in (SEVERITY, STATE, LIGHT, THEME):
        for key, symbol in group.items():
            assert symbol.key == key
            assert 1.05 / (_luminance(symbol.ink) + 0.05) >= 4.5, key
            badge = (_luminance(symbol.fill) + 0.05) / (_luminance(symbol.ink) + 0.05)
            assert badge >= 4.5, key
    assert len({s.hatch for s in SEVERITY.values()}) == len(SEVERITY)
    assert len({s.marker for s in SEVERITY.values()}) == len(SEVERITY)


def test_matters_of_one_place_share_a_label_and_a_leader():
    piece = box(X, Y, X + 5, Y + 60)
    hits = [Overlay(piece, SEVERITY["notice"], "提示", f"AB-{i:02}") for i in range(9)]
    root = ET.fromstring(draw(figure(*hits)))
    texts = [node for node in root.iter(f"{SVG}text") if (node.text or "").startswith("AB-")]
    assert [node.text for node in texts] == [
        "AB-00 · AB-01",
        "AB-02 · AB-03",
        "AB-04 · AB-05",
        "AB-06 · AB-07",
        "AB-08",
    ]
    assert len({node.get("x") for node in texts}) == 1
    lines = [float(node.get("y")) for node in texts]
    assert all(abs(b - a - 14) < 0.02 for a, b in pairwise(lines))
