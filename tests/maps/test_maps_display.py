"""Shapes for screens: known places, empty shapes, boxes."""

import pytest
import shapely

from maps.display import lonlat, lonlat_box, lonlat_json

CRS = "EPSG:4548"  # central meridian 117 E, false easting 500 km


def test_the_central_meridian_is_where_it_should_be() -> None:
    point = lonlat(shapely.Point(500_000, 0), CRS)
    assert (point.x, point.y) == pytest.approx((117.0, 0.0), abs=1e-9)


def test_numbers_are_short_and_edges_are_cut() -> None:
    line = shapely.LineString([(500_000, 0), (500_000, 140)])
    coordinates = lonlat_json(line, CRS)["coordinates"]
    assert len(coordinates) == 3  # 140 m in steps of at most 70 m
    assert coordinates[0] == [117.0, 0.0]


def test_nothing_has_no_box() -> None:
    assert lonlat_box([], CRS) is None
    assert lonlat_box([shapely.Polygon()], CRS) is None
    assert not any(lonlat_json(shapely.Polygon(), CRS)["coordinates"])
