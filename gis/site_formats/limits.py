"""Sizes beyond which a file is refused before it can fill the memory."""

from __future__ import annotations

from pathlib import Path

from gis.errors import LantuError, Text

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Largest file of sites; a site of 1 km² in survey detail has some 100 kB."""

MAX_VERTICES = 2_000_000
"""Most vertices of one file; some 40 bytes of GeoJSON each."""

MAX_OUTLINE_M = 10_000_000.0
"""Longest outline that is cut into edges of 70 m for a transformation: 140 000 vertices."""

MAX_ARCHIVE_BYTES = 256 * 1024 * 1024
"""Most that one archive may hold unpacked."""

MAX_ARCHIVE_RATIO = 200.0
"""Most that a member may grow by unpacking: real geodata stay below 50."""

RATIO_FREE_BYTES = 1024 * 1024
"""Members up to this size are not asked for their ratio: a short table of zeros is harmless."""

MAX_ARCHIVE_MEMBERS = 2_000

MAX_NAME = 200
MAX_ATTRIBUTE = 2_000
MAX_ATTRIBUTES = 200


def mib(size: float) -> str:
    """Return a size in MiB with one decimal."""
    return f"{size / 1024 / 1024:.1f} MiB"


def check_file_size(path: Path) -> None:
    """Refuse a file over `MAX_FILE_BYTES` before it is read.

    Raises
    ------
    LantuError
        `file_too_large`, or `empty_file` when there is nothing in it.
    """
    check_size(path.stat().st_size, path.name)


def check_size(size: int, name: str) -> None:
    """Refuse a number of bytes, or of characters of a text, that is too large or nothing.

    Raises
    ------
    LantuError
        `file_too_large`, `empty_file`.
    """
    if size > MAX_FILE_BYTES:
        raise LantuError(
            "file_too_large",
            Text(
                f"文件大小 {mib(size)}，超过用地文件上限 {mib(MAX_FILE_BYTES)}",
                f"The file has {mib(size)}; the limit for site files is {mib(MAX_FILE_BYTES)}",
            ),
            Text(
                "请只导出需要检测的地块；整个图层请用 lantu publish 发布为图层",
                "Export only the parcels to be checked; publish whole layers with lantu publish",
            ),
            where=name,
        )
    if size == 0:
        raise empty_file(name)


def empty_file(name: str) -> LantuError:
    """Return the fault of a file of no bytes."""
    return LantuError(
        "empty_file",
        Text("文件为空（0 字节）", "The file is empty (0 bytes)"),
        Text("请重新导出或重新上传", "Export or upload it again"),
        where=name,
    )


def check_vertices(count: int, where: str | None = None) -> None:
    """Refuse more than `MAX_VERTICES` vertices.

    Raises
    ------
    LantuError
        `too_many_vertices`.
    """
    if count > MAX_VERTICES:
        raise LantuError(
            "too_many_vertices",
            Text(
                f"共有 {count} 个坐标点，上限为 {MAX_VERTICES} 个",
                f"{count} vertices; the limit is {MAX_VERTICES}",
            ),
            Text(
                "请分成几个文件，或先简化边界",
                "Split it into several files, or simplify the boundary first",
            ),
            where=where,
        )
