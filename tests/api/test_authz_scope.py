"""Rows of one's own and of others, on both databases: one hand-made world, asked by every role."""

import pytest
from sqlalchemy import select

from api.auth.roles import NOBODY, Principal, Role
from api.auth.scope import (
    jobs_seen_by,
    may_see_project,
    may_see_report,
    projects_seen_by,
    reports_seen_by,
    tasks_seen_by,
)
from api.records.database import Records
from api.records.tables import Base, Job, Project, Report, ReportUse, Task, User
from tests.support import records as fixtures

sqlite_address = fixtures.sqlite_address
postgres_records_address = fixtures.postgres_records_address
address = fixtures.address
records = fixtures.records

AT = "2026-11-20T09:00:00+08:00"


def _report(name: str, *, confidential: bool = False) -> Report:
    return Report(
        id=name,
        digest=name,
        document=name,
        site="1",
        scenario="s",
        colour="green",
        complete=True,
        as_of="2026-11-20",
        known_at=1,
        confidential=confidential,
        created_at=AT,
    )


def _project(number: int, *, district: str, park: str, by: int) -> Project:
    return Project(
        id=number,
        number=f"P{number}",
        name=f"P{number}",
        district=district,
        park=park,
        created_by=by,
        created_at=AT,
        changed_at=AT,
    )


def _task(subject: str, department: str, project: int | None, asked_by: int) -> Task:
    return Task(
        kind="question",
        subject=subject,
        department=department,
        project_id=project,
        title="t",
        asked_by=asked_by,
        asked_at=AT,
    )


@pytest.fixture
def world(records: Records) -> Records:
    """Users 1 and 2; P1 in Haicang and park A by 1, P2 in Jimei and park B by 2.

    r1 is of P1, r2 of P2, r3 user 2's own, r4 confidential and of P1, r33 a name that begins as r3.
    The water department was asked about r2 and P2, the forestry department about r33.
    """
    groups: list[list[Base]] = [
        [User(id=n, login=f"u{n}", name=f"u{n}", role="builder", created_at=AT) for n in (1, 2)],
        [
            _project(1, district="海沧", park="A", by=1),
            _project(2, district="集美", park="B", by=2),
            *(_report(name, confidential=name == "r4") for name in ("r1", "r2", "r3", "r4", "r33")),
        ],
        [
            ReportUse(report_id="r1", user_id=1, project_id=1, at=AT),
            ReportUse(report_id="r2", user_id=2, project_id=2, at=AT),
            ReportUse(report_id="r3", user_id=2, at=AT),
            ReportUse(report_id="r4", user_id=1, project_id=1, at=AT),
            ReportUse(report_id="r33", user_id=2, at=AT),
            _task("report:r2#R-1", "水利", 2, 1),
            _task("report:r33", "林业", None, 2),
            Job(id="j1", kind="k", state="done", user_id=1, order={}, created_at=AT),
            Job(id="j2", kind="k", state="done", user_id=2, order={}, created_at=AT),
        ],
    ]
    with records.writing() as session:
        for rows in groups:
            session.add_all(rows)
            session.flush()
    return records


_SEEN = [
    (NOBODY, "", "", ""),
    (Principal(Role.VIEWER, 9), "", "", ""),
    (Principal(Role.BUILDER, 1), "P1", "r1", "j1"),
    (Principal(Role.BUILDER, 2), "P2", "r2 r3 r33", "j2"),
    (Principal(Role.PLANNER, 9), "P1 P2", "r1 r2 r3 r33", ""),
    (Principal(Role.PLANNER, 9, confidential=True), "P1 P2", "r1 r2 r3 r33 r4", ""),
    (Principal(Role.PARK_BODY, 9, parks=frozenset("A")), "P1", "r1", ""),
    (Principal(Role.PARK_BODY, 9, parks=frozenset("A"), confidential=True), "P1", "r1 r4", ""),
    (Principal(Role.PARK_BODY, 9), "", "", ""),
    (Principal(Role.PARK_BODY, 9, parks=frozenset("C")), "", "", ""),
    (Principal(Role.AUTHORITY, 9, department="水利"), "P2", "r2", ""),
    (Principal(Role.AUTHORITY, 9, department="林业"), "", "r33", ""),
    (Principal(Role.AUTHORITY, 9), "", "", ""),
    (Principal(Role.SCHEDULER, 9), "P1 P2", "r1 r2 r3 r33", ""),
    (Principal(Role.SCHEDULER, 9, district="集美"), "P2", "r2", ""),
    (Principal(Role.SCHEDULER, 9, district="思明"), "", "", ""),
    (Principal(Role.ADMIN, 9), "P1 P2", "r1 r2 r3 r33", "j1 j2"),
]


def test_who_sees_what(world: Records) -> None:
    with world.reading() as session:
        for who, projects, reports, jobs in _SEEN:
            seen = (
                select(Project.number).where(projects_seen_by(who)),
                select(Report.id).where(reports_seen_by(who)),
                select(Job.id).where(jobs_seen_by(who)),
            )
            found = [sorted(session.execute(asked).scalars()) for asked in seen]
            assert found == [text.split() for text in (projects, reports, jobs)], who


def test_one_row_is_seen_as_in_the_list(world: Records) -> None:
    with world.reading() as session:
        for who, projects, reports, _ in _SEEN:
            for number in (1, 2):
                assert may_see_project(session, who, number) == (f"P{number}" in projects.split())
            for name in ("r1", "r2", "r3", "r4", "r33", "r5"):
                assert may_see_report(session, who, name) == (name in reports.split())


def test_a_query_that_joins_the_same_tables_sees_the_same(world: Records) -> None:
    with world.reading() as session:
        for who, _, reports, _ in _SEEN:
            asked = (
                select(Report.id)
                .join(ReportUse, ReportUse.report_id == Report.id)
                .join(Project, Project.id == ReportUse.project_id, isouter=True)
                .join(Task, Task.project_id == Project.id, isouter=True)
                .where(reports_seen_by(who))
            )
            assert sorted(set(session.execute(asked).scalars())) == reports.split(), who


@pytest.mark.parametrize(
    ("who", "count"),
    [
        (NOBODY, 0),
        (Principal(Role.ADMIN, 9), 2),
        (Principal(Role.AUTHORITY, 9, department="水利"), 1),
        (Principal(Role.AUTHORITY, 9), 0),
        (Principal(Role.PLANNER, 1), 1),
        (Principal(Role.PLANNER, 9), 0),
    ],
)
def test_tasks_are_seen_by_who_is_asked_and_who_asked(
    world: Records, who: Principal, count: int
) -> None:
    with world.reading() as session:
        assert len(session.execute(select(Task.id).where(tasks_seen_by(who))).all()) == count
