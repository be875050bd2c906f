"""How a site and what touches it are drawn, in page coordinates."""

from __future__ import annotations

from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of, polygons_of
from maps.labels import Placer
from maps.svg import element, marker, path_data
from maps.symbols import DASHES, SITE, Symbol

_MARKS_APART = 4.0
LINE_WIDTH = 5.0


@lru_cache(maxsize=32)
def site_ground(path: str, *, is_line: bool) -> str:
    """Draw what lies lowest: the light area of a site, or the tube of linear works."""
    if is_line:
        tube = {"d": path, "fill": "none", "stroke_linecap": "round", "stroke_linejoin": "round"}
        return element("path", **tube, stroke=SITE.ink, stroke_width=8) + element(
            "path", **tube, stroke="#fff", stroke_width=5
        )
    return element("path", d=path, fill=SITE.fill, fill_rule="evenodd")


@lru_cache(maxsize=32)
def outline(path: str) -> str:
    """Draw the boundary of a site, over all hatches."""
    line = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    return element("path", **line, stroke="#fff", stroke_width=4.6) + element(
        "path", **line, stroke=SITE.ink, stroke_width=2, stroke_dasharray="10 3 2 3"
    )


def hit(
    ident: str, symbol: Symbol, page: BaseGeometry, placer: Placer, width: float = LINE_WIDTH
) -> str:
    """Draw what touches the site: hatched polygons, dashed lines of some width, markers."""
    parts: list[str] = []
    polygons, lines = polygons_of(page), lines_of(page)
    if polygons:
        parts.append(
            element(
                "path",
                d=path_data(shapely.multipolygons(polygons)),
                fill=f"url(#{ident}-{symbol.key})",
                fill_rule="evenodd",
                stroke=symbol.ink,
                stroke_width=1.4,
                stroke_linejoin="round",
            )
        )
    if lines:
        path = path_data(shapely.multilinestrings(lines))
        parts.append(hit_line(path, symbol, width))
    for x, y in _spots(page):
        placer.block(x, y, 8)
        parts.append(marker(symbol.marker, x, y, radius=6, ink=symbol.ink, fill=symbol.fill))
    return "".join(parts)


def shaded(path: str, tint: str) -> str:
    """Draw ground of one class or band; a hair of its own colour closes the seams of cells."""
    return element("path", d=path, fill=tint, stroke=tint, stroke_width=0.3, fill_rule="evenodd")


def bare_hit(page: BaseGeometry, symbol: Symbol) -> str:
    """Draw what touches the site by its outline alone."""
    polygons = polygons_of(page)
    return bare_outline(path_data(shapely.multipolygons(polygons)), symbol) if polygons else ""


def bare_outline(path: str, symbol: Symbol) -> str:
    """Draw an outline in the ink of a severity, over a white casing."""
    line = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    return element("path", **line, stroke="#fff", stroke_width=3) + element(
        "path", **line, stroke=symbol.ink, stroke_width=1.6
    )


def _spots(page: BaseGeometry) -> list[tuple[float, float]]:
    """Points of a geometry; of those that would hide each other (within 4 px) only the first."""
    spots: dict[tuple[int, int], tuple[float, float]] = {}
    for point in shapely.get_parts(page):
        if point.geom_type == "Point" and not point.is_empty:
            cell = (round(point.x / _MARKS_APART), round(point.y / _MARKS_APART))
            spots.setdefault(cell, (float(point.x), float(point.y)))
    return list(spots.values())


def hit_line(path: str, symbol: Symbol, width: float = LINE_WIDTH) -> str:
    """Draw an affected line; the dashes tell severities apart in grey."""
    line = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    dashes = DASHES.get(symbol.hatch)
    return element("path", **line, stroke=symbol.fill, stroke_width=width) + element(
        "path", **line, stroke=symbol.ink, stroke_width=width, stroke_dasharray=dashes
    )
