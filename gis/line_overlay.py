"""What parts of a line hold of it: unions and remainders along a linear site, without noding.

A part cut out of a line by a polygon ends in points that lie off the line by the last digit of
their coordinates. Overlay of such parts with each other, or with the line, sees two lines where
there is one: overlaps count twice and a remainder takes nothing away. Here each part is put back
as an interval on the segment that it comes from, and intervals are joined as numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Intervals = list[list[tuple[float, float]]]

ON_LINE_M = 1e-5
"""How far a part may lie off its line, and how wide a gap between two parts is rounding."""


_MOST_PAIRS = 1 << 20
"""Boxes compared at a time: some megabytes."""


def along(site: BaseGeometry, parts: npt.NDArray[np.object_]) -> BaseGeometry:
    """Join parts that lie on a line: what they hold of it, each stretch once.

    Parameters
    ----------
    site
        LineString or MultiLineString in metres.
    parts
        Geometries whose lines were cut out of `site`; others, and the empty, hold nothing.

    Returns
    -------
    LineString, or MultiLineString of several or none, with the site's own vertices.
    """
    return _drawn(site, _held(site, parts))


def left_of(site: BaseGeometry, parts: npt.NDArray[np.object_]) -> BaseGeometry:
    """Return what of a line is left when the parts are taken away: the complement of `along`."""
    lengths = _lengths(_segments(np.array([site], dtype=object)))
    held = _held(site, parts)
    return _drawn(site, [_gaps(row, far) for row, far in zip(held, lengths, strict=True)])


def stretches_of(line: BaseGeometry, parts: npt.NDArray[np.object_]) -> list[tuple[float, float]]:
    """Return the stretches of one LineString that parts cut out of it hold, joined.

    From and to in metres along the line from its first vertex; parts without lines hold nothing.
    """
    found: list[tuple[float, float]] = []
    start = 0.0
    lengths = _lengths(_segments(np.array([line], dtype=object))).tolist()
    for far, held in zip(lengths, _held(line, parts), strict=True):
        for begin, end in held:
            first, last = start + begin, start + end
            if found and first - found[-1][1] <= ON_LINE_M:
                found[-1] = found[-1][0], last
            else:
                found.append((first, last))
        start += far
    return found


def _segments(geometries: npt.NDArray[np.object_]) -> Floats:
    """Segments of all lines in order, as (n, 4): x and y of both ends; other parts hold none."""
    # parts of parts: a collection may hold multi-part lines
    parts = shapely.get_parts(shapely.get_parts(geometries))
    lines = parts[shapely.get_dimensions(parts) == 1]
    xy, row = shapely.get_coordinates(lines, return_index=True)
    together = row[1:] == row[:-1]
    return np.hstack([xy[:-1][together], xy[1:][together]])


def _lengths(segments: Floats) -> Floats:
    return np.hypot(segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1])


def _held(site: BaseGeometry, parts: npt.NDArray[np.object_]) -> Intervals:
    """For each segment of the site the stretches held, in metres from its start, joined."""
    segments = _segments(np.array([site], dtype=object))
    pieces = _segments(parts)
    found: Intervals = [[] for _ in segments]
    if len(pieces) == 0:
        return found
    lengths = _lengths(segments)
    for row, beside in _side_by_side(segments, pieces):
        if lengths[row] > 0:
            found[row] = _joined(_on(segments[row], lengths[row], pieces[beside]), lengths[row])
    return found


def _side_by_side(segments: Floats, pieces: Floats) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """Segments with the pieces whose boxes they meet: no other piece can lie on them."""
    low, high = _boxes(segments)
    piece_low, piece_high = _boxes(pieces)
    piece_low, piece_high = piece_low - ON_LINE_M, piece_high + ON_LINE_M
    rows = max(1, _MOST_PAIRS // max(1, len(pieces)))
    for start in range(0, len(segments), rows):
        some = slice(start, start + rows)
        meets = (piece_low <= high[some, None]) & (piece_high >= low[some, None])
        both = meets[:, :, 0] & meets[:, :, 1]
        for row in np.flatnonzero(both.any(axis=1)).tolist():
            yield start + row, np.flatnonzero(both[row])


def _boxes(segments: Floats) -> tuple[Floats, Floats]:
    return np.minimum(segments[:, :2], segments[:, 2:]), np.maximum(
        segments[:, :2], segments[:, 2:]
    )


def _on(segment: Floats, far: float, pieces: Floats) -> Floats:
    """Stretches (from, to) of the pieces that lie on one segment, as (n, 2)."""
    start, way = segment[:2], (segment[2:] - segment[:2]) / far
    to_first, to_last = pieces[:, :2] - start, pieces[:, 2:] - start
    off = np.maximum(
        np.abs(to_first[:, 0] * way[1] - to_first[:, 1] * way[0]),
        np.abs(to_last[:, 0] * way[1] - to_last[:, 1] * way[0]),
    )
    ends = np.sort(np.column_stack([to_first @ way, to_last @ way]), axis=1)
    ends = np.clip(ends[off <= ON_LINE_M], 0.0, far)
    return np.asarray(ends[ends[:, 1] > ends[:, 0]])


def _joined(stretches: Floats, far: float) -> list[tuple[float, float]]:
    """Join stretches that overlap or nearly touch; ends near the segment's ends become them."""
    joined: list[tuple[float, float]] = []
    for begin, end in stretches[np.argsort(stretches[:, 0], kind="stable")].tolist():
        first = 0.0 if begin <= ON_LINE_M else begin
        last = far if end >= far - ON_LINE_M else end
        if joined and first <= joined[-1][1] + ON_LINE_M:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _gaps(held: list[tuple[float, float]], far: float) -> list[tuple[float, float]]:
    """Return the stretches of 0..far that are not held."""
    gaps, reached = [], 0.0
    for begin, end in held:
        if begin > reached:
            gaps.append((reached, begin))
        reached = end
    if reached < far:
        gaps.append((reached, far))
    return gaps


def _drawn(site: BaseGeometry, intervals: Intervals) -> BaseGeometry:
    """Draw intervals as lines; stretches that meet in a vertex of one line are one line."""
    segments = _segments(site)
    lengths = _lengths(segments)
    lines: list[list[tuple[float, float]]] = []
    open_end: tuple[float, float] | None = None
    for row, stretches in enumerate(intervals):
        for begin, end in stretches:
            first, last = (_at(segments[row], lengths[row], where) for where in (begin, end))
            if begin == 0.0 and open_end == first:
                lines[-1].append(last)
            else:
                lines.append([first, last])
            open_end = last if end == lengths[row] else None
        if not stretches and lengths[row] > 0:
            open_end = None
    drawn = [shapely.LineString(line) for line in lines]
    return drawn[0] if len(drawn) == 1 else shapely.MultiLineString(drawn)


def _at(segment: Floats, far: float, where: float) -> tuple[float, float]:
    """Return the point of a segment at a distance from its start; its ends are exact."""
    if where == 0.0:
        return float(segment[0]), float(segment[1])
    if where == far:
        return float(segment[2]), float(segment[3])
    x, y = segment[:2] + (segment[2:] - segment[:2]) * (where / far)
    return float(x), float(y)
