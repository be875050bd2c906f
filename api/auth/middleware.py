"""Who asks, for every request: `request.state.principal`, and `.session` of a browser.

Plain ASGI, for it stands before every answer. What was looked up in the last seconds is told
without a thread; else the records are asked in one.
"""

from __future__ import annotations

from typing import cast

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from api import answers
from api.auth import csrf
from api.auth.identities import Identity
from api.auth.roles import NOBODY
from api.services import Services
from gis.errors import LantuError, Text

COOKIE = "lantu_session"
_LONGEST_SECRET = 200


class IdentityMiddleware:
    """Finds who asks and refuses what another site made a browser send.

    Where a server around the application has already told who asks (in the scope, which no client
    can reach), that stands.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, told who asks; answer a bad token or a foreign request itself."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if "principal" in state:
            await self.app(scope, receive, send)
            return
        state.update(principal=NOBODY, session=None, csrf_in_form=False)
        try:
            await _identify(scope, cast("Services", scope["app"].state.services))
        except LantuError as error:
            await answers.answer(Request(scope), error)(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def _identify(scope: Scope, services: Services) -> None:
    headers, state = Headers(scope=scope), scope["state"]
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = await _by_token(services, token.strip())
        state["principal"] = found.principal
        return
    found_here = await _by_cookie(services, headers)
    is_unsafe = scope["method"] not in csrf.SAFE
    if is_unsafe:
        csrf.require_own_origin(headers, base_url=services.settings.base_url)
    if found_here is None:
        return
    state.update(principal=found_here.principal, session=found_here.session)
    if is_unsafe and found_here.session is not None:
        state["csrf_in_form"] = csrf.is_in_form(headers, found_here.session)


async def _by_token(services: Services, token: str) -> Identity:
    found = None
    if token.startswith("lt_") and len(token) <= _LONGEST_SECRET:
        identities = services.identities
        found = identities.held(token) or await run_sync(identities.by_token, token)
    if found is None:
        raise LantuError(
            "bad_token",
            Text("访问令牌无效、已过期或已撤销", "The access token is unknown, ended or revoked"),
            Text("请在账户页新建令牌", "Make a new one on the account page"),
        )
    return found


async def _by_cookie(services: Services, headers: Headers) -> Identity | None:
    said = headers.get("cookie")
    cookie = cookie_parser(said).get(COOKIE, "") if said else ""
    if not cookie or len(cookie) > _LONGEST_SECRET:
        return None
    identities = services.identities
    return identities.held(cookie) or await run_sync(identities.by_cookie, cookie)
