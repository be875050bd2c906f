"""Rasters kept open, and the cells around a site."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import parse_crs, transform
from gis.errors import LantuError, Text
from gis.lending import Lending

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
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


def window_of(site: BaseGeometry, crs: CRS, path: Path) -> Window | None:
    """Read the cells under the box of a site in `crs`; None where it meets none.

    Raises
    ------
    LantuError
        `raster_unreadable` when the file cannot be read, has no CRS or is not north-up.
    """
    with _opened(path) as file:
        here = file.brought(site, crs)
        columns, rows = _reach(here, file)
        if columns[0] >= columns[1] or rows[0] >= rows[1]:
            return None
        west, north = file.transform * (columns[0], rows[0])
        east, south = file.transform * (columns[1], rows[1])
        a, b, _, d, e, *_ = file.transform
        return Window(
            here,
            file.crs,
            file.raster.read(1, window=(rows, columns), masked=True),
            (west, south, east, north),
            type(file.transform)(a, b, west, d, e, north),
        )


def extent_of(path: Path, crs: CRS) -> BaseGeometry:
    """The outline of a raster in a system; raises as `window_of`."""
    with _opened(path) as file:
        return file.extent(crs)


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

    def close(self) -> None:
        """Close the raster."""
        self.raster.close()


_MOST_HELD = 16
_open_rasters: Lending[tuple[Path, int, int], _File] = Lending(most=_MOST_HELD)


@contextmanager
def _opened(path: Path) -> Iterator[_File]:
    """A raster opened for reading; the last ones are kept open, for opening costs most.

    A file is known by its name, size and time: rasters of editions are never overwritten.
    """
    from rasterio.errors import RasterioError

    try:
        state = path.stat()
        key = (path, state.st_size, state.st_mtime_ns)
        with _open_rasters.lent(key, lambda: _open(path)) as file:
            yield file
    except (RasterioError, OSError, UnicodeError) as error:
        raise _unreadable(path, str(error)) from error


def _open(path: Path) -> _File:
    import rasterio

    raster = rasterio.open(path)
    if raster.crs is None or raster.transform.e >= 0 or raster.transform.b:
        raster.close()
        raise _unreadable(path, "no CRS or not north-up")
    return _File(raster, parse_crs(raster.crs.to_wkt()), raster.transform)


def _reach(site: BaseGeometry, file: _File) -> tuple[tuple[int, int], tuple[int, int]]:
    """Columns and rows of the cells that the site's box meets, cut to the raster."""
    t, width, height = file.transform, file.raster.width, file.raster.height
    minx, miny, maxx, maxy = site.bounds
    columns = math.floor((minx - t.c) / t.a), math.floor((maxx - t.c) / t.a) + 1
    rows = math.floor((maxy - t.f) / t.e), math.floor((miny - t.f) / t.e) + 1
    return (
        (max(0, columns[0]), min(width, columns[1])),
        (max(0, rows[0]), min(height, rows[1])),
    )


def _unreadable(path: Path, why: str) -> LantuError:
    return LantuError(
        "raster_unreadable",
        Text(f"栅格 {path.name} 无法读取：{why}", f"Raster {path.name} cannot be read: {why}"),
        Text("请重新发布该图层", "Publish the layer again"),
    )
