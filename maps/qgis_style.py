"""QGIS styles (QML) in the one visual language: what is drawn there looks as in the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from maps.symbols import Hatch, Symbol

Drawn = Literal["fill", "line", "marker"]

_STEP = "1.85"
"""Millimetres from one line of a hatch to the next: the 7 pixels of the figures."""

_LINES: Mapping[Hatch, tuple[int, ...]] = {
    "cross": (45, 135),
    "slope": (45,),
    "back": (135,),
    "level": (0,),
    "broken": (0,),
    "upright": (90,),
    "grid": (0, 90),
}
"""Angles of the lines of a hatch, against the clock from east. Qt's own brushes of these names
lean the other way and are a pixel wide on any paper."""

_DASHES: Mapping[Hatch, str] = {
    "slope": "2.4;0.8",
    "back": "1.3;0.8",
    "dots": "0.5;0.8",
    "level": "3.2;0.8;0.5;0.8",
    "broken": "1.3;1.3",
    "upright": "0.5;1.6",
}
_SHAPE = {
    "diamond": "diamond",
    "triangle": "triangle",
    "square": "square",
    "circle": "circle",
    "cross": "cross_fill",
}
_LINE_WIDTH = 1.3
_LINE_EDGE = 0.9
_TUBE = ("2.1", "1.3")
"""Width of linear works and of the white within, before anything lies on them."""
_PLACEMENT: Mapping[Drawn, Mapping[str, str]] = {
    "fill": {"placement": "4"},
    "line": {"placement": "2", "placementFlags": "10", "dist": "2.4"},
    "marker": {"placement": "6", "dist": "0.8"},
}
"""QGIS's numbers: within the area, above the line, around the point."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table reads in QGIS, whatever it draws.

    Attributes
    ----------
    aliases
        By column: the word that people read over it.
    label
        Expression of what stands in the map; empty: nothing.
    below
        Expressions by which features are ordered, what is to lie lowest first.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    below: Sequence[str] = ()


def categorized(
    expression: str,
    symbols: Mapping[str, tuple[str, Symbol]],
    drawn: Drawn,
    reading: Reading,
    *,
    ranks: Mapping[str, int] | None = None,
) -> str:
    """Return a QML document that draws each value by its symbol.

    Parameters
    ----------
    expression
        Name of the column, or an expression over columns.
    symbols
        By value: the word of the legend, and the symbol.
    drawn
        Whether the layer holds areas, lines or points.
    reading
        Names of columns, labels and order.
    ranks
        For lines that lie on each other, by value: how many lie above it. Each is wider than
        those, and shows beside them.
    """
    categories = "".join(
        f'<category render="true" symbol="{number}" value={quoteattr(value)}'
        f" label={quoteattr(word)}/>"
        for number, (value, (word, _)) in enumerate(symbols.items())
    )
    bodies = "".join(
        _symbol(str(number), drawn, _layers(symbol, drawn, (ranks or {}).get(value, 0)))
        for number, (value, (_, symbol)) in enumerate(symbols.items())
    )
    return _document(
        f'type="categorizedSymbol" attr={quoteattr(expression)}',
        f"<categories>{categories}</categories><symbols>{bodies}</symbols>",
        drawn,
        reading,
    )


def ground(symbol: Symbol, drawn: Drawn, reading: Reading) -> str:
    """Return a QML document for what is no hit: light and without hatch, its edge a hair."""
    layer = (
        _simple_fill(symbol.fill, symbol.ink, "0.2")
        if drawn == "fill"
        else _simple_line(symbol.ink, "0.3")
        if drawn == "line"
        else _marker(symbol)
    )
    body = _symbol("0", drawn, layer)
    return _document('type="singleSymbol"', f"<symbols>{body}</symbols>", drawn, reading)


def boundary(symbol: Symbol, drawn: Drawn, reading: Reading) -> str:
    """Return a QML document for a site: a dashed edge over all, or the tube of linear works."""
    if drawn == "line":
        outer, inner = _TUBE
        layers = _simple_line(symbol.ink, outer) + _simple_line("#ffffff", inner)
    else:
        edge = _layer(
            "SimpleLine",
            **_line_options(symbol.ink, "0.55"),
            **_dash_options("2.6;0.8;0.5;0.8"),
        )
        layers = _layer("SimpleLine", **_line_options("#ffffff", "1.2")) + edge
    body = _symbol("0", drawn, layers)
    return _document('type="singleSymbol"', f"<symbols>{body}</symbols>", drawn, reading)


def unseen(reading: Reading) -> str:
    """Return a QML document for a table without geometry: what its columns are called."""
    return _wrapped(_aliases(reading.aliases), "Fields", labels=False)


def _document(kind: str, inner: str, drawn: Drawn, reading: Reading) -> str:
    clauses = "".join(
        f'<orderByClause asc="1" nullsFirst="0">{escape(expression)}</orderByClause>'
        for expression in reading.below
    )
    renderer = (
        f'<renderer-v2 {kind} symbollevels="0" enableorderby="{int(bool(clauses))}"'
        f' forceraster="0">{inner}<orderby>{clauses}</orderby></renderer-v2>'
    )
    # opaque symbols hide each other as in the figures; the layer as a whole lets a photo through
    opacity = "<layerOpacity>0.8</layerOpacity>" if drawn == "fill" else ""
    parts = renderer + _labels(reading.label, drawn) + opacity + _aliases(reading.aliases)
    categories = "Symbology|Labeling|Fields|Rendering"
    return _wrapped(parts, categories, labels=bool(reading.label))


def _wrapped(parts: str, categories: str, *, labels: bool) -> str:
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22" styleCategories="{categories}" labelsEnabled="{int(labels)}">'
        f"{parts}</qgis>"
    )


def _aliases(aliases: Mapping[str, str]) -> str:
    entries = "".join(
        f'<alias index="{number}" field={quoteattr(name)} name={quoteattr(word)}/>'
        for number, (name, word) in enumerate(aliases.items(), 1)
    )
    return f"<aliases>{entries}</aliases>"


def _labels(expression: str, drawn: Drawn) -> str:
    """Return labels in QGIS's own typeface, with a white halo."""
    if not expression:
        return ""
    place = " ".join(f'{key}="{value}"' for key, value in _PLACEMENT[drawn].items())
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(expression)} isExpression="1" fontSize="8"'
        ' fontSizeUnit="Point" fontWeight="75" textColor="34,34,34,255">'
        '<text-buffer bufferDraw="1" bufferSize="0.9" bufferSizeUnits="MM"'
        ' bufferColor="255,255,255,255"/></text-style>'
        f"<placement {place}"
        ' distUnits="MM"/><rendering drawLabels="1" displayAll="0" obstacle="0"/>'
        "</settings></labeling>"
    )


# --- symbols ----------------------------------------------------------------------------------


def _symbol(name: str, drawn: Drawn, layers: str) -> str:
    return f'<symbol type="{drawn}" name="{name}" alpha="1" clip_to_extent="1">{layers}</symbol>'


def _layer(kind: str, body: str = "", **options: str) -> str:
    entries = "".join(
        f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items()
    )
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{entries}</Option>{body}</layer>'
    )


def _layers(symbol: Symbol, drawn: Drawn, rank: int) -> str:
    if drawn == "marker":
        return _marker(symbol)
    if symbol.hatch == "blank":  # an outline alone: green ground would say that all is clear
        return _simple_line(symbol.ink, "0.25")
    if drawn == "line":
        width = f"{_LINE_WIDTH + _LINE_EDGE * rank:.2f}"
        dashes = _DASHES.get(symbol.hatch, "")
        top = _layer("SimpleLine", **_line_options(symbol.ink, width), **_dash_options(dashes))
        return _simple_line(symbol.fill, width) + top
    return _simple_fill(symbol.fill, symbol.ink, "0.4") + _hatch(symbol)


def _hatch(symbol: Symbol) -> str:
    if symbol.hatch == "dots":
        dot = _layer(
            "SimpleMarker", name="circle", color=_rgba(symbol.ink), outline_style="no", size="0.7"
        )
        spaced = {"distance_x": _STEP, "distance_y": _STEP}
        return _layer("PointPatternFill", _symbol("@0@1", "marker", dot), **spaced)
    dashes = "1;0.85" if symbol.hatch == "broken" else ""
    return "".join(
        _layer(
            "LinePatternFill",
            _symbol(
                f"@0@{number}",
                "line",
                _layer("SimpleLine", **_line_options(symbol.ink, "0.26"), **_dash_options(dashes)),
            ),
            angle=str(angle),
            distance=_STEP,
            distance_unit="MM",
        )
        for number, angle in enumerate(_LINES.get(symbol.hatch, ()), 1)
    )


def _simple_fill(fill: str, ink: str, width: str) -> str:
    return _layer(
        "SimpleFill",
        color=_rgba(fill),
        style="solid",
        outline_color=_rgba(ink),
        outline_style="solid",
        outline_width=width,
        outline_width_unit="MM",
    )


def _simple_line(ink: str, width: str) -> str:
    return _layer("SimpleLine", **_line_options(ink, width))


def _line_options(ink: str, width: str) -> dict[str, str]:
    return {
        "line_color": _rgba(ink),
        "line_style": "solid",
        "line_width": width,
        "line_width_unit": "MM",
        "capstyle": "flat",
        "joinstyle": "round",
    }


def _dash_options(dashes: str) -> dict[str, str]:
    if not dashes:
        return {}
    return {"use_custom_dash": "1", "customdash": dashes, "customdash_unit": "MM"}


def _marker(symbol: Symbol) -> str:
    shape = _SHAPE[symbol.marker]
    casing = _layer(
        "SimpleMarker",
        name=shape,
        color="255,255,255,255",
        outline_color="255,255,255,255",
        outline_width="1",
        size="3.4",
        size_unit="MM",
    )
    return casing + _layer(
        "SimpleMarker",
        name=shape,
        color=_rgba(symbol.fill),
        outline_color=_rgba(symbol.ink),
        outline_width="0.45",
        size="3.4",
        size_unit="MM",
    )


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},255"
