"""Jobs, keys and reports on record: the same behaviour on SQLite and on PostgreSQL."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.auth.roles import Principal, Role
from api.clock import OFFICE_ZONE
from api.records.database import Records
from api.records.idempotency import Given, Key, begin, forget, forget_old, keep_answer
from api.records.jobs import (
    add_job,
    cancel_job,
    claim,
    finish,
    give_back,
    list_jobs,
    save_progress,
    visible_job,
)
from api.records.reports import History, Use, history, keep_report
from api.records.tables import User
from gis.errors import LantuError
from tests.support.records import address, postgres_records_address, records, sqlite_address

__all__ = ["address", "postgres_records_address", "records", "sqlite_address"]

AT = datetime(2026, 11, 20, 9, tzinfo=OFFICE_ZONE)


@pytest.fixture
def person(records: Records) -> Principal:
    with records.writing() as session:
        user = User(login="p", name="p", role="planner", created_at=AT.isoformat())
        session.add(user)
        session.flush()
        return Principal(Role.PLANNER, user.id, "p")


def at_once(work: Callable[[], Any], threads: int) -> list[Any]:
    """Do the same work in several threads at the same moment; return or tell what each gave."""
    gate, given = threading.Barrier(threads), []

    def run() -> None:
        gate.wait()
        try:
            given.append(work())
        except LantuError as error:
            given.append(error.code)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return given


def enter(records: Records, person: Principal, **order: Any) -> str:
    with records.writing() as session:
        return add_job(session, "test", order, user_id=person.user_id, at=AT)


def test_each_job_is_claimed_once(records: Records, person: Principal) -> None:
    jobs = {enter(records, person, n=n) for n in range(12)}
    claimed: list[str] = []

    def worker() -> None:
        name = threading.current_thread().name
        while (job := claim(records, name, at=AT, lease_s=30)) is not None:
            claimed.append(job.id)

    at_once(worker, 4)
    assert Counter(claimed) == dict.fromkeys(jobs, 1)


def test_a_lease_is_lost_and_given_back(records: Records, person: Principal) -> None:
    job = enter(records, person)
    assert claim(records, "a", at=AT, lease_s=30) is not None
    kept = {"items": [{"n": 1, "名": "一"}]}
    assert save_progress(records, job, "a", done=1, total=2, kept=kept).held
    later = AT + timedelta(seconds=31)
    taken = claim(records, "b", at=later, lease_s=30)
    assert taken is not None
    assert (taken.result, taken.done, taken.attempts) == (kept, 1, 2)
    assert not save_progress(records, job, "a", done=2, total=2, kept=None).held
    give_back(records, job, "b")
    again = claim(records, "c", at=later, lease_s=30)
    assert again is not None
    assert (again.attempts, again.result) == (2, kept)
    with records.writing() as session:
        assert cancel_job(session, person, job, later).state == "running"
    assert save_progress(records, job, "c", done=2, total=2, kept=kept).cancel
    assert finish(records, job, "c", state="cancelled", at=later)
    with records.reading() as session:
        assert visible_job(session, person, job).state == "cancelled"
        with pytest.raises(LantuError, match="unknown_job"):
            visible_job(session, Principal(Role.PLANNER, 999, "x"), job)


def test_jobs_come_in_pages(records: Records, person: Principal) -> None:
    jobs = [enter(records, person) for _ in range(7)]
    seen: list[str] = []
    cursor = None
    with records.reading() as session:
        for _ in range(4):
            rows, cursor = list_jobs(session, person, limit=2, cursor=cursor)
            seen += [row.id for row in rows]
    assert cursor is None
    assert Counter(seen) == dict.fromkeys(jobs, 1)


def test_a_key_is_taken_once(records: Records, person: Principal) -> None:
    key = Key("k", person.user_id or 0, "r" * 64)
    given = at_once(lambda: begin(records, key, at=AT, stale_s=60), 4)
    assert Counter(given) == {None: 1, "key_in_flight": 3}
    answer = Given(201, {"location": "/x", "x-名": "值"}, b"\x00\xff" * 1000)
    keep_answer(records, key, answer)
    assert begin(records, key, at=AT, stale_s=60) == answer
    with pytest.raises(LantuError, match="key_reused"):
        begin(records, Key("k", key.user_id, "other"), at=AT, stale_s=60)
    forget(records, key)
    assert begin(records, key, at=AT, stale_s=60) is None
    assert begin(records, key, at=AT + timedelta(seconds=61), stale_s=60) is None
    forget_old(records, AT + timedelta(days=2))
    assert begin(records, Key("k", key.user_id, "other"), at=AT, stale_s=60) is None


def test_the_same_report_is_kept_once(records: Records, person: Principal) -> None:
    values = {
        "id": "a" * 32,
        "digest": "a" * 64,
        "document": "d" * 64,
        "number": None,
        "site": "地块",
        "scenario": "s",
        "colour": "red",
        "complete": True,
        "worst": "",
        "as_of": "2026-11-20",
        "known_at": 1,
        "confidential": False,
        "request": {},
        "created_at": AT.isoformat(),
    }
    use = Use(person.user_id or 0, AT.isoformat())
    given = at_once(lambda: keep_report(records, values, use), 4)
    assert Counter(given) == {True: 1, False: 3}
    later = Use(person.user_id or 0, (AT + timedelta(hours=1)).isoformat())
    assert not keep_report(records, values, later)
    with records.reading() as session:
        rows, following = history(session, later.user_id, History(), limit=10)
    assert following is None
    assert [used.at for _, used in rows] == [later.at]
