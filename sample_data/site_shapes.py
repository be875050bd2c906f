"""Sites of the invented town as plain geometry: a few by hand, any number at random."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from sample_data.town.frame import HEIGHT, ORIGIN, WIDTH

Floats = npt.NDArray[np.float64]


def _here(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x + ORIGIN[0], y + ORIGIN[1]) for x, y in points]


def with_pond() -> BaseGeometry:
    """A plot of 27 500 m² in the east with a pond (2 500 m²) cut out of it."""
    return shapely.Polygon(
        _here([(9_900, 6_900), (10_100, 6_900), (10_100, 6_750), (9_900, 6_750)]),
        [_here([(9_950, 6_850), (9_950, 6_800), (10_000, 6_800), (10_000, 6_850)])],
    )


def corner_plot() -> BaseGeometry:
    """An irregular plot beside the first."""
    return shapely.Polygon(
        _here([(10_130, 6_900), (10_260, 6_880), (10_255, 6_770), (10_170, 6_740), (10_132, 6_790)])
    )


def lane() -> BaseGeometry:
    """A road of 500 m: legs of 300 and 200 m."""
    return shapely.LineString(_here([(4_900, 2_900), (5_140, 2_720), (5_300, 2_600)]))


def random_sites(count: int, seed: int) -> list[tuple[str, BaseGeometry]]:
    """Return `count` diverse sites, named, in EPSG:4548 inside the town's frame.

    Small and large, slender and round, with holes, of several parts, and lines; the same for
    one seed. Every site is valid. An empty list for 0.
    """
    rng = np.random.default_rng([seed, 99])
    makers = (_star, _box, _holed, _multi, _line, _sliver)
    odds = np.array([0.34, 0.24, 0.14, 0.12, 0.12, 0.04])
    found = []
    for number in range(count):
        maker = makers[int(rng.choice(len(makers), p=odds))]
        size = float(np.exp(rng.uniform(np.log(12), np.log(900))))
        edge = min(size * 2.2, 2_400.0)
        centre = rng.uniform([edge, edge], [WIDTH - edge, HEIGHT - edge])
        shape = maker(centre, size, rng)
        moved = shapely.transform(shape, lambda xy: np.round(np.asarray(xy) + ORIGIN, 3))
        found.append((f"{number + 1:03d}-{maker.__name__.strip('_')}", moved))
    return found


def _ring(centre: Floats, size: float, rng: np.random.Generator, corners: int) -> Floats:
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) * 0.7 + angle * 0.3
    reach = size * rng.uniform(0.45, 1.0, corners)
    return np.column_stack(
        [centre[0] + reach * np.cos(angle), centre[1] + reach * np.sin(angle)]
    )  # fmt: skip


def _star(centre: Floats, size: float, rng: np.random.Generator) -> BaseGeometry:
    return shapely.Polygon(_ring(centre, size, rng, int(rng.integers(4, 14)))).convex_hull.union(
        shapely.Polygon(_ring(centre, size, rng, 9)).buffer(0)
    )


def _box(centre: Floats, size: float, rng: np.random.Generator) -> BaseGeometry:
    half = np.array([size, size * rng.uniform(0.3, 1.0)]) / 1.4
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    turn = rng.uniform(0, np.pi)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return shapely.Polygon(corners @ spin.T + centre)


def _holed(centre: Floats, size: float, rng: np.random.Generator) -> BaseGeometry:
    hole = _ring(centre, size * 0.3, rng, int(rng.integers(4, 8)))
    return shapely.Polygon(_ring(centre, size, rng, 8)).convex_hull.difference(
        shapely.Polygon(hole).convex_hull
    )


def _multi(centre: Floats, size: float, rng: np.random.Generator) -> BaseGeometry:
    apart = np.array([size * 1.1, size * rng.uniform(-0.5, 0.5)])
    parts = [_box(centre - apart, size * 0.8, rng), _box(centre + apart, size * 0.7, rng)]
    return shapely.union_all(parts)


def _line(centre: Floats, size: float, rng: np.random.Generator) -> BaseGeometry:
    steps = rng.uniform(-size, size, (int(rng.integers(2, 6)), 2)) * 0.5
    points = centre + np.cumsum(steps, axis=0) - steps.sum(axis=0) / 2
    return shapely.LineString(np.vstack([points, points[-1] + [size * 0.3, size * 0.2]]))


def _sliver(centre: Floats, size: float, rng: np.random.Generator) -> BaseGeometry:
    turn = rng.uniform(0, np.pi)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]]) * rng.uniform(0.6, 3.0)
    ends = [centre - along * size, centre + along * size]
    return shapely.Polygon([ends[0], ends[1], ends[1] + across, ends[0] + across])
