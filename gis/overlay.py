"""Site against features: union measures, tolerance, growth, true distance, proof.

All functions work in one projected CRS in metres. Features come as pieces (rows) that carry a
feature number; seams between pieces of one feature never show in a result.

The words of CONTRACTS section 5: a *hit* is what is left of an overlap after tolerance; tolerance
decides states, never measures. Whether an answer survives the accuracy of the data is told in
`gis.certainty`.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import NO_POLYGONS, lines_of, multi_polygon, polygons_of
from gis.line_overlay import along, left_of
from gis.near_origin import near_origin
from gis.prepared import prepared

Array = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FLOOR_AREA_M2 = 1e-4
FLOOR_EROSION_M = 1e-3
FLOOR_LENGTH_M = 1e-3
"""The floor for every rule: below it an overlap is rounding noise of the overlay, never a hit."""

PROOF_EROSION_M = 0.05
"""What vanishes under this erosion is a file's rounding of one line written twice, no gap."""

SEAM_STEPS = 64
"""A hole thinner than this many steps between neighbouring coordinates is a seam badly noded."""

_QUADRANT_SEGMENTS = 32


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What an office sets aside: total area and width of single pieces. Zero sets nothing aside."""

    area_m2: float = 0.0
    width_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Passed:
    """A shape judged by tolerance: what counts, and what was set aside."""

    hit: bool
    rest_m: float
    edge_m: float
    edge_count: int


_MISSED = Passed(hit=False, rest_m=0.0, edge_m=0.0, edge_count=0)
_kept = threading.local()
_NOTHING = shapely.Polygon()

# --- shapes --------------------------------------------------------------------------------------


def clip(site: BaseGeometry, geometries: Array) -> Array:
    """Intersect each geometry with the site.

    Polygons with a polygon site give polygons, everything of lower dimension (a touch) is
    dropped; a line on either side gives lines. Rows that do not meet give empty geometries.
    """
    if len(geometries) == 0:
        return geometries
    ready = prepared(site)
    whole = shapely.covers(ready, geometries)
    parts = geometries.copy()
    if whole.all():
        return parts
    met = shapely.intersects(ready, geometries) & ~whole
    parts[~whole] = _NOTHING  # of those that do not meet, which need no overlay
    linear = site.geom_type.endswith("LineString")
    if met.any() and not linear:
        around = _around(site, geometries, met)
        parts[around] = site
        met &= ~around
    if met.any():
        parts[met] = near_origin(shapely.intersection, geometries[met], site)
    for row in np.flatnonzero(~whole):
        part = parts[row]
        if linear or geometries[row].geom_type.endswith("LineString"):
            parts[row] = _multi_line(lines_of(part))
        elif part.geom_type not in {"Polygon", "MultiPolygon"}:
            parts[row] = multi_polygon(polygons_of(part))
    return parts


def _around(site: BaseGeometry, geometries: Array, met: Mask) -> Mask:
    """Which of the geometries that meet the site hold all of it: there is nothing to cut."""
    minx, miny, maxx, maxy = site.bounds
    west, south, east, north = shapely.bounds(geometries).T
    wide: Mask = met & (west <= minx) & (south <= miny) & (east >= maxx) & (north >= maxy)
    if wide.any():
        wide[wide] = shapely.covered_by(site, geometries[wide])
    return wide


def _difference(geometry: BaseGeometry, taken: BaseGeometry) -> BaseGeometry:
    if geometry.is_empty or taken.is_empty:
        return geometry
    if taken is geometry or shapely.covers(taken, geometry):  # most of what lies on a site
        return NO_POLYGONS
    row = np.empty(1, dtype=object)
    row[0] = geometry
    left: BaseGeometry = near_origin(shapely.difference, row, taken)[0]
    return left


def dissolve(parts: Array) -> BaseGeometry:
    """Union geometries of one dimension: overlaps count once, seams disappear."""
    present = parts[~shapely.is_empty(parts)] if len(parts) else parts
    if len(present) == 0:
        return NO_POLYGONS
    if present[0].geom_type.endswith("Point"):
        return shapely.union_all(present)
    if present[0].geom_type.endswith("LineString"):
        return _multi_line(lines_of(shapely.union_all(present)))
    whole = present[0] if len(present) == 1 else shapely.union_all(present)
    return multi_polygon([_sound(part) for part in polygons_of(whole)])


def _sound(polygon: BaseGeometry) -> BaseGeometry:
    """Close holes thinner than the noise of coordinates, left where seams were noded.

    A line cut by a polygon with a hole of 1e-9 m² comes back whole, or not at all (GEOS 3.14).
    """
    if not polygon.interiors:
        return polygon
    width = SEAM_STEPS * float(np.spacing(np.abs(polygon.bounds).max()))
    holes = [ring for ring in polygon.interiors if shapely.Polygon(ring).area > width * ring.length]
    if len(holes) == len(polygon.interiors):
        return polygon
    return shapely.Polygon(polygon.exterior, holes)


def united(site: BaseGeometry, clipped: Array) -> BaseGeometry:
    """Union of what features hold of the site; `clipped` are features clipped to it."""
    if site.geom_type.endswith("LineString") and len(clipped):
        return along(site, clipped)
    return dissolve(clipped)


def subtract(site: BaseGeometry, covered: BaseGeometry) -> BaseGeometry:
    """Return what of the site lies outside; the dimension of the site, lower ones dropped.

    From a line either polygons are taken away, or parts of the line itself.
    """
    if not site.geom_type.endswith("LineString"):
        return multi_polygon(polygons_of(_difference(site, covered)))
    if covered.geom_type.endswith("LineString"):
        row = np.empty(1, dtype=object)
        row[0] = covered
        return left_of(site, row)
    return _multi_line(lines_of(_difference(site, covered)))


def size(geometry: BaseGeometry) -> float:
    """Area of polygons, length of lines, 0 of points and the empty."""
    return float(geometry.area or geometry.length) if not geometry.is_empty else 0.0


def _multi_line(lines: list[BaseGeometry]) -> BaseGeometry:
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


# --- tolerance -----------------------------------------------------------------------------------


def judge(shape: BaseGeometry, tolerance: Tolerance) -> Passed:
    """Decide whether a dissolved shape is a hit.

    Polygons: components that vanish under erosion by half the width (mitred corners) are set
    aside, then the rest must exceed the area; the floor (1e-4 m², 1 mm) holds always. Lines: a
    length over 1 mm.
    """
    if shape.geom_type.endswith("LineString"):
        length = float(shape.length)
        return Passed(hit=length > FLOOR_LENGTH_M, rest_m=length, edge_m=0.0, edge_count=0)
    found = polygons_of(shape)
    if not found:
        return _MISSED
    if len(found) == 1:
        return _judge_one(found[0], tolerance)
    components = np.asarray(found, dtype=object)
    areas = shapely.area(components)
    kept = survives(components, max(tolerance.width_m / 2, FLOOR_EROSION_M))
    rest = _sum(areas[kept])
    if rest <= max(tolerance.area_m2, FLOOR_AREA_M2):
        return Passed(hit=False, rest_m=rest, edge_m=_sum(areas), edge_count=len(components))
    set_aside = ~kept
    return Passed(
        hit=True, rest_m=rest, edge_m=_sum(areas[set_aside]), edge_count=int(set_aside.sum())
    )


def _judge_one(polygon: BaseGeometry, tolerance: Tolerance) -> Passed:
    """As `judge`, for one component: what most overlaps are."""
    area, width = float(polygon.area), max(tolerance.width_m / 2, FLOOR_EROSION_M)
    vertices = int(shapely.get_num_coordinates(polygon))
    wide = area > _band(float(polygon.length), vertices, width) or _survives(polygon, width)
    if not wide:
        return Passed(hit=False, rest_m=0.0, edge_m=area, edge_count=1)
    if area <= max(tolerance.area_m2, FLOOR_AREA_M2):
        return Passed(hit=False, rest_m=area, edge_m=area, edge_count=1)
    return Passed(hit=True, rest_m=area, edge_m=0.0, edge_count=0)


def survives(polygons: Array, distance: float) -> Mask:
    """Whether each polygon keeps something under erosion by `distance` metres (mitred)."""
    vertices = shapely.get_num_coordinates(polygons)
    kept: Mask = shapely.area(polygons) > _band(shapely.length(polygons), vertices, distance)
    for row in np.flatnonzero(~kept):
        kept[row] = _survives(polygons[row], distance)
    return kept


def plainly_hits(shapes: Array) -> Mask:
    """Which shapes are above the floor beyond doubt: told of all at once, without a buffer.

    What vanishes under erosion lies in the band along its boundary; whatever a shape holds beyond
    that band and the floor's area is a hit. Of the others `judge` tells.
    """
    vertices = shapely.get_num_coordinates(shapes)
    band = _band(shapely.length(shapes), vertices, FLOOR_EROSION_M)
    plain: Mask = shapely.area(shapes) > band + FLOOR_AREA_M2
    return plain


Number = TypeVar("Number", float, Floats)


def _band(length: Number, vertices: Number, distance: float) -> Number:
    """An area that no polygon has which vanishes under erosion by a distance.

    Such a polygon lies wholly in the band along its boundary, whose area is bounded by perimeter
    x distance and the mitres at the vertices: above the bound no buffer is needed.
    """
    return length * distance + 25 * vertices * distance**2


def _survives(polygon: BaseGeometry, distance: float) -> bool:
    return not shapely.buffer(polygon, -distance, join_style="mitre").is_empty


def _sum(values: Floats) -> float:
    return math.fsum(np.sort(values))


# --- growth ---------------------------------------------------------------------------------------


def grown(geometry: BaseGeometry, distance: float) -> BaseGeometry:
    """Grow, or shrink for a negative distance; round corners.

    A thread keeps what its last geometry grew to: many rules ask the same of one site.
    """
    if getattr(_kept, "geometry", None) is not geometry:
        _kept.geometry, _kept.grown = geometry, {}
    made: dict[float, BaseGeometry] = _kept.grown
    if distance not in made:
        made[distance] = _grown(geometry, distance, _QUADRANT_SEGMENTS)
    return made[distance]


def meet(a: BaseGeometry, b: BaseGeometry) -> BaseGeometry:
    """Intersect a site with a region; lines when one of them is a line."""
    if a.is_empty or b.is_empty:
        return NO_POLYGONS
    row = np.empty(1, dtype=object)
    row[0] = b
    part: BaseGeometry = clip(a, row)[0]
    return part


# --- distance ------------------------------------------------------------------------------------


def distances(site: BaseGeometry, geometries: Array) -> Floats:
    """True distances in metres from the site to each geometry; 0 where they meet."""
    return np.asarray(shapely.distance(prepared(site), geometries), dtype=np.float64)


def nearer_than(site: BaseGeometry, geometries: Array, distance: float) -> BaseGeometry:
    """The part of the site nearer to the geometries than a distance, for drawing.

    Arcs are chords: what is judged is the true distance, never this shape.
    """
    close = geometries[shapely.dwithin(prepared(site), geometries, distance)]
    minx, miny, maxx, maxy = site.bounds
    if len(close) == 0:
        return NO_POLYGONS
    if distances(site, close).min() + math.hypot(maxx - minx, maxy - miny) <= distance:
        return site
    # what lies outside this box is farther than the distance from every point of the site
    box = shapely.box(minx - distance, miny - distance, maxx + distance, maxy + distance)
    return meet(site, ground_around(clip(box, close), distance, quadrant_segments=16))


def ground_around(
    geometries: Array, distance: float, *, quadrant_segments: int = _QUADRANT_SEGMENTS
) -> BaseGeometry:
    """All ground within metres of geometries of one dimension, arcs as chords.

    Lines are grown one by one. Put together first they are cut at every crossing, and GEOS then
    draws thousands of short pieces over each other: forty lines took minutes and gigabytes.
    """
    present = geometries[~shapely.is_empty(geometries)] if len(geometries) else geometries
    if len(present) == 0:
        return NO_POLYGONS
    if present[0].geom_type.endswith("Polygon"):
        return shapely.buffer(dissolve(present), distance, quad_segs=quadrant_segments)
    return dissolve(shapely.buffer(present, distance, quad_segs=quadrant_segments))


def grown_to_prove(site: BaseGeometry, distance: float) -> BaseGeometry:
    """The site grown by a distance, as region of proof.

    Arcs are drawn so finely that they stay within 2 cm of the circle: a buffer with 8 segments a
    quarter reaches only 497.6 m of 500 m.
    """
    if distance <= 0:
        return site
    quarter = math.ceil(math.pi / 4 / math.sqrt(2 * 0.02 / max(distance, 1.0)))
    return _grown(site, distance, max(16, quarter))


def _grown(geometry: BaseGeometry, distance: float, quadrant_segments: int) -> BaseGeometry:
    if geometry.geom_type == "MultiLineString" and distance > 0:  # a network: see ground_around
        parts = shapely.get_parts(geometry)
        return ground_around(parts, distance, quadrant_segments=quadrant_segments)
    return shapely.buffer(geometry, distance, quad_segs=quadrant_segments)


# --- proof ---------------------------------------------------------------------------------------


def is_covered(region: BaseGeometry, coverage: BaseGeometry) -> bool:
    """Whether the coverage holds the whole region.

    What vanishes under erosion by 0.05 m is dropped first: a region's own boundary written with
    nine decimals of a degree fails an exact test.
    """
    if coverage.is_empty or region.is_empty:
        return False
    if shapely.covers(coverage, shapely.box(*region.bounds)):
        return True
    left = _difference(region, coverage)
    if region.geom_type.endswith("LineString"):
        return bool(shapely.difference(left, grown(coverage, PROOF_EROSION_M)).is_empty)
    gaps = np.asarray(polygons_of(left), dtype=object)
    return not len(gaps) or not bool(survives(gaps, PROOF_EROSION_M).any())


def share_covered(site: BaseGeometry, coverage: BaseGeometry) -> float:
    """Share of the site's area, or length, that the coverage holds; 0..1."""
    if coverage.is_empty:
        return 0.0
    if shapely.covers(coverage, site):
        return 1.0
    whole = size(site)
    part = size(meet(site, coverage))
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0
