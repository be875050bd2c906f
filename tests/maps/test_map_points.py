"""Points and lines stand above areas on the map page, and a click on a point tells of it."""

import json

import pytest
import shapely

from maps.map_panel import MapLayer, MapPage, MapShape
from maps.site_map import draw_site_map
from maps.symbols import SEVERITY, SITE
from tests.support.browser import Page, find_chromium

X, Y = 450_000.0, 2_710_000.0
pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no chromium on this machine")


def shape(geometry, title, key):
    symbol = SITE if key == "site" else SEVERITY[key]
    return MapShape(geometry, title, [("名称", f"{title}的说明")], symbol)


def page_of():
    site = shapely.box(X, Y, X + 300, Y + 200)
    marks = shapely.MultiPoint([(X + 60, Y + 50), (X + 240, Y + 150)])
    fault = shapely.MultiLineString([[(X + 150, Y), (X + 150, Y + 200)]])
    # the layer of areas comes last and covers all the others
    layers = [
        MapLayer("用地", [shape(site, "用地", "site")]),
        MapLayer("安全", [shape(marks, "标志", "notice"), shape(fault, "断层", "condition")]),
        MapLayer("控制线", [shape(site, "红线", "prohibited")]),
    ]
    return MapPage("图", layers, "图例", [(SITE, "用地")], [], "EPSG:4548", "zh-CN")


def middle_of(page, pane, number=0):
    return json.loads(
        page.value(
            "JSON.stringify((r => [r.x + r.width / 2, r.y + r.height / 2])(document"
            f".querySelectorAll('.leaflet-{pane}-pane path')[{number}].getBoundingClientRect()))"
        )
    )


def test_marks_are_on_top_and_answer_a_click(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(draw_site_map(page_of()))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('.leaflet-points-pane path').length == 2")
        lines = "document.querySelectorAll('.leaflet-lines-condition-pane path')"
        assert page.value(f"{lines}.length") == 2  # a light ground, and the line on it
        for pane, number, told in (("points", 1, "标志"), ("lines-condition", 0, "断层")):
            x, y = middle_of(page, pane, number)
            top = f"document.elementFromPoint({x},{y}).closest('.leaflet-pane').className"
            assert pane in page.value(top)
            page.click(x, y)
            first = "document.querySelector('.leaflet-popup-content h2')?.innerText"
            page.wait_for(f"{first} == '{told}'")
            heads = "[...document.querySelectorAll('.leaflet-popup-content h2')]"
            got = page.value(f"{heads}.map(h => h.innerText).join()")
            assert got == f"{told},红线,用地"
            page.value("document.querySelector('.leaflet-popup-close-button').click()")
            page.wait_for("!document.querySelector('.leaflet-popup-content')")
        assert page.faults == []
    finally:
        page.close()
