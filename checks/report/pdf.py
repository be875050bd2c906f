"""`report.pdf`: PDF/A-2b by typst, written from the report document alone."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.report.paper import Grid, Heading, Items, Paper, Picture
from checks.report.paper_report import paper_of
from gis.errors import Language
from maps.symbols import LIGHT, SEVERITY, STATE, Symbol
from maps.typefaces import FOLDER, printable

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent / "templates"
_DASHES = {
    "prohibited": "double",
    "needs_assessment": "dashed",
    "condition": "densely-dotted",
}
_LONG_WORD = re.compile(r"[!-~]{15,}")
_JOINT = re.compile(r"(?<=[_/.\-:])|(?<=\w{12})(?=\w)")
_ONE_AT_A_TIME = threading.Lock()


class TypesetError(RuntimeError):
    """The typesetter warned or failed: a fault of ours, never of the report."""


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
    document = json.dumps(_document(paper_of(report, language)), ensure_ascii=False)
    return typeset("report.typ", {"paper": document}, form="pdf")


def typeset(template: str, inputs: Mapping[str, str], *, form: str, ppi: float = 144.0) -> bytes:
    """Set a template of ours with data of texts; `form` is `pdf` (PDF/A-2b) or `png`.

    Raises
    ------
    TypesetError
        On any warning or error.
    """
    import typst

    standards: Any = ["a-2b"] if form == "pdf" else []
    source = _template(template)
    with _ONE_AT_A_TIME:
        try:
            made, warnings = _compiler().compile_with_warnings(
                source,
                format="pdf" if form == "pdf" else "png",
                ppi=ppi,
                sys_inputs=dict(inputs),
                pdf_standards=standards,
            )
        except typst.TypstError as error:
            raise TypesetError(f"{template}: {error.message}") from error
    if warnings:
        raise TypesetError(f"{template}: {warnings[0].message}")
    if not isinstance(made, bytes):
        raise TypesetError(f"{template}: {len(made or [])} files instead of one")
    return made


@lru_cache(maxsize=4)
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """The typesetter with our faces and no others, no packages, and no file beside the template."""
    import typst

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)]
    )
    return typst.Compiler(b"", root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


# --- the data of the template -----------------------------------------------------------------


def _document(paper: Paper) -> dict[str, Any]:
    anchors = frozenset(_anchors(paper))
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


def _anchors(paper: Paper) -> list[str]:
    found: list[str] = []
    for block in (block for chapter in paper.chapters for block in chapter.blocks):
        if isinstance(block, Heading | Picture):
            found.append(block.anchor)
        elif isinstance(block, Items):
            found.extend(block.anchors)
        elif isinstance(block, Grid):
            found.extend(row.anchor for row in block.rows)
    return found


def _plain(value: object, anchors: frozenset[str], key: str = "") -> Any:
    """Turn blocks into JSON: texts printable, links only to what stands in the document."""
    if isinstance(value, str):
        if key == "to":
            return value if value in anchors else ""
        if key in _OURS:
            return value
        return printable(value) if key == "svg" else _breakable(printable(value))
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: _plain(getattr(value, f.name), anchors, f.name) for f in fields(value)}
        return {"kind": type(value).__name__, **told}
    if isinstance(value, Mapping):
        return {name: _plain(item, anchors) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, anchors, key) for item in value]
    return value


_OURS = frozenset({"style", "tone", "anchor", "anchors", "code", "digest", "as_of"})


def _breakable(text: str) -> str:
    """Let long words of letters and digits break, at joints if they have any."""
    return _LONG_WORD.sub(lambda found: _JOINT.sub("\u200b", found[0]), text)
