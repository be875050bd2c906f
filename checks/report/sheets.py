"""What the workbook shows: the tables of the pages, with measures as numbers in one unit each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.report.numbers import NONE
from checks.report.reading import Reading
from checks.report.sheets_plain import (
    Column,
    Kind,
    Sheet,
    Value,
    indicator_sheet,
    plain_sheet,
    plain_sheets,
)
from checks.report.texts import SECTIONS, Words
from checks.report.view import View
from checks.report.view_findings import Row, pieces_of, rows_of_data
from checks.report.view_land import COLUMNS, land_heads, land_tables, land_title, ownership_word
from gis.measures import M2_PER_MU, rounded

Json = Mapping[str, Any]
_UNITS: Mapping[str, str] = {"m2": "m²", "mu": "亩", "ha": "公顷", "m": "m", "share": "%"}
_UNITS_EN: Mapping[str, str] = {**_UNITS, "mu": "mu", "ha": "ha"}


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
        sheets += _section(section.number, [*section.rows, *section.idle], words)
        # two tables come as numbers, from the document
        if section.number == 9:
            sheets += [sheet] if (sheet := indicator_sheet(report, words)) else []
        elif section.table:
            sheets.append(plain_sheet(section.table, words))
        sheets += _land(report, words) if section.number == 5 else plain_sheets(section.more, words)
    sheets += [
        _pieces(view, words),
        _classes(view, words),
        _data(report, words),
        *plain_sheets(view.sources[1:], words),
        _notes(view, words),
    ]
    return [sheet for sheet in sheets if sheet.rows]


def _unit(words: Words, key: str, kind: Kind) -> Column:
    """Return a column with its unit in the head."""
    unit = (_UNITS if words.language == "zh" else _UNITS_EN).get(kind, "")
    return Column(words(key) + (words.paren(unit) if unit else ""), kind)


def _text(words: Words, *keys: str) -> list[Column]:
    return [Column(words(key)) for key in keys]


def _mu(area_m2: float | None) -> float | None:
    return None if area_m2 is None else rounded(area_m2 / M2_PER_MU)


# --- 1, 2 -------------------------------------------------------------------------------------


def _cover(view: View, words: Words) -> Sheet:
    rows: list[list[Value]] = [[words("report"), view.title]]
    rows += [[name, value] for name, value in view.cover]
    rows += [[light.name, words("comma").join(filter(None, (light.text, light.more)))]
             for light in view.lights]  # fmt: skip
    rows += [[f"{words('items')}{words('colon')}{name}", int(count)] for name, count in view.counts]
    rows += [[words("digest"), view.digest], [words("declaration"), words("declaration_text")]]
    columns = _text(words, "item", "value")
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
    columns = [Column(words("code")), *_text(words, "check", "verdict", "required", "authority")]
    return Sheet(words("open"), columns, rows, frozen=2)


def _hidden(view: View, words: Words) -> Sheet:
    """Return hits on confidential layers: what they are, and whom to ask."""
    rows = [
        [row.code, row.title, row.verdict, row.severity_word, row.authority] for row in view.hidden
    ]
    columns = [
        Column(words("code")),
        *_text(words, "check", "verdict", "severity", "authority"),
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
        ("accuracy", site["accuracy_m"], "m"),
    ]
    rows: list[list[Value]] = [
        [words("site_name"), site["name"], None],
        [words("crs"), words.pick(site["crs"]), None],
        [words("source_crs"), site["source_crs"], None],
    ]
    rows += [[words(key), value, unit] for key, value, unit in measures if value is not None]
    columns = [Column(words("item")), Column(words("value"), "number"), Column(words("unit"))]
    return Sheet(words("site"), columns, rows, filtered=False)


# --- findings ---------------------------------------------------------------------------------


def _section(number: int, rows: Sequence[Row], words: Words) -> list[Sheet]:
    if not rows:
        return []
    columns = [
        Column(words("code")),
        *_text(words, "check", "state", "verdict"),
        _unit(words, "piece_area", "m2"),
        _unit(words, "piece_area", "mu"),
        _unit(words, "area_ellipsoid", "m2"),
        _unit(words, "share", "share"),
        _unit(words, "length", "m"),
        _unit(words, "distance", "m"),
        _unit(words, "count", "count"),
        _unit(words, "figure", "count"),
        *_text(words, "severity", "basis", "authority", "currency", "action", "remarks"),
    ]
    body = [_finding(row, words) for row in rows]
    marks = {(place, 12): row.severity for place, row in enumerate(rows) if row.state == "affected"}
    title = f"{number} {SECTIONS[number].pick(words.language)}"
    return [Sheet(title, columns, body, frozen=2, marks=marks)]


def _finding(row: Row, words: Words) -> list[Value]:
    measures = row.finding["measures"] or {}
    area = measures.get("area_m2")
    return [
        row.code,
        row.title,
        row.state_word,
        row.verdict,
        area,
        _mu(area),
        measures.get("area_ellipsoid_m2"),
        measures.get("share"),
        measures.get("length_m"),
        measures.get("distance_m"),
        measures.get("count"),
        row.figure,
        row.severity_word,
        "\n".join(row.basis),
        row.authority,
        words("and").join(row.currency),
        row.action or None,
        "\n".join([row.say, *row.notes]).strip() or None,
    ]


def _land(report: Json, words: Words) -> list[Sheet]:
    land = report["site"].get("land_table")
    if land is None or not land["rows"]:
        return plain_sheets(land_tables(report, words), words)
    first, second, *areas = land_heads(words)
    columns = [Column(first), Column(second), *(Column(head, "m2") for head in areas)]
    rows: list[list[Value]] = [
        [ownership_word(row, words), row["owner"], *(row[key] for key in COLUMNS)]
        for row in land["rows"]
    ]
    return [Sheet(land_title(words), columns, rows, frozen=2)]


def _pieces(view: View, words: Words) -> Sheet:
    columns = [
        Column(words("code")),
        *_text(words, "check", "piece_no", "class", "owner", "place"),
        _unit(words, "piece_area", "m2"),
        _unit(words, "piece_area", "mu"),
        _unit(words, "length", "m"),
        _unit(words, "distance", "m"),
        *_text(words, "remarks"),
    ]
    body: list[list[Value]] = []
    for row in _ordered(view):
        features = row.finding["features"] or []
        printed, _, _ = pieces_of(row.finding, words, len(features))
        for feature, piece in zip(features, printed, strict=True):
            texts = [piece.number, piece.kind, piece.owner, piece.place]
            numbers = [
                feature["area_m2"],
                _mu(feature["area_m2"]),
                feature["length_m"],
                feature["distance_m"],
            ]
            shown = [None if text == NONE else text for text in texts]
            body.append([row.code, row.title, *shown, *numbers, piece.more or None])
    return Sheet(words("pieces_of"), columns, body, frozen=3)


def _ordered(view: View) -> list[Row]:
    return [row for section in view.sections for row in section.rows]


def _classes(view: View, words: Words) -> Sheet:
    columns = [
        Column(words("code")),
        *_text(words, "check", "class", "class_name"),
        _unit(words, "piece_area", "m2"),
        _unit(words, "piece_area", "mu"),
        _unit(words, "length", "m"),
        _unit(words, "share", "share"),
    ]
    body = [
        [
            row.code,
            row.title,
            item["code"],
            words.pick(item["name"]) or None,
            item["area_m2"],
            _mu(item["area_m2"]),
            item["length_m"],
            item["share"],
        ]
        for row in _ordered(view)
        for item in row.finding["classes"] or []
    ]
    return Sheet(words("classes_of"), columns, body, frozen=2)


# --- 12, 13 -----------------------------------------------------------------------------------


def _data(report: Json, words: Words) -> Sheet:
    columns = [
        *_text(words, "layer", "layer_key", "edition", "part_of_layer", "currency"),
        *_text(words, "valid_from", "valid_to"),
        _unit(words, "accuracy_short", "m"),
        _unit(words, "coverage", "share"),
        *_text(words, "incomplete_data", "cited_by", "checksum"),
    ]
    users: dict[str, list[str]] = {}
    for finding in report["findings"]:
        for row in rows_of_data(finding, report):
            users.setdefault(row["layer"], []).append(finding["code"])
    body = [
        [
            words.pick(row["title"]),
            row["layer"],
            row["edition"],
            row["part"] or None,
            row["currency"],
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
    rows = [[text, code] for code, text in view.limits]
    rows += [[words(key), ""] for key in ("reading_dash", "reading_units", "reading_states")]
    columns = [Column(words("limits")), Column(words("code"))]
    return Sheet(SECTIONS[13].pick(words.language), columns, rows, filtered=False)
