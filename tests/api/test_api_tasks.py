"""Tasks of departments: each sees its own; what was said stays on record."""

from datetime import date

import pytest

from api.auth.roles import Principal, Role
from api.records.database import Records
from api.records.tables import Task, User
from api.records.tasks import (
    Asked,
    Wanted,
    answers_of,
    ask,
    counts_for,
    give_answer,
    standing_answer,
    take_back,
    task_for,
    tasks_for,
    withdraw,
)
from gis.errors import LantuError
from tests.support import records as fixtures

sqlite_address = fixtures.sqlite_address
postgres_records_address = fixtures.postgres_records_address
address = fixtures.address
records = fixtures.records

AT = "2026-11-20T09:00:00+08:00"
WATER = Principal(role=Role.AUTHORITY, department="水利局")
FIRE = Principal(role=Role.AUTHORITY, department="消防")
NOBODY = Principal(role=Role.AUTHORITY, department="")
ADMIN = Principal(role=Role.ADMIN)


def asked(subject: str = "assessment:A@1", **more: object) -> Asked:
    given = {"kind": "acknowledge", "department": "水利局", "title": "防洪评价 100%"} | more
    return Asked(subject=subject, **given)  # type: ignore[arg-type]


def test_a_department_sees_its_own_tasks_only(records: Records) -> None:
    with records.writing() as session:
        number = ask(session, asked(), ADMIN, AT).id
        ask(session, asked("assessment:B@1", department="消防"), ADMIN, AT)
        assert [task.id for task in tasks_for(session, WATER)] == [number]
        assert len(tasks_for(session, ADMIN)) == 2
        assert tasks_for(session, NOBODY) == []
        assert task_for(session, WATER, number).id == number
        with pytest.raises(LantuError) as refused:
            task_for(session, FIRE, number)
    assert refused.value.code == "unknown_task"


def test_the_same_question_is_not_asked_twice_while_it_is_open(records: Records) -> None:
    with records.writing() as session:
        first = ask(session, asked(), ADMIN, AT)
        assert ask(session, asked(), ADMIN, AT).id == first.id
        give_answer(session, first, "returned", {"text": "缺附件"}, by=WATER, at=AT)
        assert ask(session, asked(), ADMIN, AT).id != first.id


def test_an_answer_taken_back_stays_on_record(records: Records) -> None:
    with records.writing() as session:
        task = ask(session, asked(), ADMIN, AT)
        give_answer(session, task, "acknowledged", {"document": "1号"}, by=WATER, at=AT)
        with pytest.raises(LantuError) as refused:
            give_answer(session, task, "returned", {}, by=WATER, at=AT)
        assert refused.value.code == "wrong_state"
        take_back(session, task, "文号写错", by=WATER, at=AT)
        acts = answers_of(session, [task])[task.id]
        assert [(row.act, row.outcome, row.why) for row in acts] == [
            ("answer", "acknowledged", None),
            ("take_back", "", "文号写错"),
        ]
        assert standing_answer(acts) is None
        assert task.state == "open"
        give_answer(session, task, "acknowledged", {"document": "2号"}, by=WATER, at=AT)
        held = standing_answer(answers_of(session, [task])[task.id])
        assert held is not None
        assert held.body == {"document": "2号"}


def test_an_outcome_of_another_kind_is_refused(records: Records) -> None:
    with records.writing() as session:
        task = ask(session, asked(kind="question"), ADMIN, AT)
        with pytest.raises(LantuError) as refused:
            give_answer(session, task, "acknowledged", {}, by=WATER, at=AT)
    assert refused.value.code == "bad_value"


def test_what_is_withdrawn_takes_no_answer(records: Records) -> None:
    with records.writing() as session:
        task = ask(session, asked(), ADMIN, AT)
        withdraw(session, task, "改由消防办理", by=ADMIN, at=AT)
        with pytest.raises(LantuError):
            give_answer(session, task, "acknowledged", {}, by=WATER, at=AT)


def test_open_ones_come_first_and_those_due_before_the_others(records: Records) -> None:
    days = {"late": date(2026, 11, 19), "soon": date(2026, 11, 26), "far": date(2026, 11, 27)}
    today = date(2026, 11, 20)
    with records.writing() as session:
        ask(session, asked("never"), ADMIN, AT)
        for name, day in reversed(days.items()):
            ask(session, asked(name, due=day), ADMIN, AT)
        done = ask(session, asked("done", due=date(2026, 1, 1)), ADMIN, AT)
        give_answer(session, done, "returned", {}, by=WATER, at=AT)
        found = [task.subject for task in tasks_for(session, WATER)]
        assert found == ["late", "soon", "far", "never", "done"]
        assert counts_for(session, WATER, today) == {
            "open": 4, "overdue": 1, "week": 1, "done": 1,
        }  # fmt: skip
        late = tasks_for(session, WATER, Wanted(overdue_on=today))
        assert [task.subject for task in late] == ["late"]
        assert tasks_for(session, WATER, Wanted(words="100%", state="done"))[0].id == done.id
        assert tasks_for(session, WATER, Wanted(words="_")) == []


def test_a_task_knows_who_asked(records: Records) -> None:
    with records.writing() as session:
        user = User(login="p", name="园区", role="park_body", created_at=AT)
        session.add(user)
        session.flush()
        ask(session, asked(), Principal(role=Role.PARK_BODY, user_id=user.id), AT)
    with records.reading() as session:
        assert session.query(Task).one().asked_by == user.id
