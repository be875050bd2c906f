"""Every fixed word of the report, in Chinese and English.

Verdicts and the sentences of rules travel in the report itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from checks.report.texts_sharing import SHARING_WORDS
from gis.errors import Language, Text

SECTIONS: Mapping[int, Text] = MappingProxyType(
    {
        1: Text("检测结论", "Conclusion"),
        2: Text("项目与用地概况", "Project and site"),
        3: Text("三区三线及控制线检测", "Control lines"),
        4: Text("规划符合性检测", "Conformity with plans"),
        5: Text("土地利用现状与用地审批检测", "Present land use and land approvals"),
        6: Text("安全与限制因素检测", "Safety and limiting factors"),
        7: Text("现状普查对象与市政配套检测", "Surveyed objects and utilities"),
        8: Text("区域评估成果共享判定", "Sharing of area assessments"),
        9: Text("土地资源和技术控制指标清单", "Land resource and technical control indicators"),
        10: Text("问题清单和审批服务清单（“双清单”）", "Problem list and approval service list"),
        11: Text("附图", "Figures"),
        12: Text("数据来源与检测依据", "Data sources and legal basis"),
        13: Text("使用说明与声明", "Use and declaration"),
    }
)

SEVERITY_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "prohibited": Text("刚性约束", "Prohibited"),
        "needs_approval": Text("须经批准", "Needs approval"),
        "needs_assessment": Text("须评估论证", "Needs assessment"),
        "condition": Text("附条件", "Condition"),
        "notice": Text("提示", "Notice"),
    }
)

STATE_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "affected": Text("命中", "Affected"),
        "not_assessed": Text("未检测", "Not assessed"),
        "needs_person": Text("待核实", "To be verified"),
        "clear": Text("未命中", "Clear"),
        "not_applicable": Text("不适用", "Not applicable"),
    }
)

LIGHT_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "red": Text("红灯：存在刚性约束冲突", "Red: conflicts with a prohibition"),
        "amber": Text(
            "黄灯：存在须批准、须论证或附条件的事项",
            "Amber: approvals, assessments or conditions apply",
        ),
        "grey": Text(
            "灰灯：检测不完整，冲突等级暂不能判定",
            "Grey: the check is incomplete, so the conflict level cannot be determined yet",
        ),
        "green": Text(
            "绿灯：检测完整，未命中须处置的约束",
            "Green: the check is complete; no constraint calls for action",
        ),
    }
)

LATER_WORDS: Mapping[int, Text] = MappingProxyType(
    {
        8: Text("本次检测未包含区域评估成果共享判定。", "This check did not decide on sharing."),
        9: Text(
            "本次检测未包含土地资源和技术控制指标清单。",
            "This check did not compile the control indicators.",
        ),
        10: Text(
            "本次检测未编制审批服务清单；各项处置意见见第3至7节。",
            "This check did not compile the approval services; sections 3 to 7 say what to do.",
        ),
    }
)

_WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "report": Text("用地条件检测报告", "Land condition report"),
        "project_word": Text("项目", ""),
        "precheck": Text("预检", "Precheck"),
        "precheck_note": Text(
            "预检不占用额度、不编号，不作为正式报告使用",
            "A precheck reserves no quota, bears no number and does not serve as an issued report",
        ),
        "number": Text("报告编号", "Report number"),
        "project_code": Text("项目统一代码", "Project code"),
        "project_name": Text("项目名称", "Project"),
        "site_name": Text("用地名称", "Site"),
        "as_of": Text("检测基准日", "Checked as of"),
        "packs": Text("检测规则库", "Rule packs"),
        "scenario": Text("检测场景", "Scenario"),
        "scenario_reason": Text("场景选用理由", "Why this scenario"),
        "body": Text("检测单位", "Inspecting body"),
        "inspector": Text("检测人", "Checked by"),
        "reviewer": Text("审核人", "Reviewed by"),
        "signer": Text("签发", "Issued by"),
        "seal": Text("（盖章处）", "(seal)"),
        "secrecy": Text("密级", "Secrecy level"),
        "secrecy_open": Text(
            "未标注，由检测单位按规定填写", "not marked; to be filled in by the inspecting body"
        ),
        "digest": Text("校验码", "Digest"),
        "qr": Text("二维码：报告编号和校验码", "QR code with report number and digest"),
        "contents": Text("目录", "Contents"),
        "page": Text("第 {a} 页，共 {b} 页", "Page {a} of {b}"),
        "skip": Text("跳到检测结论", "Skip to the conclusion"),
        "conflict": Text("冲突等级", "Conflict level"),
        "completeness": Text("检测完整性", "Completeness of the check"),
        "complete": Text(
            "完整：应检事项均已得出结论", "Complete: every required check gave an answer"
        ),
        "incomplete": Text(
            "不完整：{n} 项未检测或待核实，其中有应检事项；未检测事项不得视为无冲突",
            "Incomplete: {n} checks, required ones among them, are not assessed or still to be "
            "verified; they must not be taken as free of conflict",
        ),
        "complete_but": Text(
            "完整：应检事项均已得出结论；另有 {n} 项非应检事项未检测或待核实",
            "Complete: every required check gave an answer; {n} further checks are not assessed or "
            "still to be verified",
        ),
        "worst": Text("已发现的最高约束等级", "Most severe level found"),
        "found_which": Text("，共 {n} 项：{which}", ", {n} in all: {which}"),
        "open_which": Text(
            "应检而未得出结论的共 {n} 项：{which}",
            "Required checks without an answer, {n}: {which}",
        ),
        "and_others": Text("等", "and others"),
        "none_found": Text("未命中", "none"),
        "counts": Text("各类检测结果项数", "Findings by state"),
        "required": Text("应检", "required"),
        "state": Text("检测结果", "State"),
        "items": Text("项数", "Number"),
        "main_hits": Text("命中事项（由重到轻）", "Affected, most severe first"),
        "open": Text("未检测和待核实的事项", "Not assessed or still to be verified"),
        "no_hits": Text("本次检测没有命中的事项。", "Nothing that was checked is affected."),
        "confidential": Text("涉密图层检测结果", "Confidential layers"),
        "ask": Text("命中，请征询主管部门", "Affected: ask the authority"),
        "more_rows": Text("其余 {n} 行见 report.json。", "{n} further rows: see report.json."),
        "facts": Text("项目情况", "Project facts"),
        "defaults": Text(
            "项目未说明、按场景默认取值的情况",
            "Assumed by the scenario where the project is silent",
        ),
        "unknown": Text("尚不清楚的项目情况", "Project facts not known"),
        "item": Text("项目", "Item"),
        "value": Text("内容", "Value"),
        "number_value": Text("数值", "Figure"),
        "site": Text("用地情况", "Site"),
        "area_plane": Text("用地面积（投影平面）", "Area (projected plane)"),
        "area_ellipsoid": Text("椭球面积", "Area (ellipsoid)"),
        "area_source": Text("原坐标系平面面积", "Plane area in the CRS of the file"),
        "area_declared": Text("申报面积", "Declared area"),
        "declared_difference": Text("申报与计算面积相差", "Declared versus computed area"),
        "length": Text("长度", "Length"),
        "axis_length": Text("线路长度", "Length of the line"),
        "corridor_width": Text("线性工程用地宽度", "Width of the corridor"),
        "crs": Text("检测坐标系", "CRS of the check"),
        "source_crs": Text("来件坐标系", "CRS of the file"),
        "accuracy": Text("用地坐标精度", "Positional accuracy of the site"),
        "bounds": Text("坐标范围", "Extent"),
        "extent": Text(
            "东 {west}～{east} m，北 {south}～{north} m",
            "E {west} to {east} m, N {south} to {north} m",
        ),
        "parts": Text("地块", "Parts"),
        "part": Text("地块号", "Part"),
        "surroundings": Text("背景要素", "Surroundings"),
        "up_to": Text("不超过 {x}", "up to {x}"),
        "over": Text("超过 {x}", "over {x}"),
        "part_no": Text("地块{n}", "Part {n}"),
        "stretches": Text("线路分段", "Parts"),
        "stretch": Text("段号", "Part"),
        "stretch_no": Text("第{n}段", "Part {n}"),
        "stretches_of": Text("分段", "By part"),
        "repairs": Text("几何修复", "Repairs"),
        "repair": Text("方法", "Method"),
        "reason": Text("原因", "Reason"),
        "before": Text("修复前面积", "Area before"),
        "after": Text("修复后面积", "Area after"),
        "change": Text("变化", "Change"),
        "attributes": Text("来件属性", "Attributes in the file"),
        "colon": Text("：", ": "),
        "comma": Text("，", ", "),
        "enumeration": Text("、", ", "),
        "semicolon": Text("；", "; "),
        "and": Text("、", ", "),
        "yes": Text("是", "yes"),
        "no": Text("否", "no"),
        "kind_polygon": Text("面状用地", "Area"),
        "kind_corridor": Text("线性工程（按用地宽度推算范围）", "Linear works, as wide as stated"),
        "kind_line": Text("线性工程", "Linear works"),
        "kind": Text("用地类型", "Kind of site"),
        "skipped": Text("本场景不检测", "Not checked in this scenario"),
        "no_rules": Text(
            "本次检测在本节没有检测项，不表示没有限制。",
            "Nothing was checked under this heading; the site may still be restricted.",
        ),
        "present_elsewhere": Text(
            "本次检测数据含 {n} 项，逐项内容见 report.json。",
            "The data of this check hold {n} entries: see report.json.",
        ),
        "code": Text("编码", "Code"),
        "unit": Text("单位", "Unit"),
        "remarks": Text("说明", "Remarks"),
        "distance": Text("最近距离", "Nearest"),
        "layer_key": Text("图层代码", "Layer key"),
        "part_of_layer": Text("分区", "Part"),
        "valid_from": Text("生效日", "Valid from"),
        "valid_to": Text("失效日", "Valid to"),
        "legend": Text("图例", "Legend"),
        "sketch": Text("示意图，不作权属依据", "Sketch only; not evidence of land title"),
        "check": Text("检测项", "Check"),
        "verdict": Text("结论", "Verdict"),
        "area": Text("面积（m²，亩）", "Area (m², mu)"),
        "area_of_line": Text("长度（m）", "Length (m)"),
        "share": Text("占比", "Share"),
        "count": Text("图斑数", "Patches"),
        "figure": Text("图号", "Figure"),
        "figure_no": Text("图{n}", "Fig. {n}"),
        "severity": Text("约束等级", "Level"),
        "basis": Text("依据", "Basis"),
        "authority": Text("主管部门", "Authority"),
        "currency": Text("数据基准日", "Data as of"),
        "action": Text("处置意见", "What to do"),
        "papers": Text("材料", "Documents"),
        "not_applicable": Text("不适用的检测项", "Checks that do not apply"),
        "piece_no": Text("图斑编号", "Patch"),
        "class": Text("类别", "Class"),
        "owner": Text("权属单位", "Owner"),
        "place": Text("坐落", "Location"),
        "piece_area": Text("面积", "Area"),
        "class_name": Text("名称", "Name"),
        "pieces_of": Text("图斑明细", "Patches"),
        "classes_of": Text("分类面积", "By class"),
        "parts_of": Text("分地块", "By part"),
        "total": Text("合计（重叠部分只计一次）", "Total (overlaps counted once)"),
        "overlapping": Text(
            "各行之间有重叠，重复计入 {x} m²，合计只计一次。",
            "Rows overlap: {x} m² stand in more than one row and are counted once in the total.",
        ),
        "overlapping_length": Text(
            "各行之间有重叠，重复计入 {x} m，合计只计一次。",
            "Rows overlap: {x} m stand in more than one row and are counted once in the total.",
        ),
        "borderline": Text(
            "临界图斑 {n} 个，与用地边界相距或压入不超过数据精度，需实地核实：{which}",
            "{n} borderline features lie within the accuracy of the data on either side of the "
            "site boundary and need checking on the ground: {which}",
        ),
        "borderline_one": Text(
            "临界图斑 {n} 个，与用地边界相距或压入不超过数据精度，需实地核实：{which}",
            "{n} borderline feature lies within the accuracy of the data on either side of the "
            "site boundary and needs checking on the ground: {which}",
        ),
        "edge": Text("细碎图斑 {n} 个，合计 {x} m²", "{n} slivers set aside, {x} m² in total"),
        "edge_one": Text("细碎图斑 {n} 个，合计 {x} m²", "{n} sliver set aside, {x} m²"),
        "doubtful": Text("临界（数据精度 ±{x} m 内）", "Within the accuracy of the data (±{x} m)"),
        "doubtful_plain": Text("临界（在数据精度以内）", "Within the accuracy of the data"),
        "covered": Text("数据只覆盖用地的 {x}", "Data cover {x} of the site"),
        "covered_nothing": Text("数据未覆盖用地", "Data do not cover the site"),
        "nearest": Text("最近 {x} m", "nearest {x} m"),
        "area_of": Text("{x} m²", "{x} m²"),
        "length_of": Text("长度 {x} m", "length {x} m"),
        "along": Text("线路长度 {x} m", "{x} m along the line"),
        "statistics": Text("栅格统计", "Raster statistics"),
        "problems": Text("问题清单", "Problems"),
        "problem": Text("问题", "Problem"),
        "category": Text("类别", "Category"),
        "where_how_much": Text("位置面积", "Location and area"),
        "responsible": Text("责任部门", "Responsible body"),
        "advice": Text("处理建议", "Advice"),
        "deadline": Text("时限", "Deadline"),
        "status": Text("状态", "Status"),
        "no_problems": Text(
            "本次检测没有列入问题清单的事项。", "This check put nothing on the problem list."
        ),
        **SHARING_WORDS,
        "values": Text("采用数值", "Values in force"),
        "crossings": Text("穿越、跨越一览", "Crossings"),
        "station": Text("桩号", "Station"),
        "name": Text("名称", "Name"),
        "stations": Text("桩号 {where}", "stations {where}"),
        "stretch_of_part": Text("第{n}段 ", "part {n} "),
        "to": Text("～", " to "),
        "set_by": Text("由规则库 {pack} 设定", "set by the pack {pack}"),
        "ellipsoid_of": Text("椭球面积 {x} m²", "{x} m² on the ellipsoid"),
        "back": Text("回到检测项", "Back to the check"),
        "detail": Text("说明与图斑", "Explanation and patches"),
        "overview": Text("各项检测要素", "all findings"),
        "no_figure": Text("用地没有可绘制的范围。", "The site has no shape to draw."),
        "overview_caption": Text(
            "用地与全部命中事项；相互重叠的，各项另见后图。",
            "The site and everything that affects it; where hits overlap, each has its own figure.",
        ),
        "outside_figure": Text(
            "对外版只绘用地范围，不含所依据图层的图形。",
            "The outside version draws the site alone, without the layers it was checked against.",
        ),
        "no_extra": Text("没有带图形的命中事项。", "Nothing affected has a shape to draw."),
        "site_only": Text("用地位置", "its surroundings"),
        "data": Text("数据来源", "Data"),
        "layer": Text("图层", "Layer"),
        "edition": Text("数据版本", "Edition"),
        "valid": Text("有效期", "Valid"),
        "accuracy_short": Text("精度", "Accuracy"),
        "coverage": Text("覆盖用地", "Covers"),
        "secret": Text("密级", "Secrecy"),
        "secret_yes": Text("涉密", "confidential"),
        "secret_no": Text("非涉密", "not confidential"),
        "freshness": Text("时效", "Age"),
        "freshness_limit": Text("时效上限", "Age limit"),
        "day": Text("天", "days"),
        "days": Text("{n} 天", "{n} days"),
        "days_limit": Text("上限 {n} 天", "limit {n} days"),
        "checksum": Text("校验和", "Checksum"),
        "incomplete_data": Text("数据不完整", "incomplete"),
        "no_data": Text("本次检测没有使用任何数据版本。", "No edition was used."),
        "missing": Text("应检但没有数据版本的图层", "Required layers without an edition"),
        "laws": Text("检测依据", "Legal basis"),
        "cited_by": Text("引用的检测项", "Cited by"),
        "state_of_law": Text("性质", "Kind of provision"),
        "pack": Text("规则库", "Pack"),
        "jurisdiction": Text("适用地区", "Jurisdiction"),
        "engine": Text("检测程序", "Engine"),
        "revision": Text("数据修订号", "Data revision"),
        "rulebook": Text("规则库校验码", "Digest of the rulebook"),
        "from_to": Text("{a} 至 {b}", "{a} to {b}"),
        "from_on": Text("{a} 至 长期", "{a} onwards"),
        "limits": Text("本次检测的限制", "Limits of this check"),
        "declaration": Text("声明", "Declaration"),
        "reading": Text("阅读说明", "How to read"),
        "declaration_text": Text(
            "本报告为前期核查成果，不代替规划许可、用地审批和专项评估意见；未检测事项不得视为无冲突；附图为示意图，不作权属依据。",
            "This report gives the result of a preliminary check. It does not replace planning "
            "permission, land approval or specialist assessments; what was not assessed must not "
            "be taken as free of conflict; figures are sketches and not evidence of land title.",
        ),
        "reading_dash": Text(
            "“—”表示该项没有量算，不表示零。",
            "“—” means that nothing was measured; it does not mean zero.",
        ),
        "reading_units": Text(
            "面积为检测坐标系的投影平面面积；1 亩 = 2000/3 平方米；占比由未取整的面积计算。",
            "Areas are plane areas in the CRS of the check; 1 mu = 2000/3 m²; shares come from "
            "unrounded areas.",
        ),
        "reading_states": Text(
            "检测结果分为命中、未命中、未检测、待核实、不适用；未检测和待核实不是未命中。约束等级是命中时的等级，"
            "只有命中的着色。",
            "A check ends as affected, clear, not assessed, to be verified or not applicable; what "
            "is not assessed or still to be verified is not clear. The level is that of a hit: "
            "only what is affected bears its colour.",
        ),
    }
)


class Words:
    """The fixed words in one language, and the choice in texts that the report carries."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Return a fixed word, its places filled."""
        text = _WORDS[key].pick(self.language)
        return text.format(**values) if values else text

    def of(self, table: Mapping[Any, Text], key: object) -> str:
        """Return the word of a table, or the key itself where a newer report has a new one."""
        text = table.get(key)
        return str(key) if text is None else text.pick(self.language)

    def sentence(self, text: str) -> str:
        """Return a text as it begins a sentence: verdicts stand in lower case in the document."""
        return text[:1].upper() + text[1:] if self.language == "en" else text

    def paren(self, text: str) -> str:
        """Return a remark in brackets, to stand right behind what it belongs to."""
        return f"（{text}）" if self.language == "zh" else f" ({text})"

    def pick(self, text: Mapping[str, str] | str | None) -> str:
        """Return the text of a `{zh, en}` of the report; '' for null."""
        if text is None:
            return ""
        return text if isinstance(text, str) else text[self.language]
