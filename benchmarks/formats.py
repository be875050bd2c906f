"""Every format of one report, each time a report that no cache has seen."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.screening import AS_OF
from benchmarks.timing import Line
from checks.facts import Project
from checks.report.formats import FORMATS
from checks.report.model import digest_of
from checks.rulebook.load import load_rulebook
from checks.screening import choose_scenario, screen
from gis.site import Site
from layers.store.embedded import Workspace
from sample_data.sites import random_sites

_RUNS = 6


def run(workspace: Path) -> Iterator[Line]:
    """Measure each format, warm, and all together; the goal for all is 500 ms."""
    store = Workspace.open(workspace)
    shape = next(s for _, s in random_sites(50, seed=1) if 20_000 < s.area < 100_000)
    site = Site("bench", shape, crs=store.crs, source_crs=store.crs)
    book = load_rulebook(store.packs, store.pack_folders(), layer_specs=store.specs())
    project = Project(code=None, name=None, facts={})
    scenario, _ = choose_scenario(book, project, site, None)
    base = screen(
        site, project=project, scenario=scenario, rulebook=book, store=store, as_of=AS_OF
    ).data
    taken: dict[str, list[float]] = {key: [] for key in FORMATS}
    for number in range(_RUNS):
        report = copy.deepcopy(dict(base))
        report["project"]["name"] = f"项目{number}"
        report["digest"] = digest_of(report)
        for key, form in FORMATS.items():
            start = time.perf_counter()
            form.render(report, "zh")
            taken[key].append((time.perf_counter() - start) * 1000)
    median = {key: statistics.median(times[1:]) for key, times in taken.items()}
    for key, ms in median.items():
        yield Line(f"format {key}, warm", f"{ms:.1f} ms")
    total = sum(median.values())
    yield Line(
        f"all formats, {len(base['findings'])} findings, warm",
        f"{total:.0f} ms",
        "goal 500 ms",
        500 / total,
    )
