"""From the rows that a store found in a box to `Features`; the same for all stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from layers.store.columns import Column, as_objects
from layers.store.drafts import FeatureTable
from layers.store.protocol import Box, Features

Row = tuple[Any, ...]
"""Feature number, piece, geometry as bytes, class, then a value for each column."""


def found_features(
    rows: list[Row], decode: Callable[[list[bytes]], Any], columns: Sequence[Column], box: Box
) -> Features:
    """Sort rows, decode them, and leave out those whose bounds do not meet the box.

    Indexes keep boxes in float32, rounded outwards: they find a little too much.
    """
    minx, miny, maxx, maxy = map(float, box)
    rows.sort(key=_order)
    geometries = np.asarray(decode([row[2] for row in rows]), dtype=object)
    bounds = shapely.bounds(geometries)
    meets = (
        (bounds[:, 0] <= maxx)
        & (bounds[:, 2] >= minx)
        & (bounds[:, 1] <= maxy)
        & (bounds[:, 3] >= miny)
    )
    if not meets.all():
        geometries = geometries[meets]
        rows = [row for row, kept in zip(rows, meets, strict=True) if kept]
    return Features(
        ids=np.fromiter((row[0] for row in rows), np.int64, len(rows)),
        geometries=geometries,
        classes=as_objects(row[3] for row in rows),
        fields=_fields(rows, columns),
    )


def _fields(rows: Sequence[Row], columns: Sequence[Column]) -> dict[int, dict[str, object]]:
    names = [column.field for column in columns]
    decoders = [(place, column.decode) for place, column in enumerate(columns) if column.decode]
    found: dict[int, dict[str, object]] = {}
    for row in rows:
        if row[0] in found:  # another piece of the same feature
            continue
        values = row[4:]
        fields = dict(zip(names, values, strict=True))
        for place, convert in decoders:
            if values[place] is not None:
                fields[names[place]] = convert(values[place])
        found[row[0]] = fields
    return found


def _order(row: Row) -> tuple[int, int]:
    return row[0], row[1]


def feature_table(
    geometries: Iterable[object], rows: Sequence[Row], columns: Sequence[Column]
) -> FeatureTable:
    """Make a table of geometries and of rows that hold geometry, class, and a value a column."""
    values: dict[str, Any] = {}
    for place, column in enumerate(columns, start=2):
        convert, held = column.decode, [row[place] for row in rows]
        if convert is not None:
            held = [None if value is None else convert(value) for value in held]
        values[column.field] = as_objects(held)
    return FeatureTable(as_objects(geometries), as_objects(row[1] for row in rows), values)
