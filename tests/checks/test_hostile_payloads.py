"""Hostile texts in every place of a report are text in every format; in a browser, too."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from checks.alternatives import compare
from checks.report.annex import ANNEXES
from checks.report.compare import render_compare
from checks.report.formats import FORMATS
from checks.report.papers import commitment_papers
from checks.report.precheck import render_precheck
from checks.report.side_by_side import render_side_by_side
from checks.report.version import outside_version
from gis.site_formats import SiteContext, read_sites
from tests.checks.test_indicator_annex import entry
from tests.support.browser import Page, find_chromium
from tests.support.payloads import PAYLOADS, poisoned

FOLDER = Path(__file__).parents[1] / "data" / "reports"
TEXTS = list(PAYLOADS.values())
LONG = [PAYLOADS["long word"], PAYLOADS["long text"]]
"""Told apart from the others: two of them make a document of hundreds of pages."""
SHORT = [text for text in TEXTS if text not in LONG]


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=["red_incomplete", "line_site", "multipart"])
def report(request):
    return poisoned(load(request.param), SHORT)


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_cell_of_the_workbook_is_a_formula(report, language):
    content = FORMATS["xlsx"].render(report, language)
    for name, part in parts_of(content).items():
        assert name.count("..") == 0
        assert b"<f>" not in part
        assert b"<f " not in part
        if name.endswith((".xml", ".rels")):
            ET.fromstring(part)
    cells = [cell for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    told = "".join(str(cell.value) for cell in cells)
    assert sum(text in told for text in SHORT) > 5, "told as they are"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_document_is_xml_without_links_outwards(report, language):
    for name, part in parts_of(FORMATS["docx"].render(report, language)).items():
        if not name.endswith((".xml", ".rels")):
            continue
        root = ET.fromstring(part)
        assert not [one for one in root.iter() if one.get("TargetMode") == "External"], name
        assert not [one for one in root.iter() if one.tag.endswith("}altChunk")]


def test_nothing_in_the_pdf_is_evaluated(report):
    reader = PdfReader(io.BytesIO(FORMATS["pdf"].render(report, "en")))
    text = "".join(page.extract_text() for page in reader.pages).replace("\u200b", "")
    assert "root:" not in text
    assert "#read(" in text
    held = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    actions = [one for one in held if isinstance(one, dict) and "/S" in one]
    assert not [one for one in actions if one["/S"] in {"/URI", "/JavaScript", "/Launch"}]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_formats_hold_no_control_character_but_line_ends(report, language):
    written = FORMATS["geojson"].render(report, language)
    assert json.loads(written)["features"]
    if report["site"]["crs"]["code"] != "EPSG:4548":
        return
    text = FORMATS["txt"].render(report, language).decode("utf-8-sig")
    assert not [char for char in text if ord(char) < 32 and char not in "\r\n"]


def test_point_lists_are_read_back_with_their_parcels(report, tmp_path):
    """A name with commas, line ends or `@` starts no parcel and no point of its own."""
    path = tmp_path / "report.txt"
    path.write_bytes(FORMATS["txt"].render(report, "zh"))
    context = SiteContext(crs=report["site"]["crs"]["code"])
    sites = read_sites(path, context=context, accept_repair=True)
    shapes = json.loads(FORMATS["geojson"].render(report, "zh"))["features"]
    drawn = [one for one in shapes if "Point" not in one["geometry"]["type"]]
    assert [site.attributes["地块用途"] for site in sites] == [
        one["properties"]["part_name"] for one in drawn
    ]


def test_the_geopackage_opens(report, tmp_path):
    path = tmp_path / "report.gpkg"
    path.write_bytes(FORMATS["gpkg"].render(report, "zh"))
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for (style,) in database.execute("SELECT styleQML FROM layer_styles"):
            ET.fromstring(style)


@pytest.mark.parametrize("form", ["html", "map", "docx", "xlsx", "pdf", "geojson"])
def test_ten_thousand_characters_are_taken(form):
    report = load("red_incomplete")
    report["project"]["name"], report["site"]["name"] = LONG
    report["findings"][0]["features"][0]["name"] = LONG[0]
    assert FORMATS[form].render(report, "zh")
    assert FORMATS[form].render(report, "en")


def test_annexes_are_written():
    document = load("red_incomplete")
    document["indicators"] = [
        entry("far", "容积率上限", "le", 2.75, "1"),
        entry("use", "用途", "eq", "甲", None),
    ]
    report = poisoned(document, SHORT)
    for write in ANNEXES.values():
        assert write(report, "zh")


def pages(report):
    """Every page that is made of a report, by name."""
    for language in ("zh", "en"):
        yield f"report-{language}", FORMATS["html"].render(report, language)
        yield f"outside-{language}", FORMATS["html"].render(outside_version(report), language)
        yield f"compare-{language}", render_compare(compare([report, report]), language)
        yield f"precheck-{language}", render_precheck(report, language)
        yield f"beside-{language}", render_side_by_side([report, load("all_clear")], language)
        for number, paper in enumerate(commitment_papers(report, language)):
            yield f"notice-{number}-{language}", paper.notice
            yield f"promise-{number}-{language}", paper.promise
        yield f"map-{language}", FORMATS["map"].render(report, language)


_EVENTS = (
    "document.querySelectorAll('*').forEach(e => ['focus', 'toggle', 'load', 'error'].forEach("
    "kind => e.dispatchEvent(new Event(kind))));"
    "document.querySelectorAll('path.leaflet-interactive').forEach(p => p.dispatchEvent("
    "new MouseEvent('click', {bubbles: true, clientX: 700, clientY: 400})));1"
)
_STRANGE = (
    "document.querySelectorAll('iframe, img, form, base, link, object, embed, foreignObject, "
    "meta[http-equiv=refresh], svg script, a[href^=http], a[href^=javascript]').length"
)
_HANDLERS = (
    "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some("
    "a => /^on/i.test(a.name))).length"
)


@pytest.mark.skipif(find_chromium() is None, reason="no chromium on this machine")
def test_every_page_is_inert_in_a_browser(report, tmp_path):
    browser = None
    try:
        for name, page in pages(report):
            path = tmp_path / f"{name}.html"
            path.write_bytes(page)
            if browser is None:
                browser = Page(path)
            else:
                browser.call("Page.navigate", url=path.as_uri())
                browser.wait_for(f"location.href.endsWith({path.name!r})")
                browser.wait_for("document.readyState === 'complete'")
            browser.value(_EVENTS)
            assert browser.value("typeof window.pwn") == "undefined", name
            assert (browser.value(_STRANGE), browser.value(_HANDLERS)) == (0, 0), name
            assert browser.dialogs == [], name
            assert browser.outside() == [], name
            assert browser.faults == [], name
    finally:
        if browser is not None:
            browser.close()
