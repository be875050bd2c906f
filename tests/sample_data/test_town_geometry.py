"""The town tiles its frame, is the same for one seed, and holds its scenes to the centimetre.

Figures come from the frame's size by hand, or from plain shapely on the files that were written.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from sample_data.town import Town
from sample_data.town.build import draw_town, to_crs

FRAME_M2 = 13_000 * 10_500


def read(demo: Path, name: str, layer: str | None = None) -> np.ndarray:
    encoding = "gb18030" if name.endswith(".shp") else None
    _, _, shapes, _ = pyogrio.raw.read(demo / "town" / name, layer=layer, encoding=encoding)
    return shapely.from_wkb(shapes)


def test_the_frame_is_at_least_12_by_10_km(town: Town) -> None:
    west, south, east, north = town.area.bounds
    assert (east - west, north - south) == (13_000, 10_500)
    assert town.crs == "EPSG:4548"


def test_land_use_tiles_the_frame(town: Town, demo: Path) -> None:
    faces = read(demo, "present_land_use.shp")
    assert len(faces) > 12_000
    assert shapely.area(faces).sum() == pytest.approx(FRAME_M2, abs=1e-4)
    assert shapely.is_valid(faces).all()
    assert shapely.coverage_is_valid(faces)
    whole = shapely.coverage_union_all(faces)
    assert whole.symmetric_difference(town.area).area == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("key", ["plan.overall_zone", "plan.land_use_old"])
def test_tiling_plans_cover_the_frame_once(town: Town, key: str) -> None:
    shapes = town.source(key).geometries
    assert shapely.area(shapes).sum() == pytest.approx(FRAME_M2, abs=1e-4)
    assert shapely.union_all(shapes).area == pytest.approx(FRAME_M2, abs=1e-3)


def test_susceptibility_parts_tile_the_frame_together(town: Town) -> None:
    parts = [s for s in town.sources if s.key == "safety.geo_hazard_susceptibility"]
    assert sorted(s.part or "" for s in parts) == ["east", "west"]
    total = sum(float(shapely.area(s.geometries).sum()) for s in parts)
    assert total == pytest.approx(FRAME_M2, abs=1e-4)


WRITTEN_IN_THE_WORKING_CRS = {
    "present.land_use": ("present_land_use.shp", None),
    "control.permanent_farmland": ("control_permanent_farmland.shp", None),
    "plan.detailed": ("detailed_plan.gpkg", "plan_detailed"),
    "survey.historic_building": ("heritage.gpkg", "survey_historic_building"),
    "present.approved_land": ("approvals.gpkg", "present_approved_land"),
}


@pytest.mark.parametrize("key", WRITTEN_IN_THE_WORKING_CRS)
def test_one_seed_one_town(town: Town, demo: Path, key: str) -> None:
    """Drawn here and drawn for the demo, in another process or earlier: the same coordinates."""
    written = read(demo, *WRITTEN_IN_THE_WORKING_CRS[key])
    drawn = [to_crs(shape) for shape in town.source(key).geometries]
    assert len(written) == len(drawn)
    # a Shapefile turns its rings the other way round: compare the point sets, exactly
    assert shapely.equals_exact(shapely.normalize(drawn), shapely.normalize(written), 0.0).all()


def test_another_seed_another_town(town: Town) -> None:
    other = draw_town(7)
    assert len(other.source("present.land_use").geometries) != len(
        town.source("present.land_use").geometries
    )
    faces = other.source("present.land_use").geometries
    assert shapely.area(faces).sum() == pytest.approx(FRAME_M2, abs=1e-4)
    assert other.scene_site("road").length == pytest.approx(3200, abs=0.01)


def test_warehouse_takes_215_30_and_nearly_touches_another_patch(town: Town, demo: Path) -> None:
    patches = read(demo, "control_permanent_farmland.shp")
    site = town.scene_site("warehouse")
    overlap = shapely.area(shapely.intersection(patches, site))
    assert overlap.sum() == pytest.approx(215.30, abs=0.001)
    assert int((overlap > 0).sum()) == 1
    gaps = np.sort(shapely.distance(patches, site))
    accuracy = town.source("control.permanent_farmland").accuracy_m
    assert gaps[0] == 0
    assert 0.25 < gaps[1] < accuracy
    assert gaps[2] > 5 * accuracy


def test_a_blue_line_lies_within_its_accuracy_of_the_warehouse(town: Town) -> None:
    blue = town.source("control.blue_line")
    gap = shapely.distance(blue.geometries, town.scene_sites["warehouse"]).min()
    assert gap == pytest.approx(0.30, abs=1e-6)
    assert gap < blue.accuracy_m


def test_road_is_3200_m_long(town: Town) -> None:
    assert town.scene_site("road").length == pytest.approx(3200, abs=0.01)


HITS_ARE_MEANT = {
    "plan.overall_zone", "plan.overall_land_use", "plan.land_use_old", "plan.construction_scope",
    "plan.detailed", "control.urban_boundary", "present.land_use", "present.approved_land",
    "park.boundary", "infra.water_service", "infra.gas_service", "safety.geo_hazard_susceptibility",
}  # fmt: skip


def test_nothing_lies_on_the_plant_but_what_covers_the_town(town: Town) -> None:
    site = town.scene_sites["plant"]
    hit = {s.key for s in town.sources if shapely.intersects(s.geometries, site).any()}
    assert hit == HITS_ARE_MEANT
    near = {s.key for s in town.sources if shapely.dwithin(s.geometries, site, 3.0).any()}
    assert near - HITS_ARE_MEANT <= {"plan.road_red_line"}


def test_plant_stands_on_idle_dry_ground_that_is_not_prone(town: Town) -> None:
    site = town.scene_sites["plant"]

    def classes(key: str, field: str) -> set[str]:
        found: set[str] = set()
        for source in town.sources:
            if source.key == key:
                hit = np.flatnonzero(shapely.intersects(source.geometries, site))
                found |= {str(source.columns[field][row]) for row in hit}
        return found

    assert classes("present.land_use", "DLBM") == {"1201"}
    assert classes("plan.detailed", "规划用途代码") == {"100102"}
    assert classes("control.urban_boundary", "GHFQMC") == {"城镇集中建设区"}
    assert classes("safety.geo_hazard_susceptibility", "class") == {"none"}
    flood = next(r for r in town.rasters if r.key == "safety.inundation")
    west, south, east, north = site.bounds
    rows = slice(int((10_500 - north) // 10), int((10_500 - south) // 10) + 1)
    cells = flood.values[rows, int(west // 10) : int(east // 10) + 1]
    assert cells.min() == cells.max() == 0


def test_three_parks_and_forty_projects(town: Town, demo: Path) -> None:
    assert len(town.source("park.boundary").geometries) == 3
    document = json.loads((demo / "town" / "projects.json").read_text(encoding="utf-8"))
    rows = document["projects"]
    assert len(rows) == 40
    assert sum(row["code"] is None for row in rows) == 8
    assert 5 <= sum(row["redline"] is None for row in rows) <= 8
    assert len({row["code"] for row in rows if row["code"]}) == 32


def test_every_file_says_that_it_is_invented(demo: Path) -> None:
    folder = demo / "town"
    assert "synthetic" in (folder / "mapping.yaml").read_text(encoding="utf-8")
    assert "synthetic" in (folder / "README.txt").read_text(encoding="utf-8")
    for path in folder.glob("*.geojson"):
        assert "synthetic" in json.loads(path.read_text(encoding="utf-8"))["description"]


def test_files_come_in_the_variety_of_an_office(demo: Path) -> None:
    folder = demo / "town"
    assert pyogrio.read_info(folder / "control_eco_redline.geojson")["crs"] == "EPSG:4490"
    zoned = pyogrio.read_info(folder / "control_urban_boundary.gpkg")
    assert zoned["crs"] == "EPSG:4527"
    assert zoned["total_bounds"][0] > 39_000_000
    assert (folder / "present_land_use.cpg").read_text() == "GBK"
    assert not (folder / "control_permanent_farmland.cpg").exists()
    assert (folder / "safety_inundation.tif").exists()
