"""The outside version: no geometry of foreign layers in any format, a watermark, its own digest."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from checks.report.canonical import digest_of
from checks.report.formats import FORMATS
from checks.report.html import render_html
from checks.report.schema import report_schema
from checks.report.version import is_outside, outside_version

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def geometries(value, path=()):
    if isinstance(value, dict):
        if "coordinates" in value:
            yield path
        for key, item in value.items():
            yield from geometries(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from geometries(item, (*path, number))


@pytest.mark.parametrize("name", NAMES)
def test_only_the_site_keeps_its_shape_and_all_else_stands(name):
    inside = load(name)
    before = json.dumps(inside)
    outside = outside_version(inside)
    jsonschema.validate(outside, report_schema())
    assert json.dumps(inside) == before
    assert list(geometries(outside)) == [("site", "geometry")]
    assert is_outside(outside)
    assert not is_outside(inside)
    assert outside["digest"] == digest_of(outside) != inside["digest"]
    assert outside["number"] == inside["number"]
    for one, other in zip(inside["findings"], outside["findings"], strict=True):
        shapes = {"pieces", "remainder"}
        assert {k: v for k, v in one.items() if k not in shapes} == {
            k: v for k, v in other.items() if k not in shapes
        }


def test_fields_named_as_in_geojson_are_no_geometry():
    """A plot's file and a layer may have columns `type` and `coordinates`."""
    inside = load("red_incomplete")
    fields = {"type": "住宅", "coordinates": "见附图"}
    inside["site"]["attributes"] = dict(fields)
    hit = next(one for one in inside["findings"] if one["features"])
    hit["features"][0]["fields"] = dict(fields)
    outside = outside_version(inside)
    assert outside["site"]["attributes"] == fields
    (found,) = (one for one in outside["findings"] if one["code"] == hit["code"])
    assert found["features"][0]["fields"] == fields
    assert found["pieces"] is None


def test_coordinates_of_layers_are_in_no_text_format():
    inside = load("red_incomplete")
    outside = outside_version(inside)
    site = json.loads(FOLDER.joinpath("red_incomplete.json").read_text())["site"]
    own = {x for ring in site["geometry"]["coordinates"][0] for point in ring for x in point}
    numbers = {
        x
        for finding in inside["findings"]
        for shape in (finding["pieces"], finding["remainder"])
        for x in _numbers((shape or {}).get("coordinates", []))
    }
    foreign = {str(number) for number in numbers - own if number > 1000}
    assert foreign
    for key in ("json", "geojson", "txt"):
        text = FORMATS[key].render(outside, "zh").decode("utf-8")
        assert not [number for number in foreign if number in text], key


def _numbers(value):
    if isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    else:
        yield value


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_bear_the_watermark(language):
    report = load("red_incomplete")
    word = {"zh": "对外版 · 示意图", "en": "Outside version · sketch"}[language]
    for form in ("html", "map"):
        assert word not in FORMATS[form].render(report, language).decode("utf-8")
        page = FORMATS[form].render(outside_version(report), language).decode("utf-8")
        assert word in page
    for form in ("geojson", "gpkg"):
        assert word.encode() not in FORMATS[form].render(report, language)
        assert word.encode() in FORMATS[form].render(outside_version(report), language)
    root = ET.fromstring(render_html(outside_version(report), language))
    plates = list(root.iter("figure"))
    assert len(plates) == 1  # the site alone
