"""The sheet of a figure: what part of the world it shows, its grid, scale bar and north arrow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.svg import element, label, nice_length, nice_step, num, text_width

WIDTH = 680.0
LEFT, RIGHT, TOP = 46.0, 46.0, 40.0
_MAP_WIDTH = WIDTH - LEFT - RIGHT
_LOWEST, _HIGHEST = 250.0, 460.0
_PADDING = 30.0
AROUND = 0.22
"""Of the larger side of a site: what is shown around it where there is anything to show."""
_HIGHEST_AROUND = 400.0
_PADDING_AROUND = 12.0
_BEYOND_PX = 6.0
_SMALLEST_SPAN = 1.0
_VERTICES_DRAWN_AS_THEY_ARE = 1500
_INVISIBLE_PX = 0.15


@dataclass(frozen=True, slots=True)
class Frame:
    """A window on the working CRS: centre in metres, pixels for each metre, height in px."""

    centre_x: float
    centre_y: float
    scale: float
    height: float

    @property
    def bottom(self) -> float:
        """Page y of the lower edge of the map."""
        return TOP + self.height

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Page box of the map: left, top, right, bottom."""
        return (LEFT, TOP, LEFT + _MAP_WIDTH, self.bottom)

    def window(self) -> tuple[float, float, float, float]:
        """What the sheet shows of the working CRS, and a little more, so that cuts stay unseen."""
        wide = (_MAP_WIDTH / 2 + _BEYOND_PX) / self.scale
        high = (self.height / 2 + _BEYOND_PX) / self.scale
        x, y = self.centre_x, self.centre_y
        return (x - wide, y - high, x + wide, y + high)

    def page(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the working CRS in page coordinates (y downwards).

        Coordinates are taken from the centre first, so that eight-digit eastings keep their
        0.01 px. Shapes of many vertices lose what cannot be seen; the empty stays empty.
        """
        shift_x, shift_y = LEFT + _MAP_WIDTH / 2, TOP + self.height / 2

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            x = (xy[:, 0] - self.centre_x) * self.scale + shift_x
            y = shift_y - (xy[:, 1] - self.centre_y) * self.scale
            return np.column_stack((x, y))

        moved = shapely.transform(geometry, move)
        if shapely.get_num_coordinates(moved) > _VERTICES_DRAWN_AS_THEY_ARE:
            thinned = shapely.simplify(moved, _INVISIBLE_PX, preserve_topology=True)
            return moved if thinned.is_empty else thinned
        return moved


def frame_for(
    site: tuple[float, float, float, float],
    others: tuple[tuple[float, float, float, float], ...] = (),
    *,
    around: float = 0.0,
) -> Frame:
    """Return the frame that holds the site and what lies near it.

    Boxes are (minx, miny, maxx, maxy) in metres. Others widen the frame by one site's size on
    each side at most: a feature kilometres away must not shrink the site to a dot. `around` is
    the share of the site's larger side that is shown around it in any case.
    """
    minx, miny, maxx, maxy = site
    reach = max(maxx - minx, maxy - miny, 20.0)
    margin = around * reach
    minx, miny, maxx, maxy = minx - margin, miny - margin, maxx + margin, maxy + margin
    for box in others:
        if not all(math.isfinite(value) for value in box):
            continue
        minx = min(minx, max(box[0], site[0] - reach))
        miny = min(miny, max(box[1], site[1] - reach))
        maxx = max(maxx, min(box[2], site[2] + reach))
        maxy = max(maxy, min(box[3], site[3] + reach))
    wide, high = max(maxx - minx, _SMALLEST_SPAN), max(maxy - miny, _SMALLEST_SPAN)
    # what is shown around leaves air enough, and fills the sides of a lower sheet
    padding, highest = (_PADDING_AROUND, _HIGHEST_AROUND) if around else (_PADDING, _HIGHEST)
    inner = _MAP_WIDTH - 2 * padding
    height = min(highest, max(_LOWEST, inner * high / wide + 2 * padding))
    height = float(round(height))
    scale = min(inner / wide, (height - 2 * padding) / high)
    return Frame((minx + maxx) / 2, (miny + maxy) / 2, scale, height)


@lru_cache(maxsize=64)
def furniture(frame: Frame) -> str:
    """Return grid, border, ticks with coordinates in metres and the north arrow."""
    left, top, right, bottom = frame.box
    border = element(
        "rect",
        x=left,
        y=top,
        width=right - left,
        height=bottom - top,
        fill="none",
        stroke="#222",
        stroke_width=1.2,
    )
    return _grid(frame) + border + _north()


def _ticks(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _grid(frame: Frame) -> str:
    left, top, right, bottom = frame.box
    wide, high = (right - left) / frame.scale, (bottom - top) / frame.scale
    west, south = frame.centre_x - wide / 2, frame.centre_y - high / 2
    step = nice_step(high, 4)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    room = text_width(f"{west + wide:.{digits}f}", 10) + 16
    across = step if step * frame.scale >= room else nice_step(wide, wide * frame.scale / room)
    xs = [
        ((x - west) * frame.scale + left, f"{x:.{digits}f}")
        for x in _ticks(west, west + wide, across)
    ]
    ys = [
        (bottom - (y - south) * frame.scale, f"{y:.{digits}f}")
        for y in _ticks(south, south + high, step)
    ]
    marks = "".join(
        f"M{num(x - 3)} {num(y)}h6M{num(x)} {num(y - 3)}v6"
        for x, _ in xs
        for y, _ in ys
        if left + 4 < x < right - 4 and top + 4 < y < bottom - 4
    )
    edges = "".join(f"M{num(x)} {num(bottom)}v5M{num(x)} {num(top)}v-5" for x, _ in xs) + "".join(
        f"M{num(left)} {num(y)}h-5M{num(right)} {num(y)}h5" for y, _ in ys
    )
    body = element("path", d=marks, stroke="#888", stroke_width=0.7) if marks else ""
    body += element("path", d=edges, stroke="#222", stroke_width=0.8) if edges else ""
    for x, text in xs:
        anchor = min(max(x, left + room / 2 - 8), right - room / 2 + 8)
        body += label(text, anchor, bottom + 16, size=10, text_anchor="middle", fill="#333")
    for y, text in ys:
        middle = min(max(y, top + room / 2 - 8), bottom - room / 2 + 8)
        turn = f"rotate(-90 {num(left - 9)} {num(middle)})"
        body += label(
            text, left - 9, middle, size=10, text_anchor="middle", fill="#333", transform=turn
        )
    return element("g", body, class_="grid")


def _north() -> str:
    x, y = WIDTH - RIGHT / 2, TOP + 14
    needle = f"M{num(x)} {num(y)}L{num(x + 8)} {num(y + 30)}L{num(x)} {num(y + 23)}"
    west = f"L{num(x - 8)} {num(y + 30)}Z"
    outline = element("path", d=needle + west, fill="#fff", stroke="#111", stroke_width=1)
    dark = element("path", d=needle + "Z", fill="#111")
    letter = label("N", x, y - 4, size=13, text_anchor="middle", font_weight="bold", fill="#111")
    return element("g", outline, dark, letter, class_="north")


@lru_cache(maxsize=64)
def scale_bar(frame: Frame, x: float, y: float) -> str:
    """Return a bar of 1, 2 or 5 x 10^n metres in four fields, about a fifth of the map wide."""
    metres = nice_length(_MAP_WIDTH * 0.28 / frame.scale)
    width = metres * frame.scale
    fields = "".join(
        element(
            "rect",
            x=x + width * index / 4,
            y=y,
            width=width / 4,
            height=5,
            fill="#111" if index % 2 == 0 else "#fff",
            stroke="#111",
            stroke_width=0.8,
        )
        for index in range(4)
    )
    half, whole = length_text(metres / 2, unit=False), length_text(metres)
    if metres >= 1000:
        half = f"{metres / 2000:g}"
    names = [(x, "0"), (x + width / 2, half), (x + width, whole)]
    texts = "".join(
        label(text, at, y + 17, size=10, text_anchor="middle", fill="#111") for at, text in names
    )
    return element("g", fields, texts, class_="scale")


def length_text(metres: float, *, unit: bool = True) -> str:
    """Write a round length: metres, from 1 000 m on kilometres."""
    if metres >= 1000:
        return f"{metres / 1000:g}" + (" km" if unit else "")
    return f"{metres:g}" + (" m" if unit else "")
