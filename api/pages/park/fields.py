"""Every field of an assessment in words: what the five steps ask, in the order of work.

The declaration draws the form, reads it back and leads from a fault to its step. A test compares
it with `AssessmentForm`: nothing of `assessment.yaml` is out of reach.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.pages.park.field_types import Field, Group, Step
from gis.errors import Text


def _t(zh: str, en: str) -> Text:
    return Text(zh, en)


def _source(path: str) -> Field:
    return Field(path, _t("依据", "Source"))


_ONE = Step(
    1,
    _t("事项", "Kind"),
    (
        Group(
            _t("评估事项与名称", "Kind and name"),
            (
                Field("kind", _t("评估事项", "Kind"), "choice", needed=True, options="kinds"),
                Field("title", _t("成果名称", "Title"), wide=True),
                Field(
                    "code",
                    _t("成果代码", "Code"),
                    hint=_t(
                        "字母、数字、点和横线；各版本共用", "letters, digits, dots; one for all"
                    ),
                    needed=True,
                ),
                Field(
                    "version",
                    _t("版本", "Version"),
                    hint=_t("更正须用新版本", "a correction is a new version"),
                    needed=True,
                ),
                Field("issuer", _t("编制单位", "Issuer"), needed=True),
                Field("unit_code", _t("单元编码", "Unit code")),
            ),
        ),
    ),
)

_TWO = Step(
    2,
    _t("范围", "Extent"),
    (
        Group(
            _t("部分在范围内的用地", "Sites inside in part"),
            (
                Field(
                    "partial_coverage.rule",
                    _t("如何办理", "What holds"),
                    "choice",
                    _t("不写则此类用地暂不判定", "left out, such sites stay undetermined"),
                    options="partial",
                ),
                _source("partial_coverage.source"),
            ),
        ),
        Group(
            _t("地块单元", "Blocks"),
            (
                Field(
                    "blocks",
                    _t("有单独状态的单元", "Blocks with a state of their own"),
                    "rows",
                    columns=(
                        Field("id", _t("单元编号", "Block"), needed=True),
                        Field("state", _t("状态", "State"), needed=True, options="block"),
                    ),
                    wide=True,
                ),
            ),
        ),
    ),
)

_THREE = Step(
    3,
    _t("结论与适用条件", "Conclusion, conditions"),
    (
        Group(
            _t("有效期与深度", "Validity and depth"),
            (
                Field("valid_from", _t("生效日期", "Valid from"), "date", needed=True),
                Field(
                    "valid_to",
                    _t("截止日期", "Valid to"),
                    "date",
                    _t("末日有效", "the last day is included"),
                ),
                Field("validity_source", _t("有效期的依据", "Source of the validity")),
                Field(
                    "depth",
                    _t("评估深度", "Depth"),
                    hint=_t("可选用，也可自写", "choose, or write your own"),
                    options="depth",
                ),
            ),
        ),
        Group(
            _t("项目指标的上下限", "Limits on the project's figures"),
            (
                Field(
                    "envelope",
                    _t("评估条件", "Conditions"),
                    "rows",
                    columns=(
                        Field("fact", _t("指标", "Figure"), "choice", needed=True, options="facts"),
                        Field("min", _t("不低于", "At least"), "number"),
                        Field("max", _t("不高于", "At most"), "number"),
                        Field("when", _t("仅当", "Only when"), "when"),
                        _source("source"),
                    ),
                    wide=True,
                ),
            ),
            _t("项目须在上下限之内才能共享；上下限均含本数。", "Both limits are included."),
        ),
        Group(
            _t("评估已处理什么", "What the study treated"),
            (
                Field(
                    "treats",
                    _t("已处理的图层", "Layers treated"),
                    "words",
                    _t("用地压到其余特殊对象时须人工核实", "hits on others need a person"),
                    options="layers",
                    wide=True,
                ),
                Field(
                    "relevant_layers",
                    _t("变化后须复核的图层", "Layers whose change asks for a new look"),
                    "words",
                    options="layers",
                    wide=True,
                ),
            ),
        ),
        Group(
            _t("对项目的控制指标", "Figures set for projects"),
            (
                Field(
                    "control_outputs",
                    _t("控制指标", "Control figures"),
                    "rows",
                    columns=(
                        Field("key", _t("指标", "Figure"), needed=True, options="indicators"),
                        Field("value", _t("要求", "Value"), needed=True),
                        Field("unit", _t("单位", "Unit")),
                        Field("where", _t("位置", "Where")),
                        _source("source"),
                    ),
                    wide=True,
                ),
            ),
        ),
    ),
)

_LISTS = tuple(
    Field(f"{key}.{part}", _t(f"{zh}{what}", f"{en} {what_en}"), "words", hint, wide=True)
    for key, zh, en, hint in (
        (
            "admission",
            "准入",
            "Admitted",
            _t("“明确为无”即谁也不准入", "an empty list admits nobody"),
        ),
        ("negative", "负面清单", "Barred", _t("负面清单优先于准入", "beats admission")),
    )
    for part, what, what_en in (("industries", "行业代码", "industries"), ("uses", "用途", "uses"))
)

_FOUR = Step(
    4,
    _t("清单与承诺", "Lists, commitments"),
    (
        Group(
            _t("准入与负面清单", "Admission and negative lists"),
            (
                *_LISTS,
                Field(
                    "excluded_classes",
                    _t("排除的项目类别", "Classes excluded"),
                    "words",
                    options="classes",
                    wide=True,
                ),
            ),
        ),
        Group(
            _t("总量", "Totals"),
            (
                Field(
                    "totals",
                    _t("总量限额", "Totals of the park"),
                    "rows",
                    columns=(
                        Field("name", _t("名称", "Name"), needed=True),
                        Field(
                            "fact",
                            _t("取自项目指标", "Figure it adds up"),
                            "choice",
                            needed=True,
                            options="facts",
                        ),
                        Field("unit", _t("单位", "Unit")),
                        Field("limit", _t("限额", "Limit"), "number", needed=True),
                    ),
                    wide=True,
                ),
            ),
        ),
        Group(
            _t("承诺与职责", "Commitments and duties"),
            (
                Field(
                    "commitments",
                    _t("项目须书面承诺的条件", "What projects accept in writing"),
                    "rows",
                    columns=(
                        Field("zh", _t("中文", "Chinese"), "long", needed=True),
                        Field("en", _t("英文", "English"), "long", needed=True),
                    ),
                    wide=True,
                ),
                Field(
                    "duties",
                    _t("片区整体措施", "Duties of the area"),
                    "rows",
                    columns=(
                        Field("text", _t("措施", "Duty"), "long", needed=True),
                        Field("done", _t("已落实", "Done"), "yesno"),
                    ),
                    wide=True,
                ),
            ),
        ),
        Group(
            _t("服务的审批事项", "Approval items it serves"),
            (
                Field(
                    "approval_items",
                    _t("事项", "Items"),
                    "rows",
                    columns=(
                        Field("code", _t("事项编码", "Item"), needed=True, options="items"),
                        Field("effect", _t("作用", "Effect"), "choice", options="effect"),
                    ),
                    wide=True,
                ),
            ),
        ),
    ),
)

_FIVE = Step(
    5,
    _t("审查意见与附件", "Review, documents"),
    (
        Group(
            _t("审查", "Review"),
            (
                Field("review.body", _t("审查单位", "Reviewed by")),
                Field("review.date", _t("审查日期", "Reviewed on"), "date"),
                Field("review.conclusion", _t("审查结论", "Conclusion"), "long", wide=True),
                Field("review.public", _t("审查结果是否公开", "Made public"), "yesno"),
                Field("approval_no", _t("批准文号", "Number of the approval")),
            ),
        ),
        Group(
            _t("多评合一", "Joint review"),
            (
                Field("review.joint.name", _t("合并审查名称", "Name of the joint review")),
                Field("review.joint.lead", _t("牵头单位", "Led by")),
                Field(
                    "review.joint.kinds",
                    _t("合并的事项（两项以上）", "Kinds reviewed together"),
                    "words",
                    options="kinds",
                    wide=True,
                ),
            ),
            _t("没有合并审查则留空", "leave empty where there was none"),
        ),
        Group(
            _t("此前的采信与情况变化", "Earlier acknowledgements and changes"),
            (
                Field(
                    "acknowledged",
                    _t("已有的部门采信", "Acknowledged already by"),
                    "rows",
                    columns=(
                        Field(
                            "authority",
                            _t("部门", "Department"),
                            needed=True,
                            options="authorities",
                        ),
                        Field("document", _t("文号", "Document")),
                        Field("date", _t("日期", "Day"), "date"),
                    ),
                    wide=True,
                ),
                Field(
                    "events",
                    _t("审查之后的情况变化", "Changes since the review"),
                    "rows",
                    columns=(
                        Field("date", _t("日期", "Day"), "date", needed=True),
                        Field("type", _t("类型", "What it was"), needed=True),
                        Field("place", _t("地点", "Place")),
                    ),
                    wide=True,
                ),
            ),
        ),
    ),
)

STEPS = (_ONE, _TWO, _THREE, _FOUR, _FIVE)

BESIDE = ("park", "extent", "documents")
"""Parts of the form that are no fields: the park is the page's own, the others have their place."""

_STEP_OF_PART = {"park": 1, "extent": 2, "documents": 5}


def fields_of(step: Step) -> Iterator[Field]:
    """Return the fields of a step in their order."""
    for group in step.groups:
        yield from group.fields


def step_of(part: str) -> int:
    """Return the number of the step that asks for a part of the form."""
    for step in STEPS:
        if any(field.path.partition(".")[0] == part for field in fields_of(step)):
            return step.number
    return _STEP_OF_PART.get(part, 1)


_PARTS = {
    "park": _t("园区", "Park"),
    "extent": _t("评估范围", "Extent"),
    "documents": _t("附件", "Documents"),
}


def label_of(path: str) -> Text:
    """Return what the field at a key path such as `envelope.0.max` is called, row and column."""
    for step in STEPS:
        for field in fields_of(step):
            if path == field.path:
                return field.label
            if path.startswith(f"{field.path}."):
                row, _, key = path.removeprefix(f"{field.path}.").partition(".")
                column = next((item.label for item in field.columns if item.path == key), None)
                number = str(int(row) + 1) if row.isdecimal() else row
                tail = Text(f" {column.zh}", f" {column.en}") if column else Text("", "")
                return Text(
                    f"{field.label.zh} 第{number}行{tail.zh}",
                    f"{field.label.en}, row {number}{tail.en}",
                )
    return _PARTS.get(path.partition(".")[0], Text(path, path))
