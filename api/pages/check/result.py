"""A report as the page shows it: rows by section with the worst first, questions, tabs, shapes.

All words and figures are those of the printed report; nothing is computed anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import shape

from api.pages.check.asked import keys_asked
from checks.facts import fact_specs
from checks.report.explain_words import test_words, when_words
from checks.report.numbers import NONE
from checks.report.plates import has_shape
from checks.report.reading import Reading
from checks.report.texts import SECTIONS, Words
from checks.report.view import Light, counts_of, lights_of
from checks.report.view_data import rows_of_data
from checks.report.view_findings import Row
from checks.report.view_indicators import indicator_table
from checks.report.view_land import land_tables
from checks.report.view_problems import problem_table
from checks.report.view_services import class_tables, service_tables
from checks.report.view_sharing import sharing_tables
from checks.report.view_site import facts_tables, site_rows
from checks.report.view_sources import source_tables
from checks.report.view_table import Table
from checks.rule import FactSpec
from gis.errors import Language
from maps.display import lonlat_box, lonlat_json

Json = Mapping[str, Any]
_PRESSING = frozenset({"affected", "needs_person"})
_HIDDEN = None
_SPLIT = re.compile(r"[（(，,]")


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in the list: the printed row, the facts that would settle it, why."""

    row: Row
    asks: tuple[FactSpec, ...]
    drawn: bool
    required: bool

    @property
    def word(self) -> str:
        """The verdict's first words; of an open finding its state."""
        return self._verdict()[0]

    @property
    def rest(self) -> str:
        """What the verdict says beyond its first words; a question stands below the row."""
        return "" if self.asks else self._verdict()[1]

    def _verdict(self) -> tuple[str, str]:
        row = self.row
        if row.state in {"needs_person", "not_assessed"}:
            return row.state_word, _inner(row.verdict)
        found = _SPLIT.search(row.verdict)
        if found is None:
            return row.verdict, ""
        return row.verdict[: found.start()], _inner(row.verdict[found.start() :])

    @property
    def currency(self) -> str:
        """The date of its data, the oldest where there are several."""
        return self.row.currency[0]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the list: what presses stands open, the rest is folded with its count."""

    number: int | None
    title: str
    open: tuple[Line, ...]
    untested: tuple[Line, ...]
    clear: tuple[Line, ...]
    idle: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the result panel needs."""

    report: Json
    title: str
    lights: list[Light]
    counts: list[tuple[str, str]]
    parts: list[Part]
    sharing: list[Table]
    decisions: list[Json]
    indicators: Table | None
    lists: list[Table]
    project: list[Table]
    site: list[list[str]]
    sources: list[Table]
    limits: list[str]
    words: Words = field(repr=False)

    @property
    def unsettled(self) -> int:
        """How many results wait for facts that can be given here."""
        return sum(bool(line.asks) for part in self.parts for line in part.open)


def shown(report: Json, language: Language) -> Shown:
    """Return a report as the result panel shows it."""
    reading = Reading(report, language)
    words, rows = reading.words, reading.rows
    needed = set(report["scenario"]["required_layers"])
    lines = [_line(row, needed) for row in rows]
    listed = class_tables(report["class"], words)
    indicators = indicator_table(report, words) if report["indicators"] else None
    return Shown(
        report=report,
        title=title_of(report, language),
        lights=lights_of(report["conclusion"], words),
        counts=counts_of(report["conclusion"], words),
        parts=[
            part for number in (3, 4, 5, 6, 7, _HIDDEN) if (part := _part(number, lines, words))
        ],
        sharing=sharing_tables(report, words) if report["inheritance"] else [],
        decisions=list(report["inheritance"]),
        indicators=indicators,
        lists=[problem_table(report, rows, words), *service_tables(report, words)],
        project=[*facts_tables(report["project"], words), *listed, *land_tables(report, words)],
        site=site_rows(report["site"], words),
        sources=source_tables(report, words),
        limits=[words.pick(limit) for limit in report["limits"]],
        words=words,
    )


def title_of(report: Json, language: Language) -> str:
    """Return what a report is called: its project, else its site, which may have but a number."""
    name = str(report["project"]["name"] or report["site"]["name"] or "")
    return (f"用地 {name}" if language == "zh" else f"Site {name}") if name.isdigit() else name


def _inner(text: str) -> str:
    """What stands in the brackets of a verdict, or behind its comma."""
    found = _SPLIT.search(text)
    if found is None:
        return ""
    rest = text[found.end() :].strip()
    closing = {"（": "）", "(": ")"}.get(found.group())
    return rest.removesuffix(closing) if closing else rest


def _line(row: Row, needed: set[str]) -> Line:
    specs = fact_specs()
    asks = keys_asked(row.finding["question"], specs) if row.state == "needs_person" else ()
    return Line(
        row,
        tuple(specs[key] for key in asks),
        drawn=has_shape(row.finding["pieces"]),
        required=row.finding["layer"] in needed,
    )


def _part(number: int | None, lines: list[Line], words: Words) -> Part | None:
    mine = [line for line in lines if line.row.section == number]
    if not mine:
        return None
    pressing = [
        line
        for line in mine
        if line.row.state in _PRESSING or (line.row.state == "not_assessed" and line.required)
    ]
    untested = [line for line in mine if line.row.state == "not_assessed" and not line.required]
    secret = words("confidential") if number is None else ""
    return Part(
        number,
        SECTIONS[number].pick(words.language) if number is not None else secret,
        open=tuple(pressing),
        untested=tuple(untested),
        clear=tuple(line for line in mine if line.row.state == "clear"),
        idle=tuple(line for line in mine if line.row.state == "not_applicable"),
    )


def why_of(line: Line, report: Json, words: Words) -> list[tuple[str, list[str]]]:
    """Return why a finding says what it says: name and lines of each reason there is."""
    row, finding, en = line.row, line.row.finding, words.language == "en"
    rule = finding.get("rule") or {}
    named: list[tuple[str, list[str]]] = [
        ("Rule" if en else "规则", [_rule(finding, rule, report)] if rule else []),
        ("Test" if en else "检验", [test_words(rule["test"], report, words)] if rule else []),
        (
            "Applies when" if en else "适用条件",
            [when_words(rule["when"], words)] if rule.get("when") else [],
        ),
        ("Basis" if en else "依据", [_basis(text, basis, en=en) for text, basis in _cited(row)]),
        (
            "Value in force" if en else "当日取值",
            [f"{name} = {value}" for name, value in row.values],
        ),
        (
            "Data" if en else "数据",
            [_data(entry, words, en=en) for entry in _data_rows(row, report)],
        ),
        ("Authority" if en else "主管部门", [row.authority] if row.authority != NONE else []),
        (
            "Next step" if en else "办理事项",
            [" ".join([row.action, *row.papers]).strip()] if row.action or row.papers else [],
        ),
    ]
    return [(name, lines) for name, lines in named if lines]


def _rule(finding: Json, rule: Json, report: Json) -> str:
    digest = next(
        (
            pack["digest"][:8]
            for pack in report["rulebook"]["packs"]
            if pack["name"] == rule["pack"]
        ),
        "",
    )
    return f"{finding['code']} · {rule['pack']} {digest}".rstrip()


def _cited(row: Row) -> list[tuple[str, Json]]:
    return list(zip(row.basis, row.finding["basis"] or [], strict=False))


def _basis(text: str, basis: Json, *, en: bool) -> str:
    start, end = basis["valid_from"], basis["valid_to"]
    if start is None and end is None:
        return text
    span = f"{start or '…'} – {end or '…'}" if en else f"{start or '…'} 至 {end or '今'}"
    return f"{text}（{span}）" if not en else f"{text} ({span})"


def _data_rows(row: Row, report: Json) -> list[Json]:
    return [] if row.finding["layer"] is None else list(rows_of_data(row.finding, report))


def _data(entry: Json, words: Words, *, en: bool) -> str:
    title, edition = words.pick(entry["title"]), entry["edition"]
    day, accuracy = entry["currency"] or NONE, entry["accuracy_m"]
    if en:
        return f"{title}, edition {edition}, as of {day}, accuracy ±{accuracy:g} m"
    return f"{title}，版本 {edition}，数据基准日 {day}，精度 ±{accuracy:g} m"


def shapes_of(report: Json) -> dict[str, Any]:
    """Return the site and the pieces of every finding in longitude and latitude, for the map."""
    crs = report["site"]["crs"]["code"]
    site = shape(report["site"]["geometry"])
    return {
        "site": lonlat_json(site, crs),
        "bounds": lonlat_box([site], crs),
        "pieces": [
            {
                "code": finding["code"],
                "severity": finding["severity"],
                "state": finding["state"],
                "shape": lonlat_json(shape(finding["pieces"]), crs),
            }
            for finding in report["findings"]
            if has_shape(finding["pieces"])
        ],
    }
