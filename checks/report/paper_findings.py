"""Sections 3 to 10 as blocks: the table of matters, and what explains each below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.report.numbers import NONE
from checks.report.paper import (
    Block,
    Cell,
    Grid,
    GridRow,
    Heading,
    Items,
    Line,
    Para,
    cell,
    widths_of,
)
from checks.report.texts import Words
from checks.report.view import Section
from checks.report.view_findings import Row
from checks.report.view_pieces import ClassRow
from checks.report.view_table import Table

_COLUMNS = (
    ("check", 13.0),
    ("verdict", 16.0),
    ("area", 8.5),
    ("share", 5.4),
    ("count", 4.6),
    ("figure", 4.2),
    ("severity", 7.6),
    ("basis", 17.5),
    ("authority", 8.2),
    ("currency", 7.4),
    ("action", 8.6),
)
_WIDER = {("en", "severity"): 10.5, ("en", "figure"): 5.0, ("en", "count"): 5.6}
_UNSETTLED = {"not_assessed", "needs_person"}


def section_blocks(section: Section, words: Words) -> Iterator[Block]:
    """Yield the blocks of one of the sections 3 to 10."""
    if section.table:
        yield plain_grid(section.table, words)
    for data in section.more:
        yield plain_grid(data, words)
    if section.note:
        yield Para((Line(section.note),), "nothing")
    if section.rows:
        yield _matters(section, words)
        for row in section.rows:
            if row.detailed:
                yield from _detail(row, words)
    if section.idle:
        yield Heading(words("not_applicable"))
        notes = ["".join(words.paren(note) for note in row.notes) for row in section.idle]
        yield Items(
            tuple(
                (Line(f"{row.code} {row.title}{note}"),)
                for row, note in zip(section.idle, notes, strict=True)
            ),
            anchors=tuple(row.anchor for row in section.idle),
        )


def plain_grid(data: Table, words: Words) -> Grid:
    """Return a plain table as a grid; an empty one says so."""
    figures = data.figures
    rows = tuple(
        GridRow(
            tuple(
                cell(text, "" if index or len(row) > 3 else "strong", right=index in figures)
                for index, text in enumerate(row)
            )
        )
        for row in data.shown
    )
    notes = [words("more_rows", n=data.left)] if data.left else []
    if data.foot and rows:
        notes.append(data.foot)
    widths = widths_of(data.head, rows)
    if not rows:
        rows = (GridRow((Cell((Line(data.foot or NONE),), span=len(data.head)),)),)
    return Grid(data.title, tuple(data.head), rows, widths, tuple(notes), len(data.head) > 3)


def badge(row: Row) -> Line:
    """Return the level of a matter as a badge; only what is affected bears its colours."""
    quiet = row.state != "affected" or not row.severity
    return Line(row.severity_word, "" if quiet else f"sev-{row.severity}")


def verdict(row: Row) -> tuple[Line, ...]:
    """Return the verdict and the small print below it."""
    return (
        Line(row.verdict, f"state-{row.state}"),
        *(Line(note, "small") for note in row.notes),
    )


def _matters(section: Section, words: Words) -> Grid:
    size = "area_of_line" if section.linear else "area"
    return Grid(
        "",
        tuple(words(size if key == "area" else key) for key, _ in _COLUMNS),
        tuple(_matter(row, words) for row in section.rows),
        tuple(_WIDER.get((words.language, key), width) for key, width in _COLUMNS),
        small=True,
    )


def _matter(row: Row, words: Words) -> GridRow:
    link = row.anchor if row.detailed else ""
    papers = words("papers") + words("colon") + words("and").join(row.papers)
    figure = Line(NONE)
    if row.figure:
        figure = Line(words("figure_no", n=row.figure), "", f"fig{row.figure}")
    cells = (
        cell((Line(row.title, "strong", link), Line(row.code, "small"))),
        cell(verdict(row)),
        cell((Line(line) for line in row.size), right=True),
        cell(row.share, right=True),
        cell(row.count, right=True),
        cell((figure,)),
        cell((badge(row),)),
        cell(Line(text) for text in row.basis or [NONE]),
        cell(row.authority),
        cell(Line(day) for day in row.currency),
        cell((Line(row.action or NONE), *((Line(papers, "small"),) if row.papers else ()))),
    )
    anchor = "" if row.detailed else row.anchor
    return GridRow(cells, "open" if row.state in _UNSETTLED else "", anchor)


# --- below the table --------------------------------------------------------------------------


def _detail(row: Row, words: Words) -> Iterator[Block]:
    yield Heading(f"{row.code} {row.title}", 3, row.anchor, (badge(row),))
    said, *notes = verdict(row)
    told = [said, *(Line(f" · {note.text}") for note in notes)]
    if row.figure:
        told.append(Line(" · "))
        told.append(Line(words("figure_no", n=row.figure), "", f"fig{row.figure}"))
    yield Para(tuple(told), "lead")
    if row.say:
        yield Para((Line(row.say),))
    for key, named in (("values", row.values), ("statistics", row.statistics)):
        if named:
            text = words("semicolon").join(f"{name} = {value}" for name, value in named)
            yield Para((Line(words(key) + words("colon") + text),), "small")
    if row.classes and (len(row.classes) > 1 or not row.pieces):
        head = [words("class"), words("class_name"), row.size_head, words("share")]
        notes_below = (row.classes_overlap,) if row.classes_overlap else ()
        lines = [(line.code, line.name) for line in row.classes]
        yield _small(words("classes_of"), head, lines, row.classes, notes_below)
    if row.parts:
        title, first = row.part_heads
        head = [first, row.size_head, words("share")]
        yield _small(title, head, [(p.code,) for p in row.parts], row.parts, ())
    if row.pieces:
        yield _pieces(row, words)


def _small(
    title: str,
    head: list[str],
    lines: Sequence[tuple[str, ...]],
    sized: list[ClassRow],
    notes: tuple[str, ...],
) -> Grid:
    rows = tuple(
        GridRow(
            (
                *(cell(text) for text in line),
                cell(one.size, right=True),
                cell(one.share, right=True),
            )
        )
        for line, one in zip(lines, sized, strict=True)
    )
    return Grid(title, tuple(head), rows, widths_of(head, rows), notes, small=True)


def _pieces(row: Row, words: Words) -> Grid:
    named = (words(key) for key in ("piece_no", "class", "owner", "place"))
    head = (*named, row.size_head)
    rows = [
        GridRow(
            (
                cell((Line(piece.number), *((Line(piece.more, "small"),) if piece.more else ()))),
                cell(piece.kind),
                cell(piece.owner),
                cell(piece.place),
                cell(piece.size, right=True),
            )
        )
        for piece in row.pieces
    ]
    widths = widths_of(head, rows)
    if row.total != NONE:
        total = (
            Cell((Line(words("total"), "strong"),), span=4),
            cell(row.total, "strong", right=True),
        )
        rows.append(GridRow(total, "total"))
    notes = [words("more_rows", n=row.pieces_left)] if row.pieces_left else []
    notes += [row.overlap] if row.overlap else []
    return Grid(words("pieces_of"), head, tuple(rows), widths, tuple(notes), small=True)
