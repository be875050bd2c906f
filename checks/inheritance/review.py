"""What reads well in an `inheritance.yaml` and yet is doubtful: its author should look at each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.inheritance.decision_table import Situation, first_row
from checks.inheritance.model import (
    CRITERIA,
    OUTCOME_ORDER,
    RESULTS,
    Criterion,
    InheritancePack,
    Kind,
    Result,
    Share,
    TableRow,
)
from checks.rule import Rulebook
from gis.errors import Note, Text

_AS_GOOD_AS_SUPPLEMENT = "partial_rule"


def review_inheritance(book: Rulebook) -> tuple[Note, ...]:
    """Name decisive criteria whose failure changes nothing, or makes an outcome better.

    Each criterion alone is failed while all others are met, for a site inside and for one inside
    in part; and items of kinds that are not in the catalogue.
    """
    pack = book.inheritance
    if pack is None:
        return ()
    items = book.catalogue.items if book.catalogue else {}
    notes: list[Note] = []
    for kind in pack.kinds.values():
        notes += _failures(pack, kind)
        for code in kind.items:
            if items and code not in items:
                zh, en = f"事项 {code} 不在事项目录", f"its item {code} is not in the catalogue"
                notes.append(_note("item_not_in_catalogue", kind, zh, en))
    return tuple(notes)


def _failures(pack: InheritancePack, kind: Kind) -> Iterator[Note]:
    decisive = [
        key for key in CRITERIA if key != "coverage" and pack.weight(kind, key).effect == "decisive"
    ]
    for share, zh, en in (
        ("full", "全部在范围内的用地", "a site inside"),
        ("partial", "部分在范围内的用地", "a site inside in part"),
    ):
        idle = [key for key in decisive if not _worse(pack, kind, share, key)]  # type: ignore[arg-type]
        if idle:
            names = ", ".join(idle)
            yield _note(
                "failure_changes_nothing",
                kind,
                f"对{zh}，决定性条件 {names} 不符合时结论不变",
                f"for {en} the failure of {names}, though decisive, changes nothing",
            )
        better = [key for key in decisive if _improves(pack, kind, share, key)]  # type: ignore[arg-type]
        if better:
            names = ", ".join(better)
            yield _note(
                "failure_improves",
                kind,
                f"对{zh}，条件 {names} 不符合反而比待核实的结论更好",
                f"for {en} a failed {names} gives a better outcome than an unknown one",
            )


def _row(
    pack: InheritancePack, kind: Kind, share: Share, results: Mapping[Criterion, Result]
) -> TableRow | None:
    held: dict[Criterion, Result] = dict.fromkeys(CRITERIA, "met")
    held["coverage"] = "met" if share == "full" else "failed"
    effects = {key: pack.weight(kind, key).effect for key in CRITERIA}
    return first_row(pack.rows(kind), Situation(share, held | dict(results), effects))


def _worse(pack: InheritancePack, kind: Kind, share: Share, key: Criterion) -> bool:
    """Whether the failure of one criterion leads to another outcome or way of approval."""
    good, bad = _row(pack, kind, share, {}), _row(pack, kind, share, {key: "failed"})
    if good is None or bad is None:
        return True
    return (good.outcome, good.mode) != (bad.outcome, bad.mode)


def _improves(pack: InheritancePack, kind: Kind, share: Share, key: Criterion) -> bool:
    """Whether a failed criterion does better than the same one met or unknown."""
    failed = _rank(_row(pack, kind, share, {key: "failed"}))
    return any(failed < _rank(_row(pack, kind, share, {key: result})) for result in RESULTS)


def _rank(row: TableRow | None) -> int:
    if row is None or row.outcome == "not_required":
        return 0
    outcome = "supplement" if row.outcome == _AS_GOOD_AS_SUPPLEMENT else row.outcome
    return OUTCOME_ORDER.index(outcome)


def _note(code: str, kind: Kind, zh: str, en: str) -> Note:
    return Note(code, Text(f"{kind.key}：{zh}", f"{kind.key}: {en}"))
