"""`Idempotency-Key`: the same request under the same key is done once and answered alike."""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
from dataclasses import dataclass, field
from typing import IO, cast

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers import answer
from api.clock import now
from api.records.database import Records
from api.records.idempotency import Given, Key, begin, forget, keep_answer
from api.services import Services
from gis.errors import LantuError, Text

log = logging.getLogger("lantu.http")

_FIT = re.compile(r"[\x21-\x7e]{1,200}")
_IN_MEMORY = 1 << 20
_BLOCK = 1 << 20
_MOST_KEPT = 16 << 20
_NOT_KEPT = frozenset({401, 408, 413, 429})
_OF_THE_MOMENT = frozenset({"x-request-id", "date", "content-length"})
_SECRET = ("/api/v1/account", "/api/v1/session", "/api/v1/tokens", "/api/v1/users")
"""Answers that hold a secret are told once and kept nowhere."""

_BOUNDARY = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)


class Idempotency:
    """Answers a repeated `POST` from what was kept. Stands behind the one that finds who asks."""

    def __init__(self, app: ASGIApp, stale_s: float) -> None:
        self.app = app
        self.stale_s = stale_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or give the answer that it was given before."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        named = Headers(scope=scope).get("idempotency-key")
        user = getattr(scope.get("state", {}).get("principal"), "user_id", None)
        if named is None or user is None or scope["path"].startswith(_SECRET):
            await self.app(scope, receive, send)
            return
        records = cast("Services", scope["app"].state.services).records
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            try:
                key = await _key(named, user, scope, receive, body)
                given = await run_sync(self._before, records, key)
            except LantuError as error:
                await answer(Request(scope), error)(scope, receive, send)
                return
            if given is not None:
                headers = {**given.headers, "Idempotency-Replayed": "true"}
                await Response(given.body, given.status, headers)(scope, receive, send)
                return
            body.seek(0)
            await self._first(scope, _read_again(body, receive), send, _Copy(records, key))

    def _before(self, records: Records, key: Key) -> Given | None:
        return begin(records, key, at=now(), stale_s=self.stale_s)

    async def _first(self, scope: Scope, receive: Receive, send: Send, copy: _Copy) -> None:
        """Let the request be done, and keep its answer before it is sent."""

        async def copied(message: Message) -> None:
            """Take a copy; the whole answer is kept with its last part."""
            if copy.take(message):
                await run_sync(copy.settle)
            await send(message)

        try:
            await self.app(scope, receive, copied)
        except Exception:
            await run_sync(forget, copy.records, copy.key)
            raise


@dataclass
class _Copy:
    """An answer as it goes out."""

    records: Records
    key: Key
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    too_long: bool = False

    def take(self, message: Message) -> bool:
        """Take a part; return whether it is the last."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in message["headers"]
                if name.decode("latin-1").lower() not in _OF_THE_MOMENT
            }
            return False
        part = message.get("body", b"")
        self.too_long = self.too_long or len(self.body) + len(part) > _MOST_KEPT
        if not self.too_long:
            self.body += part
        return not message.get("more_body", False)

    def settle(self) -> None:
        """Keep the answer; forget the key where the same request may end otherwise next time.

        The work is done by now: where the answer cannot be kept it is given all the same.
        """
        try:
            if self.too_long or self.status in _NOT_KEPT or self.status >= 500:
                forget(self.records, self.key)
            else:
                given = Given(self.status, self.headers, bytes(self.body))
                keep_answer(self.records, self.key, given)
        except LantuError as error:
            log.warning("the answer to a key was not kept: %s", error)


async def _key(named: str, user: int, scope: Scope, receive: Receive, body: IO[bytes]) -> Key:
    """Read the whole request aside; return its key."""
    if not _FIT.fullmatch(named):
        raise LantuError(
            "bad_request",
            Text("Idempotency-Key 不可用", "The Idempotency-Key cannot be used"),
            Text("请用 1–200 个可见 ASCII 字符", "Write 1 to 200 visible ASCII characters"),
            where="Idempotency-Key",
        )
    more = True
    while more:
        message = await receive()
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    return Key(named, user, await run_sync(digest_of, scope, body))


def digest_of(scope: Scope, body: IO[bytes]) -> str:
    """Return the digest of a request, whatever boundary its sender drew between its parts.

    The sender's rights are part of it: what was answered to more rights is not told again to less.
    """
    kind = Headers(scope=scope).get("content-type", "")
    found = _BOUNDARY.search(kind)
    boundary = found[1].encode("latin-1") if found else b""
    principal = scope.get("state", {}).get("principal")
    rights = f"{getattr(principal, 'role', '')} {getattr(principal, 'confidential', False)}"
    asked = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), rights)
    made = hashlib.sha256("\n".join((*asked, kind.partition(";")[0])).encode())
    body.seek(0)
    rest = b""
    while block := body.read(_BLOCK):
        rest += block
        if boundary:
            rest = rest.replace(boundary, b"")
        sure = max(len(rest) - len(boundary), 0)
        made.update(rest[:sure])
        rest = rest[sure:]
    made.update(rest)
    return made.hexdigest()


def _read_again(body: IO[bytes], receive: Receive) -> Receive:
    """Return a `receive` that tells the body that was read aside, then what comes after it."""
    ended = False

    async def told() -> Message:
        """Tell the next part."""
        nonlocal ended
        if ended:
            return await receive()
        block = body.read(_BLOCK)
        ended = len(block) < _BLOCK
        return {"type": "http.request", "body": block, "more_body": not ended}

    return told
