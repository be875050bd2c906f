"""In an English report every Chinese text says that it is Chinese: HTML, DOCX and PDF."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from checks.alternatives import compare
from checks.report.compare import render_compare
from checks.report.formats import FORMATS
from checks.report.html import render_html
from checks.report.language_marks import mark_docx, mark_html
from checks.report.pdf import _printed

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
HAN = re.compile("[\u4e00-\u9fff]")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def unmarked(element: ET.Element, language: str) -> Iterator[str]:
    """Texts with Chinese characters below an element that is in another language."""
    name = element.tag.rpartition("}")[2]
    if name in {"script", "style", "svg", "title"}:
        return
    own = element.get("lang", element.get(XML_LANG, language))
    if HAN.search(element.text or "") and not own.startswith("zh"):
        yield str(element.text)
    for child in element:
        yield from unmarked(child, own)
        if HAN.search(child.tail or "") and not own.startswith("zh"):
            yield str(child.tail)


@pytest.mark.parametrize("name", NAMES)
def test_chinese_in_english_pages_is_marked(name):
    root = ET.fromstring(render_html(load(name), "en"))
    assert root.get("lang") == "en"
    assert list(unmarked(root, "en")) == []
    for svg in root.iter("{http://www.w3.org/2000/svg}svg"):
        assert not [one for one in svg.iter() if one.tag.rpartition("}")[2] == "bdi"]


def test_a_chinese_page_is_left_alone():
    page = render_html(load("red_incomplete"), "zh").decode("utf-8")
    assert '<html lang="zh-CN">' in page
    assert 'lang="zh' not in page.partition("<html")[2].partition(">")[2]


def test_other_pages_are_marked_too():
    page = render_compare(compare([load("red_incomplete"), load("all_clear")]), "en")
    assert list(unmarked(ET.fromstring(page), "en")) == []


def document_of(report, language):
    packed = zipfile.ZipFile(io.BytesIO(FORMATS["docx"].render(report, language)))
    return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.parametrize("name", NAMES)
def test_chinese_runs_of_an_english_document_are_marked(name):
    report = load(name)
    parts = document_of(report, "en")
    root = ET.fromstring(parts["word/document.xml"])
    seen = 0
    for run in root.iter(f"{W}r"):
        text = "".join(one.text or "" for one in run.iter(f"{W}t"))
        lang = run.find(f"{W}rPr/{W}lang")
        if not HAN.search(text):
            assert lang is None or not re.search("[ -~]", text)
            continue
        seen += 1
        assert lang is not None, text
        assert lang.get(f"{W}val") == lang.get(f"{W}eastAsia") == "zh-CN"
        assert not re.search("[A-Za-z]{2}", text), "Latin words stay English"
    assert seen > 2
    assert b"<dc:language>en-GB</dc:language>" in parts["docProps/core.xml"]
    assert b"<dc:language>zh-CN</dc:language>" in document_of(report, "zh")["docProps/core.xml"]


def text_of_document(parts):
    root = ET.fromstring(parts["word/document.xml"])
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in root.iter(f"{W}p")]


def test_marks_change_no_text(monkeypatch):
    report = load("red_incomplete")
    with_marks = document_of(report, "en"), render_html(report, "en")
    monkeypatch.setattr("checks.report.docx.mark_docx", lambda xml, language: xml)
    monkeypatch.setattr("checks.report.html.mark_html", lambda page, language: page)
    without = document_of(report, "en"), render_html(report, "en")
    assert text_of_document(with_marks[0]) == text_of_document(without[0])
    one, other = ("".join(ET.fromstring(page).itertext()) for page in (with_marks[1], without[1]))
    fonts = re.compile(r"@font-face\{.*?\}|sha256-\S+")
    assert fonts.sub("", one) == fonts.sub("", other)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_names_its_language_and_the_other_one(language):
    reader = PdfReader(io.BytesIO(FORMATS["pdf"].render(load("red_incomplete"), language)))
    assert reader.trailer["/Root"]["/Lang"] == {"zh": "zh-CN", "en": "en-GB"}[language]
    held = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    langs = {str(one["/Lang"]) for one in held if isinstance(one, dict) and "/Lang" in one}
    assert langs == ({"zh-CN"} if language == "zh" else {"zh-CN", "en-GB"})


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("<p>By 局A</p>", '<p>By <bdi lang="zh-CN">局</bdi>A</p>'),
        (
            "<td>《防洪法》第三十三条（2016年修正） and more</td>",
            '<td><bdi lang="zh-CN">《防洪法》第三十三条（2016年修正）</bdi> and more</td>',
        ),
        ("<title>甲</title>", "<title>甲</title>"),
        ('<td lang="zh">甲</td>', '<td lang="zh">甲</td>'),
        ('<img alt="甲">b', '<img alt="甲">b'),
        ("<b>a</b>甲 &lt;b&gt;<i>", '<b>a</b><bdi lang="zh-CN">甲</bdi> &lt;b&gt;<i>'),
    ],
)
def test_only_text_is_marked(page, marked):
    assert mark_html(page, "en") == marked
    assert mark_html(page, "zh") == page


def test_a_run_keeps_its_look():
    run = '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">a 甲 b</w:t></w:r>'
    parts = re.findall("<w:r>.*?</w:r>", mark_docx(run, "en"))
    assert len(parts) == 3
    assert all("<w:b/>" in part for part in parts)
    assert mark_docx(run, "zh") == run


@pytest.mark.parametrize("word", ["environmentally", "(environmentally)", "responsibilities,"])
def test_english_words_are_hyphenated_not_cut(word):
    """A mark of breaking inside a word would be read and found as a part of it."""
    assert _printed(f"is {word} sensitive") == f"is {word} sensitive"
    assert "\u200b" in _printed("0e7c7f3bdf26053947c0b0e096e4f6a1")
