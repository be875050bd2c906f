"""A million features in a folder and in PostGIS: publishing, a site's box, memory; one raster."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import shapely

from benchmarks.timing import Line, median_ms, seconds
from layers.places import Place
from layers.store import EditionDraft, FeatureTable, create_workspace, open_workspace
from layers.store.columns import as_objects
from tests.postgis_server import PostgisServer, find_binaries

FEATURES = 1_000_000
LAYERS = 4
"""All in the same place: a query must leave three quarters of what lies there alone."""
RASTER_MB = 100
AT = datetime(2026, 1, 1, tzinfo=UTC)
X, Y, SIDE = 440_000.0, 2_700_000.0, 40_000.0
SPEC = """\
key: bench.l{number}
title: {{zh: 图层, en: layer}}
theme: present_state
geometry: {geometry}
authority: 基准
"""


def run() -> Iterator[Line]:
    """Measure both stores; without PostGIS only the folder."""
    binaries = find_binaries()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["LANTU_CACHE"] = str(folder / "cache")
        ours = _filled(folder, folder / "ws")
        if binaries is None:
            yield Line(f"{FEATURES:,} features, folder: box of a site", f"{ours['box_ms']:.2f} ms")
            return
        server = PostgisServer(binaries)
        try:
            url = server.url(server.clone())
            theirs = _filled(folder, url)
            reader = _reader(url)
        finally:
            server.stop()
        for what, key, unit in (
            (f"publish {FEATURES:,} features, folder", "publish_s", "s"),
            (f"box of 400 m x 400 m, {LAYERS} layers, folder", "box_ms", "ms"),
            (f"raster of {RASTER_MB} MB published, folder", "raster_s", "s"),
            ("the raster opened for the first time, folder", "fetch_s", "s"),
            ("the raster opened again, folder", "again_ms", "ms"),
        ):
            yield Line(
                what, f"{ours[key]:.2f} {unit}", f"PostGIS: {theirs[key]:.2f} {unit}",
                theirs[key] / ours[key],
            )  # fmt: skip
        yield Line(
            "a reading process on PostGIS, 1000 boxes", f"{reader['memory_mb']:.0f} MB",
            f"its first box: {reader['first_ms']:.0f} ms",
        )  # fmt: skip


def _filled(folder: Path, place: Place) -> dict[str, float]:
    """Make a workspace, fill it, and measure."""
    workspace = create_workspace(place, crs="EPSG:4548", area=_area(), at=AT)
    for number in range(LAYERS + 1):
        spec = folder / "spec.yaml"
        geometry = "polygon" if number < LAYERS else "raster"
        spec.write_text(SPEC.format(number=number, geometry=geometry), encoding="utf-8")
        workspace.add_spec(spec, at=AT)
    tables = [_table(number) for number in range(LAYERS)]
    start = time.perf_counter()
    for number, table in enumerate(tables):
        workspace.publish(_draft(number), table)
    publish = time.perf_counter() - start
    editions = [workspace.editions(f"bench.l{number}")[0] for number in range(LAYERS)]
    boxes = iter(_boxes() * 10)

    def read() -> None:
        box = next(boxes)
        for edition in editions:
            workspace.read(edition, box)

    raster = folder / "raster.tif"
    raster.write_bytes(np.random.default_rng(1).bytes(RASTER_MB * 1_000_000))
    stored = seconds(lambda: workspace.publish(_draft(LAYERS), raster))
    edition = workspace.editions(f"bench.l{LAYERS}")[0]
    measured = {
        "publish_s": publish,
        "box_ms": median_ms(read, repeat=200),
        "raster_s": stored,
        "fetch_s": seconds(lambda: workspace.raster(edition)),
        "again_ms": median_ms(lambda: workspace.raster(edition)),
    }
    workspace.close()
    return measured


def _area() -> shapely.Polygon:
    return shapely.box(X - 1_000, Y - 1_000, X + SIDE + 1_000, Y + SIDE + 1_000)


def _table(number: int) -> FeatureTable:
    count = FEATURES // LAYERS
    rng = np.random.default_rng(number)
    x, y = X + rng.random(count) * SIDE, Y + rng.random(count) * SIDE
    fields = {"BSM": as_objects(str(one) for one in range(count)), "area": rng.random(count)}
    return FeatureTable(shapely.box(x, y, x + 60, y + 60), as_objects(["0101"] * count), fields)


def _draft(number: int) -> EditionDraft:
    day = date(2026, 1, 1)
    return EditionDraft(
        layer=f"bench.l{number}", key="e", part=None, currency=day, valid_from=day, valid_to=None,
        accuracy_m=1.0, accuracy_source=None, coverage=_area(), checksum=f"{number:064x}",
        published_at=AT,
    )  # fmt: skip


def _boxes() -> list[tuple[float, float, float, float]]:
    corners = np.random.default_rng(9).random((100, 2)) * (SIDE - 400) + (X, Y)
    return [(x, y, x + 400, y + 400) for x, y in corners.tolist()]


def _reader(url: str) -> dict[str, float]:
    """What a fresh process takes that only reads."""
    command = [sys.executable, "-m", "benchmarks.stores", url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answer: dict[str, float] = json.loads(told)
    return answer


def _read(url: str) -> None:
    workspace = open_workspace(url)
    editions = [workspace.editions(f"bench.l{number}")[0] for number in range(LAYERS)]
    start = time.perf_counter()
    workspace.read(editions[0], _boxes()[0])
    first = time.perf_counter() - start
    for box in _boxes():
        for edition in editions * 3:
            workspace.read(edition, box)
    print(json.dumps({"memory_mb": _most_memory(), "first_ms": first * 1000}))
    workspace.close()


def _most_memory() -> float:
    """Most memory that this process held, in MB (`getrusage` would count that of its parent)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (line,) = [row for row in status.read_text().splitlines() if row.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    _read(sys.argv[1])
