"""What a person did before, and what waits: reports with newer data, tasks asked of departments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from api.auth.roles import Principal
from api.records.reports import History, history
from api.records.tables import Task
from api.services import Services
from gis.errors import LantuError, Text
from layers.editions import pick

_MOST = 8
_MOST_TASKS = 6


@dataclass(frozen=True, slots=True)
class Past:
    """A report that somebody made: its lights, and whether its data have newer editions."""

    id: str
    name: str
    number: str | None
    as_of: str
    colour: str
    complete: bool
    used_at: str
    newer: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that was asked, or was answered: whom, what, until when, where it leads."""

    title: str
    department: str
    state: str
    due: str | None
    overdue: bool
    href: str


def recent(services: Services, principal: Principal) -> list[Past]:
    """Return the reports used last, with titles of the layers that have newer editions."""
    with services.records.reading() as session:
        rows, _ = history(session, principal.user_id or 0, History(), limit=_MOST)
        found = [
            (row, used) for row, used in rows if principal.confidential or not row.confidential
        ]
    revision = services.workspace.revision
    return [
        Past(
            row.id,
            row.site,
            row.number,
            row.as_of,
            row.colour,
            row.complete,
            used.at,
            _newer(services, row.document) if row.known_at < revision else (),
        )
        for row, used in found
    ]


def _newer(services: Services, document: str) -> tuple[Text, ...]:
    """Titles of layers that a report rests on and of which another edition holds now."""
    try:
        report: dict[str, Any] = json.loads(services.workspace.document(document))
    except LantuError as error:
        if error.passes:
            raise
        return ()  # a damaged document is told when it is opened
    used: dict[str, set[tuple[str, str | None]]] = {}
    titles: dict[str, Text] = {}
    for row in report["data_basis"]:
        used.setdefault(row["layer"], set()).add((row["edition"], row["part"]))
        titles[row["layer"]] = Text(row["title"]["zh"], row["title"]["en"])
    day = date.fromisoformat(report["as_of"])
    return tuple(
        titles[layer]
        for layer, editions in used.items()
        if _now(services, layer, day, report["known_at"]) - editions
    )


def _now(services: Services, layer: str, day: date, known_at: int) -> set[tuple[str, str | None]]:
    """Editions in force on the day of the report that were published after it."""
    held = pick(services.workspace.editions(layer), as_of=day, known_at=None)
    return {(one.key, one.part) for one in held if one.revision > known_at}


def waiting(services: Services, principal: Principal, today: date) -> list[Waiting]:
    """Return what this person asked of departments: overdue first, then open, then answered."""
    query = (
        select(Task)
        .where(Task.asked_by == principal.user_id, Task.state.in_(("open", "done")))
        .order_by(Task.state.desc(), Task.due.is_(None), Task.due, Task.asked_at.desc())
        .limit(_MOST_TASKS)
    )
    with services.records.reading() as session:
        tasks: Sequence[Task] = list(session.scalars(query))
    return [
        Waiting(
            task.title,
            task.department,
            task.state,
            task.due,
            overdue=task.state == "open" and task.due is not None and task.due < today.isoformat(),
            href=_href(task.subject),
        )
        for task in tasks
    ]


def _href(subject: str) -> str:
    kind, _, rest = subject.partition(":")
    report, _, rule = rest.partition("#")
    if kind != "report":
        return "/check"
    return f"/check?report={report}" + (f"#{rule}" if rule else "")
