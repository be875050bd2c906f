"""Project lists of an office: looked at, mapped, compared, confirmed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.auth.roles import Action, Principal, not_allowed
from api.auth.scope import projects_seen_by
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.imports.differences import compare
from api.imports.mapping import checked, meanings, suggest
from api.imports.rows import ListedProject, read_rows
from api.imports.sheet import Sheet, read_sheet
from api.openapi import body, problems
from api.records.imports import confirm, keep_map, map_of, summary, waiting
from api.records.tables import Import
from api.routes.fields import RowId, Short
from api.services import Services
from api.uploads import Form, bad_request, read_form
from gis.errors import LantuError
from gis.site_formats import SiteContext

router = APIRouter(
    prefix="/api/v1/imports",
    tags=["projects"],
    dependencies=[Depends(does(Action.IMPORT_PROJECTS))],
)

_SAMPLE = 5
_BODY = body(
    {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary", "description": "xlsx or CSV"},
                    "map": {"type": "string", "description": "name under which columns are kept"},
                    "columns": {"type": "string", "description": "JSON: meaning by column"},
                },
            }
        }
    }
)


class Choice(BaseModel):
    """Which differences are taken."""

    model_config = ConfigDict(extra="forbid")

    chosen: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=60_000)]


class Settled(BaseModel):
    """What an import did."""

    added: int
    changed: int


class ImportOut(BaseModel):
    """A list that was compared, with its differences."""

    id: int
    map: str
    file: Short
    state: str
    summary: dict[str, int]
    differences: list[dict[str, Any]]
    at: str


@router.post(
    "/look", operation_id="look_at_list", openapi_extra=_BODY, responses=problems(400, 413, 415),
    response_class=JSONResponse,
)  # fmt: skip
async def look(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:  # noqa: ARG001 - one door
    """Read a list and propose what its columns mean; nothing is kept."""
    async with read_form(request) as form:
        return await run_in_threadpool(_look, services, form)


@router.post(
    "", operation_id="compare_list", status_code=201, openapi_extra=_BODY,
    responses=problems(400, 413, 415), response_class=JSONResponse,
)  # fmt: skip
async def compare_list(
    request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Compare a list with the records; its differences wait to be confirmed."""
    moment = now()
    async with read_form(request) as form:
        return await run_in_threadpool(_compare, services, principal, form, moment)


@router.get("/{import_id}", operation_id="get_import", responses=problems(404))
def get_import(services: ServicesDep, principal: PrincipalDep, import_id: RowId) -> ImportOut:
    """Show an import of one's own with its differences."""
    with services.records.reading() as session:
        held = session.scalar(
            select(Import).where(Import.id == import_id, Import.user_id == principal.user_id)
        )
        return _out(held if held is not None else waiting(session, -1))


@router.post(
    "/{import_id}/confirm", operation_id="confirm_import", responses=problems(400, 404, 409)
)
def confirm_import(
    services: ServicesDep, principal: PrincipalDep, import_id: RowId, choice: Choice
) -> Settled:
    """Write the chosen differences, all of them or none."""
    moment = now()
    with services.records.writing() as session:
        held = _own(waiting(session, import_id), principal)
        counts = confirm(
            session, held, choice.chosen, crs=services.workspace.crs, at=moment,
            by=principal.user_id, among=[projects_seen_by(principal)],
        )  # fmt: skip
        services.audit.within(
            session, "project.import", f"import:{import_id}", principal, detail=counts
        )
    return Settled(**counts)


@router.delete(
    "/{import_id}", operation_id="drop_import", status_code=204, responses=problems(404, 409)
)
def drop_import(services: ServicesDep, principal: PrincipalDep, import_id: RowId) -> Response:
    """Drop a list that was compared; nothing of it is written."""
    with services.records.writing() as session:
        _own(waiting(session, import_id), principal).state = "dropped"
        session.flush()
        services.audit.within(session, "project.import_drop", f"import:{import_id}", principal)
    return Response(status_code=204)


def _look(services: Services, form: Form) -> Response:
    sheet, _, name = _sheet(form)
    facts = services.rulebook().facts
    with services.records.reading() as session:
        kept = map_of(session, name)
    proposed = {**suggest(sheet.columns, facts), **_known(kept, sheet)}
    return JSONResponse(
        {
            "columns": proposed,
            "rows": len(sheet.rows),
            "sample": [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows[:_SAMPLE]],
            "meanings": {key: text.as_dict() for key, text in meanings(facts).items()},
            "kept": bool(kept),
        }
    )


def _compare(services: Services, principal: Principal, form: Form, moment: datetime) -> Response:
    sheet, content, name = _sheet(form)
    facts = services.rulebook().facts
    with services.records.reading() as session:
        kept = map_of(session, name)
    given = _columns(form) or {**suggest(sheet.columns, facts), **_known(kept, sheet)}
    used = checked(sheet.columns, given, facts)
    store = services.workspace
    context = SiteContext(crs=store.crs, area=store.area, local_grids={})
    listed = read_rows(sheet, used, facts=facts, context=context)
    listed = [_in_district(item, principal) for item in listed]
    with services.records.writing() as session:
        found = compare(session, listed, among=[projects_seen_by(principal)])
        held = Import(
            map=name, file=str(form.files["file"][0].filename)[:200],
            document=store.put_document(content), differences=found, state="waiting",
            user_id=principal.user_id, at=moment.isoformat(),
        )  # fmt: skip
        session.add(held)
        keep_map(session, name, used, at=moment)
        session.flush()
        document = _out(held).model_dump()
    return JSONResponse(document, 201)


def _in_district(
    item: ListedProject | LantuError, principal: Principal
) -> ListedProject | LantuError:
    """Keep to a district's own rows: an empty district is the reader's, another is refused."""
    if isinstance(item, LantuError) or not principal.district:
        return item
    said = (item.form.district or "").strip()
    if said not in {"", principal.district}:
        return not_allowed(principal, f"project:{said}").at(f"第 {item.row} 行 row {item.row}")
    form = item.form.model_copy(update={"district": principal.district})
    form.model_fields_set.add("district")
    return ListedProject(item.row, item.number, form, item.site)


def _sheet(form: Form) -> tuple[Sheet, bytes, str]:
    files = form.files.get("file", ())
    if len(files) != 1:
        raise bad_request("请上传一个清单文件", "Upload one list")
    content = files[0].file.read()
    name = str(form.fields.get("map") or "default")[:200]
    return read_sheet(content, str(files[0].filename or "")), content, name


def _columns(form: Form) -> dict[str, str]:
    text = form.fields.get("columns")
    if not text:
        return {}
    try:
        read = json.loads(str(text))
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise bad_request("columns 不是 JSON 对象", "`columns` is no JSON object")
    return {str(key): str(value) for key, value in read.items()}


def _known(kept: Mapping[str, str], sheet: Sheet) -> dict[str, str]:
    return {column: meaning for column, meaning in kept.items() if column in sheet.columns}


def _own(held: Import, principal: Principal) -> Import:
    if held.user_id != principal.user_id:
        raise not_allowed(principal, f"import:{held.id}")
    return held


def _out(held: Import) -> ImportOut:
    return ImportOut(
        id=held.id, map=held.map, file=held.file, state=held.state, at=held.at,
        summary=summary(held.differences), differences=held.differences,
    )  # fmt: skip
