"""From a file to a published edition: read, check, transform once, repair, log, publish.

Nothing is lost silently: what went in equals what was published plus what was rejected, and an
edition that would lose something is refused, or marked incomplete by the publisher's own word.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gis.crs import GeometryArray
from gis.errors import LantuError, Text
from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.ingest_job import Job, Publisher, PublishOptions, PublishResult
from layers.issue_log import IssueLog, features_lost, lost_area
from layers.readers_files import refuse_remote_name
from layers.store import FeatureTable

if TYPE_CHECKING:  # these bring GDAL along
    from layers.ingest_crs import SourceSystem
    from layers.ingest_geometry import Prepared
    from layers.readers import VectorTable

__all__ = ["PublishOptions", "PublishResult", "Publisher", "publish"]

logger = logging.getLogger("lantu.layers.ingest")

LOST_MARGIN_M = 1.0
"""What surrounds a lost feature is doubtful for at least so far, and for the accuracy."""


def publish(workspace: Publisher, layer: str, file: Path, options: PublishOptions) -> PublishResult:
    """Publish a file as an edition of a layer, or refuse it with what to do.

    Parameters
    ----------
    workspace
        Where to publish; its CRS and area judge the file.
    layer
        Key of a known layer.
    file
        Any vector format of GDAL, a folder or zip of it, or a GeoTIFF for a raster layer.
    options
        The publisher's word.

    Returns
    -------
    The edition with its issue log. The same file under the same edition key is done already:
    the edition there is comes back with its own log.

    Raises
    ------
    LantuError
        `unknown_layer`, `bad_options`, `edition_exists`, `features_lost`,
        `repair_needs_consent`, `layer_outside_area`, `empty_needs_coverage`,
        `coverage_features_not_allowed`, `class_field_missing`, and those of the readers.
    """
    spec = _known(workspace, layer)
    _check_options(options)
    refuse_remote_name(file)
    job = Job(workspace, spec, file, options, _coverage_kind(options.coverage))
    if job.coverage == "features" and spec.geometry != "raster":
        from layers.ingest_coverage import refuse_features_coverage

        refuse_features_coverage(spec)
    before = _published_before(job)
    if before is not None:
        return before
    if spec.geometry == "raster":
        from layers.ingest_raster import publish_raster

        return publish_raster(job)
    return _publish_vector(job)


def _known(workspace: Publisher, layer: str) -> LayerSpec:
    specs = workspace.specs()
    if layer in specs:
        return specs[layer]
    near = sorted(key for key in specs if layer.split(".")[-1] in key)[:5]
    raise LantuError(
        "unknown_layer",
        Text(
            f"没有图层“{layer}”" + (f"；相近的有：{'、'.join(near)}" if near else ""),
            f"There is no layer {layer!r}" + (f"; near: {', '.join(near)}" if near else ""),
        ),
        Text(
            "请用 lantu layers list 查看图层，或用 lantu layers add 登记图层",
            "See lantu layers list, or register it with lantu layers add",
        ),
        where=layer,
    )


def _check_options(options: PublishOptions) -> None:
    begin = options.valid_from or options.currency
    if options.valid_to is not None and options.valid_to < begin:
        raise _bad_options(
            f"有效期止 {options.valid_to} 早于有效期起 {begin}",
            f"valid_to {options.valid_to} is before valid_from {begin}",
        )
    if not 0 <= options.accuracy_m < 1e6:
        raise _bad_options(
            f"平面精度 {options.accuracy_m} 米不是有效值",
            f"An accuracy of {options.accuracy_m} metres makes no sense",
        )
    if not options.edition.strip() or (options.part is not None and not options.part.strip()):
        raise _bad_options("数据版本名或分片名为空", "The edition key or the part is empty")


def _bad_options(zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_options", Text(zh, en), Text("请更正后重新发布", "Correct it and publish again")
    )


def _coverage_kind(coverage: str | Path) -> str | Path:
    if str(coverage) in {"workspace", "features"}:
        return str(coverage)
    return Path(coverage)


def _published_before(job: Job) -> PublishResult | None:
    """Return the edition there is, when the same file was published under its key before."""
    options = job.options
    for edition in job.workspace.editions(job.spec.key):
        if (edition.key, edition.part) != (options.edition, options.part):
            continue
        if not job.file.exists():
            return None  # the reader names the missing file
        log = job.workspace.issue_log(edition)
        differs = _difference(job, edition, log)
        if differs is None:
            return PublishResult(edition, log)
        raise LantuError(
            "edition_exists",
            Text(
                f"数据版本 {job.spec.key} {edition.id} 已发布，{differs.zh}",
                f"Edition {edition.id} of {job.spec.key} was published before; {differs.en}",
            ),
            Text(
                "数据版本不可改写，请换一个版本号（--edition）发布",
                "An edition is never rewritten: publish under another key (--edition)",
            ),
            where=f"{job.spec.key} {edition.id}",
        )
    return None


def _difference(job: Job, edition: Edition, log: Mapping[str, object]) -> Text | None:
    """What this call asks otherwise than the call that published the edition; None: nothing."""
    if edition.checksum != job.checksum:
        return Text(f"内容与“{job.file.name}”不同", f"its content is not that of {job.file.name!r}")
    source = log.get("source")
    before = source.get("asked") if isinstance(source, dict) else None
    if not isinstance(before, dict):
        return None
    changed = [key for key, value in job.asked.items() if before.get(key) != value]
    if not changed:
        return None
    told = ", ".join(f"{key}: {before.get(key)} / {job.asked[key]}" for key in changed)
    return Text(f"参数不同（{told}）", f"the options differ ({told})")


def _publish_vector(job: Job) -> PublishResult:
    from layers.ingest_checks import compare_areas, find_outside
    from layers.ingest_coverage import edition_coverage
    from layers.ingest_crs import outside_area, source_system
    from layers.ingest_fields import read_classes, read_columns
    from layers.ingest_geometry import prepare
    from layers.readers import read_vector

    options, spec, target = job.options, job.spec, job.target
    job.step(0)
    table = read_vector(job.file, table=options.table)
    system = source_system(table, target, given=options.crs, grids=job.grids, shown=job.file.name)
    job.step(1)
    ready = prepare(table, spec.geometry, system, target)
    geometries, numbers = ready.geometries, table.numbers[ready.keep]
    log = _opened_log(job, table, ready, system)
    job.step(2)
    log.sections["outside"] = outside = find_outside(geometries, job.workspace.area, numbers)
    if len(geometries) and outside["wholly"] == len(geometries):
        raise outside_area(table.geometries, system, target, job.workspace.area, job.file.name)
    _refuse_without_word(ready, log, options)
    _look_within(log, spec, geometries, numbers)
    job.step(3)
    empty = table.features_in == 0
    classes, log.sections["classes"] = read_classes(
        table.fields, spec, ready.keep, given=options.class_field, empty=empty
    )
    columns, log.sections["bad_values"] = read_columns(table.fields, spec, ready.keep)
    if spec.geometry == "polygon":
        log.sections["stated_areas"] = compare_areas(
            table.fields, spec, geometries, ready.keep, numbers
        )
    job.step(4)
    coverage = edition_coverage(job, geometries, log)
    margin = max(LOST_MARGIN_M, options.accuracy_m + system.added_accuracy_m)
    lost = lost_area(ready.rejected, margin) if ready.rejected else None
    draft = job.draft(
        log, coverage, system.added_accuracy_m, lost=lost, incomplete=bool(ready.rejected)
    )
    job.step(5)
    edition = job.workspace.publish(draft, FeatureTable(geometries, classes, columns))
    job.step(6)
    logger.info("published %s %s: %d features", edition.layer, edition.id, log.published)
    return PublishResult(edition, draft.issue_log)


def _opened_log(job: Job, table: VectorTable, ready: Prepared, system: SourceSystem) -> IssueLog:
    """Return the log with what reading and repairing found."""
    log = job.log()
    log.features_in, log.published = table.features_in, len(ready.keep)
    log.rejected, log.repaired = ready.rejected, ready.repairs
    log.notes.extend(system.notes)
    log.source |= {
        "table": table.table,
        "driver": table.driver,
        "encoding": table.encoding,
        "crs": system.name,
        "deleted": table.deleted,
    }
    log.sections["dropped"] = ready.dropped(table)
    log.sections["truncated"] = []
    log.sections["warnings"] = list(table.warnings)
    return log


def _refuse_without_word(ready: Prepared, log: IssueLog, options: PublishOptions) -> None:
    """Refuse losses and large repairs that the publisher did not accept."""
    from layers.ingest_geometry import ask_consent

    if ready.rejected and not options.accept_loss:
        raise features_lost(log)
    if ready.large and not options.accept_repair:
        raise ask_consent(ready, log)


def _look_within(
    log: IssueLog, spec: LayerSpec, geometries: GeometryArray, numbers: npt.NDArray[np.int64]
) -> None:
    """Log equal features, and ground that polygons cover twice."""
    from layers.ingest_checks import find_duplicates, find_overlaps

    log.sections["duplicates"] = find_duplicates(geometries, numbers)
    log.sections["overlaps"] = (
        find_overlaps(geometries, numbers) if spec.geometry == "polygon" else None
    )
