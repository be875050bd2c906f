"""Features in PostGIS by number and by their bounds (`FeaturePages`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    LargeBinary,
    Select,
    Text,
    cast,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from layers.store.columns import Column
from layers.store.feature_pages import (
    CLASS,
    EVERYWHERE,
    Outlines,
    Wanted,
    column_named,
    typed,
)
from layers.store.found import found_features
from layers.store.postgis_features import feature_row
from layers.store.postgis_tables import features
from layers.store.protocol import Features

_PACKED = np.dtype([("id", ">i4"), ("box", ">f8", 4)])


def read_outlines(
    connection: Connection, number: int, columns: Sequence[Column], wanted: Wanted, srid: int
) -> Outlines:
    """Numbers and bounds of the features of a set.

    They come packed in one value, 36 bytes a feature: as rows a million takes 300 MB here.
    """
    packed = connection.execute(outlines_query(number, columns, wanted, srid)).scalar_one()
    found = np.frombuffer(packed or b"", dtype=_PACKED)
    return Outlines(found["id"].astype(np.int64), found["box"].astype(np.float64))


def outlines_query(
    number: int, columns: Sequence[Column], wanted: Wanted, srid: int
) -> Select[Any]:
    """Select numbers and bounds of the features wanted, in the order of numbers, packed."""
    shape = features.c.geom
    minx, miny = func.ST_XMin(shape), func.ST_YMin(shape)
    maxx, maxy = func.ST_XMax(shape), func.ST_YMax(shape)
    row: ColumnElement[Any] = func.int4send(features.c.id, type_=LargeBinary)
    for side in (minx, miny, maxx, maxy):
        row = row.op("||")(func.float8send(side, type_=LargeBinary))
    nothing = cast(literal(b"", LargeBinary), LargeBinary)
    ordered = aggregate_order_by(nothing, features.c.id)
    query = select(func.string_agg(row, ordered, type_=LargeBinary)).where(
        features.c.feature_set == number
    )
    if wanted.box is not None:
        query = query.where(shape.op("&&")(func.ST_MakeEnvelope(*map(float, wanted.box), srid)))
    if wanted.min_size > 0:
        query = query.where(func.greatest(maxx - minx, maxy - miny) >= wanted.min_size)
    for name, text in wanted.where.items():
        query = query.where(_test(column_named(columns, name), text))
    return query


def _test(column: Column, text: str) -> ColumnElement[bool]:
    """Condition that a field holds a value."""
    if column.name == CLASS:
        return features.c["class"].is_not_distinct_from(text)
    held: ColumnElement[Any] = features.c.fields[column.name].astext
    if column.kind == "json":  # JSON in a text: a list that has the value, or the value itself
        return cast(held, JSONB).contains(func.to_jsonb(cast(literal(text), Text)))
    value = typed(column, text)
    if value is None:
        return false()
    if column.kind == "bool":
        return held == ("true" if value else "false")
    return held == text if column.kind == "text" else cast(held, Double) == value


def read_numbered(
    connection: Connection, number: int, columns: Sequence[Column], ids: Sequence[int]
) -> Features:
    """Whole features of a set by number."""
    query = select(
        features.c.id,
        literal(0),
        func.ST_AsBinary(features.c.geom, type_=LargeBinary),
        features.c["class"],
        features.c.fields,
    ).where(features.c.feature_set == number, features.c.id.in_([int(item) for item in ids]))
    names = [column.name for column in columns]
    rows = [feature_row(row, names) for row in connection.execute(query)]
    return found_features(rows, shapely.from_wkb, columns, EVERYWHERE)
