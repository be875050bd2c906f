"""The page 用地检测 and the calls behind it: cards before a check, the result, what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.auth.roles import Action, Principal
from api.check_work import CheckForm, Desk, facts_of, form_of, make_report
from api.clock import now, today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.check.again import check_again, report_document
from api.pages.check.asked import grouped, known_codes
from api.pages.check.contexts import contexts
from api.pages.check.files import read_facts_file
from api.pages.check.history import recent, waiting
from api.pages.check.opinions import OpinionForm, ask_department, asked_about, departments
from api.pages.check.picks import plots_at, project_site, search
from api.pages.check.prepare import pick_site, read_cards, read_found
from api.pages.check.result import shapes_of, shown, title_of, why_of
from api.pages.render import fragment, page
from api.services import Services
from api.site_preview import read_check_form
from api.uploads import read_form
from checks.alternatives import compare
from checks.report.texts import STATE_WORDS
from gis.errors import Language
from maps.display import lonlat_box, lonlat_json

router = APIRouter(include_in_schema=False, dependencies=[Depends(does(Action.CHECK))])

Named = Annotated[str, Query(max_length=64)]
ReportId = Annotated[str, Path(max_length=64)]
Code = Annotated[str, Path(max_length=200)]


class Again(BaseModel):
    """Answers to lay over a report's facts; null takes one back."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any] = Field(default_factory=dict)
    issue: bool = False
    scenario: str | None = Field(None, max_length=200)
    as_of: date | None = None


@router.get("/check")
def check_page(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    report: Named | None = None,
) -> HTMLResponse:
    """Show the page: idle, or with a report of before."""
    result = _result(request, services, principal, language, report) if report else None
    workspace = services.workspace
    return page(
        request,
        "check/page.html.j2",
        result=result,
        today=today(),
        past=recent(services, principal),
        tasks=waiting(services, principal, today()),
        has_layers=any(workspace.editions(key) for key in workspace.specs()),
        area={
            "shape": lonlat_json(workspace.area, workspace.crs),
            "bounds": lonlat_box([workspace.area], workspace.crs),
        },
        working_crs=workspace.crs,
        layers=contexts(services, principal, language, today()),
    )


@router.post("/check/prepare")
async def prepare(
    request: Request, services: ServicesDep, principal: PrincipalDep
) -> dict[str, Any]:
    """Read a site and say what the check will ask, need and miss; nothing is checked for good."""
    moment = now()
    async with read_form(request) as form:
        return await run_in_threadpool(_prepared, request, services, principal, form, moment)


def _prepared(
    request: Request, services: Services, principal: Principal, form: Any, moment: Any
) -> dict[str, Any]:
    with read_check_form(form) as (fields, files, n):
        desk = Desk(principal, form_of(fields), moment)
        cards = read_cards(services, desk, read_found(services, desk, files), n)
    groups = grouped(cards.facts)
    return {
        "html": fragment(request, "check/cards.html.j2", cards=cards, groups=groups, desk=desk),
        "preview": cards.preview,
        "n": cards.n,
        "scenario": cards.scenario.key if cards.scenario else None,
    }


@router.post("/check/run")
async def run(
    request: Request, services: ServicesDep, principal: PrincipalDep, language: LanguageDep
) -> dict[str, Any]:
    """Check one site of the form; the report is kept, and shown."""
    moment = now()

    def work(form: Any) -> dict[str, Any]:
        with read_check_form(form) as (fields, files, n):
            desk = Desk(principal, form_of(fields), moment)
            site = pick_site(read_found(services, desk, files), n)
        rulebook = services.rulebook()
        project, record = facts_of(services, desk, rulebook)
        made = make_report(services, desk, site, project=project, rulebook=rulebook, record=record)
        return _shown(request, services, language, made.id, made.report.data)

    async with read_form(request) as form:
        return await run_in_threadpool(work, form)


@router.get("/check/result/{report_id}")
def result(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    report_id: ReportId,
) -> dict[str, Any]:
    """Return a report as the result panel shows it."""
    return _result(request, services, principal, language, report_id)


@router.post("/check/result/{report_id}/again")
def again(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    report_id: ReportId,
    body: Again,
) -> dict[str, Any]:
    """Check the site of a report again with answers given, or issue it."""
    desk = Desk(principal, CheckForm(issue=body.issue, as_of=body.as_of), now())
    made = check_again(services, desk, report_id, body.answers, scenario=body.scenario)
    return _shown(request, services, language, made.id, made.report.data)


@router.get("/check/result/{report_id}/figures")
def figures(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    report_id: ReportId,
) -> HTMLResponse:
    """Return the figures of a report; they are drawn only when somebody looks."""
    from checks.report.reading import Reading

    document = report_document(services, principal, report_id)
    plates = Reading(document, language).view.plates
    return page(request, "check/figures.html.j2", plates=plates)


@router.post("/check/result/{report_id}/ask")
def ask(
    services: ServicesDep, principal: PrincipalDep, report_id: ReportId, body: OpinionForm
) -> dict[str, Any]:
    """Ask a department about a finding of a report."""
    return ask_department(services, principal, report_id, body, now())


@router.get("/check/find")
def find(
    services: ServicesDep,
    principal: PrincipalDep,
    q: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, Any]:
    """Find projects and own reports by name, code or number."""
    return search(services, principal, q)


@router.get("/check/plots")
def plots(
    services: ServicesDep,
    principal: PrincipalDep,
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    day: date | None = None,
) -> list[dict[str, Any]]:
    """Return the plots under a place on the map."""
    return plots_at(services, lon, lat, day or today(), confidential=principal.confidential)


@router.get("/check/project/{code}")
def project(services: ServicesDep, principal: PrincipalDep, code: Code) -> dict[str, Any]:
    """Return a project's facts and its newest red line."""
    return project_site(services, principal, code)


@router.post("/check/facts")
async def facts(request: Request, services: ServicesDep) -> dict[str, Any]:
    """Read a facts file and return what it states, as the form writes it."""
    async with read_form(request) as form:
        return await run_in_threadpool(read_facts_file, services, form)


@router.get("/check/compare")
def compare_page(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    report: Annotated[list[str], Query(max_length=12)] = [],  # noqa: B006 - FastAPI copies it
) -> HTMLResponse:
    """Set several reports side by side."""
    ids = list(dict.fromkeys(report))
    documents = [report_document(services, principal, named) for named in ids]
    document = compare(documents) if len(documents) > 1 else None
    shapes = [
        {"no": no, "id": named, "colour": one["conclusion"]["colour"], **shapes_of(one)}
        for no, (named, one) in enumerate(zip(ids, documents, strict=True), start=1)
    ]
    return page(
        request,
        "check/compare.html.j2",
        document=document,
        state_words=STATE_WORDS,
        names=[title_of(one, language) for one in documents],
        ids=ids,
        shapes=shapes,
        past=recent(services, principal),
    )


def _result(
    request: Request, services: Services, principal: Principal, language: Language, named: str
) -> dict[str, Any]:
    document = report_document(services, principal, named)
    return _shown(request, services, language, named, document)


def _shown(
    request: Request,
    services: Services,
    language: Language,
    named: str,
    document: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the panel of a report as HTML, its shapes, and what the script keeps of it."""
    view = shown(document, language)
    rules: Sequence[str] = [finding["code"] for finding in document["findings"]]
    html = fragment(
        request,
        "check/result.html.j2",
        v=view,
        report=document,
        named=named,
        why=lambda line: why_of(line, document, view.words),
        asked=asked_about(services, named, list(rules)),
        departments=departments(services, list(document["findings"])),
        codes_of=known_codes,
    )
    return {
        "id": named,
        "html": html,
        "shapes": shapes_of(document),
        "name": view.title,
        "number": document["number"],
        "as_of": document["as_of"],
        "colour": document["conclusion"]["colour"],
    }
