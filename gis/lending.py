"""Files kept open for the next reader: each is lent to one thread at a time.

A file that is open belongs to whoever holds it, and is closed only when nobody does: SQLite ends
the process when one thread closes what another one reads. How many are kept open does not grow
with the number of threads.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """What can be lent."""

    def close(self) -> None:
        """Let go of the file."""
        ...


Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing", bound=Closable)


class Lending(Generic[Key, Thing]):
    """Open things by key, the last used ones; safe to use from many threads.

    Parameters
    ----------
    most
        So many are kept open while nobody uses them; those in use come on top.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._inherited: list[object] = []
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._free: OrderedDict[Key, list[Thing]] = OrderedDict()
        self._count = 0
        self._turn = 0
        weakref.finalize(self, _end, self._process, self._free).atexit = False

    def _leave_to_parent(self) -> None:
        """Begin anew after a fork: what came through it is neither used nor closed here."""
        if self._process != os.getpid():
            self._inherited.append(self._free)
            self._begin()

    @contextmanager
    def lent(self, key: Key, make: Callable[[], Thing]) -> Iterator[Thing]:
        """Lend the thing of a key, made where none is free; one that failed is not lent again."""
        self._leave_to_parent()
        turn, thing = self._taken(key)
        if thing is None:
            thing = make()
        try:
            yield thing
        except BaseException:
            thing.close()
            raise
        for old in self._given_back(key, thing, turn):
            old.close()

    def close(self) -> None:
        """Close what is free now, and what is lent when it comes back; it may be used again."""
        self._leave_to_parent()
        with self._lock:
            free = [thing for things in self._free.values() for thing in things]
            self._free.clear()
            self._count = 0
            self._turn += 1
        for thing in free:
            thing.close()

    def _taken(self, key: Key) -> tuple[int, Thing | None]:
        with self._lock:
            if key not in self._free:
                return self._turn, None
            thing = self._free[key].pop()
            self._count -= 1
            if not self._free[key]:
                del self._free[key]
            return self._turn, thing

    def _given_back(self, key: Key, thing: Thing, turn: int) -> list[Thing]:
        """Keep a thing that was lent; return those that are one too many now."""
        with self._lock:
            if turn != self._turn:
                return [thing]
            self._free.setdefault(key, []).append(thing)
            self._free.move_to_end(key)
            self._count += 1
            if self._count <= self._most:
                return []
            oldest = next(iter(self._free))
            dropped = self._free[oldest].pop(0)
            if not self._free[oldest]:
                del self._free[oldest]
            self._count -= 1
            return [dropped]


def _end(process: int, free: OrderedDict[Key, list[Thing]]) -> None:
    """Close what nobody can be lent any more, in the process that opened it."""
    if process == os.getpid():
        for things in free.values():
            for thing in things:
                thing.close()
