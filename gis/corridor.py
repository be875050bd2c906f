"""The ground of linear works: their line, as wide as they are."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.overlay import dissolve

_MITRE_LIMIT = 2.0
"""Bends sharper than 60 degrees are cut off: a point runs out no farther than the full width."""


def corridor(line: BaseGeometry, width_m: float) -> BaseGeometry:
    """Return the ground within half a width on both sides of a line.

    Parameters
    ----------
    line
        LineString or MultiLineString in metres.
    width_m
        The whole width in metres, above 0.

    Returns
    -------
    Polygon or MultiPolygon, dissolved: it ends square where the line ends, its bends are mitred as
    edges of a road are. Empty for an empty line.
    """
    sides = shapely.buffer(
        shapely.get_parts(line),
        width_m / 2,
        cap_style="flat",
        join_style="mitre",
        mitre_limit=_MITRE_LIMIT,
    )
    return dissolve(np.asarray(sides, dtype=object))
