"""The door of an item: one's own department's only, asked before anything else of a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.door import principal_of, services_of
from api.records.tables import Task
from api.records.tasks import task_for
from api.routes.fields import RowId


def task_of(request: Request, number: RowId) -> Task:
    """Return the item of the address; raises `unknown_task`, also for a foreign one."""
    with services_of(request).records.reading() as session:
        return task_for(session, principal_of(request), number)


TaskDep = Annotated[Task, Depends(task_of)]
