"""Signing in, and one's own account. The work is done by the HTTP interface."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from api.auth.roles import Action, not_signed_in
from api.door import PrincipalDep, does
from api.pages.render import page
from api.routes.fields import own_path

router = APIRouter(include_in_schema=False)


@router.get("/sign-in", dependencies=[Depends(does(Action.SIGN_IN))])
def sign_in(request: Request, principal: PrincipalDep, next: str = "/") -> Response:  # noqa: A002 - the name people know
    """Ask who comes; somebody signed in goes on at once."""
    if principal.signed_in:
        return RedirectResponse(own_path(next), 303)
    return page(request, "account/sign_in.html.j2", next=own_path(next))


@router.get("/account", dependencies=[Depends(does(Action.OWN_ACCOUNT))])
def account(request: Request, principal: PrincipalDep) -> HTMLResponse:
    """Show one's own account: role, password, access tokens."""
    if not principal.signed_in:
        raise not_signed_in()
    scopes = [action for action in Action if principal.may(action)]
    return page(request, "account/account.html.j2", scopes=scopes)
