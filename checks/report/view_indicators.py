"""Section 9 of the HTML: the control indicators, group by group, with what contradicts what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.indicators.model import BINDING_WORDS, FORCE_WORDS, OP_WORDS
from checks.report.numbers import NONE, hundredths, percent, plain
from checks.report.texts import Words
from checks.report.view_table import Table
from checks.report.view_values import land_use
from gis.errors import Text

Json = Mapping[str, Any]

_TITLE = Text("土地资源和技术控制指标清单", "Land resource and technical control indicators")
_HEAD: Sequence[Text] = (
    Text("类别", "Group"),
    Text("指标", "Indicator"),
    Text("控制要求", "Requirement"),
    Text("单位", "Unit"),
    Text("强制或引导", "Binding"),
    Text("提出部门", "Given by"),
    Text("依据", "Basis"),
    Text("适用阶段", "Stage"),
    Text("核验方式", "Verified by"),
    Text("备注", "Remarks"),
)
_OPEN = Text("待提出", "to be given")
_GOVERNS = Text("来源不一致，本行在先（先按效力，同等从严）", "sources differ; this one goes first")
_CONFLICT = Text("与其他来源不一致", "differs from another source")
_PART = Text("适用于用地的 {x}", "holds for {x} of the site")
_FOOT = Text(
    "来源不一致的指标逐一列出，先按法律效力排序，同等效力的从严；“待提出”须由所列部门补充。",
    "Where sources differ each is shown, by legal force, then the stricter first. What is to be "
    "given must come from the department named.",
)
_SOURCES: Mapping[str, Text] = {
    "site": Text("用地红线", "site"),
    "plan": Text("规划", "plan"),
    "layer": Text("图层", "layer"),
    "rule": Text("规则", "rule"),
    "assessment": Text("区域评估成果", "area assessment"),
    "department": Text("部门清单", "department's sheet"),
}


def indicator_table(report: Json, words: Words) -> Table | None:
    """Return the list with DESIGN's columns, None where the report holds no indicator."""
    rows: Sequence[Json] = report["indicators"]
    if not rows:
        return None
    return Table(
        _TITLE.pick(words.language),
        [text.pick(words.language) for text in _HEAD],
        [_row(row, words) for row in rows],
        0,
        _FOOT.pick(words.language),
    )


def _row(row: Json, words: Words) -> list[str]:
    """One row; keys beyond CONTRACTS may be missing in a report of another hand."""
    return [
        words.pick(row.get("class_name") or row["class"]),
        words.pick(row["name"]),
        _requirement(row, words),
        _unit(row["unit"], words),
        words.of(BINDING_WORDS, row["binding"]),
        row.get("authority") or NONE,
        _basis(row, words),
        words.pick(row["stage"]) or NONE,
        words.pick(row.get("verify")) or NONE,
        words("semicolon").join(_remarks(row, words)) or NONE,
    ]


def _requirement(row: Json, words: Words) -> str:
    value = row["value"]
    if value is None:
        return _OPEN.pick(words.language)
    if isinstance(value, list):
        named = row["key"] == "planned_use"
        told = words("enumeration").join(
            land_use(str(item), words) if named else str(item) for item in value
        )
        told = told or NONE
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # areas that were measured have more digits than an area has sense
        told = plain(float(hundredths(value) if row["unit"] == "m2" else value))
    else:
        told = str(value)
    op = words.of(OP_WORDS, row["op"]) if row["op"] else ""
    return f"{op} {told}".strip()


def _unit(unit: str | None, words: Words) -> str:
    shown = {"m2": "m²", "m3": "m³", "m3/d": "m³/d", "hm2": "hm²", "万元/hm2": "万元/hm²"}
    if unit in {None, "", "1"}:
        return NONE
    named = shown.get(str(unit), str(unit))
    return named if words.language == "zh" else named.replace("万元", "10 000 yuan")


def _basis(row: Json, words: Words) -> str:
    source = row["source"]
    if not isinstance(source, Mapping):
        return words("comma").join(str(part) for part in (source, row["article"]) if part) or NONE
    kind = words.of(_SOURCES, source["kind"])
    title = words.pick(source["title"])
    named = title if source["id"] in {"", title} else f"{title}{words.paren(source['id'])}"
    told = f"{kind}{words('colon')}{named}"
    return words("semicolon").join(part for part in (row["article"], told) if part)


def _remarks(row: Json, words: Words) -> list[str]:
    source, language = row["source"], words.language
    told = []
    if row["conflict"]:
        told.append((_GOVERNS if row.get("governs") else _CONFLICT).pick(language))
    if isinstance(source, Mapping) and source.get("force") == "draft":
        told.append(words.of(FORCE_WORDS, "draft"))
    share = row.get("share")
    if share is not None and share < 1:
        told.append(_PART.pick(language).format(x=percent(share)))
    told += [words.pick(row.get("note"))] if row.get("note") else []
    return told
