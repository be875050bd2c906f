"""Lines of several severities along one line are each seen; Chinese in English says what it is."""

import json
import re
from itertools import pairwise

import pytest
import shapely

from maps.map_panel import MapLayer, MapPage, MapShape, line_weights, popup, told
from maps.site_map import draw_site_map
from maps.symbols import SEVERITY, SITE, STATE
from tests.support.browser import Page, find_chromium

X, Y = 450_000.0, 2_710_000.0
ROAD = shapely.MultiLineString([[(X, Y), (X + 900, Y + 40)]])
KEYS = ("condition", "prohibited", "needs_approval")


def page_of(language="zh-CN"):
    shapes = [MapShape(ROAD, key, [("名称", key)], SEVERITY[key]) for key in KEYS]
    shapes.append(MapShape(ROAD, "open", [("名称", "open")], STATE["needs_person"]))
    layers = [
        MapLayer("用地", [MapShape(ROAD, "用地", [("名称", "路")], SITE)]),
        MapLayer("规划", shapes[:2]),
        MapLayer("安全", shapes[2:]),
    ]
    legend = [(SITE, "用地"), *((SEVERITY[key], key) for key in KEYS)]
    return MapPage("图", layers, "图例", legend, ["说明"], "EPSG:4548", language)


def test_the_worst_line_is_the_narrowest_and_the_site_the_widest():
    weights = line_weights(page_of())
    assert list(weights) == ["prohibited", "needs_approval", "condition", "needs_person", "site"]
    widths = list(weights.values())
    assert all(wider - narrower >= 4 for narrower, wider in pairwise(widths))


def test_a_site_of_areas_has_no_lines():
    site = MapShape(shapely.box(X, Y, X + 9, Y + 9), "用地", [], SITE)
    page = MapPage("图", [MapLayer("用地", [site])], "图例", [], [], "EPSG:4548", "zh-CN")
    assert line_weights(page) == {}
    assert "lines-" not in draw_site_map(page).decode("utf-8")


def test_chinese_in_an_english_popup_is_marked():
    shape = MapShape(
        ROAD, "LP-01 江边", [("Basis", "《防洪法》第三十三条"), ("Area", "1 m²")], SITE
    )
    html = popup(shape, "en")
    assert '<bdi lang="zh-CN">《防洪法》第三十三条</bdi>' in html
    assert '<h2>LP-01 <bdi lang="zh-CN">江边</bdi></h2>' in html
    assert "<td>1 m²</td>" in html
    assert "bdi" not in popup(shape, "zh-CN")
    assert told("<b>甲</b>", "en") == '&lt;b&gt;<bdi lang="zh-CN">甲</bdi>&lt;/b&gt;'


def test_controls_speak_the_language_of_the_page():
    chinese = draw_site_map(page_of()).decode("utf-8")
    english = draw_site_map(page_of("en")).decode("utf-8")
    for word, other in (("放大", "Zoom in"), ("缩小", "Zoom out"), ("图层", "Layers")):
        assert (f'"{word}"' in chinese, f'"{other}"' in chinese) == (True, False)
        assert (f'"{word}"' in english, f'"{other}"' in english) == (False, True)


@pytest.mark.skipif(find_chromium() is None, reason="no chromium on this machine")
def test_every_severity_is_in_sight_along_one_line(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(draw_site_map(page_of()))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length == 5")
        # across the line, half a band inside the edge of each: the topmost stroke is its own
        across = """JSON.stringify((() => {
          const line = document.querySelector('.leaflet-lines-prohibited-pane path');
          const box = line.getBoundingClientRect(), seen = new Set();
          for (let y = box.top - 40; y < box.bottom + 40; y += 0.5) {
            const top = document.elementFromPoint(box.left + box.width / 2, y);
            if (top && top.matches('path.leaflet-interactive')) {
              seen.add(top.getAttribute('stroke'));
            }
          }
          return [...seen].sort();
        })())"""
        grounds = [SEVERITY[key].fill for key in KEYS] + [STATE["needs_person"].fill, SITE.ink]
        assert json.loads(page.value(across)) == sorted(grounds)
        assert page.faults == []
    finally:
        page.close()


def test_the_legend_shows_lines_as_lines():
    html = draw_site_map(page_of()).decode("utf-8")
    legend = re.search(r"<ul>(.*?)</ul>", html)[1]
    assert legend.count('<path d="M1 9h28"') == 2 * len(page_of().legend)
    assert "<rect" not in legend
