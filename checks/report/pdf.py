"""`report.pdf`: PDF/A-2b by typst, written from the report document alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from checks.report.paper import (
    Block,
    Chapter,
    Grid,
    GridRow,
    Items,
    Line,
    Paper,
    Para,
    Picture,
    anchors_of,
    sheets_of,
)
from checks.report.reading import Reading
from gis.errors import Language
from maps.symbols import LIGHT, SEVERITY, STATE, Symbol
from maps.typefaces import printable
from maps.typeset import typeset

Json = Mapping[str, Any]
_TEMPLATES = Path(__file__).parent / "templates"
_DASHES = {
    "prohibited": "double",
    "needs_assessment": "dashed",
    "condition": "densely-dotted",
}
_LONG = 15
_LONG_WORD = re.compile(r"(?![('\"]*[A-Za-z]{1,24}['\".,;:)]*(?![!-~]))[!-~]{15,}")
"""Codes, digests and addresses; an English word is hyphenated instead."""
_LONGEST_WHOLE_ROW = 600
_JOINT = re.compile(r"[_/.\-:]|[0-9A-Za-z]{8}(?=[0-9A-Za-z]{4})")
_LONGEST_NAME = 500
"""Of a name that is kept beside the text: PDF/A bars strings of 32 kB."""


def render_pdf(report: Mapping[str, Any], language: Language = "zh") -> bytes:
    """Return the printed report as PDF/A-2b.

    Parameters
    ----------
    report
        The `report.json` document (CONTRACTS section 6); nothing else is read.
    language
        `zh` or `en`. Names, authorities and titles of law stay as the report has them.

    Returns
    -------
    bytes
        The same report gives the same bytes; the date inside is the day of the check.

    Raises
    ------
    TypesetError
        On any warning or error of the typesetter.
    """
    return pdf_of(Reading(report, language))


def pdf_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_pdf`."""
    return write_pdf(reading.paper)


def write_pdf(paper: Paper) -> bytes:
    """Return a paper as PDF/A-2b; raises TypesetError as `render_pdf` does."""
    document = json.dumps(_document(paper), ensure_ascii=False)
    return typeset(_template(), {"paper": document})


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (_TEMPLATES / "report.typ").read_bytes()


# --- the data of the template -----------------------------------------------------------------


def _document(paper: Paper) -> dict[str, Any]:
    shown = _Shown(anchors_of(paper))
    zh = paper.language == "zh"
    lang, region = ("zh", "cn") if zh else ("en", "gb")
    return {
        "title": _printed(paper.title),
        "name": printable(paper.title)[:_LONGEST_NAME],
        "heading": [printable(line) for line in paper.heading],
        "number": _printed(paper.number),
        "digest": paper.digest,
        "date": [int(part) for part in paper.as_of.split("-")],
        "lang": lang,
        "region": region,
        "words": {key: _printed(text) for key, text in paper.words.items()},
        "cover": [[_printed(text) for text in pair] for pair in paper.cover],
        "lights": [[_printed(text) for text in light] for light in paper.lights],
        "sign": [_printed(text) for text in paper.sign],
        "cover_note": _printed(paper.cover_note),
        "code": paper.code,
        "short": paper.short,
        "watermark": _printed(paper.watermark),
        "sheets": [
            {"wide": wide, "chapters": [shown.chapter(chapter) for chapter in chapters]}
            for wide, chapters in sheets_of(paper.chapters)
        ],
        "badges": {
            f"sev-{key}": {**_look(symbol), "dash": _DASHES.get(key, "solid")}
            for key, symbol in SEVERITY.items()
        },
        "lamps": {key: _look(symbol) for key, symbol in LIGHT.items()},
        "states": {f"state-{key}": symbol.ink for key, symbol in STATE.items()},
    }


def _look(symbol: Symbol) -> dict[str, str]:
    return {"ink": symbol.ink, "fill": symbol.fill}


class _Shown:
    """Turns blocks into JSON: texts printable, links only to what stands in the document.

    A line without a style or a link is its text alone, a row of texts a list: most are.
    """

    def __init__(self, anchors: frozenset[str]) -> None:
        self._anchors = anchors

    def chapter(self, chapter: Chapter) -> Json:
        """A section with its blocks."""
        blocks = [self._block(block) for block in chapter.blocks]
        return {"number": chapter.number, "title": _printed(chapter.title), "blocks": blocks}

    def _block(self, block: Block) -> Json:
        told: Json
        if isinstance(block, Grid):
            told = {
                "title": _printed(block.title),
                "head": [_printed(name) for name in block.head],
                "rows": [self._row(row) for row in block.rows],
                "widths": block.widths,
                "notes": [_printed(note) for note in block.notes],
                "small": block.small,
            }
        elif isinstance(block, Items):
            entries = [self._lines(entry) for entry in block.entries]
            told = {"entries": entries, "ordered": block.ordered, "anchors": block.anchors}
        elif isinstance(block, Para):
            told = {"parts": self._lines(block.parts), "style": block.style}
        elif isinstance(block, Picture):
            told = {
                "title": printable(block.title)[:_LONGEST_NAME],
                "caption": _printed(block.caption),
                "svg": printable(block.svg),
                "anchor": block.anchor,
            }
        else:
            told = {
                "text": _printed(block.text),
                "level": block.level,
                "anchor": block.anchor,
                "marks": self._lines(block.marks),
            }
        return {"kind": type(block).__name__, **told}

    def _row(self, row: GridRow) -> Json:
        length = sum(len(line.text) for cell in row.cells for line in cell.lines)
        cells = [
            {"lines": self._lines(cell.lines), "right": cell.right, "span": cell.span}
            for cell in row.cells
        ]
        # a short row stays whole, a long one may go on overleaf
        whole = length < _LONGEST_WHOLE_ROW
        return {"cells": cells, "tone": row.tone, "anchor": row.anchor, "whole": whole}

    def _lines(self, lines: Iterable[Line]) -> list[Any]:
        return [self._line(line) for line in lines]

    def _line(self, line: Line) -> Any:
        text = _printed(line.text)
        to = line.to if line.to in self._anchors else ""
        return {"text": text, "style": line.style, "to": to} if line.style or to else text


@lru_cache(maxsize=4096)
def _printed(text: str) -> str:
    """Let long words of letters and digits break, at joints if they have any."""
    shown = printable(text)
    if len(shown) < _LONG:
        return shown
    return _LONG_WORD.sub(lambda found: _JOINT.sub("\\g<0>\u200b", found[0]), shown)
