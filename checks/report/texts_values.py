"""Words for what rules name: force and part of a text of law, statistics, values.

A name of an office's own rule stands for itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gis.errors import Text

FORCE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "draft": Text("征求意见稿", "draft for comment"),
        "trial": Text("试行", "on trial"),
        "internal": Text("内部规定", "internal rule"),
    }
)

STATUS_WORDS: Mapping[str, Text] = MappingProxyType(
    {"in_force": Text("现行", "in force"), **FORCE_WORDS}
)
"""Of a pack of rules as a whole."""

ROLE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "prohibition": Text("禁止性规定", "prohibition"),
        "approval": Text("批准规定", "approval"),
        "exception": Text("例外规定", "exception"),
    }
)

STATISTIC_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "min": Text("最小值", "minimum"),
        "max": Text("最大值", "maximum"),
        "mean": Text("平均值", "mean"),
        "nodata_share": Text("无数据占比", "share without data"),
        "beyond_share": Text("栅格范围外占比", "share beyond the raster"),
    }
)

VALUE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "any_share": Text("起算占比", "share that counts"),
        "collective": Text("集体所有的认定", "what counts as collective"),
        "compatible_uses": Text("相容用途", "compatible uses"),
        "consent_width": Text("须征得同意的范围", "width that needs consent"),
        "control_width": Text("控制范围宽度", "width under control"),
        "depth": Text("水深限值", "depth limit"),
        "distance": Text("要求距离", "distance required"),
        "forbidden_width": Text("禁止范围宽度", "width forbidden"),
        "from_share": Text("起算占比", "share that counts"),
        "limit": Text("限额", "limit"),
        "margin": Text("余量", "margin"),
        "max_years": Text("最长年限", "longest term"),
        "max_years_infrastructure": Text("基础设施最长年限", "longest term for infrastructure"),
        "minerals": Text("矿种认定", "minerals that count"),
        "most": Text("条数限值", "number that counts"),
        "near": Text("邻近距离", "distance that counts as near"),
        "no_building": Text("禁建距离", "distance without building"),
        "protection_width": Text("保护范围宽度", "width protected"),
        "reach": Text("影响距离", "distance of effect"),
        "setback": Text("退让距离", "setback"),
        "share": Text("占比限值", "share limit"),
        "voltage": Text("电压限值", "voltage limit"),
        "whole": Text("须达到的占比", "share required"),
        "zones": Text("功能区认定", "zones that count"),
    }
)
"""By the name of the value in the packs that come with the program."""

MATCH_WORDS: Mapping[str, Text] = MappingProxyType({"class": Text("类别", "class")})
"""What the rows of a table ask for, beside facts of the project."""
