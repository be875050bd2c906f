"""The audit over HTTP: read, never written."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from api.auth.roles import Action
from api.door import ServicesDep, does
from api.openapi import problems
from api.records.tables import Audit
from api.routes.fields import Asked

router = APIRouter(
    prefix="/api/v1/audit", tags=["audit"], dependencies=[Depends(does(Action.READ_AUDIT))]
)


class AuditRow(BaseModel):
    """One act."""

    seq: int
    at: str
    who: str
    act: str
    subject: str
    detail: dict[str, Any]
    hash: str


class AuditPage(BaseModel):
    """Acts, the newest first; `next` is the value of `before` for the following page."""

    items: list[AuditRow]
    next: int | None = Field(description="null at the end")


@router.get("", operation_id="list_audit", responses=problems())
def get_audit(
    services: ServicesDep,
    *,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    who: Asked = "",
    act: Annotated[Asked, Query(description="an act, or its beginning")] = "",
    subject: Annotated[Asked, Query(description="or its beginning")] = "",
    since: Annotated[Asked, Query(description="day or moment")] = "",
    until: Annotated[Asked, Query(description="day or moment, included")] = "",
) -> AuditPage:
    """List acts, the newest first."""
    asked = select(Audit).order_by(Audit.seq.desc()).limit(limit + 1)
    if before is not None:
        asked = asked.where(Audit.seq < before)
    if who:
        asked = asked.where(Audit.who == who)
    if act:
        asked = asked.where(Audit.act.startswith(act, autoescape=True))
    if subject:
        asked = asked.where(Audit.subject.startswith(subject, autoescape=True))
    if since:
        asked = asked.where(Audit.at >= since)
    if until:
        asked = asked.where(func.substr(Audit.at, 1, len(until)) <= until)
    with services.records.reading() as session:
        rows = session.execute(asked).scalars().all()
    items = [
        AuditRow(**{name: getattr(row, name) for name in AuditRow.model_fields})
        for row in rows[:limit]
    ]
    return AuditPage(items=items, next=items[-1].seq if len(rows) > limit else None)
