"""What `/ogc` and `/tiles` refuse."""

from __future__ import annotations

from gis.errors import LantuError, Text


def bad_query(parameter: str, fact: Text, hint: Text) -> LantuError:
    """Return the refusal of a query parameter (400)."""
    return LantuError("bad_query", fact, hint, where=parameter)


def unknown_collection(name: str) -> LantuError:
    """Return the refusal of a collection that is not there, or not for who asks (404)."""
    return LantuError(
        "unknown_collection",
        Text(f"没有数据集“{name[:80]}”", f"There is no collection {name[:80]!r}"),
        Text("见 /ogc/collections", "See /ogc/collections"),
        where=name[:80],
    )


def unknown_item(collection: str, name: str) -> LantuError:
    """Return the refusal of a feature that is not in its collection (404)."""
    return LantuError(
        "unknown_item",
        Text(f"{collection} 中没有要素“{name[:80]}”", f"{collection} has no item {name[:80]!r}"),
        Text("请核对要素的编号", "Check the item's id"),
        where=collection,
    )


def no_report() -> LantuError:
    """Return the refusal of findings without a report: an empty answer would look like clear."""
    return bad_query(
        "report",
        Text("没有指定检测报告", "No report is named"),
        Text("请在参数 report 中给出报告编号", "Give the report's id in the parameter report"),
    )
