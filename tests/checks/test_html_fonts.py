"""The page brings its own Chinese font, cut to its characters, and says its number as a code."""

import base64
import io
import json
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from checks.report.html import render_html
from checks.report.qr import qr_content, qr_svg
from maps.typefaces import covered

FOLDER = Path(__file__).parents[1] / "data" / "reports"
FILES = sorted(FOLDER.glob("*.json"))


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def fonts_of(page):
    held = re.findall(r"url\(data:font/woff;base64,([A-Za-z0-9+/=]+)\)format\('woff'\)", page)
    return [TTFont(io.BytesIO(base64.b64decode(text))) for text in held]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_character_of_the_page_has_a_glyph(path):
    page = render_html(load(path.stem)).decode("utf-8")
    held = {code for font in fonts_of(page) for code in font.getBestCmap()}
    body = page[page.index("<body>") :]
    assert {char for char in body if ord(char) not in held} <= {"\n", "\ufffd"}


def test_rare_characters_bring_the_second_face():
    document = load("all_clear")
    assert len(fonts_of(render_html(document).decode())) == 1
    document["project"]["name"] = "岙㙍村Ⅻ区"
    page = render_html(document).decode("utf-8")
    assert "unicode-range:U+216B,U+364D;" in page
    assert [set(font.getBestCmap()) for font in fonts_of(page)][1] == {0x216B, 0x364D}
    assert set(map(ord, "墘埭厝岙㙍ⅠⅫ")) <= covered()


def test_fonts_keep_the_page_small():
    without = re.sub(r"base64,[^)]*", "", render_html(load("red_incomplete")).decode("utf-8"))
    assert len(render_html(load("red_incomplete"))) - len(without.encode()) < 300_000


def test_names_cannot_take_the_place_of_the_fonts():
    document = load("all_clear")
    document["project"]["name"] = "<!--fonts--> sha256-fonts"
    page = render_html(document).decode("utf-8")
    assert "&lt;!--fonts--&gt; sha256-fonts" in page
    assert page.index("@font-face") < page.index("</head>")


def test_code_says_number_and_digest_and_no_address():
    document = load("red_incomplete")
    told = qr_content(document)
    assert told == f"LANTU {document['number'] or 'PRECHECK'} {document['digest']}"
    assert "http" not in told
    assert qr_svg(told) in render_html(document).decode("utf-8")
    assert qr_svg(told) != qr_svg(told.replace("LANTU", "LANTV"))
