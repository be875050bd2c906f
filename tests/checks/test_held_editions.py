"""Editions held in memory give what the store gives; big ones are read by boxes."""

from __future__ import annotations

import numpy as np
import pytest
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


class Counting(MemoryStore):
    """Counts how often a box, and how often everything, is read."""

    boxes = 0
    wholes = 0

    def read(self, edition: Edition, box: Box) -> Features:
        if box[0] <= -1e8:
            self.wholes += 1
        else:
            self.boxes += 1
        return super().read(edition, box)


def test_a_large_edition_is_taken_once_it_was_asked_for_often_enough() -> None:
    store = Counting()
    count = held_editions.FEW_FEATURES + 1
    store.layer("L", [shapely.box(x, 0, x + 1, 1) for x in range(count)])
    edition = store.editions("L")[0]
    held = HeldEditions()
    for _ in range(100):
        assert held.read(store, edition, (2.5, 0, 3.5, 1)).ids.tolist() == [3, 4]
    assert store.wholes == 1
    assert 1 < store.boxes < count / 2, "a box costs as much as some features, not as few"


def test_what_is_too_large_is_read_whole_once_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Counting()
    store.layer("L", [shapely.box(x, 0, x + 1, 1).segmentize(0.01) for x in range(9)])
    monkeypatch.setattr(held_editions, "MOST_BYTES", 9 * 1024 + 9 * 401 * 16 - 1)
    held = HeldEditions()
    for _ in range(50):
        held.read(store, store.editions("L")[0], (2.5, 0, 3.5, 1))
    assert (store.wholes, store.boxes) == (1, 50)


def test_what_is_too_large_by_its_number_of_features_is_never_read_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held_editions, "MOST_BYTES", 9 * 1024 - 1)
    store = Counting()
    store.layer("L", [shapely.box(x, 0, x + 1, 1) for x in range(9)])
    held = HeldEditions()
    for _ in range(50):
        held.read(store, store.editions("L")[0], (2.5, 0, 3.5, 1))
    assert (store.wholes, store.boxes) == (0, 50)


@pytest.mark.parametrize(("editions", "size"), [(2, 10**9), (100, 10_000)])
def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch, editions: int, size: int) -> None:
    monkeypatch.setattr(held_editions, "MOST_EDITIONS", editions)
    monkeypatch.setattr(held_editions, "MOST_HELD", size)
    held = HeldEditions()
    stores = [store_of(count) for count in (2, 3, 60, 4)]
    for store, edition in stores * 2:
        for box in boxes()[-3:]:
            assert same(held.read(store, edition, box), store.read(edition, box))
            kept = [entry.held.size for entry in held._entries.values() if entry.held]
            assert sum(kept) == held._size <= size
            assert len(held._entries) <= editions
