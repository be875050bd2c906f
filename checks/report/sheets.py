"""What the workbook shows: the tables of the pages, with measures as numbers in one unit each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checks.report.reading import Reading
from checks.report.sheets_findings import in_unit, in_words, section_sheets, sheets_below
from checks.report.sheets_plain import (
    Column,
    Sheet,
    Value,
    indicator_sheet,
    plain_sheet,
    plain_sheets,
)
from checks.report.texts import SECTIONS, Words
from checks.report.view import View
from checks.report.view_data import rows_of_data
from checks.report.view_land import (
    COLUMNS,
    land_amounts,
    land_heads,
    land_title,
    ownership_word,
    sum_word,
)
from checks.report.view_site import bounds_of, corridor_of, kind_of
from checks.report.view_sources import age_of, secrecy_of
from checks.report.view_table import Table
from gis.measures import rounded

Json = Mapping[str, Any]


def sheets_of(reading: Reading) -> list[Sheet]:
    """Return the sheets of a report in the order of its sections; empty tables are left out."""
    report, words, view = reading.report, reading.words, reading.view
    sheets = [
        _cover(view, words),
        _open(view, words),
        _hidden(view, words),
        _site(report, words),
        *plain_sheets([*view.site[1:], *view.classes, *view.facts], words),
    ]
    for section in view.sections:
        sheets += section_sheets(section.number, [*section.rows, *section.idle], words)
        # two tables come as numbers, from the document
        if section.number == 9:
            sheets += [sheet] if (sheet := indicator_sheet(report, words)) else []
        elif section.table:
            sheets.append(plain_sheet(section.table, words))
        sheets += _land(report, words) if section.number == 5 else plain_sheets(section.more, words)
    sheets += [
        *sheets_below(view, words),
        _data(report, words),
        *plain_sheets(view.sources[1:], words),
        _notes(view, words),
    ]
    return [sheet for sheet in sheets if sheet.rows]


# --- 1, 2 -------------------------------------------------------------------------------------


def _cover(view: View, words: Words) -> Sheet:
    rows: list[list[Value]] = [[words("report"), view.title]]
    rows += [[name, value] for name, value in view.cover]
    rows += [[light.name, words("comma").join(filter(None, (light.text, light.more)))]
             for light in view.lights]  # fmt: skip
    rows += [[f"{words('items')}{words('colon')}{name}", int(count)] for name, count in view.counts]
    rows += [[words("digest"), view.digest], [words("declaration"), words("declaration_text")]]
    columns = in_words(words, "item", "value")
    return Sheet(SECTIONS[1].pick(words.language), columns, rows, filtered=False)


def _open(view: View, words: Words) -> Sheet:
    rows = [
        [
            matter.code,
            matter.row.title if matter.row else None,
            matter.row.verdict if matter.row else None,
            words("yes") if matter.required else words("no"),
            matter.row.authority if matter.row else None,
        ]
        for matter in view.open
    ]
    columns = [Column(words("code")), *in_words(words, "check", "verdict", "required", "authority")]
    return Sheet(words("open"), columns, rows, frozen=2)


def _hidden(view: View, words: Words) -> Sheet:
    """Return hits on confidential layers: what they are, and whom to ask."""
    rows = [
        [row.code, row.title, row.verdict, row.severity_word, row.authority] for row in view.hidden
    ]
    columns = [
        Column(words("code")),
        *in_words(words, "check", "verdict", "severity", "authority"),
    ]
    return Sheet(words("confidential"), columns, rows, frozen=2)


def _site(report: Json, words: Words) -> Sheet:
    """Return the measures of the site, a line each; words stand in the table of the pages."""
    site = report["site"]
    ha, mu = ("公顷", "亩") if words.language == "zh" else ("ha", "mu")
    measures: list[tuple[str, Value, str]] = [
        ("area_plane", site["area_m2"], "m²"),
        ("area_plane", site["area_ha"], ha),
        ("area_plane", site["area_mu"], mu),
        ("area_ellipsoid", site["area_ellipsoid_m2"], "m²"),
        ("area_source", site["source_area_m2"], "m²"),
        ("area_declared", site["declared_area_m2"], "m²"),
        ("length", site["length_m"], "m"),
        *((key, value, "m") for key, value in corridor_of(site)),
        ("declared_difference", _hundredths(site["declared_difference"]), "%"),
        ("accuracy", site["accuracy_m"], "m"),
    ]
    rows: list[list[Value]] = [
        [words("site_name"), site["name"], None],
        [words("crs"), words.pick(site["crs"]), None],
        [words("source_crs"), site["source_crs"], None],
        [words("kind"), kind_of(site, words), None],
    ]
    rows += [[words(key), value, unit] for key, value, unit in measures if value is not None]
    if site["bounds"]:
        rows.append([words("bounds"), bounds_of(site["bounds"], words), None])
    columns = [Column(words("item")), Column(words("value"), "number"), Column(words("unit"))]
    return Sheet(words("site"), columns, rows, filtered=False)


def _hundredths(share: float | None) -> float | None:
    return None if share is None else rounded(share * 100, 7)


def _land(report: Json, words: Words) -> list[Sheet]:
    """Return the area table with its sum, and the areas that stand beside it."""
    land = report["site"].get("land_table")
    if land is None or not land["rows"]:
        return []
    first, second, *areas = land_heads(words)
    columns = [Column(first), Column(second), *(Column(head, "m2") for head in areas)]
    rows: list[list[Value]] = [
        [ownership_word(row, words), row["owner"], *(row[key] for key in COLUMNS)]
        for row in land["rows"]
    ]
    rows.append([sum_word(words), None, *(_sum([row[key] for row in land["rows"]])
                                          for key in COLUMNS)])  # fmt: skip
    beside = [Column(words("item")), in_unit(words, "piece_area", "m2")]
    amounts: list[list[Value]] = [[name, area] for name, area in land_amounts(land, words)]
    return [
        Sheet(land_title(words), columns, rows, frozen=2),
        Sheet(land_title(words), beside, amounts, filtered=False),
    ]


def _sum(areas: list[float | None]) -> float | None:
    known = [area for area in areas if area is not None]
    return rounded(sum(known)) if len(known) == len(areas) else None


# --- 12, 13 -----------------------------------------------------------------------------------


def _data(report: Json, words: Words) -> Sheet:
    columns = [
        *in_words(words, "layer", "layer_key", "secret", "edition", "part_of_layer", "currency"),
        Column(words("freshness") + words.paren(words("day")), "count"),
        Column(words("freshness_limit") + words.paren(words("day")), "count"),
        *in_words(words, "valid_from", "valid_to"),
        in_unit(words, "accuracy_short", "m"),
        in_unit(words, "coverage", "share"),
        *in_words(words, "incomplete_data", "cited_by", "checksum"),
    ]
    users: dict[str, list[str]] = {}
    for finding in report["findings"]:
        for row in rows_of_data(finding, report):
            users.setdefault(row["layer"], []).append(finding["code"])
    body = [
        [
            words.pick(row["title"]),
            row["layer"],
            secrecy_of(row, words),
            row["edition"],
            row["part"] or None,
            row["currency"],
            None if row["currency"] is None else age_of(row, report["as_of"]),
            row.get("freshness_days"),
            row["valid_from"],
            row["valid_to"],
            row["accuracy_m"],
            row["share_covered"],
            words("yes") if row["incomplete"] else None,
            words("and").join(dict.fromkeys(filter(None, users.get(row["layer"], ())))) or None,
            row["checksum"],
        ]
        for row in report["data_basis"]
    ]
    return Sheet(words("data"), columns, body, frozen=1)


def _notes(view: View, words: Words) -> Sheet:
    """Return limits and how to read; then what the pages say below or instead of their tables."""
    rows = [[text, code] for code, text in view.limits]
    rows += [[words(key), ""] for key in ("reading_dash", "reading_units", "reading_states")]
    for section in view.sections:
        if section.note:
            rows.append([section.note, f"{section.number} {section.title}"])
    rows += [[table.foot, table.title] for table in _tables(view) if table.foot]
    columns = [Column(words("limits")), Column(words("code"))]
    return Sheet(SECTIONS[13].pick(words.language), columns, rows, filtered=False)


def _tables(view: View) -> Iterator[Table]:
    yield from (*view.site, *view.classes, *view.facts)
    for section in view.sections:
        yield from [section.table] if section.table else []
        yield from section.more
    yield from view.sources
