"""The application: middlewares, error answers, routers; made by `create_app(settings)`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api import answers
from api.auth.accounts import announce_first_administrator
from api.auth.middleware import IdentityMiddleware
from api.entrance import RateLimit, SizeLimit, TimeLimit
from api.idempotent import Idempotency
from api.jobs.runner import working
from api.openapi import describe
from api.operations.routers import SERVICE
from api.operations.watch import RequestWatch
from api.pages.routers import PAGES
from api.request_id import RequestIdMiddleware
from api.routes.routers import API
from api.services import Services
from api.settings import Settings
from gis.errors import LantuError

_CHECKS_AT_ONCE = 4
"""Checks that a process works on at the same time; more wait, and the memory stays bounded."""


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """Return the application; `services` given are used and not closed (tests)."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = services or Services.open(settings)
        await run_in_threadpool(announce_first_administrator, opened)
        app.state.services = opened
        app.state.check_slots = CapacityLimiter(_CHECKS_AT_ONCE)
        with working(opened):
            yield
        if services is None:
            opened.close()

    app = FastAPI(
        title="Lantu 蓝图",
        version=version("lantu"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.settings = settings
    app.add_middleware(Idempotency, stale_s=settings.request_seconds + 60)
    app.add_middleware(SizeLimit, most_bytes=settings.max_upload_mb * 1024 * 1024)
    app.add_middleware(RateLimit, per_minute=settings.requests_per_minute)
    app.add_middleware(IdentityMiddleware)  # the last one added is the outermost
    app.add_middleware(TimeLimit, seconds=settings.request_seconds)
    app.add_middleware(RequestIdMiddleware)
    app.add_middleware(RequestWatch)
    app.add_exception_handler(LantuError, answers.refused)
    app.add_exception_handler(HTTPException, answers.http)
    app.add_exception_handler(RequestValidationError, answers.invalid)
    app.add_exception_handler(Exception, answers.fault_answer)
    for router in (*SERVICE, *API, *PAGES):
        app.include_router(router)
    describe(app)
    return app
