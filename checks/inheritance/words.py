"""Outcomes, ways of approval, criteria and results in words, for report and command line."""

from __future__ import annotations

from collections.abc import Mapping

from gis.errors import Text

OUTCOME_WORDS: Mapping[str, Text] = {
    "shared": Text("共享成果，无需单独编报", "shared, no study of its own"),
    "simplified": Text("简化编报", "simplified study"),
    "supplement": Text("补充评估（限未覆盖部分）", "supplement for the part not covered"),
    "own_assessment": Text("单独编报", "own assessment"),
    "not_required": Text("无需评估", "not required"),
    "undetermined": Text("资料不足，暂不判定", "undetermined, facts are missing"),
}

MODE_WORDS: Mapping[str, Text] = {
    "commitment": Text("告知承诺制", "on commitment"),
    "approval": Text("审批制", "by approval"),
    "joint": Text("联合审批", "by joint approval"),
    "filing": Text("备案或登记", "by filing or registration"),
    "none": Text("不再办理", "nothing to apply for"),
    "unknown": Text("待定", "not known yet"),
}

CRITERION_WORDS: Mapping[str, Text] = {
    "scope": Text("适用范围", "Scope"),
    "item_assessed": Text("已纳入区域评估", "Item assessed"),
    "published": Text("成果已审查并公布", "Reviewed and published"),
    "coverage": Text("位于评估范围内", "Inside the assessed area"),
    "validity": Text("在有效期内", "Within validity"),
    "project_type": Text("符合准入清单", "Admitted type of project"),
    "envelope": Text("指标在评估条件内", "Within what was assessed"),
    "quota": Text("总量有余量", "Totals have room"),
    "site_peculiarity": Text("无未评估的特殊对象", "No thing left unassessed"),
    "changed_circumstances": Text("无重大情况变化", "No changed circumstances"),
    "depth": Text("评估深度相当", "Equal depth"),
    "area_obligations": Text("片区整体措施已落实", "Duties of the area done"),
    "commitment": Text("已作出承诺", "Conditions accepted"),
}

RESULT_WORDS: Mapping[str, Text] = {
    "met": Text("符合", "met"),
    "failed": Text("不符合", "failed"),
    "unknown": Text("待核实", "unknown"),
    "not_applicable": Text("不适用", "not applicable"),
}

EFFECT_WORDS: Mapping[str, Text] = {
    "decisive": Text("决定性", "decisive"),
    "advisory": Text("提示性", "advisory"),
    "off": Text("不计入", "not counted"),
}
