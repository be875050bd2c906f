"""One visual language: a colour, a hatch and a marker for each severity, state and theme.

Severities differ in hatch and marker as well as in colour, and their colours differ in
lightness: a grey print and a colour-blind reader tell them apart. Lists, figures and maps take
their colours from here and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Hatch = Literal[
    "cross", "slope", "back", "dots", "level", "upright", "grid", "broken", "blank", "solid"
]
Marker = Literal["diamond", "triangle", "square", "circle", "cross"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """How one kind of thing is drawn.

    `ink` is the colour of outline, hatch and badge text on white (contrast of 4.5 or more),
    `fill` the light colour under the hatch.
    """

    key: str
    ink: str
    fill: str
    hatch: Hatch
    marker: Marker = "circle"


SEVERITY: Mapping[str, Symbol] = MappingProxyType(
    {
        symbol.key: symbol
        for symbol in (
            Symbol("prohibited", "#8f1020", "#f2b8b5", "cross", "diamond"),
            Symbol("needs_approval", "#963b00", "#fbd3ae", "slope", "triangle"),
            Symbol("needs_assessment", "#6a3d9a", "#dccbec", "back", "square"),
            Symbol("condition", "#7a5c00", "#fbeeb0", "dots", "circle"),
            Symbol("notice", "#1f66a8", "#d3e6f6", "level", "cross"),
        )
    }
)

STATE: Mapping[str, Symbol] = MappingProxyType(
    {
        symbol.key: symbol
        for symbol in (
            Symbol("affected", "#8f1020", "#f2b8b5", "cross", "diamond"),
            Symbol("clear", "#1b6b3a", "#d5ecd9", "blank", "circle"),
            Symbol("not_assessed", "#4d4d4d", "#e3e3e3", "broken", "square"),
            Symbol("needs_person", "#5a4a8a", "#e6e2f2", "upright", "triangle"),
            Symbol("not_applicable", "#6b6b6b", "#f4f4f4", "blank", "cross"),
        )
    }
)

LIGHT: Mapping[str, Symbol] = MappingProxyType(
    {
        symbol.key: symbol
        for symbol in (
            Symbol("red", "#8f1020", "#f2b8b5", "cross", "diamond"),
            Symbol("grey", "#4d4d4d", "#e3e3e3", "broken", "square"),
            Symbol("amber", "#7a4f00", "#fbe3a8", "slope", "triangle"),
            Symbol("green", "#1b6b3a", "#d5ecd9", "blank", "circle"),
        )
    }
)

THEME: Mapping[str, Symbol] = MappingProxyType(
    {
        symbol.key: symbol
        for symbol in (
            Symbol("control_line", "#8f1020", "#f2b8b5", "cross", "diamond"),
            Symbol("plan", "#6a3d9a", "#dccbec", "back", "square"),
            Symbol("present_state", "#4f6b1b", "#e3edc8", "dots", "circle"),
            Symbol("approval", "#963b00", "#fbd3ae", "slope", "triangle"),
            Symbol("safety", "#7a5c00", "#fbeeb0", "grid", "triangle"),
            Symbol("survey_object", "#0f6b6b", "#cdeaea", "upright", "diamond"),
            Symbol("utility", "#1f66a8", "#d3e6f6", "level", "cross"),
            Symbol("context", "#4d4d4d", "#ededed", "blank", "circle"),
        )
    }
)

LINE: Mapping[str, Symbol] = MappingProxyType(
    {
        symbol.key: symbol
        for symbol in (
            Symbol("control.permanent_farmland", "#8a6d00", "#f7e7a1", "dots"),
            Symbol("control.eco_redline", "#1b6b3a", "#cfe9d3", "slope"),
            Symbol("control.urban_boundary", "#8f1020", "#f6d5d2", "blank"),
            Symbol("control.blue_line", "#1f66a8", "#cfe3f5", "level"),
            Symbol("control.green_line", "#2f7d32", "#dcefd6", "back"),
            Symbol("control.yellow_line", "#7a5c00", "#fbeeb0", "grid"),
            Symbol("control.purple_line", "#6a3d9a", "#e3d6f0", "upright"),
        )
    }
)
"""Control lines have colours by custom, which their names tell; other layers take their theme's."""

DASHES: Mapping[str, str | None] = MappingProxyType(
    {"cross": None, "slope": "9 3", "back": "5 3", "dots": "2 3", "level": "12 3 2 3"}
)
"""By the hatch of a symbol: how its lines are broken, so that they differ in grey."""

SITE = Symbol("site", "#111111", "#eef1ea", "blank", "circle")


_SHADES = ("#eaf1f5", "#cfdfe9", "#adc8d9", "#86acc4", "#5d8dab", "#3a6c8c", "#214e6b", "#10344c")
"""From light to dark in steps that a grey print keeps apart."""


def ramp(count: int) -> tuple[str, ...]:
    """Return `count` shades from light to dark, as far apart as they can be; eight at most."""
    if count <= 1:
        return _SHADES[2 : 2 + count]
    last = len(_SHADES) - 1 if count > 5 else len(_SHADES) - 2
    return tuple(_SHADES[round(index * last / (count - 1))] for index in range(count))


def css_variables() -> str:
    """Return the colours as CSS custom properties, for the pages that use the same language."""
    groups = (("sev", SEVERITY), ("state", STATE), ("light", LIGHT))
    lines = [
        f"--{prefix}-{key}:{symbol.ink};--{prefix}-{key}-fill:{symbol.fill};"
        for prefix, symbols in groups
        for key, symbol in symbols.items()
    ]
    return ":root{" + "".join(lines) + "}"
