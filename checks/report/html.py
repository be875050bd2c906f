"""`report.html`: one file, readable without a network, written from the report document alone."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from checks.report.language_marks import mark_html
from checks.report.qr import qr_content, qr_svg
from checks.report.reading import Reading
from checks.report.texts import SECTIONS
from gis.errors import Language
from maps.svg import FONTS, clean, text_width
from maps.symbols import css_variables
from maps.typefaces import FAMILY, font_faces

_TEMPLATES = Path(__file__).parent / "templates"
_SHORT_EMS = 10
_QUANTITY = re.compile(r"(?<![^，,；;（( ])\d[\d.]* (?:m²|m|亩|mu|公顷|ha)(?:[，,；;]|(?=[（(]|$))")


def render_html(report: Mapping[str, Any], language: Language = "zh") -> bytes:
    """Return the self-contained page of a report.

    Parameters
    ----------
    report
        The `report.json` document (CONTRACTS section 6); nothing else is read.
    language
        `zh` or `en`. Names, authorities and titles of law stay as the report has them.

    Returns
    -------
    bytes
        UTF-8, well-formed as XML too. The same report gives the same bytes.
    """
    return html_of(Reading(report, language))


def html_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_html`."""
    report, words, language = reading.report, reading.words, reading.language
    css = style_sheet()
    page = (
        environment()
        .get_template("report.html.j2")
        .render(
            v=reading.view,
            t=words,
            lang="zh-CN" if language == "zh" else "en",
            section_titles={number: text.pick(language) for number, text in SECTIONS.items()},
            css=Markup(css),  # noqa: S704 - our own style sheet
            css_hash=sha256_of(css),
            markup=Markup,
            code=Markup(qr_svg(qr_content(report))),  # noqa: S704 - our own SVG of squares
        )
    )
    return with_fonts(mark_html(page, language)).encode("utf-8")


def with_fonts(page: str) -> str:
    """Put into a page the cuts of the shipped typefaces that draw its own characters.

    The page holds the marks `<!--fonts-->` and `sha256-fonts` in its head, once each: the fonts
    stand in a style of their own, allowed by its digest.
    """
    style = "".join(
        f"@font-face{{font-family:'{FAMILY}';font-weight:400;"
        + (f"unicode-range:{ranges};" if ranges else "")
        + f"src:url(data:font/woff;base64,{base64.b64encode(cut).decode('ascii')})format('woff')}}"
        for cut, ranges in font_faces(page)
    )
    page = page.replace("sha256-fonts", f"sha256-{sha256_of(style)}", 1)
    return page.replace("<!--fonts-->", f"<style>{style}</style>", 1)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates with their filters: everything is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    environment.tests["short"] = _short
    environment.filters["quantities"] = _quantities
    return environment


def _quantities(cell: str) -> str:
    """Keep a figure and its unit on one line, in cells that name several."""
    if len(_QUANTITY.findall(cell)) < 2:
        return cell
    return Markup(_QUANTITY.sub(r'<span class="nb">\g<0></span>', str(escape(clean(cell)))))  # noqa: S704 - escaped


def _short(cell: str) -> bool:
    """Whether a cell, such as a date or a unit, should stay on one line."""
    return text_width(cell, 1) < _SHORT_EMS


def _finalize(value: object) -> object:
    """Take out what no page may hold; markup of our own passes."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """Return the one style sheet of all pages."""
    sheet = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    return f"{css_variables()}\nbody{{font-family:{FONTS}}}\n{sheet}"


def sha256_of(text: str) -> str:
    """Return the digest by which a page's policy allows its style sheet."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
