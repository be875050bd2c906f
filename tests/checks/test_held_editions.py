"""Editions held in memory give what the store gives; big ones are read by boxes."""

from __future__ import annotations

import numpy as np
import shapely

from checks import held_editions
from checks.held_editions import HeldEditions
from layers.editions import Edition
from layers.store import Box, Features
from tests.support.memory_store import MemoryStore

RNG = np.random.default_rng(5)


def store_of(count: int) -> tuple[MemoryStore, Edition]:
    store = MemoryStore()
    corners = RNG.uniform(0, 9_000, (count, 2))
    rows = [
        (shapely.box(x, y, x + 400, y + 400).segmentize(5), "c", {"no": n})
        for n, (x, y) in enumerate(corners)
    ]
    store.layer("L", rows)
    return store, store.editions("L")[0]


def boxes() -> list[Box]:
    corners = RNG.uniform(0, 9_000, (40, 2))
    return [(x, y, x + 300, y + 300) for x, y in corners] + [(2e4, 2e4, 3e4, 3e4)]


def same(one: Features, other: Features) -> bool:
    return (
        one.ids.tolist() == other.ids.tolist()
        and one.classes.tolist() == other.classes.tolist()
        and one.fields == other.fields
        and bool(shapely.equals_exact(one.geometries, other.geometries).all())
    )


def test_memory_gives_what_the_store_gives() -> None:
    store, edition = store_of(60)  # polygons of 320 vertices: two pieces each
    held = HeldEditions()
    for box in boxes():
        assert same(held.read(store, edition, box), store.read(edition, box))
    # a piece that only touches the box is there as well
    minx, miny, _, _ = store.read(edition, (-1e9, -1e9, 1e9, 1e9)).geometries[0].bounds
    edge = (minx - 10, miny - 10, minx, miny)
    assert 1 in held.read(store, edition, edge).ids


def test_what_is_held_is_bounded(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(held_editions, "MOST_EDITIONS", 2)
    monkeypatch.setattr(held_editions, "MOST_COORDINATES", 3_000)
    held = HeldEditions()
    stores = [store_of(count) for count in (2, 3, 60, 4)]
    for store, edition in stores * 2:
        for box in boxes()[-3:]:
            assert same(held.read(store, edition, box), store.read(edition, box))
    assert len(held._held) == 2
