"""Area assessments behind every door: their review, acts of their life, whom an act touches."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from api.auth.roles import Principal, Role
from api.records.tables import Project, Report, ReportResult, ReportUse
from api.records.tasks import Asked, ask
from gis.errors import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.services import Services
    from checks.inheritance.area_use import Frozen
    from layers.assessments import Standing
    from layers.store.workspace import Workspace

SHARED = frozenset({"shared", "simplified", "supplement"})
"""Outcomes in which a project rests on a result."""

WAYS: dict[str, Text] = {
    "commit": Text("已占用总量", "holds totals"),
    "reserve": Text("已预留总量", "has reserved totals"),
    "frozen": Text("建设条件已固化", "conditions are frozen on it"),
    "report": Text("正式报告采用", "used in an issued report"),
}


_PUBLIC = frozenset({"published", "suspended", "superseded", "withdrawn"})
_REVIEWERS = frozenset({Role.AUTHORITY, Role.PLANNER})


def seen_by(standing: Standing, principal: Principal) -> bool:
    """Whether a version may be read.

    What has been published once stays readable for everybody; a draft is its park's alone; one
    that was submitted is read by those who are asked about it.
    """
    if standing.state in _PUBLIC and standing.published_revision is not None:
        return True
    park = standing.assessment.park
    if principal.may_park(park.code if park else None):
        return True
    return standing.state == "submitted" and principal.role in _REVIEWERS


@dataclass(frozen=True, slots=True)
class Touched:
    """A project that rests on a result. `ways`: keys of `WAYS`; `reports`: id and number."""

    project: str
    name: str = ""
    ways: tuple[str, ...] = ()
    reports: tuple[tuple[str, str], ...] = ()


def frozen_acts(workspace: Workspace) -> list[Frozen]:
    """Return acts that froze or amended conditions, with their documents, oldest first."""
    from checks.indicators.frozen import SUBJECT
    from checks.inheritance.area_use import Frozen

    return [
        Frozen(item, json.loads(workspace.document(item.document)))
        for item in workspace.records.of(SUBJECT)
        if item.event in {"freeze", "amend"}
    ]


def resting_projects(workspace: Workspace) -> dict[str, set[str]]:
    """Return the projects whose frozen conditions rest on a result, by its code."""
    from checks.indicators.frozen import SUBJECT
    from layers.store.records import latest

    found: dict[str, set[str]] = {}
    for record in latest(workspace.records.of(SUBJECT)).values():
        if record.state != "frozen":
            continue
        content = json.loads(workspace.document(record.document))["content"]
        for item in content["commitments"]:
            if item["outcome"] in SHARED:
                found.setdefault(item["assessment"]["code"], set()).add(record.code)
    return found


def touched_by(services: Services, codes: Iterable[str]) -> dict[str, list[Touched]]:
    """Return, by code of a result, every project that rests on it, in the order of their codes.

    A project rests on a result when it holds or has reserved totals, when its frozen conditions
    name it, or when an issued report shared it. A precheck is no use.
    """
    wanted = list(dict.fromkeys(codes))
    found: dict[str, dict[str, Touched]] = {code: {} for code in wanted}
    resting = resting_projects(services.workspace)
    for code in wanted:
        for item in services.workspace.holdings(code):
            if item.act != "release":
                _add(found[code], Touched(item.project, ways=(item.act,)))
        for project in resting.get(code, ()):
            _add(found[code], Touched(project, ways=("frozen",)))
    for row, number in _used_in_reports(services, wanted):
        one = Touched(
            row.project or row.project_name,
            row.project_name,
            ("report",),
            ((row.report_id, number),),
        )
        _add(found[row.code], one)
    names = _names(services, {name for rows in found.values() for name in rows})
    return {
        code: [
            replace(rows[key], name=rows[key].name or names.get(key, "")) for key in sorted(rows)
        ]
        for code, rows in found.items()
    }


def _add(rows: dict[str, Touched], one: Touched) -> None:
    held = rows.get(one.project)
    if held is None:
        rows[one.project] = one
        return
    rows[one.project] = Touched(
        one.project,
        held.name or one.name,
        tuple(dict.fromkeys((*held.ways, *one.ways))),
        tuple(dict.fromkeys((*held.reports, *one.reports))),
    )


def _used_in_reports(services: Services, codes: list[str]) -> list[tuple[ReportResult, str]]:
    read_issued_reports(services)
    with services.records.reading() as session:
        query = (
            select(ReportResult, Report.number)
            .join(Report, Report.id == ReportResult.report_id)
            .where(ReportResult.code.in_(codes), ReportResult.outcome.in_(SHARED))
            .order_by(Report.created_at, Report.id)
        )
        return [(row, number or "") for row, number in session.execute(query)]


def read_issued_reports(services: Services) -> int:
    """Read the decisions of issued reports that were not read yet; return how many were read."""
    with services.records.reading() as session:
        known = select(ReportResult.report_id)
        query = select(Report.id, Report.document).where(
            Report.number.is_not(None), Report.id.not_in(known)
        )
        fresh = [(key, digest) for key, digest in session.execute(query)]
    if not fresh:
        return 0
    rows = {key: _decided(key, services.workspace.document(digest)) for key, digest in fresh}
    with services.records.writing() as session:
        for key, decided in rows.items():
            held = session.execute(
                select(ReportResult.report_id).where(ReportResult.report_id == key).limit(1)
            ).first()
            if held is None:
                named = _project_of(session, key)
                session.execute(insert(ReportResult), [row | named for row in decided])
    return len(fresh)


def _decided(report: str, document: bytes) -> list[dict[str, str]]:
    data = json.loads(document)
    about = {
        "project": data["project"]["code"] or "",
        "project_name": data["project"]["name"] or data["site"]["name"] or "",
    }
    empty = {"report_id": report, "kind": "", "code": "", "version": "", "outcome": ""}
    rows = [
        empty
        | about
        | {
            "kind": item["kind"],
            "code": item["assessment"]["code"],
            "version": item["assessment"]["version"],
            "outcome": item["outcome"],
        }
        for item in data["inheritance"]
        if item["assessment"] is not None
    ]
    return rows or [empty | about]


def _project_of(session: Session, report: str) -> dict[str, str]:
    """Code and name of the register's project, where the report was made for one."""
    query = (
        select(Project.code, Project.number, Project.name)
        .join(ReportUse, ReportUse.project_id == Project.id)
        .where(ReportUse.report_id == report)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return {} if row is None else {"project": row.code or row.number, "project_name": row.name}


def _names(services: Services, codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    with services.records.reading() as session:
        query = select(Project.code, Project.number, Project.name).where(
            Project.code.in_(codes) | Project.number.in_(codes)
        )
        rows = session.execute(query).all()
    return {key: row.name for row in rows for key in (row.code, row.number) if key}


def usual_departments(services: Services, kind: str, day: date) -> list[str]:
    """Return who usually acknowledges a kind: its own authority, else those of its items."""
    book = services.rulebook()
    held = book.inheritance.kinds.get(kind) if book.inheritance else None
    if held is None:
        return []
    if held.authority:
        catalogue = book.catalogue
        known = catalogue.authorities.get(held.authority) if catalogue else None
        return [known.on(day) if known else held.authority]
    if book.catalogue is None:
        return []
    keys = [
        key
        for code in held.items
        if code in book.catalogue.items
        for key in book.catalogue.items[code].authority
    ]
    known_ones = book.catalogue.authorities
    return list(dict.fromkeys(known_ones[key].on(day) for key in keys if key in known_ones))


def ask_to_acknowledge(
    session: Session,
    standing: Standing,
    departments: Iterable[str],
    principal: Principal,
    at: str,
    *,
    note: str = "",
    due: date | None = None,
) -> None:
    """Ask departments to acknowledge a version that was submitted, each once."""
    one = standing.assessment
    park = {"code": one.park.code, "name": one.park.name} if one.park else None
    body = {"park": park, "kind": one.kind, "note": note}
    for department in dict.fromkeys(departments):
        asked = Asked("acknowledge", f"assessment:{one.id}", department, one.title, body, due)
        ask(session, asked, principal, at)
