"""What every request passes first: limits of time, of size, and of how many. Plain ASGI."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import answer
from api.auth.roles import not_signed_in
from gis.errors import LantuError, Text

log = logging.getLogger("lantu.http")

_FREE = ("/healthz", "/readyz", "/metrics", "/static/")
_MOST_ASKERS = 50_000
MOST_TEXT_BYTES = 16 * 1024 * 1024
"""Largest request that is no upload of files: JSON is held in memory as a whole."""
_LONGEST_UPLOAD = 20
"""So many times the limit of time may pass while a request comes in."""

_STRANGERS_BYTES = 1024 * 1024


class TimeLimit:
    """Answers 503 `took_too_long` when the answer has not begun in time.

    The time begins again with each part of the request that comes in: a slow line is no slow
    answer. It does so for a while only, or a request that never ends would hold its place.

    The work itself runs on to its end in its thread: a thread cannot be stopped, and what it
    writes is either whole or not there.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = ended = False
        clock = asyncio.get_running_loop().time
        first = heard = clock()

        async def hearing() -> Message:
            """Receive a part, and note when."""
            nonlocal heard
            message = await receive()
            if message["type"] == "http.request":
                heard = min(clock(), first + self.seconds * _LONGEST_UPLOAD)
            return message

        async def watched(message: Message) -> None:
            """Send what comes in time."""
            nonlocal begun
            if not ended:
                begun = True
                await send(message)

        task = asyncio.ensure_future(self.app(scope, hearing, watched))
        try:
            while not (task.done() or begun) and (left := heard + self.seconds - clock()) > 0:
                await asyncio.wait({task}, timeout=left)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done() or begun:
            await task
            return
        ended = True
        self._late.add(task)
        task.add_done_callback(self._told)
        request = Request(scope, receive)
        log.warning("request %s took over %s s", scope["state"]["request_id"], self.seconds)
        await answer(request, took_too_long(self.seconds))(scope, receive, send)

    def _told(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("fault in a request that took too long", exc_info=error)


class SizeLimit:
    """Stops reading a request that is larger than allowed, while it comes in (413).

    Somebody not signed in has nothing to hand in but a login: more is not read at all (401).
    """

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_known = getattr(scope["state"].get("principal"), "signed_in", False)
        most = self._most(scope, is_known=is_known)
        refusal = too_large(most) if is_known else not_signed_in()
        if _declared(scope) > most:
            response = answer(Request(scope), refusal)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            """Receive a part, unless it is one too many."""
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise refusal
            return message

        await self.app(scope, counted, send)

    def _most(self, scope: Scope, *, is_known: bool) -> int:
        if not is_known:
            return min(self.most_bytes, _STRANGERS_BYTES)
        return self.most_bytes if _has_files(scope) else min(self.most_bytes, MOST_TEXT_BYTES)


class RateLimit:
    """Lets each person, or each address, ask so often a minute; more is answered 429.

    A bucket of a minute's requests that refills steadily; each server process keeps its own.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self.app = app
        self.per_minute = per_minute
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not scope["path"].startswith(_FREE):
            wait = self._take(_asker(scope), time.monotonic())
            if wait > 0:
                response = answer(Request(scope), too_many_requests(self.per_minute))
                response.headers["Retry-After"] = str(int(wait) + 1)
                await response(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _take(self, asker: str, at: float) -> float:
        """Take one out of a bucket; return the seconds to wait where it is empty."""
        speed = self.per_minute / 60
        with self._lock:
            left, before = self._buckets.pop(asker, (float(self.per_minute), at))
            left = min(self.per_minute, left + (at - before) * speed)
            wait = 0.0 if left >= 1 else (1 - left) / speed
            self._buckets[asker] = (left - 1 if left >= 1 else left, at)
            if len(self._buckets) > _MOST_ASKERS:
                self._buckets.popitem(last=False)
        return wait


def _asker(scope: Scope) -> str:
    user = getattr(scope.get("state", {}).get("principal"), "user_id", None)
    if user is not None:
        return f"user:{user}"
    return f"address:{(scope.get('client') or ('',))[0]}"


def _has_files(scope: Scope) -> bool:
    return any(
        name == b"content-type" and value.lower().startswith(b"multipart/")
        for name, value in scope["headers"]
    )


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def too_large(most_bytes: int) -> LantuError:
    """Return the refusal of a request that is too large."""
    most = f"{most_bytes / 1024 / 1024:g} MiB"
    return LantuError(
        "too_large",
        Text(f"上传内容超过上限 {most}", f"The request is larger than {most}"),
        Text("请压缩、拆分文件，或联系管理员", "Pack or split the files, or ask the operator"),
    )


def took_too_long(seconds: float) -> LantuError:
    """Return the refusal of a request whose answer takes too long."""
    return LantuError(
        "took_too_long",
        Text(f"处理超过 {seconds:g} 秒，未等到结果", f"No answer within {seconds:g} seconds"),
        Text(
            "请稍后重试；用地很大或很多时请分批检测",
            "Try again; check large or many sites in parts",
        ),
    )


def too_many_requests(per_minute: int) -> LantuError:
    """Return the refusal of somebody who asks too often."""
    return LantuError(
        "too_many_requests",
        Text(f"请求过于频繁（上限每分钟 {per_minute} 次）", f"Over {per_minute} requests a minute"),
        Text("请按 Retry-After 稍后重试", "Wait as Retry-After says, then try again"),
    )
