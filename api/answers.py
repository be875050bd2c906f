"""Answers to what went wrong: refusals, unknown addresses, unfit requests, internal faults."""

from __future__ import annotations

import logging

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.door import language_of
from api.pages.render import error_page
from api.problems import MEDIA_TYPE, problem, status_of
from gis.errors import LantuError, Text

log = logging.getLogger("lantu.http")

_TRY_AGAIN_S = "5"


def answer(request: Request, error: LantuError) -> Response:
    """Return a refusal: a page for people, a problem document for programs."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and not request.url.path.startswith(("/api/", "/ogc", "/tiles")):
        return error_page(request, error, status_of(error))
    request_id = getattr(request.state, "request_id", "")
    document = problem(error, request_id=request_id, language=language_of(request))
    status = status_of(error)
    headers = {"Retry-After": _TRY_AGAIN_S} if status in {429, 503} else None
    return JSONResponse(document, status, headers, media_type=MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """Answer a named refusal."""
    if not isinstance(error, LantuError):
        raise error
    return answer(request, error)


async def http(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: no such address, wrong method."""
    if isinstance(error.__cause__, LantuError):  # raised while the body was read
        return answer(request, error.__cause__)
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
    response = answer(request, fault)
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})  # `Allow` of a wrong method
    return response


async def invalid(request: Request, error: Exception) -> Response:
    """Answer a request that does not fit its model."""
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


async def fault_answer(request: Request, error: Exception) -> Response:
    """Answer an internal fault: an id for the operator, the reason in the log only."""
    request_id = getattr(request.state, "request_id", "")
    log.error("fault in request %s", request_id, exc_info=error)
    fault = LantuError(
        "internal_fault",
        Text(f"程序内部故障，编号 {request_id}", f"Internal fault {request_id}"),
        Text("请把编号告诉管理员", "Tell the operator the id"),
    )
    response = answer(request, fault)
    response.headers["X-Request-Id"] = request_id  # this answer passes outside the middlewares
    return response
