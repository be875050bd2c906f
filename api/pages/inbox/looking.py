"""One item with all its evidence: what is asked, on what it rests, what was said before."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.responses import Response

from api.auth.roles import Action
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.inbox.changes import changes, extent_change
from api.pages.inbox.doors import TaskDep
from api.pages.inbox.reports import finding_of, place_of, report_of
from api.pages.park.offers import offers_of
from api.pages.park.results import item_names, layer_names, named_document
from api.pages.render import page
from api.park_work import review_of
from api.parks import boundary_of, cover_of, kinds_of
from api.records.tables import Task
from api.records.tasks import (
    KIND_WORDS,
    OUTCOME_WORDS,
    STATE_WORDS,
    answers_of,
    standing_answer,
    unknown_task,
)
from api.services import Services
from checks.rulebook.words import SEVERITY
from gis.errors import Language
from layers.assessments import Standing
from maps.display import lonlat_box, lonlat_json

router = APIRouter(dependencies=[Depends(does(Action.ANSWER))])


def standing_of(services: Services, task: Task) -> Standing | None:
    """Return the version that a task is about, None where it is about something else."""
    thing, _, name = task.subject.partition(":")
    if thing != "assessment":
        return None
    code, _, version = name.rpartition("@")
    return services.workspace.standing(code, version)


def before_it(services: Services, standing: Standing) -> Standing | None:
    """Return the version that a version follows: the last one published before it."""
    one, earlier = standing.assessment, []
    for item in services.workspace.standings():
        if item.assessment.code == one.code:
            if item.assessment.version == one.version:
                break
            if item.published_revision is not None:
                earlier.append(item)
    return earlier[-1] if earlier else None


@router.get("/inbox/{number}")
def item(
    request: Request,
    task: TaskDep,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
) -> HTMLResponse:
    """Show an item and its form."""
    report = report_of(services, principal, task)
    with services.records.reading() as session:
        acts = answers_of(session, [task])[task.id]
    standing = standing_of(services, task)
    return page(
        request,
        "inbox/item.html.j2",
        task=task,
        acts=acts,
        held=standing_answer(acts),
        outcomes=OUTCOME_WORDS[task.kind],
        kinds=KIND_WORDS,
        states=STATE_WORDS,
        day=today(),
        question=_question(task, language),
        report=report,
        finding=finding_of(report, task) if report else None,
        severities=SEVERITY,
        evidence=_evidence(services, standing, language) if standing else None,
    )


def _question(task: Task, language: Language) -> str:
    """What is asked, in the reader's language, whoever asked it."""
    for key in ("question", "text", "note"):
        said = task.body.get(key)
        if isinstance(said, dict):
            said = said.get(language) or said.get("zh")
        if said:
            return str(said)
    return ""


def _evidence(services: Services, standing: Standing, language: Language) -> dict[str, Any]:
    day, one = today(), standing.assessment
    before = before_it(services, standing)
    park = one.park.code if one.park else ""
    boundary = boundary_of(services.workspace, park, day) if park else None
    return {
        "standing": standing,
        "one": one,
        "before": before,
        "cover": cover_of(one.extent, boundary),
        "changes": _changes(services, before, standing, language) if before else [],
        "extent": extent_change(before.assessment, one) if before else None,
        "found": review_of(services.workspace, one, services.rulebook()),
        "kinds": kinds_of(services),
        "facts": services.rulebook().facts,
        "layers": layer_names(services),
        "item_names": item_names(services),
    }


def _changes(
    services: Services, before: Standing, after: Standing, language: Language
) -> list[Any]:
    old, new = (
        json.loads(services.workspace.document(item.document))["assessment"]
        for item in (before, after)
    )
    return changes(old, new, offers_of(services, language, today()), language)


def _standing(services: Services, task: Task) -> Standing:
    found = standing_of(services, task)
    if found is None:
        raise unknown_task(task.id)
    return found


@router.get("/inbox/{number}/extent.json")
def extent(task: TaskDep, services: ServicesDep) -> JSONResponse:
    """Return the extent, the park around it, and the extent of the version before."""
    standing = _standing(services, task)
    one, before = standing.assessment, before_it(services, standing)
    boundary = boundary_of(services.workspace, one.park.code, today()) if one.park else None
    shapes = [one.extent] if boundary is None else [one.extent, boundary]
    return JSONResponse(
        {
            "bbox": lonlat_box(shapes, one.crs),
            "extent": lonlat_json(one.extent, one.crs),
            "outline": None if boundary is None else lonlat_json(boundary, one.crs),
            "before": None if before is None else lonlat_json(before.assessment.extent, one.crs),
        }
    )


@router.get("/inbox/{number}/place.json")
def place(task: TaskDep, services: ServicesDep, principal: PrincipalDep) -> JSONResponse:
    """Return site and pieces of the report that an item is about."""
    report = report_of(services, principal, task)
    if report is None:
        raise unknown_task(task.id)
    return JSONResponse(place_of(report, finding_of(report, task)))


@router.get("/inbox/{number}/documents/{place}")
def document(task: TaskDep, place: int, services: ServicesDep) -> Response:
    """Hand out a document of the result that is to be acknowledged."""
    one = _standing(services, task).assessment
    return named_document(services, one.documents or (), place)
