"""The page of reports that the engine itself wrote: every state, kinds of geometry, secrets."""

import re
from xml.etree import ElementTree as ET

import pytest
import shapely
from jsonschema import Draft202012Validator

from checks.report.html import render_html
from checks.report.schema import report_schema
from checks.rule import Leaf, Number
from tests.support.memory_store import MemoryStore, rule, run, series

X, Y = 500_000.0, 2_700_000.0


def box(a, b, c, d):
    return shapely.box(X + a, Y + b, X + c, Y + d)


SITES = {
    "two parts": shapely.union(box(0, 0, 100, 100), box(300, 0, 310, 9)),
    "line": shapely.LineString([(X, Y + 50), (X + 400, Y + 60)]),
    "hole": box(0, 0, 100, 100) - box(20, 20, 40, 40),
}


def report_of(site):
    store = MemoryStore(area=box(-5000, -5000, 5000, 5000))
    store.layer("L", [(box(50, 0, 305, 100), "a"), (box(60, 0, 305, 100), "b")])
    store.layer("P", [shapely.Point(X + 120, Y + 50)], geometry="point", accuracy=1.0)
    store.layer("Q", [shapely.LineString([(X - 20, Y), (X + 400, Y + 90)])], geometry="line")
    store.layer("H", [], coverage=box(0, 0, 50, 50))
    store.layer("S", [box(10, 10, 30, 30)], confidential=True)
    limit = series("limit", Number(30.0))
    rules = [
        rule("A-1", "L", Leaf("overlaps", "L")),
        rule(
            "B-1",
            "P",
            Leaf("within_distance", "P", {"distance_m": Number(30.0)}),
            verdict_family="distance",
            values=limit,
        ),
        rule("C-1", "H", Leaf("overlaps", "H")),
        rule("D-1", "L", Leaf("outside", "L"), verdict_family="range"),
        rule("E-1", "Q", Leaf("overlaps", "Q"), severity="condition"),
        rule("F-1", "S", Leaf("overlaps", "S"), severity="needs_approval"),
    ]
    return run(store, rules, site)


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_of_an_engine_report(name, language):
    report = report_of(SITES[name])
    assert list(Draft202012Validator(report_schema()).iter_errors(report)) == []
    html = render_html(report, language)
    assert html == render_html(report_of(SITES[name]), language)
    shown = " ".join(" ".join(ET.fromstring(html).itertext()).split())
    assert report["digest"] in shown
    assert not re.search(r"\b(None|Undefined|nan)\b", shown)
    for finding in report["findings"]:
        assert finding["code"] in shown
        area = (finding["measures"] or {}).get("area_m2")
        if area:
            assert f"{area:.2f} m²" in shown


def test_secret_layer_shows_no_measure_and_no_figure():
    report = report_of(SITES["hole"])
    secret = next(finding for finding in report["findings"] if finding["code"] == "F-1")
    assert (secret["state"], secret["measures"], secret["pieces"]) == ("affected", None, None)
    html = render_html(report).decode()
    # 20 m by 20 m of the layer; 10 m by 10 m of it are the hole of the site: 300 m²
    assert "300.00" not in html
    assert "命中，请征询主管部门" in html
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", html)
    assert [text for text in captions if "F-1" in text] == []
