"""What the HTML shows of a report: the pages' values in order, from the report document alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checks.report.numbers import NONE
from checks.report.plates import Plate, plates
from checks.report.plates_sharing import sharing_plates
from checks.report.texts import (
    LATER_WORDS,
    LIGHT_WORDS,
    SECTIONS,
    SEVERITY_WORDS,
    STATE_WORDS,
    Words,
)
from checks.report.texts_values import FORCE_WORDS
from checks.report.version import watermark
from checks.report.view_data import opened_by
from checks.report.view_findings import STATE_ORDER, Row, rank
from checks.report.view_indicators import indicator_table
from checks.report.view_land import land_tables
from checks.report.view_problems import problem_table
from checks.report.view_services import class_tables, service_tables
from checks.report.view_sharing import sharing_tables
from checks.report.view_site import facts_tables, site_tables
from checks.report.view_sources import source_tables
from checks.report.view_table import Table

Json = Mapping[str, Any]
Pairs = list[tuple[str, str]]
_MOST_TOLD = 3
_CHECKED = range(3, 8)
_LAND_USE = 5
_SHARING = 8
_INDICATORS = 9
_LISTS = 10
_LATER = {8: "inheritance", 9: "indicators", 10: "services"}


@dataclass(frozen=True, slots=True)
class Section:
    """One of the thirteen. `note` is set where there is nothing else to show."""

    number: int
    title: str
    note: str
    rows: list[Row]
    idle: list[Row]
    table: Table | None = None
    more: tuple[Table, ...] = ()

    @property
    def linear(self) -> bool:
        """Whether lengths stand where a site of polygons has areas."""
        return any(row.linear for row in self.rows)


@dataclass(frozen=True, slots=True)
class Light:
    """One of the two lights: a colour, and the words that say it without colour."""

    key: str
    name: str
    text: str
    more: str


@dataclass(frozen=True, slots=True)
class Open:
    """A matter that was not settled; `required` where its layer is one the check needs."""

    code: str
    row: Row | None
    required: bool


@dataclass(frozen=True, slots=True)
class View:
    """All that the templates need."""

    title: str
    subject: str
    number: str
    is_precheck: bool
    cover: Pairs
    digest: str
    lights: list[Light]
    counts: Pairs
    hits: list[Row]
    open: list[Open]
    hidden: list[Row]
    facts: list[Table]
    site: list[Table]
    classes: list[Table]
    sections: list[Section]
    plates: list[Plate]
    sources: list[Table]
    limits: list[tuple[str, str]]
    watermark: str


def view_of(report: Json, words: Words, order: list[Row]) -> View:
    """Return the values of the pages in one language, the findings as `rows_in_order` has them."""
    subject = subject_of(report)
    conclusion = report["conclusion"]
    by_code = {row.code: row for row in order}
    drawn = plates(report, order, words)
    drawn += sharing_plates(report, len(drawn) + 1, words)
    worst = sorted(order, key=lambda row: (rank(row.finding), row.anchor))
    open_matters = _open(report, by_code)
    return View(
        title=title_of(report, words),
        subject=subject,
        number=report["number"] or words("precheck"),
        is_precheck=report["number"] is None,
        cover=_cover(report, words),
        digest=report["digest"] or NONE,
        lights=_explained(conclusion, worst, open_matters, words),
        counts=counts_of(conclusion, words),
        hits=[row for row in worst if row.state == "affected"],
        open=open_matters,
        hidden=[row for row in worst if row.section is None],
        facts=facts_tables(report["project"], words),
        site=site_tables(report, words),
        classes=class_tables(report["class"], words),
        sections=[_section(number, report, order, words) for number in SECTIONS],
        plates=drawn,
        sources=source_tables(report, words),
        limits=[(limit["code"], words.pick(limit)) for limit in report["limits"]],
        watermark=watermark(report, words.language),
    )


def _open(report: Json, by_code: Mapping[str, Row]) -> list[Open]:
    """Return what was not settled, required layers first; a complete check lacks none of them."""
    needed = set(report["scenario"]["required_layers"])
    complete = report["conclusion"]["complete"]
    matters = []
    for code in report["conclusion"]["open"]:
        row = by_code.get(code)
        asked = row is not None and (not needed or needed & opened_by(row.finding, report))
        matters.append(Open(code or NONE, row, bool(asked) and not complete))
    return sorted(matters, key=lambda matter: not matter.required)


def subject_of(report: Json) -> str:
    """Return what the report is about: the project, else the site."""
    return str(report["project"]["name"] or report["site"]["name"] or "")


def title_of(report: Json, words: Words) -> str:
    """Return the title of the report, as every format prints it."""
    subject = subject_of(report)
    if words.language == "en":
        return f"{subject}: {words('report')}" if subject else words("report")
    middle = "" if subject.endswith("项目") else words("project_word")
    return f"{subject}{middle}{words('report')}"


def _cover(report: Json, words: Words) -> Pairs:
    project = report["project"]
    packs = words("and").join(_pack(pack, words) for pack in report["rulebook"]["packs"])
    return [
        (words("number"), report["number"] or words("precheck")),
        (words("project_code"), project["code"] or NONE),
        (words("project_name"), project["name"] or NONE),
        (words("site_name"), report["site"]["name"] or NONE),
        (words("as_of"), report["as_of"]),
        (words("packs"), packs or NONE),
        (words("scenario"), words.pick(report["scenario"]["title"])),
        (words("secrecy"), words("secrecy_open")),
    ]


def _pack(pack: Json, words: Words) -> str:
    draft = pack["status"] == "draft"
    return str(pack["name"]) + (words.paren(words.of(FORCE_WORDS, "draft")) if draft else "")


def lights_of(conclusion: Json, words: Words) -> list[Light]:
    """Return the two lights: level of conflict, completeness of the check."""
    colour, worst, complete = conclusion["colour"], conclusion["worst"], conclusion["complete"]
    found = words.of(SEVERITY_WORDS, worst) if worst else words("none_found")
    conflict = Light(
        colour,
        words("conflict"),
        words.of(LIGHT_WORDS, colour),
        f"{words('worst')}{words('colon')}{found}",
    )
    left = len(conclusion["open"])
    done = words("complete_but", n=left) if left else words("complete")
    text = done if complete else words("incomplete", n=left)
    return [conflict, Light("green" if complete else "grey", words("completeness"), text, "")]


def _explained(
    conclusion: Json, rows: Sequence[Row], matters: Sequence[Open], words: Words
) -> list[Light]:
    """Return the lights with what they rest on: the worst hits, and what is still lacking."""
    level, done = lights_of(conclusion, words)
    hits = [row for row in rows if row.state == "affected" and row.severity == conclusion["worst"]]
    lacking = [matter for matter in matters if matter.required and matter.row]
    if hits:
        named = _some_of(hits, words)
        level = replace(level, more=level.more + words("found_which", n=len(hits), which=named))
    if lacking:
        named = _some_of([matter.row for matter in lacking if matter.row], words)
        done = replace(done, more=words("open_which", n=len(lacking), which=named))
    return [level, done]


def _some_of(rows: Sequence[Row], words: Words) -> str:
    shown = [f"{row.code} {row.title}" for row in rows[:_MOST_TOLD]]
    others = [words("and_others")] if len(rows) > _MOST_TOLD else []
    return words("semicolon").join(shown + others)


def counts_of(conclusion: Json, words: Words) -> Pairs:
    """Return how many findings are in each state, in the order of the pages."""
    counts = conclusion["counts"]
    known = [state for state in STATE_ORDER if state in counts]
    others = sorted(set(counts) - set(known))
    return [(words.of(STATE_WORDS, state), str(counts[state])) for state in known + others]


# --- 3 to 10 -----------------------------------------------------------------------------------


def _section(number: int, report: Json, order: list[Row], words: Words) -> Section:
    title = SECTIONS[number].pick(words.language)
    mine = [row for row in order if row.section == number]
    rows = [row for row in mine if row.state != "not_applicable"]
    idle = [row for row in mine if row.state == "not_applicable"]
    chosen = report["scenario"]["sections"]
    left_out = chosen is not None and number not in chosen and 3 <= number <= 10
    note = ""
    if number in _LATER:
        entries = len(report[_LATER[number]])
        note = words("present_elsewhere", n=entries) if entries else ""
        note = note or (words("skipped") if left_out else LATER_WORDS[number].pick(words.language))
    elif number in _CHECKED and not mine:
        note = words("skipped") if left_out else words("no_rules")
    if number == _SHARING and report["inheritance"]:
        first, *more = sharing_tables(report, words)
        return Section(number, title, "", rows, idle, first, tuple(more))
    if number == _INDICATORS and report["indicators"]:
        return Section(number, title, "", rows, idle, indicator_table(report, words))
    if number == _LISTS and not left_out:
        listed = service_tables(report, words)
        problems = problem_table(report, order, words)
        return Section(number, title, "" if listed else note, rows, idle, problems, tuple(listed))
    if number == _LAND_USE:
        land = land_tables(report, words)
        return Section(number, title, "" if land else note, rows, idle, more=tuple(land))
    return Section(number, title, note, rows, idle)
