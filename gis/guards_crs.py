"""Guards on the coordinate system itself: none, legacy datums, GCJ-02, degrees against metres."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
from pyproj import CRS

from gis.crs import crs_name, parse_crs
from gis.errors import LantuError, Text

Bounds = tuple[float, float, float, float]

_LEGACY = (("Beijing", "北京54坐标系", "Beijing 1954"), ("Xian", "西安80坐标系", "Xi'an 1980"))
_LEGACY_ELLIPSOIDS = ("Krassowsky", "Krasovsky", "IAG 1975", "Xian")
_OBFUSCATED = {"gcj02", "gcj", "bd09", "bd09ll", "baidu", "amap", "火星坐标", "火星坐标系"}


def values_of(bounds: Bounds) -> str:
    """Return coordinate ranges as a message shows them."""
    minx, miny, maxx, maxy = bounds
    return f"x {minx:.10g}…{maxx:.10g}, y {miny:.10g}…{maxy:.10g}"


def no_crs(what_zh: str, what_en: str, bounds: Bounds | None = None) -> LantuError:
    """Return the refusal of coordinates whose system nobody states."""
    values = f" ({values_of(bounds)})" if bounds and np.isfinite(bounds).all() else ""
    return LantuError(
        "no_crs",
        Text(f"{what_zh}没有坐标系信息{values}", f"{what_en} states no coordinate system{values}"),
        Text(
            "请用 --crs 指定，例如 --crs EPSG:4548（CGCS2000，中央经线117°，无带号）或 "
            "EPSG:4527（带号39）；数值很小（北坐标不足七位）时可能是地方坐标系，请问数据提供单位",
            "State it by --crs, such as --crs EPSG:4548 (CGCS2000, meridian 117E, no zone prefix)"
            " or EPSG:4527 (prefix 39); small values (north below seven digits) may be a local"
            " grid: ask who made the data",
        ),
    )


def refuse_obfuscated(crs: str) -> None:
    """Refuse GCJ-02 and BD-09 as a CRS.

    Raises
    ------
    LantuError
        `gcj02_refused`.
    """
    name = re.sub(r"[\s_\-:]", "", crs).lower()
    if name in _OBFUSCATED:
        raise LantuError(
            "gcj02_refused",
            Text(
                f"“{crs}”是加密偏移的地图坐标，不是测绘坐标系，在海沧一带偏移约 580 m",
                f"{crs!r} is an obfuscated map system, no survey system; off by some 580 m at"
                " Haicang",
            ),
            Text(
                "用地检测不接受反算纠偏（无官方公式、无精度保证）。请向数据来源索取 CGCS2000 "
                "或 WGS 84 坐标的成果",
                "Undoing the offset has neither an official formula nor a known accuracy: ask the"
                " source for the data in CGCS2000 or WGS 84",
            ),
        )


def gcj02_suspected(sign: str) -> LantuError:
    """Return the refusal of a file that likely holds GCJ-02 coordinates."""
    return LantuError(
        "gcj02_suspected",
        Text(
            f"文件带有奥维地图标记（{sign}），坐标可能是 GCJ-02 偏移坐标（海沧一带约 580 m）",
            f"The file bears marks of Ovital Map ({sign}); its coordinates may be GCJ-02 (some"
            " 580 m off at Haicang)",
        ),
        Text(
            "请在奥维中关闭偏移、按 WGS 84 / CGCS2000 导出为标准 KML；若确认坐标就是 WGS 84，"
            "请加 --crs EPSG:4326 重新提交",
            "Export standard KML in WGS 84 or CGCS2000 with the offset switched off; if you are"
            " sure that the coordinates are WGS 84, say so by --crs EPSG:4326",
        ),
    )


def legacy_datum(crs: CRS) -> tuple[str, str] | None:
    """Return the zh and en name of a legacy Chinese datum, None for all others."""
    datum = (crs.datum.name if crs.datum else "").replace("_", " ").replace("'", "")
    for word, zh, en in _LEGACY:
        if word.lower() in datum.lower():
            return zh, en
    ellipsoid = (crs.ellipsoid.name if crs.ellipsoid else "").replace("_", " ")
    unnamed = datum.lower().startswith(("unknown", "unnamed", "not specified", "user"))
    if (unnamed or not datum) and ellipsoid.startswith(_LEGACY_ELLIPSOIDS):
        return f"椭球 {ellipsoid} 的旧坐标系", f"a legacy system on {ellipsoid}"
    return None


def refuse_legacy(crs: CRS) -> None:
    """Refuse Beijing 54 and Xi'an 80: PROJ would move nothing and say nothing.

    Raises
    ------
    LantuError
        `legacy_datum`.
    """
    legacy = legacy_datum(crs)
    if legacy is None:
        return
    raise legacy_refused(crs_name(crs), legacy)


def legacy_refused(name: str, legacy: tuple[str, str]) -> LantuError:
    """Return the refusal of a legacy datum by its names."""
    zh, en = legacy
    return LantuError(
        "legacy_datum",
        Text(
            f"坐标系为{zh}（{name}），没有控制点不能转换到 CGCS2000（差几十到一百多米）",
            f"The coordinates are in {en} ({name}); without control points they cannot be"
            " brought to CGCS2000 (tens of metres up to more than 100 m apart)",
        ),
        Text(
            "请向测绘单位索取 CGCS2000 成果；或把三个以上公共控制点（或四参数）存入工作区，"
            "再用 --crs local:名称 读取",
            "Ask the surveyor for the data in CGCS2000; or store three or more common control"
            " points (or four parameters) in the workspace and read with --crs local:NAME",
        ),
    )


def check_ranges(bounds: Bounds, crs: CRS) -> None:
    """Compare the size of coordinates with the kind of CRS.

    Raises
    ------
    LantuError
        `projected_in_degrees`, `swapped_axes`, `degrees_in_projected`.
    """
    minx, miny, maxx, maxy = bounds
    x, y = max(abs(minx), abs(maxx)), max(abs(miny), abs(maxy))
    if crs.is_geographic:
        if x <= 90 and 90 < y <= 180:
            raise swapped(values_of(bounds), crs_name(crs))
        if x > 180 or y > 90:
            raise _kind(
                "projected_in_degrees",
                f"坐标系 {crs_name(crs)} 以度为单位，坐标却像米（{values_of(bounds)}）",
                f"{crs_name(crs)} is in degrees, the coordinates look like metres"
                f" ({values_of(bounds)})",
            )
    elif x <= 180 and y <= 180:
        raise _kind(
            "degrees_in_projected",
            f"坐标系 {crs_name(crs)} 以米为单位，坐标却像经纬度（{values_of(bounds)}）",
            f"{crs_name(crs)} is projected, the coordinates look like degrees"
            f" ({values_of(bounds)})",
        )


def _kind(code: str, zh: str, en: str) -> LantuError:
    return LantuError(
        code,
        Text(zh, en),
        Text(
            "请核对坐标系：经纬度用 EPSG:4490（CGCS2000）或 EPSG:4326（WGS 84），"
            "平面坐标用投影坐标系如 EPSG:4548",
            "Check the CRS: EPSG:4490 (CGCS2000) or EPSG:4326 (WGS 84) for degrees, a projected"
            " one such as EPSG:4548 for metres",
        ),
    )


def swapped(values: str, name: str) -> LantuError:
    """Return the refusal of coordinates with north and east exchanged."""
    return LantuError(
        "swapped_axes",
        Text(
            f"坐标的东、北（或经、纬）次序颠倒：按 {name} 读为 {values}",
            f"East and north (or longitude and latitude) are exchanged: read as {name}, {values}",
        ),
        Text(
            "请交换两列坐标后重新提交：GIS 文件为 x 东（经度）在前、y 北（纬度）在后；"
            "界址点 TXT 为 X 北在前、Y 东在后",
            "Exchange the two columns: GIS files have x east (longitude) first and y north; "
            "boundary point TXT has X north first and Y east",
        ),
    )


def resolve(text: str) -> CRS:
    """Read a CRS text after refusing GCJ-02, and refuse legacy datums.

    Raises
    ------
    LantuError
        `gcj02_refused`, `unknown_crs`, `legacy_datum`, `crs_not_plane`.
    """
    refuse_obfuscated(text)
    crs = registered(parse_crs(text))
    refuse_legacy(crs)
    if not (crs.is_projected or crs.is_geographic):
        raise LantuError(
            "crs_not_plane",
            Text(
                f"坐标系 {crs_name(crs)} 既不是投影坐标系也不是经纬度坐标系",
                f"{crs_name(crs)} is neither projected nor geographic",
            ),
            Text("请换用投影坐标系或经纬度坐标系", "Use a projected or a geographic system"),
        )
    return crs


@lru_cache(maxsize=256)
def registered(crs: CRS) -> CRS:
    """Return the two-dimensional CRS of the register where PROJ recognises it, else itself.

    An .prj of EPSG:4548 is then equal to EPSG:4548, and coordinates pass untouched.
    """
    flat = crs.to_2d() if len(crs.axis_info) == 3 and not crs.is_geocentric else crs
    if flat.is_compound:
        flat = next((part for part in flat.sub_crs_list if not part.is_vertical), flat)
    code = flat.to_epsg(min_confidence=70)
    return CRS.from_epsg(code) if code else flat
