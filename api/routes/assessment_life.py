"""Area assessments: adding drafts, and the events of their life by those who may."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

from api.acts import act_of, note_act
from api.assessment_upload import read_draft
from api.assessments import ask_to_acknowledge, usual_departments
from api.auth.roles import Action, Principal, not_allowed
from api.clock import now
from api.documents import standing_document
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import body, problems
from api.park_work import publish_assessment, review_of
from api.routes.assessments import AssessmentRow, Code, Version, readable, tag_of
from api.routes.fields import Short
from api.services import Services
from api.tagged import require_match
from api.uploads import Form, read_form
from checks.inheritance.assessment_review import Review
from layers.assessments import LifeEvent, Standing
from layers.store.assessment_table import Act

router = APIRouter(prefix="/api/v1/assessments", tags=["assessments"])


class Remarked(AssessmentRow):
    """A version after an act, with what its review found where it was reviewed."""

    remarks: list[dict[str, str]] | None = None
    projects: list[str] | None = None


class Why(BaseModel):
    """The reason of an act, kept in the history."""

    model_config = ConfigDict(extra="forbid")

    why: Short | None = None


class Word(Why):
    """A department's word on an assessment; by default one's own department's."""

    authority: Short | None = None
    document: Short
    date: date


class Happened(Why):
    """What happened in the area since the review."""

    type: Short
    date: date
    place: Short | None = None


_DRAFT = body(
    {
        "application/json": {
            "schema": {"type": "object", "description": "assessment.yaml (CONTRACTS section 3)"}
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "extent": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "description": "files that `extent` names",
                    },
                    "documents": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "description": "papers that `documents` names by their SHA-256",
                    },
                    "accept_repair": {"type": "boolean"},
                },
            }
        },
    }
)


@router.post(
    "",
    operation_id="add_assessment",
    dependencies=[Depends(does(Action.WRITE_ASSESSMENT))],
    status_code=201,
    responses=problems(400, 404, 409, 413, 415),
    openapi_extra=_DRAFT,
    response_model=Remarked,
)
async def add(request: Request, services: ServicesDep, principal: PrincipalDep) -> Remarked:
    """Add a draft, or change one, and tell what stands against publishing it."""
    async with read_form(request) as form:
        return await run_in_threadpool(_add, services, principal, form)


def _add(services: Services, principal: Principal, form: Form) -> Remarked:
    moment = now()
    read = read_draft(services.workspace, principal, form, moment.date())
    found = review_of(services.workspace, read.assessment)
    act = act_of(principal, moment)
    standing = services.workspace.add_assessment(read.assessment, read.document, act)
    note_act(services, principal, "assessment.add", f"assessment:{standing.assessment.id}")
    return _remarked(standing, found)


@router.post(
    "/{code}/{version}/acknowledge",
    operation_id="acknowledge_assessment",
    dependencies=[Depends(does(Action.ACKNOWLEDGE))],
    responses=problems(404, 409, 412),
)
def acknowledge(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    code: Code,
    version: Version,
    said: Word,
) -> Remarked:
    """Acknowledge an assessment (采信) for one's department, with document and date."""
    return _say(request, services, principal, (code, version, "acknowledge"), said)


@router.post(
    "/{code}/{version}/retract",
    operation_id="retract_acknowledgement",
    dependencies=[Depends(does(Action.ACKNOWLEDGE))],
    responses=problems(404, 409, 412),
)
def retract(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    code: Code,
    version: Version,
    said: Word,
) -> Remarked:
    """Take one's department's acknowledgement back."""
    return _say(request, services, principal, (code, version, "retract"), said)


def _say(
    request: Request,
    services: Services,
    principal: Principal,
    about: tuple[str, str, LifeEvent],
    said: Word,
) -> Remarked:
    code, version, event = about
    standing = readable(services, principal, code, version)
    authority = said.authority or principal.department
    if not authority or not principal.may_department(authority):
        raise not_allowed(principal, f"{event} {authority}".strip())
    require_match(request.headers, tag_of(standing))
    detail = {"authority": authority, "document": said.document, "date": said.date.isoformat()}
    act = act_of(principal, now(), said.why, **detail)
    return _happen(services, principal, standing, event, act, detail)


@router.post(
    "/{code}/{version}/record",
    operation_id="record_event",
    dependencies=[Depends(does(Action.WRITE_ASSESSMENT))],
    responses=problems(404, 409, 412),
)
def record(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    code: Code,
    version: Version,
    said: Happened,
) -> Remarked:
    """Record what happened in the area since the review: a disaster, a change of plan."""
    standing = _own(request, services, principal, code, version)
    detail = {"type": said.type, "date": said.date.isoformat(), "place": said.place}
    act = act_of(principal, now(), said.why, **detail)
    return _happen(services, principal, standing, "record", act, {"type": said.type})


@router.post(
    "/{code}/{version}/{event}",
    operation_id="change_assessment",
    dependencies=[Depends(does(Action.WRITE_ASSESSMENT))],
    responses=problems(404, 409, 412),
)
def change(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    code: Code,
    version: Version,
    event: Literal["submit", "publish", "suspend", "withdraw"],
    said: Why | None = None,
) -> Remarked:
    """Submit, publish (or end a suspension), suspend or withdraw an assessment of one's park.

    What is submitted waits in the inbox of the departments that usually acknowledge its kind.
    """
    standing = _own(request, services, principal, code, version)
    moment = now()
    act = act_of(principal, moment, said.why if said else None)
    if event == "submit":
        told = _happen(services, principal, standing, event, act, {})
        departments = usual_departments(services, standing.assessment.kind, moment.date())
        with services.records.writing() as session:
            ask_to_acknowledge(session, standing, departments, principal, moment.isoformat())
        return told
    if event != "publish":
        return _happen(services, principal, standing, event, act, {})
    done, found = publish_assessment(services.workspace, code, version, act)
    note_act(services, principal, "assessment.publish", f"assessment:{done.assessment.id}")
    return _remarked(done, found)


def _own(
    request: Request, services: Services, principal: Principal, code: str, version: str
) -> Standing:
    """Return a version of a park of one's own, as the asker knows it."""
    standing = readable(services, principal, code, version)
    park = standing.assessment.park
    if not principal.may_park(park.code if park else None):
        raise not_allowed(principal, f"{Action.WRITE_ASSESSMENT} {code}")
    require_match(request.headers, tag_of(standing))
    return standing


def _happen(
    services: Services,
    principal: Principal,
    standing: Standing,
    event: LifeEvent,
    act: Act,
    detail: dict[str, Any],
) -> Remarked:
    one = standing.assessment
    done = services.workspace.assessment_event(one.code, one.version, event, act)
    note_act(services, principal, f"assessment.{event}", f"assessment:{one.id}", detail)
    return _remarked(done, None)


def _remarked(standing: Standing, found: Review | None) -> Remarked:
    told = standing_document(standing, brief=True)
    if found is not None:
        told["remarks"] = [remark.as_dict() for remark in found.remarks]
        told["projects"] = list(found.projects)
    return Remarked(**told)
