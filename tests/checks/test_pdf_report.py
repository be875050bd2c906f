"""`report.pdf`: archival, complete, its numbers those of the JSON, hostile text inert."""

import copy
import io
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from checks.report import pdf
from checks.report.pdf import render_pdf
from maps.typeset import TypesetError, typeset
from tests.checks.test_html_page import TITLES

FOLDER = Path(__file__).parents[1] / "data" / "reports"
FILES = sorted(FOLDER.glob("*.json"))
RARE = "墘埭厝岙㙍ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
every_report = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_page = pytest.mark.parametrize("language", ["zh", "en"])


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def pages_of(content):
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]


def squeezed(text):
    return re.sub(r"[\s\u200b]+", "", text)


def text_of(document, language="zh"):
    return "".join(pages_of(render_pdf(document, language)))


def two(value):
    return f"{Decimal(repr(value)).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"


@every_report
@every_page
def test_every_report_is_archival_and_the_same_twice(path, language):
    document = load(path.stem)
    content = render_pdf(document, language)
    assert content == render_pdf(copy.deepcopy(document), language)
    metadata = PdfReader(io.BytesIO(content)).xmp_metadata.stream.get_data().decode()
    assert re.search(r"<pdfaid:part>2</pdfaid:part>", metadata)
    assert re.search(r"<pdfaid:conformance>B</pdfaid:conformance>", metadata)
    intents = PdfReader(io.BytesIO(content)).trailer["/Root"]["/OutputIntents"]
    assert [intent.get_object()["/S"] for intent in intents] == ["/GTS_PDFA1"]
    assert b"/Encrypt" not in content
    assert b"/JavaScript" not in content
    assert b"/URI" not in content


@every_report
@every_page
def test_every_page_names_report_and_digest(path, language):
    document = load(path.stem)
    pages = pages_of(render_pdf(document, language))
    last = len(pages)
    for number, text in enumerate(pages, 1):
        assert document["digest"] in text
        if language == "zh":
            assert f"第{number}页，共{last}页" in text
        else:
            assert f"Page{number}of{last}" in text
        assert (document["number"] or {"zh": "预检", "en": "Precheck"}[language]) in text


@every_report
def test_thirteen_sections_in_the_contents_and_as_bookmarks(path):
    content = render_pdf(load(path.stem))
    reader = PdfReader(io.BytesIO(content))
    marks = [squeezed(item["/Title"]) for item in reader.outline if not isinstance(item, list)]
    expected = [squeezed(f"{number}{title}") for number, title in enumerate(TITLES, 1)]
    assert marks == expected
    contents = squeezed(reader.pages[1].extract_text())
    assert all(title in contents for title in expected)


@every_report
@every_page
def test_numbers_are_those_of_the_json(path, language):
    document = load(path.stem)
    text = text_of(document, language)
    for finding in document["findings"]:
        measures = finding["measures"] or {}
        area, length = measures.get("area_m2"), measures.get("length_m")
        if area is not None and area >= 0.005:
            mu = Decimal(repr(area)) * 3 / 2000
            assert f"{two(area)}m²" in text
            assert two(float(mu)) + ("亩" if language == "zh" else "mu") in text
        if length:
            assert f"{two(length)}m" in text
        share = measures.get("share")
        if share is not None and 0.0001 < share < 0.9999:
            assert f"{two(float(Decimal(repr(share)) * 100))}%" in text
        assert finding["code"] is None or finding["code"] in text


def test_a_row_as_computed_by_hand():
    """215.3 m² are 0.32295 亩; of 20 000 m² they are 1.0765 %."""
    text = text_of(load("red_incomplete"))
    row = text[text.index("占用永久基本农田PF-01压占") :][:60]
    assert "215.30m²0.32亩1.08%3图2刚性约束" in text, row


def test_wide_tables_stand_on_sheets_turned_sideways():
    reader = PdfReader(io.BytesIO(render_pdf(load("red_incomplete"))))
    boxes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in reader.pages]
    turned = [width > height for width, height in boxes]
    texts = [squeezed(page.extract_text()) for page in reader.pages]
    for sideways, text in zip(turned, texts, strict=True):
        if "数据基准日处置意见" in text:
            assert sideways
    assert not turned[0]
    assert any(turned)


def hostile():
    document = load("red_incomplete")
    text = (
        '#panic("x") $1/0$ *b* _i_ <script>alert(1)</script> @ref `raw` // c {{ 7*7 }} ${x} '
        + RARE
        + " 😀 \u202eabc\u202c \u200f =cmd|' /C calc'!A0 "
        + "长" * 10_000
    )
    document["project"]["name"] = "甲#eval(1)乙"
    document["site"]["attributes"] = {"<b>": text, "#let": "\x00\x07" + "x" * 500}
    finding = next(item for item in document["findings"] if item["features"])
    finding["features"][0]["fields"] = {"QSDWMC": text, "ZLDWMC": "#set page(flipped: true)"}
    finding["title"]["zh"] = "A\nB\tC#strong[D]"
    return document


@every_page
def test_hostile_text_is_shown_and_does_nothing(language):
    content = render_pdf(hostile(), language)
    text = "".join(pages_of(content))
    for told in (
        '#panic("x")$1/0$*b*_i_<script>alert(1)</script>@ref`raw`//c{{7*7}}${x}',
        "甲#eval(1)乙",
        "#setpage(flipped:true)",
        "[U+1F600]",
        RARE,
    ):
        assert squeezed(told) in text
    assert "\u202e" not in text
    if language == "zh":
        assert "ABC#strong[D]" in text


def test_every_font_is_ours_and_embedded():
    reader = PdfReader(io.BytesIO(render_pdf(hostile())))
    names, embedded = set(), set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            names.add(below["/BaseFont"].split("+")[1])
            files = below["/FontDescriptor"].get_object().keys()
            embedded.add(bool({"/FontFile2", "/FontFile3"} & set(files)))
    assert names <= {"NotoSansSC-Regular", "NotoSansSC-Bold", "LantuSansRest-Regular"}
    assert "LantuSansRest-Regular" in names
    assert embedded == {True}


@pytest.mark.parametrize(
    "source",
    [
        b'#set text(font: "No Such Face")\nx',  # a warning
        '#set text(font: "Noto Sans SC", fallback: false)\n😀'.encode(),  # a glyph nobody has
        b'#image("/etc/passwd")',
        b'#import "@preview/cetz:0.3.0"',
    ],
)
def test_warnings_missing_glyphs_files_and_packages_are_errors(source):
    with pytest.raises(TypesetError):
        typeset(source, {})


def test_template_evaluates_and_reads_nothing():
    template = (Path(pdf.__file__).parent / "templates" / "report.typ").read_text(encoding="utf-8")
    code = re.sub(r"//.*", "", template)
    assert not re.findall(r"\b(eval|read|import|include|plugin|csv|yaml|toml|xml)\b *\(?", code)
    assert "@preview" not in code


@every_report
@every_page
def test_a_second_reader_finds_nothing_that_archives_forbid(path, language):
    """PDF/A-2: ISO 19005-2 clauses 6.1.3, 6.2.3, 6.2.11, 6.5, 6.6, 6.8, read by pypdf."""
    reader = PdfReader(io.BytesIO(render_pdf(load(path.stem), language)))
    root = reader.trailer["/Root"]
    assert not reader.is_encrypted
    assert reader.trailer["/ID"]
    assert root["/Metadata"].get("/Filter") is None
    (intent,) = (item.get_object() for item in root["/OutputIntents"])
    assert intent["/DestOutputProfile"].get_object()["/N"] == 3
    assert not {"/OpenAction", "/AA", "/AcroForm", "/NeedsRendering", "/Perms"} & set(root)
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(root.get("/Names", {}))
    fonts, actions = set(), set()
    for page in reader.pages:
        assert "/AA" not in page
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            (below,) = (item.get_object() for item in font["/DescendantFonts"])
            held = below["/FontDescriptor"].get_object()
            fonts.add((bool({"/FontFile2", "/FontFile3"} & set(held)), "/ToUnicode" in font))
            assert "/CIDToGIDMap" in below or "/FontFile3" in held
        for note in page.get("/Annots", ()):
            note = note.get_object()
            assert note["/Subtype"] == "/Link"
            assert note["/F"] & 4  # printed
            actions.add(note["/A"]["/S"] if "/A" in note else "/GoTo")
    assert fonts == {(True, True)}
    assert actions <= {"/GoTo"}
