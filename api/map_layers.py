"""Layers that a map may show beneath its own things: vector tiles of the editions in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from api.auth.roles import Principal
from api.routes.tiles import edition_name
from layers.catalog import LayerSpec
from layers.editions import pick
from layers.store.protocol import LayerStore
from maps.symbols import LINE, THEME, Symbol

_HEAD = 12
"""So much of a checksum stands in an address: with it a tile never changes."""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """One layer with its symbol and the addresses of its tiles, `{z}/{x}/{y}` left open."""

    spec: LayerSpec
    symbol: Symbol
    tiles: tuple[str, ...]


def map_layers(store: LayerStore, principal: Principal, day: date) -> list[MapLayer]:
    """Return the layers with data on a day that somebody may see, by key; no rasters."""
    found = []
    for key, spec in sorted(store.specs().items()):
        if spec.geometry == "raster" or (spec.confidential and not principal.confidential):
            continue
        held = pick(store.editions(key), as_of=day, known_at=None)
        tiles = tuple(
            f"/tiles/{_part(key)}/{_part(edition_name(one))}/{{z}}/{{x}}/{{y}}.mvt"
            f"?v={one.checksum[:_HEAD]}"
            for one in held
        )
        if tiles:
            found.append(MapLayer(spec, LINE.get(key, THEME[spec.theme]), tiles))
    return found


def _part(text: str) -> str:
    return quote(text, safe="")
