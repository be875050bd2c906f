"""A plain site of the national pack: required layers and a filled form leave no question."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import shapely

from checks.facts import project_of
from checks.rule import Rulebook
from checks.rulebook.case_store import CRS, SOUTH, WEST, Imagined
from checks.rulebook.cases import ThingForm
from checks.rulebook.load import load_rulebook
from checks.screening import screen
from gis.site import Site
from layers.catalog import shipped_specs

SIDE = 100.0
FACTS = {
    "works": "building",
    "use": "factory",
    "land_use_code": "1001",
    "floor_area_ratio": "1.5",
    "building_density": "0.3",
    "height_m": "20",
    "green_ratio": "0.2",
    "industry": "C39",
    "discharges_pollutants": "false",
}
WHOLE: dict[str, dict[str, object]] = {
    "present.land_use": {"class": "0601"},
    "plan.construction_scope": {},
    "plan.overall_land_use": {"class": "1001"},
    "plan.detailed": {
        "attributes": {
            "land_use_code": "1001",
            "max_floor_area_ratio": "2",
            "min_floor_area_ratio": "1",
            "max_building_density": "0.4",
            "max_height_m": "50",
            "min_green_ratio": "0.1",
        }
    },
    "safety.geo_hazard_susceptibility": {"class": "none"},
    "control.urban_boundary": {"class": "concentrated"},
}
"""What tiles the site; every other required layer is there and empty around it."""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())


@pytest.mark.parametrize(
    "key", ["screening", "siting", "before_supply", "allocation", "planning_permit"]
)
@pytest.mark.parametrize("without", [None, "control.permanent_farmland"])
def test_it_is_green_and_complete(
    key: str, without: str | None, book: Rulebook, tmp_path: Path
) -> None:
    scenario = book.scenarios[key]
    store = Imagined(shipped_specs(), SIDE, tmp_path)
    for layer in scenario.required_layers:
        things = WHOLE.get(layer)
        tiles = [] if things is None else [ThingForm.model_validate({"share": 1, **things})]
        if layer != without:
            store.put(layer, tiles)
    square = shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)
    report = screen(
        Site(name="1", geometry=square, crs=CRS, source_crs=CRS),
        project=project_of(FACTS, book.facts, where="plain"),
        scenario=scenario,
        rulebook=book,
        store=store,
        as_of=date(2026, 11, 20),
    )
    conclusion = report.data["conclusion"]
    assert conclusion["counts"]["affected"] == 0
    assert conclusion["complete"] is (without is None)
    assert conclusion["colour"] == ("green" if without is None else "grey")
    # what was assumed is printed
    printed = {limit["code"] for limit in report.data["limits"]}
    assert "scenario_defaults" in printed
    assert report.data["project"]["defaults"]["land_acquisition"] is False
