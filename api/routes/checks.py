"""`POST /api/v1/checks`: one call checks a site and answers with the report and its links."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.auth.roles import Action, Principal, require
from api.check_work import (
    REPORTS,
    CheckForm,
    Desk,
    facts_of,
    form_of,
    make_report,
    red_line_of,
    sites_of,
)
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.jobs.batch_check import BATCH_CHECK, SITES, order_of
from api.jobs.entering import enter_job
from api.openapi import body, problems
from api.routes.jobs import ACCEPTED, accepted
from api.services import Services
from api.uploads import Form, read_form, saved_sites, with_text
from gis.errors import LantuError
from gis.site import Site

router = APIRouter(prefix="/api/v1", tags=["checks"])

_SCHEMA: dict[str, Any] = CheckForm.model_json_schema()
_PARTS = {
    **_SCHEMA["properties"],
    "site": {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "files of sites, or one text; the parts of a Shapefile one by one or zipped",
    },
    "project": {"type": "string", "description": "facts as YAML or JSON: a file or a text"},
}
_EXAMPLE = {
    "site": "SRID=4548;POLYGON((445200 2705200,445300 2705200,445300 2705300,445200 2705200))",
    "project": {"works": "building", "height_m": 24},
    "as_of": "2026-11-20",
}
_BODY = body(
    {
        "application/json": {"schema": _SCHEMA, "example": _EXAMPLE},
        "multipart/form-data": {"schema": {"type": "object", "properties": _PARTS}},
    }
)
_MADE = {
    "description": "The report, and where it is found in every format",
    "headers": {"Location": {"schema": {"type": "string"}}},
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["report", "links"],
                "properties": {
                    "report": {"type": "object"},
                    "links": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            }
        }
    },
}


@router.post(
    "/checks",
    operation_id="check_site",
    dependencies=[Depends(does(Action.CHECK))],
    status_code=201,
    responses={
        **problems(400, 404, 409, 413, 415),
        200: {**_MADE, "description": "The same report as before"},
        201: _MADE,
        202: ACCEPTED,
    },
    openapi_extra=_BODY,
    response_class=Response,
)
async def check(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Check a site. One site is answered at once; several become a job (202)."""
    moment = now()
    async with read_form(request) as form:
        slots: CapacityLimiter = request.app.state.check_slots
        return await run_sync(_check, services, principal, form, moment, limiter=slots)


def _check(services: Services, principal: Principal, form: Form, moment: Any) -> Response:
    desk = Desk(principal, form_of(with_text(form, "project")), moment)
    with saved_sites(form) as files:
        if not files and desk.form.site is None and desk.form.project_code is not None:
            site, version = red_line_of(services, desk)
            return _one(services, desk, site, version)
        found = sites_of(services, desk.form, files)
        if len(found) == 1:
            return _one(services, desk, found[0][1])
        facts_of(services, desk, services.rulebook())  # refused now, not by the job
        return _several(services, desk, files, len(found))


def _several(services: Services, desk: Desk, files: list[Path], count: int) -> Response:
    """Enter a job for several sites; its files are those of this request."""
    if desk.form.issue:
        require(desk.principal, Action.ISSUE)

    def fill(place: Path) -> None:
        """Keep the files for the job."""
        (place / SITES).mkdir()
        for path in files:
            if path.is_dir():
                shutil.copytree(path, place / SITES / "shapefile")
            else:
                shutil.copy2(path, place / SITES)

    job = enter_job(
        services,
        desk.principal,
        BATCH_CHECK,
        order_of(desk),
        at=desk.moment,
        total=count,
        fill=fill,
    )
    return accepted(services, job)


def _one(
    services: Services, desk: Desk, site: Site | LantuError, version: int | None = None
) -> Response:
    if isinstance(site, LantuError):
        raise site
    rulebook = services.rulebook()
    project, record = facts_of(services, desk, rulebook)
    made = make_report(
        services,
        desk,
        site,
        project=project,
        rulebook=rulebook,
        record=record,
        site_version_id=version,
    )
    place = f"{services.settings.base_url.rstrip('/')}{REPORTS}/{made.id}"
    return Response(
        made.answer(),
        201 if made.new else 200,
        headers={"Location": place},
        media_type="application/json",
    )
