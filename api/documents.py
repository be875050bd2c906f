"""What both doors tell of layers, editions, assessments, accounts and rules: JSON documents."""

from __future__ import annotations

import difflib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gis.errors import LantuError, Text

if TYPE_CHECKING:
    from checks.rule import Basis, Rule
    from layers.assessments import Standing
    from layers.catalog import LayerSpec
    from layers.editions import Edition
    from layers.store.ledger import Holding
    from layers.store.workspace import Workspace


def known_spec(workspace: Workspace, key: str) -> LayerSpec:
    """Return the spec of a layer, or refuse an unknown key with near ones.

    Raises
    ------
    LantuError
        `unknown_layer`.
    """
    specs = workspace.specs()
    if key in specs:
        return specs[key]
    near = ", ".join(difflib.get_close_matches(key, list(specs), n=3, cutoff=0.5)) or "-"
    raise LantuError(
        "unknown_layer",
        Text(f"没有图层“{key}”", f"There is no layer {key!r}"),
        Text(
            f"相近的图层：{near}；用 lantu layers list --all 查看，或用 lantu layers add 登记",
            f"Near names: {near}; see lantu layers list --all, or add it by lantu layers add",
        ),
    )


def spec_document(spec: LayerSpec) -> dict[str, Any]:
    """Return a layer's declaration for JSON."""
    document: dict[str, Any] = spec.model_dump(mode="json")
    return document


def edition_document(edition: Edition) -> dict[str, Any]:
    """Return an edition for JSON; the coverage is told by its area in square metres."""
    return {
        "layer": edition.layer,
        "edition": edition.key,
        "part": edition.part,
        "id": edition.id,
        "revision": edition.revision,
        "currency": edition.currency.isoformat(),
        "valid_from": edition.valid_from.isoformat(),
        "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
        "accuracy_m": edition.accuracy_m,
        "accuracy_source": edition.accuracy_source,
        "coverage_m2": edition.coverage.area,
        "feature_count": edition.feature_count,
        "incomplete": edition.incomplete,
        "checksum": edition.checksum,
    }


def standing_document(standing: Standing, *, brief: bool) -> dict[str, Any]:
    """Return an assessment and its state for JSON."""
    one = standing.assessment
    document: dict[str, Any] = {
        "code": one.code,
        "version": one.version,
        "kind": one.kind,
        "title": one.title,
        "state": standing.state,
        "park": {"code": one.park.code, "name": one.park.name} if one.park else None,
        "issuer": one.issuer,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
        "extent_m2": one.extent.area,
        "acknowledged": [item.authority for item in standing.acknowledged or ()],
        "document": standing.document,
    }
    if not brief:
        document |= _content(standing)
    return document


def _content(standing: Standing) -> dict[str, Any]:
    one = standing.assessment
    return {
        "approval_no": one.approval_no,
        "validity_source": one.validity_source,
        "extent_source": one.extent_source,
        "partial_rule": one.partial_coverage.rule if one.partial_coverage else None,
        "depth": one.depth,
        "envelope": [
            {"fact": item.fact, "min": item.min, "max": item.max, "source": item.source}
            for item in one.envelope or ()
        ],
        "totals": [
            {"name": item.name, "fact": item.fact, "unit": item.unit, "limit": item.limit}
            for item in one.totals or ()
        ],
        "commitments": [text.as_dict() for text in one.commitments or ()],
        "history": [
            {
                "revision": row.revision,
                "event": row.event,
                "state": row.state,
                "at": row.at,
                "who": row.who,
                "why": row.why,
                "detail": dict(row.detail),
            }
            for row in standing.history
        ],
    }


def account_document(workspace: Workspace, code: str, known_at: int | None) -> dict[str, Any]:
    """Return limits, what is held and what is left of an assessment's totals."""
    from layers.store.assessment_table import unknown_assessment
    from layers.store.ledger import used

    versions = [item for item in workspace.standings(known_at) if item.assessment.code == code]
    if not versions:
        raise unknown_assessment(code)
    open_ones = [item for item in versions if item.state == "published"] or versions
    one = open_ones[-1].assessment
    held = workspace.holdings(code, known_at)
    return {
        "code": code,
        "version": one.version,
        "state": open_ones[-1].state,
        "known_at": workspace.revision if known_at is None else known_at,
        "totals": [
            {
                "name": total.name,
                "fact": total.fact,
                "unit": total.unit,
                "limit": total.limit,
                "held": str(used(held, total.name)),
                "left": str(Decimal(total.limit) - used(held, total.name)),
            }
            for total in one.totals or ()
        ],
        "projects": [holding_document(item) | {"at": item.at, "who": item.who} for item in held],
    }


def holding_document(item: Holding) -> dict[str, Any]:
    """Return a row of the ledger for JSON."""
    return {
        "sequence": item.sequence,
        "project": item.project,
        "act": item.act,
        "total": item.total,
        "amount": str(item.amount),
    }


def published(workspace: Workspace, code: str) -> Standing:
    """Return the version of a code whose totals count now: the published one, else the latest.

    Raises
    ------
    LantuError
        `unknown_assessment`.
    """
    from layers.store.assessment_table import unknown_assessment

    held = [item for item in workspace.standings() if item.assessment.code == code]
    if not held:
        raise unknown_assessment(code)
    return ([item for item in held if item.state == "published"] or held)[-1]


def rule_document(rule: Rule) -> dict[str, Any]:
    """Return a rule for JSON, in the words users read."""
    return {
        "code": rule.code,
        "title": rule.title.as_dict(),
        "pack": rule.pack,
        "layers": list(rule.layers()),
        "tests": [leaf.kind for leaf in rule.leaves()],
        "severity": rule.severity,
        "verdict_family": rule.verdict_family,
        "tolerance": {"area_m2": rule.tolerance_area_m2, "width_m": rule.tolerance_width_m},
        "basis": [_basis(item) for item in rule.basis],
        "say": {
            "affected": rule.say.affected.as_dict(),
            "clear": rule.say.clear.as_dict(),
            "not_assessed": rule.say.not_assessed.as_dict(),
        },
        "authority": rule.authority,
        "checked_on": rule.checked_on.isoformat() if rule.checked_on else None,
    }


def _basis(item: Basis) -> dict[str, Any]:
    return {
        "title": item.title,
        "article": item.article,
        "valid_from": item.valid_from.isoformat() if item.valid_from else None,
        "valid_to": item.valid_to.isoformat() if item.valid_to else None,
        "force": item.force,
        "role": item.role,
    }
