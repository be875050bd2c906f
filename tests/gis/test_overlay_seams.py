"""A hole of 1e-9 m² left by noding must not swallow a line: found on the sample town's road."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis.overlay import dissolve

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
