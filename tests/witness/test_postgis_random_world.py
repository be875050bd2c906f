"""Random overlapping layers of every kind: our figures against PostGIS."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from layers.store.drafts import EditionDraft, FeatureTable
from layers.store.embedded import Workspace
from tests.witness.second_engine import (
    FAR_M,
    ask_distances,
    ask_outside,
    ask_postgis,
    ask_us,
    differences,
    load,
)

X, Y, SIZE = 600_000.0, 2_700_000.0, 2_000.0
ORIGIN = np.array([X, Y])
AREA = shapely.box(X - SIZE, Y - SIZE, X + 2 * SIZE, Y + 2 * SIZE)
DAY = date(2026, 1, 1)

SPEC = """\
key: {key}
title: {{zh: {key}, en: {key}}}
theme: control_line
geometry: {kind}
authority: 旁证
"""


def star(rng: np.random.Generator, vertices: int, radius: float) -> BaseGeometry:
    """A star-shaped polygon at a random place; vertices at random distances."""
    x, y = ORIGIN + rng.uniform(0, SIZE, 2)
    angles = np.sort(rng.uniform(0, 2 * np.pi, vertices))
    far = rng.uniform(0.3, 1.0, vertices) * radius
    return shapely.Polygon(np.column_stack([x + far * np.cos(angles), y + far * np.sin(angles)]))


def giant(rng: np.random.Generator, vertices: int) -> BaseGeometry:
    """A wavy polygon over half the world: it is stored in many pieces."""
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    far = SIZE * (0.5 + 0.1 * np.sin(rng.integers(20, 60) * angles))
    x, y = ORIGIN + rng.uniform(0.4, 0.6, 2) * SIZE
    return shapely.Polygon(np.column_stack([x + far * np.cos(angles), y + far * np.sin(angles)]))


def polygon(rng: np.random.Generator, radius: float = 300.0) -> BaseGeometry:
    """A valid polygon, some with a hole, some in several parts."""
    shape = star(rng, int(rng.integers(5, 40)), radius)
    kind = rng.integers(0, 4)
    if kind == 1:
        shape = shapely.difference(shape, shapely.buffer(shape.representative_point(), radius / 8))
    if kind == 2:
        shape = shapely.union(shape, star(rng, 9, radius / 2))
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def line(rng: np.random.Generator) -> BaseGeometry:
    return shapely.LineString(ORIGIN + rng.uniform(0, SIZE, (int(rng.integers(2, 9)), 2)))


def world(rng: np.random.Generator) -> dict[str, tuple[str, list[BaseGeometry]]]:
    """Layers by key: overlapping polygons, a giant that is stored in pieces, a tiling, lines."""
    squares = [
        shapely.box(X + i * 100, Y + j * 100, X + i * 100 + 100, Y + j * 100 + 100)
        for i in range(20)
        for j in range(20)
    ]
    return {
        "w.overlapping": ("polygon", [polygon(rng) for _ in range(120)]),
        "w.giant": ("polygon", [giant(rng, 20_000), giant(rng, 5_000)]),
        "w.tiling": ("polygon", squares),
        "w.lines": ("line", [line(rng) for _ in range(60)]),
        "w.points": ("point", list(shapely.points(ORIGIN + rng.uniform(0, SIZE, (400, 2))))),
    }


def publish(folder: Path, layers: dict[str, tuple[str, list[BaseGeometry]]]) -> Workspace:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    workspace = Workspace.create(folder / "ws", crs="EPSG:4548", area=AREA, at=at)
    for key, (kind, geometries) in layers.items():
        spec = folder / f"{key}.yaml"
        spec.write_text(SPEC.format(key=key, kind=kind), encoding="utf-8")
        workspace.add_spec(spec, at=at)
        table = np.empty(len(geometries), dtype=object)
        table[:] = geometries
        draft = EditionDraft(
            layer=key, key="e", part=None, currency=DAY, valid_from=DAY, valid_to=None,
            accuracy_m=0.0, accuracy_source=None, coverage=AREA, published_at=at,
            checksum=hashlib.sha256(key.encode()).hexdigest(),
        )  # fmt: skip
        workspace.publish(draft, FeatureTable(table, np.full(len(table), None, dtype=object), {}))
    return workspace


def sites_of(rng: np.random.Generator) -> dict[int, BaseGeometry]:
    shapes = [polygon(rng, 150) for _ in range(60)] + [line(rng) for _ in range(15)]
    shapes += [shapely.box(X + 100, Y + 100, X + 300, Y + 200)]  # along the tiling's edges
    return dict(enumerate(shapes, start=1))


@pytest.mark.postgis
@pytest.mark.parametrize("seed", [1, 2])
def test_random_world(postgis: str, tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    workspace, sites = publish(tmp_path, world(rng)), sites_of(rng)
    load(postgis, workspace, sites, DAY)
    theirs, ours = ask_postgis(postgis), ask_us(workspace, sites, DAY)
    wrong = {n: found for n in sites if (found := differences(ours[n], theirs.get(n, {})))}
    assert wrong == {}
    assert sum(len(layers) for layers in theirs.values()) > 200


@pytest.mark.postgis
def test_outside_and_distance_of_a_random_world(postgis: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    layers = world(rng)
    layers["w.overlapping"] = ("polygon", layers["w.overlapping"][1][:25])  # leave gaps
    layers["w.points"] = ("point", layers["w.points"][1][:20])
    layers["w.lines"] = ("line", layers["w.lines"][1][:10])
    layers["w.giant"] = ("polygon", [giant(rng, 1_000)])
    workspace = publish(tmp_path, layers)
    sites = {n: shape for n, shape in sites_of(rng).items() if n % 6 == 1}
    load(postgis, workspace, sites, DAY)
    ours = ask_us(workspace, sites, DAY, "outside")
    seen = 0
    for (n, layer), outside in ask_outside(postgis).items():
        mine = ours[n][layer]
        amount = mine.length_m if sites[n].length and not sites[n].area else mine.area_m2
        assert (amount or 0.0) == pytest.approx(outside, abs=0.01, rel=1e-9), (n, layer)
        assert mine.hit == (outside > 1e-3), (n, layer)
        seen += mine.hit
    assert seen > 10
    near = ask_us(workspace, sites, DAY, "distance")
    far = 0
    for (n, layer), away in ask_distances(postgis).items():
        mine = near[n][layer]
        assert mine.hit == (away < FAR_M), (n, layer)
        if mine.hit:
            assert mine.distance_m == pytest.approx(away, abs=1e-6), (n, layer)
        far += away > 0
    assert far > 10
