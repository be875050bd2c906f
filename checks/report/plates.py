"""The figures of a report: which there are, their numbers, and the SVG of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shapely import get_parts
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from checks.report.numbers import fixed, percent, plain
from checks.report.texts import SEVERITY_WORDS, Words
from checks.report.version import is_outside
from checks.report.view_data import unit_of
from checks.report.view_findings import Row, rank, row_of
from maps.figures import Figure, Overlay, Shade, draw, figure_title
from maps.surroundings import Surrounding, Surroundings
from maps.symbols import SEVERITY

Json = Mapping[str, Any]

_ALL_SHADED = 0.9999


@dataclass(frozen=True, slots=True)
class Plate:
    """One figure with its caption; `anchor` is the finding it belongs to, None for the overview."""

    number: int
    title: str
    caption: str
    svg: str
    anchor: str | None


def numbered(rows: Sequence[Row]) -> list[Row]:
    """Give each affected finding with pieces its figure number, from 2 on; 1 is the overview."""
    number = 1
    out: list[Row] = []
    for row in rows:
        if row.state == "affected" and has_shape(row.finding["pieces"]):
            number += 1
            out.append(replace(row, figure=number))
        else:
            out.append(row)
    return out


def rows_in_order(report: Json, words: Words) -> list[Row]:
    """Return the findings in the order of the pages, with the figure numbers of the pages."""
    rows = [row_of(item, index, report, words) for index, item in enumerate(report["findings"])]
    order = sorted(rows, key=lambda row: (row.section or 0, rank(row.finding), row.anchor))
    return numbered(order)


def has_shape(geometry: Json | None) -> bool:
    """Whether a GeoJSON geometry of the report holds anything to draw."""
    return geometry is not None and bool(geometry.get("coordinates"))


def plates(report: Json, rows: Sequence[Row], words: Words) -> list[Plate]:
    """Return the overview, then one figure for each row that has a number."""
    site_json = report["site"]["geometry"]
    if not has_shape(site_json):
        return []
    site = shape(site_json)
    drawn = [row for row in rows if row.figure is not None]
    pieces = {row.anchor: shape(row.finding["pieces"]) for row in drawn}
    subjects = _subjects(report, drawn, words)
    crs = words.pick(report["site"]["crs"])
    base = Figure("fig1", 1, "", site, (), crs, words.language, around=surroundings(report))
    first = _overview(base, report, drawn, pieces, words)
    return [
        first,
        *(_one(base, row, subjects[row.anchor], pieces[row.anchor], words) for row in drawn),
    ]


def surroundings(report: Json) -> Surroundings | None:
    """Return what lies around the site as the report keeps it; None where it keeps nothing."""
    things = tuple(
        Surrounding(shape(entry["geometry"]), entry["role"], entry["name"] or "")
        for entry in report["site"].get("context") or ()
        if has_shape(entry["geometry"])
    )
    return Surroundings(things) if things else None


def _overview(
    base: Figure,
    report: Json,
    drawn: Sequence[Row],
    pieces: Mapping[str, BaseGeometry],
    words: Words,
) -> Plate:
    subject = words("overview") if drawn else words("site_only")
    counts = {key: sum(row.severity == key for row in drawn) for key in SEVERITY}
    overlays = tuple(
        Overlay(
            pieces[row.anchor],
            SEVERITY[row.severity],
            words.of(SEVERITY_WORDS, row.severity) + words.paren(str(counts[row.severity])),
            row.code,
        )
        for row in sorted(drawn, key=lambda row: list(SEVERITY).index(row.severity))
    )
    figure = replace(
        base, subject=subject, overlays=overlays, site_labels=_part_labels(report, base.site, words)
    )
    bare = "outside_figure" if is_outside(report) else "no_extra"
    caption = words("overview_caption" if drawn else bare)
    title = figure_title(1, subject, words.language)
    return Plate(1, title, caption, draw(figure), None)


def _subjects(report: Json, drawn: Sequence[Row], words: Words) -> dict[str, str]:
    """Name each figure by its layer; where a layer has several, by the rule's code too."""
    titles = {row["layer"]: words.pick(row["title"]) for row in report["data_basis"]}
    layers = [row.finding["layer"] for row in drawn]
    named: dict[str, str] = {}
    for row in drawn:
        layer = row.finding["layer"]
        title = titles.get(layer) or row.title
        several = layers.count(layer) > 1
        named[row.anchor] = title + words.paren(row.code) if several else title
    return named


def _one(base: Figure, row: Row, subject: str, pieces: BaseGeometry, words: Words) -> Plate:
    number = row.figure or 0
    measures = row.finding["measures"] or {}
    area, length = measures.get("area_m2"), measures.get("length_m")
    size = f"{fixed(area)} m²" if area is not None else f"{fixed(length)} m" if length else ""
    alone = len(get_parts(pieces)) == 1
    legend = f"{row.code} {row.severity_word}" + (words("comma") + size if size else "")
    shades = shades_of(row.finding, words)
    overlay = Overlay(
        pieces, SEVERITY[row.severity], legend, size if alone else "", bare=bool(shades)
    )
    figure = replace(
        base,
        ident=f"fig{number}",
        number=number,
        subject=subject,
        overlays=(overlay,),
        remainder=_unmarked(row.finding, base.site, shaded=bool(shades)),
        shades=shades,
    )
    title = figure_title(number, subject, words.language)
    caption = f"{row.code} {row.verdict}" + (words("comma") + size if size else "")
    return Plate(number, title, caption, draw(figure), row.anchor)


def _unmarked(finding: Json, site: BaseGeometry, *, shaded: bool) -> BaseGeometry | None:
    """Return what the legend calls the rest: ground that is not hit, or bears no shade."""
    if shaded:
        return site if sum(band["share"] for band in finding["bands"]) < _ALL_SHADED else None
    return shape(finding["remainder"]) if has_shape(finding["remainder"]) else None


def shades_of(finding: Json, words: Words) -> tuple[Shade, ...]:
    """Return the ground of a raster by class or band, with its share of the site."""
    bands = [band for band in finding.get("bands") or () if has_shape(band["geometry"])]
    unit = unit_of(finding)
    return tuple(
        Shade(
            shape(band["geometry"]),
            f"{_band_name(band, unit, words)}{words('comma')}{percent(band['share'])}",
        )
        for band in bands
    )


def _band_name(band: Json, unit: str, words: Words) -> str:
    if band["code"] is not None:
        return " ".join(text for text in (band["code"], words.pick(band["name"])) if text)
    low, high = band["from"], band["to"]
    if low is None:
        return words("up_to", x=f"{plain(high)}{unit}")
    if high is None:
        return words("over", x=f"{plain(low)}{unit}")
    return f"{plain(low)}–{plain(high)}{unit}"


def _part_labels(report: Json, site: BaseGeometry, words: Words) -> list[tuple[str, BaseGeometry]]:
    """Name the parts of the site by their numbers in the table: the part of the same size."""
    rows = list(report["site"]["parts"] or [])
    shapes = list(get_parts(site))
    if len(shapes) < 2 or len(rows) != len(shapes):
        return []
    labels: list[tuple[str, BaseGeometry]] = []
    named = "stretch_no" if report["site"]["kind"] == "line" else "part_no"
    for row in rows:
        size = row["area_m2"] if row["area_m2"] is not None else row["length_m"]
        measured = [part.area or part.length for part in shapes]
        nearest = min(range(len(shapes)), key=lambda i: (abs(measured[i] - (size or 0.0)), i))
        labels.append((words(named, n=row["no"]), shapes.pop(nearest)))
    return labels
