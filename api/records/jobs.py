"""Jobs on record: entered, claimed by a lease, carried on, ended. One writer a row at a time.

A worker that holds a job must extend its lease; where it does not, another takes the job over.
Every write of a worker names it, so that one that lost its job writes nothing any more.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from api.auth.roles import Principal
from api.auth.scope import jobs_seen_by
from api.records.database import Records
from api.records.reports import read_cursor, write_cursor
from api.records.tables import Job
from gis.errors import LantuError, Text

MOST_ATTEMPTS = 3
ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker learns when it extends its lease."""

    held: bool
    cancel: bool


def new_job_id() -> str:
    """Return an id for a job."""
    return uuid.uuid4().hex


def add_job(
    session: Session,
    kind: str,
    order: dict[str, Any],
    *,
    user_id: int | None,
    at: datetime,
    total: int = 0,
    named: str | None = None,
) -> str:
    """Enter a job that waits for a worker; return its id."""
    job = Job(
        id=named or new_job_id(),
        kind=kind,
        state="waiting",
        user_id=user_id,
        order=order,
        total=total,
        created_at=at.isoformat(),
    )
    session.add(job)
    session.flush()
    return job.id


def claim(records: Records, worker: str, *, at: datetime, lease_s: float) -> Job | None:
    """Take the oldest job that waits, or whose worker is gone; None when there is none.

    One that was begun too often is not begun again: it failed, and says so.
    """
    with records.writing() as session:
        free = or_(Job.state == "waiting", _gone(at))
        query = select(Job).where(free).order_by(Job.created_at, Job.id).limit(1)
        while True:
            job = session.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
            if job is None:
                return None
            if job.cancel:
                _end(job, "cancelled", at)
            elif job.attempts >= MOST_ATTEMPTS:
                job.error = _as_json(_given_up(job.attempts))
                _end(job, "failed", at)
            else:
                break
            session.flush()
        job.state, job.worker = "running", worker
        job.attempts += 1
        job.lease_until = _until(at, lease_s)
        job.started_at = job.started_at or at.isoformat()
        return job


def _gone(at: datetime) -> ColumnElement[bool]:
    return and_(Job.state == "running", Job.lease_until < at.isoformat())


def _until(at: datetime, lease_s: float) -> str:
    return (at + timedelta(seconds=lease_s)).replace(microsecond=0).isoformat()


def extend(records: Records, job: str, worker: str, *, at: datetime, lease_s: float) -> Beat:
    """Extend a lease; say whether the job is still held, and whether it was cancelled."""
    with records.writing() as session:
        values = {"lease_until": _until(at, lease_s)}
        held = session.execute(update(Job).where(*_mine(job, worker)).values(**values))
        cancel = session.execute(select(Job.cancel).where(Job.id == job)).scalar()
        return Beat(held=_count(held) == 1, cancel=bool(cancel))


def save_progress(
    records: Records, job: str, worker: str, *, done: int, total: int, kept: Any
) -> Beat:
    """Keep how far a job is, and what it has so far: a worker that resumes begins there."""
    with records.writing() as session:
        values = {"done": done, "total": total, "result": kept}
        held = session.execute(update(Job).where(*_mine(job, worker)).values(**values))
        cancel = session.execute(select(Job.cancel).where(Job.id == job)).scalar()
        return Beat(held=_count(held) == 1, cancel=bool(cancel))


def finish(
    records: Records,
    job: str,
    worker: str,
    *,
    state: str,
    at: datetime,
    result: Any = None,
    error: LantuError | None = None,
) -> bool:
    """End a job; return whether it was still held by this worker."""
    values: dict[str, Any] = {"state": state, "ended_at": at.isoformat(), "lease_until": None}
    if result is not None:
        values["result"] = result
    if error is not None:
        values["error"] = _as_json(error)
    with records.writing() as session:
        ended = session.execute(update(Job).where(*_mine(job, worker)).values(**values))
        return _count(ended) == 1


def give_back(records: Records, job: str, worker: str) -> None:
    """Let another worker go on with a job: this one stops, and that is no failed attempt."""
    with records.writing() as session:
        session.execute(
            update(Job)
            .where(*_mine(job, worker))
            .values(state="waiting", worker=None, lease_until=None, attempts=Job.attempts - 1)
        )


def cancel_job(session: Session, principal: Principal, named: str, at: datetime) -> Job:
    """Cancel a job: at once where it waits, at its next step where it runs.

    Raises
    ------
    LantuError
        `unknown_job`; `wrong_state` where it has ended.
    """
    job = visible_job(session, principal, named, lock=True)
    if job.state in ENDED:
        raise LantuError(
            "wrong_state",
            Text(f"任务已结束（{job.state}）", f"The job has ended ({job.state})"),
            Text("无需取消", "There is nothing to cancel"),
            where=named,
        )
    job.cancel = True
    if job.state == "waiting":
        _end(job, "cancelled", at)
    return job


def visible_job(session: Session, principal: Principal, named: str, *, lock: bool = False) -> Job:
    """Return a job of this person, or any for an administrator; refuse with `unknown_job`."""
    query = select(Job).where(Job.id == named, jobs_seen_by(principal))
    job = session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if job is None:
        raise LantuError(
            "unknown_job",
            Text("没有这个任务，或不属于你", "There is no such job of yours"),
            Text("请核对任务编号", "Check the job's id"),
            where=named[:64],
        )
    return job


def list_jobs(
    session: Session,
    principal: Principal,
    *,
    limit: int,
    state: str | None = None,
    kind: str | None = None,
    cursor: str | None = None,
) -> tuple[list[Job], str | None]:
    """Return one page of a person's jobs, the newest first, and the next page's cursor."""
    query = select(Job).where(jobs_seen_by(principal))
    if state is not None:
        query = query.where(Job.state == state)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if cursor is not None:
        at, skip = read_cursor(cursor)
        query = query.where(Job.created_at <= at).offset(skip)
    query = query.order_by(Job.created_at.desc(), Job.id.desc()).limit(limit + 1)
    rows = list(session.scalars(query))
    if len(rows) <= limit:
        return rows, None
    rows = rows[:limit]
    last = rows[-1].created_at
    same = sum(row.created_at == last for row in rows)
    before = read_cursor(cursor)[1] if cursor and read_cursor(cursor)[0] == last else 0
    return rows, write_cursor(last, same + before)


def _mine(job: str, worker: str) -> tuple[ColumnElement[bool], ...]:
    return Job.id == job, Job.worker == worker, Job.state == "running"


def _count(result: Any) -> int:
    return int(result.rowcount)


def _end(job: Job, state: str, at: datetime) -> None:
    job.state, job.ended_at, job.lease_until = state, at.isoformat(), None


def _as_json(error: LantuError) -> dict[str, Any]:
    return {
        "code": error.code,
        "fact": error.fact.as_dict(),
        "hint": error.hint.as_dict(),
        "where": error.where,
    }


def _given_up(attempts: int) -> LantuError:
    return LantuError(
        "job_given_up",
        Text(
            f"任务已开始 {attempts} 次，每次都因服务中断而未完成",
            f"The job was begun {attempts} times and the server ended each time",
        ),
        Text(
            "请拆分后重新提交；如仍失败请联系管理员",
            "Send it again in smaller parts; tell the operator if it fails again",
        ),
    )
