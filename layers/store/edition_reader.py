"""Read the features of a box from an edition's GeoPackage, by R-tree, from any thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import shapely

from gis.errors import LantuError, Text
from gis.lending import Lending
from layers.store.columns import Column, quoted
from layers.store.drafts import FeatureTable
from layers.store.feature_pages import (
    EVERYWHERE,
    Outlines,
    Wanted,
    numbered_rows,
    outlines_of,
)
from layers.store.files import fingerprint
from layers.store.found import Row, feature_table, found_features
from layers.store.protocol import Box, Features

OPEN_FILES = 128
"""Edition files held open per process; a city has some dozens of layers and parts."""

_HEADER = (8, 40, 56, 56, 72)  # bytes before the WKB, by the envelope code of the GPKG flags
_INSIDE = "r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ?"

Answer = TypeVar("Answer")


State = tuple[int, int, int]


class EditionReader:
    """Open edition files: a connection serves one thread at a time, a file is checked once.

    A file is compared with the fingerprint of its publication when it is first opened and again
    when its size or time of change differ from then.
    """

    def __init__(self) -> None:
        self._checked: dict[Path, State] = {}
        self._open: Lending[tuple[Path, State], _OpenFile] = Lending(most=OPEN_FILES)

    def read(self, path: Path, expected: str, box: Box) -> Features:
        """Return the features whose bounds meet `box`.

        Raises
        ------
        LantuError
            `layer_unreadable` without a place; the caller knows layer and edition.
        ValueError
            When the box is not finite: it would meet nothing, which looks like a clear site.
        """
        if not np.isfinite(box).all():
            raise ValueError(f"box {box} is not finite")
        return self._asked(path, expected, lambda file: file.read(box))

    def outlines(self, path: Path, expected: str, wanted: Wanted) -> Outlines:
        """Return numbers and bounds of the features wanted; raises as `read` does."""
        return self._asked(path, expected, lambda file: file.outlines(wanted))

    def numbered(self, path: Path, expected: str, ids: Sequence[int]) -> Features:
        """Return whole features by number; raises as `read` does."""
        return self._asked(path, expected, lambda file: file.numbered(ids))

    def whole(self, path: Path, expected: str) -> FeatureTable:
        """Return all features as they were published; raises as `read` does."""
        return self._asked(path, expected, lambda file: file.features())

    def _asked(self, path: Path, expected: str, ask: Callable[[_OpenFile], Answer]) -> Answer:
        state = self.check(path, expected)
        try:
            with self._open.lent((path, state), lambda: _OpenFile(path)) as file:
                return ask(file)
        except (sqlite3.Error, shapely.errors.GEOSException, ValueError, IndexError) as error:
            raise unreadable(
                Text(f"文件内容损坏：{error}", f"its content is broken: {error}")
            ) from error

    def check(self, path: Path, expected: str) -> State:
        """Refuse a file that is missing or is not the one that was published; return its state."""
        try:
            found = path.stat()
            state = (found.st_size, found.st_mtime_ns, found.st_ino)
            if self._checked.get(path) == state:
                return state
            altered = int(expected.split(":")[1]) != found.st_size or fingerprint(path) != expected
        except OSError as error:
            raise unreadable(
                Text(
                    f"文件缺失或不可读：{error.strerror}",
                    f"its file cannot be read: {error.strerror}",
                )
            ) from error
        if altered:
            raise unreadable(
                Text(
                    f"文件与发布时不一致（现有 {found.st_size} 字节）",
                    f"its file is not the one published ({found.st_size} bytes now)",
                )
            )
        self._checked[path] = state
        return state

    def close(self) -> None:
        """Close the files; one that is being read is closed when its reader is done."""
        self._open.close()


class _OpenFile:
    """One connection to one edition file, with its queries ready."""

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        tables = {name for (name,) in self.connection.execute("SELECT name FROM sqlite_master")}
        listed = self.connection.execute("SELECT field, name, kind FROM lantu_columns ORDER BY id")
        self.columns = [Column(*row) for row in listed]
        values = "".join(f", f.{quoted(column.name)}" for column in self.columns)
        self.all = f"SELECT f.geom, f.class{values} FROM features f ORDER BY f.fid"
        self.has_pieces = "lantu_big" in tables
        self.whole = (
            f"SELECT f.fid, 0, f.geom, f.class{values} FROM rtree_features_geom r"
            f" JOIN features f ON f.fid = r.id WHERE {_INSIDE}"
        )
        if self.has_pieces:
            self.whole += " AND r.id NOT IN (SELECT fid FROM lantu_big)"
        self.cut = (
            "SELECT p.feature, p.piece, p.geom FROM rtree_pieces_geom r"
            f" JOIN pieces p ON p.fid = r.id WHERE {_INSIDE}"
        )
        self.big = f"SELECT f.class{values} FROM lantu_big f WHERE f.fid = ?"

    def close(self) -> None:
        self.connection.close()

    def read(self, box: Box) -> Features:
        minx, miny, maxx, maxy = map(float, box)
        query = (maxx, minx, maxy, miny)
        execute = self.connection.execute
        rows: list[Row] = execute(self.whole, query).fetchall()
        if self.has_pieces and (pieces := execute(self.cut, query).fetchall()):
            known = {
                number: execute(self.big, (number,)).fetchone()
                for number in {row[0] for row in pieces}
            }
            rows += [(*row, *known[row[0]]) for row in pieces]
        return found_features(rows, decode, self.columns, box)

    def features(self) -> FeatureTable:
        rows: list[Row] = self.connection.execute(self.all).fetchall()
        return feature_table([decode([row[0]])[0] for row in rows], rows, self.columns)

    def outlines(self, wanted: Wanted) -> Outlines:
        return outlines_of(self.connection, self.columns, wanted)

    def numbered(self, ids: Sequence[int]) -> Features:
        rows = numbered_rows(self.connection, self.columns, ids)
        return found_features(rows, decode, self.columns, EVERYWHERE)


def decode(blobs: Iterable[bytes]) -> Any:
    """Geometries of GeoPackage blobs: the header is skipped, the WKB read.

    Raises
    ------
    ValueError
        When a blob is not a GeoPackage geometry.
    """
    wkb = []
    for blob in blobs:
        if blob[:2] != b"GP":
            raise ValueError("not a GeoPackage geometry")
        wkb.append(blob[_HEADER[(blob[3] >> 1) & 7] :])
    array = np.empty(len(wkb), dtype=object)
    array[:] = wkb
    return shapely.from_wkb(array)


def unreadable(what: Text) -> LantuError:
    """Return `layer_unreadable`; the caller adds layer and edition."""
    return LantuError(
        "layer_unreadable",
        Text(f"图层数据版本无法读取：{what.zh}", f"The layer's edition cannot be read: {what.en}"),
        Text(
            "请从备份恢复该文件，或用新的版本号重新发布该图层",
            "Restore the file from a backup, or publish the layer again under a new edition key",
        ),
    )
