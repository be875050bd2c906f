"""500 random sites on every vector layer of the sample town: our figures against PostGIS."""

import json
from datetime import date
from pathlib import Path

import pytest

from layers.store.embedded import Workspace
from sample_data.sites import random_sites
from tests.witness.second_engine import ask_postgis, ask_us, differences, load, vector_layers
from tests.witness.town_expected import AS_OF, EXPECTED, expected_sites, measures_of

SITES = 500
DAY = date.fromisoformat(AS_OF)


@pytest.mark.postgis
@pytest.mark.slow
def test_random_sites_agree_with_postgis(postgis: str, town_workspace: Path) -> None:
    store = Workspace.open(town_workspace)
    sites = {n: shape for n, (_, shape) in enumerate(random_sites(SITES, seed=7), start=1)}
    load(postgis, store, sites, DAY)
    theirs, ours = ask_postgis(postgis), ask_us(store, sites, DAY)
    wrong = {n: found for n in sites if (found := differences(ours[n], theirs.get(n, {})))}
    assert wrong == {}
    assert len(ours) == SITES
    assert len(vector_layers(store, DAY)) >= 40
    assert len({layer for layers in theirs.values() for layer in layers}) >= 40


def test_expected_figures_of_another_program() -> None:
    """The stored figures name the program that made them, and hold areas and lengths."""
    stored = json.loads(EXPECTED.read_text(encoding="utf-8"))
    assert stored["program"].startswith("PostGIS ")
    assert len(stored["sites"]) == 20
    figures = [figure for site in stored["sites"] for figure in site["layers"].values()]
    assert sum(figure["area_m2"] is not None for figure in figures) > 100
    assert sum(figure["length_m"] is not None for figure in figures) > 10


@pytest.mark.slow
def test_our_engine_equals_the_stored_figures(town_workspace: Path) -> None:
    store = Workspace.open(town_workspace)
    stored = measures_of(json.loads(EXPECTED.read_text(encoding="utf-8")))
    sites = expected_sites()
    ours = ask_us(store, sites, DAY)
    wrong = {n: found for n in sites if (found := differences(ours[n], stored[n]))}
    assert wrong == {}, "the town changed? python -m tests.witness.town_expected"
