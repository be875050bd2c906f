"""Edges are made short before a transformation, whatever the geometry."""

from __future__ import annotations

import numpy as np
import shapely

from gis.crs import densify, parse_crs, transform

PLANE, LONLAT = parse_crs("EPSG:4548"), parse_crs("EPSG:4490")


def row(*shapes: object) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def test_no_edge_is_longer_than_70_m() -> None:
    x, y = 600_000, 2_700_000
    dense = densify(row(shapely.LineString([(x, y), (x + 1000, y)])), PLANE)[0]
    steps = np.diff(shapely.get_coordinates(dense)[:, 0])
    assert steps.max() <= 70
    assert steps.sum() == 1000


def test_a_line_of_no_length_passes_through() -> None:
    point_like = shapely.LineString([(118.0, 24.4), (118.0, 24.4)])
    beside = shapely.MultiLineString(
        [[(118.0, 24.4), (118.0, 24.4)], [(118.0, 24.4), (118.1, 24.4)]]
    )
    moved = transform(row(point_like, beside, None, shapely.Point(118, 24.4)), LONLAT, PLANE)
    assert moved[0].length == 0
    assert 10_000 < moved[1].length < 10_200
    assert moved[2] is None
    assert len(shapely.get_coordinates(moved[1])) > 100
