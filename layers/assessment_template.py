"""A file to fill in for an area assessment of a kind: usual limits with units, layers, papers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from gis.errors import LantuError, Text
from layers.strict import Strict
from layers.yaml_file import load

_FILE = Path(__file__).parent / "assessment_kinds.yaml"


class UsualKind(Strict):
    """What an assessment of a kind usually holds."""

    key: str
    name: str
    limits: dict[str, Literal["min", "max"]]
    lists: bool
    treats: tuple[str, ...]
    relevant_layers: tuple[str, ...]
    items: tuple[str, ...]


class _Usual(Strict):
    kinds: tuple[UsualKind, ...]


@lru_cache(maxsize=1)
def usual_kinds() -> dict[str, UsualKind]:
    """Kinds with usual content, by key."""
    return {kind.key: kind for kind in load(_Usual, _FILE).kinds}


def usual_kind(key: str) -> UsualKind:
    """Return the usual content of a kind.

    Raises
    ------
    LantuError
        `unknown_kind`: nothing is known of it.
    """
    kinds = usual_kinds()
    if key not in kinds:
        raise LantuError(
            "unknown_kind",
            Text(f"没有评估事项“{key}”的模板", f"There is no template for the kind {key!r}"),
            Text(f"现有：{', '.join(kinds)}", f"There are: {', '.join(kinds)}"),
        )
    return kinds[key]


def template(key: str, units: Mapping[str, str | None]) -> str:
    """Return an `assessment.yaml` to fill in; `units` tells the unit of each fact.

    What has to be filled in is null or stands in 《》; the file is refused until that is done.
    Raises `unknown_kind`.
    """
    kind = usual_kind(key)
    items = ", ".join(f"{{code: {code}, effect: waived}}" for code in kind.items)
    lines = [
        f"# {kind.name}：区域评估成果。《》处须填写；不适用的行删去。",
        "# 不写的列表即不适用，空列表即“一个也没有”。",
        f"kind: {kind.key}",
        f"code: 《园区代码》.{kind.key}",
        "version: '1'",
        f"title: 《园区》{kind.name}",
        "park: {code: 《园区代码》, name: 《园区》}          # 无园区时写 null",
        "unit_code: null                                # 单元编码",
        "issuer: 《片区管理机构》",
        "review: {body: 《审查单位》, date: 《2026-01-31》, conclusion: 《结论》, public: true}",
        "acknowledged: [{authority: 《部门》, document: 《文号》, date: 《2026-01-31》}]",
        "approval_no: 《文号》",
        "extent: park_boundary                          # 或范围文件，或带 crs 的 GeoJSON",
        "valid_from: 《2026-01-31》                       # 生效日期",
        "valid_to: 《2028-01-30》                         # 截止日期，末日有效",
        "validity_source: 《有效期的依据》",
        "partial_coverage: {rule: 《supplement 或 own_assessment》, source: 《依据》}",
        "depth: 《equal_to_project_study》",
        f"treats: [{', '.join(kind.treats)}]",
        f"relevant_layers: [{', '.join(kind.relevant_layers)}]",
        *_envelope(kind, units),
        "commitments: [{zh: 《条件》, en: 《condition》}]",
        "duties: [{text: 《片区措施》, done: 《true 或 false》}]",
        f"approval_items: [{items}]",
        "documents: [{name: 评估报告}, {name: 审查意见}, {name: 采信文件}]",
    ]
    return "\n".join(lines) + "\n"


def _envelope(kind: UsualKind, units: Mapping[str, str | None]) -> list[str]:
    lines = []
    if kind.limits:
        lines.append("envelope:")
    for fact, side in kind.limits.items():
        unit = units.get(fact) or "-"
        lines.append(f"  - {{fact: {fact}, {side}: 《数值》, source: 《依据》}}   # 单位 {unit}")
    if kind.lists:
        lines += [
            "admission: {industries: [《行业代码》]}",
            "negative: {industries: [《行业代码》]}",
        ]
    return lines
