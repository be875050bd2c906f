"""Render a page: one environment, every value escaped, both languages side by side in templates.

A template writes `{{ t("中文", "English") }}`: what a page says stands where it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from api.auth.roles import Action, Principal
from api.door import language_of, principal_of
from gis.errors import Language, LantuError, Text
from maps.symbols import css_variables

HERE = Path(__file__).parent
STATIC = HERE / "static"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing from outside, no script in the page itself. Styles may stand inline: bars and swatches
take their lengths and colours from values."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the bar: address, what it is called, and who may."""

    path: str
    title: Text
    action: Action


PLACES = (
    Place("/check", Text("用地检测", "Check a site"), Action.CHECK),
    Place("/projects", Text("项目", "Projects"), Action.READ_PROJECT),
    Place("/schedule", Text("项目调度", "Scheduling"), Action.SCHEDULE),
    Place("/park", Text("我的片区", "My park"), Action.WRITE_ASSESSMENT),
    Place("/inbox", Text("待我办理", "My inbox"), Action.ANSWER),
    Place("/assessments", Text("片区评估", "Assessments"), Action.READ_PUBLIC),
    Place("/layers", Text("图层", "Layers"), Action.READ_PUBLIC),
    Place("/rules", Text("规则", "Rules"), Action.READ_PUBLIC),
    Place("/glossary", Text("术语", "Glossary"), Action.READ_PUBLIC),
    Place("/admin", Text("管理", "Administration"), Action.MANAGE_USERS),
)
"""The bar, in the order of work; each person sees what the role may."""


class Speaker:
    """`t` of the templates: picks the language, takes two sentences or a `Text`."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, zh: str | Text | Mapping[str, str] | None, en: str | None = None) -> str:
        """Return the sentence in the reader's language; an empty one for None."""
        if zh is None:
            return ""
        if isinstance(zh, Text):
            return zh.pick(self.language)
        if isinstance(zh, str):
            return zh if self.language == "zh" or en is None else en
        return str(zh.get(self.language) or zh.get("zh") or "")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the environment: undefined names are faults, not empty texts."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["figure"] = figure
    made.filters["words_json"] = words_json
    return made


def figure(value: float | None, decimals: int = 2) -> str:
    """Return a number with thousands separated, `—` for what is not known."""
    return "—" if value is None else f"{value:,.{decimals}f}"


def words_json(words: Mapping[str, Text]) -> Markup:
    """Return words by key as JSON that may stand inside a page."""
    return htmlsafe_json_dumps({str(key): text.as_dict() for key, text in words.items()})


@lru_cache(maxsize=1)
def stamp() -> str:
    """Return a mark of all static files: a new version is fetched anew, an old one kept."""
    digest = sha256(css_variables().encode())
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a template for the reader who asks, with what `fragment` tells every template."""
    policy = policy_with(request.app.state.settings.base_map)
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(fragment(request, template, **context), status, headers)


def fragment(request: Request, template: str, **context: Any) -> str:
    """Render a template, or a part of a page, as text.

    Every template knows `t`, `lang`, `principal`, `places` (what the bar shows), `here` (path),
    `csrf`, `static` (prefix of static files), `may` (an action's name -> bool), `settings`.
    """
    principal = principal_of(request)
    language = language_of(request)
    return (
        environment()
        .get_template(template)
        .render(
            t=Speaker(language),
            lang=language,
            principal=principal,
            places=[place for place in PLACES if principal.may(place.action)],
            here=request.url.path,
            csrf=_csrf(request),
            static=f"/static/{stamp()}",
            may=lambda name: _may(principal, name),
            settings=request.app.state.settings,
            **context,
        )
    )


def policy_with(base_map: str) -> str:
    """Return the content policy; a base map that the operator configured may give pictures."""
    parts = urlsplit(base_map)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return POLICY
    host = parts.netloc  # a place for subdomains opens all of them: a policy knows whole names only
    if "{" in host:
        host = f"*.{host.partition('.')[2]}"
    return POLICY.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{host}")


def error_page(request: Request, error: LantuError, status: int) -> HTMLResponse:
    """Return a refusal as a page: fact, value, what to do, and the request's id."""
    request_id = getattr(request.state, "request_id", "")
    return page(request, "error.html.j2", status=status, error=error, request_id=request_id)


def _may(principal: Principal, name: str) -> bool:
    return principal.may(Action(name))


def _csrf(request: Request) -> str:
    session = getattr(request.state, "session", None)
    return "" if session is None else str(session.csrf)
