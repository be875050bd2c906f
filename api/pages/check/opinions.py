"""征求意见: a department is asked about a finding; what it answers stands beside the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from api.acts import note_act
from api.auth.roles import Principal
from api.records.reports import readable_report
from api.records.tables import User
from api.records.tasks import Asked, ask, tasks_about
from api.services import Services
from gis.errors import LantuError, Text


class OpinionForm(BaseModel):
    """What is asked of a department about a report, or about one of its findings."""

    model_config = ConfigDict(extra="forbid")

    department: str = Field("", max_length=200)
    rule: str | None = Field(None, max_length=200, description="code of the finding")
    title: str = Field("", max_length=400)
    text: str = Field("", max_length=4000)
    question: bool = Field(default=False, description="a question to settle, not an opinion")
    due: date | None = None


def ask_department(
    services: Services, principal: Principal, report: str, form: OpinionForm, at: datetime
) -> dict[str, Any]:
    """Ask a department; the same question that is still open is not asked twice."""
    subject = f"report:{report}" + (f"#{form.rule}" if form.rule else "")
    asked = Asked(
        kind="question" if form.question else "opinion",
        subject=subject,
        department=form.department,
        title=form.title or report,
        body={"text": form.text, "report": report, "rule": form.rule},
        due=form.due,
    )
    with services.records.writing() as session:
        readable_report(session, principal, report)
        if not form.department.strip():
            raise LantuError(
                "bad_value",
                Text("没有写明部门", "No department was named"),
                Text("请选择要征求意见的部门", "Choose the department to ask"),
                where="department",
            )
        task = ask(session, asked, principal, at.isoformat())
        found = {"id": task.id, "department": task.department, "state": task.state}
    note_act(services, principal, "task.ask", subject, {"department": form.department})
    return found


def departments(services: Services, findings: list[Mapping[str, Any]]) -> list[str]:
    """Return departments that can be asked: those with accounts, then those the findings name."""
    with services.records.reading() as session:
        held = session.scalars(
            select(User.department)
            .where(User.role == "authority", User.active, User.department != "")
            .distinct()
            .order_by(User.department)
        )
        known = list(held)
    named = [str(finding["authority"]) for finding in findings if finding["authority"]]
    return list(dict.fromkeys([*known, *sorted(set(named))]))


def asked_about(services: Services, report: str, rules: list[str]) -> dict[str, list[str]]:
    """Return which departments were asked about which finding, by its code ('' the report)."""
    subjects = {f"report:{report}": "", **{f"report:{report}#{rule}": rule for rule in rules}}
    with services.records.reading() as session:
        rows = tasks_about(session, subjects)
        found: dict[str, list[str]] = {}
        for row in rows:
            if row.state != "withdrawn":
                found.setdefault(subjects[row.subject], []).append(f"{row.department}")
    return found
