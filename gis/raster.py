"""Site against raster: exact shares of the site per value; nodata and beyond-the-raster apart.

A raster knows only its own grid, so the site is brought to the raster's CRS. Shares are of the
site's area (or length) there; rotated and south-up rasters are straightened at publishing.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import GeometryArray, parse_crs, transform
from gis.errors import LantuError, Text
from gis.overlay import clip, dissolve, size, subtract

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


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
        North-up GeoTIFFs with a CRS, one a part; where two overlap the first one counts.

    Raises
    ------
    LantuError
        `raster_unreadable` when a file cannot be read, has no CRS or is not north-up.
    """
    values: list[Floats] = []
    shares: list[Floats] = []
    nodata, left, whole = 0.0, site, size(site)
    for path in paths:
        if left.is_empty or whole == 0:
            break
        part = _read_one(left, parse_crs(crs), path)
        weight = size(left) / whole
        values.append(part.values)
        shares.append(part.shares * weight)
        nodata += part.nodata * weight
        left = subtract(left, _extent(path, parse_crs(crs)))
    beyond = size(left) / whole if whole else 1.0
    return Cells(
        np.concatenate(values) if values else np.empty(0),
        np.concatenate(shares) if shares else np.empty(0),
        nodata,
        beyond,
    )


def any_around(
    site: BaseGeometry, crs: str, paths: Sequence[Path], *, taken: Callable[[Floats], Mask]
) -> bool:
    """Whether a cell in the box around a site is `taken`; where none is, none is under the site.

    Parameters and errors as in `read_cells`, for a fraction of its cost.
    """
    for path in paths:
        window = _read_window(site, parse_crs(crs), path)
        if window is not None:
            flat, masked = window.values()
            if bool(taken(flat[~masked]).any()):
                return True
    return False


def shape_where(
    site: BaseGeometry, crs: str, paths: Sequence[Path], *, taken: Callable[[Floats], Mask]
) -> BaseGeometry:
    """The part of the site on cells whose values are `taken`, for drawing; in `crs`.

    Cells without a value are never taken. Measures come from `read_cells`.
    """
    shapes: list[BaseGeometry] = []
    left = site
    for path in paths:
        if left.is_empty:
            break
        cells = np.asarray(_cells_where(left, parse_crs(crs), path, taken), dtype=object)
        shapes += [dissolve(clip(left, cells))]
        left = subtract(left, _extent(path, parse_crs(crs)))
    return dissolve(np.asarray(shapes, dtype=object))


def shapes_by(
    site: BaseGeometry,
    crs: str,
    paths: Sequence[Path],
    *,
    place: Callable[[Floats], npt.NDArray[np.int16]],
    most: int,
) -> dict[int, BaseGeometry]:
    """The ground of the site by the band that `place` puts each cell in, for drawing; in `crs`.

    Cells without a value, and those of a negative band, belong to none. Nothing is returned
    where there are more than `most` patches: no drawing shows them.
    """
    from rasterio.features import shapes

    found: dict[int, list[BaseGeometry]] = {}
    left = site
    for path in paths:
        window = None if left.is_empty else _read_window(left, parse_crs(crs), path)
        if window is None:
            continue
        flat, masked = window.values()
        bands = np.where(masked, np.int16(-1), place(flat)).reshape(window.data.shape)
        outlines: dict[int, list[BaseGeometry]] = {}
        drawn = list(islice(shapes(bands, mask=bands >= 0, transform=window.transform), most + 1))
        if len(drawn) > most:
            return {}
        for outline, band in drawn:
            outlines.setdefault(int(band), []).append(shapely.geometry.shape(outline))
        # outlines of one band meet at corners only: together they are one sound shape
        wholes = np.asarray([shapely.multipolygons(one) for one in outlines.values()], dtype=object)
        cut = clip(left, transform(wholes, window.crs, parse_crs(crs)))
        for band, piece in zip(outlines, cut, strict=True):
            if not piece.is_empty:
                found.setdefault(band, []).append(piece)
        left = subtract(left, _extent(path, parse_crs(crs)))
    return {
        band: pieces[0] if len(pieces) == 1 else dissolve(np.asarray(pieces, dtype=object))
        for band, pieces in sorted(found.items())
    }


def _cells_where(
    site: BaseGeometry, crs: CRS, path: Path, taken: Callable[[Floats], Mask]
) -> GeometryArray:
    """Outlines of the taken cells near the site, in `crs`."""
    from rasterio.features import shapes

    window = _read_window(site, crs, path)
    if window is None:
        return np.empty(0, dtype=object)
    flat, masked = window.values()
    mask = (taken(flat) & ~masked).reshape(window.data.shape)
    found = [
        shapely.geometry.shape(outline)
        for outline, _ in shapes(mask.astype(np.uint8), mask=mask, transform=window.transform)
    ]
    return transform(np.asarray(found, dtype=object), window.crs, crs)


@dataclass(slots=True)
class _File:
    """An open raster with what is asked of it for every site.

    `transform` has the six numbers of a north-up affine; `same` tells by name of a CRS whether it
    is the raster's own, `extents` the raster's outline in it.
    """

    raster: Any
    crs: CRS
    transform: Any
    same: dict[str, bool] = field(default_factory=dict)
    extents: dict[str, BaseGeometry] = field(default_factory=dict)

    def brought(self, site: BaseGeometry, crs: CRS) -> BaseGeometry:
        """A site of another system in the raster's own."""
        if crs.srs not in self.same:
            self.same[crs.srs] = crs == self.crs
        if self.same[crs.srs]:
            return site
        here: BaseGeometry = transform(np.array([site], dtype=object), crs, self.crs)[0]
        return here

    def extent(self, crs: CRS) -> BaseGeometry:
        """The raster's outline in a system."""
        if crs.srs not in self.extents:
            box = np.array([shapely.box(*self.raster.bounds)], dtype=object)
            self.extents[crs.srs] = transform(box, self.crs, crs)[0]
        return self.extents[crs.srs]


_held = threading.local()
_MOST_HELD = 16


@contextmanager
def _opened(path: Path) -> Iterator[_File]:
    """A raster opened for reading; a thread keeps its last ones open, for opening costs most.

    A file is known by its name, size and time: rasters of editions are never overwritten.
    """
    from rasterio.errors import RasterioError

    try:
        state = path.stat()
        key = (path, state.st_size, state.st_mtime_ns)
        kept: dict[tuple[Path, int, int], _File] = _held.__dict__.setdefault("kept", {})
        if key not in kept:
            if len(kept) >= _MOST_HELD:
                kept.pop(next(iter(kept))).raster.close()
            kept[key] = _open(path)
        yield kept[key]
    except (RasterioError, OSError) as error:
        raise _unreadable(path, str(error)) from error


def _open(path: Path) -> _File:
    import rasterio

    raster = rasterio.open(path)
    if raster.crs is None or raster.transform.e >= 0 or raster.transform.b:
        raster.close()
        raise _unreadable(path, "no CRS or not north-up")
    return _File(raster, parse_crs(raster.crs.to_wkt()), raster.transform)


def _extent(path: Path, crs: CRS) -> BaseGeometry:
    with _opened(path) as file:
        return file.extent(crs)


@dataclass(frozen=True, slots=True)
class _Window:
    """The cells around a site, and the site in the raster's CRS."""

    site: BaseGeometry
    crs: CRS
    data: Any
    bounds: tuple[float, float, float, float]
    transform: Any

    def values(self) -> tuple[Floats, Mask]:
        """Values row by row, and which of them are none."""
        flat: Floats = np.ma.getdata(self.data).ravel()
        return flat, np.ma.getmaskarray(self.data).ravel() | ~np.isfinite(flat)


def _read_window(site: BaseGeometry, crs: CRS, path: Path) -> _Window | None:
    """Read the cells under the site's box; None where it meets none."""
    with _opened(path) as file:
        here = file.brought(site, crs)
        columns, rows = _window(here, file)
        if columns[0] >= columns[1] or rows[0] >= rows[1]:
            return None
        west, north = file.transform * (columns[0], rows[0])
        east, south = file.transform * (columns[1], rows[1])
        a, b, _, d, e, *_ = file.transform
        return _Window(
            here,
            file.crs,
            file.raster.read(1, window=(rows, columns), masked=True),
            (west, south, east, north),
            type(file.transform)(a, b, west, d, e, north),
        )


def _read_one(site: BaseGeometry, crs: CRS, path: Path) -> Cells:
    window = _read_window(site, crs, path)
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


def _window(site: BaseGeometry, file: _File) -> tuple[tuple[int, int], tuple[int, int]]:
    """Columns and rows of the cells that the site's box meets, cut to the raster."""
    t, width, height = file.transform, file.raster.width, file.raster.height
    minx, miny, maxx, maxy = site.bounds
    columns = math.floor((minx - t.c) / t.a), math.floor((maxx - t.c) / t.a) + 1
    rows = math.floor((maxy - t.f) / t.e), math.floor((miny - t.f) / t.e) + 1
    return (
        (max(0, columns[0]), min(width, columns[1])),
        (max(0, rows[0]), min(height, rows[1])),
    )


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


def _unreadable(path: Path, why: str) -> LantuError:
    return LantuError(
        "raster_unreadable",
        Text(f"栅格 {path.name} 无法读取：{why}", f"Raster {path.name} cannot be read: {why}"),
        Text("请重新发布该图层", "Publish the layer again"),
    )


def _sum(values: Floats) -> float:
    return math.fsum(np.sort(values))
