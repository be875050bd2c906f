"""The ground of a site by the values of a raster's cells, for drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import GeometryArray, parse_crs, transform
from gis.overlay import clip, dissolve, subtract
from gis.raster_window import Floats, Mask, Window, extent_of, window_of


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
        left = without_value(left, crs, path) if path != paths[-1] else left
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
    found: dict[int, list[BaseGeometry]] = {}
    left = site
    for path in paths:
        window = None if left.is_empty else window_of(left, parse_crs(crs), path)
        if window is None:
            continue
        flat, masked = window.values()
        bands = np.where(masked, np.int16(-1), place(flat)).reshape(window.data.shape)
        outlines: dict[int, list[BaseGeometry]] = {}
        drawn = _outlined(bands, bands >= 0, window, most + 1)
        if len(drawn) > most:
            return {}
        for outline, band in drawn:
            outlines.setdefault(band, []).append(outline)
        # outlines of one band meet at corners only: together they are one sound shape
        wholes = np.asarray([shapely.multipolygons(one) for one in outlines.values()], dtype=object)
        cut = clip(left, transform(wholes, window.crs, parse_crs(crs)))
        for band, piece in zip(outlines, cut, strict=True):
            if not piece.is_empty:
                found.setdefault(band, []).append(piece)
        left = without_value(left, crs, path) if path != paths[-1] else left
    return {
        band: pieces[0] if len(pieces) == 1 else dissolve(np.asarray(pieces, dtype=object))
        for band, pieces in sorted(found.items())
    }


def without_value(site: BaseGeometry, crs: str, path: Path) -> BaseGeometry:
    """What of a site a raster has no value for: beyond it, or on its empty cells; in `crs`.

    Rasters of neighbouring parts often overlap with empty collars: where one is empty the next
    one counts.
    """
    here = parse_crs(crs)
    window = window_of(site, here, path)
    if window is None:
        return site
    _, masked = window.values()
    if not masked.any():
        return subtract(site, extent_of(path, here))
    cells = _cells_where(site, here, path, lambda values: np.ones(len(values), dtype=bool))
    return subtract(site, dissolve(np.asarray(cells, dtype=object)))


def _cells_where(
    site: BaseGeometry, crs: CRS, path: Path, taken: Callable[[Floats], Mask]
) -> GeometryArray:
    """Outlines of the taken cells near the site, in `crs`."""
    window = window_of(site, crs, path)
    if window is None:
        return np.empty(0, dtype=object)
    flat, masked = window.values()
    mask = (taken(flat) & ~masked).reshape(window.data.shape)
    found = [outline for outline, _ in _outlined(mask.astype(np.uint8), mask, window, None)]
    return transform(np.asarray(found, dtype=object), window.crs, crs)


def _outlined(
    values: npt.NDArray[Any], mask: Mask, window: Window, most: int | None
) -> list[tuple[BaseGeometry, int]]:
    """Patches of adjoining cells of one value, as many as asked for, with the value."""
    from rasterio.features import shapes

    drawn = islice(shapes(values, mask=mask, transform=window.transform), most)
    return [(shapely.geometry.shape(outline), int(value)) for outline, value in drawn]
