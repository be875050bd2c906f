"""The way to the identity provider and back; for browsers, where one is configured."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from api.auth.middleware import COOKIE
from api.auth.provider import Pending, Provider, bad_identity
from api.auth.provider_accounts import sign_in_known
from api.auth.roles import Action
from api.door import ServicesDep, does
from api.routes.fields import own_path
from api.routes.sessions import set_cookie
from api.services import Services
from gis.errors import LantuError, Text

router = APIRouter(
    prefix="/sign-in/provider",
    include_in_schema=False,
    dependencies=[Depends(does(Action.SIGN_IN))],
)

_PENDING = "lantu_provider"
_PENDING_S = 600

Word = Annotated[str, Query(max_length=4000)]


@router.get("")
def leave(request: Request, services: ServicesDep, back: Word = "/") -> RedirectResponse:
    """Send the browser to the provider."""
    pending = Pending.new()
    place = _provider(services).address(pending, redirect_uri=_redirect_uri(request, services))
    response = RedirectResponse(place, 303)
    response.set_cookie(
        _PENDING,
        _packed(pending, back),
        max_age=_PENDING_S,
        path=router.prefix,
        secure=services.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/callback")
def come_back(
    request: Request, services: ServicesDep, state: Word = "", code: Word = "", error: Word = ""
) -> RedirectResponse:
    """Take the browser back, signed in."""
    pending, back = _unpacked(request.cookies.get(_PENDING, ""))
    if not secrets.compare_digest(state.encode(), pending.state.encode()):
        raise bad_identity("another state")
    if error or not code:
        raise bad_identity("the provider refused" if error else "no code")
    claims = _provider(services).claims(
        code, pending, redirect_uri=_redirect_uri(request, services)
    )
    made = sign_in_known(services, claims, replaces=request.cookies.get(COOKIE))
    response = RedirectResponse(own_path(back), 303)
    response.delete_cookie(_PENDING, path=router.prefix)
    set_cookie(response, made, services.settings)
    return response


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise LantuError(
            "not_found",
            Text("未配置统一身份认证", "No identity provider is configured"),
            Text("请用本地帐号登录", "Sign in with a local account"),
        )
    return services.provider


def _redirect_uri(request: Request, services: Services) -> str:
    base = services.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}{router.prefix}/callback"


def _packed(pending: Pending, back: str) -> str:
    said = json.dumps({**asdict(pending), "back": own_path(back)[:1000]})
    return said.encode().hex()


def _unpacked(cookie: str) -> tuple[Pending, str]:
    try:
        said = json.loads(bytes.fromhex(cookie))
        return Pending(said["state"], said["nonce"], said["verifier"]), str(said["back"])
    except (ValueError, KeyError, TypeError) as error:
        raise bad_identity("the sign-in began in another browser, or long ago") from error
