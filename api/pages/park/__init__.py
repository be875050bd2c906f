"""「我的片区」: what a park body does, from its boundary to the monthly use of its results."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.park import board, results, submit, wizard

router = APIRouter(include_in_schema=False)
for part in (board, submit, wizard, results):
    router.include_router(part.router)
