"""「我的片区」: what a park body does, from its boundary to the monthly use of its results."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.park import account, board, looks, plots, precheck, results, start, submit, wizard

router = APIRouter(include_in_schema=False)
for part in (board, start, submit, wizard, results, plots, precheck, account, looks):
    router.include_router(part.router)
