"""Validity, repair with a stated method and area change, dimensions, subdivision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

MAX_VERTICES = 256
"""Polygons with more vertices are stored in pieces: the measured optimum of box queries."""

REPAIR_NEEDS_CONSENT = 0.01
"""A repair that changes the area by more than this share asks for the user's word (CONTRACTS 1)."""


_VALID: Final = "Valid Geometry"

NO_POLYGONS: Final = shapely.MultiPolygon()
NO_LINES: Final = shapely.MultiLineString()
"""Nothing, of the kind of a site: making it anew costs as much as many a test."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did: `method`, why, and the plane area before and after (square metres)."""

    method: str
    reason: str
    area_before_m2: float
    area_after_m2: float

    @property
    def change(self) -> float:
        """Share of the area changed, against the larger of both; 0 for lines and points."""
        largest = max(self.area_before_m2, self.area_after_m2)
        return abs(self.area_after_m2 - self.area_before_m2) / largest if largest > 0 else 0.0


def polygons_of(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the non-empty polygons of a geometry of any type; lines and points are left out."""
    kind = geometry.geom_type
    if kind == "Polygon":
        return [] if geometry.is_empty else [geometry]
    if kind == "MultiPolygon":
        parts = shapely.get_parts(geometry)
        return list(parts[~shapely.is_empty(parts)])
    return [
        part
        for part in shapely.get_parts(_flat(geometry))
        if part.geom_type == "Polygon" and not part.is_empty
    ]


def lines_of(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the non-empty line strings of a geometry of any type."""
    return [
        part
        for part in shapely.get_parts(_flat(geometry))
        if part.geom_type in {"LineString", "LinearRing"} and not part.is_empty
    ]


def _flat(geometry: BaseGeometry) -> BaseGeometry:
    """Open nested collections: `get_parts` opens one level only."""
    if geometry.geom_type != "GeometryCollection":
        return geometry
    parts: list[BaseGeometry] = []
    stack = [geometry]
    while stack:
        item = stack.pop()
        if item.geom_type == "GeometryCollection" or item.geom_type.startswith("Multi"):
            stack.extend(shapely.get_parts(item))
        else:
            parts.append(item)
    return shapely.GeometryCollection(parts[::-1])


def are_valid(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Tell which geometries are valid; None is not.

    `shapely.is_valid` answers the same, but alters the filters of warnings meanwhile, which all
    threads share: what others read by GDAL would lose its warnings (`gis.gdal`).
    """
    valid: npt.NDArray[np.bool_] = shapely.is_valid_reason(geometries) == _VALID
    return valid


def is_valid(geometry: BaseGeometry) -> bool:
    """Whether a geometry is valid; as `are_valid`, of one."""
    return bool(shapely.is_valid_reason(geometry) == _VALID)


def total_bounds(geometries: Sequence[BaseGeometry]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of all geometries, NaN where there is none.

    As `shapely.total_bounds`, which alters the filters of warnings: see `are_valid`.
    """
    bounds = shapely.bounds(np.asarray(geometries, dtype=object)).reshape(-1, 4)
    west, south, _, _ = np.fmin.reduce(bounds, initial=np.nan).tolist()
    _, _, east, north = np.fmax.reduce(bounds, initial=np.nan).tolist()
    return west, south, east, north


def repair(geometry: BaseGeometry) -> tuple[BaseGeometry, Repair | None]:
    """Make a geometry valid; tell how, and by how much the area changed.

    Parameters
    ----------
    geometry
        Any geometry in a projected CRS in metres; Z and M are dropped by the reader before.

    Returns
    -------
    The geometry itself and None when it is valid; else the repaired geometry of the same
    dimension (empty when nothing of that dimension is left) and the `Repair`.

    Notes
    -----
    `shapely.make_valid(method="structure")`: rings are made valid one by one, then shells are
    merged and holes taken away, so a figure of eight keeps both its lobes.
    """
    reason = str(shapely.is_valid_reason(geometry))
    if reason == _VALID:
        return geometry, None
    method = "structure"
    try:
        fixed = shapely.make_valid(geometry, method=method, keep_collapsed=False)
    except shapely.errors.GEOSException:  # rings that GEOS cannot put together again
        method = "linework"
        fixed = shapely.make_valid(geometry, method=method)
    if geometry.geom_type in {"Polygon", "MultiPolygon"}:
        fixed = multi_polygon(polygons_of(fixed))
    return fixed, Repair(
        f"make_valid:{method}", reason, abs(float(geometry.area)), float(fixed.area)
    )


def multi_polygon(polygons: list[BaseGeometry]) -> BaseGeometry:
    """Return one Polygon, or a MultiPolygon of several or none."""
    if not polygons:
        return NO_POLYGONS
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def subdivide(geometry: BaseGeometry, max_vertices: int = MAX_VERTICES) -> list[BaseGeometry]:
    """Cut a polygon into pieces of at most `max_vertices` vertices.

    Pieces share seams parallel to the axes and add up to the input. They are an index, not
    features: dissolve per feature before anything that looks at boundaries, counts or widths.
    A geometry that is small enough, or no polygon, comes back as it is.
    """
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return [geometry]
    return list(_halve(geometry, max_vertices, 0))


def _halve(geometry: BaseGeometry, limit: int, depth: int) -> Iterator[BaseGeometry]:
    if shapely.get_num_coordinates(geometry) <= limit or depth > 40:
        yield geometry
        return
    if geometry.geom_type == "MultiPolygon":
        for part in geometry.geoms:
            yield from _halve(part, limit, depth + 1)
        return
    minx, miny, maxx, maxy = geometry.bounds
    if maxx - minx >= maxy - miny:
        middle = (minx + maxx) / 2
        boxes = shapely.box(minx, miny, middle, maxy), shapely.box(middle, miny, maxx, maxy)
    else:
        middle = (miny + maxy) / 2
        boxes = shapely.box(minx, miny, maxx, middle), shapely.box(minx, middle, maxx, maxy)
    for half in boxes:
        for part in polygons_of(shapely.intersection(geometry, half)):
            yield from _halve(part, limit, depth + 1)


def drop_coordinates(geometry: BaseGeometry) -> BaseGeometry:
    """Return the geometry in x and y only, Z and M dropped."""
    return shapely.force_2d(geometry)


def same_points(a: BaseGeometry, b: BaseGeometry) -> bool:
    """Whether two geometries are the same point set up to vertex order."""
    return bool(np.all(shapely.equals(a, b)))
