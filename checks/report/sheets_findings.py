"""Sheets of findings: a sheet for each section, and their patches, classes, parts and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.report.numbers import NONE
from checks.report.sheets_plain import Column, Kind, Sheet, Value
from checks.report.texts import SECTIONS, Words
from checks.report.texts_values import STATISTIC_WORDS
from checks.report.view import View
from checks.report.view_data import statistics_of
from checks.report.view_findings import Row
from checks.report.view_pieces import pieces_of
from gis.measures import M2_PER_MU, rounded

Json = Mapping[str, Any]
_UNITS: Mapping[str, str] = {"m2": "m²", "mu": "亩", "ha": "公顷", "m": "m", "share": "%"}
_UNITS_EN: Mapping[str, str] = {**_UNITS, "mu": "mu", "ha": "ha"}


def in_unit(words: Words, key: str, kind: Kind) -> Column:
    """Return a column with its unit in the head."""
    unit = (_UNITS if words.language == "zh" else _UNITS_EN).get(kind, "")
    return Column(words(key) + (words.paren(unit) if unit else ""), kind)


def in_words(words: Words, *keys: str) -> list[Column]:
    """Return columns of texts."""
    return [Column(words(key)) for key in keys]


def _mu(area_m2: float | None) -> float | None:
    return None if area_m2 is None else rounded(area_m2 / M2_PER_MU)


def section_sheets(number: int, rows: Sequence[Row], words: Words) -> list[Sheet]:
    """Return the sheet of a section, none where it has no rows."""
    if not rows:
        return []
    columns = [
        Column(words("code")),
        *in_words(words, "check", "state", "verdict"),
        in_unit(words, "piece_area", "m2"),
        in_unit(words, "piece_area", "mu"),
        in_unit(words, "area_ellipsoid", "m2"),
        in_unit(words, "share", "share"),
        in_unit(words, "length", "m"),
        in_unit(words, "distance", "m"),
        in_unit(words, "count", "count"),
        in_unit(words, "figure", "count"),
        *in_words(words, "severity", "basis", "authority", "currency", "action", "remarks"),
    ]
    body = [_finding(row, words) for row in rows]
    marks = {(place, 12): row.severity for place, row in enumerate(rows) if row.state == "affected"}
    title = f"{number} {SECTIONS[number].pick(words.language)}"
    return [Sheet(title, columns, body, frozen=2, marks=marks)]


def _finding(row: Row, words: Words) -> list[Value]:
    measures = row.finding["measures"] or {}
    area = measures.get("area_m2")
    # what overlaps among patches is mostly what overlaps among their classes
    told = dict.fromkeys((row.say, *row.notes, row.overlap, row.classes_overlap))
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
        "\n".join(filter(None, told)) or None,
    ]


def sheets_below(view: View, words: Words) -> Iterator[Sheet]:
    """Yield what the pages show below the tables of matters, of all sections together."""
    for make in (_pieces, _classes, _parts, _statistics, _values):
        yield make(view, words)


def _pieces(view: View, words: Words) -> Sheet:
    columns = [
        Column(words("code")),
        *in_words(words, "check", "piece_no", "class", "owner", "place"),
        in_unit(words, "piece_area", "m2"),
        in_unit(words, "piece_area", "mu"),
        in_unit(words, "length", "m"),
        in_unit(words, "distance", "m"),
        *in_words(words, "remarks"),
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
        *in_words(words, "check", "class", "class_name"),
        in_unit(words, "piece_area", "m2"),
        in_unit(words, "piece_area", "mu"),
        in_unit(words, "length", "m"),
        in_unit(words, "share", "share"),
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


def _parts(view: View, words: Words) -> Sheet:
    """Return what each part of a site of several has of each matter."""
    rows = [row for row in _ordered(view) if row.parts]
    title, first = rows[0].part_heads if rows else ("", "")
    columns = [
        Column(words("code")),
        *in_words(words, "check"),
        Column(first),
        in_unit(words, "piece_area", "m2"),
        in_unit(words, "piece_area", "mu"),
        in_unit(words, "length", "m"),
        in_unit(words, "distance", "m"),
        in_unit(words, "share", "share"),
    ]
    body = [
        [
            row.code,
            row.title,
            str(part["no"]),
            part.get("area_m2"),
            _mu(part.get("area_m2")),
            part.get("length_m"),
            part.get("distance_m"),
            part.get("share"),
        ]
        for row in rows
        for part in row.finding["parts"]
    ]
    return Sheet(title, columns, body, frozen=3)


def _statistics(view: View, words: Words) -> Sheet:
    """Return what was counted on rasters; shares are fractions."""
    columns = [Column(words("code")), *in_words(words, "check", "item")]
    columns.append(Column(words("value"), "number"))
    body = [
        [row.code, row.title, words.of(STATISTIC_WORDS, name), value]
        for row in _ordered(view)
        for name, value in statistics_of(row.finding)
    ]
    return Sheet(words("statistics"), columns, body, frozen=2)


def _values(view: View, words: Words) -> Sheet:
    columns = [Column(words("code")), *in_words(words, "check", "item", "value")]
    body = [
        [row.code, row.title, name, value]
        for row in _ordered(view)
        if row.detailed
        for name, value in row.values
    ]
    return Sheet(words("values"), columns, body, frozen=2)
