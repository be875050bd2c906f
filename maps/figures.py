"""Figures of a report: the site and what touches it, as SVG over plain values.

A figure is a function of its values alone: same input, same bytes. It names no host, holds no
script and no style attribute, so that it may stand inside a page with a strict policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import Language, Text
from gis.geometry import polygons_of
from maps.frame import AROUND, LEFT, WIDTH, Frame, frame_for, furniture, scale_bar
from maps.labels import CALLOUT_RADIUS, Placer, anchor, callouts, tiny_parts
from maps.shapes import (
    LINE_WIDTH,
    bare_hit,
    bare_outline,
    hit,
    hit_line,
    outline,
    shaded,
    site_ground,
)
from maps.surroundings import ROLE_WORDS, Surroundings, ground, names, role_swatch
from maps.svg import (
    FONTS,
    element,
    hatch_pattern,
    label,
    marker,
    num,
    path_data,
    safe,
    shorten,
    text_width,
)
from maps.symbols import SITE, Symbol, ramp

_MOST_LABELS = 30
_MOST_LINES = 6
_SAME_PLACE = 3.0
_POINTS = 2
_EDGE = 4.0
"""How much wider than the one above it a line of another severity is."""

_LEGEND_ROW = 21.0
_LEGEND_COLUMN = 320.0

_WORDS = {
    "figure": Text("图{n} 项目范围与{x}关系示意图", "Figure {n}: the site and {x} (sketch)"),
    "site": Text("用地范围", "Site boundary"),
    "line_site": Text("线性工程", "Linear works"),
    "rest": Text("其余用地", "Rest of the site"),
    "tiny": Text("圈注：过小而不易辨认的部分", "Ring: a part too small to see"),
    "legend": Text("图例", "Legend"),
    "crs": Text("坐标系：", "CRS: "),
    "unit": Text("坐标单位：米", "Coordinates in metres"),
    "context": Text("背景要素：", "Surroundings:"),
    "note": Text("示意图，不作权属依据", "Sketch only; not evidence of land title"),
}


@dataclass(frozen=True, slots=True)
class Overlay:
    """Something that touches the site: any geometry of the working CRS and how it is shown.

    `bare`: only by its outline, so that what lies below stays readable.
    """

    geometry: BaseGeometry
    symbol: Symbol
    legend: str
    label: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Shade:
    """Ground of the site in one class of a raster, or one band of its values, and its legend."""

    geometry: BaseGeometry
    legend: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The values of one figure.

    `ident` makes the ids of its patterns its own, where several figures stand in one page.
    `site_labels` are texts with the part of the site they name. `around` is what lies beside it.
    """

    ident: str
    number: int
    subject: str
    site: BaseGeometry
    overlays: Sequence[Overlay]
    crs: str
    language: Language = "zh"
    remainder: BaseGeometry | None = None
    site_labels: Sequence[tuple[str, BaseGeometry]] = field(default=())
    around: Surroundings | None = None
    shades: Sequence[Shade] = ()


def _word(key: str, language: Language) -> str:
    return _WORDS[key].pick(language)


def figure_title(number: int, subject: str, language: Language = "zh") -> str:
    """Return 图n 项目范围与X关系示意图."""
    return _word("figure", language).format(n=number, x=subject)


def draw(figure: Figure) -> str:
    """Return the SVG of a figure.

    Geometries are polygons, lines or points, single or multi, in metres of one projected CRS.
    An empty site is an error of the caller.

    Raises
    ------
    ValueError
        When the site is empty.
    """
    if figure.site.is_empty:
        raise ValueError("a figure needs a site")
    boxes = tuple(o.geometry.bounds for o in figure.overlays if not o.geometry.is_empty)
    frame = frame_for(figure.site.bounds, boxes, around=AROUND if figure.around else 0.0)
    symbols = list(dict.fromkeys(overlay.symbol for overlay in figure.overlays))
    body, ringed = _map(figure, frame)
    legend, height = _legend(figure, frame, ringed=ringed)
    title = figure_title(figure.number, figure.subject, figure.language)
    size = 16 if text_width(title, 16) < WIDTH - 60 else 13
    heading = label(
        shorten(title, size, WIDTH - 60),
        WIDTH / 2,
        23,
        size=size,
        text_anchor="middle",
        font_weight="bold",
        fill="#111",
    )
    return element(
        "svg",
        element("title", safe(title)),
        element("defs", _definitions(figure.ident, symbols, frame)),
        element("rect", width=WIDTH, height=height, fill="#fff"),
        heading,
        body,
        furniture(frame),
        legend,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(WIDTH)} {num(height)}",
        width=WIDTH,
        height=height,
        role="img",
        font_family=FONTS,
    )


def _definitions(ident: str, symbols: Sequence[Symbol], frame: Frame) -> str:
    left, top, right, bottom = frame.box
    window = element("rect", x=left, y=top, width=right - left, height=bottom - top)
    patterns = "".join(
        hatch_pattern(f"{ident}-{symbol.key}", symbol.hatch, symbol.ink, symbol.fill)
        for symbol in symbols
    )
    return element("clipPath", window, id=f"{ident}-map") + patterns


def _map(figure: Figure, frame: Frame) -> tuple[str, bool]:
    """Return the drawing inside the border, and whether a ring was drawn."""
    placer = Placer(frame.box)
    site_path = _site_path(frame, figure.site)
    is_line = not polygons_of(figure.site)
    around = figure.around
    drawn = [ground(around, frame)] if around else []
    drawn.append(site_ground(site_path, is_line=is_line))
    tints = ramp(len(figure.shades))
    drawn += [
        shaded(path_data(frame.page(shade.geometry)), tint)
        for shade, tint in zip(figure.shades, tints, strict=True)
    ]
    pages = [frame.page(overlay.geometry) for overlay in figure.overlays]
    order = list(zip(figure.overlays, pages, strict=True))
    below = sorted(range(len(order)), key=lambda index: (_depth(pages[index]), -index))
    # along one line severities lie on each other: each shows beside the worse one above it
    ranks = list(dict.fromkeys(overlay.symbol for overlay in figure.overlays)) if is_line else []
    hits = [
        bare_hit(pages[index], symbol)
        if figure.overlays[index].bare
        else hit(figure.ident, symbol, pages[index], placer, _line_width(symbol, ranks))
        for index in below
        for symbol in [figure.overlays[index].symbol]
    ]
    # points stand above the boundary that may run through them
    ground_hits = sum(_depth(page)[0] < _POINTS for page in pages)
    drawn += hits[:ground_hits]
    if not is_line:
        drawn.append(outline(site_path))
    drawn += hits[ground_hits:]
    ringed: list[tuple[float, float]] = []
    for overlay, page in order:
        points = tiny_parts(page, ringed)
        ringed += points
        drawn.append(callouts(points, overlay.symbol.ink))
    for x, y in ringed:
        placer.block(x, y, CALLOUT_RADIUS)
    drawn.append(_labels(figure, order, frame, placer))
    if around:
        drawn.append(names(around, frame, frame.page(figure.site), placer))
    body = element("g", *drawn, clip_path=f"url(#{figure.ident}-map)", class_="map")
    return body, bool(ringed)


def _line_width(symbol: Symbol, ranks: Sequence[Symbol]) -> float:
    return LINE_WIDTH + (_EDGE * ranks.index(symbol) if ranks else 0.0)


@lru_cache(maxsize=32)
def _site_path(frame: Frame, site: BaseGeometry) -> str:
    """The same site stands in every figure of a report."""
    return path_data(frame.page(site))


def _depth(page: BaseGeometry) -> tuple[int, float]:
    """What lies lower is drawn first: polygons by falling area, then lines, then points."""
    area = float(page.area)
    return (0, -area) if area > 0 else (1 if page.length > 0 else _POINTS, 0.0)


def _labels(
    figure: Figure,
    order: Sequence[tuple[Overlay, BaseGeometry]],
    frame: Frame,
    placer: Placer,
) -> str:
    named = [(o.label, page, True) for o, page in order if o.label][:_MOST_LABELS]
    named += [(text, frame.page(part), False) for text, part in figure.site_labels[:_MOST_LABELS]]
    # several matters of one place share a label: theirs would cross each other
    places: dict[tuple[int, int, float], tuple[tuple[float, float], list[str]]] = {}
    for text, page, is_hit in named:
        point = anchor(page, frame.box)
        if point is None:
            continue
        reach = _reach(page) if is_hit else 0.0
        key = (round(point[0] / _SAME_PLACE), round(point[1] / _SAME_PLACE), reach)
        places.setdefault(key, (point, []))[1].append(shorten(text, 12, 190))
    return "".join(
        placer.place(_lines(texts), *point, clear=reach)
        for (_, _, reach), (point, texts) in places.items()
    )


def _lines(texts: Sequence[str]) -> list[str]:
    """Put the labels of one place below each other, two or more on a line where they are many."""
    across = 1 + (len(texts) - 1) // _MOST_LINES
    return [" · ".join(texts[i : i + across]) for i in range(0, len(texts), across)]


def _reach(page: BaseGeometry) -> float:
    """How far a label keeps off: nothing on a shape that holds it, a radius on smaller ones."""
    left, top, right, bottom = page.bounds
    if page.area > 1500 and right - left > 60 and bottom - top > 24:
        return 0.0
    return float(min(30.0, max(8.0, min(right - left, bottom - top) / 2)))


# --- legend -----------------------------------------------------------------------------------


def _legend(figure: Figure, frame: Frame, *, ringed: bool) -> tuple[str, float]:
    """Return scale bar, legend and notes below the map, and the height of the whole sheet."""
    language = figure.language
    top = frame.bottom + 34
    parts = [scale_bar(frame, LEFT + 4, top)]
    crs = f"{_word('crs', language)}{figure.crs}"
    right: dict[str, str | float] = {"text_anchor": "end", "fill": "#333"}
    parts.append(label(shorten(crs, 10.5, 400), WIDTH - LEFT, top + 5, size=10.5, **right))
    parts.append(label(_word("unit", language), WIDTH - LEFT, top + 20, size=10.5, **right))
    entries = _entries(figure, ringed=ringed)
    head = top + 44
    parts.append(
        label(_word("legend", language), LEFT, head, size=13, font_weight="bold", fill="#111")
    )
    for index, (swatch, text) in enumerate(entries):
        x = LEFT + (index % 2) * _LEGEND_COLUMN
        y = head + 20 + (index // 2) * _LEGEND_ROW
        parts.append(_swatch(swatch, figure, x, y))
        width = _LEGEND_COLUMN - 52
        parts.append(label(shorten(text, 12, width), x + 38, y + 0.5, size=12, fill="#111"))
    foot = head + 20 + ((len(entries) + 1) // 2) * _LEGEND_ROW + 2
    if figure.around:
        parts.append(_context_row(figure.around, language, foot))
        foot += _LEGEND_ROW
    parts.append(
        label(_word("note", language), WIDTH - LEFT, foot, size=11, text_anchor="end", fill="#333")
    )
    return element("g", *parts, class_="legend"), foot + 12


def _context_row(around: Surroundings, language: Language, y: float) -> str:
    """Tell what the quiet lines and areas are, in one row below the legend proper."""
    head = _word("context", language)
    parts = [label(head, LEFT, y, size=11, fill="#444")]
    x = LEFT + text_width(head, 11) + 8
    for role in around.roles:
        word = ROLE_WORDS[role].pick(language)
        parts += [role_swatch(role, x, y), label(word, x + 30, y, size=11, fill="#444")]
        x += 30 + text_width(word, 11) + 18
    return "".join(parts)


def _entries(figure: Figure, *, ringed: bool) -> list[tuple[Symbol | str, str]]:
    language = figure.language
    is_line = not polygons_of(figure.site)
    entries: list[tuple[Symbol | str, str]] = [
        ("line", _word("line_site", language)) if is_line else ("site", _word("site", language))
    ]
    seen: dict[tuple[Symbol, str], None] = {(o.symbol, o.legend): None for o in figure.overlays}
    entries.extend(seen)
    tints = ramp(len(figure.shades))
    entries.extend((tint, shade.legend) for shade, tint in zip(figure.shades, tints, strict=True))
    rest = figure.remainder
    if rest is not None and not rest.is_empty and not is_line:
        entries.append(("rest", _word("rest", language)))
    if ringed:
        entries.append(("ring", _word("tiny", language)))
    return entries


def _swatch(kind: Symbol | str, figure: Figure, x: float, y: float) -> str:
    box = {"x": x, "y": y - 11, "width": 28, "height": 14}
    if isinstance(kind, Symbol):
        shapes = {g.geom_type for o in figure.overlays if o.symbol == kind for g in _parts(o)}
        if any(o.bare for o in figure.overlays if o.symbol == kind):
            return bare_outline(f"M{num(x)} {num(y - 11)}h28v14h-28Z", kind)
        if "Polygon" in shapes:
            fill = f"url(#{figure.ident}-{kind.key})"
            return element("rect", **box, fill=fill, stroke=kind.ink, stroke_width=1.2)
        if "LineString" in shapes:
            return hit_line(f"M{num(x)} {num(y - 4)}h28", kind)
        return marker(kind.marker, x + 14, y - 4, radius=6, ink=kind.ink, fill=kind.fill)
    if kind.startswith("#"):
        return element("rect", **box, fill=kind, stroke="#777", stroke_width=0.6)
    if kind == "line":
        return site_ground(f"M{num(x + 4)} {num(y - 4)}h20", is_line=True)
    if kind == "ring":
        return callouts([(x + 14, y - 4)], SITE.ink)
    if kind == "rest":
        return element("rect", **box, fill=SITE.fill, stroke="#999", stroke_width=0.8)
    frame = f"M{num(x)} {num(y - 11)}h28v14h-28Z"
    return site_ground(frame, is_line=False) + outline(frame)


def _parts(overlay: Overlay) -> list[BaseGeometry]:
    return list(shapely.get_parts(overlay.geometry))
