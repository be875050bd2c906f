"""Fonts, headers, footers and properties of `report.docx`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from checks.report.docx_xml import NAMESPACES, field, paragraph, run, watermark
from checks.report.language_marks import mark_docx
from checks.report.paper import Line, Paper
from maps.svg import clean

if TYPE_CHECKING:
    from docx.document import Document

_BODY, _HEAD = "宋体", "黑体"
_LATIN = "Arial"
_SIZES = {"Normal": 10.5, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11.5, "Title": 24}
_NOBODY = frozenset[str]()
_LOCALES: Mapping[str, str] = {"zh": "zh-CN", "en": "en-GB"}


def name_fonts(document: Document, language: str) -> None:
    """Name the faces that offices have, for Latin and Chinese text, in every style used."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name in (*_SIZES, "Caption", "List Bullet", "List Number", "Header", "Footer"):
        style: Any = document.styles[name]
        heading = name.startswith("Heading") or name == "Title"
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [k for k in fonts.attrib if k.endswith("Theme")]:
            del fonts.attrib[key]
        fonts.set(qn("w:eastAsia"), _HEAD if heading else _BODY)
        fonts.set(qn("w:hAnsi"), _LATIN)
        fonts.set(qn("w:cs"), _LATIN)
        if name in _SIZES:
            style.font.size = Pt(_SIZES[name])
        if heading or name == "Caption":
            style.font.color.rgb = RGBColor(0x17, 0x20, 0x2A)
            style.font.bold = heading
        style.paragraph_format.space_after = Pt(4)
        if name == "Title":
            for rule in style.element.pPr.xpath("w:pBdr"):
                style.element.pPr.remove(rule)
    _say_language(document, language)


def _say_language(document: Document, language: str) -> None:
    """Tell the spelling checker what it reads; figures are Latin text: Chinese breaks them."""
    from docx.oxml import parse_xml

    normal: Any = document.styles["Normal"]
    latin = "en-GB" if language == "en" else "en-US"
    tag = f'<w:lang {NAMESPACES} w:val="{latin}" w:eastAsia="zh-CN"/>'
    normal.element.get_or_add_rPr().append(parse_xml(tag))


def core_properties(document: Document, paper: Paper, day: datetime) -> None:
    """Set the properties of the file; its dates are the day of the check."""
    properties = document.core_properties
    properties.title = clean(paper.title)[:250]
    properties.language = _LOCALES[paper.language]
    properties.author = properties.last_modified_by = "Lantu"
    properties.comments = properties.keywords = properties.subject = ""
    properties.created = properties.modified = day
    properties.revision = 1


def furniture(document: Document, paper: Paper) -> None:
    """Set sheet, header (title, number, digest) and footer (page numbers) of the first section."""
    section: Any = document.sections[0]
    _sheet(section, wide=False)
    number = Line(f"{paper.title}    {paper.number}", "small")
    digest = Line(f"{paper.words['digest']} {paper.digest}", "small")
    lines = [run(number, _NOBODY), run(digest, _NOBODY)]
    if paper.watermark:
        lines.append(run(Line(paper.watermark, "strong"), _NOBODY) + watermark(paper.watermark))
    _fill(section.header, [mark_docx(line, paper.language) for line in lines])
    before, between, after = _page_words(paper.words["page"])
    pages = f"{_small(before)}{field('PAGE')}{_small(between)}{field('NUMPAGES')}{_small(after)}"
    _fill(section.footer, [pages], "Footer", '<w:jc w:val="center"/>')


def _page_words(pattern: str) -> tuple[str, str, str]:
    before, rest = pattern.split("{a}")
    between, after = rest.split("{b}")
    return before, between, after


def _small(text: str) -> str:
    return run(Line(text), _NOBODY)


def _fill(part: Any, contents: list[str], style: str = "Header", more: str = "") -> None:
    from docx.oxml import parse_xml

    for old in list(part.paragraphs):
        old._element.getparent().remove(old._element)  # noqa: SLF001 - python-docx has no door
    for content in contents:
        xml = paragraph(content, style, more=more)
        part._element.append(parse_xml(f"<w:p {NAMESPACES}>{xml[5:]}"))  # noqa: SLF001


def turn(document: Document, *, wide: bool) -> None:
    """Begin a section on a sheet turned sideways, or upright again."""
    from docx.enum.section import WD_SECTION

    _sheet(document.add_section(WD_SECTION.NEW_PAGE), wide=wide)


def turn_all(document: Document) -> None:
    """Turn the first section's sheets sideways."""
    _sheet(document.sections[0], wide=True)


def _sheet(section: Any, *, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    section.left_margin = section.right_margin = Mm(15 if wide else 20)
    section.top_margin, section.bottom_margin = Mm(24), Mm(18)
    section.header_distance, section.footer_distance = Mm(9), Mm(8)
