"""Vector files of any GDAL format, read whole into arrays; nothing is skipped in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio

from gis.crs import GeometryArray
from gis.errors import LantuError, Text
from gis.gdal import reading
from layers.issue_log import Rejected
from layers.readers_count import (
    FileCount,
    check_geodatabase,
    check_geodatabase_rows,
    check_xml,
    count_geojson,
    count_geopackage,
    count_lines,
    count_shapefile,
    shapefile_encoding,
    text_encoding,
)
from layers.readers_files import datasets, opened, ovital_mark, several_tables
from layers.readers_raw import assembled, geometries_of, salvaged

_GDAL_FAULTS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    RuntimeError,
    ValueError,
    UnboundLocalError,  # pyogrio on text that is not UTF-8 where it expects it
    IndexError,
)
_CSV_OPTIONS = {
    "GEOM_POSSIBLE_NAMES": "WKT,wkt,geom,GEOM,geometry,GEOMETRY,the_geom,几何",
    "X_POSSIBLE_NAMES": "x,X,lon,LON,lng,longitude,Longitude,经度,east",
    "Y_POSSIBLE_NAMES": "y,Y,lat,LAT,latitude,Latitude,纬度,north",
}
_GML_OPTIONS = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}


@dataclass(frozen=True, slots=True)
class VectorTable:
    """One table of a file, in its own CRS, in the source's order.

    Attributes
    ----------
    numbers
        Number of each row in the source, from 1.
    geometries
        As read, None where null or unreadable; Z kept, M already dropped by the reader.
    fields
        Column by the source's own name.
    crs
        As the file states it: `EPSG:n` or WKT; None where it says nothing.
    crs_assumed
        The CRS is the format's rule, not a word of the file (GeoJSON without `crs`).
    rejected
        Features that could not be read at all.
    ovital
        A mark of Ovital Map, whose KML is likely in GCJ-02; empty: none.
    cut
        Row indices whose attributes are cut off.
    unreadable
        Row index -> bounds in the file's CRS (None: unknown) of geometries that are no geometry.
    closed
        Row indices whose open rings were closed.
    """

    driver: str
    table: str | None
    encoding: str
    crs: str | None
    crs_assumed: bool
    numbers: npt.NDArray[np.int64]
    geometries: GeometryArray
    fields: Mapping[str, npt.NDArray[Any]]
    features_in: int
    rejected: tuple[Rejected, ...] = ()
    unreadable: Mapping[int, tuple[float, float, float, float] | None] = field(default_factory=dict)
    null: frozenset[int] = frozenset()
    cut: tuple[int, ...] = ()
    ovital: str = ""
    closed: tuple[int, ...] = ()
    deleted: int = 0
    measured: bool = False
    warnings: tuple[str, ...] = ()


def read_vector(source: Path, *, table: str | None = None, any_table: bool = False) -> VectorTable:
    """Read one table of a vector file, folder or zip archive.

    Parameters
    ----------
    source
        Any vector format of GDAL on this machine.
    table
        Name of the table; needed where the file holds several with geometry.
    any_table
        Take the first of several (coverage files keep to one).

    Raises
    ------
    LantuError
        As `opened`, and `unreadable_file`, `table_not_found`, `several_tables`, `no_geometry`,
        `shapefile_incomplete`.
    """
    with opened(source, table=table) as path, reading() as heard:
        name = _choose_table(path, source.name, table, any_table=any_table)
        return _read(path, name, source.name, heard)


def table_names(source: Path) -> list[str]:
    """Names of the tables with geometry of a file, or of the files in a folder of several."""
    if source.is_dir() and len(found := datasets(source)) > 1:
        return [path.stem for path in found]
    with opened(source) as path, reading():
        return [name for name, kind in _listed(path, source.name) if kind is not None]


def _unreadable(shown: str, error: Exception) -> LantuError:
    reason = str(error).replace("\n", " ").split("; It might help")[0]
    reason = re.sub(r"(?:/[^/\s'\"]+)+/", "", reason)[:300]  # no path of this machine
    return LantuError(
        "unreadable_file",
        Text(f"文件“{shown}”不能读取：{reason}", f"File {shown!r} cannot be read: {reason}"),
        Text(
            "文件可能损坏、被截断或扩展名不符；请重新导出，建议 GeoPackage",
            "It may be broken, cut short or misnamed: export it again, best as GeoPackage",
        ),
    )


def _listed(path: Path, shown: str) -> list[tuple[str, str | None]]:
    try:
        return [(str(n), None if k is None else str(k)) for n, k in pyogrio.list_layers(path)]
    except _GDAL_FAULTS as error:
        if path.suffix.lower() == ".shp":
            _require_companions(path, shown)
        raise _unreadable(shown, error) from error


def _choose_table(path: Path, shown: str, table: str | None, *, any_table: bool) -> str | None:
    single = path.suffix.lower() == ".csv" or _is_collection(path)
    if single and table in {None, path.name, path.stem, shown, Path(shown).stem}:
        return None
    listed = _listed(path, shown)
    if not listed:
        raise _unreadable(shown, ValueError("no table found"))
    names = [name for name, _ in listed]
    if table is not None and table not in {path.name, path.stem, shown, Path(shown).stem}:
        exact = [n for n in names if n == table] or [
            n for n in names if n.casefold() == table.casefold()
        ]
        if not exact:
            raise LantuError(
                "table_not_found",
                Text(
                    f"“{shown}”中没有数据表“{table}”，有：{'、'.join(names[:40])}",
                    f"{shown!r} has no table {table!r}; it has: {', '.join(names[:40])}",
                ),
                Text("请核对 --table", "Check --table"),
            )
        return exact[0]
    if table is not None and table in names:
        return table
    spatial = [name for name, kind in listed if kind is not None]
    if not spatial:
        raise LantuError(
            "no_geometry",
            Text(f"“{shown}”中没有带几何的数据表", f"{shown!r} has no table with geometry"),
            Text("请核对文件，或导出带几何的图层", "Check the file; export a layer with geometry"),
        )
    if len(spatial) > 1 and not any_table:
        raise several_tables(shown, spatial)
    return spatial[0]


def _require_companions(path: Path, shown: str) -> None:
    missing = [
        suffix
        for suffix in (".shx", ".dbf")
        if not path.with_suffix(suffix).exists() and not path.with_suffix(suffix.upper()).exists()
    ]
    if missing:
        raise LantuError(
            "shapefile_incomplete",
            Text(
                f"Shapefile“{shown}”缺少 {'、'.join(missing)} 文件",
                f"Shapefile {shown!r} lacks its {', '.join(missing)} file",
            ),
            Text(
                "请把同名的 .shp、.shx、.dbf、.prj、.cpg 一并提供（可打成 zip）",
                "Give the .shp, .shx, .dbf, .prj and .cpg of one name together (a zip will do)",
            ),
        )


def _encoding(path: Path) -> str | None:
    suffix = path.suffix.lower()
    if suffix == ".shp":
        return shapefile_encoding(path)
    if suffix == ".csv":
        return text_encoding(path.read_bytes())
    return None


def _options(path: Path) -> dict[str, str]:
    return {".csv": _CSV_OPTIONS, ".gml": _GML_OPTIONS}.get(path.suffix.lower(), {})


def _is_collection(path: Path) -> bool:
    """Whether a GeoJSON says at its head that it is a FeatureCollection."""
    if path.suffix.lower() != ".geojson" or not path.is_file():
        return False
    with path.open("rb") as stream:
        return b'"FeatureCollection"' in stream.read(4096)


def _info(path: Path, encoding: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """What the driver says before reading; a GeoJSON would be parsed whole for it, so later."""
    if _is_collection(path):
        return {"driver": "GeoJSON", "features": -1}
    return dict(pyogrio.read_info(path, encoding=encoding, **options))


def _read(path: Path, table: str | None, shown: str, heard: list[str]) -> VectorTable:
    if path.suffix.lower() == ".shp":
        _require_companions(path, shown)
    options: dict[str, Any] = {"layer": table, **_options(path)}
    encoding = _encoding(path)
    try:
        if path.suffix.lower() == ".gdb" and path.is_dir():
            check_geodatabase(path)
        elif path.suffix.lower() in {".gml", ".kml"}:
            check_xml(path)
        info = _info(path, encoding, options)
        try:
            chunks, faults = salvaged(path, info, {**options, "encoding": encoding})
        except UnicodeDecodeError:
            encoding = "gb18030"
            chunks, faults = salvaged(path, info, {**options, "encoding": encoding})
        count = _counted(
            path, table, info, read=sum(len(chunk.wkb) for chunk in chunks), broken=bool(faults)
        )
    except _GDAL_FAULTS as error:
        raise _unreadable(shown, error) from error
    for chunk in chunks[:1]:
        info = {**chunk.meta, **info}
    if info.get("geometry_type") is None:
        raise LantuError(
            "no_geometry",
            Text(f"“{shown}”中没有几何", f"{shown!r} has no geometry"),
            Text(
                "CSV 须有 WKT 列，或 x、y（lon、lat）两列",
                "A CSV needs a WKT column, or columns x and y (lon and lat)",
            ),
        )
    table_read = assembled(chunks, faults, count, shapefile=info["driver"] == "ESRI Shapefile")
    cut: tuple[int, ...] = ()
    if count is not None and count.whole_records is not None:
        cut = tuple(np.flatnonzero(table_read.numbers > count.whole_records).tolist())
    geometries, unreadable, null, closed = geometries_of(
        table_read.wkb, path, table, table_read.rows
    )
    return VectorTable(
        driver=str(info["driver"]),
        table=table,
        encoding=encoding or str(info["encoding"]),
        crs=_stated_crs(info, count),
        crs_assumed=count is not None and not count.has_crs_member,
        numbers=table_read.numbers,
        geometries=geometries,
        fields=table_read.fields,
        features_in=len(table_read.numbers) + len(table_read.rejected),
        rejected=table_read.rejected,
        unreadable=unreadable,
        null=null,
        cut=cut,
        ovital=ovital_mark(path),
        closed=closed,
        deleted=0 if count is None else count.deleted,
        measured=any(mark in str(info["geometry_type"]) for mark in ("Measured", " M", "ZM")),
        warnings=tuple(dict.fromkeys(said[:200] for said in heard))[:20],
    )


def _stated_crs(info: dict[str, Any], count: FileCount | None) -> str | None:
    """The CRS that the file states: GDAL's word, but a GeoJSON's own where GDAL fell back."""
    stated = None if info["crs"] is None else str(info["crs"])
    if stated == "EPSG:4326" and count is not None and count.crs_text is not None:
        return count.crs_text
    return stated


def _counted(
    path: Path, table: str | None, info: dict[str, Any], *, read: int, broken: bool
) -> FileCount | None:
    """How many features there are by another reader than GDAL's, or by the file's own head."""
    count: FileCount | None = None
    match str(info["driver"]):
        case "GeoJSON":
            count = count_geojson(path, read=read)
        case "GeoJSONSeq":
            count = count_lines(path)
        case "OpenFileGDB" if path.is_dir() and not broken:
            check_geodatabase_rows(path, read)
        case "GPKG":
            count = count_geopackage(path, table)
        case "ESRI Shapefile" if path.suffix.lower() == ".shp":
            count = count_shapefile(path)
    if count is None and int(info["features"]) >= 0:
        count = FileCount(int(info["features"]))
    return count
