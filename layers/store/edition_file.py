"""Write an edition as one GeoPackage that any GIS opens.

Tables: `features` (whole original geometries, class, attributes), `pieces` (big polygons cut
for box queries), `lantu_big` (attributes of the features in pieces), `lantu_columns` (which
column holds which field). The first two carry an R-tree.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from gis.errors import LantuError, Text
from gis.geometry import MAX_VERTICES, subdivide
from layers.store.columns import Encoded, encode, quoted
from layers.store.drafts import FeatureTable

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def write_edition_file(path: Path, table: FeatureTable, *, crs: str, at: datetime) -> None:
    """Write a feature table to a new GeoPackage.

    Parameters
    ----------
    path
        A file that does not exist yet.
    table
        Features in the working CRS; row `i` becomes feature `i + 1`. No features: the file has
        an empty table. Polygons of more than `MAX_VERTICES` vertices are cut as well.
    crs
        The working CRS.
    at
        Publication time, written where a GeoPackage wants the time of its last change.

    Raises
    ------
    LantuError
        `bad_features` when arrays differ in length or a geometry is missing or empty.
    """
    check_table(table)
    encoded = encode(table.columns)
    _write_features(path, table, encoded, crs)
    big = _write_pieces(path, table, crs)
    _finish(path, encoded, big, at)


def check_table(table: FeatureTable) -> None:
    """Refuse a table whose arrays differ in length or that lacks a geometry (`bad_features`)."""
    count = len(table.geometries)
    lengths = {"classes": len(table.classes)}
    lengths.update((name, len(values)) for name, values in table.columns.items())
    wrong = [f"{name}: {length}" for name, length in lengths.items() if length != count]
    bad = np.flatnonzero(shapely.is_missing(table.geometries) | shapely.is_empty(table.geometries))
    if not wrong and not len(bad):
        return
    said = ", ".join(wrong) if wrong else f"#{bad[0] + 1}"
    raise LantuError(
        "bad_features",
        Text(
            f"要素表不完整（{count} 个要素；{said}）",
            f"Feature table of {count} rows: fault at {said}",
        ),
        Text(
            "列长须与要素数一致，几何不得为空",
            "Columns must be as long as the table, and no geometry may be empty",
        ),
    )


def _geometry_type(geometries: npt.NDArray[np.object_]) -> str:
    """Name of the one type there is, else `Unknown`: geometries are kept as they are."""
    kinds = np.unique(shapely.get_type_id(geometries))
    return str(geometries[0].geom_type) if len(kinds) == 1 else "Unknown"


def _write_features(path: Path, table: FeatureTable, encoded: list[Encoded], crs: str) -> None:
    import pyogrio.raw

    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(table.geometries),
        [np.asarray(table.classes, dtype=object), *(item.values for item in encoded)],
        ["class", *(item.column.name for item in encoded)],
        field_mask=[None, *(item.mask for item in encoded)],
        layer="features",
        driver="GPKG",
        geometry_type=_geometry_type(table.geometries),
        promote_to_multi=False,
        crs=crs,
    )


def rows_to_cut(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """Rows of the polygons that are read in pieces."""
    vertices = shapely.get_num_coordinates(geometries)
    polygon = np.isin(shapely.get_type_id(geometries), _POLYGONS)
    return np.flatnonzero(polygon & (vertices > MAX_VERTICES))


def _write_pieces(path: Path, table: FeatureTable, crs: str) -> list[int]:
    """Cut the big polygons; return their feature numbers."""
    import pyogrio.raw

    geometries = table.geometries
    rows = rows_to_cut(geometries)
    if not len(rows):
        return []
    parts = [subdivide(geometries[row]) for row in rows]
    counts = [len(part) for part in parts]
    pieces = np.array([piece for part in parts for piece in part], dtype=object)
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(pieces),
        [
            np.repeat(rows + 1, counts).astype(np.int64),
            np.concatenate([np.arange(count, dtype=np.int64) for count in counts]),
        ],
        ["feature", "piece"],
        layer="pieces",
        driver="GPKG",
        geometry_type=_geometry_type(pieces),
        promote_to_multi=False,
        crs=crs,
    )
    return [int(row) + 1 for row in rows]


def _finish(path: Path, encoded: list[Encoded], big: list[int], at: datetime) -> None:
    """Add our own tables and settle the time stamps."""
    names = ["class", *(item.column.name for item in encoded)]
    columns = [quoted(name) for name in names]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")  # the caller brings the whole file to disk
        connection.execute("BEGIN")
        connection.execute(
            "CREATE TABLE lantu_columns"
            " (id INTEGER PRIMARY KEY NOT NULL, field TEXT, name TEXT, kind TEXT)"
        )
        connection.executemany(
            "INSERT INTO lantu_columns (field, name, kind) VALUES (?, ?, ?)",
            [(item.column.field, item.column.name, item.column.kind) for item in encoded],
        )
        _describe(connection, "lantu_columns")
        if big:
            listed = ", ".join(columns)
            types = dict(connection.execute("SELECT name, type FROM pragma_table_info('features')"))
            typed = [f"{quoted(name)} {types[name]}" for name in names]
            connection.execute(
                f"CREATE TABLE lantu_big (fid INTEGER PRIMARY KEY NOT NULL, {', '.join(typed)})"
            )
            connection.executemany(
                f"INSERT INTO lantu_big SELECT fid, {listed} FROM features WHERE fid = ?",
                [(number,) for number in big],
            )
            _describe(connection, "lantu_big")
        stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        connection.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
        connection.execute("COMMIT")


def _describe(connection: sqlite3.Connection, table: str) -> None:
    """Register a table without geometry, so that the file stays a valid GeoPackage."""
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
        " VALUES (?, 'attributes', ?, '1970-01-01T00:00:00.000Z')",
        (table, table),
    )
