"""Whether an answer survives the accuracy of the data: the certainty of CONTRACTS section 5."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import shapely
from shapely.geometry.base import BaseGeometry

from gis.overlay import Array, clip, dissolve, ground_around, grown, meet, subtract
from gis.prepared import prepared

Certainty = Literal["certain", "within_accuracy"]
Passes = Callable[[BaseGeometry], bool]


def near(site: BaseGeometry, geometries: Array, reach: float) -> BaseGeometry:
    """Dissolve the features near the site: exact within `reach` metres of it."""
    return dissolve(_close(site, geometries, reach))


def _close(site: BaseGeometry, geometries: Array, reach: float) -> Array:
    """The features near the site, exact within `reach` metres of it.

    Pieces farther off are left out, the others cut by a box well beyond `reach`: the edges that
    this makes never come near.
    """
    grow = 3 * reach + 1
    close = geometries[shapely.dwithin(prepared(site), geometries, grow)]
    minx, miny, maxx, maxy = site.bounds
    box = shapely.box(minx - grow, miny - grow, maxx + grow, maxy + grow)
    return clip(box, close)


def _grown_near(site: BaseGeometry, geometries: Array, accuracy: float) -> BaseGeometry:
    """The features near the site, grown by the accuracy."""
    return ground_around(_close(site, geometries, accuracy), accuracy)


def overlap_certainty(
    site: BaseGeometry,
    features: Array,
    *,
    overlap: BaseGeometry,
    accuracy: float,
    hit: bool,
    passes: Passes,
) -> Certainty:
    """Whether a hit, or a clear, of an overlap survives the accuracy of layer and site.

    A hit is certain if site ∩ (features shrunk) or (site shrunk) ∩ features still passes: a 3 m
    strip deep inside a zone is certain although it vanishes when shrunk itself. A clear is
    certain if site ∩ (features grown) fails. `overlap` is site ∩ features, dissolved.
    """
    if accuracy <= 0 or (not hit and len(features) == 0):
        return "certain"
    if not hit:
        return _certain(not passes(meet(site, _grown_near(site, features, accuracy))))
    # shrinking a line, of site or features, leaves nothing: the other side decides; and what the
    # shrunk site meets lies within the overlap, so the cheaper side is asked first
    return _certain(
        passes(meet(grown(site, -accuracy), overlap))
        or passes(meet(site, grown(near(site, features, accuracy), -accuracy)))
    )


def outside_certainty(
    site: BaseGeometry,
    features: Array,
    *,
    inside: BaseGeometry,
    accuracy: float,
    hit: bool,
    passes: Passes,
) -> Certainty:
    """As `overlap_certainty` for what lies outside: shrink and growth of the features exchanged.

    `inside` is site ∩ features, dissolved.
    """
    if accuracy <= 0:
        return "certain"
    if not hit:
        if _well_inside(site, features, accuracy):
            return "certain"
        region = near(site, features, accuracy)
        return _certain(not passes(subtract(site, grown(region, -accuracy))))
    shrunk = grown(site, -accuracy)
    if not shrunk.is_empty and passes(subtract(shrunk, inside)):
        return "certain"
    return _certain(passes(subtract(site, _grown_near(site, features, accuracy))))


_ROUND = 1.01
"""What arcs drawn as chords fall short of is less than this."""


def _well_inside(site: BaseGeometry, features: Array, accuracy: float) -> bool:
    """Whether one feature holds the site and all around it within the accuracy.

    Shrunk by the accuracy it still holds the site: nothing need be put together or shrunk.
    """
    around = grown(site, _ROUND * accuracy)
    minx, miny, maxx, maxy = around.bounds
    west, south, east, north = shapely.bounds(features).T
    wide = features[(west <= minx) & (south <= miny) & (east >= maxx) & (north >= maxy)]
    return bool(shapely.covers(wide, around).any())


def _certain(survived: bool) -> Certainty:
    return "certain" if survived else "within_accuracy"
