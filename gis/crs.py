"""Coordinate reference systems: choose, read, guard, transform."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gis.errors import LantuError, Text

GeometryArray = npt.NDArray[np.object_]

DENSIFY_M = 70.0
"""Longest edge before a transformation: a longer one, moved by its ends, leaves its course."""

_METRES_PER_DEGREE = 111_320.0


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


def crs_name(crs: CRS) -> str:
    """Return `EPSG:n` where the register knows the system, else its own name."""
    authority = crs.to_authority(min_confidence=70)
    return ":".join(authority) if authority else str(crs.name)


@lru_cache(maxsize=64)
def _transformer(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def transform_points(
    xy: npt.NDArray[np.float64], source: CRS, target: CRS
) -> npt.NDArray[np.float64]:
    """Transform an (n, 2) array of x (east), y (north) between systems.

    Axis order is always east, north whatever the register says.
    """
    if len(xy) == 0 or source == target:
        return xy
    x, y = _transformer(source, target).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([x, y])


def densify(geometries: GeometryArray, crs: CRS) -> GeometryArray:
    """Insert vertices so that no edge is longer than `DENSIFY_M` metres, in the CRS given."""
    metres_per_unit = (
        _METRES_PER_DEGREE if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    )
    step = DENSIFY_M / metres_per_unit
    return np.asarray(shapely.segmentize(geometries, step), dtype=object)


def transform(geometries: GeometryArray, source: CRS, target: CRS) -> GeometryArray:
    """Bring geometries from `source` to `target`, edges densified in the source first.

    Parameters
    ----------
    geometries
        Array of geometries, x east and y north; empty and None pass through.
    source, target
        Their system and the one wanted. Equal systems return the input untouched.

    Raises
    ------
    LantuError
        `transform_failed` when PROJ returns no finite coordinate for some vertex.
    """
    if len(geometries) == 0 or source == target:
        return geometries
    dense = densify(geometries, source)
    moved = np.asarray(
        shapely.transform(dense, lambda xy: transform_points(xy, source, target)), dtype=object
    )
    present = ~(shapely.is_missing(moved) | shapely.is_empty(moved))
    if not np.isfinite(shapely.bounds(moved[present])).all():
        raise LantuError(
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
    return moved
