"""准入预检: plot and facts give one page; nothing is reserved, nothing numbered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from api.auth.roles import Action
from api.checking import Question, check_site
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park.doors import ParkDep, own_parks, park_of
from api.pages.park.plots import plot_row, site_of, views_of
from api.pages.render import page
from api.parks import standings_of
from api.services import Services
from checks.inheritance.words import CRITERION_WORDS, MODE_WORDS, OUTCOME_WORDS, RESULT_WORDS
from checks.report.model import Report
from checks.rule import FactSpec
from gis.errors import Language, LantuError

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])

FIRST = (
    "industry", "use", "works", "investment", "land_supply", "construction", "land_use_code",
    "floor_area_ratio", "building_density", "height_m", "green_ratio",
)  # fmt: skip
"""Facts that an investor is asked first; those that the park's results limit follow."""

_OWN = ("code", "name")
PREFIX = "f."


@router.get("/park/{park}/precheck")
def precheck(
    request: Request,
    park: ParkDep,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    plot: str = "",
) -> HTMLResponse:
    """Ask for plot and facts; with a plot in the address show the answer."""
    given = _given(request)
    report, refusal = _try(services, plot, given) if plot else (None, None)
    views, lacks = views_of(services, park.code)
    first, rest = _asked(services, park.code)
    return page(
        request,
        "park/precheck.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="precheck",
        plots=[plot_row(services, view, language) for view in views],
        lacks=lacks,
        plot=plot,
        given=given,
        first=first,
        rest=rest,
        refusal=refusal,
        query=request.url.query,
        day=today(),
        **_answers(report, language),
    )


@router.get("/park/{park}/precheck/page", dependencies=[Depends(park_of)])
def printed(request: Request, plot: str, services: ServicesDep, language: LanguageDep) -> Response:
    """Return the answer as one page to print and to hand over."""
    from checks.report.precheck import render_precheck

    report = _report(services, plot, _given(request))
    return HTMLResponse(
        render_precheck(report.data, language), headers={"Cache-Control": "no-store"}
    )


def _given(request: Request) -> dict[str, str | list[str]]:
    """Facts of the address; a fact of several choices may stand there several times."""
    found: dict[str, str | list[str]] = {}
    for key in request.query_params:
        if key.startswith(PREFIX):
            values = [text for text in request.query_params.getlist(key) if text.strip()]
            if values:
                found[key.removeprefix(PREFIX)] = values if len(values) > 1 else values[0]
    return found


def _try(
    services: Services, plot: str, given: Mapping[str, str | list[str]]
) -> tuple[Report | None, LantuError | None]:
    try:
        return _report(services, plot, given), None
    except LantuError as error:
        if error.passes:
            raise
        return None, error


def _report(services: Services, plot: str, given: Mapping[str, str | list[str]]) -> Report:
    from checks.facts import project_of

    book = services.rulebook()
    raw: dict[str, object] = dict(given)
    for key, value in given.items():
        if key in book.facts and book.facts[key].type == "set" and isinstance(value, str):
            raw[key] = [value]
    project = project_of(raw, book.facts, where="precheck")
    return check_site(
        site_of(services, plot),
        Question(as_of=today()),
        project=project,
        rulebook=book,
        workspace=services.workspace,
    )


def _asked(services: Services, park: str) -> tuple[list[FactSpec], list[FactSpec]]:
    """Facts that the park's results ask for, and all others."""
    specs = services.rulebook().facts
    named = list(FIRST)
    for item in standings_of(services.workspace, park):
        one = item.assessment
        named += [limit.fact for limit in one.envelope or ()]
        named += [total.fact for total in one.totals or ()]
    first = [specs[key] for key in dict.fromkeys(named) if key in specs]
    rest = [
        spec
        for key, spec in specs.items()
        if spec not in first and key not in _OWN and spec.type != "set"
    ]
    return first, rest


def _answers(report: Report | None, language: Language) -> dict[str, Any]:
    from checks.report.precheck import admission_of, questions_of, ready_of
    from checks.report.texts import LIGHT_WORDS, Words

    if report is None:
        return {"report": None}
    data = report.data
    ready, of = ready_of(data)
    return {
        "report": data,
        "ready": ready,
        "of": of,
        "admission": admission_of(data),
        "questions": questions_of(data, Words(language)),
        "lights": LIGHT_WORDS,
        "outcomes": OUTCOME_WORDS,
        "modes": MODE_WORDS,
        "criteria": CRITERION_WORDS,
        "results": RESULT_WORDS,
    }
