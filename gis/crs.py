"""Coordinate reference systems: choose, read, guard, transform."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Text

GeometryArray = npt.NDArray[np.object_]

DENSIFY_M = 70.0
"""Longest edge before a transformation: a longer one, moved by its ends, leaves its course."""

METRES_PER_DEGREE = 111_320.0


@lru_cache(maxsize=256)
def parse_crs(text: str) -> CRS:
    """Read a CRS from `EPSG:n`, an OGC URN, WKT or a PROJ string.

    Raises
    ------
    LantuError
        `unknown_crs` when PROJ knows no such system.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError as error:
        raise LantuError(
            "unknown_crs",
            Text(f"无法识别坐标系“{text[:80]}”", f"Unknown coordinate system {text[:80]!r}"),
            Text(
                "请写 EPSG 代码，例如 EPSG:4548（2000国家大地坐标系，中央经线117°）",
                "Give an EPSG code such as EPSG:4548 (CGCS2000, central meridian 117E)",
            ),
        ) from error


def working_crs(text: str) -> CRS:
    """Read a working CRS: projected, both axes in metres.

    Raises
    ------
    LantuError
        `unknown_crs`, or `working_crs_not_metric` when it is not projected in metres.
    """
    crs = parse_crs(text)
    units = {axis.unit_name for axis in crs.axis_info}
    if not crs.is_projected or units != {"metre"}:
        raise LantuError(
            "working_crs_not_metric",
            Text(
                f"工作坐标系 {text} 不是以米为单位的投影坐标系（{'、'.join(sorted(units))}）",
                f"Working CRS {text} has units {', '.join(sorted(units))}, not projected metres",
            ),
            Text(
                "请选用以米为单位的投影坐标系，例如 EPSG:4548",
                "Choose a projected CRS in metres, such as EPSG:4548",
            ),
        )
    return crs


@lru_cache(maxsize=256)
def crs_name(crs: CRS) -> str:
    """Return `EPSG:n` where the register knows the system, else its own name."""
    return crs_code(crs) or str(crs.name)


@lru_cache(maxsize=256)
def crs_code(crs: CRS) -> str | None:
    """Return `EPSG:n`, or another register's code; None where no register knows the system."""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else None


def has_cgcs2000_datum(crs: CRS) -> bool:
    """Whether coordinates of this system stand on China Geodetic Coordinate System 2000."""
    return crs.datum is not None and crs.datum.name.replace("_", " ") in {
        "China 2000",
        "D China 2000",
        "China Geodetic Coordinate System 2000",
    }


def has_wgs84_datum(crs: CRS) -> bool:
    """Whether coordinates of this system stand on WGS 84 (any realisation or the ensemble)."""
    return crs.datum is not None and crs.datum.name.replace("_", " ").startswith(
        ("World Geodetic System 1984", "WGS 84", "WGS 1984")
    )


@lru_cache(maxsize=256)
def false_origin_shift(source: CRS, target: CRS) -> tuple[float, float] | None:
    """Return what to add to x and y where two systems differ in the false origin only.

    The same datum, projection and parameters in metres, as EPSG:4527 (zone prefix) and
    EPSG:4548: then coordinates are shifted and stay exact. None for every other pair.
    """
    a, b = source.coordinate_operation, target.coordinate_operation
    if not (source.is_projected and target.is_projected) or a is None or b is None:
        return None
    if a.method_name != b.method_name or source.geodetic_crs != target.geodetic_crs:
        return None
    if {axis.unit_name for axis in (*source.axis_info, *target.axis_info)} != {"metre"}:
        return None
    values = [{param.name: param.value for param in operation.params} for operation in (a, b)]
    names = ("False easting", "False northing")
    if any(name not in value for name in names for value in values):
        return None
    east, north = (float(values[1].pop(name)) - float(values[0].pop(name)) for name in names)
    return (east, north) if values[0] == values[1] else None


@lru_cache(maxsize=64)
def _transformers(source: CRS, target: CRS) -> tuple[Transformer, ...]:
    """Steps from source to target; CGCS2000 meets foreign datums by way of WGS 84.

    PROJ knows no operation from CGCS2000 to other datums and would keep latitude and longitude
    as they are: 160 m wrong in Switzerland. CGCS2000 and WGS 84 agree within a decimetre.
    """
    cgcs2000, wgs84 = CRS.from_epsg(4490), CRS.from_epsg(4326)
    pairs = [(source, target)]
    if has_cgcs2000_datum(source) and not has_cgcs2000_datum(target):
        pairs = [(source, cgcs2000), (wgs84, target)]
    elif has_cgcs2000_datum(target) and not has_cgcs2000_datum(source):
        pairs = [(source, wgs84), (cgcs2000, target)]
    try:
        return tuple(Transformer.from_crs(a, b, always_xy=True) for a, b in pairs if a != b)
    except ProjError as error:
        raise transform_failed(source, target) from error


def transform_failed(source: CRS, target: CRS) -> LantuError:
    """Return the fault of coordinates that PROJ cannot bring from one system to the other."""
    return LantuError(
        "transform_failed",
        Text(
            f"有坐标不能从 {crs_name(source)} 转换到 {crs_name(target)}",
            f"Some coordinates cannot be brought from {crs_name(source)} to {crs_name(target)}",
        ),
        Text(
            "坐标可能不属于该坐标系，请核对坐标系与坐标顺序",
            "The coordinates may not belong to that system: check CRS and axis order",
        ),
    )


def transform_points(
    xy: npt.NDArray[np.float64], source: CRS, target: CRS
) -> npt.NDArray[np.float64]:
    """Transform an (n, 2) array of x (east), y (north) between systems.

    Axis order is always east, north whatever the register says. What PROJ cannot transform
    comes back as infinity.
    """
    if len(xy) == 0 or source == target:
        return xy
    shift = false_origin_shift(source, target)
    if shift is not None:
        return xy + np.array(shift, dtype=np.float64)
    x, y = xy[:, 0], xy[:, 1]
    for step in _transformers(source, target):
        x, y = step.transform(x, y)
    return np.column_stack([x, y])


def densify(geometries: GeometryArray, crs: CRS) -> GeometryArray:
    """Insert vertices so that no edge is longer than `DENSIFY_M` metres, in the CRS given.

    GEOS mends a polygon that rounding of the new vertices made invalid, and may change its type
    or area by that; such rows are densified ring by ring instead, left for the caller to judge.
    """
    metres_per_unit = (
        METRES_PER_DEGREE if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    )
    step = DENSIFY_M / metres_per_unit
    dense = np.asarray(geometries, dtype=object).copy()
    long = shapely.length(dense) > step  # the others have no edge that long
    try:
        dense[long] = shapely.segmentize(dense[long], step)
    except GEOSException:
        # GEOS stumbles over a part of no length beside long ones
        dense[long] = [_densify_parts(geometry, step) for geometry in dense[long]]
    before, after = shapely.area(geometries), shapely.area(dense)
    mended = (shapely.get_type_id(dense) != shapely.get_type_id(geometries)) | (
        np.abs(after - before) > 1e-9 * before
    )
    for row in np.flatnonzero(mended & (shapely.get_dimensions(geometries) == 2)):
        dense[row] = _densify_rings(geometries[row], step)
    return dense


def _densify_parts(geometry: BaseGeometry, step: float) -> BaseGeometry:
    if geometry.geom_type != "MultiLineString":
        return shapely.segmentize(geometry, step)
    parts = [shapely.segmentize(p, step) if p.length > step else p for p in geometry.geoms]
    return shapely.MultiLineString(parts)


def _densify_rings(geometry: BaseGeometry, step: float) -> BaseGeometry:
    polygons = [
        shapely.Polygon(
            shapely.segmentize(part.exterior, step),
            [shapely.segmentize(hole, step) for hole in part.interiors],
        )
        for part in shapely.get_parts(geometry)
    ]
    return polygons[0] if geometry.geom_type == "Polygon" else shapely.MultiPolygon(polygons)


def transform(geometries: GeometryArray, source: CRS, target: CRS) -> GeometryArray:
    """Bring geometries from `source` to `target`, edges densified in the source first.

    Parameters
    ----------
    geometries
        Array of geometries, x east and y north; empty and None pass through.
    source, target
        Their system and the one wanted. Equal systems return the input untouched; systems that
        differ in the false origin only are shifted, vertex by vertex.

    Raises
    ------
    LantuError
        `transform_failed` when PROJ returns no finite coordinate for some vertex.
    """
    if len(geometries) == 0 or source == target:
        return geometries
    straight = false_origin_shift(source, target) is not None
    dense = geometries if straight else densify(geometries, source)
    moved = np.asarray(
        shapely.transform(dense, lambda xy: transform_points(xy, source, target)), dtype=object
    )
    present = ~(shapely.is_missing(moved) | shapely.is_empty(moved))
    if not np.isfinite(shapely.bounds(moved[present])).all():
        raise transform_failed(source, target)
    return moved
