"""Terrain and flood depth on a 10 m grid, north up, in the working CRS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from sample_data.town.frame import HEIGHT, WIDTH, Floats, Frame, elevation

CELL = 10.0
NODATA = -9999.0
_COARSE = 50.0


@dataclass(frozen=True)
class Raster:
    """A grid of the whole frame; row 0 is the northern edge, `NODATA` where nothing is known."""

    key: str
    values: npt.NDArray[np.float32]
    currency: str
    accuracy_m: float
    edition: str


def _cells() -> tuple[Floats, Floats]:
    x = np.arange(CELL / 2, WIDTH, CELL)
    y = np.arange(HEIGHT - CELL / 2, 0, -CELL)
    return np.meshgrid(x, y)


def _river_distance(frame: Frame) -> Floats:
    """Distance to the river at each cell, drawn on a coarse grid and filled in linearly."""
    xs = np.arange(0, WIDTH + _COARSE, _COARSE)
    ys = np.arange(0, HEIGHT + _COARSE, _COARSE)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    river = frame.river.simplify(1.0)
    coarse = shapely.distance(river, shapely.points(grid)).reshape(len(ys), len(xs))
    x = np.arange(CELL / 2, WIDTH, CELL) / _COARSE
    y = np.arange(HEIGHT - CELL / 2, 0, -CELL) / _COARSE
    left, low = x.astype(int), y.astype(int)
    fx, fy = x - left, (y - low)[:, None]
    rows = coarse[low] * (1 - fy) + coarse[low + 1] * fy
    return np.asarray(rows[:, left] * (1 - fx) + rows[:, left + 1] * fx)


def draw_rasters(frame: Frame) -> list[Raster]:
    """Ground height, and the depth of the 50-year flood: 0 where dry, nodata beyond the model."""
    x, y = _cells()
    ground = elevation(x, y)
    distance = _river_distance(frame)
    rough = 0.35 * np.sin(x / 170) * np.cos(y / 140) + 0.2 * np.sin((x + y) / 90)
    depth = 2.9 - distance / 190 - np.maximum(ground - 14, 0) * 0.1 + rough
    depth = np.where(distance <= 0, 3.2 + rough, np.clip(depth, 0, None))
    depth = np.where(ground > 40, NODATA, np.round(depth, 2))
    return [
        Raster("terrain.dem", np.round(ground, 2).astype(np.float32), "2024-12-31", 1.0, "2024"),
        Raster("safety.inundation", depth.astype(np.float32), "2025-12-31", 5.0, "2025"),
    ]
