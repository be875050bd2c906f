"""Every format of one report, each time a report that no cache has seen."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.screening import AS_OF
from benchmarks.timing import Line
from checks.facts import Project
from checks.report.canonical import digest_of
from checks.report.formats import FORMATS, render_all
from checks.rulebook.load import load_rulebook
from checks.screening import choose_scenario, screen
from gis.site import Site
from layers.store.embedded import Workspace
from sample_data.sites import random_sites

_RUNS = 8


def run(workspace: Path) -> Iterator[Line]:
    """Measure each format alone, warm, and all of one report together: the gate is 500 ms.

    Beside them stands a loop of plain Python, of about 30 ms on a quiet machine: where it takes
    longer, so does everything else.
    """
    base = _report(workspace)
    alone: dict[str, list[float]] = {key: [] for key in FORMATS}
    together, loops = [], []
    for number in range(_RUNS):
        report = _anew(base, f"项目{number}")
        for key, form in FORMATS.items():
            start = time.perf_counter()
            form.render(report, "zh")
            alone[key].append((time.perf_counter() - start) * 1000)
    for number in range(_RUNS):
        report = _anew(base, f"工程{number}")
        loops.append(_loop())
        start = time.perf_counter()
        render_all(report, tuple(FORMATS), "zh")
        together.append((time.perf_counter() - start) * 1000)
    for key, times in alone.items():
        yield Line(f"format {key} alone, warm", f"{statistics.median(times[1:]):.1f} ms")
    yield Line("a loop of a million steps", f"{statistics.median(loops):.0f} ms")
    total = statistics.median(together[1:])
    yield Line(
        f"all formats of a report, {len(base['findings'])} findings",
        f"{total:.0f} ms",
        "gate 500 ms",
        500 / total,
    )


def _report(workspace: Path) -> dict[str, Any]:
    store = Workspace.open(workspace)
    shape = next(s for _, s in random_sites(50, seed=1) if 20_000 < s.area < 100_000)
    site = Site("bench", shape, crs=store.crs, source_crs=store.crs)
    book = load_rulebook(store.packs, store.pack_folders(), layer_specs=store.specs())
    project = Project(code=None, name=None, facts={})
    scenario, _ = choose_scenario(book, project, site, None)
    report = screen(
        site, project=project, scenario=scenario, rulebook=book, store=store, as_of=AS_OF
    )
    return dict(report.data)


def _anew(base: dict[str, Any], name: str) -> dict[str, Any]:
    """A report of another project: no cache has seen it."""
    report = copy.deepcopy(base)
    report["project"]["name"] = name
    report["digest"] = digest_of(report)
    return report


def _loop() -> float:
    start = time.perf_counter()
    total = 0
    for number in range(1_000_000):
        total += number * number
    return (time.perf_counter() - start) * 1000
