"""Small editions are held in memory: an edition is written once, so what was read stays true."""

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

Mask = npt.NDArray[np.bool_]

MOST_FEATURES: Final = 512
"""Of an edition that is held: reading it whole costs no more than a few boxes of it."""

MOST_COORDINATES: Final = 65_536
"""Of an edition that is held: about a megabyte."""

MOST_EDITIONS: Final = 256

_EVERYWHERE: Final = (-1e9, -1e9, 1e9, 1e9)


@dataclass(frozen=True, slots=True)
class _Held:
    """All features of an edition with the bounds of each piece, as (n, 4)."""

    features: Features
    bounds: Floats

    def near(self, box: Box) -> Features:
        """As the store reads them: pieces whose bounds meet the box, boundaries included."""
        low, high = self.bounds[:, :2], self.bounds[:, 2:]
        meets: Mask = np.all((low <= box[2:]) & (high >= box[:2]), axis=1)
        return self.features if meets.all() else _chosen(self.features, meets)


class HeldEditions:
    """Editions by identity, the last used ones; the edition is kept beside what it holds, so that
    its number is never another edition's. None stands for one that is too big.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[int, tuple[Edition, _Held | None]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, store: LayerStore, edition: Edition, box: Box) -> Features:
        """Return the features of a box: from memory, or as the store reads them."""
        if edition.feature_count > MOST_FEATURES:
            return store.read(edition, box)
        with self._lock:
            entry = self._held.get(id(edition))
            if entry is not None:
                self._held.move_to_end(id(edition))
        held = self._taken(store, edition) if entry is None else entry[1]
        return store.read(edition, box) if held is None else held.near(box)

    def _taken(self, store: LayerStore, edition: Edition) -> _Held | None:
        features = store.read(edition, _EVERYWHERE)
        size = int(shapely.get_num_coordinates(features.geometries).sum())
        fits = size <= MOST_COORDINATES
        held = _Held(features, shapely.bounds(features.geometries)) if fits else None
        with self._lock:
            self._held[id(edition)] = edition, held
            while len(self._held) > MOST_EDITIONS:
                self._held.popitem(last=False)
        return held


def _chosen(features: Features, rows: Mask) -> Features:
    if not rows.any():
        return NO_FEATURES
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
