"""Watches every request: one log line and the operator's figures, by the route's template."""

from __future__ import annotations

import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.operations.metrics import observe

log = logging.getLogger("lantu.requests")

_NO_ROUTE = "-"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestWatch:
    """Middleware around everything: counts bytes as they leave, also of streams."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and tell what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = {"status": 500, "bytes": 0}

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            elif message["type"] == "http.response.body":
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        start = time.perf_counter()
        try:
            await self.app(scope, receive, counted)
        finally:
            _tell(scope, seen, time.perf_counter() - start)


def _tell(scope: Scope, seen: dict[str, int], seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else _NO_ROUTE
    route, status = route_of(scope), seen["status"]
    observe(route, method, status, seconds)
    fields = {
        "request_id": scope.get("state", {}).get("request_id", ""),
        "method": method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes": seen["bytes"],
    }
    quiet = status < 400 and route in {"/healthz", "/readyz", "/metrics"}
    log.log(logging.DEBUG if quiet else logging.INFO, "request", extra=fields)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered (`/reports/{id}`), `-` where none did."""
    context: Any = scope.get("fastapi", {}).get("effective_route_context")
    for known in (context, scope.get("route")):
        path = getattr(known, "path", None)
        if isinstance(path, str):
            return path
    return _NO_ROUTE
