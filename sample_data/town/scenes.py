"""Ground kept for the demo's scenes, fixed before the town is cut into parcels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sample_data.town.streets import Streets

CLIP_M2 = 215.30
"""What the warehouse takes of the first farmland patch: 5.00 m by 43.06 m."""
SECOND_PATCH_GAP_M = 0.30
"""From the warehouse to the second patch: less than the accuracy of the farmland edition."""
DITCH_LINE_GAP_M = 0.30
"""From the warehouse to the blue line of a ditch: clear, but only within the accuracy."""
PARK_C_EDGE = 1300.0
ROAD: tuple[tuple[float, float], ...] = (
    (1700.0, 7700.0), (1100.0, 6900.0), (1436.0, 5748.0), (2236.0, 5148.0),
)  # fmt: skip
"""Legs of 1000, 1200 and 1000 m."""


@dataclass(frozen=True)
class Stamps:
    """Ground drawn by hand, in local metres.

    `polygons` by the kind it gives to its faces; `ground` their union; `blocks` the urban blocks
    kept whole, index to kind; `sites` the scenes' sites.
    """

    polygons: Mapping[str, BaseGeometry]
    ground: BaseGeometry
    blocks: Mapping[int, str]
    sites: Mapping[str, BaseGeometry]


def _near(streets: Streets, zone: str, place: tuple[float, float], low: float, high: float) -> int:
    """Index of the block of a zone, its area between two limits, that lies nearest to a place."""
    blocks = np.asarray(streets.blocks, dtype=object)
    area = shapely.area(blocks)
    fits = (np.asarray(streets.zones) == zone) & (area > low) & (area < high)
    distance = shapely.distance(shapely.centroid(blocks), shapely.Point(place))
    return int(np.argmin(np.where(fits, distance, np.inf)))


def _inset(block: BaseGeometry, by: float) -> BaseGeometry:
    """The block drawn in by `by` metres, on whole centimetres."""
    inner = block.buffer(-by, join_style="mitre").simplify(0.5)
    return shapely.Polygon(np.round(shapely.get_coordinates(inner.exterior), 2))


def stamp_scenes(streets: Streets) -> Stamps:
    """Choose the scenes' blocks, and draw the fields beside the warehouse to the centimetre."""
    plant = _near(streets, "park", (10700.0, 6550.0), 50_000, 200_000)
    school = _near(streets, "town", (5350.0, 7650.0), 20_000, 60_000)
    edge = shapely.LineString([(PARK_C_EDGE + 30, 0), (PARK_C_EDGE + 30, 10_000)])
    depot = max(
        (b for b, z in zip(streets.blocks, streets.zones, strict=True)
         if z == "park" and b.bounds[0] < PARK_C_EDGE + 5 and b.intersects(edge)),
        key=lambda block: float(block.area),
    )  # fmt: skip
    _, low, _, high = depot.intersection(edge).bounds
    foot = round((low + high) / 2) - 43.0
    west, end = PARK_C_EDGE - 220.0, foot + 43.06
    gap_edge = PARK_C_EDGE - 5.0 - SECOND_PATCH_GAP_M
    north = foot + 86.12 + DITCH_LINE_GAP_M
    plot = shapely.box(PARK_C_EDGE, foot - 20.0, PARK_C_EDGE + 140.0, foot + 106.0)
    ditch = shapely.box(PARK_C_EDGE, north + 2.0, PARK_C_EDGE + 140.0, north + 6.0)
    polygons = {
        "scene_field": shapely.box(west, foot - 90.0, PARK_C_EDGE, end),
        "scene_path": shapely.box(west, end, PARK_C_EDGE, end + 4.0),
        "scene_field_two": shapely.box(west, end + 4.0, gap_edge, foot + 190.0),
        "scene_ridge": shapely.box(gap_edge, end + 4.0, PARK_C_EDGE, foot + 190.0),
        "scene_ditch": ditch,
        "scene_depot": plot.difference(ditch),
    }
    sites = {
        "plant": _inset(streets.blocks[plant], 6.0),
        "warehouse": shapely.box(PARK_C_EDGE - 5.0, foot, PARK_C_EDGE + 121.0, foot + 86.12),
        "road": shapely.LineString(ROAD),
        "school": _inset(streets.blocks[school], 5.0),
    }
    ground = shapely.union_all(list(polygons.values()))
    return Stamps(polygons, ground, {plant: "scene_plant", school: "scene_school"}, sites)
