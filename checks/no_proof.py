"""Why a layer proves nothing: the reasons behind `not_assessed`, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from checks.evidence import Reason
from gis.errors import Text
from layers.catalog import LayerSpec
from layers.editions import Edition


def no_edition(spec: LayerSpec, as_of: date) -> Reason:
    """The layer is known, and nothing of it was published for the day."""
    return Reason(
        "no_edition",
        Text(
            f"图层“{spec.title.zh}”在 {as_of} 没有可用的数据版本，请向{spec.authority}索取",
            f"Layer '{spec.title.en}' has no edition in force on {as_of}; "
            f"ask {spec.authority} for it",
        ),
    )


def not_exhaustive() -> Reason:
    """The layer does not claim to hold everything."""
    return Reason(
        "not_exhaustive",
        Text(
            "该图层不保证完整收录，无命中不等于不存在",
            "The layer is not exhaustive: finding nothing does not prove absence",
        ),
    )


def past_freshness(editions: Sequence[Edition], as_of: date, freshness_days: int | None) -> int:
    """Days by which the oldest of the editions is past its freshness."""
    oldest = min(edition.currency for edition in editions)
    return (as_of - oldest).days - (freshness_days or 0)


def stale(editions: Sequence[Edition], as_of: date, freshness_days: int | None) -> Reason:
    """The data are older than the layer allows."""
    oldest = min(edition.currency for edition in editions)
    days = past_freshness(editions, as_of, freshness_days)
    return Reason(
        "stale",
        Text(
            f"数据基准日 {oldest} 超过时效 {days} 天，无命中不能证明不存在",
            f"Data of {oldest} are {days} days past their freshness: no hit proves nothing",
        ),
    )


def uncovered(share: float, *, around: bool) -> Reason:
    """Part of the site, or with `around` of what lies near it, is not covered."""
    if share >= 1.0 and around:
        return Reason(
            "not_covered",
            Text(
                "用地已全部覆盖，但规则要求检查的周边距离内有数据缺口",
                "The site is covered, but there is a gap within the distance that the rule "
                "looks at",
            ),
        )
    percent = f"{math.floor(share * 1e4) / 100:.2f}"  # never shows 100.00 for less
    return Reason(
        "not_covered",
        Text(
            f"数据只覆盖用地的 {percent}%，其余部分未检测",
            f"The data cover {percent} % of the site; the rest was not assessed",
        ),
    )


def against_geometry(kind: str, spec: LayerSpec) -> Reason:
    """A test asks what things of this geometry do not have."""
    return Reason(
        "test_against_geometry",
        Text(
            f"测试 {kind} 不适用于{_GEOMETRY[spec.geometry].zh}图层，请修改规则",
            f"The test {kind} does not suit a layer of {_GEOMETRY[spec.geometry].en}: "
            "mend the rule",
        ),
    )


_GEOMETRY = {
    "polygon": Text("面", "polygons"),
    "line": Text("线", "lines"),
    "point": Text("点", "points"),
    "raster": Text("栅格", "cells"),
}
