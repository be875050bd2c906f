"""Vector tiles: shapes in Web Mercator brought to a tile's grid, simplified, and encoded.

A tile is a square of 4096 steps; features reach a little over its edge, so that outlines are not
drawn along it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

EXTENT = 4096
MARGIN = 64
PIXEL = EXTENT / 256
"""Steps in a pixel of a screen, as maps draw a tile 256 pixels wide."""

_HALF = math.pi * 6_378_137.0
_STEP = 1.0

Box = tuple[float, float, float, float]


def tile_bounds(z: int, x: int, y: int) -> Box:
    """Return the bounds of a tile in Web Mercator (EPSG:3857), margin left out."""
    side = 2 * _HALF / 2**z
    west, north = x * side - _HALF, _HALF - y * side
    return west, north - side, west + side, north


def with_margin(bounds: Box) -> Box:
    """Return the bounds of all that a tile draws."""
    more = (bounds[2] - bounds[0]) * MARGIN / EXTENT
    return bounds[0] - more, bounds[1] - more, bounds[2] + more, bounds[3] + more


def on_grid(shapes: npt.NDArray[np.object_], bounds: Box) -> npt.NDArray[np.object_]:
    """Bring shapes to the grid of a tile: cut to it, simplified to a step; nothing left is empty.

    Parameters
    ----------
    shapes
        Valid shapes in Web Mercator.
    bounds
        Of the tile, from `tile_bounds`.

    Returns
    -------
    Shapes with whole-numbered coordinates, y downwards; rings turn as the format wants them.
    """
    scale = EXTENT / (bounds[2] - bounds[0])
    origin = np.array([bounds[0], bounds[3]])

    def placed(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Count steps from the upper left corner."""
        steps: npt.NDArray[np.float64] = (xy - origin) * np.array([scale, -scale])
        return steps

    moved = shapely.transform(shapes, placed)
    cut = shapely.clip_by_rect(moved, -MARGIN, -MARGIN, EXTENT + MARGIN, EXTENT + MARGIN)
    plain = shapely.simplify(cut, _STEP / 2, preserve_topology=True)
    snapped = shapely.set_precision(plain, _STEP)
    return np.asarray(shapely.orient_polygons(snapped, exterior_cw=False), dtype=object)


def join_pieces(
    ids: npt.NDArray[np.int64], shapes: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Join the pieces of each feature, on the grid already: no seam is drawn.

    `ids` are ordered; the result has each once.
    """
    numbers, starts, counts = np.unique(ids, return_index=True, return_counts=True)
    joined = np.empty(len(numbers), dtype=object)
    for row, (start, count) in enumerate(zip(starts, counts, strict=True)):
        if count == 1:
            joined[row] = shapes[start]
        else:
            whole = shapely.union_all(shapes[start : start + count], grid_size=_STEP)
            joined[row] = shapely.simplify(whole, _STEP / 2)  # corners of pieces on straight edges
    return numbers, np.asarray(shapely.orient_polygons(joined, exterior_cw=False), dtype=object)


def encode_tile(
    name: str, shapes: Sequence[BaseGeometry], properties: Sequence[Mapping[str, str | int]]
) -> bytes:
    """Return a tile of one layer; empty shapes are left out.

    Parameters
    ----------
    name
        Name of the layer in the tile.
    shapes
        As `on_grid` returns them.
    properties
        Of each shape; `id`, a number, is also the id of the feature.
    """
    import mapbox_vector_tile

    features = [
        {"id": int(values["id"]), "geometry": part, "properties": dict(values)}
        for shape, values in zip(shapes, properties, strict=True)
        for part in _drawable(shape)
    ]
    if not features:
        return b""
    options = {"y_coord_down": True, "extents": EXTENT, "check_winding_order": False}
    tile: bytes = mapbox_vector_tile.encode(
        [{"name": name, "features": features}], default_options=options
    )
    return tile


def _drawable(shape: BaseGeometry) -> list[BaseGeometry]:
    """The shape itself, or the parts of a mixed one: a tile has no collections."""
    if shape.is_empty:
        return []
    if shape.geom_type != "GeometryCollection":
        return [shape]
    return [part for item in shape.geoms for part in _drawable(item)]
