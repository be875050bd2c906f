"""Features in PostGIS by number and by their bounds (`FeaturePages`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

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
from sqlalchemy.dialects.postgresql import JSONB

from layers.store.columns import Column
from layers.store.feature_pages import (
    CLASS,
    EVERYWHERE,
    Outlines,
    Wanted,
    column_named,
    outlines_from,
    typed,
)
from layers.store.found import found_features
from layers.store.postgis_features import feature_row
from layers.store.postgis_tables import features
from layers.store.protocol import Features

_ROWS = 10_000


def read_outlines(
    connection: Connection, number: int, columns: Sequence[Column], wanted: Wanted, srid: int
) -> Outlines:
    """Numbers and bounds of the features of a set; rows come in chunks by a server cursor."""
    query = outlines_query(number, columns, wanted, srid)

    def chunks() -> Iterator[Sequence[Any]]:
        result = connection.execution_options(yield_per=_ROWS).execute(query)
        yield from result.partitions()

    return outlines_from(chunks())


def outlines_query(
    number: int, columns: Sequence[Column], wanted: Wanted, srid: int
) -> Select[Any]:
    """Select numbers and bounds of the features wanted, in the order of numbers."""
    shape = features.c.geom
    minx, miny = func.ST_XMin(shape), func.ST_YMin(shape)
    maxx, maxy = func.ST_XMax(shape), func.ST_YMax(shape)
    query = select(features.c.id, minx, miny, maxx, maxy).where(features.c.feature_set == number)
    if wanted.box is not None:
        query = query.where(shape.op("&&")(func.ST_MakeEnvelope(*map(float, wanted.box), srid)))
    if wanted.min_size > 0:
        query = query.where(func.greatest(maxx - minx, maxy - miny) >= wanted.min_size)
    for name, text in wanted.where.items():
        query = query.where(_test(column_named(columns, name), text))
    return query.order_by(features.c.id)


def _test(column: Column, text: str) -> ColumnElement[bool]:
    """Condition that a field holds a value."""
    if column.name == CLASS:
        return features.c["class"] == text
    held = features.c.fields[column.name].astext
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
