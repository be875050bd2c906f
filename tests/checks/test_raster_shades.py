"""Rasters in figures: classes and bands by hand, each with a shade and its share in the legend."""

import json
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import jsonschema
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely.geometry import shape

from checks import raster_bands
from checks.raster_bands import steps
from checks.report.plates import plates
from checks.report.reading import Reading
from checks.report.schema import report_schema
from checks.report.version import outside_version
from checks.rule import ClassChoice, Leaf, Named, Number
from maps.symbols import ramp
from tests.support.memory_store import MemoryStore, rule, run, series

X, Y = 600_000.0, 2_700_000.0
SITE = shapely.box(X, Y, X + 40, Y + 20)
OVER = Leaf("raster_over", "flood", args={"value": Named("depth"), "share": Named("part")})
# eight cells of 10 m; none is the lower right one
CELLS = [[0.1, 0.3, 0.6, 1.2], [0.1, 0.3, 0.3, -1]]


def world(tmp_path, cells=CELLS, dtype="float32"):
    path = tmp_path / "r.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=2, count=1, dtype=dtype, crs="EPSG:4548",
        transform=from_origin(X, Y + 20, 10, 10), nodata=-1,
    ) as raster:  # fmt: skip
        raster.write(np.array(cells, dtype=dtype), 1)
    store = MemoryStore(area=shapely.box(X - 500, Y - 500, X + 500, Y + 500))
    store.layer("flood", raster=path, geometry="raster", theme="safety")
    return store


def asked_over():
    values = {**series("depth", Number(0.2)), **series("part", Number(0.1), "1")}
    return rule("R-1", "flood", OVER, values=values)


def over(tmp_path, **more):
    found = run(world(tmp_path), [asked_over()], SITE, **more)
    jsonschema.validate(found, report_schema())
    return found


def test_bands_above_the_value_of_the_rule(tmp_path):
    bands = over(tmp_path)["findings"][0]["bands"]
    # 0.2 to 1.2: four steps at most, round ones, give 0.5 and 1
    assert [(b["from"], b["to"], b["taken"]) for b in bands] == [
        (None, 0.2, False), (0.2, 0.5, True), (0.5, 1.0, True), (1.0, None, True),
    ]  # fmt: skip
    assert [b["share"] for b in bands] == pytest.approx([2 / 8, 3 / 8, 1 / 8, 1 / 8])
    areas = [shape(b["geometry"]).area for b in bands]
    assert areas == pytest.approx([200, 300, 100, 100])


@pytest.mark.parametrize(
    ("low", "high", "inner"),
    [
        (0.2, 1.2, [0.5, 1.0]),
        (0.15, 1.0, [0.5]),
        (25, 61, [40, 60]),
        (0, 3, [1, 2]),
        (5, 5, []),
    ],
)
def test_steps_are_round_and_few(low, high, inner):
    assert steps(low, high) == inner


def test_classes_with_their_codes(tmp_path):
    store = world(tmp_path, [[1, 1, 2, 2], [1, 3, 3, 3]], "int16")
    chosen = ClassChoice(codes=frozenset({"3"}))
    leaf = Leaf("raster_class", "flood", args={"share": Named("part")}, classes=chosen)
    asked = rule("R-1", "flood", leaf, values=series("part", Number(0.1), "1"))
    found = run(store, [asked], SITE)
    bands = found["findings"][0]["bands"]
    assert [(b["code"], b["share"], b["taken"]) for b in bands] == [
        ("1", 0.375, False), ("2", 0.25, False), ("3", 0.375, True),
    ]  # fmt: skip
    texts, tints = legend(found)
    assert {"1，37.50%", "2，25.00%", "3，37.50%"} <= texts
    assert set(ramp(3)) <= tints


def legend(found, language="zh"):
    reading = Reading(found, language)
    _, plate = plates(found, reading.rows, reading.words)
    root = ET.fromstring(plate.svg)
    texts = {"".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")}
    return texts, set(re.findall(r'fill="(#[0-9a-f]{6})"', plate.svg))


def test_the_figure_shades_the_bands_and_outlines_the_hit(tmp_path):
    found = over(tmp_path)
    texts, tints = legend(found)
    wanted = {"不超过 0.2 m，25.00%", "0.2–0.5 m，37.50%", "0.5–1 m，12.50%", "超过 1 m，12.50%"}
    assert wanted <= texts
    assert set(ramp(4)) <= tints
    assert "over 1 m, 12.50%" in legend(found, "en")[0]
    reading = Reading(found, "zh")
    overview, plate = plates(found, reading.rows, reading.words)
    assert 'fill="url(#' in overview.svg
    assert 'fill="url(#' not in plate.svg
    again = plates(json.loads(json.dumps(found)), reading.rows, reading.words)
    assert [one.svg for one in again] == [overview.svg, plate.svg]


def test_shades_are_apart_in_a_grey_print():
    for count in range(2, 6):
        greys = [sum(int(c[i : i + 2], 16) * w for i, w in ((1, 0.299), (3, 0.587), (5, 0.114)))
                 for c in ramp(count)]  # fmt: skip
        assert all(a - b >= 20 for a, b in pairwise(greys))


def test_clear_ground_and_the_outside_version_have_no_bands(tmp_path):
    values = {**series("depth", Number(5.0)), **series("part", Number(0.1), "1")}
    asked = rule("R-1", "flood", OVER,
                 values=values)  # fmt: skip
    assert run(world(tmp_path), [asked], SITE)["findings"][0]["bands"] is None
    outside = outside_version(over(tmp_path))
    jsonschema.validate(outside, report_schema())
    assert [b["geometry"] for b in outside["findings"][0]["bands"]] == [None] * 4


def test_what_is_finer_than_a_figure_is_hatched_as_before(tmp_path, monkeypatch):
    monkeypatch.setattr(raster_bands, "MOST_PATCHES", 3)  # four bands are four patches or more
    found = over(tmp_path)
    assert found["findings"][0]["bands"] is None
    reading = Reading(found, "zh")
    assert 'fill="url(#' in plates(found, reading.rows, reading.words)[1].svg


def test_classes_of_the_ground_are_no_overlap_and_have_no_mean(tmp_path):
    # 300, 200 and 300 m² of three classes; the rule asks for the last alone
    store = world(tmp_path, [[1, 1, 2, 2], [1, 3, 3, 3]], "int16")
    chosen = ClassChoice(codes=frozenset({"3"}))
    leaf = Leaf("raster_class", "flood", args={"share": Named("part")}, classes=chosen)
    asked = rule("R-1", "flood", leaf, values=series("part", Number(0.1), "1"))
    (row,) = Reading(run(store, [asked], SITE), "zh").rows
    assert row.size[0] == "300.00 m²"
    assert [one.size for one in row.classes] == ["300.00 m²", "200.00 m²", "300.00 m²"]
    assert row.classes_overlap == ""
    assert [name for name, _ in row.statistics] == ["栅格范围外占比", "无数据占比"]


def test_values_have_their_unit_and_ground_without_data_is_in_the_legend(tmp_path):
    found = over(tmp_path)
    (row,) = Reading(found, "zh").rows
    told = dict(row.statistics)
    assert (told["最大值"], told["无数据占比"]) == ("1.2 m", "12.50%")
    assert "其余用地" in legend(found)[0]
    whole = run(world(tmp_path, [[0.1, 0.3, 0.6, 1.2]] * 2), [asked_over()], SITE)
    assert "其余用地" not in legend(whole)[0]
