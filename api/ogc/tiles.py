"""Tiles of an edition, bounded in what they read: small things of low zooms are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from api.ogc.sources import Item
from api.ogc.systems import Systems
from gis.crs import parse_crs, transform_points
from layers.editions import Edition
from layers.store.feature_pages import TileOrder, Wanted
from layers.store.protocol import Box, Features
from maps.tiles import (
    EXTENT,
    MARGIN,
    PIXEL,
    encode_tile,
    join_pieces,
    on_grid,
    tile_bounds,
    with_margin,
)

if TYPE_CHECKING:
    from layers.store.workspace import Workspace

MAX_ZOOM = 22
_PIECES_FROM = 15
"""From this zoom on a tile is small: features are read by box, big ones in pieces."""
_MOST_FEATURES = 4_000
_MOST_OUTLINES = 300_000
"""Bounds looked through for one tile; below the zoom that keeps to it a tile stays empty."""
_CHUNK = 100
_MERCATOR = "EPSG:3857"


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile, and what was done to it: `whole`, `thinned; …` or `empty; from-zoom=n`."""

    data: bytes
    said: str


def layer_tile(
    workspace: Workspace, systems: Systems, edition: Edition, address: tuple[int, int, int]
) -> Tile:
    """Return a tile of an edition.

    Parameters
    ----------
    workspace, systems
        Where the edition is, and its coordinate systems.
    edition
        Of a layer with features.
    address
        z, x, y.
    """
    bounds = tile_bounds(*address)
    box = _box(systems, with_margin(bounds))
    if box is None:
        return Tile(b"", "whole")
    first = _first_zoom(edition, box, address[0])
    if first > address[0]:
        return Tile(b"", f"empty; from-zoom={first}")
    pixel = 0.0 if address[0] >= _PIECES_FROM else (box[2] - box[0]) / (EXTENT / PIXEL)
    stored = workspace.tile(
        edition,
        TileOrder(bounds, box, EXTENT, MARGIN, pixel, _POINT_M, _MOST_FEATURES if pixel else None),
    )
    if stored is not None:
        return Tile(stored.data, _said(stored.shown, stored.there))
    said = "whole"
    if not pixel:
        read = workspace.read(edition, box)
        numbers, shapes = _drawn(workspace, read, bounds)
        texts = _texts(read)
    else:
        ids, said = _chosen(workspace, edition, box, pixel)
        numbers, shapes, texts = np.empty(0, np.int64), np.empty(0, dtype=object), {}
        for start in range(0, len(ids), _CHUNK):
            read = workspace.numbered(edition, ids[start : start + _CHUNK].tolist())
            some, drawn = _drawn(workspace, read, bounds)
            numbers, shapes = np.concatenate([numbers, some]), np.concatenate([shapes, drawn])
            texts |= _texts(read)
    properties: list[dict[str, str | int]] = [
        {"id": number, **texts[number]} for number in numbers.tolist()
    ]
    return Tile(encode_tile(edition.layer, list(shapes), properties), said)


def items_tile(
    name: str, items: list[Item], crs: str, address: tuple[int, int, int], label: str
) -> Tile:
    """Return a tile of items that fit in memory: projects, assessments; `label` is their name."""
    shapes = np.empty(len(items), dtype=object)
    shapes[:] = [item.geometry for item in items]
    bounds = tile_bounds(*address)
    drawn = on_grid(_mercator(shapes, crs), bounds) if len(items) else shapes
    properties: list[dict[str, str | int]] = [
        {"id": row, "key": item.id, "name": str(item.properties[label])}
        for row, item in enumerate(items, 1)
    ]
    return Tile(encode_tile(name, list(drawn), properties), "whole")


def _box(systems: Systems, bounds: Box) -> Box | None:
    """Return the box in the working CRS that holds a box of Web Mercator; None beyond all data."""
    area = systems.area_of(bounds, systems.mercator)
    if area is None:
        return None
    minx, miny, maxx, maxy = area.shape.bounds
    return minx, miny, maxx, maxy


def _first_zoom(edition: Edition, box: Box, zoom: int) -> int:
    """The zoom from which a tile looks through few enough bounds, were features spread evenly."""
    covered = edition.coverage.envelope.area or 1.0
    side = (box[2] - box[0]) * (box[3] - box[1])
    while edition.feature_count * min(1.0, side / covered) > _MOST_OUTLINES:
        zoom, side = zoom + 1, side / 4
    return zoom


def _chosen(
    workspace: Workspace, edition: Edition, box: Box, pixel: float
) -> tuple[npt.NDArray[np.int64], str]:
    """Numbers of what a tile shows: nothing below a pixel, the biggest where there are too many."""
    found = workspace.outlines(edition, Wanted(box=box))
    size = np.maximum(*(found.bounds[:, side + 2] - found.bounds[:, side] for side in (0, 1)))
    seen = (size >= pixel) | (size <= _POINT_M)
    ids, size = found.ids[seen], size[seen]
    if len(ids) > _MOST_FEATURES:
        if size.max() <= _POINT_M:  # points: evenly over the numbers
            rows = np.linspace(0, len(ids) - 1, _MOST_FEATURES).astype(np.int64)
        else:
            rows = np.sort(np.argsort(-size, kind="stable")[:_MOST_FEATURES])
        ids = ids[rows]
    return ids, _said(len(ids), len(found.ids))


def _said(shown: int, there: int) -> str:
    return "whole" if shown == there else f"thinned; shown={shown}; of={there}"


_POINT_M = 1.0
"""Bounds of a point in an index may be this wide, for they are rounded outwards."""


def _drawn(
    workspace: Workspace, read: Features, bounds: Box
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    if not len(read.ids):
        return read.ids, read.geometries
    return join_pieces(read.ids, on_grid(_mercator(read.geometries, workspace.crs), bounds))


def _texts(read: Features) -> dict[int, dict[str, str]]:
    """Class and name of each feature; nothing else leaves in a tile."""
    texts: dict[int, dict[str, str]] = {}
    for number, code in zip(read.ids.tolist(), read.classes, strict=True):
        told = {"class": code, "name": read.fields[number].get("name")}
        texts[number] = {name: str(value) for name, value in told.items() if value is not None}
    return texts


def _mercator(shapes: npt.NDArray[np.object_], crs: str) -> npt.NDArray[np.object_]:
    source, target = parse_crs(crs), parse_crs(_MERCATOR)
    moved = shapely.transform(shapes, lambda xy: transform_points(xy, source, target))
    return np.asarray(moved, dtype=object)
