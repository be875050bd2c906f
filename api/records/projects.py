"""Projects on record: found by code or internal number, by those who may see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from api.auth.roles import Principal, Role
from api.records.tables import Project
from gis.errors import LantuError, Text


def visible(principal: Principal) -> ColumnElement[bool]:
    """Return the condition of the projects that somebody may see.

    Planners and administrators see all, schedulers their district (or all), park bodies those of
    their parks, everybody what they entered.
    """
    own: list[ColumnElement[bool]] = (
        [Project.created_by == principal.user_id] if principal.user_id is not None else []
    )
    if principal.role in {Role.PLANNER, Role.ADMIN}:
        return true()
    if principal.role is Role.SCHEDULER:
        own.append(true() if not principal.district else Project.district == principal.district)
    if principal.role is Role.PARK_BODY:
        own.append(Project.park.in_(principal.parks))
    return or_(*own) if own else false()


def project_by_code(session: Session, principal: Principal, named: str) -> Project:
    """Return a project by its code, else by its internal number.

    Raises
    ------
    LantuError
        `unknown_project`, also for one that this person may not see.
    """
    query = select(Project).where(
        or_(Project.code == named, Project.number == named), visible(principal)
    )
    row: Project | None = session.execute(
        query.order_by(Project.code.is_(None)).limit(1)
    ).scalar_one_or_none()
    if row is None:
        raise unknown_project(named)
    return row


def unknown_project(named: str) -> LantuError:
    """Return the refusal of a project that is not there, or not for this person."""
    return LantuError(
        "unknown_project",
        Text(f"没有项目 {named[:100]}，或无权查看", f"There is no project {named[:100]} for you"),
        Text("请核对项目代码", "Check the project's code"),
        where=named[:100],
    )


def project_document(row: Project) -> dict[str, Any]:
    """Return a project for JSON."""
    return {
        "number": row.number,
        "code": row.code,
        "name": row.name,
        "district": row.district,
        "park": row.park,
        "lead": row.lead,
        "owner": row.owner,
        "phase": row.phase,
        "stage": row.stage,
        "stage_since": row.stage_since,
        "stage_days": row.stage_days,
        "next_step": row.next_step,
        "next_due": row.next_due,
        "key_project": row.key_project,
        "year": row.year,
        "facts": row.facts,
        "columns": row.columns,
        "place": row.place,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "version": row.version,
    }
