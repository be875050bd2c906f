"""Entering a job: its files into the folder of its own first, then its row, then a wake-up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from api.acts import note_act
from api.auth.roles import Principal
from api.records.jobs import add_job, new_job_id
from api.services import Services

JOBS = "/api/v1/jobs"


def enter_job(
    services: Services,
    principal: Principal,
    kind: str,
    order: dict[str, Any],
    *,
    at: datetime,
    total: int = 0,
    fill: Callable[[Path], object] | None = None,
) -> str:
    """Enter a job and return its id; `fill` puts its files into the folder that it will have."""
    named = new_job_id()
    folder = services.spool / named
    folder.mkdir(mode=0o700, parents=True)
    try:
        if fill is not None:
            fill(folder)
        with services.records.writing() as session:
            add_job(
                session, kind, order, user_id=principal.user_id, at=at, total=total, named=named
            )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    note_act(services, principal, "job.add", f"job:{named}", {"kind": kind})
    if services.jobs is not None:
        services.jobs.wake()
    return named
