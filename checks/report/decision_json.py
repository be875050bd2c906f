"""Decisions on sharing as `report.json` shows them (CONTRACTS section 6)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from checks.classes.rule import Catalogue
from checks.classes.services import authority_names
from checks.inheritance.decide import Decision
from checks.inheritance.model import CRITERIA
from checks.inheritance.sharing import basis_of
from checks.report.canonical import canonical
from checks.report.finding_json import basis_json
from checks.report.site_json import multi_geojson
from gis.measures import rounded

_PROMISED = {"shared", "simplified", "supplement"}
_NOTHING_DUE = {"shared", "not_required"}


MOST_KEPT: Final = 1024

_KEPT: dict[tuple[int, int, date], tuple[object, dict[str, Any], bytes]] = {}
"""By number of decision and catalogue, which are held beside: they are never another one's."""


def decision_written(
    decision: Decision, catalogue: Catalogue | None, day: date
) -> tuple[dict[str, Any], bytes]:
    """A decision as `decision_json`, not to be changed, and its canonical form.

    One that rests on no assessment is the same on many sites, and is written once for them.
    """
    key = (id(decision), id(catalogue), day)
    kept = _KEPT.get(key)
    if kept is not None:
        return kept[1:]
    document = decision_json(decision, catalogue, day)
    written = canonical(document)
    if decision.standing is None:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = (decision, catalogue), document, written
    return document, written


def decision_json(decision: Decision, catalogue: Catalogue | None, day: date) -> dict[str, Any]:
    """One decision with all keys of CONTRACTS section 6; what does not apply is None.

    `catalogue` tells which department has the kind's approval items on the day.
    """
    one, share = decision.assessment, decision.share
    area = share is not None and not share.is_line
    outside = share.outside if share is not None and share.word == "partial" else None
    return {
        "kind": decision.kind.key,
        "name": decision.kind.name.as_dict(),
        "outcome": decision.outcome,
        "approval_mode": decision.mode,
        "assessment": {"code": one.code, "version": one.version} if one else None,
        "share_covered": rounded(share.share, 9) if share else None,
        "uncovered_area_m2": rounded(share.outside_m) if share and area else None,
        "uncovered": multi_geojson(outside),
        "criteria": [
            {
                "no": no,
                "key": key,
                "result": decision.findings[key].result,
                "effect": decision.pack.weight(decision.kind, key).effect,
                "evidence": dict(decision.findings[key].evidence),
            }
            for no, key in enumerate(CRITERIA, 1)
        ],
        "commitments": [text.as_dict() for text in one.commitments or ()]
        if one and decision.outcome in _PROMISED
        else [],
        "deadline": _deadline(decision),
        "authority": _authority(decision, catalogue, day),
        "basis": [basis_json(basis) for basis in basis_of(decision)],
    }


def _deadline(decision: Decision) -> dict[str, Any] | None:
    deadline = decision.kind.deadline
    if deadline is None or decision.outcome in _NOTHING_DUE:
        return None
    return {
        "stage": deadline.stage.as_dict(),
        "basis": [basis.title for basis in deadline.basis],
    }


def _authority(decision: Decision, catalogue: Catalogue | None, day: date) -> str | None:
    """The kind's authority, that of its items, else the first that acknowledged the result."""
    if decision.kind.authority is not None:
        return decision.kind.authority
    items = [catalogue.items.get(code) for code in decision.kind.items] if catalogue else []
    names = [
        authority_names(item, catalogue.authorities, day)
        for item in items
        if item is not None and catalogue is not None
    ]
    if names:
        return "、".join(dict.fromkeys(names))
    acknowledged = decision.standing.acknowledged if decision.standing else None
    return acknowledged[0].authority if acknowledged else None
