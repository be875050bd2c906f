"""Overlay done near the origin, where floats keep nine more digits (decision 8)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import are_valid

Array = npt.NDArray[np.object_]
Operation = Callable[..., Array]
Floats = npt.NDArray[np.float64]

_SNAP_M = 1e-8
"""Grid of an overlay that GEOS cannot do on exact coordinates."""

_kept = threading.local()


def near_origin(operation: Operation, geometries: Array, site: BaseGeometry) -> Array:
    """Overlay geometries with the site, both moved near the origin and back.

    Whole metres are taken off, which changes no digit of a coordinate, and nine more digits are
    left for the points in between. With seven digits before the point a polygon that holds a seam
    of 1e-12 m, as every dissolved tiling does, meets a site in nothing at all (GEOS 3.11 to 3.14).
    """
    if site.is_empty:
        return np.asarray(operation(geometries, site), dtype=object)
    minx, miny, maxx, maxy = site.bounds
    origin = np.round([(minx + maxx) / 2, (miny + maxy) / 2])
    near = _moved(geometries, -origin)
    near_site = _moved_site(site, origin)
    try:
        made = operation(near, near_site)
    except shapely.errors.GEOSException:
        made = operation(near, near_site, grid_size=_SNAP_M)  # slower, never fails
    moved = _moved(np.asarray(made, dtype=object), origin)
    for row in np.flatnonzero(~are_valid(moved)):
        # points in between lose digits on their way back and a hair's two sides may cross: put
        # them on the digits there are, a power of two, and the way back changes nothing
        step = float(np.spacing(np.abs(moved[row].bounds).max()))
        snapped = shapely.set_precision(made[row], step)
        moved[row] = shapely.transform(snapped, lambda xy: xy + origin)
    return moved


def _moved(geometries: Array, by: Floats) -> Array:
    """Return geometries moved by an offset; what `shapely.transform` does, without its asking."""
    made: Array = shapely.set_coordinates(
        geometries.copy(), shapely.get_coordinates(geometries) + by
    )
    return made


def _moved_site(site: BaseGeometry, origin: Floats) -> BaseGeometry:
    """Return the site near the origin; a thread keeps its last one, which many overlays ask for."""
    if getattr(_kept, "site", None) is not site:
        _kept.moved = shapely.transform(site, lambda xy: xy - origin)
        _kept.site = site
    moved: BaseGeometry = _kept.moved
    return moved
