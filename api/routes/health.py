"""Whether the service lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from api.auth.roles import Action
from api.door import ServicesDep, does
from api.openapi import problems
from api.operations.ending import refuse_when_ending

router = APIRouter(tags=["operation"], dependencies=[Depends(does(Action.READ_PUBLIC))])


@router.get("/healthz", responses=problems())
def healthz() -> dict[str, str]:
    """Say that the process lives."""
    return {"status": "ok"}


@router.get("/readyz", responses=problems())
def readyz(services: ServicesDep) -> dict[str, str | int]:
    """Say that workspace and records answer; 503 otherwise."""
    refuse_when_ending()
    with services.records.reading() as session:
        session.connection()
    return {"status": "ready", "revision": services.workspace.revision}
