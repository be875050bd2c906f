"""Where an edition answers for absence: the workspace's area, its own features, or a file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import GeometryArray
from gis.errors import LantuError, Text
from gis.geometry import is_valid, multi_polygon, polygons_of
from gis.local_grid import LocalGrid
from layers.catalog import LayerSpec
from layers.ingest_crs import outside_area, source_system
from layers.ingest_geometry import prepare
from layers.ingest_job import Job
from layers.issue_log import IssueLog
from layers.readers import read_vector


def features_coverage(geometries: GeometryArray) -> BaseGeometry:
    """Union of the features of a layer that tiles its area, in the working CRS."""
    if len(geometries) == 0:
        return shapely.MultiPolygon()
    union = _tiled(geometries)
    if union is None:
        union = shapely.disjoint_subset_union_all(geometries)
    return multi_polygon(polygons_of(union))


def _tiled(geometries: GeometryArray) -> BaseGeometry | None:
    """Union of polygons that share their edges, ten times as fast; None when they do not.

    A union by edges holds when it is valid and its area is the sum of theirs.
    """
    touching = shapely.STRtree(geometries).query(geometries)[0].size - len(geometries)
    if touching <= len(geometries):  # they lie apart
        return None
    try:
        union = shapely.coverage_union_all(geometries)
    except shapely.errors.GEOSException:
        return None  # edges cross: no tiling
    total = math.fsum(shapely.area(geometries))
    fits = is_valid(union) and abs(float(union.area) - total) <= 1e-9 * total
    return union if fits else None


def refuse_features_coverage(spec: LayerSpec) -> None:
    """Refuse `features` as coverage where the features are not known to tile their area.

    Raises
    ------
    LantuError
        `coverage_features_not_allowed`.
    """
    if spec.tiles and spec.geometry == "polygon":
        return
    raise LantuError(
        "coverage_features_not_allowed",
        Text(
            f"图层 {spec.key} 的要素不铺满调查范围（{spec.geometry}，tiles: {spec.tiles}），"
            "不能以要素范围作为数据覆盖范围",
            f"The features of {spec.key} do not tile the surveyed area ({spec.geometry}, tiles: "
            f"{spec.tiles}): they cannot be its coverage",
        ),
        Text(
            "请用 --coverage workspace（发布人声明覆盖整个工作区）或 --coverage 范围文件；"
            "若该图层确实无缝铺满，请在图层定义中写 tiles: true",
            "Use --coverage workspace (your word for the whole workspace) or --coverage FILE; if "
            "the layer does tile without gaps, declare tiles: true in its spec",
        ),
    )


def coverage_file(
    path: Path, target: CRS, area: BaseGeometry, grids: Mapping[str, LocalGrid]
) -> BaseGeometry:
    """Read the union of a file's polygons in the working CRS, repaired, kept as given.

    Raises
    ------
    LantuError
        As `read_vector`, and `coverage_not_readable`, `coverage_empty`, `coverage_outside_area`.
    """
    try:
        table = read_vector(path)
        system = source_system(table, target, given=None, grids=grids, shown=path.name)
    except LantuError as error:
        raise error.at("coverage") from error
    prepared = prepare(table, "polygon", system, target)
    if prepared.rejected:
        first = prepared.rejected[0].as_dict()
        raise LantuError(
            "coverage_not_readable",
            Text(
                f"覆盖范围文件“{path.name}”有 {len(prepared.rejected)} 个要素不能使用："
                f"{first['zh']}",
                f"{len(prepared.rejected)} features of coverage file {path.name!r} cannot be used: "
                f"{first['en']}",
            ),
            Text("覆盖范围须为有效的面", "A coverage is made of valid polygons"),
        )
    if len(prepared.geometries) == 0:
        raise LantuError(
            "coverage_empty",
            Text(f"覆盖范围文件“{path.name}”没有面", f"Coverage file {path.name!r} has no polygon"),
            Text("请提供数据覆盖范围的面", "Give the polygon that the data cover"),
        )
    union = multi_polygon(polygons_of(shapely.union_all(prepared.geometries)))
    if not shapely.intersects(union, area):
        fault = outside_area(table.geometries, system, target, area, path.name)
        raise LantuError("coverage_outside_area", fault.fact, fault.hint, where="coverage")
    return union


def edition_coverage(job: Job, geometries: GeometryArray, log: IssueLog) -> BaseGeometry:
    """Return where the edition answers for absence, in the working CRS."""
    if len(geometries) == 0:
        if job.coverage == "features":
            raise _empty_needs_coverage(job)
        log.note(
            "empty_layer",
            "该版本没有要素：在覆盖范围内表示“没有”，由发布人负责",
            "The edition has no feature: within its coverage this says that there is none, on the "
            "publisher's word",
        )
    if isinstance(job.coverage, Path):
        return coverage_file(job.coverage, job.target, job.workspace.area, job.grids)
    if job.coverage == "features":
        return features_coverage(geometries)
    log.note(
        "coverage_by_word",
        "数据覆盖范围为整个工作区，由发布人声明",
        "Coverage is the whole workspace on the publisher's word",
    )
    return job.workspace.area


def _empty_needs_coverage(job: Job) -> LantuError:
    return LantuError(
        "empty_needs_coverage",
        Text(
            f"“{job.file.name}”没有可发布的要素，不能以要素范围作为数据覆盖范围",
            f"{job.file.name!r} has no feature to publish: features cannot be its coverage",
        ),
        Text(
            "若确认该范围内没有此类对象，请用 --coverage workspace 或 --coverage 范围文件发布",
            "If there is indeed none, publish with --coverage workspace or --coverage FILE",
        ),
    )
