"""Figures of many things: rings do not bury the map, marks and severities stay visible."""

from xml.etree import ElementTree as ET

from shapely.geometry import LineString, MultiPoint, MultiPolygon, box

from maps.figures import Figure, Overlay, draw
from maps.symbols import SEVERITY
from maps.symbols import SITE as SITE_SYMBOL

X, Y = 498_000.0, 2_712_000.0
SITE = box(X, Y, X + 4000, Y + 4000)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*overlays):
    return draw(Figure("f1", 1, "各项检测要素", SITE, overlays, "CGCS2000"))


def rings(svg):
    """Centres of the rings; each is drawn twice, on a white ground."""
    circles = ET.fromstring(svg).iter(f"{SVG}circle")
    found = [(float(c.get("cx")), float(c.get("cy"))) for c in circles if c.get("r") == "9"]
    return found[::2]


def specks(dx, dy):
    """400 specks of 1 m², moved."""
    return MultiPolygon(
        [
            box(X + i * 190 + dx, Y + j * 190 + dy, X + i * 190 + dx + 1, Y + j * 190 + dy + 1)
            for i in range(20)
            for j in range(20)
        ]
    )


def test_all_matters_together_get_no_more_rings_than_one():
    many = [
        Overlay(specks(10 + n, 10 - n), SEVERITY[key], key, key)
        for n, key in enumerate(("prohibited", "needs_approval", "condition"))
    ]
    found = rings(drawn(*many))
    on_map = found[:-1]  # the last one is the sample in the legend
    assert len(on_map) == 40
    apart = [
        (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for n, a in enumerate(on_map) for b in on_map[:n]
    ]
    assert min(apart) >= 400


def test_a_mark_on_the_boundary_is_drawn_above_it():
    mark = Overlay(MultiPoint([(X + 4000, Y + 2000)]), SEVERITY["prohibited"], "标志", "")
    area = Overlay(box(X, Y, X + 9, Y + 9), SEVERITY["condition"], "面", "")
    svg = drawn(mark, area)
    boundary = svg.index("stroke-dasharray", svg.index('class="map"'))
    hits = [svg.index(SEVERITY[key].ink, svg.index('class="map"')) for key in SEVERITY
            if key in {"prohibited", "condition"}]  # fmt: skip
    assert min(hits) < boundary < max(hits)


def test_severities_along_one_line_show_beside_each_other():
    line = LineString([(X, Y), (X + 4000, Y + 3000)])
    overlays = [Overlay(line, SEVERITY[key], key) for key in ("prohibited", "needs_approval")]
    svg = draw(Figure("f1", 1, "各项检测要素", line, overlays, "CGCS2000"))
    paths = list(ET.fromstring(svg).iter(f"{SVG}path"))
    strokes = [(p.get("stroke"), float(p.get("stroke-width") or 0)) for p in paths]
    worse, milder = SEVERITY["prohibited"].ink, SEVERITY["needs_approval"].ink
    # the milder lies below and is wider
    assert strokes.index((milder, 9.0)) < strokes.index((worse, 5.0))
    alone = draw(Figure("f1", 1, "各项检测要素", line, overlays[1:], "CGCS2000"))
    widths = {
        float(p.get("stroke-width"))
        for p in ET.fromstring(alone).iter(f"{SVG}path")
        if p.get("stroke") == milder
    }
    assert max(widths) == 5.0  # the hatch of the legend is thinner


def test_the_ground_of_a_site_is_in_the_legend_where_points_alone_are_hit():
    svg = drawn(Overlay(MultiPoint([(X + 2000, Y + 2000)]), SEVERITY["prohibited"], "点", ""))
    (legend,) = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("class") == "legend"]
    assert SITE_SYMBOL.fill in {node.get("fill") for node in legend.iter()}
