"""Geometries of a table made fit to publish; every one that is not is named with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import GeometryArray
from gis.errors import LantuError, Text
from gis.geometry import (
    REPAIR_NEEDS_CONSENT,
    are_valid,
    is_valid,
    lines_of,
    multi_polygon,
    polygons_of,
    repair,
)
from layers.catalog import GeometryKind
from layers.ingest_crs import SourceSystem, move
from layers.issue_log import IssueLog, Rejected
from layers.readers import VectorTable

_TYPE_IDS: dict[str, tuple[int, ...]] = {"polygon": (3, 6), "line": (1, 2, 5), "point": (0, 4)}
_COLLECTION = 7
_NAMES_ZH = {"polygon": "面", "line": "线", "point": "点"}


@dataclass(slots=True)
class Prepared:
    """Geometries ready to publish, and what happened on the way.

    Attributes
    ----------
    keep
        Row indices of the table that are published, in order.
    geometries
        Theirs: valid, non-empty, two-dimensional, in the working CRS.
    repairs
        Entries of the log; `large` those that change the area by more than 1 %.
    """

    keep: npt.NDArray[np.int64]
    geometries: GeometryArray
    rejected: list[Rejected]
    repairs: list[dict[str, object]] = field(default_factory=list)
    large: list[dict[str, object]] = field(default_factory=list)
    with_z: int = 0
    closed_lines: int = 0

    def dropped(self, table: VectorTable) -> dict[str, object]:
        """Return the log's entry on what publishing leaves out or closes."""
        return {
            "z": self.with_z,
            "m": "all" if table.measured else 0,
            "closed_polylines": self.closed_lines,
            "closed_rings": [int(table.numbers[i]) for i in table.closed[:100]],
        }


def prepare(table: VectorTable, kind: GeometryKind, system: SourceSystem, target: CRS) -> Prepared:
    """Check, flatten, transform and repair the geometries of a table.

    Parameters
    ----------
    table
        As read, in its own CRS.
    kind
        `polygon`, `line` or `point`: others are rejected.
    system, target
        The table's CRS and the working CRS. Equal ones keep every coordinate bit by bit.

    Notes
    -----
    Loops run over exceptions only; all else is one call for the whole array.
    """
    geometries = table.geometries.copy()
    why = np.full(len(geometries), "", dtype=object)
    why[sorted(table.null)] = "null_geometry"
    why[sorted(table.unreadable)] = "unreadable_geometry"
    present = ~shapely.is_missing(geometries)
    why[present & shapely.is_empty(geometries)] = "empty_geometry"
    flat, with_z = _flattened(geometries)
    closed = _close_lines(flat, table.driver, kind)
    wrong = _fit_types(flat, kind, why)
    finite = _finite(flat, why == "")
    why[(why == "") & ~finite] = "not_finite"
    movable = np.flatnonzero((why == "") | ((why == "wrong_type") & finite))
    moved = flat.copy()
    moved[movable], failed = move(flat[movable], system, target)
    why[movable[failed & (why[movable] == "")]] = "transform_failed"
    repairs = _repair_all(moved, kind, why, table.numbers)
    for row in table.cut:
        why[row] = why[row] or "missing_record"
    keep = np.flatnonzero(why == "")
    rejected = list(table.rejected)
    unknown_place = set(movable[failed].tolist())
    for index in np.flatnonzero(why != ""):
        place = None if int(index) in unknown_place else _place(moved, int(index), why)
        if why[index] == "unreadable_geometry":
            place = _unreadable_place(table.unreadable[int(index)], system, target)
        rejected.append(
            Rejected(int(table.numbers[index]), str(why[index]), place, wrong.get(int(index), ""))
        )
    rejected.sort(key=lambda entry: (entry.no is None, entry.no or 0))
    large = [entry for entry in repairs if float(str(entry["change"])) > REPAIR_NEEDS_CONSENT]
    return Prepared(keep, moved[keep], rejected, repairs, large, with_z, closed)


def _flattened(geometries: GeometryArray) -> tuple[GeometryArray, int]:
    has_z = shapely.has_z(geometries)
    if has_z.any():
        geometries[has_z] = shapely.force_2d(geometries[has_z])
    return geometries, int(np.count_nonzero(has_z))


def _close_lines(geometries: GeometryArray, driver: str, kind: str) -> int:
    """Take the closed polylines of a drawing for polygons: DXF knows no others."""
    if driver != "DXF" or kind != "polygon":
        return 0
    lines = np.flatnonzero((shapely.get_type_id(geometries) == 1) & shapely.is_closed(geometries))
    rings = lines[shapely.get_num_coordinates(geometries[lines]) >= 4]
    if len(rings):
        geometries[rings] = [shapely.Polygon(shapely.get_coordinates(g)) for g in geometries[rings]]
    return len(rings)


def _fit_types(
    geometries: GeometryArray, kind: str, why: npt.NDArray[np.object_]
) -> dict[int, str]:
    """Mark geometries of another kind; open collections that hold the wanted kind only."""
    types = shapely.get_type_id(geometries)
    for index in np.flatnonzero((types == _COLLECTION) & (why == "")):
        single = _uniform(geometries[index], kind)
        if single is not None:
            geometries[index] = single
            types[index] = shapely.get_type_id(single)
    wrong = (why == "") & ~np.isin(types, _TYPE_IDS[kind])
    why[wrong] = "wrong_type"
    return {int(index): str(geometries[index].geom_type) for index in np.flatnonzero(wrong)}


def _uniform(collection: BaseGeometry, kind: str) -> BaseGeometry | None:
    parts = list(shapely.get_parts(shapely.get_parts([collection])))
    parts = [part for part in parts if not part.is_empty]
    if not parts or any(shapely.get_type_id(part) not in _TYPE_IDS[kind][:2] for part in parts):
        return None
    build = {
        "polygon": shapely.MultiPolygon,
        "line": shapely.MultiLineString,
        "point": shapely.MultiPoint,
    }[kind]
    return build(parts) if all(not p.geom_type.startswith("Multi") for p in parts) else None


def _finite(geometries: GeometryArray, candidates: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether every coordinate of each geometry is a finite number."""
    good = np.ones(len(geometries), dtype=bool)
    suspects = np.flatnonzero(candidates)
    for start in range(0, len(suspects), 50_000):
        chunk = suspects[start : start + 50_000]
        xy, owner = shapely.get_coordinates(geometries[chunk], return_index=True)
        bad = ~np.isfinite(xy).all(axis=1)
        if bad.any():
            good[chunk[np.unique(owner[bad])]] = False
    return good


def _repair_all(
    geometries: GeometryArray,
    kind: str,
    why: npt.NDArray[np.object_],
    numbers: npt.NDArray[np.int64],
) -> list[dict[str, object]]:
    """Repair what is invalid, in place; mark what is left with nothing."""
    valid = are_valid(geometries)
    repairs: list[dict[str, object]] = []
    for index in np.flatnonzero(~valid & (why == "")):
        fixed, done = repair(geometries[index])
        if kind == "line":
            lines = lines_of(fixed)
            fixed = lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
        elif kind == "polygon":
            fixed = multi_polygon(polygons_of(fixed))
        if done is None or fixed.is_empty or not is_valid(fixed):
            why[index] = "degenerate"
            continue
        geometries[index] = fixed
        repairs.append(
            {
                "no": int(numbers[index]),
                "method": done.method,
                "why": done.reason,
                "area_before_m2": round(done.area_before_m2, 6),
                "area_after_m2": round(done.area_after_m2, 6),
                "change": round(done.change, 9),
            }
        )
    return repairs


def _place(moved: GeometryArray, index: int, why: npt.NDArray[np.object_]) -> BaseGeometry | None:
    """Where a rejected feature lies in the working CRS; None when nobody knows."""
    if why[index] in {"null_geometry", "empty_geometry", "not_finite", "transform_failed"}:
        return None
    geometry = moved[index]
    if geometry is None or geometry.is_empty or not np.isfinite(geometry.bounds).all():
        return None
    return shapely.box(*geometry.bounds)


def _unreadable_place(
    bounds: tuple[float, float, float, float] | None, system: SourceSystem, target: CRS
) -> BaseGeometry | None:
    if bounds is None:
        return None
    box = np.asarray([shapely.box(*bounds)], dtype=object)
    moved, failed = move(box, system, target)
    return None if failed[0] else moved[0]


def ask_consent(prepared: Prepared, log: IssueLog) -> LantuError:
    """Return the refusal that lists the repairs which need the publisher's word."""
    shown = prepared.large[:10]
    zh = "；".join(
        f"第 {r['no']} 个 {r['area_before_m2']}→{r['area_after_m2']} m²（{r['why']}）"
        for r in shown
    )
    en = "; ".join(
        f"no {r['no']} {r['area_before_m2']} to {r['area_after_m2']} m2 ({r['why']})" for r in shown
    )
    count = len(prepared.large)
    return LantuError(
        "repair_needs_consent",
        Text(
            f"{log.features_in} 个要素中有 {count} 个修复后面积变化超过 1%：{zh}",
            f"Repair changes {count} of {log.features_in} features by more than 1 %: {en}",
        ),
        Text(
            "请在源数据中修正；或加 --accept-repair 接受修复结果",
            "Mend the source; or accept the repair with --accept-repair",
        ),
    )
