"""Shapes made ready for many questions: prepared geometries, a thread's own.

GEOS builds the indexes of a prepared geometry while it answers, without a lock: asked by two
threads at once it ends the process, or answers wrongly (libgeos 825, GEOS 3.14). What a store or
an assessment holds is read by all threads. So nothing else prepares a shape, and what is prepared
is a copy that no other thread sees.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

MOST_SHAPES: Final = 64
MOST_COORDINATES: Final = 1 << 16
"""A thread keeps the copies it asked for last, so many of them and so many coordinates."""


def prepared(shape: BaseGeometry) -> BaseGeometry:
    """Return a prepared copy of a shape, for predicates of this thread only.

    Parameters
    ----------
    shape
        Any geometry, in any CRS; an empty one comes back as an empty copy. It is not altered.

    Returns
    -------
    The same points in the same order. Asked again for the same object a thread gets the same
    copy, as long as it is among the last ones.
    """
    return _own.prepared(shape)


_NOTHING: Final = shapely.Point()


class _Own(threading.local):
    """The copies of one thread by identity, each kept beside the shape that it was made of."""

    def __init__(self) -> None:
        self._copies: OrderedDict[int, tuple[BaseGeometry, BaseGeometry, int]] = OrderedDict()
        self._coordinates = 0
        self._last: BaseGeometry | None = None
        self._copy_of_last: BaseGeometry = _NOTHING

    def prepared(self, shape: BaseGeometry) -> BaseGeometry:
        if shape is not self._last:  # else the site, asked about layer after layer
            self._copy_of_last = self._kept(shape)
            self._last = shape
        return self._copy_of_last

    def _kept(self, shape: BaseGeometry) -> BaseGeometry:
        kept = self._copies.get(id(shape))
        if kept is not None:
            self._copies.move_to_end(id(shape))
            return kept[1]
        copy: BaseGeometry = shapely.set_srid(shape, shapely.get_srid(shape))
        shapely.prepare(copy)
        size = int(shapely.get_num_coordinates(shape))
        self._copies[id(shape)] = (shape, copy, size)
        self._coordinates += size
        while len(self._copies) > 1 and self._too_many():
            _, (_, _, gone) = self._copies.popitem(last=False)
            self._coordinates -= gone
        return copy

    def _too_many(self) -> bool:
        return len(self._copies) > MOST_SHAPES or self._coordinates > MOST_COORDINATES


_own = _Own()
