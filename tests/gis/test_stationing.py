"""Stations along a linear site, by figures of hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis.stationing import stations

X, Y = 39_600_000.0, 2_700_000.0
# K0+000 at the south-west; east for 300 m, then north for 400 m: K0+700 at the end
ROUTE = [(0, 0), (300, 0), (300, 400)]


def moved(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy + np.array([X, Y]))


def line(*points: tuple[float, float]) -> BaseGeometry:
    return moved(shapely.LineString(points))


def told(site: BaseGeometry, *pieces: BaseGeometry) -> list[tuple[int, float, float]]:
    array = np.empty(len(pieces), dtype=object)
    array[:] = [moved(piece) for piece in pieces]
    return [(one.part, round(one.from_m, 6), round(one.to_m, 6)) for one in stations(site, array)]


def box(*bounds: float) -> BaseGeometry:
    return shapely.box(*bounds)


CASES = {
    "runs through": ([box(215.3, -10, 245.3, 10)], [(1, 215.3, 245.3)]),
    "over a bend, in one stretch": ([box(280, -50, 400, 30)], [(1, 280.0, 330.0)]),
    "twice through one feature": (
        [box(10, -5, 20, 5).union(box(40, -5, 60, 5))], [(1, 10.0, 20.0), (1, 40.0, 60.0)]
    ),
    "pieces of one feature with a seam": (
        [box(100, -5, 150, 5), box(150, -5, 170, 5)], [(1, 100.0, 170.0)]
    ),
    "along a seam, in two pieces at once": (
        [box(100, 0, 150, 5), box(120, -5, 150, 0)], [(1, 100.0, 150.0)]
    ),
    "a hole on the way": (
        [box(0, -50, 200, 50).difference(box(50, -10, 60, 10))], [(1, 0.0, 50.0), (1, 60.0, 200.0)]
    ),
    "crosses a line": ([shapely.LineString([(120, -30), (120, 30)])], [(1, 120.0, 120.0)]),
    "crosses a line at a slant on the second leg": (
        [shapely.LineString([(200, 100), (400, 300)])], [(1, 500.0, 500.0)]
    ),
    "crosses a winding line three times": (
        [shapely.LineString([(10, -5), (20, 5), (30, -5), (40, 5)])],
        [(1, 15.0, 15.0), (1, 25.0, 25.0), (1, 35.0, 35.0)],
    ),
    "crosses where two pieces of the line meet: once": (
        [shapely.LineString([(50, -9), (50, 0)]), shapely.LineString([(50, 0), (50, 9)])],
        [(1, 50.0, 50.0)],
    ),
    "runs along a line, then leaves it": (
        [shapely.LineString([(100, -20), (100, 0), (180, 0), (180, -20)])], [(1, 100.0, 180.0)]
    ),
    "touches a polygon from outside": ([box(90, 0, 110, 30)], [(1, 90.0, 110.0)]),
    "touches a corner": (
        [shapely.Polygon([(70, 0), (60, 9), (80, 9)])], [(1, 70.0, 70.0)]
    ),
    "a point on it": ([shapely.Point(300, 150)], [(1, 450.0, 450.0)]),
    "passes by: the nearest point": ([shapely.Point(40, 25)], [(1, 40.0, 40.0)]),
    "passes the bend": ([shapely.Point(320, -30)], [(1, 300.0, 300.0)]),
    "beyond the end": ([box(280, 420, 320, 440)], [(1, 700.0, 700.0)]),
    "nothing": ([], []),
    "an empty piece": ([shapely.Polygon()], []),
}  # fmt: skip


@pytest.mark.parametrize(("pieces", "expected"), CASES.values(), ids=CASES)
def test_where_a_feature_lies(
    pieces: list[BaseGeometry], expected: list[tuple[int, float, float]]
) -> None:
    assert told(line(*ROUTE), *pieces) == expected


def test_stations_follow_the_direction_of_the_line() -> None:
    back = line(*reversed(ROUTE))
    assert told(back, box(215.3, -10, 245.3, 10)) == [(1, 454.7, 484.7)]


def test_each_part_counts_from_its_own_first_vertex() -> None:
    two = moved(shapely.MultiLineString([[(0, 0), (100, 0)], [(0, 50), (100, 50)]]))
    assert told(two, box(30, -10, 40, 60)) == [(1, 30.0, 40.0), (2, 30.0, 40.0)]
    assert told(two, shapely.Point(70, 60)) == [(2, 70.0, 70.0)]


def test_a_line_that_crosses_itself_meets_a_feature_twice() -> None:
    eight = line((0, 0), (100, 0), (100, 50), (50, 50), (50, -50))
    # 100 + 50 + 50 + 40 = 240 on the way back down
    assert told(eight, box(45, -10, 55, 10)) == [(1, 45.0, 55.0), (1, 240.0, 260.0)]


def test_stretches_of_a_slanting_line_have_its_length() -> None:
    slant = line((0, 0), (300, 400))
    assert told(slant, box(30, 0, 60, 400)) == [(1, 50.0, 100.0)]


def test_lengths_agree_with_an_overlay() -> None:
    rng = np.random.default_rng(7)
    for _ in range(30):
        site = line(*rng.uniform(0, 500, (6, 2)).round(2).tolist())
        shape = shapely.Point(rng.uniform(100, 400, 2)).buffer(rng.uniform(20, 120))
        runs = told(site, shape)
        length = shapely.intersection(site, moved(shape)).length
        assert sum(end - start for _, start, end in runs) == pytest.approx(length, abs=1e-4)
