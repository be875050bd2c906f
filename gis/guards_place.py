"""Guards on the place: a site that misses the workspace, and the mistake that explains it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.cgcs2000 import PREFIX_M, Zone, zone_of_epsg, zone_of_prefix, zones
from gis.crs import crs_name, has_cgcs2000_datum, transform_points
from gis.errors import LantuError, Note, Text
from gis.guards_crs import Bounds, swapped, values_of

FEET = {"ft": 0.3048, "US ft": 1200 / 3937}
SCALES = {"mm": 0.001, "cm": 0.01, "km": 1000.0}
"""Units that drawings use for metres."""

SMALL_NORTH_M = 1_000_000.0
"""China begins at 3 degrees north, 330 km; its land at 18 degrees, 1 990 km."""

_DIRECTIONS = (
    ("东", "east"),
    ("东北", "north-east"),
    ("北", "north"),
    ("西北", "north-west"),
    ("西", "west"),
    ("西南", "south-west"),
    ("南", "south"),
    ("东南", "south-east"),
)


def explain_place(bounds: Bounds, source: CRS, working: CRS, area: BaseGeometry) -> LantuError:
    """Return why coordinates miss the workspace's area, most telling reason first.

    Parameters
    ----------
    bounds
        Of the coordinates as the file gives them.
    source, working
        The system they were read in, and the working CRS.
    area
        The workspace's area in the working CRS.

    Returns
    -------
    `swapped_axes`, `wrong_zone`, `feet_as_metres`, `units_not_metres`, `local_grid_suspected`
    when that reading falls into the area (or, for the last, the values are small), else
    `outside_area` with distance and direction.
    """
    point = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    name = crs_name(source)
    turned = (point[1], point[0])
    if _inside(turned, source, working, area):
        return swapped(values_of(bounds), name)
    fitting = _fitting_zone(point, source, working, area)
    if fitting is not None:
        return wrong_zone(name, fitting, values_of(bounds))
    if _fitting_zone(turned, source, working, area) is not None:
        return swapped(values_of(bounds), name)
    scaled = _fitting_unit(point, source, working, area)
    if scaled is not None:
        return units(scaled, values_of(bounds))
    if source.is_projected and has_cgcs2000_datum(source) and max(map(abs, bounds)) < SMALL_NORTH_M:
        return _small(name, values_of(bounds))
    return outside_area(_moved(point, source, working), area, values_of(bounds), name)


def _moved(point: tuple[float, float], source: CRS, working: CRS) -> tuple[float, float] | None:
    moved = transform_points(np.array([point]), source, working)[0]
    return (float(moved[0]), float(moved[1])) if np.isfinite(moved).all() else None


def _inside(point: tuple[float, float], source: CRS, working: CRS, area: BaseGeometry) -> bool:
    if source.is_geographic and (abs(point[0]) > 180 or abs(point[1]) > 90):
        return False
    moved = _moved(point, source, working)
    return moved is not None and bool(shapely.intersects_xy(area, moved[0], moved[1]))


def _readings(x: float) -> Iterator[tuple[Zone, int]]:
    """Zones that an east coordinate can belong to, with the EPSG code that fits its digits."""
    if x >= 10 * PREFIX_M:
        zone = zone_of_prefix(x)
        if zone is not None:
            yield zone, zone.epsg_with_prefix
    elif 0 < x < PREFIX_M:
        for zone in zones(3):
            yield zone, zone.epsg_plain


def _fitting_zone(
    point: tuple[float, float], source: CRS, working: CRS, area: BaseGeometry
) -> CRS | None:
    """Return the CGCS2000 zone in which the point lies in the area; None when none does."""
    if not source.is_projected or not has_cgcs2000_datum(source):
        return None
    for _, code in _readings(point[0]):
        crs = CRS.from_epsg(code)
        if crs != source and _inside(point, crs, working, area):
            return crs
    return None


def _fitting_unit(
    point: tuple[float, float], source: CRS, working: CRS, area: BaseGeometry
) -> str | None:
    if not source.is_projected:
        return None
    for unit, factor in {**FEET, **SCALES}.items():
        if _inside((point[0] * factor, point[1] * factor), source, working, area):
            return unit
    return None


def wrong_zone(name: str, fitting: CRS, values: str) -> LantuError:
    """Return the refusal of coordinates read in the wrong zone, naming the one that fits."""
    found = zone_of_epsg(fitting.to_epsg())
    meridian = f"{found[0].meridian}°" if found else "?"
    code = crs_name(fitting)
    return LantuError(
        "wrong_zone",
        Text(
            f"按 {name} 读取的坐标（{values}）不在工作区内；按 {code}（中央经线 {meridian}）则在",
            f"Read as {name} the coordinates ({values}) miss the workspace; as {code} (meridian"
            f" {meridian}) they lie in it",
        ),
        Text(
            f"分带或带号有误：核实后用 --crs {code} 重新提交",
            f"The zone or its prefix is wrong: make sure, then hand in again with --crs {code}",
        ),
    )


def units(unit: str, values: str) -> LantuError:
    """Return the refusal of coordinates in another unit read as metres."""
    feet = unit in FEET
    zh = {"ft": "英尺", "US ft": "美制英尺", "mm": "毫米", "cm": "厘米", "km": "千米"}[unit]
    return LantuError(
        "feet_as_metres" if feet else "units_not_metres",
        Text(
            f"坐标单位像是{zh}，却按米读取（{values}）；换算成米后才落在工作区内",
            f"The coordinates look like {unit} read as metres ({values}); only converted to"
            " metres they lie in the workspace",
        ),
        Text(
            "请用 --crs 指定以该单位为单位的坐标系，或换算成米后重新导出",
            "State the CRS in that unit by --crs, or convert to metres and export again",
        ),
    )


def _small(name: str, values: str) -> LantuError:
    return LantuError(
        "local_grid",
        Text(
            f"坐标数值过小，不会是 {name}：{values}；像是地方坐标系（如厦门92）",
            f"The coordinates are too small for {name}: {values}; they look like a local grid",
        ),
        Text(
            "请问明坐标系：索取 CGCS2000 成果，或把四参数或控制点存入工作区后"
            "用 --crs local:名称 读取",
            "Ask which grid it is: get the data in CGCS2000, or store its four parameters or"
            " control points in the workspace and read with --crs local:NAME",
        ),
    )


def outside_area(
    point: tuple[float, float] | None, area: BaseGeometry, values: str, name: str
) -> LantuError:
    """Return the refusal of a site outside the workspace, with distance and direction.

    `point` is the site's centre in the working CRS, None when it cannot be brought there.
    """
    if point is None:
        far_zh, far_en = "无法换算到工作坐标系", "it cannot be brought to the working CRS"
    else:
        metres = float(shapely.distance(area, shapely.Point(point)))
        centre = shapely.centroid(area)
        zh, en = direction(point[0] - centre.x, point[1] - centre.y)
        far = f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.1f} m"
        far_zh, far_en = (
            f"其中心在工作区{zh}方向 {far} 处",
            f"its centre lies {far} to the {en} of it",
        )
    return LantuError(
        "outside_area",
        Text(
            f"用地不在工作区范围内，{far_zh}（按 {name} 读取：{values}）",
            f"The site lies outside the workspace's area: {far_en} (read as {name}: {values})",
        ),
        Text(
            "请核对坐标系与坐标；确属别处的用地，请在覆盖该处的工作区检测",
            "Check the CRS and the coordinates; a site elsewhere needs a workspace of that place",
        ),
    )


def direction(dx: float, dy: float) -> tuple[str, str]:
    """Return the compass direction (zh, en) of an offset east and north."""
    octant = round(math.atan2(dy, dx) / (math.pi / 4)) % 8
    return _DIRECTIONS[octant]


def partly_outside(site: BaseGeometry, area: BaseGeometry) -> Note | None:
    """Return a note when part of a site (working CRS) lies outside the workspace's area."""
    if area.is_empty or shapely.covers(area, site):
        return None
    outside = shapely.difference(site, area)
    sliver = site.area > 0 and shapely.buffer(outside, -0.05).is_empty
    if outside.is_empty or sliver:
        return None
    by_area = site.area > 0
    amount = f"{outside.area:.2f} m²" if by_area else f"{outside.length:.2f} m"
    return Note(
        "partly_outside_area",
        Text(
            f"用地有 {amount} 在工作区范围之外，该部分没有数据",
            f"{amount} of the site lie outside the workspace's area, where there are no data",
        ),
    )
