"""Decisions on sharing in the list of approval services: what each means for the items it serves.

Where an item stays due because a finding prohibits or needs approval, or because a class entry
keeps it, a decision changes nothing but what is told. Of several kinds that serve one item the
strictest decides; what eases the item without any area assessment stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from checks.classes.conditions import Situation
from checks.classes.rule import Item, Paper
from checks.classes.services import (
    EFFECTS,
    KEPT,
    STAGES,
    WAYS,
    Effect,
    Service,
    authority_names,
)
from checks.classes.standing import Decided
from checks.findings import Finding
from checks.inheritance.decide import Decision
from checks.inheritance.sharing import basis_of
from checks.inheritance.words import MODE_WORDS, OUTCOME_WORDS
from checks.rulebook.words import joined
from gis.errors import Text

_STRICTEST: Final[Sequence[Effect]] = ("due", "joint", "simplified", "commitment", "waived")
_PROMISE: Final = Paper(Text("告知承诺书", "Commitment paper"))


def effect_of(decision: Decision) -> Effect | None:
    """What a decision means for the approval item; None: it says nothing of it."""
    if decision.outcome == "not_required":
        return "waived" if decision.basis else None
    if decision.outcome in {"undetermined", "supplement"}:
        return "due"
    if decision.mode in {"commitment", "joint"}:
        return "commitment" if decision.mode == "commitment" else "joint"
    if decision.outcome == "own_assessment":
        return "due"
    return "waived" if decision.mode == "none" else "simplified"


def join_decisions(
    rows: Sequence[Service],
    decisions: Iterable[Decision],
    findings: Iterable[Finding],
    decided: Decided,
    situation: Situation,
) -> tuple[Service, ...]:
    """Join the decisions into the list; items that only they speak of are added."""
    serving: dict[str, list[Decision]] = {}
    for decision in decisions:
        for code in decision.kind.items if effect_of(decision) is not None else ():
            serving.setdefault(code, []).append(decision)
    kept = _kept(findings, decided)
    by_item = {row.item.code: row for row in rows}
    for code, held in serving.items():
        item = situation.catalogue.items.get(code)
        if item is None or not item.in_force(situation.as_of):
            continue
        row = by_item.get(code) or _empty(item, situation)
        by_item[code] = _joined(row, held, situation, kept=code in kept)
    order = list(STAGES)
    return tuple(
        sorted(by_item.values(), key=lambda row: (order.index(row.item.stage), row.item.code))
    )


def _kept(findings: Iterable[Finding], decided: Decided) -> set[str]:
    """Items that stay due whatever is shared."""
    kept = {
        finding.rule.action.item
        for finding in findings
        if finding.state == "affected"
        and not finding.confidential
        and finding.rule.severity in KEPT
        and finding.rule.action
        and finding.rule.action.item
    }
    touching = decided.by_item().items()
    return kept | {code for code, held in touching if any(out.entry.keeps for out in held)}


def _empty(item: Item, situation: Situation) -> Service:
    return Service(
        item=item,
        authority=authority_names(item, situation.catalogue.authorities, situation.as_of),
        effect="due",
        plain="due",
        how=WAYS[item.how_on(situation.as_of)],
        because=Text("", ""),
        papers=item.papers,
        deadline=None,
        kinds=(),
        basis=(),
        entries=(),
        findings=(),
        questions=(),
        draft=False,
    )


def _joined(
    row: Service, decisions: Sequence[Decision], situation: Situation, *, kept: bool
) -> Service:
    meant = [word for item in decisions if (word := effect_of(item)) is not None]
    strictest = min(meant, key=_STRICTEST.index)
    # what frees or eases the item without any area assessment is not undone by there being none
    effect: Effect = "due" if kept else max(strictest, row.plain, key=_STRICTEST.index)
    bases = [basis for item in decisions for basis in basis_of(item)]
    deadline = None if effect == "waived" else _deadline(row, decisions)
    papers = row.papers
    if effect == "commitment" and _PROMISE not in papers:
        papers = (*papers, _PROMISE)
    way = WAYS[row.item.how_on(situation.as_of)] if effect == "due" else EFFECTS[effect]
    shared = tuple(
        (item.kind.key, item.kind.name) for item in decisions if item.assessment is not None
    )
    return replace(
        row,
        effect=effect,
        how=way,
        because=_because(row, decisions),
        papers=papers,
        deadline=deadline,
        kinds=tuple(dict.fromkeys((*row.kinds, *shared))),
        basis=tuple(dict.fromkeys((*row.basis, *bases))),
        questions=tuple(dict.fromkeys((*row.questions, *_questions(decisions)))),
        draft=row.draft or any(basis.force == "draft" for basis in bases),
    )


def _deadline(row: Service, decisions: Sequence[Decision]) -> Text | None:
    stages = [item.kind.deadline.stage for item in decisions if item.kind.deadline]
    told = row.deadline.zh if row.deadline else ""
    said = [row.deadline] if row.deadline else []
    said += [stage for stage in dict.fromkeys(stages) if stage.zh not in told]
    return joined(said, "；", "; ") if said else None


def _because(row: Service, decisions: Sequence[Decision]) -> Text:
    told = [row.because] if row.because.zh else []
    for item in decisions:
        outcome, mode = OUTCOME_WORDS[item.outcome], MODE_WORDS[item.mode]
        one = item.assessment
        zh, en = (f"（{one.id}）", f" ({one.id})") if one else ("", "")
        name = item.kind.name
        told.append(
            Text(
                f"{name.zh}：{outcome.zh}，{mode.zh}{zh}", f"{name.en}: {outcome.en}, {mode.en}{en}"
            )
        )
    return joined(told, "；", "; ")


def _questions(decisions: Sequence[Decision]) -> list[Text]:
    """Questions of what decides and is not known."""
    return [
        Text(asked["zh"], asked["en"])
        for item in decisions
        if item.outcome == "undetermined"
        for key, finding in item.findings.items()
        if finding.result == "unknown"
        and (asked := finding.evidence.get("question"))
        and (item.row is None or item.pack.weight(item.kind, key).effect == "decisive")
    ]
