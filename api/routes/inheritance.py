"""`POST /api/v1/inheritance`: which area assessments a project on a site may share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from api.auth.roles import Action, Principal
from api.check_work import CheckForm, Desk, facts_of, sites_of
from api.checking import check_kinds, decide_site
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import body, problems
from api.routes.fields import Short
from api.services import Services
from api.uploads import Form, bad_value, read_form, saved_sites, with_text
from gis.errors import LantuError, Text

router = APIRouter(prefix="/api/v1/inheritance", tags=["inheritance"])

MOST_SITES = 100


class InheritanceForm(BaseModel):
    """A site and a project, as for a check; by default all kinds are decided."""

    model_config = ConfigDict(extra="forbid")

    site: str | dict[str, Any] | None = None
    project: str | dict[str, Any] | None = None
    project_code: Short | None = None
    kinds: list[Short] = Field(default_factory=list, max_length=100)
    accepted: list[Short] = Field(
        default_factory=list,
        max_length=100,
        description="codes whose conditions were accepted",
    )
    as_of: date | None = None
    known_at: int | None = Field(None, ge=1, le=2**31 - 1, description="replay at this revision")
    crs: str | None = Field(None, max_length=4000)
    merge: bool = False


class Decided(BaseModel):
    """The decisions for one site, or why it was refused."""

    n: int
    site: str | None
    decisions: list[dict[str, Any]] | None = None
    error: dict[str, Any] | None = None


class DecidedList(BaseModel):
    """The sites in input order."""

    items: list[Decided]


_LIST = {"type": "string", "description": "separated by commas"}
_BODY = body(
    {
        "application/json": {"schema": InheritanceForm.model_json_schema()},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    **InheritanceForm.model_json_schema()["properties"],
                    "site": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "project": {"type": "string"},
                    "kinds": _LIST,
                    "accepted": _LIST,
                },
            }
        },
    }
)


@router.post(
    "",
    operation_id="decide_inheritance",
    dependencies=[Depends(does(Action.CHECK))],
    responses=problems(400, 404, 413, 415),
    openapi_extra=_BODY,
    response_model=DecidedList,
)
async def inheritance(
    request: Request, services: ServicesDep, principal: PrincipalDep
) -> DecidedList:
    """Decide, kind by kind, whether the project shares the park's result. Nothing is kept."""
    moment = now()
    async with read_form(request) as form:
        return await run_in_threadpool(_decide, services, principal, form, moment)


def _decide(services: Services, principal: Principal, form: Form, moment: datetime) -> DecidedList:
    asked = _asked(with_text(form, "project"))
    check = CheckForm(
        site=asked.site,
        project=asked.project,
        project_code=asked.project_code,
        as_of=asked.as_of,
        crs=asked.crs,
        merge=asked.merge,
    )
    desk = Desk(principal, check, moment)
    with saved_sites(form) as files:
        found = sites_of(services, check, files)
    if len(found) > MOST_SITES:
        raise _too_many(len(found))
    book = services.rulebook()
    check_kinds(book, asked.kinds)
    project, _ = facts_of(services, desk, book)
    rows = []
    for n, (name, site) in enumerate(found, 1):
        if isinstance(site, LantuError):
            if len(found) == 1:
                raise site
            rows.append(Decided(n=n, site=name, error=site.as_dict()["error"]))
            continue
        decisions = decide_site(
            site,
            desk.as_of,
            project=project,
            rulebook=book,
            workspace=services.workspace,
            kinds=asked.kinds,
            accepted=asked.accepted,
            known_at=asked.known_at,
        )
        rows.append(Decided(n=n, site=name, decisions=decisions))
    return DecidedList(items=rows)


def _asked(fields: dict[str, Any]) -> InheritanceForm:
    given = {key: value for key, value in fields.items() if value != ""}
    for name in ("kinds", "accepted"):
        if isinstance(given.get(name), str):
            given[name] = [part.strip() for part in given[name].split(",") if part.strip()]
    try:
        return InheritanceForm.model_validate(given)
    except ValidationError as error:
        raise bad_value(error) from None


def _too_many(count: int) -> LantuError:
    return LantuError(
        "too_many_sites",
        Text(
            f"一次判定 {count} 宗用地，超过上限 {MOST_SITES} 宗",
            f"{count} sites at once, more than {MOST_SITES}",
        ),
        Text("请分批提交", "Send them in parts"),
        where="site",
    )
