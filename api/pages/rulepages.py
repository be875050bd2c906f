"""The rule reference: every rule in the packs in force, as it stands on a day."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from api.auth.roles import Action
from api.clock import today
from api.door import LanguageDep, ServicesDep, does
from api.pages.render import page
from api.routes.fields import day_of
from checks.rule import SEVERITIES
from checks.rulebook.tools import explain, find_rule
from checks.rulebook.words import SEVERITY

router = APIRouter(include_in_schema=False, dependencies=[Depends(does(Action.READ_PUBLIC))])

_SEPARATORS: Mapping[str, str] = {"zh": "：", "en": ": "}


@router.get("/rules")
def rules(request: Request, services: ServicesDep) -> HTMLResponse:
    """List the rules of the workspace's packs, layer by layer."""
    book = services.rulebook()
    specs = services.workspace.specs()
    listed = sorted(book.rules.values(), key=lambda rule: (rule.layer, rule.code))
    layers = {rule.layer: specs[rule.layer].title.text() for rule in listed}
    groups = [
        (key, title, [rule for rule in listed if rule.layer == key])
        for key, title in layers.items()
    ]
    counts = {key: sum(rule.severity == key for rule in listed) for key in SEVERITIES}
    return page(
        request, "rules/list.html.j2", groups=groups, counts=counts, severities=SEVERITY,
        packs=book.packs, total=len(listed),
    )  # fmt: skip


@router.get("/rules/{code}")
def rule(
    request: Request, code: str, services: ServicesDep, language: LanguageDep, as_of: str = ""
) -> HTMLResponse:
    """Show one rule: test, values, law and sentences on a day."""
    book, specs = services.rulebook(), services.workspace.specs()
    found = find_rule(book, code)
    day = day_of(as_of, where="as_of") or today()
    lines = explain(book, code, specs, day=day).pick(language).split("\n")
    separator = _SEPARATORS[language]
    pairs = [line.partition(separator)[::2] for line in lines[1:]]
    return page(
        request, "rules/rule.html.j2", rule=found, day=day, pairs=pairs, severities=SEVERITY,
        layers=[specs[key] for key in found.layers()],
    )  # fmt: skip
