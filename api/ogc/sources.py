"""Where items come from: how many there are, and the page asked for; never more is read."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from api.ogc.params import ItemQuery
from gis.errors import LantuError
from gis.prepared import prepared
from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.store.feature_pages import Wanted

if TYPE_CHECKING:
    from layers.store.workspace import Workspace

_CHUNK = 500
_NOWHERE = (1e12, 1e12, 1e12, 1e12)
_HELD_IDS = 4_000_000
"""Feature numbers kept of the last questions, 4 bytes each."""


@dataclass(frozen=True, slots=True)
class Item:
    """One feature as it is given out; the geometry in the working CRS."""

    id: str
    geometry: BaseGeometry
    properties: Mapping[str, Any]


class Source(Protocol):
    """The items of a question."""

    @property
    def matched(self) -> int:
        """How many items fit the question, whatever the page."""
        ...

    @property
    def tag(self) -> str:
        """What changes when the answer may: for ETag."""
        ...

    def page(self, offset: int, limit: int) -> Iterator[Sequence[Item]]:
        """Yield the items of a page in chunks."""
        ...


class ListSource:
    """Items that fit in memory: assessments, projects, findings."""

    def __init__(self, items: Sequence[Item], query: ItemQuery) -> None:
        self._items = [item for item in items if _fits(item, query)]
        told = hashlib.sha256()
        for item in self._items:
            told.update(f"{item.id}\0{sorted(item.properties.items())}\0".encode())
            told.update(shapely.to_wkb(item.geometry))
        self.tag = told.hexdigest()
        self.matched = len(self._items)

    def page(self, offset: int, limit: int) -> Iterator[Sequence[Item]]:
        """Yield the page."""
        yield self._items[offset : offset + limit]


def _fits(item: Item, query: ItemQuery) -> bool:
    if query.nowhere:
        return False
    if query.area is not None and not query.area.shape.intersects(item.geometry):
        return False
    return all(str(item.properties.get(name)) == value for name, value in query.where.items())


class LayerSource:
    """Features of one layer in the editions asked for, in the order of parts and numbers."""

    def __init__(
        self, workspace: Workspace, spec: LayerSpec, editions: Sequence[Edition], query: ItemQuery
    ) -> None:
        self._workspace = workspace
        self._spec = spec
        self._found = [
            (edition, _matching(workspace, edition, query))
            for edition in ([] if query.nowhere else _with_fields(workspace, editions, query))
        ]
        self.matched = sum(_count(edition, ids) for edition, ids in self._found)
        self.tag = ",".join(f"{edition.revision}:{edition.checksum}" for edition in editions)

    def page(self, offset: int, limit: int) -> Iterator[Sequence[Item]]:
        """Yield the page in chunks, each read when it is asked for."""
        for edition, ids in self._found:
            count = _count(edition, ids)
            first, last = min(offset, count), min(offset + limit, count)
            for start in range(first, last, _CHUNK):
                stop = min(start + _CHUNK, last)
                numbers = range(start + 1, stop + 1) if ids is None else ids[start:stop].tolist()
                yield layer_items(self._workspace, self._spec, edition, numbers)
            offset, limit = max(0, offset - count), limit - (last - first)


def layer_items(
    workspace: Workspace, spec: LayerSpec, edition: Edition, numbers: Sequence[int]
) -> list[Item]:
    """Return features of an edition by number."""
    read = workspace.numbered(edition, numbers)
    names = spec.class_field.codes if spec.class_field and spec.class_field.codes else {}
    items = []
    for number, geometry, code in zip(read.ids, read.geometries, read.classes, strict=True):
        properties: dict[str, Any] = {
            "edition": edition.id,
            "currency": edition.currency.isoformat(),
            **read.fields[int(number)],
            "class": code,
        }
        if code in names:
            properties["class_name"] = names[code].zh
        items.append(Item(f"{edition.revision}.{number}", geometry, properties))
    return items


def _count(edition: Edition, ids: npt.NDArray[np.int32] | None) -> int:
    return edition.feature_count if ids is None else len(ids)


def _with_fields(
    workspace: Workspace, editions: Sequence[Edition], query: ItemQuery
) -> list[Edition]:
    """Editions that have the fields asked for; refuse a field that none has."""
    if not query.where:
        return list(editions)
    kept, refused = [], None
    for edition in editions:
        try:
            workspace.outlines(edition, Wanted(box=_NOWHERE, where=query.where))
            kept.append(edition)
        except LantuError as error:
            if error.code != "unknown_field":
                raise
            refused = error
    if refused is not None and not kept:
        raise refused
    return kept


# --- which features fit -------------------------------------------------------------------------


class _Held:
    """Numbers that fitted the last questions: a next page does not ask again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[object, ...], npt.NDArray[np.int32]] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> npt.NDArray[np.int32] | None:
        """Return what is held."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: tuple[object, ...], ids: npt.NDArray[np.int32]) -> None:
        """Hold an answer; the oldest go when there are too many."""
        with self._lock:
            self._held[key] = ids
            total = sum(map(len, self._held.values()))
            while total > _HELD_IDS and len(self._held) > 1:
                total -= len(self._held.popitem(last=False)[1])


_held: WeakKeyDictionary[Workspace, _Held] = WeakKeyDictionary()


def _matching(
    workspace: Workspace, edition: Edition, query: ItemQuery
) -> npt.NDArray[np.int32] | None:
    """Numbers of the features that fit; None: all of them."""
    if query.area is None and not query.where:
        return None
    held = _held.setdefault(workspace, _Held())
    area = None if query.area is None else query.area.shape.wkb
    key = (edition.layer, edition.revision, area, tuple(sorted(query.where.items())))
    found = held.get(key)
    if found is None:
        found = _find(workspace, edition, query)
        held.put(key, found)
    return found


def _find(workspace: Workspace, edition: Edition, query: ItemQuery) -> npt.NDArray[np.int32]:
    area = query.area
    box = None if area is None else area.shape.bounds
    outlines = workspace.outlines(edition, Wanted(box=box, where=query.where))
    ids = outlines.ids.astype(np.int32)
    if area is None:
        return ids
    fits = area.surely(outlines.bounds)
    shape = prepared(area.shape)
    for start in range(0, len(ids), _CHUNK):
        unsure = np.flatnonzero(~fits[start : start + _CHUNK]) + start
        if len(unsure):
            read = workspace.numbered(edition, ids[unsure].tolist())
            fits[unsure] = shapely.intersects(shape, read.geometries)
    return ids[fits]
