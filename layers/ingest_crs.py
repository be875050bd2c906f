"""Which system a layer's coordinates are in, and their one way into the working CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import (
    GeometryArray,
    crs_name,
    has_cgcs2000_datum,
    has_wgs84_datum,
    parse_crs,
    transform,
)
from gis.errors import LantuError, Note, Text
from gis.guards_crs import check_ranges, gcj02_suspected, no_crs, resolve
from gis.guards_place import explain_place
from gis.local_grid import LocalGrid, local_grid_needed, local_name
from layers.readers import VectorTable

WGS84_ACCURACY_M = 1.0
"""WGS 84 counts as CGCS2000 with so many metres added to the accuracy (CONTRACTS 2)."""


_NO_SYSTEM = ("Undefined Cartesian SRS", "Undefined geographic SRS", "Unknown engineering CRS")
"""Names under which a GeoPackage says that it does not know."""


@dataclass(frozen=True, slots=True)
class SourceSystem:
    """The system that coordinates are read in, what that adds to the accuracy, and remarks."""

    crs: CRS
    name: str
    added_accuracy_m: float = 0.0
    grid: LocalGrid | None = None
    notes: tuple[Note, ...] = ()


def source_system(
    table: VectorTable,
    target: CRS,
    *,
    given: str | None,
    grids: Mapping[str, LocalGrid],
    shown: str,
) -> SourceSystem:
    """Decide in which system the coordinates of a table are.

    Parameters
    ----------
    table
        As read; its bounds must suit the system.
    target
        Working CRS.
    given
        The publisher's word (`--crs`), which goes before the file's; `local:NAME` names a
        local grid of the workspace.
    grids
        Local grids of the workspace.
    shown
        Name of the file for messages.

    Raises
    ------
    LantuError
        `no_crs`, `unknown_crs`, `legacy_datum`, `gcj02_refused`, `gcj02_suspected`,
        `crs_not_plane`, `local_grid`, `swapped_axes`, `projected_in_degrees`,
        `degrees_in_projected`.
    """
    bounds = _typical_bounds(table.geometries)
    notes: list[Note] = []
    if given is not None and (name := local_name(given)) is not None:
        grid = grids.get(name)
        if grid is None:
            raise local_grid_needed(name, "--crs", sorted(grids))
        return SourceSystem(parse_crs(grid.target), f"local:{name}", 0.0, grid)
    if given is None and table.ovital:
        raise gcj02_suspected(table.ovital)
    text = given or _stated(table, target, bounds, shown, notes)
    crs = resolve(text)
    if crs.equals(target, ignore_axis_order=True):
        crs = target
    if given is not None and table.crs is not None and not table.crs_assumed:
        stated = _name_of(table.crs)
        if stated != crs_name(crs):
            notes.append(
                Note(
                    "crs_overridden",
                    Text(
                        f"文件写明坐标系为 {stated}，按 --crs 读为 {crs_name(crs)}",
                        f"The file states {stated}; read as {crs_name(crs)} as --crs says",
                    ),
                )
            )
    if bounds is not None:
        check_ranges(bounds, crs)
    added = 0.0
    if has_wgs84_datum(crs) and has_cgcs2000_datum(target):
        added = WGS84_ACCURACY_M
        notes.append(
            Note(
                "wgs84_as_cgcs2000",
                Text(
                    f"WGS 84 坐标按 CGCS2000 使用，精度加 {added:g} m",
                    f"WGS 84 counts as CGCS2000, {added:g} m added to the accuracy",
                ),
            )
        )
    return SourceSystem(crs, crs_name(crs), added, None, tuple(notes))


def _name_of(text: str) -> str:
    try:
        return crs_name(parse_crs(text))
    except LantuError:  # what the file says need not be known where the publisher says otherwise
        return text[:80]


def _stated(
    table: VectorTable,
    target: CRS,
    bounds: tuple[float, float, float, float] | None,
    shown: str,
    notes: list[Note],
) -> str:
    """Return what the file says, or what its format makes of saying nothing."""
    if table.driver == "GeoJSON" and table.crs_assumed:
        if bounds is not None and (
            max(abs(bounds[0]), abs(bounds[2])) > 180 or max(abs(bounds[1]), abs(bounds[3])) > 180
        ):
            raise no_crs(f"文件“{shown}”", f"File {shown!r}", bounds)
        assumed = "EPSG:4490" if has_cgcs2000_datum(target) else "EPSG:4326"
        notes.append(
            Note(
                "geojson_without_crs",
                Text(
                    f"GeoJSON 未写坐标系，按经纬度读为 {assumed}",
                    f"The GeoJSON states no CRS; degrees read as {assumed}",
                ),
            )
        )
        return assumed
    if table.crs is None or any(mark in table.crs for mark in _NO_SYSTEM):
        raise no_crs(f"文件“{shown}”", f"File {shown!r}", bounds)
    return table.crs


def _typical_bounds(geometries: GeometryArray) -> tuple[float, float, float, float] | None:
    """Bounds of the median feature: one stray feature must not speak for the layer."""
    boxes = shapely.bounds(geometries[~shapely.is_missing(geometries)])
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if len(boxes) == 0:
        return None
    middle = np.median(boxes, axis=0)
    return float(middle[0]), float(middle[1]), float(middle[2]), float(middle[3])


def move(
    geometries: GeometryArray, system: SourceSystem, target: CRS
) -> tuple[GeometryArray, npt.NDArray[np.bool_]]:
    """Bring geometries to the working CRS, edges densified in the source, once.

    Returns the geometries, and a mask of those that PROJ cannot transform (left as they were).
    Equal systems return the input bit by bit. Empty input gives empty output.
    """
    failed = np.zeros(len(geometries), dtype=bool)
    moved = geometries
    if system.grid is not None:
        moved = np.asarray(
            shapely.transform(shapely.segmentize(geometries, 70.0), system.grid.to_target),
            dtype=object,
        )
    if system.crs == target:
        return moved, failed
    if system.crs.is_geographic:
        boxes = np.abs(shapely.bounds(moved))
        failed |= (boxes[:, [1, 3]] > 90).any(axis=1) | (boxes[:, [0, 2]] > 360).any(axis=1)
    good = np.flatnonzero(~failed)
    result = moved.copy()
    try:
        result[good] = transform(moved[good], system.crs, target)
    except LantuError:
        for index in good:  # some vertex has no place there: find whose
            try:
                result[index] = transform(moved[index : index + 1], system.crs, target)[0]
            except LantuError:
                failed[index] = True
    return result, failed


def outside_area(
    geometries: GeometryArray, system: SourceSystem, target: CRS, area: BaseGeometry, shown: str
) -> LantuError:
    """Return the refusal of a layer in the wrong place, with what would bring it in."""
    sample = geometries[~shapely.is_missing(geometries)][:500]
    boxes = shapely.bounds(sample)
    middle = [float(value) for value in np.median(boxes[np.isfinite(boxes).all(axis=1)], axis=0)]
    bounds = (middle[0], middle[1], middle[2], middle[3])
    reason = explain_place(bounds, system.crs, target, area)
    explained = reason.code != "outside_area"
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    box = area.bounds
    return LantuError(
        "layer_outside_area",
        Text(
            f"图层“{shown}”按 {system.name} 读取，全部位于工作区范围之外（源坐标 x {low[0]:.10g}–"
            f"{high[0]:.10g}、y {low[1]:.10g}–{high[1]:.10g}；工作区 x {box[0]:.0f}–{box[2]:.0f}、"
            f"y {box[1]:.0f}–{box[3]:.0f}）" + (f"。{reason.fact.zh}" if explained else ""),
            f"Layer {shown!r}, read as {system.name}, lies wholly outside the workspace's area "
            f"(source x {low[0]:.10g}..{high[0]:.10g}, y {low[1]:.10g}..{high[1]:.10g}; area "
            f"x {box[0]:.0f}..{box[2]:.0f}, y {box[1]:.0f}..{box[3]:.0f})"
            + (f". {reason.fact.en}" if explained else ""),
        ),
        reason.hint
        if explained
        else Text(
            "请核对坐标系（分带、中央经线、带号）与坐标次序，再用 --crs 指定",
            "Check the CRS (zone, central meridian, zone prefix) and the order of axes; "
            "state it with --crs",
        ),
        where=reason.code if explained else None,
    )
