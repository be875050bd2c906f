"""`class` and `services` as `report.json` shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from checks.classes.rule import Catalogue, Deadline
from checks.classes.services import STAGES, Service
from checks.classes.standing import Decided, Outcome
from checks.report.finding_json import basis_json
from gis.errors import Text

_PRIMARY = "project"


def class_json(decided: Decided | None, catalogue: Catalogue | None) -> dict[str, Any] | None:
    """What class, why and by which text; null where no pack defines any class.

    The first class that holds, in the order of the packs, is the project's class. `state` is
    `needs_person` where an earlier one is still open, `none` where no class fits.
    """
    if decided is None or catalogue is None:
        return None
    if not any(entry.kind == "class" for entry in catalogue.entries.values()):
        return None
    classes = [out for out in decided.of("class") if out.entry.axis == _PRIMARY]
    first = next((out for out in classes if out.holds), None)
    before = classes[: classes.index(first)] if first else classes
    questions = [question for out in before for question in out.questions]
    return {
        **_chosen(first),
        "state": "needs_person" if before else "decided" if first else "none",
        "question": _joined(questions),
        "also": [_named(out) for out in decided.of("class") if out.holds and out is not first],
        "open": [
            _named(out) | {"question": _joined(out.questions)}
            for out in decided.of("class")
            if out.holds is None
        ],
        "effects": [_effect(out) for out in decided.outcomes if out.entry.kind != "class"],
    }


def _chosen(first: Outcome | None) -> dict[str, Any]:
    if first is None:
        return dict.fromkeys(
            ("code", "key", "name", "pack", "draft", "because", "basis", "needs_person")
        )
    return _named(first)


def _named(out: Outcome) -> dict[str, Any]:
    entry = out.entry
    return {
        "code": entry.code,
        "key": entry.key,
        "name": entry.effect.as_dict(),
        "pack": entry.pack,
        "draft": entry.force == "draft",
        "because": out.because.as_dict(),
        "basis": [basis_json(basis) for basis in entry.basis],
        "needs_person": entry.needs_person.as_dict() if entry.needs_person else None,
    }


def _effect(out: Outcome) -> dict[str, Any]:
    entry = out.entry
    return {
        "code": entry.code,
        "kind": entry.kind,
        "assessment_kind": out.kind,
        "items": list(out.items),
        "state": "holds" if out.holds else "needs_person",
        "effect": entry.effect.as_dict(),
        "deadline": _deadline(entry.deadline),
        "because": out.because.as_dict(),
        "question": _joined(out.questions),
        "needs_person": entry.needs_person.as_dict() if entry.needs_person else None,
        "pack": entry.pack,
        "draft": entry.force == "draft",
        "binding": out.binding,
        "basis": [basis_json(basis) for basis in entry.basis],
    }


def _deadline(limit: Deadline | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {
        "days": limit.days,
        "years": limit.years,
        "due_before": limit.due_before,
        "covers": limit.covers,
    }


def _joined(questions: Sequence[Text]) -> dict[str, str] | None:
    if not questions:
        return None
    once = list(dict.fromkeys(questions))
    return {
        "zh": "；".join(text.zh for text in once),
        "en": "; ".join(text.en for text in once),
    }


def services_json(rows: Iterable[Service]) -> list[Mapping[str, Any]]:
    """The list of approval services (CONTRACTS section 6), with what the printed list shows."""
    return [
        {
            "item": row.item.code,
            "name": row.item.name.as_dict(),
            "authority": row.authority,
            "stage": STAGES[row.item.stage].zh,
            "effect": row.effect,
            "papers": [
                {"name": paper.name.as_dict(), "may_follow": paper.may_follow}
                for paper in row.papers
            ],
            "because": row.because.as_dict(),
            "how": row.how.as_dict(),
            "conditions": row.item.conditions.as_dict() if row.item.conditions else None,
            "deadline": row.deadline.as_dict() if row.deadline else None,
            "area_results": [{"kind": key, "name": name.as_dict()} for key, name in row.kinds],
            "entries": list(row.entries),
            "findings": list(row.findings),
            "question": _joined(row.questions),
            "draft": row.draft,
            "basis": [basis_json(basis) for basis in row.basis],
            "catalogue_basis": list(row.item.basis),
        }
        for row in rows
    ]
