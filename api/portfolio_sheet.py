"""The list of projects as a workbook writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.report.texts import LIGHT_WORDS
from gis.errors import Language, Text

HEADS = (
    Text("内部编号", "Internal number"),
    Text("项目统一代码", "Project code"),
    Text("项目名称", "Name"),
    Text("冲突等级", "Light"),
    Text("区", "District"),
    Text("牵头单位", "Lead"),
    Text("阶段", "Stage"),
    Text("进入阶段日期", "In stage since"),
    Text("已用工作日", "Working days used"),
    Text("阶段时限", "Time limit"),
    Text("超期工作日", "Working days late"),
    Text("最重阻碍", "Worst obstacle"),
    Text("卡在谁", "Waiting for"),
    Text("检测日期", "Checked"),
    Text("数据变动图层", "Layers changed"),
    Text("责任人", "Person in charge"),
    Text("下一节点", "Next step"),
    Text("节点日期", "Due"),
)


def sheet_rows(
    rows: Sequence[Mapping[str, Any]], own: Sequence[str], language: Language
) -> Iterator[list[object]]:
    """Yield the cells of each row, an office's own columns last; texts that look like formulas
    are kept as text."""
    for row in rows:
        obstacle = row["obstacle"]
        light = row["light"]
        yield [
            safe_cell(row["number"]),
            safe_cell(row["code"]),
            safe_cell(row["name"]),
            LIGHT_WORDS[light].pick(language) if light else "",
            safe_cell(row["district"]),
            safe_cell(row["lead"]),
            safe_cell(row["stage"]),
            safe_cell(row["stage_since"]),
            row["days_used"],
            row["stage_days"],
            row["days_late"] or None,
            safe_cell(obstacle["what"][language]) if obstacle else "",
            safe_cell(obstacle["authority"]) if obstacle else "",
            (row["reported_at"] or "")[:10],
            safe_cell("、".join(row["changed_layers"])),
            safe_cell(row["owner"]),
            safe_cell(row["next_step"]),
            safe_cell(row["next_due"]),
            *(safe_cell(row["columns"].get(name)) for name in own),
        ]


def safe_cell(value: object) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
