"""The shapes of a report as files of geometry carry them: site, pieces, rest, what lies outside.

Numbers are those of the report document, unrounded; words are those of the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from checks.inheritance.words import OUTCOME_WORDS
from checks.report.plates import has_shape
from checks.report.reading import Reading
from checks.report.texts import Words
from checks.report.view_findings import Row
from gis.errors import Text
from gis.measures import M2_PER_MU, rounded

Json = Mapping[str, Any]
Value = str | float | int | None
Part = Literal["site", "piece", "remainder", "uncovered"]

PART_WORDS: Mapping[str, Text] = {
    "site": Text("用地", "Site"),
    "piece": Text("图斑", "Affected part"),
    "remainder": Text("其余部分", "The rest of the site"),
    "uncovered": Text("区域评估成果未覆盖部分", "Outside the assessed area"),
}

COLUMNS: Mapping[str, Literal["TEXT", "REAL", "INTEGER"]] = {
    "part": "TEXT",
    "part_name": "TEXT",
    "code": "TEXT",
    "title": "TEXT",
    "section": "INTEGER",
    "theme": "TEXT",
    "layer": "TEXT",
    "state": "TEXT",
    "state_name": "TEXT",
    "severity": "TEXT",
    "severity_name": "TEXT",
    "verdict": "TEXT",
    "certainty": "TEXT",
    "area_m2": "REAL",
    "area_mu": "REAL",
    "area_ellipsoid_m2": "REAL",
    "length_m": "REAL",
    "share": "REAL",
    "count": "INTEGER",
    "distance_m": "REAL",
    "figure": "INTEGER",
    "basis": "TEXT",
    "authority": "TEXT",
    "currency": "TEXT",
    "action": "TEXT",
    "report": "TEXT",
    "as_of": "TEXT",
    "digest": "TEXT",
}
"""Columns of every row, with their types; a value that does not apply is null."""


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """One shape with its values by column."""

    part: Part
    geometry: BaseGeometry
    values: Mapping[str, Value]


def shape_rows(reading: Reading) -> list[ShapeRow]:
    """Return the site, then piece and rest of each finding that has a shape, then uncovered parts.

    Geometries are in the working CRS as the report holds them. A finding without pieces (clear,
    not assessed, confidential) has no shape: the rest of the site would be the site again.
    """
    report, words = reading.report, reading.words
    found: list[ShapeRow] = []
    if has_shape(report["site"]["geometry"]):
        found.append(_site(report, words))
    for row in reading.rows:
        if not has_shape(row.finding["pieces"]):
            continue
        found.append(_of_finding("piece", row, report, words))
        if has_shape(row.finding["remainder"]):
            found.append(_of_finding("remainder", row, report, words))
    found += [
        _uncovered(decision, report, words)
        for decision in report["inheritance"]
        if has_shape(decision["uncovered"])
    ]
    return found


def finding_values(row: Row, report: Json, words: Words) -> dict[str, Value]:
    """Return what the columns say of a finding, measures as the document has them."""
    finding = row.finding
    measures = finding["measures"] or {}
    area = measures.get("area_m2")
    return {
        **_blank("piece", report, words),
        "code": finding["code"],
        "title": row.title,
        "section": row.section,
        "theme": finding["theme"],
        "layer": finding["layer"],
        "state": row.state,
        "state_name": row.state_word,
        "severity": row.severity or None,
        "severity_name": row.severity_word if row.severity else None,
        "verdict": row.verdict,
        "certainty": finding["certainty"],
        "area_m2": area,
        "area_mu": _mu(area),
        "area_ellipsoid_m2": measures.get("area_ellipsoid_m2"),
        "length_m": measures.get("length_m"),
        "share": measures.get("share"),
        "count": measures.get("count"),
        "distance_m": measures.get("distance_m"),
        "figure": row.figure,
        "basis": words("semicolon").join(row.basis) or None,
        "authority": finding["authority"],
        "currency": words("and").join(row.currency),
        "action": row.action or None,
    }


def _mu(area_m2: float | None) -> float | None:
    return None if area_m2 is None else rounded(area_m2 / M2_PER_MU)


def _blank(part: Part, report: Json, words: Words) -> dict[str, Value]:
    values: dict[str, Value] = dict.fromkeys(COLUMNS)
    values |= {
        "part": part,
        "part_name": words.of(PART_WORDS, part),
        "report": report["number"] or words("precheck"),
        "as_of": report["as_of"],
        "digest": report["digest"],
    }
    return values


def _site(report: Json, words: Words) -> ShapeRow:
    site = report["site"]
    values = _blank("site", report, words) | {
        "title": site["name"],
        "area_m2": site["area_m2"],
        "area_mu": site["area_mu"],
        "area_ellipsoid_m2": site["area_ellipsoid_m2"],
        "length_m": site["length_m"],
    }
    return ShapeRow("site", shape(site["geometry"]), values)


def _of_finding(part: Part, row: Row, report: Json, words: Words) -> ShapeRow:
    values = finding_values(row, report, words)
    if part == "piece":
        return ShapeRow(part, shape(row.finding["pieces"]), values)
    geometry = shape(row.finding["remainder"])
    values |= {"part": part, "part_name": words.of(PART_WORDS, part), **_measured(geometry)}
    return ShapeRow(part, geometry, values)


def _measured(geometry: BaseGeometry) -> dict[str, Value]:
    """Return the measures of a rest: its own, none of those of the finding."""
    areal = geometry.geom_type == "MultiPolygon"
    area = rounded(float(geometry.area)) if areal else None
    return {
        "area_m2": area,
        "area_mu": _mu(area),
        "area_ellipsoid_m2": None,
        "length_m": None if areal else rounded(float(geometry.length)),
        "share": None,
        "count": None,
        "distance_m": None,
    }


def _uncovered(decision: Json, report: Json, words: Words) -> ShapeRow:
    geometry = shape(decision["uncovered"])
    values = _blank("uncovered", report, words) | _measured(geometry)
    values |= {
        "code": decision["kind"],
        "title": words.pick(decision["name"]),
        "section": 8,
        "verdict": words.of(OUTCOME_WORDS, decision["outcome"]),
        "authority": decision["authority"],
    }
    return ShapeRow("uncovered", geometry, values)
