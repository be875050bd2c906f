"""What ingest looks for within a layer: overlaps, duplicates, places, stated areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import GeometryArray
from gis.geometry import MAX_VERTICES, subdivide
from gis.prepared import prepared
from layers.catalog import LayerSpec
from layers.ingest_fields import find_field

MAX_OVERLAP_PAIRS = 100_000
MAX_OVERLAP_VERTICES = 5_000_000
"""Beyond these the overlaps are not computed and the log says so: ingest must end."""

OVERLAP_FLOOR_M2 = 1e-4
"""The floor of every measure (CONTRACTS 5): smaller overlaps are rounding."""

AREA_DIFFERS = 0.10
_AREA_KEYS = {"area_m2", "patch_area_m2", "stated_area_m2"}
_AREA_FIELDS = ("tbmj", "mj", "area", "面积", "图斑面积", "ydmj", "用地面积", "area_m2")
_UNITS = (("m2", 1.0), ("ha", 1e4), ("mu", 2000 / 3), ("km2", 1e6))
_EXAMPLES = 10


def find_duplicates(geometries: GeometryArray, numbers: npt.NDArray[np.int64]) -> dict[str, object]:
    """Report features of equal geometry; only those of equal bounds are compared, normalised."""
    if len(geometries) < 2:
        return {"count": 0, "examples": []}
    boxes = shapely.bounds(geometries)
    order = np.lexsort(boxes.T)
    same = (boxes[order[1:]] == boxes[order[:-1]]).all(axis=1)
    suspects = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
    seen: dict[bytes, int] = {}
    pairs: list[tuple[int, int]] = []
    for index, key in zip(
        suspects, shapely.to_wkb(shapely.normalize(geometries[suspects])), strict=True
    ):
        first = seen.setdefault(key, int(index))
        if first != index:
            pairs.append((first, int(index)))
    examples = [[int(numbers[a]), int(numbers[b])] for a, b in pairs[:_EXAMPLES]]
    return {"count": len(pairs), "examples": examples}


def find_overlaps(geometries: GeometryArray, numbers: npt.NDArray[np.int64]) -> dict[str, object]:
    """Report pairs of polygons that cover ground twice, and how much ground.

    Exact. Where the boxes' pairs have too many vertices, big polygons are cut into pieces; where
    that is not enough, only polygons whose edges do not match their neighbours' are taken (a
    tiling has none); where these are too many as well nothing is computed and the entry says why.
    """
    owners = np.arange(len(geometries))
    pieces = geometries
    pairs = _box_pairs(pieces, owners)
    if pairs is not None and _too_many(pieces, *pairs):
        pieces, owners = _cut(geometries, np.arange(len(geometries)))
        pairs = _box_pairs(pieces, owners)
    if pairs is None or _too_many(pieces, *pairs):
        suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(geometries)))
        pieces, owners = _cut(geometries, suspects)
        pairs = _box_pairs(pieces, owners)
    if pairs is None or _too_many(pieces, *pairs):
        return _skipped()
    left, right = pairs
    meets = shapely.intersects(pieces[left], pieces[right])
    left, right = left[meets], right[meets]
    shared = shapely.intersection(pieces[left], pieces[right])
    areas = shapely.area(shared)
    whole, index = np.unique(
        np.sort(np.column_stack([owners[left], owners[right]]), axis=1), axis=0, return_inverse=True
    )
    sums = np.bincount(index.ravel(), weights=areas, minlength=len(whole))
    hits = np.flatnonzero(sums > OVERLAP_FLOOR_M2)
    doubled = shapely.union_all(shared[(areas > 0) & (sums[index.ravel()] > OVERLAP_FLOOR_M2)])
    largest = hits[np.argsort(-sums[hits], kind="stable")[:_EXAMPLES]]
    return {
        "checked": True,
        "pairs": len(hits),
        "doubly_covered_m2": round(float(shapely.area(doubled)), 3),
        "examples": [
            {"nos": numbers[whole[i]].tolist(), "area_m2": round(float(sums[i]), 3)}
            for i in largest
        ],
        "reason": None,
    }


def _cut(
    geometries: GeometryArray, rows: npt.NDArray[np.int64]
) -> tuple[GeometryArray, npt.NDArray[np.int64]]:
    """Pieces of few vertices of these rows, and the row of each piece."""
    big = shapely.get_num_coordinates(geometries[rows]) > MAX_VERTICES
    pieces: list[BaseGeometry] = list(geometries[rows[~big]])
    owners: list[int] = rows[~big].tolist()
    for row in rows[big].tolist():
        cut = subdivide(geometries[row])
        pieces += cut
        owners += [row] * len(cut)
    array = np.empty(len(pieces), dtype=object)
    array[:] = pieces
    return array, np.array(owners, dtype=np.int64)


def _too_many(
    geometries: GeometryArray, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> bool:
    vertices = shapely.get_num_coordinates(geometries)
    return int(vertices[left].sum() + vertices[right].sum()) > MAX_OVERLAP_VERTICES


def _skipped() -> dict[str, object]:
    return {
        "checked": False,
        "pairs": None,
        "doubly_covered_m2": None,
        "examples": [],
        "reason": {
            "zh": f"相邻图斑超过 {MAX_OVERLAP_PAIRS} 对或 {MAX_OVERLAP_VERTICES} 个顶点，"
            "未作层内重叠检查",
            "en": f"more than {MAX_OVERLAP_PAIRS} near pairs or {MAX_OVERLAP_VERTICES} vertices: "
            "overlaps within the layer were not checked",
        },
    }


def _box_pairs(
    geometries: GeometryArray, owners: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """Pairs (i < j) whose boxes share ground, not only an edge; None when they are too many.

    Pieces of one owner make no pair.
    """
    boxes = shapely.bounds(geometries)
    tree = shapely.STRtree(geometries)
    lefts, rights = [], []
    found = 0
    for start in range(0, len(geometries), 20_000):
        chunk = shapely.box(*boxes[start : start + 20_000].T)
        left, right = tree.query(chunk)
        left = left + start
        ahead = (left < right) & (owners[left] != owners[right])
        left, right = left[ahead], right[ahead]
        width = np.minimum(boxes[left, 2], boxes[right, 2]) - np.maximum(
            boxes[left, 0], boxes[right, 0]
        )
        height = np.minimum(boxes[left, 3], boxes[right, 3]) - np.maximum(
            boxes[left, 1], boxes[right, 1]
        )
        shares = (width > 0) & (height > 0) & (width * height > OVERLAP_FLOOR_M2)
        lefts.append(left[shares])
        rights.append(right[shares])
        found += int(np.count_nonzero(shares))
        if found > MAX_OVERLAP_PAIRS:
            return None
    if not lefts:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(lefts), np.concatenate(rights)


def find_outside(
    geometries: GeometryArray, area: BaseGeometry, numbers: npt.NDArray[np.int64]
) -> dict[str, object]:
    """Report features wholly or partly outside the workspace's area (they are published)."""
    ready = prepared(area)
    inside = shapely.covers(ready, geometries)
    touching = inside.copy()
    rest = np.flatnonzero(~inside)
    touching[rest] = shapely.intersects(ready, geometries[rest])
    wholly = np.flatnonzero(~touching)
    return {
        "wholly": len(wholly),
        "partly": int(np.count_nonzero(touching & ~inside)),
        "examples": [int(numbers[i]) for i in wholly[:_EXAMPLES]],
    }


def compare_areas(
    fields: Mapping[str, npt.NDArray[Any]],
    spec: LayerSpec,
    geometries: GeometryArray,
    rows: npt.NDArray[np.int64],
    numbers: npt.NDArray[np.int64],
) -> list[dict[str, object]]:
    """Compare areas that the source states with plane areas; more than 10 % apart is counted.

    Fields: the usual names of a feature's whole area, and the spec's attributes that hold it; net
    and deducted areas are none. A field of unstated unit may be in m2, ha, mu or km2: the unit
    that fits its median is taken and named. Less than 1 m2 is rounding.
    """
    computed = shapely.area(geometries)
    in_m2 = {
        field.casefold()
        for attribute in spec.attributes
        if attribute.unit == "m2"
        and attribute.key in _AREA_KEYS
        and (field := find_field(fields, [attribute.key, *attribute.aliases])) is not None
    }
    found = []
    for name, values in fields.items():
        if name.casefold() not in _AREA_FIELDS and name.casefold() not in in_m2:
            continue
        stated = _numbers(values[rows])
        usable = np.isfinite(stated) & (stated > 0) & (computed > 0)
        if not usable.any():
            continue
        unit, factor = ("m2", 1.0) if name.casefold() in in_m2 else _unit(stated, computed, usable)
        gap = np.abs(stated[usable] * factor - computed[usable])
        apart = np.flatnonzero(usable)[(gap > AREA_DIFFERS * computed[usable]) & (gap > 1.0)]
        found.append(
            {
                "field": name,
                "unit": unit,
                "compared": int(np.count_nonzero(usable)),
                "differing": len(apart),
                "examples": [
                    {
                        "no": int(numbers[i]),
                        "stated_m2": round(float(stated[i] * factor), 2),
                        "computed_m2": round(float(computed[i]), 2),
                    }
                    for i in apart[:_EXAMPLES]
                ],
            }
        )
    return found


def _numbers(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    if values.dtype.kind in "fiu":
        return values.astype(np.float64)
    result = np.full(len(values), np.nan)
    for index, value in enumerate(values.tolist()):
        try:
            result[index] = float(value)
        except (TypeError, ValueError):
            continue
    return result


def _unit(
    stated: npt.NDArray[np.float64],
    computed: npt.NDArray[np.float64],
    usable: npt.NDArray[np.bool_],
) -> tuple[str, float]:
    ratio = float(np.median(computed[usable] / stated[usable]))
    for unit, factor in _UNITS:
        if abs(ratio / factor - 1) <= 0.2:
            return unit, factor
    return "m2", 1.0
