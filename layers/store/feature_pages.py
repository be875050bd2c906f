"""Features by number and by their bounds: what pages of items and map tiles read of an edition.

Checks ask for boxes (`LayerStore.read`); who lists features asks here, and reads no more than
one page of geometries however big the layer is.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gis.errors import LantuError, Text
from layers.editions import Edition
from layers.store.columns import Column, quoted
from layers.store.protocol import Box, Features

CLASS = "class"
"""Name under which the class is asked for, beside the names of the fields."""

EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)

_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which features: bounds that meet a box, no smaller than a size in metres, values of fields.

    A feature is as big as the longer side of its bounds.
    """

    box: Box | None = None
    min_size: float = 0.0
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlines:
    """Numbers of features, in order, and their bounds.

    Bounds (minx, miny, maxx, maxy) may be rounded outwards, as indexes keep them: who needs to
    know exactly reads the feature.
    """

    ids: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TileOrder:
    """A map tile that a store may draw itself.

    Attributes
    ----------
    bounds, box
        Of the tile in Web Mercator without its margin; of what it draws in the working CRS.
    extent, margin
        Steps of its grid from edge to edge, and beyond.
    min_size, point_size
        Metres: what is smaller than the first is left out, unless it is a point, no bigger than
        the second.
    most
        How many features at most, the biggest; None: all.
    """

    bounds: Box
    box: Box
    extent: int
    margin: int
    min_size: float
    point_size: float
    most: int | None


@dataclass(frozen=True, slots=True)
class StoredTile:
    """A tile as a store drew it, with how many features it shows of how many."""

    data: bytes
    shown: int
    there: int


class FeaturePages(Protocol):
    """What a store promises to who lists features."""

    def outlines(self, edition: Edition, wanted: Wanted) -> Outlines:
        """Numbers and bounds of the features wanted, no geometry read.

        Raises
        ------
        LantuError
            `unknown_field` when `where` names a field that the edition has not; as `read`.
        """
        ...

    def numbered(self, edition: Edition, ids: Sequence[int]) -> Features:
        """Whole features by number, in order; numbers that there are not are left out."""
        ...


def outlines_of(
    connection: sqlite3.Connection, columns: Sequence[Column], wanted: Wanted
) -> Outlines:
    """Numbers and bounds out of the R-tree of an edition's GeoPackage."""
    tests, values = ["1"], list[object]()
    if wanted.box is not None:
        minx, miny, maxx, maxy = map(float, wanted.box)
        tests.append("r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ?")
        values += [maxx, minx, maxy, miny]
    if wanted.min_size > 0:
        tests.append("max(r.maxx - r.minx, r.maxy - r.miny) >= ?")
        values.append(float(wanted.min_size))
    for name, text in wanted.where.items():
        test, value = _test(column_named(columns, name), text)
        tests.append(test)
        values.append(value)
    source = "rtree_features_geom r" + (" JOIN features f ON f.fid = r.id" if wanted.where else "")
    cursor = connection.execute(
        f"SELECT r.id, r.minx, r.miny, r.maxx, r.maxy FROM {source}"
        f" WHERE {' AND '.join(tests)} ORDER BY r.id",
        values,
    )
    ids, bounds = [np.empty(0, np.int64)], [np.empty((0, 4))]
    while rows := cursor.fetchmany(_ROWS):  # a million rows as tuples would take 300 MB
        table = np.array(rows, dtype=np.float64)
        ids.append(table[:, 0].astype(np.int64))
        bounds.append(table[:, 1:])
    return Outlines(np.concatenate(ids), np.concatenate(bounds))


def numbered_rows(
    connection: sqlite3.Connection, columns: Sequence[Column], ids: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Rows (number, 0, geometry, class, values) of features by number, in order."""
    values = "".join(f", f.{quoted(column.name)}" for column in columns)
    return connection.execute(
        f"SELECT f.fid, 0, f.geom, f.class{values} FROM features f"
        " WHERE f.fid IN (SELECT value FROM json_each(?)) ORDER BY f.fid",
        (json.dumps([int(number) for number in ids]),),
    ).fetchall()


def column_named(columns: Sequence[Column], name: str) -> Column:
    """Return the column of a field, or the one of the class.

    Raises
    ------
    LantuError
        `unknown_field`.
    """
    if name == CLASS:
        return Column(CLASS, CLASS, "text")
    for column in columns:
        if column.field == name:
            return column
    known = "、".join([CLASS, *(column.field for column in columns)])
    raise LantuError(
        "unknown_field",
        Text(f"要素没有字段“{name[:80]}”", f"The features have no field {name[:80]!r}"),
        Text(f"可用的字段：{known}", f"There are: {known}"),
        where=name[:80],
    )


def _test(column: Column, text: str) -> tuple[str, object]:
    """Condition that a column holds a value, and the value as it is kept."""
    name = f"f.{quoted(column.name)}"
    if column.kind == "json":
        return f"EXISTS (SELECT 1 FROM json_each({name}) WHERE value = ?)", text
    return f"{name} = ?", typed(column, text)


def typed(column: Column, text: str) -> object:
    """Return a value of a question as the column keeps it; None, which equals nothing, if not.

    Numbers are compared as numbers: `5` finds 5.0.
    """
    if column.kind == "text":
        return text
    if column.kind == "bool":
        return {"true": 1, "false": 0, "1": 1, "0": 0}.get(text.lower())
    try:
        return float(text)
    except ValueError:
        return None
