"""GeoTIFF in: cells kept, grids turned north-up with the method stated, valid cells as coverage."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine, from_origin

from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import AREA, X, Y, geojson, put, refused, square, workspace_of

pytestmark = pytest.mark.usefixtures("both_stores")

CELLS = np.array([[1, 2, 3], [4, 5, 255]], dtype=np.uint8)
NORTH_UP = from_origin(X, Y + 20, 10, 10)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(
        tmp_path,
        "key: t.layer",
        "key: t.raster\ngeometry: raster",
        "key: t.classes\ngeometry: raster\nclass_field: {name: value, codes: ['1', '2', '3']}",
    )


def tiff(path: Path, cells: Any = CELLS, **changes: Any) -> Path:
    cells = np.asarray(cells)
    stack = cells if cells.ndim == 3 else cells[None]
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "count": len(stack),
        "height": stack.shape[1],
        "width": stack.shape[2],
        "dtype": stack.dtype,
        "crs": "EPSG:4548",
        "transform": NORTH_UP,
        "nodata": 255,
    }
    with rasterio.open(path, "w", **(profile | changes)) as sink:
        sink.write(stack)
    return path


def stored(ws: Workspace, result: Any) -> tuple[Any, Affine, float | None]:
    with rasterio.open(ws.raster(result.edition)) as source:
        return source.read(1), source.transform, source.nodata


def test_cells_are_kept(ws: Workspace, tmp_path: Path) -> None:
    result = put(ws, tiff(tmp_path / "a.tif"), "t.raster", coverage="features")
    cells, transform, nodata = stored(ws, result)
    assert cells.tolist() == CELLS.tolist()
    assert transform == NORTH_UP
    assert nodata == 255
    assert result.log["raster"]["method"] == "copied"
    # five of six cells are valid: 500 m2; the lower right cell is not covered
    assert result.edition.coverage.area == 500
    assert not result.edition.coverage.contains(shapely.Point(X + 25, Y + 5))


def test_workspace_as_coverage(ws: Workspace, tmp_path: Path) -> None:
    assert put(ws, tiff(tmp_path / "a.tif"), "t.raster").edition.coverage.equals(AREA)


def test_south_up_is_flipped(ws: Workspace, tmp_path: Path) -> None:
    south_up = Affine(10, 0, X, 0, 10, Y)
    result = put(ws, tiff(tmp_path / "a.tif", CELLS[::-1], transform=south_up), "t.raster")
    cells, transform, _ = stored(ws, result)
    assert cells.tolist() == CELLS.tolist()
    assert transform == NORTH_UP
    assert "raster_flipped" in {note["code"] for note in result.log["notes"]}


def test_rotated_is_warped_by_nearest_neighbour(ws: Workspace, tmp_path: Path) -> None:
    turned = Affine.translation(X, Y) * Affine.rotation(90) * Affine.scale(10, -10)
    # a quarter turn: columns run north, rows run east; nearest neighbour is exact
    result = put(ws, tiff(tmp_path / "a.tif", transform=turned), "t.raster", coverage="features")
    cells, transform, _ = stored(ws, result)
    assert cells.tolist() == [[3, 255], [2, 5], [1, 4]]
    assert (transform.c, transform.f, transform.a) == pytest.approx((X, Y + 30, 10))
    assert result.log["raster"]["method"] == "warped:nearest"
    assert result.edition.coverage.area == pytest.approx(500, abs=1e-6)


def test_missing_numbers_become_nodata(ws: Workspace, tmp_path: Path) -> None:
    cells = np.array([[1.5, np.nan], [np.inf, 4.25]])
    file = tiff(tmp_path / "a.tif", cells, nodata=None)
    result = put(ws, file, "t.raster", coverage="features")
    back, _, nodata = stored(ws, result)
    assert np.isnan(nodata)
    assert np.isnan(back).tolist() == [[False, True], [True, False]]
    assert result.edition.coverage.area == 200
    assert result.log["raster"]["nodata"] is None


def test_other_crs_is_kept(ws: Workspace, tmp_path: Path) -> None:
    grid = from_origin(116.5 - 0.01, 24.5, 0.0001, 0.0001)
    cells = np.zeros((40, 60), dtype=np.float32)
    file = tiff(tmp_path / "a.tif", cells, crs="EPSG:4490", transform=grid, nodata=-9999)
    result = put(ws, file, "t.raster", coverage="features")
    with rasterio.open(ws.raster(result.edition)) as source:
        assert source.crs.to_epsg() == 4490
    # 0.006 x 0.004 degrees at 24.5 degrees north: some 608 x 443 m
    assert result.edition.coverage.area == pytest.approx(608 * 443, rel=0.01)


def test_values_without_a_class_are_counted(ws: Workspace, tmp_path: Path) -> None:
    log = put(ws, tiff(tmp_path / "a.tif"), "t.classes").log
    assert log["classes"]["unknown"] == [{"value": "4", "count": 1}, {"value": "5", "count": 1}]


@pytest.mark.parametrize(
    ("cells", "changes", "code"),
    [
        (CELLS, {"crs": None}, "no_crs"),
        (CELLS, {"crs": "EPSG:2383"}, "legacy_datum"),
        (np.stack([CELLS, CELLS]), {}, "raster_bands"),
        (np.full((2, 2), 255, np.uint8), {}, "raster_no_valid_cell"),
        (CELLS, {"transform": from_origin(X + 3e6, Y, 10, 10)}, "layer_outside_area"),
        (CELLS, {"transform": from_origin(118, 24, 0.1, 0.1)}, "degrees_in_projected"),
    ],
)
def test_refusals(
    ws: Workspace, tmp_path: Path, cells: Any, changes: dict[str, Any], code: str
) -> None:
    assert refused(ws, tiff(tmp_path / "a.tif", cells, **changes), "t.raster").code == code


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_georeference(ws: Workspace, tmp_path: Path) -> None:
    file = tiff(tmp_path / "a.tif", transform=Affine.identity())
    assert refused(ws, file, "t.raster").code == "raster_not_referenced"


def test_scaled_values(ws: Workspace, tmp_path: Path) -> None:
    file = tiff(tmp_path / "a.tif")
    with rasterio.open(file, "r+") as sink:
        sink.scales = (0.1,)
    assert refused(ws, file, "t.raster").code == "raster_scaled"


def test_other_files(ws: Workspace, tmp_path: Path) -> None:
    vector = geojson(tmp_path / "a.geojson", [(square(), {})])
    assert refused(ws, vector, "t.raster").code == "raster_not_readable"
    assert refused(ws, tiff(tmp_path / "a.tif"), "t.layer").code == "unreadable_file"


def test_block_cut_off(ws: Workspace, tmp_path: Path) -> None:
    cells = np.ones((1024, 300), dtype=np.uint16)
    cells[:] = np.arange(300)
    file = tiff(
        tmp_path / "a.tif", cells, transform=from_origin(X, Y, 1, 1), nodata=65535, blockysize=128
    )
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - 300 * 2 * 100])  # most of the last 128 rows
    error = refused(ws, file, "t.raster")
    assert error.code == "features_lost"
    result = put(ws, file, "t.raster", coverage="features", accept_loss=True)
    assert result.edition.incomplete
    assert result.edition.lost is not None
    assert result.edition.lost.bounds == (X - 1, Y - 1025, X + 301, Y - 895)
    assert result.edition.coverage.area == 896 * 300
