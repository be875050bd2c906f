"""How assessments, remarks and accounts are printed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from api.cli import output
from api.cli.language import say, speak

if TYPE_CHECKING:
    from checks.inheritance.assessment_review import Review
    from layers.assessments import Standing
    from layers.store.workspace import Workspace


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


def show_remarks(found: Review) -> None:
    """Print faults and warnings on stderr, and whom a change would touch."""
    words = {"fault": say("问题", "fault"), "warning": say("注意", "warning")}
    for remark in found.remarks:
        note = remark.note
        output.message(f"{words[remark.level]} [{note.code}] {speak(note.text)}")
    if found.projects:
        names = ", ".join(found.projects)
        output.message(say(f"涉及项目：{names}", f"projects that hold totals: {names}"))


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
        "projects": [
            {
                "sequence": item.sequence,
                "project": item.project,
                "act": item.act,
                "total": item.total,
                "amount": str(item.amount),
                "at": item.at,
                "who": item.who,
            }
            for item in held
        ],
    }


def show_account(document: dict[str, Any]) -> None:
    """Print an account as a table."""
    for total in document["totals"]:
        unit = total["unit"] or ""
        output.result(
            say(
                f"{total['name']}：限额 {total['limit']} {unit}，已占 {total['held']}，"
                f"余 {total['left']}",
                f"{total['name']}: limit {total['limit']} {unit}, held {total['held']}, "
                f"left {total['left']}",
            )
        )
    for row in document["projects"]:
        output.result(
            f"  #{row['sequence']:<5} {row['project']:<24} {row['act']:<8} "
            f"{row['total']} {row['amount']}  {row['at']} {row['who']}"
        )
