"""Which column of an office's list says what: mapped once, used every week."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from api.records.projects import FIELDS
from checks.rule import FactSpec
from gis.errors import LantuError, Text

OWN = "own"
"""A column that is kept as it is, under its own name."""
SKIP = "skip"

EXTRA: Mapping[str, Text] = MappingProxyType(
    {
        "number": Text("内部编号", "Internal number"),
        "x": Text("X 坐标（东）", "X (east)"),
        "y": Text("Y 坐标（北）", "Y (north)"),
        "address": Text("地址", "Address"),
        "wkt": Text("红线（WKT）", "Red line (WKT)"),
        OWN: Text("原样保留", "Keep as it is"),
        SKIP: Text("不导入", "Leave out"),
    }
)
"""Meanings beside the fields of a project; facts are `fact:<key>`."""

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "number": ("内部编号", "储备号", "编号", "序号编号"),
    "code": ("项目统一代码", "项目代码", "统一代码", "代码", "projectcode", "code"),
    "name": ("项目名称", "名称", "项目", "projectname", "name"),
    "district": ("区", "所在区", "行政区", "区县", "属地", "district"),
    "park": ("片区", "园区", "park"),
    "lead": ("牵头单位", "业主单位", "建设单位", "责任单位", "lead"),
    "owner": ("责任人", "项目负责人", "联系人", "负责人", "owner"),
    "phase": ("储备或实施", "项目类型", "状态", "phase"),
    "stage": ("阶段", "当前阶段", "进展阶段", "stage"),
    "stage_since": ("进入阶段日期", "阶段开始", "开始日期", "自何日"),
    "stage_days": ("阶段时限", "时限", "时限工作日"),
    "next_step": ("下一节点", "下步工作", "下一步", "nextstep"),
    "next_due": ("节点日期", "计划完成", "完成时限", "截止日期", "due"),
    "key_project": ("重点项目", "是否重点", "重点", "keyproject"),
    "year": ("年度", "年份", "year"),
    "x": ("x", "x坐标", "东坐标", "横坐标"),
    "y": ("y", "y坐标", "北坐标", "纵坐标"),
    "address": ("地址", "项目地址", "建设地点", "位置", "address"),
    "wkt": ("wkt", "红线", "geometry", "几何"),
}


def meanings(facts: Mapping[str, FactSpec]) -> Mapping[str, Text]:
    """Return everything that a column may mean, in the order of the choice."""
    simple = {key: text for key, text in FIELDS.items() if key not in {"facts", "columns", "place"}}
    named = {f"fact:{key}": spec.label for key, spec in facts.items()}
    return {**simple, **EXTRA, **named}


def suggest(columns: Sequence[str], facts: Mapping[str, FactSpec]) -> dict[str, str]:
    """Propose a meaning for each column: by its name, else it is kept as it is.

    Each meaning is given once, to the first column that fits; what is proposed is confirmed by a
    person.
    """
    by_word = {word: key for key, words in _SYNONYMS.items() for word in words}
    by_word |= {_plain(text.zh): key for key, text in FIELDS.items() if key in _SYNONYMS}
    for key, spec in facts.items():
        for word in (spec.label.zh, spec.label.en, key):
            by_word.setdefault(_plain(word), f"fact:{key}")
    given: dict[str, str] = {}
    for column in columns:
        meaning = by_word.get(_plain(column), OWN)
        given[column] = OWN if meaning in given.values() and meaning != OWN else meaning
    return given


def checked(
    columns: Sequence[str], mapping: Mapping[str, str], facts: Mapping[str, FactSpec]
) -> dict[str, str]:
    """Return the mapping of these columns; a column it does not name is kept as it is.

    Raises
    ------
    LantuError
        `unknown_meaning`, `meaning_twice`, `no_name_column`.
    """
    known = meanings(facts)
    used = {column: mapping.get(column, OWN) for column in columns}
    for column, meaning in used.items():
        if meaning not in known:
            raise LantuError(
                "unknown_meaning",
                Text(f"列“{column}”的含义 {meaning} 不存在", f"{meaning!r} is no meaning"),
                Text("请从列表中选择", "Choose one from the list"),
                where=column,
            )
    single = [meaning for meaning in used.values() if meaning not in {OWN, SKIP}]
    twice = sorted({meaning for meaning in single if single.count(meaning) > 1})
    if twice:
        names = "、".join(known[meaning].zh for meaning in twice)
        raise LantuError(
            "meaning_twice",
            Text(f"有两列都表示：{names}", f"Two columns mean the same: {', '.join(twice)}"),
            Text("请只留一列，另一列原样保留", "Keep one, let the other stay as it is"),
        )
    if "name" not in single:
        raise LantuError(
            "no_name_column",
            Text("没有一列是项目名称", "No column is the project's name"),
            Text("请指定项目名称所在的列", "Say which column holds the name"),
        )
    return used


def _plain(word: str) -> str:
    return re.sub(r"[\s_（）()\-:：/]+", "", word).lower()
