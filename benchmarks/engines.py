"""Many sites on every layer of the town: our engine, findings included, beside PostGIS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.timing import Line, seconds
from layers.store.embedded import Workspace
from sample_data.sites import random_sites
from tests.postgis_server import PostgisServer, find_binaries
from tests.witness.second_engine import ask_postgis, ask_us, load

SITES = 100
DAY = date(2026, 11, 20)


def run(workspace: Path) -> Iterator[Line]:
    """Measure areas, lengths, counts and hits of `SITES` sites, one thread each."""
    store = Workspace.open(workspace)
    sites = {n: shape for n, (_, shape) in enumerate(random_sites(SITES, seed=3), start=1)}
    ask_us(store, dict(list(sites.items())[:3]), DAY)
    ours = seconds(lambda: ask_us(store, sites, DAY))
    binaries = find_binaries()
    if binaries is None:
        yield Line(f"{SITES} sites, all layers", f"{SITES / ours:,.0f} sites/s", "no PostGIS here")
        return
    server = PostgisServer(binaries)
    try:
        dsn = server.clone()
        load(dsn, store, sites, DAY)
        theirs = seconds(lambda: ask_postgis(dsn))
    finally:
        server.stop()
    yield Line(
        f"{SITES} sites, all layers", f"{SITES / ours:,.0f} sites/s",
        f"PostGIS, one connection: {SITES / theirs:,.0f} sites/s", theirs / ours,
    )  # fmt: skip
