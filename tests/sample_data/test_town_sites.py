"""Sample sites: each good file is read, each broken one is refused by the name it promises."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from gis.errors import LantuError
from gis.site import Site
from gis.site_formats import SiteContext, read_sites
from sample_data.sites import BROKEN, GOOD, random_sites, write_sample_sites
from sample_data.town.frame import HEIGHT, ORIGIN, WIDTH

AREA = shapely.box(ORIGIN[0], ORIGIN[1], ORIGIN[0] + WIDTH, ORIGIN[1] + HEIGHT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sites")
    write_sample_sites(target)
    return target


@pytest.fixture(scope="module")
def context() -> SiteContext:
    return SiteContext(crs="EPSG:4548", area=AREA)


@pytest.mark.parametrize("name", GOOD)
def test_every_format_gives_its_sites(folder: Path, context: SiteContext, name: str) -> None:
    _, count, _, _, crs = GOOD[name]
    sites = read_sites(folder / name, context=context, crs=crs)
    assert [type(site).__name__ for site in sites] == ["Site"] * count
    shapes = [site.geometry for site in sites if isinstance(site, Site)]
    if name.startswith("lane"):
        assert shapes[0].length == pytest.approx(500.0, abs=1e-6)
        return
    expected = {"pond": 200 * 150 - 50 * 50}
    if count == 2:
        assert max(shape.area for shape in shapes) == pytest.approx(expected["pond"], abs=0.02)


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_file_is_named(folder: Path, context: SiteContext, name: str) -> None:
    assert BROKEN[name][1] in codes(folder / "broken" / name, context)


def codes(path: Path, context: SiteContext) -> set[str]:
    try:
        results = read_sites(path, context=context)
    except LantuError as error:
        return {error.code}
    refused = {r.code for r in results if isinstance(r, LantuError)}
    return refused | {note.code for r in results if isinstance(r, Site) for note in r.notes}


def test_readme_names_every_file(folder: Path) -> None:
    good = (folder / "README.txt").read_text(encoding="utf-8")
    broken = (folder / "broken" / "README.txt").read_text(encoding="utf-8")
    assert all(name in good for name in GOOD)
    assert all(name in broken for name in BROKEN)
    assert len(BROKEN) >= 8


def test_random_sites_are_valid_diverse_and_repeatable() -> None:
    sites = random_sites(300, 5)
    shapes = [shape for _, shape in sites]
    assert all(shape.is_valid and not shape.is_empty for shape in shapes)
    assert all(shape.within(AREA) for shape in shapes)
    kinds = {shape.geom_type for shape in shapes}
    assert {"Polygon", "MultiPolygon", "LineString"} <= kinds
    assert any(shape.geom_type == "Polygon" and len(shape.interiors) for shape in shapes)
    areas = [shape.area for shape in shapes if shape.area > 0]
    assert min(areas) < 500
    assert max(areas) > 500_000
    again = [shape for _, shape in random_sites(300, 5)]
    assert [s.wkb for s in shapes] == [s.wkb for s in again]
    assert random_sites(0, 1) == []
