"""What lies around a site, drawn quietly under everything else, and its small italic names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import Text
from gis.geometry import lines_of, polygons_of
from gis.prepared import prepared
from maps.frame import Frame
from maps.labels import Placer
from maps.svg import element, label, num, path_data, shorten, text_width
from maps.symbols import Symbol

Role = Literal["place", "plot", "water", "road", "rail"]

ROLE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "place": Text("周边地物", "Places"),
        "plot": Text("地块", "Plots"),
        "water": Text("水域", "Water"),
        "road": Text("道路", "Roads"),
        "rail": Text("铁路", "Railways"),
    }
)
"""In the order they are drawn in, the lowest first."""

MAP_SYMBOLS: Mapping[str, Symbol] = MappingProxyType(
    {
        symbol.key.removeprefix("around-"): symbol
        for symbol in (
            Symbol("around-place", "#a3a39a", "#f7f7f3", "blank"),
            Symbol("around-plot", "#c3c3c3", "#f7f7f3", "blank"),
            Symbol("around-water", "#9dbdd3", "#dbe9f3", "solid"),
            Symbol("around-road", "#c9c9c4", "#e4e4df", "solid"),
            Symbol("around-rail", "#8a8a8a", "#d2d2d2", "solid"),
        )
    }
)
"""The same on screens, where shapes are filled one by one; in the order they are drawn in."""

GROUND = "#fafaf7"
_CASING, _WATER, _SHORE = "#a8a8a8", "#dbe9f3", "#9dbdd3"
_NAME_SIZE = 9.5
_LONGEST_NAME = 150.0
_MOST_NAMES = 8
_MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Surrounding:
    """One thing beside the site: polygons or lines of the working CRS; a name is written small."""

    geometry: BaseGeometry
    role: Role
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """All that lies around the site of a report; one object serves all figures of it."""

    things: Sequence[Surrounding]

    @property
    def roles(self) -> list[str]:
        """Which roles there are, in the order of the legend."""
        found = {thing.role for thing in self.things}
        return [role for role in ("road", "rail", "water", "plot", "place") if role in found]


@lru_cache(maxsize=16)
def ground(around: Surroundings, frame: Frame) -> str:
    """Draw what lies around; casings first, fills above them: roads that meet run together."""
    left, top, right, bottom = frame.box
    sheet = element("rect", x=left, y=top, width=right - left, height=bottom - top, fill=GROUND)
    drawn = [sheet]
    for role in ROLE_WORDS:
        paths = [path for path in _paths(around, frame) if path[0] == role]
        drawn += [_under(role, path, areal=areal) for _, path, areal in paths]
        drawn += [_over(role, path, areal=areal) for _, path, areal in paths]
    return element("g", *drawn, class_="context")


@lru_cache(maxsize=16)
def _paths(around: Surroundings, frame: Frame) -> tuple[tuple[str, str, bool], ...]:
    pages = [(thing.role, frame.page(thing.geometry)) for thing in around.things]
    return tuple((role, path_data(page), bool(polygons_of(page))) for role, page in pages)


def _under(role: str, path: str, *, areal: bool) -> str:
    line = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    if role == "road":
        return element("path", **line, stroke=_CASING, stroke_width=1.6 if areal else 4.4)
    if role == "water":
        return element("path", **line, stroke=_SHORE, stroke_width=1.6 if areal else 2.2)
    if role == "rail":
        return element("path", **line, stroke="#7d7d7d", stroke_width=1.2 if areal else 2.8)
    return ""


def _over(role: str, path: str, *, areal: bool) -> str:
    if role == "plot":
        return element("path", d=path, fill="none", stroke="#c3c3c3", stroke_width=0.7)
    if role == "place":
        return element(
            "path",
            d=path,
            fill="none",
            stroke="#a3a39a",
            stroke_width=0.8,
            stroke_dasharray="2 2.5",
        )
    if areal:
        fill = {"water": _WATER, "road": "#fff"}.get(role, "#ececec")
        return element("path", d=path, fill=fill)
    line = {"d": path, "fill": "none", "stroke_linejoin": "round"}
    if role == "road":
        return element("path", **line, stroke="#fff", stroke_width=2.8)
    if role == "rail":
        return element("path", **line, stroke="#fff", stroke_width=1.4, stroke_dasharray="6 6")
    return ""


def role_swatch(role: str, x: float, y: float) -> str:
    """Draw a role as it looks on the map, in a box of 24 x 12 px at a lower left corner."""
    areal = role in {"water", "plot", "place"}
    box = f"M{num(x)} {num(y - 11)}h24v12h-24Z"
    path = box if areal else f"M{num(x)} {num(y - 5)}h24"
    return _under(role, path, areal=areal) + _over(role, path, areal=areal)


# --- names ------------------------------------------------------------------------------------


def names(around: Surroundings, frame: Frame, site: BaseGeometry, placer: Placer) -> str:
    """Write the names along what they name, where there is room beside all other labels.

    `site` is in page coordinates: names stand outside it.
    """
    written: list[str] = []
    site = prepared(site)
    for thing in around.things:
        if not thing.name or len(written) == _MOST_NAMES:
            continue
        text = shorten(thing.name, _NAME_SIZE, _LONGEST_NAME)
        width = text_width(text, _NAME_SIZE) + 4
        for x, y, angle, room in _places(frame.page(thing.geometry), width):
            if room < width or site.intersects(shapely.Point(x, y)):
                continue
            box = _box(x, y, width, angle)
            if placer.free(box):
                placer.taken.append(box)
                written.append(_name(text, x, y, angle, thing.role))
                break
    return "".join(written)


def _places(page: BaseGeometry, width: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield where a name may stand: x, y, direction in degrees and length of the straight.

    In an area all of the name stands in it.
    """
    polygons = sorted(polygons_of(page), key=lambda part: -part.area)[:_MOST_PARTS]
    for part in polygons:
        corners = shapely.get_coordinates(shapely.oriented_envelope(part))
        if len(corners) < 4:
            continue
        (ax, ay), (bx, by), (cx, cy) = corners[0], corners[1], corners[2]
        if math.hypot(bx - ax, by - ay) < math.hypot(cx - bx, cy - by):
            (ax, ay), (bx, by), (cx, cy) = corners[1], corners[2], corners[3]
        across = ((cx - bx) / 2, (cy - by) / 2)
        start, end = (ax + across[0], ay + across[1]), (bx + across[0], by + across[1])
        for x, y, angle, room in _along(start, end):
            turn = math.radians(angle)
            dx, dy = math.cos(turn) * width / 2, math.sin(turn) * width / 2
            spine = shapely.points([(x - dx, y - dy), (x, y), (x + dx, y + dy)])
            if shapely.intersects(part, spine).all():
                yield x, y, angle, room
    for line in lines_of(page):
        points = shapely.get_coordinates(line)
        steps = sorted(
            pairwise(points),
            key=lambda step: -math.hypot(*(step[1] - step[0])),
        )
        for a, b in steps[:_MOST_PARTS]:
            yield from _along((float(a[0]), float(a[1])), (float(b[0]), float(b[1])))


def _along(
    start: tuple[float, float], end: tuple[float, float]
) -> Iterator[tuple[float, float, float, float]]:
    (ax, ay), (bx, by) = start, end
    length = math.hypot(bx - ax, by - ay)
    angle = math.degrees(math.atan2(by - ay, bx - ax))
    angle = angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle
    for part in (0.5, 0.25, 0.75, 0.12, 0.88):
        room = 2 * length * min(part, 1 - part)
        yield ax + (bx - ax) * part, ay + (by - ay) * part, angle, room


def _box(x: float, y: float, width: float, angle: float) -> tuple[float, float, float, float]:
    """The upright box of a turned text about its middle."""
    turn = math.radians(angle)
    wide = abs(math.cos(turn)) * width / 2 + abs(math.sin(turn)) * _NAME_SIZE * 0.6
    high = abs(math.sin(turn)) * width / 2 + abs(math.cos(turn)) * _NAME_SIZE * 0.6
    return x - wide, y - high, x + wide, y + high


def _name(text: str, x: float, y: float, angle: float, role: str) -> str:
    turn = f"rotate({num(angle)} {num(x)} {num(y)})" if abs(angle) >= 0.5 else None
    look: dict[str, str | float] = {"text_anchor": "middle", "font_style": "italic"}
    look |= {"fill": "#235d80" if role == "water" else "#555", "stroke_width": 2}
    if turn is not None:
        look["transform"] = turn
    return label(text, x, y + _NAME_SIZE * 0.36, size=_NAME_SIZE, **look)
