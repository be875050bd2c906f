"""The map page: one file, no request leaves, hostile text is inert; proved in a real browser."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from checks.report.map import render_map
from checks.report.texts import Words
from checks.report.version import outside_version
from checks.report.view import lights_of
from maps import site_map
from maps.leaflet import leaflet_files
from tests.support.browser import Page, find_chromium

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${alert(3)}`\\u003c{{7*7}}"
    "{% raw %}\u202e=cmd|' /C calc'!A0 <iframe src=http://evil.example/></iframe>"
)
needs_browser = pytest.mark.skipif(find_chromium() is None, reason="no chromium on this machine")


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def hostile():
    report = load("red_incomplete")
    report["site"]["name"] = report["project"]["name"] = HOSTILE
    for finding in report["findings"]:
        finding["title"] = {"zh": HOSTILE, "en": HOSTILE}
        finding["authority"] = finding["say"]["zh"] = HOSTILE
        for feature in finding["features"]:
            feature["name"], feature["class"] = HOSTILE, HOSTILE
            feature["fields"] = {"QSDWMC": HOSTILE + "长" * 10_000, HOSTILE: HOSTILE}
    return report


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_same_report_same_bytes_and_nothing_linked(name, language):
    page = render_map(load(name), language)
    assert page == render_map(load(name), language)
    html = page.decode("utf-8")
    outside = re.sub(r"<(script|style)>.*?</\1>", "", html, flags=re.DOTALL)
    assert "http" not in re.sub(r'http-equiv|data:[^"]*', "", outside)
    assert "<link" not in html
    assert "jquery" not in html.lower()
    assert "cdn" not in outside


def test_every_script_and_sheet_is_in_the_policy():
    html = render_map(load("red_incomplete")).decode("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for kind, body in re.findall(r"<(script|style)>(.*?)</\1>", html, flags=re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, kind
    assert not re.search(r"<script[^>]+>", html)
    assert not re.search(r"\son\w+=", re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL))


def test_a_linked_file_is_refused():
    with pytest.raises(RuntimeError, match="would load"):
        site_map._assert_closed('<head><script src="https://x.example/a.js"></script></head>')
    with pytest.raises(RuntimeError, match="would load"):
        site_map._assert_closed("<style>a{background:url(images/x.png)}</style>")
    site_map._assert_closed("<style>a{background:url(data:image/png;base64,AA)}</style>")


def test_leaflet_comes_whole_from_its_package():
    script, sheet = leaflet_files()
    assert "Leaflet 1.9" in script[:200]
    assert "sourceMappingURL" not in script
    assert "url(images/" not in sheet
    assert "</script" not in script.lower()


def with_surroundings(name=HOSTILE):
    report = load("red_incomplete")
    west, _, east, north = report["site"]["bounds"]
    road = [[[west - 50, north], [east + 50, north], [east + 50, north + 9], [west - 50, north]]]
    report["site"]["context"] = [
        {
            "layer": "safety.road",
            "title": {"zh": "公路", "en": "Roads"},
            "editions": ["e1"],
            "role": "road",
            "kind": "outline",
            "name": name,
            "geometry": {"type": "MultiPolygon", "coordinates": [road]},
        }
    ]
    return report


def test_surroundings_lie_below_and_outside_versions_have_none():
    report = with_surroundings()
    html = render_map(report).decode("utf-8")
    assert 'createPane(\n                "backdrop");' in html
    assert '"interactive": false' in html
    assert "</svg>道路</li>" in html
    assert "alert(1)" not in html  # names of surroundings are not written on the map
    bare = render_map(outside_version(report)).decode("utf-8")
    assert "道路</li>" not in bare


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_lights_stand_above_the_legend(name, language):
    report = load(name)
    html = render_map(report, language).decode("utf-8")
    head = re.sub("<[^>]+>", "", html.partition('<aside class="panel">')[2].partition("<ul>")[0])
    for light in lights_of(report["conclusion"], Words(language)):
        assert light.text in head


def test_the_map_is_the_main_part_of_its_page():
    html = render_map(load("red_incomplete")).decode("utf-8")
    assert html.count('<div class="folium-map" role="main" id=') == 1


def test_an_outside_map_says_that_it_draws_the_site_alone():
    outside = render_map(outside_version(load("red_incomplete"))).decode("utf-8")
    assert "对外版只绘用地范围" in outside
    assert "示意图，不作权属依据" in outside
    assert "对外版只绘用地范围" not in render_map(load("red_incomplete")).decode("utf-8")


def test_confidential_findings_are_not_on_the_map():
    html = render_map(load("confidential")).decode("utf-8")
    assert "PL-90" not in html


@needs_browser
def test_surroundings_answer_no_click_and_do_not_widen_the_view(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map(with_surroundings()))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length >= 3")
        below = "document.querySelectorAll('.leaflet-backdrop-pane path')"
        assert page.value(f"{below}.length") == 1
        assert page.value(f"{below}[0].classList.contains('leaflet-interactive')") is False
        assert page.value("document.querySelectorAll('.leaflet-edge-pane path').length") == 1
        assert page.outside() == []
        assert page.faults == []
    finally:
        page.close()


@needs_browser
def test_browser_shows_layers_legend_and_popups_and_asks_no_host(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map(load("red_incomplete")))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length >= 3")
        box = page.value(
            "JSON.stringify((r => [r.x + r.width / 2, r.y + r.height / 2])(document"
            ".querySelector('path.leaflet-interactive').getBoundingClientRect()))"
        )
        page.click(*json.loads(box))
        page.wait_for("!!document.querySelector('.leaflet-popup-content h2')")
        assert page.value("document.querySelectorAll('.leaflet-control-layers label').length") >= 2
        before = page.value("document.querySelectorAll('path.leaflet-interactive').length")
        page.value("document.querySelector('.leaflet-control-layers input').click()")
        page.wait_for(f"document.querySelectorAll('path.leaflet-interactive').length < {before}")
        assert "图例" in page.value("document.querySelector('.panel').innerText")
        assert page.value("document.querySelector('.leaflet-control-attribution')") is None
        assert page.outside() == []
        assert page.faults == []
    finally:
        page.close()


@needs_browser
def test_a_printed_map_shows_what_was_in_view(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map(load("red_incomplete")))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length >= 3")
        width = "document.querySelector('.folium-map').getBoundingClientRect().width"
        edge = """JSON.stringify((() => {
          const box = document.querySelector('.folium-map').getBoundingClientRect();
          return [...document.querySelectorAll('path.leaflet-interactive')].every(path => {
            const own = path.getBoundingClientRect();
            return own.left >= box.left && own.right <= box.right && own.bottom <= box.bottom;
          });
        })())"""
        before = page.value(width)
        page.value("window.dispatchEvent(new Event('beforeprint'))")
        assert page.value(width) == 730
        assert page.value(edge) == "true"
        page.value("window.dispatchEvent(new Event('afterprint'))")
        assert page.value(width) == before
        assert page.faults == []
    finally:
        page.close()


@needs_browser
def test_a_popup_fits_a_phone_beside_the_controls(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map(load("red_incomplete")))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length >= 3")
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=390, height=844, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        page.call("Page.navigate", url=path.resolve().as_uri())
        page.wait_for("!!document.querySelector('.leaflet-control-layers-toggle')?.offsetWidth")
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length >= 3")
        box = page.value(
            "JSON.stringify((r => [r.x + r.width / 2, r.y + r.height / 2])(document"
            ".querySelector('path.leaflet-interactive').getBoundingClientRect()))"
        )
        page.click(*json.loads(box))
        page.wait_for("!!document.querySelector('.leaflet-popup-content h2')")
        apart = """JSON.stringify((() => {
          const own = document.querySelector('.leaflet-popup').getBoundingClientRect();
          return own.left >= 0 && own.right <= innerWidth;
        })())"""
        page.wait_for(f"{apart} == 'true'")
        assert page.faults == []
    finally:
        page.close()


@needs_browser
def test_hostile_text_is_inert_in_a_browser(tmp_path):
    path = tmp_path / "map.html"
    path.write_bytes(render_map(hostile()))
    page = Page(path)
    try:
        page.wait_for("document.querySelectorAll('path.leaflet-interactive').length >= 3")
        page.value(
            "document.querySelectorAll('path.leaflet-interactive').forEach(p => p.dispatchEvent("
            "new MouseEvent('click', {bubbles: true, clientX: 700, clientY: 400})))"
        )
        page.wait_for("!!document.querySelector('.leaflet-popup-content h2')")
        shown = page.value("document.body.innerText")
        assert "<script>alert(1)</script>" in shown
        assert "${alert(3)}" in shown
        assert "{{7*7}}" in shown
        assert page.value("document.querySelectorAll('img, iframe, object').length") == 0
        assert page.dialogs == []
        assert page.outside() == []
        assert page.faults == []
    finally:
        page.close()
