"""Parts of a linear site: each stretch once, and remainders that add up."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis.line_overlay import along, left_of
from gis.overlay import clip, dissolve, subtract, united

X, Y = 600_000.0, 2_700_000.0


def line(*points: tuple[float, float]) -> BaseGeometry:
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def rows(*shapes: BaseGeometry) -> np.ndarray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def test_overlapping_parts_count_once_with_the_sites_vertices() -> None:
    site = line((0, 0), (100, 0), (100, 50))
    held = along(site, rows(line((10, 0), (60, 0)), line((40, 0), (100, 0), (100, 20))))
    assert held.equals_exact(line((10, 0), (100, 0), (100, 20)), 0)
    rest = left_of(site, rows(held))
    assert shapely.equals(
        rest, shapely.union_all([line((0, 0), (10, 0)), line((100, 20), (100, 50))])
    )


def test_nothing_and_everything() -> None:
    site = line((0, 0), (3, 4))
    assert along(site, rows()).is_empty
    assert along(site, rows(shapely.MultiPolygon(), shapely.Point(X, Y))).is_empty
    assert left_of(site, rows()).equals(site)
    assert left_of(site, rows(site)).is_empty


def test_lines_of_a_site_in_two_parts_stay_apart() -> None:
    site = shapely.union(line((0, 0), (10, 0)), line((20, 0), (30, 0)))
    held = along(site, rows(line((5, 0), (10, 0)), line((20, 0), (25, 0))))
    assert held.length == pytest.approx(10, abs=1e-9)
    assert len(held.geoms) == 2


def test_crossing_line_holds_nothing() -> None:
    assert along(line((0, 0), (10, 10)), rows(line((0, 10), (10, 0)))).is_empty


def test_line_along_a_seam_counts_once() -> None:
    site = line((0, 10), (100, 10))
    boxes = rows(shapely.box(X, Y, X + 100, Y + 10), shapely.box(X, Y + 10, X + 100, Y + 30))
    held = united(site, clip(site, boxes))
    assert held.length == pytest.approx(100, abs=1e-9)
    assert subtract(site, held).is_empty


@given(st.integers(0, 2**32 - 1))
def test_inside_and_outside_add_up_under_overlapping_polygons(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = np.array([X, Y])
    site = shapely.LineString(corner + rng.uniform(0, 1000, (int(rng.integers(2, 8)), 2)))
    shapes = []
    for _ in range(int(rng.integers(1, 12))):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 7))
        reach = rng.uniform(20, 400)
        ring = np.column_stack([np.cos(angles), np.sin(angles)]) * reach
        shapes.append(shapely.Polygon(corner + rng.uniform(0, 1000, 2) + ring).convex_hull)
    features = rows(*shapes)
    held = united(site, clip(site, features))
    rest = subtract(site, held)
    assert held.length + rest.length == pytest.approx(site.length, abs=1e-4)
    # another way: the union of convex shapes first, then one cut
    assert held.length == pytest.approx(site.intersection(dissolve(features)).length, abs=1e-4)
