"""The application: middlewares, error answers, routers; made by `create_app(settings)`."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.door import language_of
from api.operations.watch import RequestWatch
from api.pages.render import error_page
from api.pages.routers import PAGES
from api.problems import MEDIA_TYPE, problem, status_of
from api.routes import health, metrics
from api.routes.routers import API
from api.services import Services
from api.settings import Settings
from gis.errors import LantuError, Text

log = logging.getLogger("lantu.http")


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """Return the application; `services` given are used and not closed (tests)."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = services or Services.open(settings)
        app.state.services = opened
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
    app.middleware("http")(_with_request_id)
    app.add_middleware(RequestWatch)
    app.add_exception_handler(LantuError, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _fault)
    for router in (health.router, metrics.router, *API, *PAGES):
        app.include_router(router)
    return app


async def _with_request_id(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    request.state.request_id = uuid.uuid4().hex
    response = await call_next(request)
    response.headers["X-Request-Id"] = request.state.request_id
    return response


def answer(request: Request, error: LantuError) -> Response:
    """Return a refusal: a page for people, a problem document for programs."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and not request.url.path.startswith(("/api/", "/ogc", "/tiles")):
        return error_page(request, error, status_of(error))
    request_id = getattr(request.state, "request_id", "")
    document = problem(error, request_id=request_id, language=language_of(request))
    return JSONResponse(document, status_of(error), media_type=MEDIA_TYPE)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, LantuError):
        raise error
    return answer(request, error)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    place = request.url.path
    if status == 405:
        fault = LantuError(
            "wrong_method",
            Text(f"{place} 不接受 {request.method}", f"{place} takes no {request.method}"),
            Text("请核对接口文档", "See the interface's document"),
        )
    elif status == 404:
        fault = LantuError(
            "not_found",
            Text(f"没有 {place}", f"There is no {place}"),
            Text("请核对地址", "Check the address"),
        )
    else:
        fault = LantuError(
            "bad_request",
            Text("请求无法读取", "The request cannot be read"),
            Text("请核对接口文档", "See the interface's document"),
        )
    return answer(request, fault)


async def _invalid(request: Request, error: Exception) -> Response:
    first = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    place = ".".join(str(part) for part in first.get("loc", ()))
    said = str(first.get("msg", ""))
    fault = LantuError(
        "bad_request" if first.get("type") == "json_invalid" else "bad_value",
        Text(f"请求的 {place} 不可用：{said}", f"The request's {place} cannot be used: {said}"),
        Text("请按接口文档修改后重试", "Mend it as the interface's document says"),
        where=place,
    )
    return answer(request, fault)


async def _fault(request: Request, error: Exception) -> Response:
    request_id = getattr(request.state, "request_id", "")
    log.error("fault in request %s", request_id, exc_info=error)
    fault = LantuError(
        "internal_fault",
        Text(f"程序内部故障，编号 {request_id}", f"Internal fault {request_id}"),
        Text("请把编号告诉管理员", "Tell the operator the id"),
    )
    return answer(request, fault)
