"""「待我办理」: what waits for a department, and the one form in which each is answered."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.inbox import answering, listing, looking

router = APIRouter(include_in_schema=False)
for part in (listing, answering, looking):
    router.include_router(part.router)
