"""Ground within a distance of many crossing lines: as for each line by itself."""

import numpy as np
import pytest
import shapely

from gis.certainty import overlap_certainty
from gis.overlay import NO_POLYGONS, ground_around, grown, grown_to_prove, nearer_than

X, Y = 600_000.0, 2_700_000.0


def comb(n: int) -> np.ndarray:
    """A net of n lines each way, 20 m apart: n * n crossings."""
    long = 20.0 * n
    lines = [shapely.LineString([(X + 20 * i, Y), (X + 20 * i, Y + long)]) for i in range(n)]
    lines += [shapely.LineString([(X, Y + 20 * i), (X + long, Y + 20 * i)]) for i in range(n)]
    found = np.empty(len(lines), dtype=object)
    found[:] = lines
    return found


def test_a_net_of_lines_is_grown_line_by_line() -> None:
    # 60 lines each way cross 3 600 times; drawn as one net the ground took minutes and gigabytes
    ground = ground_around(comb(60), 100.0, quadrant_segments=16)
    side, wide = 1200.0, 1180.0
    # a cross of two bands, the bands round off at the ends of the outermost lines
    assert ground.area > (side + 200) * wide + 2 * 100 * wide
    assert ground.covers(shapely.box(X - 99, Y, X + side + 99, Y + wide))
    assert not ground.covers(shapely.Point(X + side + 100.1, Y + 600))


def test_the_part_of_a_site_near_a_net() -> None:
    site = shapely.box(X - 200, Y + 100, X - 50, Y + 200)
    # the outermost line lies at x = 0: of the site the 30 m nearer than 80 m
    part = nearer_than(site, comb(60), 80.0)
    assert part.area == pytest.approx(30 * 100, rel=1e-9)
    road = shapely.LineString([(X - 200, Y + 150), (X - 10, Y + 150)])
    assert nearer_than(road, comb(60), 80.0).length == pytest.approx(70, abs=1e-6)


def test_a_net_beside_a_site_is_in_doubt_within_the_accuracy() -> None:
    site = shapely.box(X - 200, Y + 100, X - 50, Y + 200)
    for accuracy, expected in ((49.0, "certain"), (51.0, "within_accuracy")):
        found = overlap_certainty(
            site, comb(60), overlap=NO_POLYGONS, accuracy=accuracy, hit=False,
            passes=lambda shape: shape.area > 1e-4,
        )  # fmt: skip
        assert found == expected


def test_nothing_has_no_ground_around() -> None:
    assert ground_around(np.empty(0, dtype=object), 10.0).is_empty


def test_a_site_that_is_a_net_cut_at_its_crossings_is_grown() -> None:
    net = shapely.union_all(comb(60))  # cut into 7 200 legs of 20 m
    assert shapely.get_num_geometries(net) > 7000
    for ground in (grown(net, 100.0), grown_to_prove(net, 100.0)):
        assert ground.covers(shapely.box(X - 99, Y, X + 1299 - 20, Y + 1180))
        assert not ground.covers(shapely.Point(X + 1300.1, Y + 600))
