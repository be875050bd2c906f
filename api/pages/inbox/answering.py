"""Answers of departments: each a row of its own; a mistake is taken back with a reason."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.acts import act_of
from api.auth.roles import Action, Principal, require
from api.clock import now, today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.inbox.doors import TaskDep, task_of
from api.pages.inbox.looking import standing_of
from api.pages.park.results import named_document
from api.records.tables import Task
from api.records.tasks import answers_of, give_answer, standing_answer, take_back, task_for
from api.routes.fields import NO_NUL, Short
from api.services import Services
from api.uploads import safe_file_name
from gis.errors import LantuError, Text
from layers.assessments import Document, LifeEvent

router = APIRouter(dependencies=[Depends(does(Action.ANSWER))])

_SAY_WHY = {"returned", "conditional", "refused", "told", "not_ours"}
"""Outcomes that say nothing without words."""

Words = Annotated[str, Field(max_length=10_000, pattern=NO_NUL)]


class Paper(BaseModel):
    """A document that goes with an answer, kept before by its digest."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Answered(BaseModel):
    """One answer: outcome, words, and the document by which it is given."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    outcome: Annotated[str, Field(max_length=40, pattern=NO_NUL)]
    text: Words = ""
    document: Short = ""
    day: date | None = None
    papers: Annotated[list[Paper], Field(max_length=20)] = []


class TakenBack(BaseModel):
    """Why an answer is taken back."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    why: Annotated[str, Field(min_length=1, max_length=2000, pattern=NO_NUL)]


@router.post("/inbox/{number}/answer")
def answer(
    task: TaskDep, said: Answered, services: ServicesDep, principal: PrincipalDep
) -> JSONResponse:
    """Answer an item; an acknowledgement is written into the life of the result."""
    _complete(said)
    body = _body(said)
    if task.kind == "acknowledge" and said.outcome == "acknowledged" and task.state == "open":
        require(principal, Action.ACKNOWLEDGE)
        _happen(services, principal, task, "acknowledge", body, None)
    with services.records.writing() as session:
        held = task_for(session, principal, task.id)
        give_answer(session, held, said.outcome, body, by=principal, at=now().isoformat())
        services.audit.within(
            session,
            f"task.{task.kind}",
            f"task:{task.id}",
            principal,
            detail={"outcome": said.outcome, "about": task.subject, "document": said.document},
        )
    return JSONResponse({"state": "done"})


@router.post("/inbox/{number}/take-back")
def take_it_back(
    task: TaskDep, said: TakenBack, services: ServicesDep, principal: PrincipalDep
) -> JSONResponse:
    """Take an answer back: it stays on record, the item is open again."""
    with services.records.reading() as session:
        held = standing_answer(answers_of(session, [task])[task.id])
    if held is not None and task.kind == "acknowledge" and held.outcome == "acknowledged":
        _happen(services, principal, task, "retract", held.body, said.why)
    with services.records.writing() as session:
        mine = task_for(session, principal, task.id)
        take_back(session, mine, said.why, by=principal, at=now().isoformat())
        services.audit.within(
            session,
            "task.take_back",
            f"task:{task.id}",
            principal,
            detail={"why": said.why, "about": task.subject},
        )
    return JSONResponse({"state": "open"})


@router.post("/inbox/{number}/papers", dependencies=[Depends(task_of)])
def papers(
    services: ServicesDep,
    file: Annotated[list[UploadFile], File()],
) -> JSONResponse:
    """Keep documents that will go with the answer."""
    kept = [
        {
            "name": safe_file_name(upload.filename or ""),
            "sha256": services.workspace.put_document(upload.file.read()),
        }
        for upload in file
    ]
    return JSONResponse({"papers": kept})


@router.get("/inbox/{number}/answers/{answer}/papers/{place}")
def paper(task: TaskDep, answer: int, place: int, services: ServicesDep) -> Response:
    """Hand out a document that went with an answer."""
    with services.records.reading() as session:
        acts = answers_of(session, [task])[task.id]
    listed = next((act.body.get("papers", ()) for act in acts if act.id == answer), ())
    named = tuple(Document(item["name"], item["sha256"]) for item in listed)
    return named_document(services, named, place)


def _body(said: Answered) -> dict[str, Any]:
    body: dict[str, Any] = {"text": said.text, "document": said.document}
    body["date"] = said.day.isoformat() if said.day else None
    body["papers"] = [item.model_dump() for item in said.papers]
    return {key: value for key, value in body.items() if value}


def _complete(said: Answered) -> None:
    if said.outcome in _SAY_WHY and not said.text:
        raise _lacks("text", "请写明理由或意见内容", "Say why, or what the opinion is")
    if said.outcome == "acknowledged" and not (said.document and said.day):
        raise _lacks("document", "采信须写明文号和日期", "It needs the number and the day")
    if said.day is not None and said.day > today():
        raise _lacks("day", "文件日期不能晚于今天", "The day cannot lie after today")


def _lacks(where: str, zh: str, en: str) -> LantuError:
    return LantuError(
        "bad_value", Text(zh, en), Text("请补填后提交", "Fill it in and send it"), where=where
    )


def _happen(
    services: Services,
    principal: Principal,
    task: Task,
    event: LifeEvent,
    body: dict[str, Any],
    why: str | None,
) -> None:
    """Write an acknowledgement, or its retraction, into the life of the result."""
    standing = standing_of(services, task)
    if standing is None:
        return
    act = act_of(
        principal,
        now(),
        why,
        authority=task.department,
        document=str(body["document"]),
        date=str(body["date"]),
    )
    one = standing.assessment
    services.workspace.assessment_event(one.code, one.version, event, act)
