"""English pages of the demo's reports: nothing Chinese but names and quoted law."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from checks.report.html import render_html
from checks.report.pdf import render_pdf

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
OF_LAW = re.compile(r"年(修正|修订)")
"""What a citation adds to the title of a law."""

SCENES = ("warehouse", "road", "school", "sharing-eleven", "sharing-partly")


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def quoted(value: Any, key: str = "") -> Iterator[str]:
    """Every Chinese text that has no English beside it: names, authorities, titles of law."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in {"zh", "en"}:
                yield name
                yield from quoted(item, name)
            elif name == "en":
                yield item  # an English sentence may name an authority
    elif isinstance(value, list):
        for item in value:
            yield from quoted(item, key)
    elif isinstance(value, str):
        yield value


def left_over(report: dict[str, Any], text: str) -> set[str]:
    text = squeezed(text)
    names = {squeezed(part) for part in quoted(report)}
    words = {found for name in names for found in CHINESE.findall(name)} | names
    for word in sorted(words, key=len, reverse=True):
        if CHINESE.search(word):
            text = text.replace(word, " ")
    return set(CHINESE.findall(OF_LAW.sub(" ", text)))


def english_only_as_names(value: Any) -> Iterator[str]:
    """English texts of the document that hold no letter: nobody put them into English."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            if not re.search("[A-Za-z0-9]", value["en"] or "-"):
                yield value["en"]
            return
        for key, item in value.items():
            if key != "papers":  # names of papers that Chinese offices ask for
                yield from english_only_as_names(item)
    elif isinstance(value, list):
        for item in value:
            yield from english_only_as_names(item)


def load(demo: Path, scene: str) -> dict[str, Any]:
    path = demo / "reports" / scene / "report.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("scene", SCENES)
def test_the_english_page_is_english(demo: Path, scene: str) -> None:
    report = load(demo, scene)
    body = ET.fromstring(render_html(report, "en")).find("body")
    assert body is not None
    text = "".join(body.itertext())
    assert len(text) > 20_000
    assert left_over(report, text) == set()


@pytest.mark.parametrize("scene", ["warehouse", "sharing-partly"])
def test_the_english_pdf_is_english(demo: Path, scene: str) -> None:
    report = load(demo, scene)
    pages = PdfReader(io.BytesIO(render_pdf(report, "en"))).pages
    # a text that goes on overleaf has the foot and head of the pages in it
    text = "".join(re.sub(r"Page \d+ of \d+", "", page.extract_text()) for page in pages)
    left = {word for word in left_over(report, text) if len(word) > 4}
    assert left == set()


@pytest.mark.parametrize("scene", SCENES)
def test_every_english_text_of_the_document_is_english(demo: Path, scene: str) -> None:
    report = load(demo, scene)
    named = {report["site"]["name"], "集中供热"}  # the site's name, and a park's own words
    found = {text for text in english_only_as_names(report) if "（虚构）" not in text}
    assert found <= named
