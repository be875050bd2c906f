"""`report.docx`, read back by python-docx: headings, tables, figures, the JSON's numbers."""

import copy
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from checks.report.docx import render_docx
from tests.checks.test_html_page import TITLES
from tests.checks.test_pdf_report import FILES, hostile, load, squeezed, two

every_report = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
every_page = pytest.mark.parametrize("language", ["zh", "en"])


def opened(document, language="zh"):
    return Document(io.BytesIO(render_docx(document, language)))


def text_of(document):
    return "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


def rows_of(table):
    return [
        ["\n".join(p.text for p in cell.paragraphs) for cell in row.cells] for row in table.rows
    ]


@every_report
@every_page
def test_every_report_is_the_same_twice_and_well_formed(path, language):
    document = load(path.stem)
    content = render_docx(document, language)
    assert content == render_docx(copy.deepcopy(document), language)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ET.fromstring(archive.read(name))
        links = archive.read("word/_rels/document.xml.rels").decode()
        assert 'TargetMode="External"' not in links


@every_report
def test_headings_are_headings_and_links_lead_somewhere(path):
    document = opened(load(path.stem))
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == [f"{number} {title}" for number, title in enumerate(TITLES, 1)]
    marks = [node.get(qn("w:name")) for node in document.element.body.iter(qn("w:bookmarkStart"))]
    assert len(marks) == len(set(marks))
    targets = {node.get(qn("w:anchor")) for node in document.element.body.iter(qn("w:hyperlink"))}
    assert targets <= set(marks)
    assert {f"s{number}" for number in range(1, 14)} <= targets


@every_report
@every_page
def test_numbers_are_those_of_the_json(path, language):
    report = load(path.stem)
    text = text_of(opened(report, language))
    for finding in report["findings"]:
        measures = finding["measures"] or {}
        if measures.get("area_m2") is not None and measures["area_m2"] >= 0.005:
            assert f"{two(measures['area_m2'])} m²" in text
        if measures.get("length_m"):
            assert f"{two(measures['length_m'])} m" in text


def test_matters_stand_in_a_table_with_a_repeated_head():
    document = opened(load("red_incomplete"))
    table = next(t for t in document.tables if t.rows[0].cells[0].text == "检测项")
    rows = rows_of(table)
    assert rows[0][:3] == ["检测项", "结论", "面积（m²，亩）"]
    assert rows[1][:7] == [
        "占用永久基本农田\nPF-01",
        "压占\n细碎图斑 2 个，合计 0.75 m²",
        "215.30 m²\n0.32 亩",
        "1.08%",
        "3",
        "图2",
        "刚性约束",
    ]
    for one in document.tables:
        heads = one._tbl.findall(f"{qn('w:tr')}/{qn('w:trPr')}/{qn('w:tblHeader')}")
        assert len(heads) <= 1
    assert table._tbl.find(f"{qn('w:tr')}/{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    pieces = next(t for t in document.tables if t.rows[0].cells[0].text == "图斑编号")
    total = rows_of(pieces)[-1]
    assert total[0].startswith("合计")
    assert total[-1] == "215.30 m²"


@every_page
def test_header_says_number_and_digest_and_footer_the_page(language):
    report = load("red_incomplete")
    document = opened(report, language)
    first, *others = document.sections
    head = "".join(p.text for p in first.header.paragraphs)
    assert report["digest"] in head
    assert (report["number"] or "预检") in head or language == "en"
    codes = [node.text.strip() for node in first.footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    assert all(section.header.is_linked_to_previous for section in others)
    assert {section.orientation for section in document.sections} == {
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
    }


def test_figures_are_pictures_with_a_text_for_the_blind():
    report = load("red_incomplete")
    document = opened(report)
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    told = [picture.get("descr") for picture in pictures]
    assert told[0] == "二维码：报告编号和校验码"
    assert told[1].startswith("图1 项目范围与")
    affected = [f for f in report["findings"] if f["state"] == "affected" and f["pieces"]]
    drawn = [p for p in document.paragraphs if p.style.name == "Caption"]
    assert len(drawn) == len(told) - 1 == 1 + len(affected)
    images = list(document.part.package.image_parts)
    assert all(part.blob.startswith(b"\x89PNG") for part in images)


def test_chinese_faces_are_named():
    document = opened(load("all_clear"))
    for name, face in (("Normal", "宋体"), ("Heading 1", "黑体"), ("Title", "黑体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == face
        assert not [key for key in fonts.attrib if key.endswith("Theme")]


def test_properties_hold_the_day_of_the_check_and_no_clock():
    report = load("red_incomplete")
    properties = opened(report).core_properties
    assert properties.created.date().isoformat() == report["as_of"]
    assert properties.modified == properties.created
    assert properties.author == "Lantu"


@every_page
def test_hostile_text_is_text(language):
    document = opened(hostile(), language)
    text = squeezed(text_of(document))
    assert squeezed("<script>alert(1)</script> @ref `raw` // c {{ 7*7 }} ${x}") in text
    assert "甲#eval(1)乙" in text
    assert "\u202e" not in text
    names = {node.tag for node in document.element.body.iter()}
    assert not {name for name in names if "script" in str(name)}
    codes = [node.text.strip() for node in document.element.body.iter(qn("w:instrText"))]
    assert codes == [r'TOC \o "1-1" \h \z \u']


def test_empty_report_has_every_section():
    report = load("nulls")
    text = text_of(opened(report))
    assert all(title in text for title in TITLES)
    assert re.search(r"本报告为前期核查成果", text)
