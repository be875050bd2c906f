"""Rows of one table as GDAL gives them; what GDAL breaks off at is found and named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio import raw

from gis.crs import GeometryArray
from layers.issue_log import Rejected
from layers.readers_count import FileCount

_MAX_SALVAGE_FAULTS = 64

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows from `start` on, as read in one go."""

    start: int
    fids: npt.NDArray[np.int64]
    wkb: npt.NDArray[np.object_]
    fields: dict[str, npt.NDArray[Any]]
    meta: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Assembled:
    """All rows that could be read, numbered as in the source, and what could not."""

    rows: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    wkb: npt.NDArray[np.object_]
    fields: dict[str, npt.NDArray[Any]]
    rejected: tuple[Rejected, ...]


def salvaged(
    path: Path, info: dict[str, Any], options: dict[str, Any]
) -> tuple[list[Chunk], list[tuple[int, int]]]:
    """Read all; where the driver breaks off, halve until only the broken features are left out.

    Returns the chunks and the ranges (start, stop) that could not be read.
    """
    try:
        return [_chunk(path, options, 0, None)], []
    except pyogrio.errors.FeatureError:
        total = int(info["features"])
        if total <= 0:
            raise
    chunks: list[Chunk] = []
    faults: list[tuple[int, int]] = []
    stack = [(0, total)]
    while stack:
        start, stop = stack.pop()
        try:
            chunks.append(_chunk(path, options, start, stop - start))
        except pyogrio.errors.DataLayerError:
            if stop - start == 1 or len(faults) >= _MAX_SALVAGE_FAULTS:
                faults.append((start, stop))
                continue
            middle = (start + stop) // 2
            stack += [(middle, stop), (start, middle)]
    return chunks, faults


def _chunk(path: Path, options: dict[str, Any], start: int, count: int | None) -> Chunk:
    meta, fids, wkb, columns = raw.read(
        path,
        skip_features=start,
        max_features=count,
        datetime_as_string=True,
        return_fids=True,
        **options,
    )
    names = [str(name) for name in meta["fields"]]
    if wkb is None:
        wkb = np.full(len(fids), None, dtype=object)
    return Chunk(start, fids, wkb, dict(zip(names, columns, strict=True)), meta)


def assembled(
    chunks: list[Chunk],
    faults: list[tuple[int, int]],
    count: FileCount | None,
    *,
    shapefile: bool,
) -> Assembled:
    """Join the chunks; number the rows as the source does; list what was not read."""
    if len(chunks) == 1:
        wkb, fields = chunks[0].wkb, chunks[0].fields
    else:
        wkb = np.concatenate([c.wkb for c in chunks]) if chunks else np.empty(0, object)
        names = list(chunks[0].fields) if chunks else []
        fields = {n: np.concatenate([c.fields[n] for c in chunks]) for n in names}
    rows = (
        np.concatenate([np.arange(c.start, c.start + len(c.wkb)) for c in chunks])
        if chunks
        else np.empty(0)
    ).astype(np.int64)
    rejected = [
        Rejected(position + 1, "unreadable_feature")
        for start, stop in faults
        for position in range(start, stop)
    ]
    numbers = rows + 1
    if shapefile and chunks:  # records that were deleted keep their numbers
        numbers = np.concatenate([c.fids for c in chunks]) + 1
    if count is not None:
        missing = count.features - len(rows) - len(rejected)
        if missing > 0 and missing == len(count.broken) and not rejected:
            whole = np.arange(1, count.features + 1)
            numbers = whole[~np.isin(whole, count.broken)]
            rejected = [Rejected(int(number), "not_a_feature") for number in count.broken]
        elif missing > 0:
            why = "missing_record" if shapefile else "skipped"
            rejected += [Rejected(None, why) for _ in range(missing)]
    return Assembled(rows, numbers.astype(np.int64), wkb, fields, tuple(rejected))


def geometries_of(
    wkb: npt.NDArray[np.object_], path: Path, table: str | None, rows: npt.NDArray[np.int64]
) -> tuple[
    GeometryArray,
    dict[int, Bounds | None],
    frozenset[int],
    tuple[int, ...],
]:
    """Geometries from WKB; open rings closed; bounds of those that stay unreadable."""
    geometries = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    missing = np.flatnonzero(shapely.is_missing(geometries))
    null = {int(index) for index in missing if wkb[index] is None}
    unreadable: dict[int, Bounds | None] = {}
    closed: list[int] = []
    for index in (int(i) for i in missing if int(i) not in null):
        fixed = shapely.from_wkb(wkb[index], on_invalid="fix")
        if fixed is not None and not fixed.is_empty:
            geometries[index] = fixed
            closed.append(index)
            continue
        bounds = None
        if len(unreadable) < 200:
            _, found = pyogrio.read_bounds(
                path, layer=table, skip_features=int(rows[index]), max_features=1
            )
            if np.isfinite(found).all():
                bounds = tuple(float(v) for v in found[:, 0])
        unreadable[index] = bounds  # type: ignore[assignment]
    return geometries, unreadable, frozenset(null), tuple(closed)
