"""Editions: one published state of a layer or of one part of it; which of them hold on a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from gis.prepared import prepared

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Edition:
    """One write-once state of a layer, or of one part (a district) of it.

    Attributes
    ----------
    layer, key, part
        Layer key, edition key, name of the part (None: the whole layer).
    revision
        Workspace revision at which it was published.
    coverage
        Where the publisher answers for absence: a polygon in the working CRS, possibly empty.
    lost
        Where something of the source could not be taken in; absence proves nothing there.
    incomplete
        Something was lost; `lost` None beside it means: the place is unknown, hence everywhere.
    checksum
        SHA-256 of the source file.
    """

    layer: str
    key: str
    part: str | None
    revision: int
    currency: date
    valid_from: date
    valid_to: date | None
    accuracy_m: float
    accuracy_source: str | None
    coverage: BaseGeometry
    checksum: str
    feature_count: int
    file: str
    lost: BaseGeometry | None = None
    incomplete: bool = False

    _box: Box | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # most coverages are boxes: whether one holds another is then told by four numbers
        box = shapely.box(*self.coverage.bounds) if not self.coverage.is_empty else None
        same = box is not None and bool(shapely.equals(self.coverage, box))
        object.__setattr__(self, "_box", self.coverage.bounds if same else None)

    def answers_for(self, box: Box) -> bool:
        """Whether the publisher answers for absence everywhere in a box of the working CRS."""
        if self.incomplete or self.lost is not None:
            return False
        if self._box is not None:
            minx, miny, maxx, maxy = self._box
            return minx <= box[0] and miny <= box[1] and box[2] <= maxx and box[3] <= maxy
        return bool(shapely.covers(prepared(self.coverage), shapely.box(*box)))

    @property
    def id(self) -> str:
        """Name of the edition with its part: `2026a` or `2026a/haicang`."""
        return f"{self.key}/{self.part}" if self.part else self.key


def pick(editions: Iterable[Edition], *, as_of: date, known_at: int | None) -> tuple[Edition, ...]:
    """Choose, part by part, the edition in force (CONTRACTS section 4).

    Per part: `valid_from <= as_of <= valid_to`, currency not after `as_of`, published at or
    before the revision `known_at` (None: the newest); of several the latest `valid_from`, then
    the latest published. The result is ordered by part.
    """
    best: dict[str, Edition] = {}
    for edition in editions:
        if edition.valid_from > as_of or edition.currency > as_of:
            continue
        if edition.valid_to is not None and as_of > edition.valid_to:
            continue
        if known_at is not None and edition.revision > known_at:
            continue
        part = edition.part or ""
        held = best.get(part)
        if held is None or (edition.valid_from, edition.revision) > (
            held.valid_from,
            held.revision,
        ):
            best[part] = edition
    return tuple(best[part] for part in sorted(best))
