"""Site against raster: exact shares of the site per value; nodata and beyond-the-raster apart.

A raster knows only its own grid, so the site is brought to the raster's CRS. Shares are of the
site's area (or length) there; rotated and south-up rasters are straightened at publishing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import parse_crs
from gis.overlay import clip, size, subtract
from gis.raster_shapes import without_value
from gis.raster_window import Floats, Mask, extent_of, window_of


@dataclass(frozen=True, slots=True)
class Cells:
    """What a site meets in a raster.

    Attributes
    ----------
    values
        Values of the valid cells met, in the raster's own type: a limit of 0.15 compared with
        single precision must meet the single-precision 0.15.
    shares
        Share of the site on each of them; with `nodata` and `beyond` they add up to 1.
    nodata
        Share of the site on cells without a value.
    beyond
        Share of the site outside every raster.
    """

    values: Floats
    shares: Floats
    nodata: float
    beyond: float

    @property
    def valid(self) -> float:
        """Share of the site on valid cells."""
        return _sum(self.shares)

    def share_where(self, taken: Callable[[Floats], Mask]) -> float:
        """Share of the site on cells whose values are `taken`."""
        return _sum(self.shares[taken(self.values)])

    def by_value(self) -> dict[float, float]:
        """Share of the site per value, by value; meant for class rasters."""
        values, index = np.unique(self.values, return_inverse=True)
        return {number(value): _sum(self.shares[index == row]) for row, value in enumerate(values)}


def number(value: np.generic) -> float:
    """A cell's value as written: 0.15, not the 0.15000000596 that single precision holds."""
    return float(str(value))


def read_cells(site: BaseGeometry, crs: str, paths: Sequence[Path]) -> Cells:
    """Read the cells under a site, exact by coverage of each cell.

    Parameters
    ----------
    site
        Polygonal or linear, in `crs`.
    crs
        The working CRS.
    paths
        North-up GeoTIFFs with a CRS, one a part; where two overlap, the first that has a value
        counts.

    Raises
    ------
    LantuError
        `raster_unreadable` when a file cannot be read, has no CRS or is not north-up.
    """
    if len(paths) == 1 and size(site) > 0:
        return _read_one(site, parse_crs(crs), paths[0])
    values: list[Floats] = [np.empty(0)]
    shares: list[Floats] = [np.empty(0)]
    left, beyond, whole = site, site, size(site)
    for path in paths:
        if left.is_empty or whole == 0:
            break
        part = _read_one(left, parse_crs(crs), path)
        values.append(part.values)
        shares.append(part.shares * (size(left) / whole))
        left = without_value(left, crs, path)
        beyond = subtract(beyond, extent_of(path, parse_crs(crs)))
    if whole == 0 or left.is_empty:
        return Cells(np.concatenate(values), np.concatenate(shares), 0.0, 0.0 if whole else 1.0)
    outside = size(beyond) / whole
    nodata = max(0.0, size(left) / whole - outside)
    return Cells(np.concatenate(values), np.concatenate(shares), nodata, outside)


def any_around(
    site: BaseGeometry, crs: str, paths: Sequence[Path], *, taken: Callable[[Floats], Mask]
) -> bool:
    """Whether a cell in the box around a site is `taken`; where none is, none is under the site.

    Parameters and errors as in `read_cells`, for a fraction of its cost.
    """
    for path in paths:
        window = window_of(site, parse_crs(crs), path)
        if window is not None:
            flat, masked = window.values()
            if bool(taken(flat[~masked]).any()):
                return True
    return False


def _read_one(site: BaseGeometry, crs: CRS, path: Path) -> Cells:
    window = window_of(site, crs, path)
    if window is None:
        return Cells(np.empty(0), np.empty(0), 0.0, 1.0)
    cell_ids, weights = _weights(window.site, window.data.shape, window.bounds)
    if len(weights) == 0:
        return Cells(np.empty(0), np.empty(0), 0.0, 1.0)
    values, missing = window.values()
    flat, masked = values[cell_ids], missing[cell_ids]
    # cells know their share in single precision only; the geometry knows what lies on the raster
    held = clip(shapely.box(*window.bounds), np.array([window.site], dtype=object))[0]
    inside = size(held) / size(window.site)
    shares = weights * (inside / _sum(weights))
    return Cells(flat[~masked], shares[~masked], _sum(shares[masked]), max(0.0, 1.0 - inside))


def _weights(
    site: BaseGeometry, shape: tuple[int, int], bounds: tuple[float, float, float, float]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Cells met and the area (or length) of the site on each, in units of the raster's CRS."""
    if site.geom_type.endswith("LineString"):
        return _line_weights(site, shape, bounds)
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    height, width = shape
    grid = NumPyRasterSource(np.zeros(shape), *bounds)
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(site)}
    found = exact_extract(grid, [feature], ["cell_id", "coverage"])[0]["properties"]
    cell = (bounds[2] - bounds[0]) / width * ((bounds[3] - bounds[1]) / height)
    return found["cell_id"].astype(np.int64), found["coverage"].astype(np.float64) * cell


def _line_weights(
    site: BaseGeometry, shape: tuple[int, int], bounds: tuple[float, float, float, float]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Cut each segment at the grid lines; the middle of each bit tells its cell."""
    height, width = shape
    minx, _, maxx, maxy = bounds
    dx, dy = (maxx - minx) / width, (maxy - bounds[1]) / height
    ids: list[npt.NDArray[np.int64]] = []
    lengths: list[Floats] = []
    for line in shapely.get_parts(site):
        grid = (shapely.get_coordinates(line) - (minx, maxy)) / (dx, -dy)
        for start, end in pairwise(grid):
            cuts = np.unique(np.concatenate([[0.0, 1.0], *_crossings(start, end)]))
            middle = start + np.outer((cuts[1:] + cuts[:-1]) / 2, end - start)
            cell = np.floor(middle).astype(np.int64)
            inside = ((cell >= 0) & (cell < (width, height))).all(axis=1)
            length = np.diff(cuts) * math.hypot(*((end - start) * (dx, dy)))
            ids.append((cell[:, 1] * width + cell[:, 0])[inside])
            lengths.append(length[inside])
    return np.concatenate(ids), np.concatenate(lengths)


def _crossings(start: Floats, end: Floats) -> list[Floats]:
    """Parameters in 0..1 at which a segment crosses grid lines of either direction."""
    found = []
    for a, b in zip(start, end, strict=True):
        if a == b:
            continue
        lines = np.arange(math.ceil(min(a, b)), math.floor(max(a, b)) + 1)
        found.append(np.clip((lines - a) / (b - a), 0.0, 1.0))
    return found


def _sum(values: Floats) -> float:
    return math.fsum(np.sort(values))
