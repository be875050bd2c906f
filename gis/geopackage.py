"""Write a GeoPackage from plain values with SQLite alone: small, quick, styled for QGIS.

GDAL needs half a second to start; a report's file has a few hundred rows. The tables follow
OGC 12-128r18; the style table is the one that QGIS and GDAL look for.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import parse_crs
from gis.geometry import total_bounds

ColumnType = Literal["TEXT", "REAL", "INTEGER"]
GeometryType = Literal["MULTIPOLYGON", "MULTILINESTRING", "MULTIPOINT"]
Value = str | float | int | None

_APPLICATION_ID = 0x47504B47  # "GPKG"
_USER_VERSION = 10300
_OWN_SRS = 100_000
"""Number for a working CRS that no register names; those below are taken by registers."""

_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE,
  max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT, f_table_schema TEXT,
  f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME);
"""

_WORDS = """
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""
_SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"


@dataclass(frozen=True, slots=True)
class GpkgTable:
    """One table to write.

    Attributes
    ----------
    name
        Name of the table: ASCII letters, digits and `_`.
    title
        What people read.
    columns
        Name and type of each column; names may be Chinese.
    rows
        Values in the order of the columns.
    geometries
        One for each row, all of `geometry_type`; empty for a table without geometry.
    style
        A QML document, kept as the table's default style.
    words
        By column, what people read over it; no two of a table alike. GDAL takes it for the
        column's alternative name.
    """

    name: str
    title: str
    columns: Mapping[str, ColumnType]
    rows: Sequence[Sequence[Value]]
    geometry_type: GeometryType | None = None
    geometries: Sequence[BaseGeometry] = field(default_factory=tuple)
    style: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def write_geopackage(tables: Sequence[GpkgTable], *, crs: str, on: date) -> bytes:
    """Return a GeoPackage holding the tables.

    Parameters
    ----------
    tables
        In the order in which programs list them; a table may be empty.
    crs
        System of all geometries, metres, x east and y north.
    on
        Written as the day of the last change: the clock is not read.

    Returns
    -------
    The file. The same input gives the same content, and with one SQLite the same bytes.

    Raises
    ------
    ValueError
        When the rows and geometries of a table are not of one number.
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={_USER_VERSION}")
        connection.executescript(_SCHEMA)
        srs = _add_systems(connection, crs)
        changed = f"{on.isoformat()}T00:00:00.000Z"
        for table in tables:
            _add_table(connection, table, srs, changed)
        _add_words(connection, [table for table in tables if table.words])
        _add_styles(connection, [table for table in tables if table.style], changed)
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _add_systems(connection: sqlite3.Connection, crs: str) -> int:
    system = parse_crs(crs)
    found = system.to_epsg()
    number, organization = (found, "EPSG") if found else (_OWN_SRS, "LANTU")
    geographic = parse_crs("EPSG:4326").to_wkt("WKT1_GDAL")
    rows = [
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", None),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
        ("WGS 84 geodetic", 4326, "EPSG", 4326, geographic, None),
    ]
    if number != 4326:
        rows.append((system.name, number, organization, number, system.to_wkt("WKT1_GDAL"), None))
    connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", rows)
    return number


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _add_table(connection: sqlite3.Connection, table: GpkgTable, srs: int, changed: str) -> None:
    spatial = table.geometry_type is not None
    if spatial and len(table.rows) != len(table.geometries):
        raise ValueError(f"{len(table.rows)} rows, {len(table.geometries)} geometries")
    columns = [f"{_quoted(name)} {kind}" for name, kind in table.columns.items()]
    head = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    head += [f"geom {table.geometry_type}"] if spatial else []
    connection.execute(f"CREATE TABLE {_quoted(table.name)} ({', '.join([*head, *columns])})")
    box = _box(table.geometries) if spatial else (None, None, None, None)
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            table.name,
            "features" if spatial else "attributes",
            table.title,
            "",
            changed,
            *box,
            srs if spatial else None,
        ),
    )
    if spatial:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?,?,?,?,0,0)",
            (table.name, "geom", table.geometry_type, srs),
        )
    width = 1 + spatial + len(table.columns)
    places = ",".join("?" * width)
    for number, row in enumerate(table.rows, 1):
        blob = [_blob(table.geometries[number - 1], srs)] if spatial else []
        connection.execute(
            f"INSERT INTO {_quoted(table.name)} VALUES ({places})", (number, *blob, *row)
        )


def _box(geometries: Sequence[BaseGeometry]) -> tuple[float | None, ...]:
    return total_bounds(geometries) if geometries else (None, None, None, None)


def _blob(geometry: BaseGeometry, srs: int) -> bytes:
    """Return the GeoPackage form: header with the envelope, then little-endian WKB."""
    min_x, min_y, max_x, max_y = geometry.bounds
    head: bytes = struct.pack("<2sBBi4d", b"GP", 0, 0b0000_0011, srs, min_x, max_x, min_y, max_y)
    body: bytes = shapely.to_wkb(geometry, byte_order=1, output_dimension=2)
    return head + body


def _add_words(connection: sqlite3.Connection, tables: Sequence[GpkgTable]) -> None:
    """Write the schema extension: what the columns are called for people."""
    if not tables:
        return
    connection.executescript(_WORDS)
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [
            (name, _SCHEMA_EXTENSION)
            for name in ("gpkg_data_columns", "gpkg_data_column_constraints")
        ],
    )
    connection.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title) VALUES (?,?,?,?)",
        [
            (table.name, column, word, word)
            for table in tables
            for column, word in table.words.items()
        ],
    )


def _add_styles(connection: sqlite3.Connection, tables: Sequence[GpkgTable], changed: str) -> None:
    if not tables:
        return
    connection.executescript(_STYLES)
    connection.execute(
        "INSERT INTO gpkg_contents VALUES ('layer_styles','attributes','layer_styles','',?,"
        "NULL,NULL,NULL,NULL,NULL)",
        (changed,),
    )
    connection.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
        " update_time) VALUES ('','',?,?,?,?,'',1,?,'',?)",
        [
            (
                table.name,
                "geom" if table.geometry_type else "",
                table.name,
                table.style,
                table.title,
                changed,
            )
            for table in tables
        ],
    )
