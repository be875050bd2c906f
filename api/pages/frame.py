"""The frame of all pages: static files, the way in by role, the language, help."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.responses import Response

from api.auth.roles import Action, Role
from api.door import does, principal_of
from api.pages.render import STATIC
from gis.errors import LantuError, Text
from maps.symbols import css_variables
from maps.typefaces import FOLDER as FONTS

router = APIRouter(include_in_schema=False, dependencies=[Depends(does(Action.READ_PUBLIC))])

FIRST_PAGE = {
    Role.PLANNER: "/check",
    Role.BUILDER: "/check",
    Role.PARK_BODY: "/park",
    Role.AUTHORITY: "/inbox",
    Role.SCHEDULER: "/schedule",
    Role.ADMIN: "/admin",
    Role.VIEWER: "/assessments",
}
"""Where each role begins its work."""

_KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/")
def home(request: Request) -> RedirectResponse:
    """Lead to the reader's first page."""
    return RedirectResponse(FIRST_PAGE[principal_of(request).role], 303)


@router.get("/language/{language}")
def language(request: Request, language: str) -> RedirectResponse:
    """Keep the reader's language and go back to the page."""
    back = request.headers.get("referer", "/")
    place = "/" + back.split("://", 1)[-1].partition("/")[2] if "://" in back else "/"
    response = RedirectResponse("/" + place.lstrip("/\\"), 303)
    if language in {"zh", "en"}:
        response.set_cookie("lantu_lang", language, max_age=31_536_000, samesite="lax")
    return response


@router.get("/static/{stamp}/colours.css")
def colours(stamp: str) -> Response:  # noqa: ARG001 - part of the address only
    """Return the one visual language as CSS custom properties."""
    return PlainTextResponse(css_variables(), headers=_KEEP, media_type="text/css")


@router.get("/static/{stamp}/fonts/{name}")
def font(stamp: str, name: str) -> Response:  # noqa: ARG001 - part of the address only
    """Return one of the typefaces that come with Lantu."""
    return _file(FONTS, name)


@router.get("/static/{stamp}/{path:path}")
def static(stamp: str, path: str) -> Response:  # noqa: ARG001 - part of the address only
    """Return a static file; the stamp in its address lets browsers keep it for good."""
    return _file(STATIC, path)


def _file(folder: Path, path: str) -> Response:
    found = _within(folder, path)
    if found is None:
        raise LantuError(
            "not_found",
            Text("没有这个文件", "There is no such file"),
            Text("请刷新页面", "Load the page again"),
        )
    return FileResponse(found, headers=_KEEP)


def _within(folder: Path, path: str) -> Path | None:
    """Return a file of a folder; None for what is not there, leads out, or is no name of a file."""
    try:
        found = (folder / path).resolve()
        return found if found.is_relative_to(folder.resolve()) and found.is_file() else None
    except (OSError, ValueError):  # too long a name, a NUL in it
        return None
