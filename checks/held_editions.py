"""Editions held in memory: an edition is written once, so what was read stays true.

A small one is taken whole when it is first asked; a larger one once as many of its features were
read box by box as it has, so that reading it whole never costs more than was spent before.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from gis.overlay import Floats
from layers.editions import Edition
from layers.store import Box, Features, LayerStore

FEW_FEATURES: Final = 512
"""Of an edition that is taken at once: reading it whole costs no more than a few boxes of it."""

MOST_BYTES: Final = 1 << 24
"""Of an edition that is held, about."""

MOST_HELD: Final = 1 << 26
"""Bytes of all that is held, about; what was not asked for longest goes first."""

MOST_EDITIONS: Final = 1024
"""Of which it is known how often they were asked for."""

_PER_FEATURE: Final = 1 << 10
_PER_COORDINATE: Final = 16
"""Bytes: a feature has a row of fields and a geometry beside its coordinates."""

_PER_BOX: Final = 32
"""Asking the store for a box takes as long as this many features of it."""

_EVERYWHERE: Final = (-1e9, -1e9, 1e9, 1e9)


@dataclass(frozen=True, slots=True)
class _Held:
    """All features of an edition with the bounds of each piece, and of all of them.

    `bounds` are four rows: west, south, east, north. Many pieces have a tree beside.
    """

    features: Features
    bounds: Floats
    whole: Box
    tree: shapely.STRtree | None
    size: int

    @classmethod
    def of(cls, features: Features) -> _Held:
        shapes = features.geometries
        bounds = np.ascontiguousarray(shapely.bounds(shapes).T)
        low, high = bounds[:2].min(axis=1, initial=np.inf), bounds[2:].max(axis=1, initial=-np.inf)
        tree = shapely.STRtree(shapes) if len(shapes) > FEW_FEATURES else None
        coordinates = int(shapely.get_num_coordinates(shapes).sum())
        size = _PER_FEATURE * len(shapes) + _PER_COORDINATE * coordinates
        return cls(features, bounds, (*low.tolist(), *high.tolist()), tree, size)

    def near(self, box: Box) -> Features:
        """As the store reads them: pieces whose bounds meet the box, boundaries included."""
        west, south, east, north = self.whole
        if west > box[2] or south > box[3] or east < box[0] or north < box[1]:
            return NO_FEATURES
        if self.tree is not None:
            rows = np.sort(self.tree.query(shapely.box(*box)))
        else:
            b = self.bounds
            meets = (b[0] <= box[2]) & (b[1] <= box[3]) & (b[2] >= box[0]) & (b[3] >= box[1])
            rows = meets.nonzero()[0]
        if len(rows) == 0:
            return NO_FEATURES
        if len(rows) == len(self.features.ids):
            return self.features
        return _chosen(self.features, rows)


@dataclass(slots=True)
class _Entry:
    """An edition, kept beside what is held of it so that its number is never another edition's.

    `read` counts the features that were read box by box; `held` is None as long as it is not
    taken, and for good where it is `too_big`.
    """

    edition: Edition
    read: int = 0
    held: _Held | None = None
    too_big: bool = False

    @property
    def due(self) -> bool:
        """Whether it is time to take all of it."""
        count = self.edition.feature_count
        if self.too_big or count * _PER_FEATURE > MOST_BYTES:
            return False
        return count <= FEW_FEATURES or self.read >= count


class HeldEditions:
    """Editions by identity, the last used ones."""

    def __init__(self) -> None:
        self._entries: OrderedDict[int, _Entry] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def read(self, store: LayerStore, edition: Edition, box: Box) -> Features:
        """Return the features of a box: from memory, or as the store reads them."""
        entry = self._entry(edition)
        held = entry.held
        if held is None and entry.due:
            held = self._taken(store, entry)
        if held is not None:
            return held.near(box)
        found = store.read(edition, box)
        entry.read += len(found.ids) + _PER_BOX
        return found

    def _entry(self, edition: Edition) -> _Entry:
        with self._lock:
            entry = self._entries.get(id(edition))
            if entry is None:
                entry = self._entries[id(edition)] = _Entry(edition)
                if len(self._entries) > MOST_EDITIONS:
                    self._drop_oldest()
            else:
                self._entries.move_to_end(id(edition))
            return entry

    def _taken(self, store: LayerStore, entry: _Entry) -> _Held | None:
        features = store.read(entry.edition, _EVERYWHERE)
        held = _Held.of(features)
        if held.size > MOST_BYTES:
            entry.too_big = True
            return None
        with self._lock:
            if entry.held is None and self._entries.get(id(entry.edition)) is entry:
                entry.held = held
                self._size += held.size
            while self._size > MOST_HELD:
                self._drop_oldest()
        return held

    def _drop_oldest(self) -> None:
        _, gone = self._entries.popitem(last=False)
        if gone.held is not None:
            self._size -= gone.held.size


def _chosen(features: Features, rows: npt.NDArray[np.int64]) -> Features:
    ids = features.ids[rows]
    return Features(
        ids,
        features.geometries[rows],
        features.classes[rows],
        {number: features.fields[number] for number in ids.tolist()},
    )


NO_FEATURES: Final = Features(np.empty(0, np.int64), np.empty(0, object), np.empty(0, object), {})

HELD: Final = HeldEditions()
"""What this process holds; checks of all threads share it."""
