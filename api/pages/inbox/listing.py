"""The list of what waits for a department: four numbers, filters, export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from api.auth.roles import Action, Principal
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park.doors import table_file
from api.pages.render import page
from api.records.tables import Answer, Task
from api.records.tasks import (
    KIND_WORDS,
    OUTCOME_WORDS,
    STATE_WORDS,
    Wanted,
    answers_of,
    counts_for,
    standing_answer,
    tasks_for,
)
from api.routes.fields import Asked
from api.services import Services
from checks.inheritance.area_use import UseTable
from gis.errors import Language, Text

router = APIRouter(dependencies=[Depends(does(Action.ANSWER))])

WEEK = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One item with the answer that holds, and the days that are left."""

    task: Task
    answer: Answer | None
    days_left: int | None

    @property
    def is_late(self) -> bool:
        """Whether it is open past its day."""
        return self.task.state == "open" and self.days_left is not None and self.days_left < 0

    @property
    def is_soon(self) -> bool:
        """Whether it is due within a week."""
        left = self.days_left
        return self.task.state == "open" and left is not None and 0 <= left < WEEK


def rows_for(services: Services, principal: Principal, wanted: Wanted, day: date) -> list[Row]:
    """Return the items of somebody's department."""
    with services.records.reading() as session:
        tasks = tasks_for(session, principal, wanted)
        acts = answers_of(session, tasks)
    return [
        Row(
            task,
            standing_answer(acts[task.id]),
            (date.fromisoformat(task.due) - day).days if task.due else None,
        )
        for task in tasks
    ]


@router.get("/inbox")
def inbox(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    show: str = "open",
    kind: str = "",
    find: Asked = "",
) -> HTMLResponse:
    """Show what waits; the address keeps what is shown."""
    day = today()
    rows = rows_for(services, principal, _wanted(show, kind, find, day), day)
    if show == "week":
        rows = [row for row in rows if row.is_soon]
    with services.records.reading() as session:
        counts = counts_for(session, principal, day)
    return page(
        request,
        "inbox/list.html.j2",
        rows=rows,
        counts=counts,
        show=show,
        kind=kind,
        find=find,
        kinds=KIND_WORDS,
        states=STATE_WORDS,
        outcomes=OUTCOME_WORDS,
        day=day,
    )


def _wanted(show: str, kind: str, find: str, day: date) -> Wanted:
    state = {"open": "open", "week": "open", "done": "done"}.get(show)
    return Wanted(
        kind=kind if kind in KIND_WORDS else None,
        state=state,
        overdue_on=day if show == "overdue" else None,
        words=find.strip() or None,
    )


@router.get("/inbox.{suffix}")
def inbox_file(
    suffix: str, services: ServicesDep, principal: PrincipalDep, language: LanguageDep
) -> Response:
    """Hand out the whole list with the answers given."""
    day = today()
    table = inbox_table(rows_for(services, principal, Wanted(), day), language)
    return table_file([table], f"{table.title}-{day}", suffix)


def inbox_table(rows: list[Row], language: Language) -> UseTable:
    """Return the items as a table."""
    heads = (
        Text("序号", "No"),
        Text("类型", "Kind"),
        Text("事项", "Item"),
        Text("部门", "Department"),
        Text("状态", "State"),
        Text("送达", "Asked on"),
        Text("期限", "Due"),
        Text("办理意见", "Outcome"),
        Text("文号", "Document"),
        Text("说明", "Words"),
        Text("办理日期", "Answered on"),
    )
    listed = []
    for row in rows:
        task, held = row.task, row.answer
        outcome = OUTCOME_WORDS[task.kind].get(held.outcome) if held else None
        listed.append(
            (
                task.id,
                KIND_WORDS[task.kind].pick(language),
                task.title,
                task.department,
                STATE_WORDS[task.state].pick(language),
                task.asked_at[:10],
                task.due,
                outcome.pick(language) if outcome else None,
                held.body.get("document") if held else None,
                held.body.get("text") if held else None,
                held.at[:10] if held else None,
            )
        )
    title = Text("待我办理", "Inbox").pick(language)
    return UseTable(title, tuple(head.pick(language) for head in heads), tuple(listed))
