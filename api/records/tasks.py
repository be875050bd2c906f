"""Tasks of departments: asked, answered, taken back, withdrawn. What was said is never rewritten.

Callers open the transaction and write the audit; these functions keep the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from api.auth.roles import Principal, Role
from api.records.tables import Answer, Task
from gis.errors import LantuError, Text

TaskKind = Literal["acknowledge", "question", "opinion"]
KIND_WORDS: Mapping[str, Text] = {
    "acknowledge": Text("采信成果", "Acknowledge a result"),
    "question": Text("核实问题", "Settle a question"),
    "opinion": Text("出具意见", "Give an opinion"),
}
STATE_WORDS: Mapping[str, Text] = {
    "open": Text("待办", "open"),
    "done": Text("已办", "done"),
    "withdrawn": Text("已撤销", "withdrawn"),
}
OUTCOME_WORDS: Mapping[str, Mapping[str, Text]] = {
    "acknowledge": {
        "acknowledged": Text("采信", "acknowledged"),
        "returned": Text("退回", "returned"),
    },
    "question": {
        "yes": Text("是", "yes"),
        "no": Text("否", "no"),
        "told": Text("答复如下", "as told below"),
        "not_ours": Text("不属本部门", "not our duty"),
    },
    "opinion": {
        "agreed": Text("同意", "agreed"),
        "conditional": Text("有条件同意", "agreed on conditions"),
        "refused": Text("不同意", "not agreed"),
        "not_ours": Text("不属本部门", "not our duty"),
    },
}
"""Outcomes by kind of task; the first ones need the fewest words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a department."""

    kind: TaskKind
    subject: str
    department: str
    title: str
    body: Mapping[str, Any] = field(default_factory=dict)
    due: date | None = None
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the tasks is wanted; None asks nothing."""

    kind: str | None = None
    state: str | None = None
    overdue_on: date | None = None
    words: str | None = None


def ask(session: Session, asked: Asked, by: Principal, at: str) -> Task:
    """Ask a department; the same question, still open, is not asked twice."""
    held = session.scalars(
        select(Task).where(
            Task.kind == asked.kind,
            Task.subject == asked.subject,
            Task.department == asked.department,
            Task.state == "open",
        )
    ).first()
    if held is not None:
        return held
    task = Task(
        kind=asked.kind,
        subject=asked.subject,
        department=asked.department,
        title=asked.title,
        body=dict(asked.body),
        state="open",
        due=asked.due.isoformat() if asked.due else None,
        project_id=asked.project_id,
        asked_by=by.user_id,
        asked_at=at,
    )
    session.add(task)
    session.flush()
    return task


def tasks_for(session: Session, principal: Principal, wanted: Wanted | None = None) -> list[Task]:
    """Return the tasks of somebody's department; an administrator sees all.

    Open ones come first, those due first before the others; then the latest asked.
    """
    query = select(Task).where(_own(principal))
    wanted = wanted or Wanted()
    if wanted.kind is not None:
        query = query.where(Task.kind == wanted.kind)
    if wanted.state is not None:
        query = query.where(Task.state == wanted.state)
    if wanted.overdue_on is not None:
        query = query.where(Task.state == "open", Task.due < wanted.overdue_on.isoformat())
    if wanted.words is not None:
        query = query.where(Task.title.contains(wanted.words, autoescape=True))
    order = (Task.state != "open", Task.due.is_(None), Task.due, Task.asked_at.desc(), Task.id)
    return list(session.scalars(query.order_by(*order)))


def counts_for(session: Session, principal: Principal, today: date) -> dict[str, int]:
    """Count what waits: open, overdue, due within the week, done."""
    asked = select(Task.state, Task.due, func.count()).where(_own(principal))
    rows = session.execute(asked.group_by(Task.state, Task.due))
    found = {"open": 0, "overdue": 0, "week": 0, "done": 0}
    for state, due, number in rows:
        if state == "done":
            found["done"] += number
        if state != "open":
            continue
        found["open"] += number
        if due is not None:
            left = (date.fromisoformat(due) - today).days
            found["overdue"] += number if left < 0 else 0
            found["week"] += number if 0 <= left < 7 else 0
    return found


def task_for(session: Session, principal: Principal, number: int) -> Task:
    """Return one task of somebody's department.

    Raises
    ------
    LantuError
        `unknown_task`, also for a task of another department.
    """
    row = session.get(Task, number)
    if row is None or not principal.may_department(row.department):
        raise unknown_task(number)
    return row


def tasks_about(session: Session, subjects: Iterable[str]) -> list[Task]:
    """Return all tasks on some subjects, oldest first."""
    query = select(Task).where(Task.subject.in_(list(subjects))).order_by(Task.id)
    return list(session.scalars(query))


def answers_of(session: Session, tasks: Iterable[Task]) -> dict[int, list[Answer]]:
    """Return every act on tasks, oldest first, by the task's id."""
    found: dict[int, list[Answer]] = {task.id: [] for task in tasks}
    query = select(Answer).where(Answer.task_id.in_(list(found))).order_by(Answer.id)
    for row in session.scalars(query):
        found[row.task_id].append(row)
    return found


def standing_answer(acts: Iterable[Answer]) -> Answer | None:
    """Return the answer that holds: the last one, unless it was taken back."""
    held: Answer | None = None
    for row in acts:
        held = row if row.act == "answer" else None
    return held


def give_answer(
    session: Session,
    task: Task,
    outcome: str,
    body: Mapping[str, Any],
    *,
    by: Principal,
    at: str,
) -> Answer:
    """Answer an open task.

    Raises
    ------
    LantuError
        `bad_value` for an outcome that the kind does not have, `wrong_state`.
    """
    if outcome not in OUTCOME_WORDS.get(task.kind, {}):
        raise _bad_outcome(outcome, task.kind)
    _expect(task, "open", Text("答复", "be answered"))
    task.state = "done"
    return _act(session, task, "answer", outcome=outcome, body=body, by=by, at=at)


def take_back(session: Session, task: Task, why: str, *, by: Principal, at: str) -> Answer:
    """Withdraw an answer with a reason: the task is open again, the answer stays on record."""
    _expect(task, "done", Text("撤回答复", "have its answer taken back"))
    task.state = "open"
    return _act(session, task, "take_back", why=why, by=by, at=at)


def withdraw(session: Session, task: Task, why: str, *, by: Principal, at: str) -> Answer:
    """Withdraw a task that was not answered yet."""
    _expect(task, "open", Text("撤销", "be withdrawn"))
    task.state = "withdrawn"
    return _act(session, task, "withdraw", why=why, by=by, at=at)


def _own(principal: Principal) -> ColumnElement[bool]:
    if principal.role is Role.ADMIN:
        return true()
    return and_(Task.department == principal.department, Task.department != "")


def _act(
    session: Session,
    task: Task,
    act: str,
    *,
    by: Principal,
    at: str,
    outcome: str = "",
    body: Mapping[str, Any] | None = None,
    why: str | None = None,
) -> Answer:
    row = Answer(
        task_id=task.id,
        act=act,
        outcome=outcome,
        body=dict(body or {}),
        why=why,
        user_id=by.user_id,
        who=by.name or by.login,
        at=at,
    )
    session.add(row)
    session.flush()
    return row


def _expect(task: Task, state: str, verb: Text) -> None:
    if task.state == state:
        return
    word = STATE_WORDS[task.state]
    raise LantuError(
        "wrong_state",
        Text(f"该事项{word.zh}，不能{verb.zh}", f"This item is {word.en} and cannot {verb.en}"),
        Text("请刷新页面查看最新状态", "Load the page again to see where it stands"),
        where=str(task.id),
    )


def unknown_task(number: int) -> LantuError:
    """Return the refusal of a task that is not there, or of another department."""
    return LantuError(
        "unknown_task",
        Text(f"没有事项 {number}，或不属于本部门", f"There is no item {number} for you"),
        Text("请从“待我办理”列表进入", "Open it from the list of your inbox"),
        where=str(number),
    )


def _bad_outcome(outcome: str, kind: str) -> LantuError:
    known = OUTCOME_WORDS.get(kind, {})
    zh = "、".join(text.zh for text in known.values())
    en = ", ".join(text.en for text in known.values())
    return LantuError(
        "bad_value",
        Text(f"办理意见“{outcome[:40]}”不可用", f"The outcome {outcome[:40]!r} is not known"),
        Text(f"请选择：{zh}", f"Choose one of: {en}"),
        where="outcome",
    )
