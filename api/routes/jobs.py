"""Jobs: how far they are, what came of them, and cancelling them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.acts import note_act
from api.auth.roles import Action, Principal
from api.clock import now
from api.door import PrincipalDep, ServicesDep, does
from api.jobs.entering import JOBS
from api.jobs.kinds import title_of
from api.openapi import Words, problems
from api.operations.ending import ENDING
from api.records.jobs import ENDED, cancel_job, list_jobs, visible_job
from api.records.tables import Job
from api.services import Services
from gis.errors import LantuError

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

JobId = Annotated[str, Path(max_length=64)]
State = Literal["waiting", "running", "done", "failed", "cancelled"]
_LOOK_EVERY_S = 0.4
_ALIVE_EVERY = 30


class JobFault(BaseModel):
    """Why a job failed."""

    code: str
    fact: Words
    hint: Words
    where: str | None


class JobState(BaseModel):
    """A job; `result` is whole once `state` is done, and so far as it came before."""

    id: str
    kind: str
    title: Words
    state: State
    done: int
    total: int
    attempts: int
    cancel: bool
    created_at: str
    started_at: str | None
    ended_at: str | None
    result: Any | None = None
    error: JobFault | None = None
    links: dict[str, str]


class JobPage(BaseModel):
    """One page of jobs, without their results; `next` is the cursor of the next page."""

    items: list[JobState]
    next: str | None


ACCEPTED: dict[str, Any] = {
    "description": "A job does the work; Location names it",
    "headers": {"Location": {"schema": {"type": "string"}}},
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["job", "links"],
                "properties": {
                    "job": {"type": "string"},
                    "links": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            }
        }
    },
}


def accepted(services: Services, job: str) -> Response:
    """Return 202 with the place of a job."""
    links = links_of(services, job)
    return JSONResponse({"job": job, "links": links}, 202, headers={"Location": links["job"]})


def links_of(services: Services, job: str) -> dict[str, str]:
    """Return the addresses of a job."""
    place = f"{services.settings.base_url.rstrip('/')}{JOBS}/{job}"
    return {"job": place, "events": f"{place}/events"}


def job_state(services: Services, job: Job, *, brief: bool = False) -> JobState:
    """Return a job for JSON."""
    return JobState(
        id=job.id,
        kind=job.kind,
        title=Words(**title_of(job.kind).as_dict()),
        state=job.state,
        done=job.done,
        total=job.total,
        attempts=job.attempts,
        cancel=job.cancel,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        result=None if brief else job.result,
        error=job.error,
        links=links_of(services, job.id),
    )


@router.get(
    "",
    operation_id="list_jobs",
    dependencies=[Depends(does(Action.READ_JOB))],
    responses=problems(),
)
def jobs(
    services: ServicesDep,
    principal: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    state: State | None = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
) -> JobPage:
    """List one's own jobs, an administrator's list is everybody's; the newest first."""
    with services.records.reading() as session:
        rows, following = list_jobs(
            session, principal, limit=limit, cursor=cursor, state=state, kind=kind
        )
    return JobPage(items=[job_state(services, row, brief=True) for row in rows], next=following)


@router.get(
    "/{job_id}",
    operation_id="read_job",
    dependencies=[Depends(does(Action.READ_JOB))],
    responses=problems(404),
)
def read(services: ServicesDep, principal: PrincipalDep, job_id: JobId) -> JobState:
    """Return a job with its progress, and its result."""
    return _state(services, principal, job_id)


@router.delete(
    "/{job_id}",
    operation_id="cancel_job",
    dependencies=[Depends(does(Action.READ_JOB))],
    responses=problems(404, 409),
)
def cancel(services: ServicesDep, principal: PrincipalDep, job_id: JobId) -> JobState:
    """Cancel a job: at once where it waits, at its next step where it runs."""
    with services.records.writing() as session:
        job = cancel_job(session, principal, job_id, now())
    note_act(services, principal, "job.cancel", f"job:{job.id}", {"kind": job.kind})
    return job_state(services, job)


@router.get(
    "/{job_id}/events",
    operation_id="watch_job",
    dependencies=[Depends(does(Action.READ_JOB))],
    responses={
        **problems(404),
        200: {
            "description": "`progress` events, then one `end`; the data is the job without result",
            "content": {
                "text/event-stream": {
                    "schema": {
                        "type": "object",
                        "required": ["event", "data"],
                        "properties": {
                            "event": {"enum": ["progress", "end"]},
                            "data": {"type": "string", "description": "the job as JSON"},
                        },
                    }
                }
            },
        },
    },
    response_class=StreamingResponse,
)
async def events(
    request: Request, services: ServicesDep, principal: PrincipalDep, job_id: JobId
) -> StreamingResponse:
    """Tell each change of a job as a server-sent event, until it has ended."""
    first = await run_in_threadpool(_state, services, principal, job_id, brief=True)
    stream = _tell(request, services, principal, first)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, headers=headers, media_type="text/event-stream")


def _state(
    services: Services, principal: Principal, job_id: str, *, brief: bool = False
) -> JobState:
    with services.records.reading() as session:
        return job_state(services, visible_job(session, principal, job_id), brief=brief)


async def _tell(
    request: Request, services: Services, principal: Principal, state: JobState
) -> AsyncIterator[str]:
    told, quiet = "", 0
    while True:
        data = json.dumps(state.model_dump(mode="json"), ensure_ascii=False)
        if data != told:
            told, quiet = data, 0
            event = "end" if state.state in ENDED else "progress"
            yield f"event: {event}\ndata: {data}\n\n"
        if state.state in ENDED or ENDING.is_set() or await request.is_disconnected():
            return
        await asyncio.sleep(_LOOK_EVERY_S)
        quiet += 1
        if quiet % _ALIVE_EVERY == 0:
            yield ": alive\n\n"
        try:
            state = await run_in_threadpool(_state, services, principal, state.id, brief=True)
        except LantuError as error:
            if not error.passes:  # else the records are away: what was told holds until they tell
                raise
