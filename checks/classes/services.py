"""The list of approval services: which items a project meets, and how each is handled.

Filled from what the findings ask for and from what the class engine says. Only items of the
catalogue are listed. An item stays due where the answer is open, where the law keeps it, where an
affected finding prohibits or needs approval, or where one needs an assessment and no shared area
assessment stands for it: a waiver lowers no finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from checks.classes.conditions import Situation
from checks.classes.rule import Authority, Due, Entry, How, Item, Paper, Stage
from checks.classes.standing import Decided, Outcome
from checks.findings import Finding
from checks.rule import Basis
from checks.rulebook.words import joined
from gis.errors import Text

Effect = Literal["due", "waived", "simplified", "commitment", "joint"]

STAGES: Mapping[Stage, Text] = {
    "generation": Text("策划生成", "Project generation"),
    "land": Text("立项用地规划许可", "Project and land"),
    "works": Text("工程建设许可", "Works permit"),
    "construction": Text("施工许可", "Construction permit"),
    "completion": Text("竣工验收", "Completion"),
    "utilities": Text("市政公用服务", "Utilities"),
}
WAYS: Mapping[How, Text] = {
    "approval": Text("审批制", "By approval"),
    "filing": Text("备案", "By filing"),
    "merged": Text("合并办理", "With another item"),
    "internal": Text("内部事项", "Between departments"),
    "cancelled": Text("已取消", "Gone"),
}
EFFECTS: Mapping[Effect, Text] = {
    "due": Text("应办理", "Due"),
    "waived": Text("免于办理", "Waived"),
    "simplified": Text("简化办理", "Simplified"),
    "commitment": Text("告知承诺", "On a pledge"),
    "joint": Text("合并办理", "Together with another item"),
}
DUE_BEFORE: Mapping[Due, Text] = {
    "investment_plan": Text("纳入政府投资计划前", "before the government investment plan"),
    "engineering_design": Text("工程设计前", "before engineering design"),
    "construction_drawings": Text("施工图设计前", "before the construction drawings"),
    "construction_permit": Text("施工许可前", "before the construction permit"),
    "start_of_works": Text("开工前", "before works start"),
}
_BY_KIND: Sequence[tuple[str, Effect]] = (
    ("waive", "waived"),
    ("pledge", "commitment"),
    ("simplify", "simplified"),
    ("merge", "joint"),
)
"""The first that holds decides; the others are told beside it."""
KEPT = ("prohibited", "needs_approval")
"""Severities of a finding that keep its item due."""
_EASED = ("waive", "pledge", "simplify", "merge")


@dataclass(frozen=True, slots=True)
class Service:
    """One row of the list of approval services.

    `plain` is the effect of what does not rest on an area assessment: it stands beside whatever
    is decided on sharing.
    """

    item: Item
    authority: str
    effect: Effect
    plain: Effect
    how: Text
    because: Text
    papers: tuple[Paper, ...]
    deadline: Text | None
    kinds: tuple[tuple[str, Text], ...]
    basis: tuple[Basis, ...]
    entries: tuple[str, ...]
    findings: tuple[str, ...]
    questions: tuple[Text, ...]
    draft: bool


def services(
    decided: Decided, findings: Iterable[Finding], situation: Situation
) -> tuple[Service, ...]:
    """List the items that findings or entries speak of, by stage and code."""
    catalogue, as_of = situation.catalogue, situation.as_of
    demands: dict[str, list[Finding]] = {}
    for finding in findings:
        action = finding.rule.action
        if finding.state == "affected" and not finding.confidential and action and action.item:
            demands.setdefault(action.item, []).append(finding)
    order, touching = list(STAGES), decided.by_item()
    rows = [
        _row(item, demands.get(code, []), touching.get(code, []), situation)
        for code, item in catalogue.items.items()
        if _listed(demands.get(code, []), touching.get(code, [])) and item.in_force(as_of)
    ]
    return tuple(sorted(rows, key=lambda row: (order.index(row.item.stage), row.item.code)))


def _listed(asked: Sequence[Finding], touching: Sequence[Outcome]) -> bool:
    """Whether a finding asks, an entry holds, or easing the item is an open question."""
    return bool(asked) or any(out.holds or out.entry.kind in _EASED for out in touching)


def _row(
    item: Item,
    asked: Sequence[Finding],
    touching: Sequence[Outcome],
    situation: Situation,
) -> Service:
    as_of = situation.as_of
    held = [out for out in touching if out.holds]
    effect = _effect(asked, touching)
    still_open = [out for out in touching if out.holds is None and _matters(out, effect)]
    told = [out for out in held if out.entry.kind != "deadline"]
    way = WAYS[item.how_on(as_of)] if effect == "due" else EFFECTS[effect]
    return Service(
        item=item,
        authority=authority_names(item, situation.catalogue.authorities, as_of),
        effect=effect,
        plain=_effect(asked, [out for out in touching if not out.entry.assessments()]),
        how=way,
        because=_because(asked, told or held, still_open),
        papers=_papers(item, asked, told) if effect != "waived" else _papers(item, (), told),
        deadline=_deadline(item, held) if effect != "waived" else None,
        kinds=tuple(
            (kind, situation.kind_name(kind))
            for kind in dict.fromkeys(out.kind for out in held if out.entry.kind in _EASED)
            if kind
        ),
        basis=tuple(
            dict.fromkeys(
                basis
                for source in (*(f.basis for f in asked), *(out.entry.basis for out in held))
                for basis in source
            )
        ),
        entries=tuple(dict.fromkeys(out.entry.code for out in (*held, *still_open))),
        findings=tuple(finding.rule.code for finding in asked),
        questions=tuple(dict.fromkeys(q for out in still_open for q in out.questions)),
        draft=any(out.entry.force == "draft" for out in held),
    )


def _matters(out: Outcome, effect: Effect) -> bool:
    """Whether an open entry could still change the row: it keeps the item, or eases it more."""
    if out.entry.keeps:
        return True
    better = [kind for kind, _ in _BY_KIND]
    decided = next((kind for kind, held in _BY_KIND if held == effect), None)
    return out.entry.kind in (better if decided is None else better[: better.index(decided)])


def _effect(asked: Sequence[Finding], touching: Sequence[Outcome]) -> Effect:
    """How the item is eased; due where anything keeps it, known or not yet known."""
    if any(finding.rule.severity in KEPT for finding in asked):
        return "due"
    if any(out.entry.keeps for out in touching):
        return "due"
    assess = any(finding.rule.severity == "needs_assessment" for finding in asked)
    held = {
        out.entry.kind
        for out in touching
        if out.holds and not (assess and out.entry.kind == "waive" and not out.entry.assessments())
    }
    return next((effect for kind, effect in _BY_KIND if kind in held), "due")


def authority_names(item: Item, register: Mapping[str, Authority], day: date) -> str:
    """Names of an item's authorities on a day, each once."""
    return "、".join(dict.fromkeys(register[key].on(day) for key in item.authority))


def marked(entry: Entry, effect: Text) -> Text:
    """Name an entry's effect with its code; a draft is shown as one."""
    draft = entry.force == "draft"
    return Text(
        f"{effect.zh}（{entry.code}{'，征求意见稿' if draft else ''}）",
        f"{effect.en} ({entry.code}{', draft for comments' if draft else ''})",
    )


def _because(
    asked: Sequence[Finding], told: Sequence[Outcome], still_open: Sequence[Outcome]
) -> Text:
    said = [
        Text(
            f"{finding.rule.title.zh}（{finding.rule.code}）",
            f"{finding.rule.title.en} ({finding.rule.code})",
        )
        for finding in asked
    ]
    said += [marked(out.entry, out.entry.effect) for out in told]
    for out in still_open:
        text = marked(out.entry, out.entry.effect)
        said.append(Text(f"待核实：{text.zh}", f"open: {text.en}"))
    return joined(list(dict.fromkeys(said)), "；", "; ")


def _papers(item: Item, asked: Sequence[Finding], told: Sequence[Outcome]) -> tuple[Paper, ...]:
    may_follow = any(out.entry.papers_may_follow for out in told)
    found: dict[str, Paper] = {}
    names = [*item.papers]
    names += [
        Paper(Text(paper, paper))
        for finding in asked
        if finding.rule.action
        for paper in finding.rule.action.papers
    ]
    names += [Paper(paper) for out in told for paper in out.entry.papers]
    for paper in names:
        found.setdefault(paper.name.zh, Paper(paper.name, paper.may_follow or may_follow))
    return tuple(found.values())


def _deadline(item: Item, held: Sequence[Outcome]) -> Text | None:
    limits = [out.entry.deadline for out in held if out.entry.deadline]
    days = [limit.days for limit in limits if limit.days and limit.covers == "item"]
    days += [item.days] if item.days else []
    said = [days_text(min(days))] if days else []
    for limit in limits:
        if limit.due_before:
            said.append(DUE_BEFORE[limit.due_before])
        if limit.days and limit.covers == "stage":
            text = days_text(limit.days)
            said.append(Text(f"所在阶段 {text.zh}", f"its stage {text.en}"))
        if limit.years:
            zh = f"批准后 {limit.years} 年内开工，逾期须重新审核"
            said.append(Text(zh, f"works start within {limit.years} years of approval"))
    return joined(list(dict.fromkeys(said)), "；", "; ") if said else None


def days_text(days: int) -> Text:
    """Working days as the law counts them; no calendar of holidays is assumed."""
    return Text(f"{days} 个工作日", f"{days} working days")
