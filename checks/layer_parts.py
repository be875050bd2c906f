"""The parts of a layer, each an edition of its own: put together, and what each answers for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.overlay import clip, subtract
from gis.prepared import prepared
from layers.editions import Edition
from layers.store import Features

PART: Final = 1 << 40
"""Feature numbers of several parts are told apart by multiples of this."""


def joined(parts: Sequence[Features]) -> Features:
    """Return the features of all parts, numbered apart; those of a single part as they are."""
    if len(parts) == 1:
        return parts[0]
    return Features(
        np.concatenate([part.ids + index * PART for index, part in enumerate(parts)]),
        np.concatenate([part.geometries for part in parts]),
        np.concatenate([part.classes for part in parts]),
        {
            number + index * PART: fields
            for index, part in enumerate(parts)
            for number, fields in part.fields.items()
        },
    )


def proving_ground(edition: Edition, box: BaseGeometry) -> BaseGeometry:
    """Return where an edition answers for absence, exact within a box of the working CRS."""
    if edition.incomplete and edition.lost is None:
        return shapely.Polygon()
    cover = edition.coverage
    if shapely.covers(prepared(cover), box):
        cover = box
    elif not shapely.covers(box, cover):
        row = np.empty(1, dtype=object)
        row[0] = cover
        cover = clip(box, row)[0]
    return cover if edition.lost is None else subtract(cover, edition.lost)
