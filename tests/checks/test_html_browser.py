"""`report.html` in a real browser: hostile text is inert, nothing is asked of any host."""

import json
from pathlib import Path

import pytest

from checks.report.html import render_html
from checks.report.version import outside_version
from tests.support.browser import Page, find_chromium

FOLDER = Path(__file__).parents[1] / "data" / "reports"
HOSTILE = (
    "</style></script><script>alert(1)</script><img src=http://evil.example/x onerror=alert(2)>"
    "\"'`${alert(3)}{{7*7}}\u202e=cmd|' /C calc'!A0<iframe src=http://evil.example/></iframe>"
)
pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no chromium on this machine")


def hostile():
    report = json.loads((FOLDER / "red_incomplete.json").read_text(encoding="utf-8"))
    report["site"]["name"] = report["project"]["name"] = HOSTILE
    report["site"]["attributes"] = {HOSTILE: HOSTILE}
    for finding in report["findings"]:
        finding["title"] = {"zh": HOSTILE, "en": HOSTILE}
        finding["authority"] = finding["say"]["zh"] = HOSTILE
        for feature in finding["features"]:
            feature["name"] = HOSTILE
            feature["fields"] = {"QSDWMC": HOSTILE + "长" * 10_000}
    return report


@pytest.mark.parametrize("version", ["inside", "outside"])
def test_hostile_text_is_inert_in_a_browser(version, tmp_path):
    report = hostile() if version == "inside" else outside_version(hostile())
    path = tmp_path / "report.html"
    path.write_bytes(render_html(report))
    page = Page(path)
    try:
        assert "<script>alert(1)</script>" in page.value("document.body.innerText")
        assert page.value("document.querySelectorAll('script, img, iframe').length") == 0
        shown = "getComputedStyle(document.querySelector('.watermark')).position"
        if version == "outside":
            assert page.value(shown) == "fixed"
        assert page.dialogs == []
        assert page.outside() == []
        assert page.faults == []
    finally:
        page.close()
