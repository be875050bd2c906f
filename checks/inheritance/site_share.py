"""How much of a site lies inside the extent of an assessment, and what lies outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from checks.inheritance.model import Share
from gis.geometry import NO_POLYGONS
from gis.measures import rounded, share
from gis.overlay import Tolerance, clip, judge, size, subtract
from gis.prepared import prepared
from gis.site import Site


@dataclass(frozen=True, slots=True)
class SiteShare:
    """Share of a site inside an extent.

    Attributes
    ----------
    word
        `full` when nothing outside passes the floor of every rule, `none` when nothing inside
        does (a touch from outside), else `partial`.
    share
        Of the site's plane area, or of a line's length, unrounded; 0..1.
    outside
        What lies outside, of the site's dimension; empty where `word` is `full`.
    outside_m
        Its area in square metres, or length in metres for a line site, as measured.
    """

    word: Share
    share: float
    outside: BaseGeometry
    outside_m: float
    site_m: float
    is_line: bool

    def evidence(self) -> dict[str, Any]:
        """The numbers compared."""
        unit = "m" if self.is_line else "m2"
        return {
            "share": rounded(self.share, 9),
            f"site_{unit}": rounded(self.site_m),
            f"outside_{unit}": rounded(self.outside_m),
        }


def share_in(site: Site, extent: BaseGeometry) -> SiteShare:
    """Measure a site against an extent.

    Parameters
    ----------
    site
        Polygon or line in the working CRS, in metres; not empty.
    extent
        Polygon in the same CRS; an empty one holds nothing (`none`).

    Notes
    -----
    Tolerance is the floor of every rule (1e-4 m², 1 mm): it decides the word, never the measures.
    """
    whole = size(site.geometry)
    ready = prepared(extent)
    if shapely.covers(ready, site.geometry):
        return SiteShare("full", 1.0, NO_POLYGONS, 0.0, whole, site.is_line)
    if not shapely.intersects(ready, site.geometry):
        return SiteShare("none", 0.0, site.geometry, whole, whole, site.is_line)
    row = np.empty(1, dtype=object)
    row[0] = extent
    inside = clip(site.geometry, row)[0]
    outside = subtract(site.geometry, extent)
    left = size(outside)
    word: Share = "partial"
    if not judge(inside, Tolerance()).hit:
        word = "none"
    elif not judge(outside, Tolerance()).hit:
        word = "full"
    return SiteShare(word, share(whole - left, whole) or 0.0, outside, left, whole, site.is_line)
