"""The door of every request: services, language, who asks, and what the route does.

A route names its act by `Depends(does(Action.CHECK))`, which refuses who may not. A test reads
these names from the routes: a route without one does not pass.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request

from api.auth.csrf import require_field
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


async def _services(request: Request) -> Services:
    return services_of(request)


async def _principal(request: Request) -> Principal:
    return principal_of(request)


async def _language(request: Request) -> Language:
    return language_of(request)


# coroutines, for the framework would send each plain function to a thread
ServicesDep = Annotated[Services, Depends(_services)]
PrincipalDep = Annotated[Principal, Depends(_principal)]
LanguageDep = Annotated[Language, Depends(_language)]


def does(action: Action) -> Callable[[Request], Awaitable[Principal]]:
    """Return the dependency that lets through who may do `action`.

    A form that came with a session's cookie is held to its `csrf` field here, where the framework
    has read it.
    """

    async def guard(request: Request) -> Principal:
        """Return who asks, or refuse."""
        principal = principal_of(request)
        require(principal, action)
        if getattr(request.state, "csrf_in_form", False):
            await require_field(request, request.state.session)
            request.state.csrf_in_form = False
        return principal

    guard.action = action  # type: ignore[attr-defined]  # read by the authorisation matrix
    return guard
