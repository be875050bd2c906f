"""Stations (桩号) along a linear site: where it runs through, crosses or passes a feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of
from gis.line_overlay import stretches_of

_SAME_M = 1e-4
"""Points nearer to each other, or to a stretch, than this along the line are one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a line's part, in metres from the part's first vertex; a point has no length."""

    part: int
    from_m: float
    to_m: float


def stations(site: BaseGeometry, pieces: npt.NDArray[np.object_]) -> tuple[Stretch, ...]:
    """Tell where along a line a feature lies.

    Parameters
    ----------
    site
        LineString or MultiLineString in metres. Parts count from 1 in their order; stations from
        the first vertex of each part, in the direction of its vertices.
    pieces
        The pieces of one feature, of any type: polygons, lines or points.

    Returns
    -------
    Stretches in which the line runs in, or along, the feature, joined; else the points in which
    it meets the feature; else the one point nearest to it. By part, then by station. Nothing for
    an empty line or no pieces.
    """
    pieces = pieces[~shapely.is_empty(pieces)] if len(pieces) else pieces
    if len(pieces) == 0 or site.is_empty:
        return ()
    origin = np.round(np.array(site.bounds[:2]))
    # near the origin, as all overlay: whole metres change no digit of a coordinate
    line = shapely.transform(site, lambda xy: xy - origin)
    near = shapely.transform(pieces, lambda xy: xy - origin)
    found: list[Stretch] = []
    for no, part in enumerate(lines_of(line), 1):
        met = shapely.intersection(near, part)
        runs = [Stretch(no, *ends) for ends in stretches_of(part, met)]
        found += runs + _points(no, part, met, runs)
    return tuple(sorted(found, key=_order)) or _nearest(line, near)


def _order(stretch: Stretch) -> tuple[int, float, float]:
    return stretch.part, stretch.from_m, stretch.to_m


def _points(
    no: int, part: BaseGeometry, met: npt.NDArray[np.object_], runs: list[Stretch]
) -> list[Stretch]:
    """Points of contact that belong to no stretch, each once."""
    points = shapely.get_parts(shapely.get_parts(met))
    is_point = shapely.get_type_id(points) == shapely.GeometryType.POINT
    points = points[is_point & ~shapely.is_empty(points)]
    found: list[Stretch] = []
    for at in np.sort(shapely.line_locate_point(part, points)).tolist():
        on_run = any(run.from_m - _SAME_M <= at <= run.to_m + _SAME_M for run in runs)
        if not on_run and not (found and at - found[-1].from_m <= _SAME_M):
            found.append(Stretch(no, at, at))
    return found


def _nearest(line: BaseGeometry, pieces: npt.NDArray[np.object_]) -> tuple[Stretch, ...]:
    """The point of the line that lies nearest to the feature."""
    parts = lines_of(line)
    _, no, row = min(
        (float(away), no, row)
        for no, part in enumerate(parts)
        for row, away in enumerate(shapely.distance(part, pieces))
    )
    way = shapely.shortest_line(parts[no], pieces[row])
    at = float(shapely.line_locate_point(parts[no], shapely.get_point(way, 0)))
    return (Stretch(no + 1, at, at),)
