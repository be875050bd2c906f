"""Guards on a single geometry: kind, numbers, dimensions, parts, repair."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import REPAIR_NEEDS_CONSENT, Repair, lines_of, multi_polygon, polygons_of, repair

MIN_AREA_M2 = 1e-4
"""The floor of CONTRACTS section 5: less is no area."""

MIN_LENGTH_M = 1e-3

MAX_COORDINATE = 1e11
"""Twice round the earth in millimetres: no system of coordinates goes further."""


def check_kind(geometry: BaseGeometry | None) -> BaseGeometry:
    """Return the geometry's polygons or its lines, never both, in its own dimension.

    Raises
    ------
    LantuError
        `empty_geometry`, `not_finite`, `site_is_point`, `mixed_geometry`.
    """
    if geometry is None or geometry.is_empty:
        raise LantuError(
            "empty_geometry",
            Text("要素没有图形（空几何）", "The feature has no geometry"),
            Text("请补画边界或删除该要素", "Draw its outline or delete it"),
        )
    check_finite(geometry)
    polygons, lines = polygons_of(geometry), lines_of(geometry)
    if polygons and lines:
        raise mixed(len(polygons), len(lines))
    if polygons:
        return multi_polygon(polygons)
    if lines:
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    raise LantuError(
        "site_is_point",
        Text(
            f"要素是点（{geometry.geom_type}），不能作为用地",
            f"The feature is a point ({geometry.geom_type}), which is no site",
        ),
        Text(
            "请提交面（地块边界）或线（线性工程）；点状设施请画出用地红线",
            "Hand in a polygon (parcel) or a line (linear works); draw the outline of a facility",
        ),
    )


def check_finite(geometry: BaseGeometry) -> None:
    """Refuse coordinates that are no place on earth in any unit.

    Raises
    ------
    LantuError
        `not_finite`.
    """
    xy = shapely.get_coordinates(geometry)
    wrong = xy[~(np.isfinite(xy) & (np.abs(xy) <= MAX_COORDINATE))]
    if len(wrong):
        raise LantuError(
            "not_finite",
            Text(
                f"坐标 {wrong[0]:g} 不是有限的数，或大得不可能",
                f"The coordinate {wrong[0]:g} is not finite, or impossibly large",
            ),
            Text("请修正该坐标后重新导出", "Correct it and export again"),
        )


def mixed(polygons: int, lines: int) -> LantuError:
    """Return the refusal of areas and lines in one site."""
    return LantuError(
        "mixed_geometry",
        Text(
            f"同一用地中既有面（{polygons}）又有线（{lines}）",
            f"One site holds polygons ({polygons}) and lines ({lines})",
        ),
        Text(
            "面与线请分别作为用地提交（不要合并）",
            "Hand in polygons and lines as sites of their own (do not merge them)",
        ),
    )


def flatten(geometry: BaseGeometry) -> tuple[BaseGeometry, list[Note]]:
    """Drop Z and M and say so."""
    notes = []
    if geometry.has_z:
        notes.append(Note("z_dropped", Text("高程（Z）未使用", "Heights (Z) are not used")))
    if bool(shapely.has_m(geometry)):
        notes.append(Note("m_dropped", Text("量度值（M）未使用", "Measures (M) are not used")))
    with np.errstate(invalid="ignore"):  # heights may be NaN
        return (shapely.force_2d(geometry) if notes else geometry), notes


def distinct_parts(geometry: BaseGeometry) -> tuple[BaseGeometry, list[Note]]:
    """Drop parts that are drawn twice: the outline is the same, the area counts once."""
    parts = list(shapely.get_parts(geometry))
    if len(parts) < 2:
        return geometry, []
    kept = list({shapely.to_wkb(shapely.normalize(part)): part for part in parts}.values())
    if len(kept) == len(parts):
        return geometry, []
    number = len(parts) - len(kept)
    note = Note(
        "duplicate_parts",
        Text(f"重复绘制的部分 {number} 个，只计一次", f"{number} parts drawn twice count once"),
    )
    if geometry.geom_type == "MultiPolygon":
        return multi_polygon(kept), [note]
    return (kept[0] if len(kept) == 1 else shapely.MultiLineString(kept)), [note]


def distinct_lines(geometry: BaseGeometry) -> tuple[BaseGeometry, list[Note]]:
    """Merge stretches of a line site that are drawn twice, so that length counts once."""
    if geometry.geom_type not in {"LineString", "MultiLineString"}:
        return geometry, []
    once = shapely.unary_union(geometry)
    doubled = float(geometry.length - once.length)
    if doubled <= MIN_LENGTH_M:
        return geometry, []
    merged = shapely.line_merge(once)
    note = Note(
        "line_overlaps",
        Text(
            f"线路有 {doubled:.2f} m 重复绘制，长度只计一次",
            f"{doubled:.2f} m of the line are drawn twice; the length counts once",
        ),
    )
    return merged, [note]


def repaired(geometry: BaseGeometry, *, accept: bool) -> tuple[BaseGeometry, list[Repair]]:
    """Make a geometry in metres valid; ask for the user's word above 1 % of change.

    Raises
    ------
    LantuError
        `repair_needs_consent`, `degenerate` when no area or no length is left.
    """
    fixed, done = repair(geometry)
    check_extent(fixed, geometry)
    if done is not None and done.change > REPAIR_NEEDS_CONSENT and not accept:
        raise needs_consent(done)
    return fixed, [] if done is None else [done]


def check_extent(fixed: BaseGeometry, original: BaseGeometry) -> None:
    """Refuse a site without area or length.

    Raises
    ------
    LantuError
        `degenerate`.
    """
    polygonal = original.geom_type in {"Polygon", "MultiPolygon"}
    size = fixed.area if polygonal else fixed.length
    if fixed.is_empty or size <= (MIN_AREA_M2 if polygonal else MIN_LENGTH_M):
        what = f"{fixed.area:.6f} m²" if polygonal else f"{fixed.length:.6f} m"
        raise LantuError(
            "degenerate",
            Text(
                f"图形退化（各点共线或重合），只剩 {what}",
                f"The outline collapses (points on a line or on each other): {what} are left",
            ),
            Text("请补全或改正界址点", "Complete or correct the boundary points"),
        )


def needs_consent(done: Repair) -> LantuError:
    """Return the refusal of a repair that changes more than 1 % of the area."""
    return LantuError(
        "repair_needs_consent",
        Text(
            f"边界无效（{done.reason}）；用 {done.method} 修复后面积由"
            f" {done.area_before_m2:.2f} m² 变为 {done.area_after_m2:.2f} m²"
            f"（变化 {done.change:.2%}，超过 {REPAIR_NEEDS_CONSENT:.0%}）",
            f"The outline is invalid ({done.reason}); repair by {done.method} changes its area from"
            f" {done.area_before_m2:.2f} m² to {done.area_after_m2:.2f} m² ({done.change:.2%}, more"
            f" than {REPAIR_NEEDS_CONSENT:.0%})",
        ),
        Text(
            "请在 GIS/CAD 中改正自相交、重叠的边界；确认修复结果可用时加 --accept-repair",
            "Correct the crossing or overlapping outline; if the repair is what you want, add"
            " --accept-repair",
        ),
    )
