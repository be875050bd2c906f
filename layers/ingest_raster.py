"""A GeoTIFF becomes a north-up, tiled, compressed raster in its own CRS, valid cells known."""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import GeometryArray
from gis.errors import LantuError, Text
from gis.geometry import polygons_of
from layers.ingest_coverage import edition_coverage
from layers.ingest_crs import SourceSystem, move, outside_area, source_system
from layers.ingest_job import Job, PublishResult
from layers.ingest_raster_file import RasterCopy, north_up_copy, opened_raster
from layers.issue_log import IssueLog, Rejected, features_lost, lost_area
from layers.readers import VectorTable
from layers.readers_files import opened

logger = logging.getLogger("lantu.layers.ingest")

MAX_CLASSES = 500


def publish_raster(job: Job) -> PublishResult:
    """Publish a GeoTIFF of one band as an edition of a raster layer.

    The raster keeps its CRS and its cells; a south-up one is flipped, a rotated one is warped
    to a north-up grid by nearest neighbour, which the log says. Coverage `features` is the
    union of the valid cells.

    Raises
    ------
    LantuError
        `raster_not_readable`, `raster_bands`, `raster_scaled`, `raster_not_referenced`,
        `features_lost`, `raster_no_valid_cell`, `layer_outside_area`, and those of the CRS.
    """
    job.step(0)
    with (
        opened(job.file, table=job.options.table) as path,
        tempfile.TemporaryDirectory(prefix="lantu-raster-") as folder,
        opened_raster(path, job.file.name) as dataset,
    ):
        box = _as_table(dataset)
        system = source_system(
            box, job.target, given=job.options.crs, grids={}, shown=job.file.name
        )
        moved, failed = move(box.geometries, system, job.target)
        if failed.any() or not shapely.intersects(moved[0], job.workspace.area):
            raise outside_area(
                box.geometries, system, job.target, job.workspace.area, job.file.name
            )
        job.step(1)
        target = Path(folder) / "raster.tif"
        copy = north_up_copy(dataset, target, crs=system.crs.to_wkt())
        log = _log(job, system, copy)
        if copy.unread and not job.options.accept_loss:
            raise features_lost(log)
        if copy.valid_cells == 0:
            raise _no_valid_cell(job)
        log.sections["classes"] = _classes(job, target, copy)
        job.step(4)
        return _published(job, system, copy, target, log)


def _published(
    job: Job, system: SourceSystem, copy: RasterCopy, target: Path, log: IssueLog
) -> PublishResult:
    places = _to_working(copy.unread, system, job)
    lost = lost_area([Rejected(None, "unreadable_block", place) for place in places], 1.0)
    valid = (
        _to_working(polygons_of(copy.valid_area()), system, job)
        if job.coverage == "features"
        else np.empty(0, dtype=object)
    )
    coverage = edition_coverage(job, valid, log)
    draft = job.draft(
        log,
        coverage,
        system.added_accuracy_m,
        lost=lost if len(places) else None,
        incomplete=bool(copy.unread),
    )
    job.step(5)
    edition = job.workspace.publish(draft, target)
    job.step(6)
    logger.info("published %s %s: raster", edition.layer, edition.id)
    return PublishResult(edition, draft.issue_log)


def _to_working(geometries: list[BaseGeometry], system: SourceSystem, job: Job) -> GeometryArray:
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    moved, failed = move(array, system, job.target)
    fine = moved[~failed]
    return fine if system.crs == job.target else np.asarray(shapely.make_valid(fine), dtype=object)


def _as_table(dataset: Any) -> VectorTable:
    """The raster's outline in its own CRS, in the form that the CRS guards read."""
    corners = [(0, 0), (dataset.width, 0), (dataset.width, dataset.height), (0, dataset.height)]
    outline = np.empty(1, dtype=object)
    outline[0] = shapely.Polygon([dataset.transform * corner for corner in corners])
    return VectorTable(
        driver="GTiff",
        table=None,
        encoding="",
        crs=None if dataset.crs is None else dataset.crs.to_wkt(),
        crs_assumed=False,
        numbers=np.array([1]),
        geometries=outline,
        fields={},
        features_in=1,
    )


def _log(job: Job, system: SourceSystem, copy: RasterCopy) -> IssueLog:
    log = job.log()
    log.features_in = 1 + len(copy.unread)
    log.published = 1
    log.rejected = [
        Rejected(None, "unreadable_block", place) for place in _to_working(copy.unread, system, job)
    ]
    log.features_in = log.published + len(log.rejected)
    log.notes.extend(system.notes)
    log.source |= {"table": None, "driver": "GTiff", "encoding": None, "crs": system.name}
    log.sections["raster"] = {
        "width": copy.width,
        "height": copy.height,
        "cell": [copy.transform[0], -copy.transform[4]],
        "dtype": copy.dtype,
        "nodata": None if copy.nodata is None or np.isnan(copy.nodata) else copy.nodata,
        "valid_cells": copy.valid_cells,
        "method": copy.method,
    }
    if copy.method == "warped:nearest":
        log.note(
            "raster_warped",
            f"栅格有旋转，已按最邻近法重采样为正北格网（{copy.width}×{copy.height}）",
            f"The raster was rotated: resampled to a north-up grid of {copy.width} x "
            f"{copy.height} by nearest neighbour",
        )
    elif copy.method == "flipped":
        log.note(
            "raster_flipped",
            "栅格行列次序颠倒，已翻转为北上东右，像元值不变",
            "Rows or columns ran backwards: flipped to north-up, cell values unchanged",
        )
    return log


def _classes(job: Job, target: Path, copy: RasterCopy) -> dict[str, object]:
    """Count the cells of each value of a raster of classes; name values without a class."""
    declared = job.spec.class_field
    if declared is None or not np.issubdtype(np.dtype(copy.dtype), np.integer):
        return {"field": None, "unknown": [], "unknown_count": 0}
    counts: Counter[str] = Counter()
    with opened_raster(target, job.file.name) as dataset:
        for _, window in dataset.block_windows(1):
            values = dataset.read(1, window=window, masked=True).compressed()
            found, cells = np.unique(values, return_counts=True)
            for value, number in zip(found.tolist(), cells.tolist(), strict=True):
                counts[str(value)] += number
            if len(counts) > MAX_CLASSES:
                return {"field": "band 1", "unknown": [], "unknown_count": None}
    unknown = [
        {"value": value, "count": number}
        for value, number in sorted(counts.items())
        if declared.code_of(value) is None
    ]
    return {
        "field": "band 1",
        "counts": dict(sorted(counts.items())),
        "unknown": unknown,
        "unknown_count": sum(int(str(entry["count"])) for entry in unknown),
    }


def _no_valid_cell(job: Job) -> LantuError:
    return LantuError(
        "raster_no_valid_cell",
        Text(
            f"栅格“{job.file.name}”没有有效像元（全部为 nodata）",
            f"Raster {job.file.name!r} has no valid cell: all is nodata",
        ),
        Text("请核对栅格与 nodata 值", "Check the raster and its nodata value"),
    )
