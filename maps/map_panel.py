"""What a map page holds, and how its texts, popups and legend are written: always inert."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from shapely.geometry.base import BaseGeometry

from maps.chinese import CHINESE
from maps.svg import clean, hatch_pattern, marker
from maps.symbols import DASHES, SEVERITY, STATE, Symbol

_SPECIAL = {ord(char): f"&#{ord(char)};" for char in "`{}$\\"}
_LINE, _BAND = 5.0, 5.0
_WIDEST_SWATCH = 13.0


@dataclass(frozen=True, slots=True)
class MapShape:
    """One thing on the map: its shape in the working CRS, a title, and lines of its popup."""

    geometry: BaseGeometry
    title: str
    lines: Sequence[tuple[str, str]]
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One switch of the map. A `backdrop` lies below all else and answers no click."""

    title: str
    shapes: Sequence[MapShape]
    shown: bool = True
    backdrop: bool = False


@dataclass(frozen=True, slots=True)
class MapPage:
    """All that the page shows; every text is plain text. `lights` stand above the legend."""

    title: str
    layers: Sequence[MapLayer]
    legend_title: str
    legend: Sequence[tuple[Symbol, str]]
    notes: Sequence[str]
    crs: str
    language: str
    watermark: str = ""
    lights: Sequence[tuple[Symbol, str, str]] = ()


def inert(text: str) -> str:
    """Return text that no page, script or template takes for more than text."""
    return escape(clean(text), quote=True).translate(_SPECIAL)


def told(text: str, language: str) -> str:
    """Return inert text in which an English page names the Chinese as Chinese."""
    shown = inert(text)
    return shown if language.startswith("zh") else CHINESE.sub(_MARKED, shown)


_MARKED = r'<bdi lang="zh-CN">\g<0></bdi>'


def is_line(shape: MapShape) -> bool:
    """Whether a shape is drawn as a line."""
    return "LineString" in shape.geometry.geom_type


def line_weights(page: MapPage) -> dict[str, float]:
    """Return the width in px of the lines of each symbol, by its key.

    Severities lie on each other along one line: what weighs most is narrow and on top, each
    lesser one a band wider, so that every one shows; below all lies the line of the site.
    """
    used = {shape.symbol.key for layer in page.layers if not layer.backdrop
            for shape in layer.shapes if is_line(shape)}  # fmt: skip
    known = [*SEVERITY, *STATE]
    order = [key for key in known if key in used]
    order += sorted(used - {*known, "site"})
    order += ["site"] if "site" in used else []
    return {key: _LINE + _BAND * place for place, key in enumerate(order)}


def popup(shape: MapShape, language: str) -> str:
    """Return what a click on a shape tells."""
    rows = "".join(
        f'<tr><th scope="row">{told(name, language)}</th><td>{told(value, language)}</td></tr>'
        for name, value in shape.lines
    )
    return f"<h2>{told(shape.title, language)}</h2><table>{rows}</table>"


# --- beside the map ---------------------------------------------------------------------------


def furniture(page: MapPage) -> str:
    """Return what stands around the map: hatches, panel with legend and notes, north, watermark."""
    return _patterns(page) + _panel(page) + _NORTH + _mark(page)


def _patterns(page: MapPage) -> str:
    used = {s.symbol.key: s.symbol for layer in page.layers for s in layer.shapes}
    used |= {symbol.key: symbol for symbol, _ in page.legend}
    bodies = "".join(
        hatch_pattern(f"h-{key}", symbol.hatch, symbol.ink, symbol.fill)
        for key, symbol in sorted(used.items())
    )
    return f'<svg class="patterns" aria-hidden="true"><defs>{bodies}</defs></svg>'


def _panel(page: MapPage) -> str:
    language = page.language
    kinds = _kinds(page)
    weights = line_weights(page)
    entries = "".join(
        f'<li><svg width="30" height="18" aria-hidden="true">'
        f"{_swatch(symbol, kinds.get(symbol.key, set()), weights)}</svg>{told(word, language)}</li>"
        for symbol, word in page.legend
    )
    notes = "".join(f"<p>{told(note, language)}</p>" for note in page.notes)
    lights = "".join(
        f'<p class="light">{_lamp(symbol)}<span><b>{told(name, language)}</b> '
        f"{told(text, language)}</span></p>"
        for symbol, name, text in page.lights
    )
    return (
        f'<aside class="panel"><h1>{told(page.title, language)}</h1>{lights}'
        '<details open="open">'
        f"<summary>{told(page.legend_title, language)}</summary>"
        f"<ul>{entries}</ul>{notes}</details></aside>"
    )


def _lamp(symbol: Symbol) -> str:
    drawn = marker(symbol.marker, 9, 9, radius=7, ink=symbol.ink, fill=symbol.ink)
    return f'<svg width="18" height="18" aria-hidden="true">{drawn}</svg>'


def _kinds(page: MapPage) -> dict[str, set[str]]:
    """Return as what each symbol is drawn: areas, lines or points."""
    kinds: dict[str, set[str]] = {}
    for layer in page.layers:
        for shape in () if layer.backdrop else layer.shapes:
            kind = shape.geometry.geom_type.removeprefix("Multi")
            kinds.setdefault(shape.symbol.key, set()).add(kind)
    return kinds


def _swatch(symbol: Symbol, kinds: set[str], weights: Mapping[str, float]) -> str:
    """Return a sample of a symbol as the map draws it."""
    if kinds == {"LineString"}:
        width = min(weights[symbol.key], _WIDEST_SWATCH)
        dashes = DASHES.get(symbol.hatch)
        broken = f' stroke-dasharray="{dashes}"' if dashes else ""
        line = f'<path d="M1 9h28" stroke-width="{width:g}" stroke='
        return f'{line}"{symbol.fill}"/>{line}"{symbol.ink}"{broken}/>'
    look = f'fill="{_legend_fill(symbol)}" stroke="{symbol.ink}" stroke-width="2"'
    if kinds == {"Point"}:
        return f'<circle cx="15" cy="9" r="7" {look}/>'
    return f'<rect x="1" y="1" width="28" height="16" {look}/>'


def _legend_fill(symbol: Symbol) -> str:
    plain = symbol.key == "site" or symbol.hatch == "solid"
    return symbol.fill if plain else f"url(#h-{symbol.key})"


_NORTH = (
    '<svg class="north" width="24" height="44" aria-hidden="true"><path d="M12 14L20 42L12 36Z"'
    ' fill="#111"/><path d="M12 14L20 42L12 36L4 42Z" fill="none" stroke="#111"/>'
    '<text x="12" y="11" font-size="12" font-weight="bold" text-anchor="middle">N</text></svg>'
)
"""Screens are north up: the arrow says so on paper too."""


def _mark(page: MapPage) -> str:
    if not page.watermark:
        return ""
    words = told(page.watermark, page.language)
    return f'<div class="watermark" aria-hidden="true"><span>{words}</span></div>'
