"""One site against the whole sample town: warm in the process, and as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks.timing import Line, median_ms
from checks.facts import Project
from checks.report.html import render_html
from checks.rule import Scenario
from checks.rulebook.load import load_rulebook
from checks.screening import choose_scenario, screen
from gis.site import Site
from layers.store.embedded import Workspace
from sample_data.sites import random_sites
from sample_data.town.frame import ORIGIN
from tests.witness.second_engine import vector_layers

AS_OF = date(2026, 11, 20)
TWENTY = (
    "PF-01", "PF-02", "ER-01", "ER-02", "CP-01", "BL-01", "WS-01", "WS-02", "DP-01", "DP-02",
    "DP-03", "DP-04", "DP-06", "FL-01", "FL-02", "GP-01", "RS-01", "RC-01", "FI-01", "RD-01",
)  # fmt: skip
"""Control lines, plan, present use, flood, geology, heritage, a raster, a table of distances."""
_EVERYTHING = (-1e9, -1e9, 1e9, 1e9)


def run(workspace: Path) -> Iterator[Line]:
    """Measure screening, report and process; the peer is geopandas.overlay on the same layers."""
    store = Workspace.open(workspace)
    shape = next(s for _, s in random_sites(50, seed=1) if 20_000 < s.area < 100_000)
    site = Site("bench", shape, crs=store.crs, source_crs=store.crs)
    book = load_rulebook(store.packs, store.pack_folders(), layer_specs=store.specs())
    nobody = Project(code=None, name=None, facts={})
    scenario, _ = choose_scenario(book, nobody, site, None)

    def work(place: Site = site, chosen: Scenario = scenario) -> bytes:
        report = screen(
            place, project=nobody, scenario=chosen, rulebook=book, store=store, as_of=AS_OF
        )
        return report.to_json()

    few = replace(scenario, rules=TWENTY)
    places = [
        Site(name, geometry, crs=store.crs, source_crs=store.crs)
        for name, geometry in random_sites(60, seed=7)
    ]
    for rules, chosen in ((20, few), (len(scenario.rules), scenario)):
        each = [median_ms(partial(work, place, chosen), repeat=5) for place in places]
        slow = quantiles(each, n=20)[-1]
        yield Line(
            f"60 sites, {rules} rules, report.json, warm",
            f"{median(each):.1f} ms, p95 {slow:.0f}",
        )
    lane = Site("line", long_line(), crs=store.crs, source_crs=store.crs)
    yield Line(
        f"a line of {lane.geometry.length / 1000:.1f} km, report.json, warm",
        f"{median_ms(partial(work, lane)):.1f} ms",
    )
    ours = median_ms(work)
    keys = sorted({layer for code in scenario.rules for layer in book.rules[code].layers()})
    theirs, count = _geopandas(store, keys, shape)
    yield Line(
        f"one site, {len(scenario.rules)} rules, warm", f"{ours:.1f} ms",
        f"geopandas.overlay, {count} layers: {theirs:.0f} ms", theirs / ours,
    )  # fmt: skip
    report = json.loads(work())
    yield Line("report.html of it", f"{median_ms(lambda: render_html(report)):.1f} ms")
    yield from _processes(workspace, shape)


def long_line() -> BaseGeometry:
    """A linear work of 3.2 km and 20 vertices through the middle of the town."""
    east, north = ORIGIN
    return shapely.LineString(
        [(east + 3_000 + 160 * n, north + 3_000 + 60 * (n % 3)) for n in range(20)]
    )


def _geopandas(store: Workspace, keys: list[str], shape: BaseGeometry) -> tuple[float, int]:
    import geopandas

    known = vector_layers(store, AS_OF)
    frames = [
        geopandas.GeoDataFrame(
            geometry=[g for e in store.editions(k) for g in store.read(e, _EVERYTHING).geometries],
            crs=store.crs,
        )
        for k in keys
        if known.get(k) == "polygon"
    ]
    site = geopandas.GeoDataFrame(geometry=[shape], crs=store.crs)

    def work() -> list[float]:
        found = [geopandas.overlay(frame, site, how="intersection") for frame in frames]
        return [float(item.geometry.union_all().area) for item in found]

    return median_ms(work, repeat=5), len(frames)


def _processes(workspace: Path, shape: BaseGeometry) -> Iterator[Line]:
    """Whole processes: start-up is part of what a user waits for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = folder / "site.geojson"
        feature = {
            "type": "Feature",
            "properties": {},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
        site.write_text(
            json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]})
        )
        lantu = [sys.executable, "-m", "api.cli.main"]
        check = [*lantu, "-w", str(workspace), "check", str(site), "--out", str(folder / "out")]
        for what, command in (("lantu --help, process", [*lantu, "--help"]),
                              ("lantu check of one site, process", check)):  # fmt: skip

            def work(command: list[str] = command) -> object:
                return subprocess.run(command, check=True, capture_output=True)

            yield Line(what, f"{median_ms(work, repeat=5) / 1000:.2f} s")
