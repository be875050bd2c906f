"""Pages of projects: the list, one project with its red lines, and the list of an office."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import aliased

from api.auth.roles import Action
from api.auth.scope import projects_seen_by, reports_seen_by
from api.clock import today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.render import page
from api.projects_work import redlines_document
from api.records.projects import FIELDS, find, project_document
from api.records.redlines import KINDS, versions
from api.records.tables import Report, ReportUse
from checks.facts import fact_in_words, fact_value
from checks.rulebook.words import SEVERITY

router = APIRouter(include_in_schema=False)

_READ = [Depends(does(Action.READ_PROJECT))]


@router.get("/projects", dependencies=_READ)
def projects(request: Request) -> HTMLResponse:
    """List the projects that the reader may see."""
    return page(request, "projects/list.html.j2", fields=FIELDS)


@router.get("/projects/import", dependencies=[Depends(does(Action.IMPORT_PROJECTS))])
def import_list(request: Request) -> HTMLResponse:
    """Read the office's list in three steps: file, columns, differences."""
    return page(request, "projects/import.html.j2", fields=FIELDS)


@router.get("/projects/{code}", dependencies=_READ)
def project(
    request: Request, code: str, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Show one project: what is known, its red lines, its reports."""
    specs = services.rulebook().facts
    with services.records.reading() as session:
        held = find(session, code, among=[projects_seen_by(principal)])
        lines = redlines_document(versions(session, held.id))
        use = aliased(ReportUse)  # what `reports_seen_by` asks of uses is another question
        reports = session.execute(
            select(Report, use.at)
            .join(use, use.report_id == Report.id)
            .where(use.project_id == held.id, reports_seen_by(principal))
            .order_by(use.id.desc())
            .limit(50)
        ).all()
    facts = [
        (specs[name].label, fact_in_words(specs[name], read))
        for name, value in held.facts.items()
        if name in specs and (read := fact_value(specs[name], _as_text(value))) is not None
    ]
    return page(
        request, "projects/one.html.j2", project=project_document(held), facts=facts, lines=lines,
        reports=reports, kinds=KINDS, fields=FIELDS, day=today(), severities=SEVERITY,
    )  # fmt: skip


@router.get("/schedule", dependencies=[Depends(does(Action.SCHEDULE))])
def schedule(request: Request, services: ServicesDep) -> HTMLResponse:
    """The desk of a scheduler: numbers, table and map with one selection."""
    return page(request, "schedule.html.j2", day=today(), revision=services.workspace.revision)


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [str(item) for item in value]
    return None if value is None else str(value)
