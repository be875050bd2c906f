"""`report.docx`: a document that offices edit, written from the report document alone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from checks.report.docx_package import zipped
from checks.report.docx_style import core_properties, furniture, name_fonts, turn, turn_all
from checks.report.docx_xml import (
    FIELD_END,
    NAMESPACES,
    Rules,
    bookmarked,
    field_start,
    paragraph,
    run,
    shown,
    table,
)
from checks.report.language_marks import mark_docx
from checks.report.paper import (
    Block,
    Cell,
    Chapter,
    Grid,
    GridRow,
    Heading,
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
from maps.svg import clean
from maps.typeset import png_of

if TYPE_CHECKING:
    from docx.document import Document

_PORTRAIT_MM, _LANDSCAPE_MM = 170.0, 267.0
_FIGURE_MM = 122.0


def render_docx(report: Mapping[str, Any], language: Language = "zh") -> bytes:
    """Return the report as a Word document: headings, tables and figures that can be edited.

    Parameters
    ----------
    report
        The `report.json` document (CONTRACTS section 6); nothing else is read.
    language
        `zh` or `en`.

    Returns
    -------
    bytes
        The same report gives the same bytes: dates inside are the day of the check.
    """
    return docx_of(Reading(report, language))


def docx_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_docx`."""
    return write_docx(reading.paper)


def write_docx(paper: Paper) -> bytes:
    """Return a paper as a Word document; the same paper gives the same bytes."""
    from docx import Document

    document = Document()
    name_fonts(document, paper.language)
    core_properties(document, paper, datetime.fromisoformat(paper.as_of))
    furniture(document, paper)
    _Writer(document, paper).write()
    return zipped(document)


class _Writer:
    """Appends the blocks of a paper to a document, in order."""

    def __init__(self, document: Document, paper: Paper) -> None:
        self.document = document
        self.paper = paper
        self.anchors = anchors_of(paper) | {f"s{c.number}" for c in paper.chapters}
        self.width_mm = _PORTRAIT_MM
        self._ids = count(1)
        self._body = document.element.body

    def write(self) -> None:
        """Write cover, contents and chapters; of a short paper the chapters alone, with a head."""
        wide = False
        if self.paper.short:
            self._head()
        else:
            self._cover()
            self._contents()
        for turned, chapters in sheets_of(self.paper.chapters):
            if turned != wide and not self.paper.short:
                turn(self.document, wide=turned)
            wide = turned
            self.width_mm = _LANDSCAPE_MM if wide else _PORTRAIT_MM
            for chapter in chapters:
                self._chapter(chapter)
        if self.paper.short:
            self._sign()

    def _head(self) -> None:
        """Write title and pairs on a sheet that is turned already, for the one wide table."""
        turn_all(self.document)
        self.width_mm = _LANDSCAPE_MM
        self._add(paragraph(self._run(self.paper.title), "Title"))
        self._pairs(self.paper.cover)
        self._add(paragraph(""))

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        rows = [GridRow((Cell((Line(k, "code"),)), Cell((Line(v),)))) for k, v in pairs]
        self._bare(tuple(rows), (1.0, 4.0), "rows")

    def _sign(self) -> None:
        names = [GridRow((Cell((Line(k),)), Cell((Line(" "),)))) for k in self.paper.sign]
        seal = GridRow((Cell((Line(" "),)), Cell((Line(self.paper.words["seal"]),))))
        self._bare((*names, seal), (1.0, 4.0), "rows")

    def _add(self, xml: str) -> None:
        from docx.oxml import parse_xml

        xml = mark_docx(xml, self.paper.language)
        if xml.startswith("<w:p>"):
            xml = f"<w:p {NAMESPACES}>{xml[5:]}"
        self._body.insert(len(self._body) - 1, parse_xml(xml))

    def _run(self, text: str, style: str = "") -> str:
        return run(Line(text, style), self.anchors)

    # --- cover ----------------------------------------------------------------------------------

    def _cover(self) -> None:
        paper = self.paper
        self._picture_of(paper.code, 28.0, paper.words["qr"], right=True)
        self._add(paragraph(self._run(paper.number, "code")))
        for line in paper.heading:
            self._add(paragraph(self._run(line), "Title"))
        lights = tuple(
            GridRow(
                (Cell((Line(name, "small"), Line(text, f"lamp-{key}"), Line(more or " ", "code"))),)
            )
            for key, name, text, more in paper.lights
        )
        row = GridRow(tuple(one.cells[0] for one in lights))
        self._bare((row,), (1.0,) * len(lights), "boxes")
        self._add(paragraph(""))
        self._pairs((*paper.cover, (paper.words["digest"], paper.digest)))
        self._add(paragraph(""))
        self._sign()
        if paper.cover_note:
            self._add(paragraph(self._run(paper.cover_note, "small")))

    def _bare(self, rows: tuple[GridRow, ...], widths: tuple[float, ...], rules: Rules) -> None:
        """Append a table without a head."""
        grid = Grid("", (), rows, widths)
        marks = [""] * len(rows)
        self._add(table(grid, self.anchors, width_mm=self.width_mm, marks=marks, rules=rules))

    def _contents(self) -> None:
        """Write the contents: a field that Word renews, filled with links to the sections."""
        title = self._run(self.paper.words["contents"], "strong")
        self._add(paragraph(title, more="<w:pageBreakBefore/>"))
        start = field_start('TOC \\o "1-1" \\h \\z \\u')
        last = len(self.paper.chapters)
        for index, chapter in enumerate(self.paper.chapters, 1):
            link = run(Line(_titled(chapter), "", f"s{chapter.number}"), self.anchors)
            content = (start if index == 1 else "") + link + (FIELD_END if index == last else "")
            self._add(paragraph(content))
        self._add('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')

    # --- chapters -------------------------------------------------------------------------------

    def _chapter(self, chapter: Chapter) -> None:
        if not self.paper.short:
            self._heading(_titled(chapter), 1, f"s{chapter.number}", ())
        for block in chapter.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block.text, block.level, block.anchor, block.marks)
        elif isinstance(block, Para):
            self._add(self._paragraph(block))
        elif isinstance(block, Items):
            self._items(block)
        elif isinstance(block, Grid):
            self._grid(block)
        else:
            self._figure(block)

    def _heading(self, text: str, level: int, anchor: str, marks: Sequence[Line]) -> None:
        content = f'<w:r><w:t xml:space="preserve">{shown(text)}</w:t></w:r>'
        content += "".join(self._run("  ") + run(mark, self.anchors) for mark in marks)
        self._add(paragraph(bookmarked(content, anchor, next(self._ids)), f"Heading{level}"))

    def _runs(self, parts: Sequence[Line]) -> str:
        return "".join(run(part, self.anchors) for part in parts)

    def _paragraph(self, block: Para) -> str:
        look = {"declaration": "strong", "small": "small"}.get(block.style, "")
        parts = [Line(p.text, p.style or look, p.to) for p in block.parts]
        kept = "<w:keepNext/>" if block.style == "lead" else ""
        return paragraph(self._runs(parts), more=kept)

    def _items(self, block: Items) -> None:
        style = "ListNumber" if block.ordered else "ListBullet"
        anchors = block.anchors or ("",) * len(block.entries)
        for entry, anchor in zip(block.entries, anchors, strict=True):
            content = bookmarked(self._runs(entry), anchor, next(self._ids))
            self._add(paragraph(content, style))

    def _grid(self, block: Grid) -> None:
        if block.title:
            self._add(paragraph(self._run(block.title, "strong"), more="<w:keepNext/>"))
        marks = [bookmarked("", "", 0) if not row.anchor else self._mark(row) for row in block.rows]
        self._add(table(block, self.anchors, width_mm=self.width_mm, marks=marks))
        for note in block.notes or ("",):
            self._add(paragraph(self._run(note, "small")))

    def _mark(self, row: GridRow) -> str:
        number = next(self._ids)
        start = f'<w:bookmarkStart w:id="{number}" w:name="{row.anchor}"/>'
        return f'{start}<w:bookmarkEnd w:id="{number}"/>'

    def _figure(self, block: Picture) -> None:
        self._picture_of(block.svg, _FIGURE_MM, block.title)
        content = bookmarked(self._run(block.caption), block.anchor, next(self._ids))
        self._add(paragraph(content, "Caption"))

    def _picture_of(self, svg: str, width_mm: float, title: str, *, right: bool = False) -> None:
        """Append a drawing as a picture with its title as the text for those who cannot see it."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm

        held = self.document.add_paragraph()
        held.paragraph_format.keep_with_next = not right
        if right:
            held.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        shape = held.add_run().add_picture(io.BytesIO(_png(svg)), width=Mm(width_mm))
        properties = shape._inline.docPr  # noqa: SLF001 - python-docx has no door for it
        properties.set("descr", clean(title))
        properties.set("name", "")


@lru_cache(maxsize=64)
def _png(svg: str) -> bytes:
    """A picture for print; the same drawing is not painted twice."""
    return png_of(svg)


def _titled(chapter: Chapter) -> str:
    return f"{chapter.number} {chapter.title}"
