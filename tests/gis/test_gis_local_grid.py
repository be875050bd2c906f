"""Local grids: fitted, stored, used in reading; figures from hand computation."""

import math

import pytest
import shapely

from gis.errors import LantuError
from gis.local_grid import ControlPoint, LocalGrid, fit_local_grid
from gis.site_formats import SiteContext, read_sites

AREA = shapely.box(590_000, 2_690_000, 620_000, 2_720_000)


def quarter_turn(x, y):
    """A grid turned by 90 degrees, doubled, and shifted by (600 000, 2 700 000)."""
    return 600_000 - 2 * y, 2_700_000 + 2 * x


def points(*local, error=0.0):
    found = []
    for n, (x, y) in enumerate(local):
        east, north = quarter_turn(x, y)
        found.append(ControlPoint(f"K{n}", x, y, east + (error if n == 0 else 0.0), north))
    return found


def test_fit_finds_the_parameters():
    grid = fit_local_grid("xm", points((0, 0), (1000, 0), (0, 1000)), target="EPSG:4548")
    assert grid.scale == pytest.approx(2.0, abs=1e-12)
    assert grid.rotation == pytest.approx(math.pi / 2, abs=1e-12)
    assert (grid.dx, grid.dy) == pytest.approx((600_000, 2_700_000), abs=1e-6)
    assert grid.rms_m == pytest.approx(0.0, abs=1e-6)


def test_residuals_of_a_disturbed_point():
    # four corners of a square, one 0.04 m off to the east: four parameters take up 3/4 - 1/4 of it
    square = points((-1, -1), (1, -1), (1, 1), (-1, 1), error=0.04)
    grid = fit_local_grid("xm", square, target="EPSG:4548")
    # mean shift 0.01; the rest 0.03 projected on rotation and scale (each 1/8 of 0.04 at a corner)
    first = grid.residuals[0]
    assert (first.dx, first.dy) == pytest.approx((0.02, 0.0), abs=1e-9)
    assert math.fsum(r.dx for r in grid.residuals) == pytest.approx(0.0, abs=1e-9)
    assert grid.max_m == pytest.approx(0.02, abs=1e-9)
    # squares: the disturbance has 0.04^2, its fitted share 4/8 of that
    assert grid.rms_m == pytest.approx(math.sqrt(0.04**2 / 2 / 4), abs=1e-9)
    assert grid.residual_lines()[-1] == "rms 0.0141 m  max 0.0200 m"


@pytest.mark.parametrize("local", [[], [(0, 0)], [(5, 5), (5, 5)], [(0, 0), (float("nan"), 1)]])
def test_too_few_points(local):
    with pytest.raises(LantuError) as refusal:
        fit_local_grid("xm", points(*local), target="EPSG:4548")
    assert refusal.value.code == "local_grid_points"


def test_parameters_are_stored_and_not_shown():
    grid = fit_local_grid("xm", points((0, 0), (1000, 0), (0, 1000)), target="EPSG:4548")
    assert LocalGrid.from_dict(grid.as_dict()) == grid
    assert "600000" not in repr(grid)
    text = {key: str(value) for key, value in grid.as_dict().items() if key in {"dx", "scale"}}
    again = LocalGrid.from_dict(grid.as_dict() | text)
    assert again.dx == grid.dx


@pytest.mark.parametrize(
    "values",
    [
        {"name": "a"},
        {"name": "a", "target": "EPSG:4548", "scale": "0"},
        {"name": "a", "target": "EPSG:4548", "dx": "five"},
        {"name": "a", "target": "EPSG:4548", "dx": "nan"},
        {"name": "a", "target": "EPSG:4548", "shift": "1"},
        {"name": "a", "target": "EPSG:4548", "pipeline": "+proj=nonsense"},
        {"name": "a", "target": "EPSG:4548", "residuals": [1]},
        {"name": "a", "target": "EPSG:4490"},
    ],
)
def test_bad_parameters(values):
    with pytest.raises(LantuError) as refusal:
        LocalGrid.from_dict(values)
    assert refusal.value.code in {"local_grid_bad", "working_crs_not_metric"}


def test_reading_with_a_local_grid():
    grid = LocalGrid("xm", "EPSG:4548", 600_000, 2_700_000, 2.0, math.pi / 2)
    context = SiteContext("EPSG:4548", AREA, {"xm": grid})
    text = "POLYGON((0 0, 100 0, 100 50, 0 50, 0 0))"
    [site] = read_sites(text, context=context, crs="local:xm")
    # 100 x 50 m, doubled in both directions
    assert site.geometry.area == pytest.approx(20_000, abs=1e-6)
    assert site.source_area_m2 == pytest.approx(5_000)
    assert site.geometry.bounds == pytest.approx((599_900, 2_700_000, 600_000, 2_700_200))
    assert [note.code for note in site.notes] == ["local_grid_used"]
    assert site.source_crs == "local:xm"


def test_reading_with_a_pipeline():
    grid = LocalGrid.from_dict(
        {
            "name": "xm",
            "target": "EPSG:4548",
            "pipeline": "+proj=affine +xoff=600000 +yoff=2700000 +s11=1 +s22=1",
        }
    )
    context = SiteContext("EPSG:4548", AREA, {"xm": grid})
    [site] = read_sites("POLYGON((0 0, 100 0, 100 50, 0 0))", context=context, crs="local:xm")
    assert site.geometry.area == pytest.approx(2_500, abs=1e-6)


def test_unknown_grid_says_what_to_ask_for():
    context = SiteContext("EPSG:4548", AREA, {"xm": LocalGrid("xm", "EPSG:4548")})
    with pytest.raises(LantuError) as refusal:
        read_sites("POLYGON((0 0, 9 0, 9 9, 0 0))", context=context, crs="local:fz")
    assert refusal.value.code == "local_grid"
    assert "xm" in refusal.value.fact.zh
    assert "四参数" in refusal.value.hint.zh


def test_txt_header_names_the_grid(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(
        "[属性描述]\n坐标系=厦门92\n计量单位=米\n[地块坐标]\n"
        "4,0.25,D1,甲,面,,,,@\nJ1,1,0,0\nJ2,1,0,100\nJ3,1,50,100\nJ1,1,0,0\n",
        encoding="utf-8",
    )
    grid = LocalGrid("厦门92", "EPSG:4548", 600_000, 2_700_000)
    context = SiteContext("EPSG:4548", AREA, {"厦门92": grid})
    [site] = read_sites(path, context=context)
    assert site.geometry.area == pytest.approx(2_500, abs=1e-6)
    assert site.geometry.bounds == (600_000, 2_700_000, 600_100, 2_700_050)
