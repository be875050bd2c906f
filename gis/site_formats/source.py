"""Which CRS the coordinates of a feature are in: what the user, the file and the format say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from gis.crs import (
    crs_name,
    false_origin_shift,
    has_cgcs2000_datum,
    has_wgs84_datum,
    parse_crs,
    transform_failed,
)
from gis.errors import Note, Text
from gis.guards_crs import Bounds, no_crs, registered, resolve, values_of
from gis.guards_place import wrong_zone
from gis.local_grid import LocalGrid, local_grid_needed, local_name
from gis.site_formats.model import RawFeature, RawFile, SiteContext

WGS84_ACCURACY_M = 1.0
"""What WGS 84 read as CGCS2000 adds to a site's accuracy (CONTRACTS section 2)."""

_NAMES = {
    "geojson": ("GeoJSON 文件", "GeoJSON file"),
    "geopackage": ("GeoPackage 文件", "GeoPackage"),
    "shapefile": ("Shapefile（缺少 .prj）", "Shapefile (without .prj)"),
    "kml": ("KML 文件", "KML file"),
    "dxf": ("DXF 图", "DXF drawing"),
    "txt": ("界址点 TXT", "boundary point TXT"),
    "wkt": ("WKT", "WKT"),
    "table": ("坐标表", "table of coordinates"),
}
"""Formats as messages name them."""


@dataclass(frozen=True, slots=True)
class Source:
    """The system of a feature's coordinates; with `grid` they are local and `crs` its target."""

    crs: CRS
    name: str
    accuracy_m: float = 0.0
    notes: tuple[Note, ...] = ()
    grid: LocalGrid | None = None


def find_source(
    feature: RawFeature, file: RawFile, context: SiteContext, option: str | None, working: CRS
) -> Source:
    """Decide the CRS of a feature: the user's word, its own, the file's, the format's.

    A CRS given by the user goes before a differing one of the file, with a note: the CRS written
    in files is often the mistaken one, and the place and area guards still stand. Only a zone
    prefix in the coordinates themselves is not overruled.

    Raises
    ------
    LantuError
        `no_crs`, `unknown_crs`, `legacy_datum`, `local_grid`, `gcj02_refused`, `wrong_zone`.
    """
    stated = feature.crs or file.crs
    text = option or stated or file.assumed_crs
    if text is None:
        zh, en = _NAMES[file.format]
        raise no_crs(zh, f"The {en}", _bounds(feature.geometry))
    grid_name = local_name(text)
    if grid_name is not None:
        return _local(grid_name, feature, context)
    crs = resolve(text)
    notes: tuple[Note, ...] = ()
    if option and stated:
        crs, notes = _settle(crs, stated, feature)
    accuracy, datum_notes = _datum(crs, working, kml=file.format == "kml")
    return Source(crs, crs_name(crs), accuracy, (*notes, *datum_notes))


def _bounds(geometry: BaseGeometry | None) -> Bounds | None:
    if geometry is None or geometry.is_empty:
        return None
    minx, miny, maxx, maxy = (float(value) for value in geometry.bounds)
    return minx, miny, maxx, maxy


def _local(name: str, feature: RawFeature, context: SiteContext) -> Source:
    grid = context.local_grids.get(name)
    bounds = _bounds(feature.geometry)
    if grid is None:
        raise local_grid_needed(
            name, values_of(bounds) if bounds else "", sorted(context.local_grids)
        )
    rms = grid.rms_m or 0.0
    note = Note(
        "local_grid_used",
        Text(
            f"坐标由地方坐标系“{name}”按工作区参数转换到 {grid.target}（控制点中误差 {rms:.3f} m）",
            f"Brought from the local grid {name!r} to {grid.target} by the workspace's parameters"
            f" (control points: rms {rms:.3f} m)",
        ),
    )
    return Source(resolve(grid.target), f"local:{name}", rms, (note,), grid)


def _settle(crs: CRS, stated: str, feature: RawFeature) -> tuple[CRS, tuple[Note, ...]]:
    """Weigh the user's CRS against the stated one: follow the user, unless digits disprove it."""
    if local_name(stated) is not None:
        return crs, (_overridden(crs, stated),)
    own = registered(parse_crs(stated))
    if own == crs:
        return crs, ()
    if not feature.crs_fixed:
        return crs, (_overridden(crs, crs_name(own)),)
    if false_origin_shift(own, crs) is None:
        bounds = _bounds(feature.geometry)
        raise wrong_zone(crs_name(crs), own, values_of(bounds) if bounds else "")
    note = Note(
        "zone_prefix_kept",
        Text(
            f"坐标带有带号，按 {crs_name(own)} 读取（--crs 给出的 {crs_name(crs)} 不带带号）",
            f"The coordinates bear a zone prefix: read as {crs_name(own)}, not {crs_name(crs)}",
        ),
    )
    return own, (note,)


def _overridden(crs: CRS, stated: str) -> Note:
    return Note(
        "crs_overridden",
        Text(
            f"按用户指定的坐标系 {crs_name(crs)} 读取；文件自称 {stated}",
            f"Read in {crs_name(crs)} as the user says; the file says {stated}",
        ),
    )


@lru_cache(maxsize=64)
def _datum(crs: CRS, working: CRS, *, kml: bool) -> tuple[float, tuple[Note, ...]]:
    """Return the accuracy that a change of datum adds, and the note that says so."""
    if has_wgs84_datum(crs) and (kml or not has_wgs84_datum(working)):
        note = Note(
            "wgs84_as_cgcs2000",
            Text(
                f"坐标为 WGS 84（{crs_name(crs)}），视同 CGCS2000，"
                f"用地精度增加 {WGS84_ACCURACY_M:g} m",
                f"WGS 84 coordinates ({crs_name(crs)}) count as CGCS2000; {WGS84_ACCURACY_M:g} m"
                " are added to the site's accuracy",
            ),
        )
        return WGS84_ACCURACY_M, (note,)
    if _same_datum(crs, working):
        return 0.0, ()
    if has_cgcs2000_datum(crs):
        operation, accuracy = "CGCS2000 = WGS 84", WGS84_ACCURACY_M
    else:
        operation, accuracy = _operation(crs, working)
    note = Note(
        "datum_transformed",
        Text(
            f"坐标由 {crs_name(crs)} 经基准转换到 {crs_name(working)}，用地精度增加 {accuracy:g} m"
            f"（{operation[:120]}）",
            f"Brought from {crs_name(crs)} to {crs_name(working)} by a change of datum;"
            f" {accuracy:g} m are added to the site's accuracy ({operation[:120]})",
        ),
    )
    return accuracy, (note,)


def _operation(crs: CRS, working: CRS) -> tuple[str, float]:
    """Return PROJ's words for a change of datum and its registered accuracy, at least 1 m."""
    try:
        step = Transformer.from_crs(crs, working, always_xy=True)
    except ProjError as error:
        raise transform_failed(crs, working) from error
    return step.description or "", max(step.accuracy or 0.0, WGS84_ACCURACY_M)


def _same_datum(a: CRS, b: CRS) -> bool:
    if has_cgcs2000_datum(a) and has_cgcs2000_datum(b):
        return True
    return a.datum is not None and b.datum is not None and a.datum.name == b.datum.name
