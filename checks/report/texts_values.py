"""Words for the values that rules name; a name of an office's own rule stands for itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gis.errors import Text

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
