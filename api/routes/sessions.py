"""Signing in and out over HTTP; programs use access tokens instead."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.auth.middleware import COOKIE
from api.auth.roles import Action, Principal
from api.auth.sessions import NewSession, sign_in, sign_out, sign_out_everywhere
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import problems
from api.routes.fields import Short
from api.services import Services
from api.settings import Settings

router = APIRouter(
    prefix="/api/v1/session", tags=["session"], dependencies=[Depends(does(Action.SIGN_IN))]
)


class SignInForm(BaseModel):
    """What somebody signs in with."""

    model_config = ConfigDict(extra="forbid")

    login: Short
    password: Annotated[str, Field(max_length=400)]


class SessionOut(BaseModel):
    """Who asks, and what unsafe requests of a browser must carry."""

    signed_in: bool
    login: str
    name: str
    role: str
    parks: list[str]
    department: str
    district: str
    confidential: bool
    must_change: bool = Field(description="the password must be changed before anything else")
    actions: list[str] = Field(description="what this reader may do")
    csrf: str | None = Field(description="for the header X-CSRF-Token; null without a session")


@router.get("", operation_id="get_session", responses=problems())
def get_session(request: Request, principal: PrincipalDep) -> SessionOut:
    """Tell who asks."""
    session = getattr(request.state, "session", None)
    return session_out(principal, None if session is None else session.csrf)


@router.post("", operation_id="sign_in", status_code=201, responses=problems(400))
def post_session(
    request: Request, response: Response, services: ServicesDep, form: SignInForm
) -> SessionOut:
    """Sign in; the answer sets the cookie."""
    made = sign_in(
        services,
        form.login,
        form.password,
        address=client_address(request),
        replaces=request.cookies.get(COOKIE),
    )
    set_cookie(response, made, services.settings)
    session = made.identity.session
    return session_out(made.identity.principal, None if session is None else session.csrf)


@router.delete("", operation_id="sign_out", status_code=204, responses=problems())
def delete_session(
    request: Request, services: ServicesDep, principal: PrincipalDep, *, everywhere: bool = False
) -> Response:
    """Sign out, here or everywhere; without a session nothing happens."""
    response = Response(status_code=204)
    end_session(request, response, services, principal, everywhere=everywhere)
    return response


def end_session(
    request: Request,
    response: Response,
    services: Services,
    principal: Principal,
    *,
    everywhere: bool = False,
) -> None:
    """End the session of a request, or all of its account; used by the pages too."""
    session = getattr(request.state, "session", None)
    if session is not None:
        sign_out(services, principal, session)
        if everywhere:
            sign_out_everywhere(services, principal)
    response.delete_cookie(
        COOKIE, secure=services.settings.secure_cookies, httponly=True, samesite="lax"
    )


def set_cookie(response: Response, made: NewSession, settings: Settings) -> None:
    """Give the browser its cookie; it ends with the browser, or with the session."""
    response.set_cookie(
        COOKIE, made.cookie, secure=settings.secure_cookies, httponly=True, samesite="lax"
    )


def client_address(request: Request) -> str:
    """Return where a request comes from, as the server saw it."""
    return request.client.host if request.client is not None else "-"


def session_out(principal: Principal, csrf: str | None) -> SessionOut:
    """Return who asks, for the answer."""
    return SessionOut(
        signed_in=principal.signed_in,
        login=principal.login,
        name=principal.name,
        role=principal.role.value,
        parks=sorted(principal.parks),
        department=principal.department,
        district=principal.district,
        confidential=principal.confidential,
        must_change=principal.must_change,
        actions=sorted(action.value for action in Action if principal.may(action)),
        csrf=csrf,
    )
