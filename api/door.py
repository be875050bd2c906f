"""The door of every request: services, language, who asks, and what the route does.

A route names its act by `Depends(does(Action.CHECK))`, which refuses who may not. A test reads
these names from the routes: a route without one does not pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast

from fastapi import Depends, Request

from api.auth.roles import NOBODY, Action, Principal, require
from api.services import Services
from gis.errors import Language


def services_of(request: Request) -> Services:
    """Return the open services of the application."""
    return cast("Services", request.app.state.services)


def principal_of(request: Request) -> Principal:
    """Return who asks, as the middleware of `api.auth` found it."""
    return cast("Principal", getattr(request.state, "principal", NOBODY))


def language_of(request: Request) -> Language:
    """Return the language: `lang` in the address, the cookie, the browser; else Chinese."""
    asked = request.query_params.get("lang") or request.cookies.get("lantu_lang") or ""
    if asked in {"zh", "en"}:
        return cast("Language", asked)
    first = request.headers.get("accept-language", "zh").strip().lower()
    return "en" if first.startswith("en") else "zh"


ServicesDep = Annotated[Services, Depends(services_of)]
PrincipalDep = Annotated[Principal, Depends(principal_of)]
LanguageDep = Annotated[Language, Depends(language_of)]


def does(action: Action) -> Callable[[Request], Principal]:
    """Return the dependency that lets through who may do `action`."""

    def guard(request: Request) -> Principal:
        """Return who asks, or refuse."""
        principal = principal_of(request)
        require(principal, action)
        return principal

    guard.action = action  # type: ignore[attr-defined]  # read by the authorisation matrix
    return guard
