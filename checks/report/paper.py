"""The report as a plain series of blocks, for the writers of printed documents (PDF and DOCX).

Words, numbers and their order come from the view that the HTML shows; nothing is worded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from gis.errors import Language
from maps.svg import text_width

_LEFT_OPEN = frozenset({"state-not_assessed", "state-needs_person"})
_REASON = re.compile(r"（| \(")
_LONGEST_WORD = 14.0
_WIDEST = 26.0
_MARGIN = 1.2
_SHORT_HEAD = 4.0
_ROOM, _WIDE_ROOM = 61.0, 97.0
"""Of a sheet, in em of the print of tables: upright, and turned sideways."""
WIDE_COLUMNS = 6
"""A table of more columns stands on a sheet turned sideways."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell or of a paragraph; `style` is one of the keys of the writers' styles.

    `to` is the anchor that a link leads to, empty where there is none.
    """

    text: str
    style: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the section's own; level 2 or 3."""

    text: str
    level: int = 2
    anchor: str = ""
    marks: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph: its parts follow each other on one line; a `lead` stays with what follows."""

    parts: tuple[Line, ...]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each entry is a paragraph of its own parts."""

    entries: tuple[tuple[Line, ...], ...]
    ordered: bool = False
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: lines below each other."""

    lines: tuple[Line, ...]
    right: bool = False
    span: int = 1


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row; `tone` is `open` for what was not settled, `total` for a total."""

    cells: tuple[Cell, ...]
    tone: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head that is repeated on every sheet; widths are relative."""

    title: str
    head: tuple[str, ...]
    rows: tuple[GridRow, ...]
    widths: tuple[float, ...]
    notes: tuple[str, ...] = ()
    small: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its caption."""

    number: int
    title: str
    caption: str
    svg: str
    anchor: str


Block = Heading | Para | Items | Grid | Picture


@dataclass(frozen=True, slots=True)
class Chapter:
    """One of the thirteen sections."""

    number: int
    title: str
    blocks: tuple[Block, ...]

    @property
    def wide(self) -> bool:
        """Whether a table of it needs a sheet turned sideways."""
        return any(isinstance(b, Grid) and len(b.head) > WIDE_COLUMNS for b in self.blocks)

    @property
    def bare(self) -> bool:
        """Whether it only says in a line that there is nothing to show."""
        return all(isinstance(block, Para) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole document."""

    language: Language
    title: str
    subject: str
    number: str
    digest: str
    as_of: str
    words: Mapping[str, str]
    cover: tuple[tuple[str, str], ...]
    lights: tuple[tuple[str, str, str, str], ...]
    sign: tuple[str, ...]
    cover_note: str
    code: str
    chapters: tuple[Chapter, ...] = field(default=())
    short: bool = False
    watermark: str = ""

    @property
    def heading(self) -> tuple[str, ...]:
        """The title in two lines: what was checked, and what this is."""
        named = self.title.removesuffix(self.words["report"]).rstrip(" :")
        return (named, self.words["report"]) if named != self.title and named else (self.title,)


def split_reason(text: str, style: str) -> tuple[str, str]:
    """Part a verdict from the reason in brackets behind it, where it leaves a matter open."""
    found = _REASON.search(text) if style in _LEFT_OPEN else None
    cut = found.start() if found else len(text)
    return text[:cut], text[cut:]


def sheets_of(chapters: Iterable[Chapter]) -> list[tuple[bool, list[Chapter]]]:
    """Group chapters by how their sheets are turned; a bare one takes the sheet as it lies."""
    groups: list[tuple[bool, list[Chapter]]] = []
    for chapter in chapters:
        if groups and (chapter.bare or groups[-1][0] == chapter.wide):
            groups[-1][1].append(chapter)
        else:
            groups.append((chapter.wide, [chapter]))
    return groups


def cell(text: str | Iterable[Line], style: str = "", *, right: bool = False) -> Cell:
    """Return a cell of one line, or of the lines given."""
    lines = (Line(text, style),) if isinstance(text, str) else tuple(text)
    return Cell(lines, right)


def widths_of(head: Sequence[str], rows: Sequence[GridRow]) -> tuple[float, ...]:
    """Share the width of a table among its columns by what stands in them, in em.

    No column is narrower than its longest word that must not break, none wider than a line that
    reads well; long texts get room by the square root of their length.
    """
    wants = [max(2.0, text_width(name, 1)) for name in head]
    for row in rows:
        if any(one.span > 1 for one in row.cells):
            continue
        for index, one in enumerate(row.cells):
            for line in one.lines:
                length = text_width(line.text, 1)
                room = length if length <= _WIDEST / 2 else sqrt(length * _WIDEST / 2)
                words = max((text_width(word, 1) for word in line.text.split()), default=0.0)
                least = min(words, _LONGEST_WORD) if line.text.isascii() else 0.0
                wants[index] = max(wants[index], min(room, _WIDEST), least)
    wants = [want + _MARGIN for want in wants]
    # a head of a few characters stays on one line, whatever stands beside it
    floors = [
        min(want, max(2.0, min(text_width(name, 1), _SHORT_HEAD)) + _MARGIN)
        for want, name in zip(wants, head, strict=True)
    ]
    spare = (_WIDE_ROOM if len(head) > WIDE_COLUMNS else _ROOM) - sum(floors)
    asked = sum(wants) - sum(floors)
    if 0 < spare < asked:
        part = spare / asked
        wants = [low + (want - low) * part for low, want in zip(floors, wants, strict=True)]
    return tuple(round(want, 2) for want in wants)


def anchors_of(paper: Paper) -> frozenset[str]:
    """Return the anchors that stand in the document; a link leads nowhere else."""
    found: list[str] = []
    for block in (block for chapter in paper.chapters for block in chapter.blocks):
        if isinstance(block, Heading | Picture):
            found.append(block.anchor)
        elif isinstance(block, Items):
            found.extend(block.anchors)
        elif isinstance(block, Grid):
            found.extend(row.anchor for row in block.rows)
    return frozenset(found) - {""}
