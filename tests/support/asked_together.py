"""Threads ask the same shapes at the same time; prints `equal` if all had the same answers.

Run as a process of its own: shapes that are prepared in common end it.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import shapely

from checks.inheritance.site_share import share_in
from gis.overlay import clip, distances
from gis.site import Site
from layers.editions import Edition
from layers.ingest_checks import find_outside

ROUNDS, THREADS = 60, 4
SEED = 20261120
CRS = "EPSG:4548"
DAY = date(2026, 11, 20)


def star(points: int) -> shapely.Polygon:
    """A ragged outline of 200 m, as a traced boundary is."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = 100 * (1 + 0.3 * np.sin(37 * angle))
    return shapely.Polygon(np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]))


def edition(coverage: shapely.Polygon) -> Edition:
    return Edition(
        "a.layer", "2026", None, 1, DAY, DAY, None, 0.0, None, coverage, "0" * 64, 0, "none"
    )


def answers(shape: shapely.Polygon, held: Edition, boxes: np.ndarray) -> list[object]:
    """What a check, a park's page and an import ask of a shape that others ask as well."""
    return [
        [share_in(Site("a", box, CRS, CRS), shape).outside_m for box in boxes],
        shapely.area(clip(shape, boxes)).tolist(),
        distances(shape, boxes).tolist(),
        [held.answers_for(box.bounds) for box in boxes],
        find_outside(boxes, shape, np.arange(len(boxes))),
    ]


def main() -> int:
    rng = np.random.default_rng(SEED)
    west, south = rng.uniform(-150, 130, (2, 12))
    boxes = shapely.box(west, south, west + 20, south + 20)
    wkb = shapely.to_wkb(star(3_000))
    alone = answers(shapely.from_wkb(wkb), edition(shapely.from_wkb(wkb)), boxes)
    for _ in range(ROUNDS):
        shape, held = shapely.from_wkb(wkb), edition(shapely.from_wkb(wkb))
        start = threading.Barrier(THREADS)

        def ask(_: int, shape=shape, held=held, start=start) -> list[object]:
            start.wait()
            return answers(shape, held, boxes)

        with ThreadPoolExecutor(THREADS) as pool:
            if any(found != alone for found in pool.map(ask, range(THREADS))):
                print("different")
                return 1
    print("equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
