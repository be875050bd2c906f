"""`map.html`: the site and all that affects it, on a map that opens without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely.geometry import shape

from checks.report.numbers import NONE
from checks.report.plates import has_shape, surroundings
from checks.report.reading import Reading
from checks.report.shapes import PART_WORDS, shape_rows
from checks.report.texts import SEVERITY_WORDS, STATE_WORDS, Words
from checks.report.version import is_outside, watermark
from checks.report.view import lights_of, title_of
from checks.report.view_findings import SEVERITY_ORDER, Row, rank
from checks.report.view_site import site_rows
from checks.report.view_values import brief
from gis.errors import Language, Text
from maps.map_panel import MapLayer, MapPage, MapShape
from maps.site_map import draw_site_map
from maps.surroundings import MAP_SYMBOLS, ROLE_WORDS
from maps.symbols import LIGHT, SEVERITY, SITE, STATE, Symbol

Json = Mapping[str, Any]
THEME_WORDS: Mapping[str, Text] = {
    "control_line": Text("控制线", "Control lines"),
    "plan": Text("规划", "Plans"),
    "present_state": Text("现状", "Present state"),
    "approval": Text("用地审批", "Land approvals"),
    "safety": Text("安全与限制因素", "Safety"),
    "survey_object": Text("现状普查对象", "Surveyed objects"),
    "utility": Text("市政配套", "Utilities"),
    "context": Text("周边", "Surroundings"),
}
_MOST_PIECES = 12
_DRAWN = ("affected", "needs_person")
"""States whose pieces are drawn: what lies below a limit is no matter of the map."""

_UNCOVERED = replace(STATE["not_assessed"], key="uncovered")


def render_map(report: Json, language: Language = "zh") -> bytes:
    """Return the map page of a report, from the document alone.

    Layers are the themes of the findings; a popup says what the table of the report says.
    """
    return map_of(Reading(report, language))


def map_of(reading: Reading) -> bytes:
    """Draw a report that is read already; see `render_map`."""
    report, words, language = reading.report, reading.words, reading.language
    rows = [row for row in reading.rows if row.state in _DRAWN and has_shape(row.finding["pieces"])]
    uncovered = [row for row in shape_rows(reading) if row.part == "uncovered"]
    backdrop, quiet = _backdrop(report, words)
    layers = [*backdrop, _site_layer(report, words), *_themes(rows, words)]
    if uncovered:
        shapes = [
            MapShape(
                row.geometry,
                str(row.values["title"]),
                [(words("judged"), str(row.values["verdict"]))],
                _UNCOVERED,
            )
            for row in uncovered
        ]
        layers.append(MapLayer(words.of(PART_WORDS, "uncovered"), shapes, shown=False))
    used = {row.severity for row in rows if row.state == "affected"}
    legend = [(SITE, words.of(PART_WORDS, "site"))]
    legend += [
        (SEVERITY[key], words.of(SEVERITY_WORDS, key)) for key in SEVERITY_ORDER if key in used
    ]
    states = [state for state in _DRAWN[1:] if any(row.state == state for row in rows)]
    legend += [(STATE[state], words.of(STATE_WORDS, state)) for state in states]
    legend += [(_UNCOVERED, words.of(PART_WORDS, "uncovered"))] if uncovered else []
    legend += quiet
    page = MapPage(
        title=title_of(report, words),
        layers=layers,
        legend_title=words("legend"),
        legend=legend,
        notes=[
            f"{words('number')}{words('colon')}{report['number'] or words('precheck')}",
            f"{words('as_of')}{words('colon')}{report['as_of']}",
            *([words("outside_figure")] if is_outside(report) else []),
            words("sketch"),
            words("declaration_text"),
        ],
        crs=report["site"]["crs"]["code"],
        language="zh-CN" if language == "zh" else "en",
        watermark=watermark(report, words.language),
        lights=[
            (LIGHT[light.key], light.name, light.text)
            for light in lights_of(report["conclusion"], words)
        ],
    )
    return draw_site_map(page)


def _backdrop(report: Json, words: Words) -> tuple[list[MapLayer], list[tuple[Symbol, str]]]:
    """Return what lies around the site as one layer, and its part of the legend."""
    around = surroundings(report)
    if around is None:
        return [], []
    shapes = [
        MapShape(thing.geometry, "", (), symbol)
        for role, symbol in MAP_SYMBOLS.items()
        for thing in around.things
        if thing.role == role
    ]
    legend = [(MAP_SYMBOLS[role], words.of(ROLE_WORDS, role)) for role in around.roles]
    return [MapLayer(words("surroundings"), shapes, backdrop=True)], legend


def _site_layer(report: Json, words: Words) -> MapLayer:
    site = report["site"]
    if not has_shape(site["geometry"]):
        return MapLayer(words.of(PART_WORDS, "site"), [])
    lines = [(name, value) for name, value in site_rows(site, words)]
    shapes = [MapShape(shape(site["geometry"]), brief(site["name"] or NONE), lines, SITE)]
    return MapLayer(words.of(PART_WORDS, "site"), shapes)


def _themes(rows: Sequence[Row], words: Words) -> list[MapLayer]:
    """Return a layer for each theme; what weighs most is drawn last, on top."""
    worst_first = sorted(rows, key=lambda row: rank(row.finding))
    themes = list(dict.fromkeys(row.finding["theme"] for row in worst_first))
    return [
        MapLayer(
            words.of(THEME_WORDS, theme),
            [_shape(row, words) for row in reversed(worst_first) if row.finding["theme"] == theme],
        )
        for theme in reversed(themes)
    ]


def _symbol(row: Row) -> Symbol:
    """Return the symbol of the severity for a hit; what is not settled has one of its own."""
    return SEVERITY[row.severity] if row.state == "affected" else STATE[row.state]


def _shape(row: Row, words: Words) -> MapShape:
    lines = [
        (words("verdict"), row.verdict),
        (words("severity"), row.severity_word),
        (row.size_head, words("comma").join(row.size)),
        (words("share"), row.share),
        (words("basis"), words("semicolon").join(row.basis)),
        (words("authority"), row.authority),
        (words("currency"), words("and").join(row.currency)),
        (words("action"), row.action),
        (words("check"), brief(row.say)),
    ]
    lines += [
        (
            piece.number,
            brief(
                words("comma").join(t for t in (piece.kind, piece.owner, piece.size) if t != NONE)
            ),
        )
        for piece in row.pieces[:_MOST_PIECES]
    ]
    left = len(row.pieces) + row.pieces_left - _MOST_PIECES
    if left > 0:
        lines.append((words("pieces_of"), words("more_rows", n=left)))
    told = [(name, value) for name, value in lines if value and value != NONE]
    geometry = shape(row.finding["pieces"])
    return MapShape(geometry, f"{row.code} {row.title}", told, _symbol(row))
