"""A small SVG writer: escaped text, coordinates to 0.01 px, the same bytes for the same input."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of, polygons_of
from maps.symbols import Hatch, Marker

FONTS = (
    "'Noto Sans SC','Source Han Sans SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',"
    "'Hiragino Sans GB','WenQuanYi Micro Hei',sans-serif"
)
_HATCH_STEP = 7


_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


def clean(text: str) -> str:
    """Replace what no XML file may hold, and direction marks that reorder the line."""
    return _FORBIDDEN.sub("\ufffd", text)


def safe(text: str) -> str:
    """Return text escaped for content and attributes."""
    return escape(clean(text), quote=True)


def num(value: float) -> str:
    """Write a page coordinate to 0.01 px without needless zeros, never `-0`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text_width(text: str, size: float) -> float:
    """Estimate the width of a text in px: wide characters one em, the rest 0.56."""
    if text.isascii():
        return 0.56 * len(text) * size
    return _ems(text) * size


@lru_cache(maxsize=8192)
def _ems(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.56 for char in text)


def shorten(text: str, size: float, width: float) -> str:
    """Cut a text with an ellipsis so that it fits `width` px; line breaks become spaces."""
    line = " ".join(text.split())
    if text_width(line, size) <= width:
        return line
    room = width - text_width("…", size)
    used = 0.0
    for index, char in enumerate(line):
        used += text_width(char, size)
        if used > room:
            return line[:index] + "…"
    return line


# --- paths ------------------------------------------------------------------------------------


def _points(coordinates: NDArray[np.float64]) -> str:
    cells = np.rint(coordinates * 100).astype(np.int64)
    keep = np.ones(len(cells), dtype=bool)
    keep[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    rows = cells[keep] if keep.sum() > 1 else cells[:2]
    return "L".join(f"{_hundredths(x)} {_hundredths(y)}" for x, y in rows.tolist())


def _hundredths(value: int) -> str:
    whole, rest = divmod(abs(value), 100)
    sign = "-" if value < 0 else ""
    if rest == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:02d}".rstrip("0")


def path_data(geometry: BaseGeometry) -> str:
    """Return the `d` of polygons and lines, in page coordinates; points and the empty give ''."""
    pieces: list[str] = []
    for polygon in polygons_of(geometry):
        pieces.extend(
            "M" + _points(shapely.get_coordinates(ring)[:-1]) + "Z"
            for ring in (polygon.exterior, *polygon.interiors)
        )
    pieces.extend("M" + _points(shapely.get_coordinates(line)) for line in lines_of(geometry))
    return "".join(pieces)


# --- elements ---------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _attribute(key: str) -> str:
    written = {"viewBox", "patternUnits", "patternTransform"}
    return key if key in written else key.rstrip("_").replace("_", "-")


def element(name: str, *body: str, **attributes: str | float | None) -> str:
    """Return one element. `_` in names stands for `-`; values are escaped, None is left out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = safe(value) if isinstance(value, str) else num(value)
        parts.append(f'{_attribute(key)}="{shown}"')
    head = " ".join(parts)
    return f"<{head}>{''.join(body)}</{name}>" if body else f"<{head}/>"


def label(text: str, x: float, y: float, *, size: float = 12, **attributes: str | float) -> str:
    """Return a text with a white halo, so that it stays readable on hatches."""
    halo: dict[str, str | float] = {
        "stroke": "#fff",
        "stroke_width": 3,
        "stroke_linejoin": "round",
    }
    return element(
        "text",
        safe(text),
        x=x,
        y=y,
        font_size=size,
        paint_order="stroke",
        **{**halo, **attributes},
    )


def marker(shape: Marker, x: float, y: float, *, radius: float, ink: str, fill: str) -> str:
    """Return a point symbol with a white casing."""
    corners = _CORNERS.get(shape)
    if corners is None:
        return element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=ink, stroke_width=2)
    path = "M" + "L".join(f"{num(x + dx * radius)} {num(y + dy * radius)}" for dx, dy in corners)
    casing = element("path", d=path + "Z", fill="#fff", stroke="#fff", stroke_width=5)
    return casing + element("path", d=path + "Z", fill=fill, stroke=ink, stroke_width=1.8)


_THIRD = 0.36
_CORNERS: dict[str, Sequence[tuple[float, float]]] = {
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "triangle": ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "cross": (
        *((_THIRD, -1.1), (_THIRD, -_THIRD), (1.1, -_THIRD), (1.1, _THIRD)),
        *((_THIRD, _THIRD), (_THIRD, 1.1), (-_THIRD, 1.1), (-_THIRD, _THIRD)),
        *((-1.1, _THIRD), (-1.1, -_THIRD), (-_THIRD, -_THIRD), (-_THIRD, -1.1)),
    ),
}


@lru_cache(maxsize=512)
def hatch_pattern(ident: str, hatch: Hatch, ink: str, fill: str) -> str:
    """Return the `<pattern>` of a hatch over its light fill."""
    step = _HATCH_STEP
    ground = element("rect", width=step, height=step, fill=fill, fill_opacity=0.6)
    body = "".join(_hatch_lines(hatch, step, ink))
    turn = {"slope": "rotate(45)", "back": "rotate(-45)", "cross": "rotate(45)"}.get(hatch)
    return element(
        "pattern",
        ground + body,
        id=ident,
        width=step,
        height=step,
        patternUnits="userSpaceOnUse",
        patternTransform=turn,
    )


def _hatch_lines(hatch: Hatch, step: float, ink: str) -> Iterable[str]:
    upright = element("path", d=f"M{num(step / 2)} 0V{num(step)}", stroke=ink, stroke_width=1)
    level = element("path", d=f"M0 {num(step / 2)}H{num(step)}", stroke=ink, stroke_width=1)
    if hatch in {"slope", "back", "upright"}:
        return (upright,)
    if hatch in {"cross", "grid"}:
        return (upright, level)
    if hatch == "level":
        return (level,)
    if hatch == "dots":
        return (element("circle", cx=step / 2, cy=step / 2, r=1.3, fill=ink),)
    if hatch == "broken":
        dash = f"M0 {num(step / 2)}H{num(step * 0.55)}"
        return (element("path", d=dash, stroke=ink, stroke_width=1),)
    return ()


# --- sensible steps ---------------------------------------------------------------------------


def nice_step(span: float, most: float) -> float:
    """Return the smallest of 1, 2, 5 x 10^n that divides `span` into at most `most` parts."""
    if not (span > 0 and math.isfinite(span)):
        return 1.0
    power = math.floor(math.log10(span / most))
    for mantissa in (1, 2, 5, 10, 20):
        step = mantissa * 10.0**power
        if span / step <= most * (1 + 1e-9):
            return step
    return 10.0 ** (power + 2)


def nice_length(longest: float) -> float:
    """Return the largest of 1, 2, 5 x 10^n that is at most `longest`."""
    power = math.floor(math.log10(longest) + 1e-9)
    for mantissa in (5, 2, 1):
        if mantissa * 10.0**power <= longest * (1 + 1e-9):
            return mantissa * 10.0**power
    return 10.0**power
