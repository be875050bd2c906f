"""The short way to certainty says what the long way says."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis import certainty
from gis.certainty import outside_certainty
from gis.overlay import Tolerance, clip, dissolve, judge


def told(site: shapely.Geometry, zones: list[shapely.Geometry], accuracy: float) -> str:
    features = np.asarray(zones, dtype=object)
    inside = dissolve(clip(site, features))
    return outside_certainty(
        site,
        features,
        inside=inside,
        accuracy=accuracy,
        hit=False,
        passes=lambda shape: judge(shape, Tolerance()).hit,
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=4, max_size=4),
    st.sampled_from([0.5, 2.0, 5.0]),
    st.booleans(),
)
def test_a_site_well_inside_one_zone_is_certain_either_way(
    gaps: list[int], accuracy: float, cut: bool
) -> None:
    west, south, east, north = (gap / 4 for gap in gaps)
    site = shapely.Point(600_050, 2_700_050).buffer(50, quad_segs=4)
    minx, miny, maxx, maxy = site.bounds
    zone = box(minx - west, miny - south, maxx + east, maxy + north)
    zones = [zone]
    if cut:
        low, high = (
            box(*zone.bounds[:3], miny + 50),
            box(zone.bounds[0], miny + 50, *zone.bounds[2:]),
        )
        zones = [low, high]
    short = told(site, zones, accuracy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certainty, "_well_inside", lambda *_: False)
        assert told(site, zones, accuracy) == short
    if not cut:
        # by hand: the box shrunk by the accuracy still holds the site where all gaps exceed it
        clear = min(west, south, east, north) > accuracy * 1.02
        doubtful = min(west, south, east, north) < accuracy * 0.9
        assert not clear or short == "certain"
        assert not doubtful or short == "within_accuracy"
