"""Requests that another site made a browser send: refused by origin and by the session's value.

Every unsafe request is asked where it comes from. One with a session's cookie must also carry the
session's value, in the header `X-CSRF-Token` or, of a form, in the field `csrf`.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

from api.auth.identities import SignedIn
from gis.errors import LantuError, Text

HEADER = "x-csrf-token"
FIELD = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_OWN_SITES = frozenset({"same-origin", "none"})


def require_own_origin(headers: Headers, *, base_url: str) -> None:
    """Refuse a request that a page of another site sent; programs send neither header.

    Raises
    ------
    LantuError
        `csrf` (403).
    """
    origin = headers.get("origin")
    if origin is not None:
        asked = urlsplit(origin)
        known = {headers.get("host", "").lower(), urlsplit(base_url).netloc.lower()}
        if asked.scheme in {"http", "https"} and asked.netloc.lower() in known - {""}:
            return
        raise cross_site()
    if headers.get("sec-fetch-site", "none") not in _OWN_SITES:
        raise cross_site()


def is_in_form(headers: Headers, session: SignedIn) -> bool:
    """Check the header's value; True when a form's field is still to be asked.

    Raises
    ------
    LantuError
        `csrf` when the header's value is wrong, or there is none and no form either.
    """
    given = headers.get(HEADER)
    if given is not None:
        _compare(given, session)
        return False
    if headers.get("content-type", "").lower().startswith(_FORMS):
        return True
    raise cross_site()


async def require_field(request: Request, session: SignedIn) -> None:
    """Refuse a form whose field does not carry the session's value.

    Raises
    ------
    LantuError
        `csrf` (403).
    """
    given = (await request.form()).get(FIELD)
    _compare(given if isinstance(given, str) else "", session)


def cross_site() -> LantuError:
    """Return the refusal of a request without proof of coming from our own pages (403)."""
    return LantuError(
        "csrf",
        Text(
            "请求缺少本站校验值，或来自其他网站",
            "The request lacks this site's check value, or comes from another site",
        ),
        Text(
            "请刷新页面后重试；程序请使用访问令牌",
            "Load the page again; programs use an access token",
        ),
    )


def _compare(given: str, session: SignedIn) -> None:
    if not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise cross_site()
