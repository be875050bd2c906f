"""The issue log in sentences, for the screen; the log itself stays as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gis.errors import Text

_SHOWN = 5

Log = Mapping[str, Any]


def log_texts(log: Log) -> list[Text]:
    """Return what an issue log says, most important first; what is in order is left out."""
    parts: tuple[Callable[[Log], Iterable[Text]], ...] = (
        _counts,
        _source,
        _rejected,
        _repaired,
        _classes,
        _areas,
        _overlaps,
        _places,
        _dropped,
        _values,
        _notes,
    )
    return [text for part in parts for text in part(log)]


def _counts(log: Log) -> Iterable[Text]:
    count = log["features"]
    yield Text(
        f"读入 {count['in']}，发布 {count['published']}，剔除 {count['rejected']}，"
        f"修复 {count['repaired']}",
        f"{count['in']} in, {count['published']} published, {count['rejected']} rejected, "
        f"{count['repaired']} repaired",
    )


def _source(log: Log) -> Iterable[Text]:
    source = log["source"]
    table = source.get("table")
    encoding = source.get("encoding")
    yield Text(
        f"文件 {source['file']}" + (f"，表 {table}" if table else "") + f"，坐标系按 "
        f"{source['crs']} 读取" + (f"，编码 {encoding}" if encoding else ""),
        f"file {source['file']}" + (f", table {table}" if table else "") + f", read as "
        f"{source['crs']}" + (f", encoding {encoding}" if encoding else ""),
    )
    raster = log.get("raster")
    if raster:
        yield Text(
            f"栅格 {raster['width']}×{raster['height']}，有效像元 {raster['valid_cells']}",
            f"raster of {raster['width']} x {raster['height']}, {raster['valid_cells']} valid "
            "cells",
        )
    if source.get("deleted"):
        yield Text(
            f"源文件中已删除标记的记录 {source['deleted']} 条，不计",
            f"{source['deleted']} records marked deleted in the source, not counted",
        )


def _rejected(log: Log) -> Iterable[Text]:
    for entry in log["rejected"][:_SHOWN]:
        number = entry["no"] if entry["no"] is not None else "?"
        yield Text(f"剔除第 {number} 个：{entry['zh']}", f"rejected no {number}: {entry['en']}")


def _repaired(log: Log) -> Iterable[Text]:
    for entry in log["repaired"][:_SHOWN]:
        areas = f"{entry['area_before_m2']:.2f} → {entry['area_after_m2']:.2f} m²"
        yield Text(
            f"修复第 {entry['no']} 个（{entry['method']}）：{entry['why']}，{areas}",
            f"repaired no {entry['no']} ({entry['method']}): {entry['why']}, {areas}",
        )


def _classes(log: Log) -> Iterable[Text]:
    classes = log.get("classes") or {}
    if classes.get("unknown_count"):
        shown = ", ".join(f"{e['value']} × {e['count']}" for e in classes["unknown"][:_SHOWN])
        yield Text(
            f"字段 {classes['field']} 有 {classes['unknown_count']} 个要素类别不明：{shown}",
            f"field {classes['field']}: {classes['unknown_count']} of unknown class: {shown}",
        )


def _areas(log: Log) -> Iterable[Text]:
    for entry in log.get("stated_areas") or []:
        if entry["differing"]:
            first = entry["examples"][0]
            yield Text(
                f"字段 {entry['field']}（{entry['unit']}）有 {entry['differing']} 个与图形面积相差"
                f"超过 10%，如第 {first['no']} 个：填写 {first['stated_m2']} m²，"
                f"图形 {first['computed_m2']} m²",
                f"field {entry['field']} ({entry['unit']}): {entry['differing']} differ from the "
                f"geometry by over 10 %, such as no {first['no']}: stated {first['stated_m2']} "
                f"m2, computed {first['computed_m2']} m2",
            )


def _overlaps(log: Log) -> Iterable[Text]:
    overlaps = log.get("overlaps")
    if overlaps and not overlaps["checked"]:
        yield Text(overlaps["reason"]["zh"], overlaps["reason"]["en"])
    elif overlaps and overlaps["pairs"]:
        yield Text(
            f"层内重叠 {overlaps['pairs']} 对，重复覆盖 {overlaps['doubly_covered_m2']} m²",
            f"{overlaps['pairs']} pairs overlap within the layer, {overlaps['doubly_covered_m2']} "
            "m2 covered twice",
        )
    duplicates = log.get("duplicates") or {}
    if duplicates.get("count"):
        yield Text(
            f"重复图形 {duplicates['count']} 个，如 {duplicates['examples'][0]}",
            f"{duplicates['count']} repeat another's geometry, such as {duplicates['examples'][0]}",
        )


def _places(log: Log) -> Iterable[Text]:
    outside = log.get("outside") or {}
    if outside.get("wholly") or outside.get("partly"):
        yield Text(
            f"工作区范围之外 {outside['wholly']} 个，部分在外 {outside['partly']} 个（均已发布）",
            f"{outside['wholly']} outside the workspace's area, {outside['partly']} partly "
            "(all published)",
        )


def _dropped(log: Log) -> Iterable[Text]:
    dropped = log.get("dropped") or {}
    if dropped.get("z"):
        yield Text(f"{dropped['z']} 个要素的高程 Z 已去除", f"Z dropped from {dropped['z']}")
    if dropped.get("m"):
        yield Text("M 值已去除", "M values dropped")
    if dropped.get("closed_polylines"):
        count = dropped["closed_polylines"]
        yield Text(f"{count} 条闭合多段线按面读取", f"{count} closed polylines read as polygons")
    if dropped.get("closed_rings"):
        count = len(dropped["closed_rings"])
        yield Text(f"{count} 个要素的未闭合环已闭合", f"open rings closed in {count} features")


def _values(log: Log) -> Iterable[Text]:
    for entry in log.get("bad_values") or []:
        shown = ", ".join(entry["examples"])
        yield Text(
            f"字段 {entry['field']} 有 {entry['count']} 个值不能转换，已置空：{shown}",
            f"field {entry['field']}: {entry['count']} values do not convert, left empty: {shown}",
        )
    for warning in (log.get("warnings") or [])[:_SHOWN]:
        yield Text(f"读取时提示：{warning}", f"the reader says: {warning}")


def _notes(log: Log) -> Iterable[Text]:
    for note in log["notes"]:
        yield Text(note["zh"], note["en"])
