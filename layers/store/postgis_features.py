"""Features of an edition in PostGIS: copied in whole and in pieces, found by box.

Coordinates are kept as they were given; attributes as JSONB by the name of their column.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from psycopg.types.json import Jsonb
from sqlalchemy import (
    Connection,
    Double,
    Integer,
    LargeBinary,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects import registry

from gis.geometry import subdivide
from layers.store.columns import Column, Encoded, encode
from layers.store.drafts import FeatureTable
from layers.store.edition_file import check_table, rows_to_cut
from layers.store.found import Row, feature_table, found_features
from layers.store.postgis_tables import feature_sets, features, pieces
from layers.store.protocol import Box, Features

SAMPLE = 500
"""Rows of features, and of pieces, that a fingerprint looks into beside counting them all."""

_CHUNK = 5_000
_SIDES = ("minx", "miny", "maxx", "maxy")


def write_features(connection: Connection, table: FeatureTable, srid: int) -> int:
    """Copy a feature table in; return the number of the set.

    Raises
    ------
    LantuError
        `bad_features` when arrays differ in length or a geometry is missing or empty.
    """
    check_table(table)
    encoded = encode(table.columns)
    fields = [astuple(_column(item)) for item in encoded]
    number = connection.execute(
        insert(feature_sets).values(fields=fields, srid=srid).returning(feature_sets.c.id)
    ).scalar_one()
    cut = rows_to_cut(table.geometries)
    is_cut = np.zeros(len(table.geometries), bool)
    is_cut[cut] = True
    cursor = connection.connection.cursor()
    with cursor.copy(
        "COPY features (feature_set, id, class, fields, cut, geom) FROM STDIN (FORMAT BINARY)"
    ) as copy:
        copy.set_types(["int4", "int4", "text", "jsonb", "bool", "bytea"])
        for row in _feature_rows(table, encoded, is_cut, srid):
            copy.write_row((number, *row))
    with cursor.copy(
        "COPY pieces (feature_set, id, piece, geom) FROM STDIN (FORMAT BINARY)"
    ) as copy:
        copy.set_types(["int4", "int4", "int4", "bytea"])
        for row in cut:
            parts = np.array(subdivide(table.geometries[row]), dtype=object)
            for piece, wkb in enumerate(_ewkb(parts, srid)):
                copy.write_row((number, int(row) + 1, piece, wkb))
    cursor.close()
    return int(number)


def _column(item: Encoded) -> Column:
    """Column as it is kept here: JSON does not tell 5.0 from 5 in every case."""
    column = item.column
    if column.kind == "number" and item.values.dtype.kind == "f":
        return Column(column.field, column.name, "float")
    return column


def _ewkb(geometries: npt.NDArray[np.object_], srid: int) -> list[bytes]:
    marked = shapely.set_srid(geometries, srid)
    listed: list[bytes] = shapely.to_wkb(marked, include_srid=srid != 0).tolist()
    return listed


def _feature_rows(
    table: FeatureTable, encoded: Sequence[Encoded], cut: npt.NDArray[np.bool_], srid: int
) -> Iterator[tuple[Any, ...]]:
    names = [item.column.name for item in encoded]
    for start in range(0, len(table.geometries), _CHUNK):
        part = slice(start, start + _CHUNK)
        columns = [_values(item, part) for item in encoded]
        wkb = _ewkb(table.geometries[part], srid)
        classes = np.asarray(table.classes[part], dtype=object).tolist()
        for place, blob in enumerate(wkb):
            fields = {
                name: column[place]
                for name, column in zip(names, columns, strict=True)
                if column[place] is not None
            }
            number = start + place
            yield number + 1, classes[place], Jsonb(fields), bool(cut[number]), blob


def _values(item: Encoded, part: slice) -> list[Any]:
    values: list[Any] = item.values[part].tolist()
    if item.mask is not None:
        missing = item.mask[part].tolist()
        values = [None if gone else value for value, gone in zip(values, missing, strict=True)]
    if item.values.dtype.kind == "f":
        return [_float(value) for value in values]
    return values


def _float(value: float) -> float | str | None:
    """Return a float that JSONB keeps; as text where its decimal number would lose something."""
    if math.isnan(value):
        return None
    told = repr(value)
    return told if "e" in told or "inf" in told or told == "-0.0" else value


# --- reading ------------------------------------------------------------------------------------


def set_columns(connection: Connection, number: int) -> list[Column] | None:
    """Columns of a set, None where it is gone."""
    found = connection.execute(
        select(feature_sets.c.fields).where(feature_sets.c.id == number)
    ).scalar_one_or_none()
    return None if found is None else [Column(*column) for column in found]


@cache
def box_query() -> str:
    """Select pieces and uncut features whose bounds meet a box, by the index on set and box.

    It takes `set`, `minx`, `miny`, `maxx`, `maxy`, `srid`, and is put into words once: each check
    asks it for each layer.
    """
    number = bindparam("set", type_=Integer)
    sides = [bindparam(name, type_=Double) for name in _SIDES]
    envelope = func.ST_MakeEnvelope(*sides, bindparam("srid", type_=Integer))
    whole = select(
        features.c.id,
        literal_column("0"),
        func.ST_AsBinary(features.c.geom, type_=LargeBinary),
        features.c["class"],
        features.c.fields,
    ).where(
        features.c.feature_set == number,
        features.c.geom.op("&&")(envelope),
        ~features.c.cut,
    )
    cut = (
        select(
            pieces.c.id,
            pieces.c.piece,
            func.ST_AsBinary(pieces.c.geom, type_=LargeBinary),
            features.c["class"],
            features.c.fields,
        )
        .join_from(
            pieces,
            features,
            (features.c.feature_set == pieces.c.feature_set) & (features.c.id == pieces.c.id),
        )
        .where(pieces.c.feature_set == number, pieces.c.geom.op("&&")(envelope))
    )
    return str(union_all(whole, cut).compile(dialect=registry.load("postgresql.psycopg")()))


def read_box(
    connection: Connection, number: int, columns: Sequence[Column], box: Box, srid: int
) -> Features:
    """Return the features of a set whose bounds meet the box."""
    names = [column.name for column in columns]
    values = {"set": number, "srid": srid, **dict(zip(_SIDES, map(float, box), strict=True))}
    found = connection.exec_driver_sql(box_query(), values).all()
    rows = [feature_row(row, names) for row in found]
    return found_features(rows, shapely.from_wkb, columns, box)


def read_whole(connection: Connection, number: int, columns: Sequence[Column]) -> FeatureTable:
    """Return all features of a set as they were copied in."""
    names = [column.name for column in columns]
    query = (
        select(
            features.c.id,
            literal(0),
            func.ST_AsBinary(features.c.geom, type_=LargeBinary),
            features.c["class"],
            features.c.fields,
        )
        .where(features.c.feature_set == number, features.c.id > bindparam("after"))
        .order_by(features.c.id)
        .limit(_CHUNK)
    )
    geometries: list[object] = []
    rows: list[Row] = []
    while found := connection.execute(query, {"after": len(rows)}).all():
        geometries += [shapely.from_wkb(row[2]) for row in found]
        rows += [(None, *feature_row(row, names)[3:]) for row in found]
    return feature_table(geometries, rows, columns)


def feature_row(row: Sequence[Any], names: Sequence[str]) -> Row:
    """Row of number, piece, WKB, class and fields, the fields in the order of the columns."""
    number, piece, wkb, label, fields = row
    held: Mapping[str, Any] = fields
    return number, piece, bytes(wkb), label, *(held.get(name) for name in names)


# --- fingerprint --------------------------------------------------------------------------------

_COUNT = """SELECT (SELECT count(*) FROM features WHERE feature_set = %(set)s),
    (SELECT count(*) FROM pieces WHERE feature_set = %(set)s)"""

_DIGEST = """SELECT
    (SELECT md5(coalesce(string_agg(md5(concat_ws('|', id, class, fields::text, cut,
            CASE WHEN cut THEN '' ELSE md5(ST_AsEWKB(geom)) END)), '' ORDER BY id), ''))
        FROM features WHERE feature_set = %(set)s AND id = ANY(%(ids)s)),
    (SELECT md5(coalesce(string_agg(md5(concat_ws('|', id, piece, md5(ST_AsEWKB(geom)))), ''
            ORDER BY id, piece), ''))
        FROM (SELECT id, piece, geom, row_number() OVER (ORDER BY id, piece) AS row
            FROM pieces WHERE feature_set = %(set)s) AS numbered
        WHERE row %% %(step)s = 0),
    (SELECT md5(fields::text || srid) FROM feature_sets WHERE id = %(set)s)"""


def set_fingerprint(connection: Connection, number: int) -> str:
    """Return `rows:<features>:<pieces>:<hex>`: all rows counted, some of them read.

    Up to `SAMPLE` features and twice as many pieces are read, spread evenly, which finds rows
    that are missing or a table restored in part; a single altered row of a big set may escape.
    """
    counts = connection.exec_driver_sql(_COUNT, {"set": number}).one()
    total, cut = int(counts[0]), int(counts[1])
    ids = sorted({1 + total * place // SAMPLE for place in range(SAMPLE)}) if total else []
    values = {"set": number, "ids": ids, "step": max(1, cut // SAMPLE)}
    digests = connection.exec_driver_sql(_DIGEST, values).one()
    return f"rows:{total}:{cut}:{''.join(str(digest)[:12] for digest in digests)}"
