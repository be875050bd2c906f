"""`POST /api/v1/sites/preview`: read sites without checking them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.auth.roles import Action, Principal
from api.check_work import CheckForm, Desk, form_of, sites_of
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import Words, body, problems
from api.services import Services
from api.site_preview import preview_of, read_check_form
from api.uploads import Form, read_form

router = APIRouter(prefix="/api/v1/sites", tags=["sites"])

_FIELDS = ("site", "crs", "merge", "accept_repair")
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        name: spec
        for name, spec in CheckForm.model_json_schema()["properties"].items()
        if name in _FIELDS
    },
    "additionalProperties": False,
}
_FILES = {
    **_SCHEMA["properties"],
    "site": {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "files of sites, or one text; the parts of a Shapefile one by one or zipped",
    },
}


class SiteRefusal(BaseModel):
    """Why one site of a file is refused, and the field of the form that may remedy it."""

    code: str
    fact: Words
    hint: Words
    where: str | None
    remedy: str | None = Field(description="`crs` or `accept_repair`, where one of them helps")


class PreviewedSite(BaseModel):
    """A site as read, without its check; or its refusal."""

    n: int = Field(description="its place in the input, from 1")
    name: str | None
    site: dict[str, Any] | None = Field(
        description="the `site` of a report without its geometry, with the notes of its reading"
    )
    shape: dict[str, Any] | None = Field(description="GeoJSON in longitude and latitude, to show")
    error: SiteRefusal | None


class Preview(BaseModel):
    """All sites read; `bounds` is west, south, east, north of their shapes."""

    sites: list[PreviewedSite]
    bounds: tuple[float, float, float, float] | None


@router.post(
    "/preview",
    operation_id="preview_sites",
    dependencies=[Depends(does(Action.CHECK))],
    responses=problems(400, 413, 415),
    openapi_extra=body(
        {
            "application/json": {
                "schema": _SCHEMA,
                "example": {
                    "site": "SRID=4548;POLYGON((445200 2705200,445300 2705200,445300 2705300,"
                    "445200 2705200))"
                },
            },
            "multipart/form-data": {"schema": {"type": "object", "properties": _FILES}},
        }
    ),
)
async def preview(request: Request, services: ServicesDep, principal: PrincipalDep) -> Preview:
    """Read sites: areas, coordinate system, what was declared and repaired; nothing is checked."""
    moment = now()
    async with read_form(request) as form:
        return await run_in_threadpool(_preview, services, principal, form, moment)


def _preview(services: Services, principal: Principal, form: Form, moment: datetime) -> Preview:
    with read_check_form(form) as (fields, files, _):
        desk = Desk(principal, form_of(fields), moment)
        found = sites_of(services, desk.form, files)
    return Preview.model_validate(preview_of(found, services.workspace.crs))
