"""What the workspace says of the town: nothing lost, no unknown class, both parts, attributes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.editions import Edition
from layers.store.embedded import Workspace
from sample_data.demo import AS_OF
from sample_data.town import Town


@pytest.fixture(scope="module")
def workspace(demo: Path) -> Iterator[Workspace]:
    opened = Workspace.open(demo / "workspace")
    yield opened
    opened.close()


def editions(workspace: Workspace) -> list[Edition]:
    return [edition for key in workspace.specs() for edition in workspace.editions(key)]


def test_every_layer_of_the_town_is_published_whole(workspace: Workspace, town: Town) -> None:
    keys = {source.key for source in town.sources} | {raster.key for raster in town.rasters}
    assert {edition.layer for edition in editions(workspace)} == keys
    assert len(keys) >= 45
    for edition in editions(workspace):
        log = workspace.issue_log(edition)
        features, classes = log["features"], log["classes"]
        assert isinstance(features, dict)
        assert isinstance(classes, dict)
        assert (edition.layer, features["rejected"]) == (edition.layer, 0)
        assert features["in"] == features["published"]
        assert (edition.layer, classes["unknown_count"]) == (edition.layer, 0)
        assert not edition.incomplete
        assert edition.valid_from <= AS_OF


def test_counts_are_those_drawn(workspace: Workspace, town: Town) -> None:
    drawn: dict[str, int] = {}
    for source in town.sources:
        drawn[source.key] = drawn.get(source.key, 0) + len(source.geometries)
    stored: dict[str, int] = {}
    for edition in editions(workspace):
        if edition.layer in drawn:
            stored[edition.layer] = stored.get(edition.layer, 0) + edition.feature_count
    assert stored == drawn


def test_secret_layers_are_secret(workspace: Workspace) -> None:
    specs = workspace.specs()
    assert specs["survey.pipeline"].confidential
    assert specs["safety.oil_gas_pipeline"].confidential
    assert workspace.editions("survey.pipeline")[0].feature_count > 1000


def test_one_layer_has_no_edition(workspace: Workspace) -> None:
    assert list(workspace.editions("safety.soil_pollution_list")) == []


def test_survey_areas_add_up_and_deductions_are_consistent(town: Town) -> None:
    columns = town.source("present.land_use").columns
    stated, net = np.array(columns["TBMJ"]), np.array(columns["TBDLMJ"])
    deducted, share = np.array(columns["KCMJ"]), np.array(columns["KCXS"])
    assert np.allclose(stated - deducted, net, atol=0.011)
    assert np.allclose(stated * share, deducted, atol=0.011)
    # the frame is 136.5 km² in the plane; the ground below it is about 2.4e-4 less
    assert stated.sum() == pytest.approx(136_500_000 * (1 - 2.4e-4), rel=2e-5)
    farmland = np.isin(columns["DLBM"], ["0101", "0102", "0103"])
    assert (share[~farmland] == 0).all()
    assert (share[farmland] > 0).any()


def test_detailed_plan_leaves_a_quarter_without_plan(town: Town) -> None:
    plots = shapely.union_all(town.source("plan.detailed").geometries)
    share = plots.area / town.urban.area
    assert 0.6 < share < 0.9
