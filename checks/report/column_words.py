"""What the columns of the tables of geometry are called for people; programs use the keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checks.report.texts import Words
from gis.errors import Text

_COLUMN_WORDS: Mapping[str, Text] = {
    "part": Text("部分（代码）", "Part (key)"),
    "part_name": Text("部分", "Part"),
    "code": Text("编号", "Code"),
    "title": Text("名称", "Title"),
    "section": Text("报告章节", "Section of the report"),
    "theme": Text("主题（代码）", "Theme (key)"),
    "layer": Text("图层代码", "Layer key"),
    "state": Text("状态（代码）", "State (key)"),
    "state_name": Text("状态", "State"),
    "severity": Text("约束等级（代码）", "Level (key)"),
    "severity_name": Text("约束等级", "Level"),
    "verdict": Text("结论", "Verdict"),
    "certainty": Text("确定性（代码）", "Certainty (key)"),
    "area_m2": Text("面积（m²）", "Area (m²)"),
    "area_mu": Text("面积（亩）", "Area (mu)"),
    "area_ellipsoid_m2": Text("椭球面积（m²）", "Area on the ellipsoid (m²)"),
    "length_m": Text("长度（m）", "Length (m)"),
    "share": Text("占比", "Share"),
    "count": Text("图斑数", "Patches"),
    "distance_m": Text("最近距离（m）", "Nearest (m)"),
    "figure": Text("图号", "Figure"),
    "basis": Text("依据", "Basis"),
    "authority": Text("主管部门", "Authority"),
    "currency": Text("数据基准日", "Data as of"),
    "action": Text("处置意见", "What to do"),
    "report": Text("报告编号", "Number of the report"),
    "as_of": Text("检测基准日", "Reference date"),
    "digest": Text("校验码", "Check code"),
    "finding": Text("检测项编号", "Code of the check"),
    "no": Text("图斑编号", "Patch"),
    "id": Text("要素标识", "Id of the feature"),
    "name": Text("名称", "Name"),
    "class": Text("类别", "Class"),
    "fields": Text("报告字段（JSON）", "Report fields (JSON)"),
    "item": Text("项目", "Item"),
    "value": Text("内容", "Value"),
}


def column_words(columns: Iterable[str], words: Words) -> dict[str, str]:
    """Return by column what people read over it, in the language of the words."""
    return {column: words.of(_COLUMN_WORDS, column) for column in columns}
