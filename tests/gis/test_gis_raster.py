"""Rasters by hand: a 3 x 3 grid of 10 m cells whose shares were worked out on paper."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine, from_origin

from gis.errors import LantuError
from gis.raster import read_cells
from gis.raster_shapes import shape_where

X, Y = 600_000.0, 2_700_000.0
CRS = "EPSG:4548"


def write(
    path: Path,
    data: np.ndarray,
    *,
    transform: Affine | None = None,
    crs: str | None = CRS,
    nodata: float | None = -1,
) -> Path:  # type: ignore[type-arg]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=data.shape[1],
        height=data.shape[0],
        count=1,
        dtype=data.dtype,
        crs=crs,
        transform=transform or from_origin(X, Y + 30, 10, 10),
        nodata=nodata,
    ) as raster:
        raster.write(data, 1)
    return path


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    return write(tmp_path / "g.tif", np.array([[1, 2, 3], [4, 5, 6], [7, 8, -1]], dtype="float64"))


def box(a: float, b: float, c: float, d: float) -> shapely.Polygon:
    return shapely.box(X + a, Y + b, X + c, Y + d)


def test_shares_are_exact_by_coverage_of_cells(grid: Path) -> None:
    # rows from the top: y 20-30 holds 1 2 3, y 10-20 holds 4 5 6, y 0-10 holds 7 8 nodata
    cells = read_cells(box(5, 15, 25, 30), CRS, [grid])
    assert cells.by_value() == pytest.approx(
        {1: 50 / 300, 2: 100 / 300, 3: 50 / 300, 4: 25 / 300, 5: 50 / 300, 6: 25 / 300}
    )
    assert cells.share_where(lambda v: v > 4) == pytest.approx(75 / 300)
    assert cells.share_where(lambda v: v >= 4) == pytest.approx(100 / 300)
    assert cells.share_where(lambda v: np.isin(v, [1, 6])) == pytest.approx(75 / 300)


def test_nodata_and_beyond_are_told_apart(grid: Path) -> None:
    cells = read_cells(box(15, 5, 35, 10), CRS, [grid])
    assert cells.by_value() == pytest.approx({8: 0.25})
    assert cells.nodata == pytest.approx(0.5)
    assert cells.beyond == pytest.approx(0.25)


def test_a_site_beyond_the_raster_meets_nothing(grid: Path) -> None:
    cells = read_cells(box(100, 100, 110, 110), CRS, [grid])
    assert (cells.valid, cells.nodata, cells.beyond) == (0.0, 0.0, 1.0)


def test_a_line_is_cut_at_the_grid(grid: Path) -> None:
    line = shapely.LineString([(X + 5, Y + 5), (X + 5, Y + 25), (X + 15, Y + 25)])
    cells = read_cells(line, CRS, [grid])
    assert cells.by_value() == pytest.approx({7: 5 / 30, 4: 10 / 30, 1: 10 / 30, 2: 5 / 30})


def test_a_line_along_a_cell_border_counts_once(grid: Path) -> None:
    line = shapely.LineString([(X + 10, Y), (X + 10, Y + 30)])
    cells = read_cells(line, CRS, [grid])
    assert cells.valid == pytest.approx(1)


def test_parts_side_by_side_add_up(grid: Path, tmp_path: Path) -> None:
    east = write(
        tmp_path / "e.tif", np.full((3, 3), 9.0), transform=from_origin(X + 30, Y + 30, 10, 10)
    )
    cells = read_cells(box(20, 10, 40, 20), CRS, [grid, east])
    assert cells.by_value() == pytest.approx({6: 0.5, 9: 0.5})
    assert cells.beyond == 0


def test_another_crs_gives_the_same_shares(tmp_path: Path) -> None:
    shifted = write(
        tmp_path / "z.tif",
        np.array([[1, 2, 3], [4, 5, 6], [7, 8, -1]], dtype="float64"),
        transform=from_origin(X + 39_000_000, Y + 30, 10, 10),
        crs="EPSG:4527",
    )
    cells = read_cells(box(5, 15, 25, 30), CRS, [shifted])
    assert cells.share_where(lambda v: v > 4) == pytest.approx(75 / 300, abs=1e-9)


@pytest.mark.parametrize(
    ("transform", "crs"),
    [
        (Affine(10, 2, X, 2, -10, Y), CRS),
        (Affine(10, 0, X, 0, 10, Y), CRS),
        (None, None),
    ],
)
def test_rasters_that_were_not_straightened_are_refused(
    tmp_path: Path, transform: Affine | None, crs: str | None
) -> None:
    path = write(tmp_path / "r.tif", np.zeros((3, 3)), transform=transform, crs=crs)
    with pytest.raises(LantuError) as caught:
        read_cells(box(5, 5, 15, 15), CRS, [path])
    assert caught.value.code == "raster_unreadable"


def test_a_broken_raster_is_named(tmp_path: Path) -> None:
    (tmp_path / "b.tif").write_bytes(b"II*\x00 no raster")
    with pytest.raises(LantuError) as caught:
        read_cells(box(5, 5, 15, 15), CRS, [tmp_path / "b.tif"])
    assert caught.value.code == "raster_unreadable"


def test_taken_cells_are_drawn_where_they_lie(grid: Path) -> None:
    site = box(5, 15, 25, 30)
    shape = shape_where(site, CRS, [grid], taken=lambda v: v > 4)
    assert shape.equals(box(10, 15, 25, 20))
    assert shape_where(site, CRS, [grid], taken=lambda v: v > 99).is_empty
    line = shapely.LineString([(X + 5, Y + 5), (X + 5, Y + 25)])
    assert shape_where(line, CRS, [grid], taken=lambda v: v == 7).length == pytest.approx(5)


def test_single_precision_meets_a_limit_exactly(tmp_path: Path) -> None:
    path = write(tmp_path / "f.tif", np.full((3, 3), 0.15, dtype="float32"))
    cells = read_cells(box(0, 0, 30, 30), CRS, [path])
    assert cells.share_where(lambda v: v > 0.15) == 0
    assert cells.share_where(lambda v: v >= 0.15) == pytest.approx(1)
    assert cells.by_value() == pytest.approx({0.15: 1.0})


def test_a_site_wholly_on_one_value_has_all_of_it(tmp_path: Path) -> None:
    path = write(tmp_path / "one.tif", np.full((40, 40), 3.0))
    star = shapely.Point(X + 200.1, Y - 170.3).buffer(97.3, quad_segs=13)
    cells = read_cells(star, CRS, [path])
    assert cells.by_value()[3.0] == pytest.approx(1, abs=1e-12)
    assert cells.beyond == 0


def test_outlines_are_the_same_in_many_threads(grid: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    site = box(5, 5, 25, 25)

    def drawn(_: int) -> float:
        return float(shape_where(site, CRS, [grid], taken=lambda v: v > 4).area)

    alone = drawn(0)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(drawn, range(400))) == {alone}
