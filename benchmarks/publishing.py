"""Publishing a layer: read, check, repair, subdivide, index; beside named peers on one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import shapely

from benchmarks.timing import Line, seconds
from layers.ingest import PublishOptions, publish
from layers.store.embedded import Workspace
from tests.postgis_server import PostgisServer, find_binaries

FEATURES = 50_000
X, Y = 590_000.0, 2_690_000.0
SPEC = """\
key: bench.parcels
title: {zh: 地块, en: parcels}
theme: present_state
geometry: polygon
class_field: {name: KIND}
authority: 基准
"""


def run() -> Iterator[Line]:
    """Measure publishing against geopandas writing a GeoPackage, and PostGIS taking the file in."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = _source(folder / "parcels.gpkg")
        ours = _ours(folder, source)
        peer = _geopandas(folder, source)
        yield Line(
            f"publish {FEATURES} polygons", f"{FEATURES / ours:,.0f} /s",
            f"geopandas read, make_valid, write: {FEATURES / peer:,.0f} /s", peer / ours,
        )  # fmt: skip
        binaries = find_binaries()
        if binaries is not None:
            server = PostgisServer(binaries)
            try:
                theirs = _postgis(server.clone(), source)
            finally:
                server.stop()
            yield Line(
                "", "", f"PostGIS COPY, ST_MakeValid, index: {FEATURES / theirs:,.0f} /s",
                theirs / ours,
            )  # fmt: skip


def _source(path: Path) -> Path:
    """A tiling of wavy parcels with 40 vertices each."""
    import geopandas

    side = int(np.ceil(np.sqrt(FEATURES)))
    columns, rows = np.meshgrid(np.arange(side), np.arange(side))
    centres = np.column_stack([columns.ravel(), rows.ravel()])[:FEATURES] * 80.0 + (X, Y)
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = (
        np.column_stack([np.cos(angles), np.sin(angles)]) * (35 + 3 * np.sin(9 * angles))[:, None]
    )
    shapes = shapely.polygons(centres[:, None, :] + ring[None, :, :])
    frame = geopandas.GeoDataFrame(
        {"KIND": [f"0{n % 9}" for n in range(FEATURES)]}, geometry=shapes, crs="EPSG:4548"
    )
    frame.to_file(path, driver="GPKG")
    return path


def _ours(folder: Path, source: Path) -> float:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    area = shapely.box(X - 1_000, Y - 1_000, X + 30_000, Y + 30_000)
    workspace = Workspace.create(folder / "ws", crs="EPSG:4548", area=area, at=at)
    spec = folder / "spec.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    workspace.add_spec(spec, at=at)
    options = PublishOptions(
        edition="e", currency=date(2026, 1, 1), coverage="workspace", accuracy_m=1.0, at=at
    )
    return seconds(lambda: publish(workspace, "bench.parcels", source, options))


def _geopandas(folder: Path, source: Path) -> float:
    import geopandas

    def work() -> None:
        frame = geopandas.read_file(source)
        frame.geometry = frame.geometry.make_valid()
        frame.to_file(folder / "peer.gpkg", driver="GPKG")

    return seconds(work)


def _postgis(dsn: str, source: Path) -> float:
    import geopandas
    import psycopg

    def work() -> None:
        frame = geopandas.read_file(source)
        with psycopg.connect(dsn, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE raw (kind text, geom geometry)")
            with cursor.copy("COPY raw FROM STDIN") as copy:
                for row in zip(
                    frame["KIND"], shapely.to_wkb(frame.geometry, hex=True), strict=True
                ):
                    copy.write_row(row)
            cursor.execute("CREATE TABLE done AS SELECT kind, ST_MakeValid(geom) geom FROM raw")
            cursor.execute("CREATE INDEX ON done USING gist (geom)")

    return seconds(work)
