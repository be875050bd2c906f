"""QGIS styles (QML) in the one visual language: what is drawn there looks as in the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from xml.sax.saxutils import quoteattr

from maps.symbols import Hatch, Symbol

Drawn = Literal["fill", "line", "marker"]

_BRUSH: Mapping[Hatch, str] = {
    "cross": "diagonal_x",
    "slope": "f_diagonal",
    "back": "b_diagonal",
    "dots": "dense5",
    "level": "horizontal",
    "upright": "vertical",
    "grid": "cross",
    "broken": "dense6",
    "blank": "no",
    "solid": "solid",
}
_SHAPE = {
    "diamond": "diamond",
    "triangle": "triangle",
    "square": "square",
    "circle": "circle",
    "cross": "cross2",
}


def categorized(field: str, symbols: Mapping[str, tuple[str, Symbol]], drawn: Drawn) -> str:
    """Return a QML document that draws each value by its symbol.

    Parameters
    ----------
    field
        Name of the column, or an expression over columns.
    symbols
        By value: the word of the legend, and the symbol.
    drawn
        Whether the layer holds areas, lines or points.
    """
    categories = "".join(
        f'<category render="true" symbol="{number}" value={quoteattr(value)}'
        f" label={quoteattr(word)}/>"
        for number, (value, (word, _)) in enumerate(symbols.items())
    )
    bodies = "".join(
        _symbol(str(number), symbol, drawn) for number, (_, symbol) in enumerate(symbols.values())
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22" styleCategories="Symbology">'
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(field)} symbollevels="0"'
        f' enableorderby="0" forceraster="0"><categories>{categories}</categories>'
        f"<symbols>{bodies}</symbols></renderer-v2></qgis>"
    )


def single(symbol: Symbol, drawn: Drawn) -> str:
    """Return a QML document that draws everything by one symbol."""
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22" styleCategories="Symbology">'
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
        f"<symbols>{_symbol('0', symbol, drawn)}</symbols></renderer-v2></qgis>"
    )


def _symbol(name: str, symbol: Symbol, drawn: Drawn) -> str:
    layers = {"fill": _fill, "line": _line, "marker": _marker}[drawn](symbol)
    return f'<symbol type="{drawn}" name="{name}" alpha="1" clip_to_extent="1">{layers}</symbol>'


def _layer(kind: str, **options: str) -> str:
    entries = "".join(
        f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items()
    )
    return (
        f'<layer class="{kind}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{entries}</Option></layer>'
    )


def _fill(symbol: Symbol) -> str:
    ground = _layer(
        "SimpleFill",
        color=_rgba(symbol.fill, 150),
        style="no" if symbol.key == "site" else "solid",
        outline_color=_rgba(symbol.ink),
        outline_style="solid",
        outline_width="0.6" if symbol.key == "site" else "0.4",
        outline_width_unit="MM",
    )
    if symbol.hatch in {"blank", "solid"}:
        return ground
    hatch = _layer(
        "SimpleFill",
        color=_rgba(symbol.ink),
        style=_BRUSH[symbol.hatch],
        outline_style="no",
    )
    return ground + hatch


def _line(symbol: Symbol) -> str:
    return _layer(
        "SimpleLine",
        line_color=_rgba(symbol.ink),
        line_style="dash" if symbol.hatch == "broken" else "solid",
        line_width="0.8",
        line_width_unit="MM",
    )


def _marker(symbol: Symbol) -> str:
    return _layer(
        "SimpleMarker",
        name=_SHAPE[symbol.marker],
        color=_rgba(symbol.fill),
        outline_color=_rgba(symbol.ink),
        size="3",
        size_unit="MM",
    )


def _rgba(colour: str, alpha: int = 255) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
