"""GeoJSON, GeoPackage and 界址点 TXT of a report: pieces and rest, with what the report says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from checks.report.column_words import column_words
from checks.report.reading import Reading
from checks.report.shapes import (
    COLUMNS,
    PART_WORDS,
    Part,
    ShapeRow,
    finding_values,
    shape_rows,
)
from checks.report.site_json import multi_geojson
from checks.report.texts import SEVERITY_WORDS, STATE_WORDS, Words
from checks.report.version import watermark
from checks.report.view_findings import STATE_ORDER
from gis.crs import parse_crs
from gis.errors import Language, Text
from gis.geopackage import ColumnType, GeometryType, GpkgTable, Value, write_geopackage
from gis.site import Site
from gis.site_formats.boundary_txt import write_boundary_txt
from maps.qgis_style import Drawn, boundary, categorized, ground, unseen
from maps.qgis_style import Reading as QgisReading
from maps.svg import clean
from maps.symbols import SEVERITY, SITE, STATE

Json = Mapping[str, Any]
Rows = Sequence[Sequence[Value]]

_KINDS: Mapping[str, tuple[GeometryType, Drawn, str]] = {
    "MultiPolygon": ("MULTIPOLYGON", "fill", "areas"),
    "MultiLineString": ("MULTILINESTRING", "line", "lines"),
    "MultiPoint": ("MULTIPOINT", "marker", "points"),
}

_SHAPE_WORDS: Mapping[str, Text] = {
    "MultiPolygon": Text("面", "areas"),
    "MultiLineString": Text("线", "lines"),
    "MultiPoint": Text("点", "points"),
}

_FEATURE_COLUMNS: Mapping[str, ColumnType] = {
    "finding": "TEXT",
    "no": "INTEGER",
    "id": "TEXT",
    "name": "TEXT",
    "class": "TEXT",
    "area_m2": "REAL",
    "length_m": "REAL",
    "distance_m": "REAL",
    "fields": "TEXT",
}

_SHOWN_BY = 'if("state" = \'affected\', "severity", "state")'
"""QGIS expression: a hit is drawn by its severity, what is not settled by its state."""

_GRAVER = f'0 - array_find(array({", ".join(repr(key) for key in SEVERITY)}), "severity")'
"""QGIS expression: the graver a hit, the greater."""

_LABEL = "if(\"state\" = 'affected', \"code\", '')"
"""QGIS expression: hits are named in the map, as in the figures."""

_REST = replace(SITE, ink=STATE["not_applicable"].ink)
_FROM_TOP: Sequence[tuple[Part, str]] = (
    ("piece", "MultiPoint"),
    ("site", "MultiPolygon"),
    ("piece", "MultiLineString"),
    ("piece", "MultiPolygon"),
    ("uncovered", "MultiLineString"),
    ("uncovered", "MultiPolygon"),
    ("remainder", "MultiLineString"),
    ("remainder", "MultiPolygon"),
)
"""What lies on top first; a site that is a line lies below all."""

_TITLES: Mapping[str, Text] = {
    "findings": Text("检测结果", "Findings"),
    "features": Text("图斑明细", "Features"),
    "report": Text("报告信息", "The report"),
}


def render_geojson(report: Json, language: Language = "zh") -> bytes:
    """Return the shapes of a report as one GeoJSON FeatureCollection.

    Parameters
    ----------
    report
        The `report.json` document; nothing else is read.
    language
        Of the words in the properties.

    Returns
    -------
    bytes
        UTF-8, byte for byte the same for the same report. Coordinates are in the working CRS,
        named in the member `crs` that GDAL reads; areas are therefore those of the report.
    """
    return geojson_of(Reading(report, language))


def geojson_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_geojson`."""
    report, words = reading.report, reading.words
    features = [
        {
            "type": "Feature",
            "properties": dict(row.values),
            "geometry": multi_geojson(row.geometry),
        }
        for row in shape_rows(reading)
    ]
    document = {
        "type": "FeatureCollection",
        "name": words("report"),
        "crs": {"type": "name", "properties": {"name": _crs_name(report["site"]["crs"]["code"])}},
        "declaration": _declaration(report, words),
        "features": features,
    }
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _declaration(report: Json, words: Words) -> str:
    """What the report is not, behind the mark of an outside version."""
    return " ".join(filter(None, (watermark(report, words.language), words("declaration_text"))))


def _crs_name(code: str) -> str:
    kind, _, number = code.partition(":")
    return f"urn:ogc:def:crs:{kind}::{number}" if number.isdigit() else code


# --- GeoPackage -------------------------------------------------------------------------------


def render_gpkg(report: Json, language: Language = "zh") -> bytes:
    """Return a GeoPackage of a report, styled for QGIS.

    Tables: `site`, `pieces_areas`, `pieces_lines`, `pieces_points`, `remainder`, `uncovered`,
    each only where it has rows; `findings` with every rule, `features` with every patch, `report`.
    The same report gives the same content.
    """
    return gpkg_of(Reading(report, language))


def gpkg_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_gpkg`."""
    report, words = reading.report, reading.words
    rows = shape_rows(reading)
    tables = [
        *_shape_tables(rows, words),
        _findings(reading),
        _features(report, words),
        _about(report, words),
    ]
    return write_geopackage(
        tables, crs=report["site"]["crs"]["code"], on=date.fromisoformat(report["as_of"])
    )


def _shape_tables(rows: Sequence[ShapeRow], words: Words) -> list[GpkgTable]:
    """Return a table for each part and kind of geometry there is, what lies on top first.

    Programs open the tables of a file in this order: points lie over the edge of an area, areas
    over the rest; linear works lie below the parts of them that are affected.
    """
    groups: dict[tuple[Part, str], list[ShapeRow]] = {}
    for row in rows:
        groups.setdefault((row.part, row.geometry.geom_type), []).append(row)
    several = {part for part, kind in groups if kind != "MultiPolygon"}
    linear = ("site", "MultiLineString") in groups
    tables = []
    for part, kind in sorted(groups, key=_depth):
        members = groups[part, kind]
        geometry_type, drawn, suffix = _KINDS[kind]
        name = f"pieces_{suffix}" if part == "piece" else part
        if part not in {"piece", "site"} and part in several and kind != "MultiPolygon":
            name = f"{part}_{suffix}"
        tables.append(
            GpkgTable(
                name=name,
                title=words.of(PART_WORDS, part) + words.paren(words.of(_SHAPE_WORDS, kind)),
                columns=COLUMNS,
                rows=[[row.values[key] for key in COLUMNS] for row in members],
                geometry_type=geometry_type,
                geometries=[row.geometry for row in members],
                style=_pieces_style(drawn, words, members, linear=linear)
                if part == "piece"
                else _style(part, drawn, words),
                words=column_words(COLUMNS, words),
            )
        )
    return tables


def _depth(group: tuple[Part, str]) -> int:
    return _FROM_TOP.index(group) if group in _FROM_TOP else len(_FROM_TOP)


def _style(part: Part, drawn: Drawn, words: Words) -> str:
    reading = QgisReading(column_words(COLUMNS, words))
    if part == "site":
        return boundary(SITE, drawn, reading)
    symbol = SEVERITY["needs_assessment"] if part == "uncovered" else _REST
    return ground(symbol, drawn, reading)


def _pieces_style(drawn: Drawn, words: Words, members: Sequence[ShapeRow], *, linear: bool) -> str:
    """Draw as in the figures: hits over what is no hit, small areas over great ones.

    The parts of linear works lie on each other: the graver lies above, and is the narrower.
    """
    hits = {key: (words.of(SEVERITY_WORDS, key), symbol) for key, symbol in SEVERITY.items()}
    others = {state: (words.of(STATE_WORDS, state), STATE[state]) for state in STATE_ORDER[1:]}
    stacked = linear and drawn == "line"
    size = "length_m" if drawn == "line" else "area_m2"
    below = ("\"state\" = 'affected'", _GRAVER if stacked else f'0 - "{size}"', "0 - $id")
    reading = QgisReading(column_words(COLUMNS, words), _LABEL, below)
    there = {row.values["severity"] for row in members if row.values["state"] == "affected"}
    ranks = {key: rank for rank, key in enumerate(key for key in hits if key in there)}
    ranks |= dict.fromkeys(others, len(ranks))
    return categorized(_SHOWN_BY, hits | others, drawn, reading, ranks=ranks if stacked else None)


def _plain(name: str, columns: Mapping[str, ColumnType], rows: Rows, words: Words) -> GpkgTable:
    """Return a table without geometry."""
    known = column_words(columns, words)
    title = words.of(_TITLES, name)
    return GpkgTable(name, title, columns, rows, style=unseen(QgisReading(known)), words=known)


def _findings(reading: Reading) -> GpkgTable:
    report, words = reading.report, reading.words
    rows = [finding_values(row, report, words) for row in reading.rows]
    columns = {key: kind for key, kind in COLUMNS.items() if key not in {"part", "part_name"}}
    return _plain("findings", columns, [[values[key] for key in columns] for values in rows], words)


def _features(report: Json, words: Words) -> GpkgTable:
    rows = [
        [
            finding["code"],
            feature["no"],
            str(feature["id"]),
            feature["name"],
            feature["class"],
            feature["area_m2"],
            feature["length_m"],
            feature["distance_m"],
            json.dumps(feature["fields"], ensure_ascii=False, sort_keys=True),
        ]
        for finding in report["findings"]
        for feature in finding["features"] or ()
    ]
    return _plain("features", _FEATURE_COLUMNS, rows, words)


def _about(report: Json, words: Words) -> GpkgTable:
    entries = [
        (words("number"), report["number"] or words("precheck")),
        (words("as_of"), report["as_of"]),
        (words("crs"), words.pick(report["site"]["crs"])),
        (words("digest"), report["digest"]),
        (words("declaration"), _declaration(report, words)),
    ]
    return _plain("report", {"item": "TEXT", "value": "TEXT"}, entries, words)


# --- 界址点 TXT -------------------------------------------------------------------------------


def render_txt(report: Json, language: Language = "zh") -> bytes:
    """Return the 界址点 TXT of a report: the site, then piece and rest of each finding.

    Points have no boundary and are left out. Coordinates are those of the working CRS.

    Raises
    ------
    LantuError
        `txt_crs` where the working CRS is no CGCS2000 zone: the format knows no other.
    """
    return txt_of(Reading(report, language))


def txt_of(reading: Reading) -> bytes:
    """Write a report that is read already; see `render_txt`."""
    report, words = reading.report, reading.words
    crs = report["site"]["crs"]["code"]
    sites = [
        Site(
            name=_name(row, words),
            geometry=row.geometry,
            crs=crs,
            source_crs=crs,
            attributes={"编号": f"{number:03d}", "地块用途": str(row.values["part_name"])},
        )
        for number, row in enumerate(shape_rows(reading), 1)
        if row.geometry.geom_type != "MultiPoint"
    ]
    return write_boundary_txt(sites, crs=crs, produced_on=report["as_of"])


def _name(row: ShapeRow, words: Words) -> str:
    parts = [row.values["code"], row.values["title"]]
    if row.part != "site":
        parts.append(words.of(PART_WORDS, row.part))
    return clean(" ".join(str(part) for part in parts if part))


def in_cgcs2000_zone(report: Json) -> bool:
    """Whether the working CRS can be written as 界址点 TXT."""
    from gis.cgcs2000 import zone_of_epsg

    return zone_of_epsg(parse_crs(report["site"]["crs"]["code"]).to_epsg()) is not None
