"""Fixed words of section 8 of the report, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from gis.errors import Text

SHARING_WORDS: Mapping[str, Text] = {
    "sharing": Text("区域评估成果共享判定", "Decisions on sharing"),
    "assessed_kind": Text("评估事项", "Kind of assessment"),
    "area_result": Text("区域成果名称、文号、有效期", "Area result, number, validity"),
    "inside_share": Text("范围内面积及占比", "Inside the assessed area"),
    "judged": Text("判定", "Decision"),
    "way": Text("审批方式", "Way of approval"),
    "conditions": Text("条件与承诺", "Conditions and commitments"),
    "time_limit": Text("完成时限", "Due before"),
    "outside_area": Text("范围外 {x} m²（{y} 亩）", "outside {x} m² ({y} mu)"),
    "outside_length": Text("范围外 {x} m", "outside {x} m"),
    "outside_assessed": Text("用地在评估范围以外的部分", "outside the assessed ground"),
    "matrix": Text("判定条件一览", "The criteria behind the decisions"),
    "matrix_note": Text(
        "括号内的结果只作提示或不计入判定；“—”表示不适用。",
        "Results in brackets only warn or do not count; “—” means not applicable.",
    ),
    "compared_title": Text("判定所比较的内容", "What was compared"),
    "criterion": Text("判定条件", "Criterion"),
    "compared": Text("比较内容", "Compared"),
    "compared_coverage": Text(
        "范围内占 {x}；范围外 {y} {unit}，用地共 {z} {unit}",
        "{x} inside; {y} {unit} of {z} {unit} outside",
    ),
    "compared_limit": Text(
        "{name} = {value} {unit}（下限 {low}，上限 {high}）",
        "{name} = {value} {unit} (min {low}, max {high})",
    ),
    "compared_total": Text(
        "{name}：限额 {limit} {unit}，其他项目已占 {held}，本项目 {wanted}",
        "{name}: limit {limit} {unit}, held by others {held}, wanted {wanted}",
    ),
    "not_given": Text("未说明", "not given"),
    "nobody": Text("无", "none"),
    "compared_items": Text("服务事项 {x}", "serves {x}"),
    "compared_missing": Text("不服务于 {x}", "does not serve {x}"),
    "compared_review": Text("审查日期 {x}", "reviewed {x}"),
    "compared_public": Text("公开：{x}", "public: {x}"),
    "compared_acknowledged": Text("采信：{x}", "acknowledged: {x}"),
    "compared_studied": Text("评估截至 {x}", "studied up to {x}"),
    "compared_depth": Text("评估深度 {x}，认可 {y}", "depth {x}, accepted {y}"),
    "admission_list": Text("准入清单", "admission list"),
    "negative_list": Text("负面清单", "negative list"),
    "excluded": Text("排除类别", "excluded classes"),
    "hit": Text("命中", "hit"),
    "no_hit": Text("未命中", "no hit"),
    "nothing_untreated": Text("没有未评估的对象", "nothing left untreated"),
    "done": Text("已落实", "done"),
    "not_done": Text("未落实", "not done"),
    "restricted": Text("区域限批", "the area is restricted since"),
    "accepted": Text("已书面承诺", "accepted in writing"),
    "not_accepted": Text("尚未书面承诺", "not accepted in writing yet"),
}
