"""Projects and their red lines: listed, added, changed; every change in the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.auth.roles import Action, Principal
from api.auth.scope import projects_seen_by
from api.check_work import form_of, sites_of
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import body, problems
from api.projects_work import may_write, redline_document, redlines_document
from api.records import redlines
from api.records.projects import ProjectForm, add, change, find, project_document, search
from api.records.tables import Project
from api.routes.fields import Asked, RowId, day_of
from api.services import Services
from api.uploads import Form, bad_request, private_folder, read_form, save
from gis.errors import LantuError, Text

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])

_READ = [Depends(does(Action.READ_PROJECT))]
_WRITE = [Depends(does(Action.WRITE_PROJECT))]


class ProjectOut(BaseModel):
    """A project on record."""

    number: str = Field(description="internal, for life")
    code: str | None = Field(description="项目统一代码, once it is given")
    name: str
    district: str
    park: str
    lead: str
    owner: str
    phase: Literal["reserve", "active"]
    stage: str
    stage_since: str | None
    stage_days: int | None
    next_step: str
    next_due: str | None
    key_project: bool
    year: int | None
    facts: dict[str, Any]
    columns: dict[str, Any]
    place: dict[str, Any] | None
    created_at: str
    changed_at: str
    version: int


class ProjectList(BaseModel):
    """A page of projects, by number."""

    items: list[ProjectOut]
    next: str | None = Field(description="`after` of the next page; null at the end")


@router.get("", operation_id="list_projects", dependencies=_READ, responses=problems())
def list_projects(
    services: ServicesDep,
    principal: PrincipalDep,
    *,
    q: Asked = "",
    district: Asked = "",
    year: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    phase: Literal["", "reserve", "active"] = "",
    key_project: bool = False,
    after: Asked = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ProjectList:
    """List the projects that this reader may see; `q` looks in name, code, number and lead."""
    query = search(
        words=q, district=district or None, year=year, phase=phase or None, key_only=key_project,
        among=[projects_seen_by(principal)],
    )  # fmt: skip
    if after:
        query = query.where(Project.number > after)
    with services.records.reading() as session:
        rows = session.scalars(query.limit(limit + 1)).all()
    items = [ProjectOut(**project_document(row)) for row in rows[:limit]]
    return ProjectList(items=items, next=items[-1].number if len(rows) > limit else None)


@router.post(
    "", operation_id="add_project", status_code=201, dependencies=_WRITE,
    responses=problems(400, 409),
)  # fmt: skip
def add_project(services: ServicesDep, principal: PrincipalDep, form: ProjectForm) -> ProjectOut:
    """Add a project; the code may follow later."""
    may_write(principal, form.district or principal.district)
    if not form.district and principal.district:
        form = form.model_copy(update={"district": principal.district})
        form.model_fields_set.add("district")
    with services.records.writing() as session:
        project = add(session, form, at=now(), by=principal.user_id)
        services.audit.within(session, "project.add", f"project:{project.number}", principal)
    return ProjectOut(**project_document(project))


@router.get("/{code}", operation_id="get_project", dependencies=_READ, responses=problems(404))
def get_project(services: ServicesDep, principal: PrincipalDep, code: str) -> ProjectOut:
    """Show a project by its code or its internal number."""
    with services.records.reading() as session:
        return ProjectOut(**project_document(_seen(session, principal, code)))


@router.patch(
    "/{code}", operation_id="change_project", dependencies=_WRITE,
    responses=problems(400, 404, 409, 412),
)  # fmt: skip
def change_project(
    services: ServicesDep,
    principal: PrincipalDep,
    code: str,
    form: ProjectForm,
    if_match: Annotated[str | None, Header(description="the version it was read at")] = None,
) -> ProjectOut:
    """Change what is named; what is null is emptied. `If-Match` guards against lost changes."""
    with services.records.writing() as session:
        project = _seen(session, principal, code)
        may_write(principal, project.district, owner=project.created_by)
        if form.district is not None:
            may_write(principal, form.district, owner=project.created_by)
        changed = change(session, project, form, version=_version(if_match), at=now())
        if changed:
            services.audit.within(
                session, "project.change", f"project:{project.number}", principal,
                detail={"fields": sorted(changed), "version": project.version},
            )  # fmt: skip
    return ProjectOut(**project_document(project))


_LINE_BODY = body(
    {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "site": {"type": "string", "format": "binary"},
                    "kind": {"type": "string", "enum": list(redlines.KINDS)},
                    "surveyor": {"type": "string", "maxLength": 200},
                    "surveyed_on": {"type": "string", "format": "date"},
                    "crs": {"type": "string"},
                    "accept_repair": {"type": "boolean"},
                },
            }
        }
    }
)


@router.get("/{code}/sites", operation_id="list_red_lines", dependencies=_READ,
            responses=problems(404))  # fmt: skip
def list_red_lines(services: ServicesDep, principal: PrincipalDep, code: str) -> dict[str, Any]:
    """List the red lines of a project, oldest first, with shapes in longitude and latitude."""
    with services.records.reading() as session:
        project = _seen(session, principal, code)
        return {"items": redlines_document(redlines.versions(session, project.id))}


@router.post(
    "/{code}/sites", operation_id="add_red_line", status_code=201, dependencies=_WRITE,
    responses=problems(400, 404, 413, 415), openapi_extra=_LINE_BODY,
    response_class=JSONResponse,
)  # fmt: skip
async def add_red_line(
    request: Request, services: ServicesDep, principal: PrincipalDep, code: str
) -> Response:
    """Add a red line from a file or pasted coordinates: a new version, the old ones stay."""
    moment = now()
    async with read_form(request) as form:
        return await run_in_threadpool(_add_line, services, principal, code, form, moment)


@router.get("/{code}/sites/{older}/{newer}", operation_id="compare_red_lines", dependencies=_READ,
            responses=problems(404))  # fmt: skip
def compare_red_lines(
    services: ServicesDep,
    principal: PrincipalDep,
    code: str,
    older: RowId,
    newer: RowId,
) -> dict[str, Any]:
    """Say what one version has more and less than another."""
    with services.records.reading() as session:
        project = _seen(session, principal, code)
        held = {item.no: item for item in redlines.versions(session, project.id)}
    for no in (older, newer):
        if no not in held:
            raise LantuError(
                "unknown_record",
                Text(f"没有第 {no} 版红线", f"There is no version {no} of the red line"),
                Text("请从列表中选择", "Choose one from the list"),
                where=code,
            )
    found = redlines.diff(held[older], held[newer])
    return redline_document(found, held[newer].crs)


def _add_line(
    services: Services, principal: Principal, code: str, form: Form, moment: datetime
) -> Response:
    with services.records.reading() as session:
        project = _seen(session, principal, code)
        may_write(principal, project.district, owner=project.created_by)
    fields = dict(form.fields)
    said = redlines.RedLine(
        kind=str(fields.pop("kind", "")),
        surveyor=str(fields.pop("surveyor", ""))[:200],
        surveyed_on=day_of(str(fields.pop("surveyed_on", "")), where="surveyed_on"),
    )
    with private_folder() as folder:
        uploads = form.files.get("site", ())
        files = [save(upload, folder) for upload in uploads]
        kept = services.workspace.put_document(files[0].read_bytes()) if files else None
        if any(path.suffix.lower() == ".shp" for path in files):
            files = [folder]
        found = sites_of(services, form_of({**fields, "merge": True}), files)
    _, site = found[0]
    if isinstance(site, LantuError):
        raise site
    said = redlines.RedLine(said.kind, said.surveyor, said.surveyed_on, kept)
    with services.records.writing() as session:
        project = _seen(session, principal, code)
        version = redlines.add_version(
            session, project, site, said, at=moment, by=principal.user_id
        )
        services.audit.within(
            session, "project.red_line", f"project:{project.number}", principal,
            detail={"no": version.no, "kind": version.kind},
        )  # fmt: skip
        document = redlines_document([version])[0]
    return JSONResponse(document, 201)


def _seen(session: Session, principal: Principal, code: str) -> Project:
    return find(session, code, among=[projects_seen_by(principal)])


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise bad_request("If-Match 不是版本号", "If-Match is no version")
    return int(text)
