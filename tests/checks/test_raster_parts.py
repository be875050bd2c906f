"""Rasters in parts that overlap with empty collars; how sure an answer from cells is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from shapely.geometry.base import BaseGeometry

from checks.rule import ClassChoice, Leaf, Number
from tests.support.memory_store import MemoryStore, findings, rule

X, Y = 600_000.0, 2_700_000.0
CELL, WIDE = 5.0, 80
EMPTY = -9.0


def box(a: float, b: float, c: float, d: float) -> BaseGeometry:
    return shapely.box(X + a, Y + b, X + c, Y + d)


SITE = box(0, 0, 100, 100)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(area=box(-5000, -5000, 5000, 5000))


def raster(path: Path, east_of: float, *, east: float, west: float) -> Path:
    """Cells of 5 m from -150 to 250 in both directions: one value each side of a line."""
    middles = -150 + CELL * (np.arange(WIDE) + 0.5)
    row = np.where(middles > east_of, east, west)
    cells = np.broadcast_to(row, (1, WIDE, WIDE)).astype("float32")
    shape = {"width": WIDE, "height": WIDE, "count": 1, "dtype": "float32", "crs": "EPSG:4548"}
    transform = from_origin(X - 150, Y + 250, CELL, CELL)
    with rasterio.open(path, "w", "GTiff", transform=transform, nodata=EMPTY, **shape) as file:
        file.write(cells)
    return path


def ask(store: MemoryStore, leaf: Leaf, site: BaseGeometry = SITE) -> dict[str, Any]:
    return findings(store, [rule("R", "L", leaf)], site)["R"]  # type: ignore[return-value]


def over(value: float, share: float = 0.0) -> Leaf:
    return Leaf("raster_over", "L", {"value": Number(value), "share": Number(share)})


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_the_empty_collar_of_one_part_hides_no_cell_of_the_next(
    store: MemoryStore, tmp_path: Path, order: str
) -> None:
    # both files reach over the whole ground: values east of x = 50 in one, west of it in the other
    east = raster(tmp_path / "east.tif", 50, east=5.0, west=EMPTY)
    west = raster(tmp_path / "west.tif", 50, east=EMPTY, west=2.0)
    for part, path in zip(order, (east, west), strict=True):
        store.layer("L", geometry="raster", raster=path, part=part)
    found = ask(store, over(1.0))
    assert found["state"] == "affected"
    assert found["measures"]["area_m2"] == pytest.approx(10_000, abs=1e-3)
    assert found["statistics"]["nodata_share"] == 0
    assert found["statistics"]["mean"] == pytest.approx(3.5, abs=1e-6)
    found = ask(store, over(3.0))
    assert found["measures"]["area_m2"] == pytest.approx(5_000, abs=1e-3)
    assert shapely.from_geojson(str(found["pieces"]).replace("'", '"')).area == pytest.approx(5_000)
    low = Leaf("raster_class", "L", {"share": Number(0.5)}, classes=ClassChoice(frozenset("2")))
    assert ask(store, low)["state"] == "affected"
    assert {row["code"]: row["share"] for row in ask(store, low)["classes"]} == {
        "2": pytest.approx(0.5, abs=1e-6),
        "5": pytest.approx(0.5, abs=1e-6),
    }


def test_what_is_empty_in_all_parts_is_told(store: MemoryStore, tmp_path: Path) -> None:
    store.layer("L", geometry="raster", part="a",
                raster=raster(tmp_path / "a.tif", 70, east=5.0, west=EMPTY))  # fmt: skip
    store.layer("L", geometry="raster", part="b",
                raster=raster(tmp_path / "b.tif", 20, east=EMPTY, west=2.0))  # fmt: skip
    told = ask(store, over(1.0))["statistics"]
    assert told["nodata_share"] == pytest.approx(0.5, abs=1e-6)
    assert told["beyond_share"] == 0
    # 20 m of the site are 2, 30 m are 5
    assert told["mean"] == pytest.approx((20 * 2 + 30 * 5) / 50, abs=1e-6)


@pytest.mark.parametrize(
    ("from_x", "share", "expected"),
    [
        (45, 0.5, ("affected", "within_accuracy")),  # 55 %; shrunk by 10 m 45 %
        (35, 0.5, ("affected", "certain")),  # 65 %; shrunk 55 %
        (55, 0.5, ("clear", "within_accuracy")),  # 45 %; grown by 10 m 55 %
        (65, 0.5, ("clear", "certain")),  # 35 %; grown 45 %
        (105, 0.0, ("clear", "within_accuracy")),  # 5 m beside the site
        (115, 0.0, ("clear", "certain")),
    ],
)
def test_how_sure_a_share_of_cells_is(
    store: MemoryStore, tmp_path: Path, from_x: float, share: float, expected: tuple[str, str]
) -> None:
    path = raster(tmp_path / "r.tif", from_x, east=5.0, west=0.0)
    store.layer("L", geometry="raster", raster=path, accuracy=10.0)
    found = ask(store, over(1.0, share))
    assert (found["state"], found["certainty"]) == expected


def test_a_strip_deep_in_the_ground_is_certain(store: MemoryStore, tmp_path: Path) -> None:
    path = raster(tmp_path / "r.tif", -100, east=5.0, west=0.0)
    store.layer("L", geometry="raster", raster=path, accuracy=10.0)
    strip, road = box(0, 0, 3, 100), shapely.LineString([(X, Y), (X + 100, Y + 100)])
    for site in (strip, road):
        found = ask(store, over(1.0), site)
        assert (found["state"], found["certainty"]) == ("affected", "certain")
