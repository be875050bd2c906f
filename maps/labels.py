"""Labels and callouts that keep out of each other's way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of, polygons_of
from maps.svg import element, label, text_width

Box = tuple[float, float, float, float]
Ends = tuple[float, float, float, float]
"""Of a line: x and y of its two ends."""
_SIZE = 12.0
_LINE = 14.0
_TINY_AREA = 60.0
_TINY_WIDTH = 2.0
_TINY_LENGTH = 8.0
_CALLOUT_RADIUS = 9.0
_CALLOUTS_APART = 20.0
_MOST_CALLOUTS = 40
_AROUND = (0, 6, -1, 1, -5, 5, -2, 2, -4, 4, -3, 3)


@dataclass
class Placer:
    """Remembers what is taken on one sheet; boxes are (left, top, right, bottom) in px."""

    frame: Box
    taken: list[Box] = field(default_factory=list)
    labels: list[Box] = field(default_factory=list)
    leaders: list[Ends] = field(default_factory=list)

    def free(self, box: Box) -> bool:
        """Whether a box lies on the map and touches nothing placed before."""
        left, top, right, bottom = self.frame
        if box[0] < left + 2 or box[1] < top + 2 or box[2] > right - 2 or box[3] > bottom - 2:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self.taken
        )

    def block(self, x: float, y: float, radius: float) -> None:
        """Keep labels off a round symbol."""
        self.taken.append((x - radius, y - radius, x + radius, y + radius))

    def place(self, lines: Sequence[str], x: float, y: float, *, clear: float = 0.0) -> str:
        """Return a label about a point, with a leader line; '' when nothing is free.

        `lines` stand below each other. `clear` is how far around the point the labelled thing
        reaches: 0 puts the label on it.
        """
        half = max(text_width(line, _SIZE) for line in lines) / 2 + 3
        tall = 8.5 + (len(lines) - 1) * _LINE / 2
        fits = [
            (box, ends)
            for box, distance in self._around(x, y, half, tall, clear=clear)
            if self.free(box)
            for ends in [_leader_ends(x, y, box, distance)]
        ]
        if not fits:
            return ""
        # the nearest that neither crosses a label nor lies on a leader, else the nearest
        box, ends = next((fit for fit in fits if self._clean(*fit)), fits[0])
        self.taken.append(box)
        self.labels.append(box)
        if ends is not None:
            self.leaders.append(ends)
        return _leader(ends) + _texts(lines, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)

    @staticmethod
    def _around(
        x: float, y: float, half: float, tall: float, *, clear: float
    ) -> Iterator[tuple[Box, float]]:
        """Yield boxes about a point, nearest first, with their distance from it."""
        start = clear + 10 if clear else 0.0
        for distance in (start, *(clear + more for more in (20.0, 34.0, 52.0, 76.0, 104.0))):
            for step in _AROUND[: 1 if distance == 0 else None]:
                angle = step * math.pi / 6
                cx = x + math.cos(angle) * (distance + half) * (distance > 0)
                cy = y + math.sin(angle) * (distance + tall - 8.5)
                yield (cx - half, cy - tall, cx + half, cy + tall), distance

    def _clean(self, box: Box, ends: Ends | None) -> bool:
        if any(_crosses(leader, box) for leader in self.leaders):
            return False
        return ends is None or not any(_crosses(ends, other) for other in self.labels)


def _crosses(ends: Ends, box: Box) -> bool:
    """Whether a line runs through a box."""
    x1, y1, x2, y2 = ends
    steps = max(2, int(math.hypot(x2 - x1, y2 - y1) / 3))
    points = ((x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps) for i in range(1, steps))
    return any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points)


def _texts(lines: Sequence[str], x: float, y: float) -> str:
    top = y + 4.3 - (len(lines) - 1) * _LINE / 2
    look: dict[str, str | float] = {"text_anchor": "middle", "fill": "#111", "font_weight": 600}
    return "".join(
        label(line, x, top + number * _LINE, size=_SIZE, **look)
        for number, line in enumerate(lines)
    )


def _leader_ends(x: float, y: float, box: Box, distance: float) -> Ends | None:
    """Return where a leader runs: from just outside a point symbol to the edge of the label."""
    to_x, to_y = min(max(x, box[0]), box[2]), min(max(y, box[1] + 2), box[3] - 2)
    gone = math.hypot(to_x - x, to_y - y)
    if distance == 0 or gone < _CALLOUT_RADIUS + 3:
        return None
    part = _CALLOUT_RADIUS / gone
    return x + (to_x - x) * part, y + (to_y - y) * part, to_x, to_y


def _leader(ends: Ends | None) -> str:
    if ends is None:
        return ""
    x1, y1, x2, y2 = ends
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="#111", stroke_width=0.8)


def anchor(page: BaseGeometry, frame: Box) -> tuple[float, float] | None:
    """Return a point inside the largest visible part, in page coordinates."""
    parts = polygons_of(page) or lines_of(page) or list(shapely.get_parts(page))
    parts = [part for part in parts if not part.is_empty]
    if not parts:
        return None
    sizes = [(part.area or part.length, -index) for index, part in enumerate(parts)]
    best = parts[-max(sizes)[1]]
    if best.geom_type == "LineString":
        point = best.interpolate(0.5, normalized=True)
    elif shapely.get_num_coordinates(best) <= 400:
        point = shapely.point_on_surface(best)
    else:
        point = shapely.point_on_surface(shapely.envelope(best))
        point = point if best.intersects(point) else shapely.point_on_surface(best)
    if not (frame[0] < point.x < frame[2] and frame[1] < point.y < frame[3]):
        return None
    return float(point.x), float(point.y)


def tiny_parts(
    page: BaseGeometry, beside: Sequence[tuple[float, float]] = ()
) -> list[tuple[float, float]]:
    """Return points of the parts too small or too thin to be seen, spread out.

    They keep off the points `beside`, and are at most 40 with them: more rings hide the map.
    """
    polygons = np.asarray(polygons_of(page), dtype=object)
    lines = np.asarray(lines_of(page), dtype=object)
    small: list[BaseGeometry] = []
    if len(polygons):
        area, around = shapely.area(polygons), shapely.length(polygons)
        unseen = (area < _TINY_AREA) | (2 * area < _TINY_WIDTH * around)
        small.extend(polygons[unseen].tolist())
    if len(lines):
        small.extend(lines[shapely.length(lines) < _TINY_LENGTH].tolist())
    return _spread(((float(p.x), float(p.y)) for p in map(_inside, small[:2000])), beside)


def _inside(part: BaseGeometry) -> BaseGeometry:
    """Return a point of a small part; its surface point may fail where the part has no width."""
    point = shapely.point_on_surface(part)
    return shapely.centroid(part) if point is None or point.is_empty else point


def _spread(
    points: Iterable[tuple[float, float]], beside: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    taken = list(beside)
    for x, y in points:
        if len(taken) >= _MOST_CALLOUTS:
            break
        if all(math.hypot(x - a, y - b) >= _CALLOUTS_APART for a, b in taken):
            taken.append((x, y))
    return taken[len(beside) :]


def callouts(points: Sequence[tuple[float, float]], ink: str) -> str:
    """Return rings around points: here is something too small to see."""
    rings = []
    for x, y in points:
        ring: dict[str, str | float] = {"cx": x, "cy": y, "r": _CALLOUT_RADIUS, "fill": "none"}
        rings.append(element("circle", **ring, stroke="#fff", stroke_width=4.5))
        rings.append(element("circle", **ring, stroke=ink, stroke_width=1.8))
        rings.append(element("circle", cx=x, cy=y, r=1.6, fill=ink))
    return "".join(rings)


CALLOUT_RADIUS = _CALLOUT_RADIUS
