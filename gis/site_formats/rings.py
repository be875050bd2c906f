"""Rings without a stated role to polygons: containment decides what is hole and what is part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import multi_polygon
from gis.guards_geometry import check_finite

RING_CLOSED = Note(
    "ring_closed",
    Text(
        "边界首末点不同，已按首点闭合",
        "A ring's last point differed from its first; it was closed",
    ),
)


def degenerate_ring(points: int) -> LantuError:
    """Return the fault of a ring that encloses nothing."""
    return LantuError(
        "degenerate",
        Text(
            f"边界只有 {points} 个点（含闭合点），围不成面",
            f"A ring of {points} points (the closing one included) encloses nothing",
        ),
        Text("请补全界址点", "Complete the boundary points"),
    )


def assemble(rings: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Build polygons of closed rings by even-odd nesting; see `nest`."""
    return [polygon for _, polygon in nest(rings)]


def nest(rings: Sequence[BaseGeometry]) -> list[tuple[int, BaseGeometry]]:
    """Build polygons of closed rings by even-odd nesting, each with the place of its outer ring.

    Parameters
    ----------
    rings
        Polygons without holes, one for each ring, in any order and any CRS.

    Returns
    -------
    The position in `rings` and one Polygon or MultiPolygon for each ring that lies in no other,
    in input order: a ring directly inside is a hole, one inside a hole a further part. Rings
    drawn twice count once.
    Empty input gives an empty list.

    Raises
    ------
    LantuError
        `not_finite`.
    """
    for ring in rings:
        check_finite(ring)
    first: dict[bytes, int] = {}
    for i, ring in enumerate(rings):
        first.setdefault(shapely.to_wkb(shapely.normalize(ring)), i)
    unique = [rings[i] for i in first.values()]
    if not unique:
        return []
    parents = _parents(unique)
    depths = [_depth(parents, i) for i in range(len(unique))]
    groups: dict[int, list[BaseGeometry]] = {i: [] for i in range(len(unique)) if depths[i] == 0}
    children: dict[int, list[int]] = {}
    for i, parent in enumerate(parents):
        if parent is not None:
            children.setdefault(parent, []).append(i)
    for i, ring in enumerate(unique):
        if depths[i] % 2 == 0:
            holes = [unique[child].exterior for child in children.get(i, [])]
            groups[_root(parents, i)].append(shapely.Polygon(ring.exterior, holes))
    places = list(first.values())
    return [(places[top], multi_polygon(parts)) for top, parts in groups.items()]


def _parents(rings: Sequence[BaseGeometry]) -> list[int | None]:
    """Return for each ring the smallest one that holds it."""
    valid = shapely.make_valid(np.asarray(rings, dtype=object))
    areas = shapely.area(valid)
    inner, outer = shapely.STRtree(valid).query(valid, predicate="covered_by")
    parents: list[int | None] = [None] * len(rings)
    for i, j in zip(inner.tolist(), outer.tolist(), strict=True):
        if i == j or areas[j] <= areas[i]:
            continue
        parent = parents[i]
        if parent is None or areas[j] < areas[parent]:
            parents[i] = j
    return parents


def _depth(parents: Sequence[int | None], index: int) -> int:
    depth, parent = 0, parents[index]
    while parent is not None:
        depth, parent = depth + 1, parents[parent]
    return depth


def _root(parents: Sequence[int | None], index: int) -> int:
    while (parent := parents[index]) is not None:
        index = parent
    return index
