"""`report.pdf`: PDF/A-2b by typst, written from the report document alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from checks.report.paper import Paper, anchors_of
from checks.report.reading import Reading
from gis.errors import Language
from maps.symbols import LIGHT, SEVERITY, STATE, Symbol
from maps.typefaces import printable
from maps.typeset import typeset

_TEMPLATES = Path(__file__).parent / "templates"
_DASHES = {
    "prohibited": "double",
    "needs_assessment": "dashed",
    "condition": "densely-dotted",
}
_LONG_WORD = re.compile(r"[!-~]{15,}")
_JOINT = re.compile(r"(?<=[_/.\-:])|(?<=[0-9A-Za-z]{12})(?=[0-9A-Za-z])")


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
    anchors = anchors_of(paper)
    zh = paper.language == "zh"
    data: dict[str, Any] = _plain(paper, anchors)
    data["date"] = [int(part) for part in paper.as_of.split("-")]
    data["lang"], data["region"] = ("zh", "cn") if zh else ("en", "gb")
    data["header"] = data["title"]
    data["heading"] = [printable(line) for line in paper.heading]
    data["sheets"] = [
        {"wide": wide, "chapters": [_plain(chapter, anchors) for chapter in chapters]}
        for wide, chapters in groupby(paper.chapters, key=lambda chapter: chapter.wide)
    ]
    del data["chapters"]
    data["badges"] = {
        f"sev-{key}": {**_look(symbol), "dash": _DASHES.get(key, "solid")}
        for key, symbol in SEVERITY.items()
    }
    data["lamps"] = {key: _look(symbol) for key, symbol in LIGHT.items()}
    data["states"] = {f"state-{key}": symbol.ink for key, symbol in STATE.items()}
    return data


def _look(symbol: Symbol) -> dict[str, str]:
    return {"ink": symbol.ink, "fill": symbol.fill}


def _plain(value: object, anchors: frozenset[str], key: str = "") -> Any:
    """Turn blocks into JSON: texts printable, links only to what stands in the document."""
    if isinstance(value, str):
        if key == "to":
            return value if value in anchors else ""
        if key in _OURS:
            return value
        return printable(value) if key == "svg" else _printed(value)
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: _plain(getattr(value, f.name), anchors, f.name) for f in fields(value)}
        return {"kind": type(value).__name__, **told}
    if isinstance(value, Mapping):
        return {name: _plain(item, anchors) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, anchors, key) for item in value]
    return value


_OURS = frozenset({"style", "tone", "anchor", "anchors", "code", "digest", "as_of"})


@lru_cache(maxsize=4096)
def _printed(text: str) -> str:
    """Let long words of letters and digits break, at joints if they have any."""
    return _LONG_WORD.sub(lambda found: _JOINT.sub("\u200b", found[0]), printable(text))
