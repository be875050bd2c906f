"""Figures for the operator."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.auth.roles import Action
from api.door import ServicesDep, does
from api.openapi import problems
from api.operations.metrics import page

router = APIRouter(tags=["operation"], dependencies=[Depends(does(Action.OPERATE))])

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        **problems(),
        200: {"content": {MEDIA_TYPE: {}}, "description": "Prometheus text format"},
    },
)
def metrics(services: ServicesDep) -> Response:
    """Requests, durations, reports, jobs, memory, revision; for a token with scope `operate`."""
    return Response(page(services), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
