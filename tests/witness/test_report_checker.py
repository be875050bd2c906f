"""200 random sites of the town through an independent checker; concurrent reports are the same."""

import copy
import json
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property

import pytest
import shapely
from shapely import affinity

from checks.facts import Project
from checks.report.formats import FORMATS
from checks.rulebook.load import load_rulebook
from checks.screening import screen
from gis.site import Site
from layers.store import open_workspace
from tests.witness.report_checker import check_clear, check_report

AS_OF = date(2026, 11, 20)
SITES = 200
FACTS = (
    {},
    {"use": "factory", "height_m": 24.0, "floor_area_m2": 12_000.0, "works": "building"},
    {"use": "warehouse", "height_m": 90.0, "excavation_depth_m": 8.0, "linear": False},
)


class World:
    """The town opened once, with its rules."""

    def __init__(self, folder) -> None:
        self.store = open_workspace(folder)
        packs = self.store.packs, self.store.pack_folders()
        self.book = load_rulebook(*packs, layer_specs=self.store.specs())
        self.scenarios = sorted(self.book.scenarios)

    @cached_property
    def coverage(self):
        return {
            (layer, edition.id): edition.coverage
            for layer in self.store.specs()
            for edition in self.store.editions(layer)
        }

    def report(self, number):
        scenario = self.book.scenarios[self.scenarios[number % len(self.scenarios)]]
        facts = {k: v for k, v in FACTS[number % 3].items() if k in self.book.facts}
        return scenario, screen(
            self.site(number),
            project=Project(None, f"p{number}", facts),
            scenario=scenario,
            rulebook=self.book,
            store=self.store,
            as_of=AS_OF,
            confidential=number % 5 != 0,
        )

    def site(self, number):
        """A site of some shape: near a border now and then, some with holes, some in two parts."""
        rng = random.Random(number)
        minx, miny, maxx, maxy = self.store.area.bounds
        size = 10 ** rng.uniform(1.2, 2.7)
        x, y = rng.uniform(minx + size, maxx - size), rng.uniform(miny + size, maxy - size)
        shape = shapely.box(x - size / 2, y - size / 3, x + size / 2, y + size / 3)
        if number % 4 == 1:
            shape = shapely.Point(x, y).buffer(size / 2, quad_segs=3)
        if number % 4 == 2:
            shape = shape.difference(affinity.scale(shape, 0.4, 0.3))
        if number % 4 == 3:
            shape = shapely.union(shape, affinity.translate(shape, size * 1.3, size * 0.2))
        shape = affinity.rotate(shape, rng.uniform(0, 90))
        clipped = shapely.intersection(shape, self.store.area)
        return Site(f"s{number}", clipped, self.store.crs, self.store.crs, accuracy_m=0.1)


@pytest.fixture(scope="module")
def world(town_workspace):
    opened = World(town_workspace)
    yield opened
    opened.store.close()


@pytest.mark.slow
def test_every_measure_state_and_proof_again(world):
    affected = clear = 0
    for number in range(SITES):
        scenario, report = world.report(number)
        data = json.loads(report.to_json())
        assert check_report(data, scenario.rules) == [], number
        assert check_clear(data, world.coverage) == [], number
        affected += data["conclusion"]["counts"]["affected"]
        clear += data["conclusion"]["counts"]["clear"]
    assert affected > SITES
    assert clear > SITES


def test_the_checker_sees_what_was_changed(world):
    """A checker that finds nothing wrong must be one that could."""
    number, data, code = next(
        (number, data, finding["code"])
        for number in range(SITES)
        for data in [json.loads(world.report(number)[1].to_json())]
        for finding in data["findings"]
        if finding["pieces"] and finding["remainder"] and finding["measures"]["area_m2"]
    )
    rules = world.report(number)[0].rules

    def faults_of(change):
        changed = copy.deepcopy(data)
        change(changed, next(f for f in changed["findings"] if f["code"] == code))
        return check_report(changed, rules)

    def area(_, finding):
        finding["measures"]["area_m2"] += 0.01

    def share(_, finding):
        finding["measures"]["share"] *= 0.999

    def pieces(_, finding):
        finding["pieces"] = finding["remainder"]

    def state(report, finding):
        report["findings"].remove(finding)

    def basis(_, finding):
        finding["basis"] = []

    for change in (area, share, pieces, state, basis):
        assert faults_of(change), change.__name__


@pytest.mark.slow
def test_400_concurrent_reports_equal_the_sequential_ones(world):
    rounds, kinds = 10, 40
    alone = [world.report(number)[1].to_json() for number in range(kinds)]
    with ThreadPoolExecutor(8) as pool:
        jobs = list(range(kinds)) * rounds
        together = list(pool.map(lambda number: world.report(number)[1].to_json(), jobs))
    assert len(together) == 400
    assert all(data == alone[number] for number, data in zip(jobs, together, strict=True))


def test_concurrent_formats_equal_the_sequential_ones(world):
    reports = [world.report(number)[1].data for number in range(4)]
    keys = ("html", "geojson", "gpkg", "txt", "xlsx", "map")
    jobs = [(report, key) for report in reports for key in keys]
    alone = [FORMATS[key].render(report, "zh") for report, key in jobs]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda job: FORMATS[job[1]].render(job[0], "zh"), jobs))
    assert [len(data) for data in alone] == [len(data) for data in together]
    assert alone == together
