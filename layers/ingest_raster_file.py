"""GeoTIFF files: opened strictly, copied north-up strip by strip, valid cells outlined."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.enums import Resampling
from rasterio.errors import RasterioError, RasterioIOError
from rasterio.features import shapes
from rasterio.transform import Affine, array_bounds
from rasterio.warp import reproject
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Text

STRIP_CELLS = 16_000_000
MAX_WARP_CELLS = 400_000_000
_ENV = {"GDAL_HTTP_PROXY": "127.0.0.1:9", "GDAL_HTTP_CONNECTTIMEOUT": "1"}

Cells = npt.NDArray[Any]


@dataclass(slots=True)
class RasterCopy:
    """A north-up copy and what is known of it.

    Attributes
    ----------
    method
        `copied`, `flipped` or `warped:nearest`.
    unread
        Boxes in the raster's CRS whose cells could not be read; they are nodata in the copy.
    outlines
        Polygons of valid cells, strip by strip, in the raster's CRS.
    """

    transform: Affine
    width: int
    height: int
    dtype: str
    nodata: float | None
    method: str
    valid_cells: int = 0
    unread: list[BaseGeometry] = field(default_factory=list)
    outlines: list[BaseGeometry] = field(default_factory=list)

    def valid_area(self) -> BaseGeometry:
        """Union of the valid cells, exact along cell edges, in the raster's CRS."""
        return shapely.union_all(self.outlines)


@contextmanager
def opened_raster(path: Path, shown: str) -> Iterator[Any]:
    """Open a GeoTIFF of one band of plain numbers.

    Raises
    ------
    LantuError
        `raster_not_readable`, `raster_bands`, `raster_scaled`, `raster_not_referenced`.
    """
    with rasterio.Env(**_ENV):
        try:
            dataset = rasterio.open(path, driver="GTiff")
        except RasterioError as error:
            raise LantuError(
                "raster_not_readable",
                Text(
                    f"“{shown}”不是可读的 GeoTIFF：{str(error)[:200]}",
                    f"{shown!r} is no readable GeoTIFF: {str(error)[:200]}",
                ),
                Text(
                    "栅格图层请导出为 GeoTIFF（单波段）", "Export the raster as GeoTIFF of one band"
                ),
            ) from error
        with dataset:
            _check(dataset, shown)
            yield dataset


def _check(dataset: Any, shown: str) -> None:
    if dataset.count != 1:
        raise LantuError(
            "raster_bands",
            Text(
                f"栅格“{shown}”有 {dataset.count} 个波段，须为单波段",
                f"Raster {shown!r} has {dataset.count} bands; one is expected",
            ),
            Text("请导出所需的一个波段", "Export the one band that is meant"),
        )
    if dataset.scales[0] != 1 or dataset.offsets[0] != 0 or "complex" in dataset.dtypes[0]:
        raise LantuError(
            "raster_scaled",
            Text(
                f"栅格“{shown}”的像元值带缩放（×{dataset.scales[0]:g} +{dataset.offsets[0]:g}，"
                f"{dataset.dtypes[0]}）",
                f"Cells of {shown!r} are scaled (x{dataset.scales[0]:g} +{dataset.offsets[0]:g}, "
                f"{dataset.dtypes[0]})",
            ),
            Text("请导出为真实数值（不带缩放）", "Export true values, without scale and offset"),
        )
    if dataset.transform == Affine.identity() or dataset.transform.determinant == 0:
        raise LantuError(
            "raster_not_referenced",
            Text(
                f"栅格“{shown}”没有地理定位（左上角坐标与像元大小）",
                f"Raster {shown!r} has no georeference (corner and cell size)",
            ),
            Text("请导出带地理定位的 GeoTIFF", "Export a georeferenced GeoTIFF"),
        )


def north_up_copy(dataset: Any, target: Path, *, crs: str) -> RasterCopy:
    """Write a tiled, compressed, north-up copy; cells of no value become nodata.

    Parameters
    ----------
    dataset
        Opened by `opened_raster`.
    target
        The file to write.
    crs
        CRS of the cells as WKT.
    """
    affine = dataset.transform
    nodata, dtype = _nodata(dataset)
    if affine.b or affine.d:
        return _warped(dataset, target, crs, nodata, dtype)
    west, north = affine * (
        0 if affine.a > 0 else dataset.width,
        0 if affine.e < 0 else dataset.height,
    )
    transform = Affine(abs(affine.a), 0.0, west, 0.0, -abs(affine.e), north)
    straight = affine.a > 0 and affine.e < 0
    copy = RasterCopy(
        transform,
        dataset.width,
        dataset.height,
        dtype,
        nodata,
        "copied" if straight else "flipped",
    )
    rows = max(1, STRIP_CELLS // max(1, dataset.width))
    rows = max(256, rows // 256 * 256)
    with _writer(target, copy, crs) as sink:
        for top in range(0, dataset.height, rows):
            count = min(rows, dataset.height - top)
            source_top = top if affine.e < 0 else dataset.height - top - count
            cells = _strip(dataset, source_top, count, copy)
            if affine.e > 0:
                cells = cells[::-1]
            if affine.a < 0:
                cells = cells[:, ::-1]
            _put(sink, cells, top, copy)
    return copy


def _writer(target: Path, copy: RasterCopy, crs: str) -> Any:
    return rasterio.open(
        target,
        "w",
        driver="GTiff",
        width=copy.width,
        height=copy.height,
        count=1,
        dtype=copy.dtype,
        nodata=copy.nodata,
        crs=crs,
        transform=copy.transform,
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
        bigtiff="IF_SAFER",
    )


def _nodata(dataset: Any) -> tuple[float, str]:
    """A value for cells without one: the file's own, else one that no cell has."""
    dtype = np.dtype(dataset.dtypes[0])
    if dataset.nodata is not None:
        return float(dataset.nodata), dtype.name
    if np.issubdtype(dtype, np.floating):
        return math.nan, dtype.name
    limits = np.iinfo(dtype)
    low, high = limits.max, limits.min
    for _, window in dataset.block_windows(1):
        try:
            block = dataset.read(1, window=window)
        except RasterioIOError:
            continue  # met again, and counted, when the strip is copied
        low, high = min(low, int(block.min())), max(high, int(block.max()))
    if high < limits.max:
        return float(limits.max), dtype.name
    if low > limits.min:
        return float(limits.min), dtype.name
    wider = {"uint8": "int16", "int8": "int16", "uint16": "int32", "int16": "int32"}
    name = wider.get(dtype.name, "float64")
    return (math.nan if name == "float64" else -1e4 if name == "int16" else -1e9), name


def _strip(dataset: Any, top: int, count: int, copy: RasterCopy) -> Cells:
    """Read rows in the source's order; blocks that fail become nodata and are remembered."""
    window = Window(0, top, dataset.width, count)
    try:
        return _with_nodata(dataset, window, copy)
    except RasterioIOError:
        cells = np.full((count, dataset.width), copy.nodata, dtype=copy.dtype)
    high = max(1, dataset.block_shapes[0][0])
    for row in range(top // high * high, top + count, high):
        first, last = max(row, top), min(row + high, top + count)
        part = Window(0, first, dataset.width, last - first)
        try:
            cells[first - top : last - top] = _with_nodata(dataset, part, copy)
        except RasterioIOError:
            corners = [(0, first), (dataset.width, first), (dataset.width, last), (0, last)]
            copy.unread.append(shapely.Polygon([dataset.transform * xy for xy in corners]))
    return cells


def _with_nodata(dataset: Any, window: Window, copy: RasterCopy) -> Cells:
    cells: Cells = dataset.read(1, window=window).astype(copy.dtype)
    invalid = dataset.read_masks(1, window=window) == 0
    if np.issubdtype(cells.dtype, np.floating):
        invalid |= ~np.isfinite(cells)
    cells[invalid] = copy.nodata
    return cells


def _put(sink: Any, cells: Cells, top: int, copy: RasterCopy) -> None:
    """Write a strip; count and outline its valid cells."""
    sink.write(cells, 1, window=Window(0, top, copy.width, len(cells)))
    missing = np.isnan(cells) if copy.nodata != copy.nodata else cells == copy.nodata
    valid = ~missing
    copy.valid_cells += int(np.count_nonzero(valid))
    here = copy.transform * Affine.translation(0, top)
    if valid.all():
        copy.outlines.append(shapely.box(*array_bounds(*valid.shape, here)))
        return
    mask = valid.astype(np.uint8)
    for shape, _ in shapes(mask, mask=valid, connectivity=4, transform=here):
        rings = shape["coordinates"]
        copy.outlines.append(shapely.Polygon(rings[0], rings[1:]))


def _warped(dataset: Any, target: Path, crs: str, nodata: float, dtype: str) -> RasterCopy:
    """Resample a rotated or skewed raster to a north-up grid of the same cell area."""
    affine = dataset.transform
    if dataset.width * dataset.height > MAX_WARP_CELLS:
        raise LantuError(
            "raster_too_large",
            Text(
                f"旋转栅格有 {dataset.width}×{dataset.height} 个像元，超过可重采样的上限",
                f"A rotated raster of {dataset.width} x {dataset.height} cells is too large",
            ),
            Text("请先导出为正北格网的 GeoTIFF", "Export it as a north-up GeoTIFF first"),
        )
    corners = [(0, 0), (dataset.width, 0), (dataset.width, dataset.height), (0, dataset.height)]
    xs, ys = zip(*(affine * corner for corner in corners), strict=True)
    cell = math.sqrt(abs(affine.determinant))
    width = math.ceil((max(xs) - min(xs)) / cell - 1e-9)
    height = math.ceil((max(ys) - min(ys)) / cell - 1e-9)
    transform = Affine(cell, 0.0, min(xs), 0.0, -cell, max(ys))
    copy = RasterCopy(transform, width, height, dtype, nodata, "warped:nearest")
    cells = _strip(dataset, 0, dataset.height, copy)
    result = np.full((height, width), nodata, dtype=dtype)
    reproject(
        cells,
        result,
        src_transform=affine,
        src_crs=crs,
        src_nodata=nodata,
        dst_transform=transform,
        dst_crs=crs,
        dst_nodata=nodata,
        resampling=Resampling.nearest,
    )
    with _writer(target, copy, crs) as sink:
        _put(sink, result, 0, copy)
    return copy
