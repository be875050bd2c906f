"""A hole of 1e-9 m² left by noding must not swallow a line: found on the sample town's road."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.overlay import clip, dissolve, is_covered, subtract

SEAM = [
    (595376.9836572843, 2711251.1785),
    (595384.424, 2711245.835),
    (595341.386, 2711276.744),
    (595376.9836572843, 2711251.1785),
]


def test_a_seam_hole_does_not_swallow_the_line() -> None:
    square = shapely.box(595000, 2711000, 596000, 2712000)
    pieces = np.array(
        [shapely.Polygon(square.exterior, [SEAM]), shapely.box(595000, 2712000, 595500, 2712500)],
        dtype=object,
    )
    # 600 m west, 800 m south; the square ends after 700 of the 800 m
    road = shapely.LineString([(595700, 2711700), (595100, 2710900)])
    whole = dissolve(pieces)
    assert shapely.intersection(road, whole).length == pytest.approx(875.0, abs=1e-6)
    assert whole.area == pytest.approx(1_250_000.0, abs=1e-6)


HAIR = [(468.529, 9578.002), (438.678, 9589.302), (451.2492222782, 9584.5432042563)]
"""A hole 64 m long and 3e-12 m wide, as the union of neighbours leaves it."""


def test_a_site_within_a_polygon_with_a_seam_is_within() -> None:
    """GEOS gives an empty intersection here, which would be a false clear."""
    seam = [(600_000 + x, 2_700_000 + y) for x, y in [*HAIR, HAIR[0]]]
    zone = shapely.Polygon(shapely.box(600_000, 2_709_000, 601_000, 2_710_000).exterior, [seam])
    found = 0
    for x in range(600_380, 600_480, 7):
        for y in range(2_709_530, 2_709_600, 7):
            site = shapely.Polygon([(x, y), (x + 91.13, y + 7.7), (x + 40.3, y + 80.9)])
            row = np.empty(1, dtype=object)
            row[0] = zone
            assert clip(site, row)[0].area == pytest.approx(site.area, abs=1e-6)
            assert subtract(site, zone).area == pytest.approx(0, abs=1e-6)
            assert is_covered(site, zone)
            found += shapely.intersection(site, zone).area < 1
    assert found > 0, "GEOS is mended: the shift of gis.overlay may go"
