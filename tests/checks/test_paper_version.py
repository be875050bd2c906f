"""The outside version on paper: watermark on every sheet, nothing of the layers' shapes."""

import io
import json

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from checks.report.docx import render_docx
from checks.report.pdf import render_pdf
from checks.report.version import outside_version
from tests.checks.test_pdf_report import load, squeezed

WORDS = {"zh": "对外版 · 示意图", "en": "Outside version · sketch"}
every_page = pytest.mark.parametrize("language", ["zh", "en"])


@every_page
def test_every_page_of_the_outside_version_bears_the_watermark(language):
    inside = load("red_incomplete")
    outside = outside_version(inside)
    for document, times in ((inside, 0), (outside, 6)):
        content = render_pdf(document, language)
        assert content == render_pdf(document, language)
        for page in PdfReader(io.BytesIO(content)).pages:
            assert squeezed(page.extract_text()).count(squeezed(WORDS[language])) == times


@every_page
def test_headers_of_the_outside_version_bear_the_watermark(language):
    inside = load("red_incomplete")
    for document, there in ((inside, False), (outside_version(inside), True)):
        header = Document(io.BytesIO(render_docx(document, language))).sections[0].header
        text = "".join(paragraph.text for paragraph in header.paragraphs)
        assert (WORDS[language] in text) is there
        drawn = [node.get("string") for node in header._element.iter(f"{{{VML}}}textpath")]
        assert (WORDS[language] in drawn) is there


VML = "urn:schemas-microsoft-com:vml"


def test_outside_paper_draws_the_site_alone():
    outside = outside_version(load("red_incomplete"))
    assert "pieces" in json.dumps(outside)
    document = Document(io.BytesIO(render_docx(outside)))
    pictures = [node.get("descr") for node in document.element.body.iter(qn("wp:docPr"))]
    assert len(pictures) == 2  # the QR code and the site
