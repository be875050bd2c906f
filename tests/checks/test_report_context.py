"""What lies around a site: cut by frames computed by hand, named, never confidential, digested."""

import json
import re
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import shapely
from shapely.geometry import shape

from checks.report.canonical import digest_of
from checks.report.html import render_html
from checks.report.plates import plates
from checks.report.reading import Reading
from checks.report.schema import report_schema
from checks.report.version import outside_version
from checks.rule import Leaf
from checks.verify_reasons import data_gone
from layers.store import Box
from tests.support.memory_store import MemoryStore, rule, run

box = shapely.box
SITE = box(0, 0, 100, 100)
# 22 m around the site: 144 m on 400 - 24 px, 2.6111 px for each metre; 588 px and 6 px on each
# side are 229.787 m, 400 px and as much are 157.787 m
WINDOW: Box = (-64.89, -28.89, 164.89, 128.89)
EVIL = "</text><script>alert(1)</script>"


def world(**confidential):
    store = MemoryStore()
    store.layer("control.eco_redline", [box(-50, -50, 50, 50)])
    store.layer("safety.road", [(box(-1000, 110, 1000, 120), None, {"name": EVIL})])
    store.layer("control.blue_line", [(box(110, -1000, 140, 1000), None, {"name": "甲河"})])
    line = shapely.LineString([(-20, -500), (-20, 500)])
    store.layer("safety.railway", [(line, None, {})], geometry="line")
    store.layer("present.supplied_land", [box(0, 0, 100, 100), box(100, 0, 108, 100)])
    store.layer("park.boundary", [box(-30, -30, 130, 130)], theme="context", **confidential)
    return store


def report(store=None, **more):
    rules = [rule("R-1", "control.eco_redline", Leaf("overlaps", "control.eco_redline", {}))]
    found = run(store or world(), rules, SITE, **more)
    jsonschema.validate(found, report_schema())
    return found


def around(found):
    return {entry["layer"]: entry for entry in found["site"]["context"]}


def test_shapes_are_cut_to_the_frame_and_say_whence_they_come():
    entries = around(report())
    road, river = entries["safety.road"], entries["control.blue_line"]
    assert shape(road["geometry"]).equals(box(WINDOW[0], 110, WINDOW[2], 120))
    assert shape(river["geometry"]).equals(box(110, WINDOW[1], 140, WINDOW[3]))
    assert (road["role"], road["kind"], road["name"]) == ("road", "outline", EVIL)
    assert river["editions"] == ["e1"]
    rail = entries["safety.railway"]
    assert (rail["kind"], rail["name"]) == ("line", None)
    assert shape(rail["geometry"]).length == pytest.approx(157.78)
    assert len(entries["present.supplied_land"]["geometry"]["coordinates"]) == 2
    assert entries["park.boundary"]["role"] == "place"
    assert "control.eco_redline" not in entries


def test_confidential_layers_give_nothing_to_anybody():
    for may_see in (False, True):
        entries = around(report(world(confidential=True), confidential=may_see))
        assert "park.boundary" not in entries
        assert len(entries) == 4


def test_it_is_content_and_the_same_twice():
    one, other = report(), report()
    assert one == other
    bare = json.loads(json.dumps(one))
    bare["site"]["context"] = []
    assert digest_of(bare) != one["digest"]


def test_what_cannot_be_read_is_told_and_all_else_stands():
    store = world()
    store.broken.add("safety.road")
    found = report(store)
    assert set(around(found)) == {
        "control.blue_line", "safety.railway", "present.supplied_land", "park.boundary",
    }  # fmt: skip
    assert "context_unreadable" in [note["code"] for note in found["limits"]]


def test_much_is_left_out_before_a_report_grows():
    store = MemoryStore()
    store.layer("r", [box(0, 0, 10, 10)])
    cells = [box(x, y, x + 3, y + 3) for x in range(-50, 150, 4) for y in range(-30, 130, 4)]
    store.layer("plan.detailed", cells)
    store.layer("safety.road", [(c, None, {"name": f"路{n}"}) for n, c in enumerate(cells)])
    entries = report_of(store)["site"]["context"]
    assert sum(shapely.get_num_coordinates(shape(e["geometry"])) for e in entries) <= 800
    assert len([e for e in entries if e["role"] == "road"]) <= 7


def report_of(store):
    return run(store, [rule("R-1", "r", Leaf("overlaps", "r", {}))], SITE)


def test_figures_show_it_quietly_with_names_and_a_legend():
    reading = Reading(report(), "zh")
    drawn = plates(reading.report, reading.rows, reading.words)
    assert len(drawn) == 2
    for plate in drawn:
        root = ET.fromstring(plate.svg)
        texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {"甲河", "背景要素：", "道路", "铁路", "水域", "地块", "周边地物"} <= set(texts)
        assert any(text.startswith("</text><script>") for text in texts)
        assert "<script" not in plate.svg
        group = re.search(r'<g class="context">(.*?)</g>', plate.svg).group(1)
        assert plate.svg.index(group) < plate.svg.index('fill="url(#')  # below every hatch
        assert len(set(re.findall("#[0-9a-f]{3,6}", group))) <= 8


def test_without_surroundings_figures_are_as_they_were():
    store = MemoryStore()
    store.layer("r", [box(0, 0, 10, 10)])
    reading = Reading(report_of(store), "zh")
    assert reading.report["site"]["context"] == []
    for plate in plates(reading.report, reading.rows, reading.words):
        assert "背景要素" not in plate.svg
        assert 'class="context"' not in plate.svg


def test_the_outside_version_has_no_surroundings():
    inside = report()
    outside = outside_version(inside)
    jsonschema.validate(outside, report_schema())
    assert outside["site"]["context"] == []
    assert "甲河" not in json.dumps(outside, ensure_ascii=False)
    page = render_html(outside, "zh")
    page = page if isinstance(page, str) else page.decode()
    assert "甲河" not in page
    assert "背景要素" not in page


def test_an_edition_that_is_gone_is_told_when_a_report_is_verified():
    store = world()
    found = report(store)
    store.standings = lambda _revision: ()
    assert list(data_gone(found, store)) == []
    store._editions["safety.road"] = []
    (note,) = data_gone(found, store)
    assert note.code == "edition_gone"
    assert "safety.road e1" in note.text.en
