"""A plain page in the report's style: papers and prechecks, readable without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from checks.report.html import environment, sha256_of, style_sheet, with_fonts
from checks.report.language_marks import mark_html
from checks.report.texts import Words
from checks.report.view_table import Table
from gis.errors import Language


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page: a heading, paragraphs, a numbered list, tables, lines to fill in."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    items: Sequence[str] = ()
    tables: Sequence[Table] = ()
    lines: Sequence[str] = ()


def render_page(
    title: str,
    *,
    kind: str,
    pairs: Sequence[tuple[str, str]],
    blocks: Sequence[Block],
    language: Language,
    foot: str = "",
) -> bytes:
    """Return a self-contained page: title, a word for its kind, name and value pairs, blocks.

    The same values give the same bytes; every text is escaped.
    """
    css = style_sheet()
    page = (
        environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            kind=kind,
            pairs=pairs,
            blocks=blocks,
            foot=foot,
            t=Words(language),
            section_titles={},
            lang="zh-CN" if language == "zh" else "en",
            css=Markup(css),  # noqa: S704 - our own style sheet
            css_hash=sha256_of(css),
        )
    )
    return with_fonts(mark_html(page, language)).encode("utf-8")
