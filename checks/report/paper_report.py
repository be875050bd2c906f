"""From the report document to its blocks: cover, thirteen sections, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checks.report.numbers import NONE
from checks.report.paper import Block, Chapter, Heading, Items, Line, Paper, Para, Picture
from checks.report.paper_findings import badge, plain_grid, section_blocks, verdict
from checks.report.qr import qr_content, qr_svg
from checks.report.texts import SECTIONS, Words
from checks.report.view import View

SIGNERS = ("body", "inspector", "reviewer", "signer")
KEPT_WORDS = ("contents", "digest", "seal", "page", "report", "qr")


def paper_of(report: Mapping[str, Any], view: View, words: Words) -> Paper:
    """Return the blocks of the whole report, from what the pages show of the document."""
    language = words.language
    return Paper(
        language=language,
        title=view.title,
        subject=view.subject,
        number=view.number,
        digest=view.digest,
        as_of=report["as_of"],
        words={key: words(key) for key in KEPT_WORDS},
        cover=tuple(view.cover),
        lights=tuple((light.key, light.name, light.text, light.more) for light in view.lights),
        sign=tuple(words(key) for key in SIGNERS),
        cover_note=words("precheck_note") if view.is_precheck else "",
        code=qr_svg(qr_content(report)),
        chapters=tuple(
            Chapter(number, title.pick(language), tuple(_blocks(number, view, words)))
            for number, title in SECTIONS.items()
        ),
        watermark=view.watermark,
    )


def _blocks(number: int, view: View, words: Words) -> Iterator[Block]:
    if number == 1:
        yield from _conclusion(view, words)
    elif number == 2:
        for data in (*view.site, *view.classes, *view.facts):
            yield plain_grid(data, words)
    elif number == 11:
        yield from _figures(view, words)
    elif number == 12:
        for data in view.sources:
            yield plain_grid(data, words)
    elif number == 13:
        yield from _use(view, words)
    else:
        section = next(section for section in view.sections if section.number == number)
        yield from section_blocks(section, words)


def _conclusion(view: View, words: Words) -> Iterator[Block]:
    entries = [
        (
            Line(light.name, "strong"),
            Line(words("colon") + light.text + (words.paren(light.more) if light.more else "")),
        )
        for light in view.lights
    ]
    yield Items(tuple(entries))
    counted = words("comma").join(f"{name} {count}" for name, count in view.counts)
    yield Para((Line(words("counts") + words("colon"), "strong"), Line(counted)))
    yield Heading(words("main_hits"))
    if view.hits:
        hits = []
        for row in view.hits:
            sizes = [text for text in (*row.size, row.share) if text != NONE]
            said = Line("".join(f" · {text}" for text in (row.verdict, *sizes)))
            hits.append((badge(row), Line(f" {row.code} {row.title}", "", row.anchor), said))
        yield Items(tuple(hits), ordered=True)
    else:
        yield Para((Line(words("no_hits")),))
    if view.open:
        yield Heading(words("open"))
        yield Items(tuple(tuple(_open(matter, words)) for matter in view.open))
    if view.hidden:
        yield Heading(words("confidential"))
        yield Items(
            tuple(
                (
                    badge(row),
                    Line(f" {row.code} {row.title}{words('colon')}"),
                    *_on_one_line(verdict(row)),
                    Line(words.paren(words("authority") + words("colon") + row.authority)),
                )
                for row in view.hidden
            ),
            anchors=tuple(row.anchor for row in view.hidden),
        )


def _open(matter: Any, words: Words) -> Iterator[Line]:
    if matter.required:
        yield Line(words("required") + " ", "strong")
    if matter.row is None:
        yield Line(matter.code)
        return
    yield Line(f"{matter.code} {matter.row.title}", "", matter.row.anchor)
    yield Line(words("colon"))
    yield from _on_one_line(verdict(matter.row))


def _on_one_line(lines: tuple[Line, ...]) -> Iterator[Line]:
    first, *rest = lines
    yield first
    for line in rest:
        yield Line(f" · {line.text}")


def _figures(view: View, words: Words) -> Iterator[Block]:
    for plate in view.plates:
        caption = f"{words('figure_no', n=plate.number)} {plate.caption}"
        yield Picture(plate.number, plate.title, caption, plate.svg, f"fig{plate.number}")
    if not view.plates:
        yield Para((Line(words("no_figure")),), "nothing")


def _use(view: View, words: Words) -> Iterator[Block]:
    yield Heading(words("declaration"))
    yield Para((Line(words("declaration_text")),), "declaration")
    if view.limits:
        yield Heading(words("limits"))
        yield Items(tuple((Line(text), Line(f" {code}", "code")) for code, text in view.limits))
    yield Heading(words("reading"))
    keys = ("reading_dash", "reading_units", "reading_states")
    yield Items(tuple((Line(words(key)),) for key in keys))
