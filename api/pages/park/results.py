"""One result of a park: all that it says, who uses it, and the acts of its life."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from starlette.responses import Response

from api.acts import act_of, note_act
from api.assessments import WAYS, Touched, touched_by
from api.auth.roles import Action, Principal
from api.auth.scope import reports_seen_by
from api.clock import now, today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.park.board import asked_about, subject_of, unknown_result
from api.pages.park.doors import ParkDep, download
from api.pages.render import page
from api.park_work import publish_assessment
from api.parks import (
    STATE_WORDS,
    ParkName,
    boundary_of,
    cover_of,
    kinds_of,
    standings_of,
    state_of,
    totals_left,
)
from api.records.tables import Report
from api.records.tasks import OUTCOME_WORDS, standing_answer, withdraw
from api.records.tasks import STATE_WORDS as TASK_WORDS
from api.routes.fields import NO_NUL, Short
from api.services import Services
from checks.inheritance.area_use import EVENT_WORDS
from gis.errors import LantuError, Text
from layers.assessments import NEXT_STATE, LifeEvent, Standing
from maps.display import lonlat_box, lonlat_json

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])

Filled = Annotated[str, Field(min_length=1, max_length=2000, pattern=NO_NUL)]
LifeAct = Literal["publish", "suspend", "withdraw", "record"]


class ActForm(BaseModel):
    """What is told with an act; `seen` is how many projects the reader was shown."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    why: Filled
    seen: int | None = None
    type: Short | None = None
    day: date | None = None
    place: Short | None = None


def result_of(services: Services, park: ParkName, code: str, version: str) -> Standing:
    """Return a version of a result of this park; raises `unknown_assessment`."""
    for item in standings_of(services.workspace, park.code):
        if (item.assessment.code, item.assessment.version) == (code, version):
            return item
    raise unknown_result(code, version)


@router.get("/park/{park}/results/{code}/{version}")
def result(
    request: Request,
    park: ParkDep,
    code: str,
    version: str,
    services: ServicesDep,
    principal: PrincipalDep,
    fragment: bool = False,
) -> HTMLResponse:
    """Show a result, as a page of its own or as the drawer of the board."""
    standing = result_of(services, park, code, version)
    day, one = today(), standing.assessment
    asked = asked_about(services, standing)
    answers = [standing_answer(acts) for _, acts in asked]
    known = {item.authority for item in standing.acknowledged or ()}
    waits = [task for task, _ in asked if task.state == "open" and task.department not in known]
    held = standings_of(services.workspace, park.code)
    users = touched_by(services, [code])[code]
    return page(
        request,
        "park/result.html.j2",
        layout="park/bare.html.j2" if fragment else "base.html.j2",
        park=park,
        standing=standing,
        one=one,
        state=state_of(standing, day),
        words=STATE_WORDS,
        kinds=kinds_of(services),
        day=day,
        days_left=(one.valid_to - day).days if one.valid_to else None,
        cover=cover_of(one.extent, boundary_of(services.workspace, park.code, day)),
        totals=totals_left(services.workspace, standing),
        touched=users,
        readable=_readable(services, principal, users),
        ways=WAYS,
        asked=asked,
        answers=answers,
        is_waiting=bool(waits),
        task_words=TASK_WORDS,
        outcomes=OUTCOME_WORDS["acknowledge"],
        others=[
            (item, state_of(item, day))
            for item in held
            if item.assessment.kind == one.kind and item.assessment.id != one.id
        ],
        may_do={event for event, (states, _) in NEXT_STATE.items() if standing.state in states},
        facts=services.rulebook().facts,
        layers=layer_names(services),
        items=item_names(services),
        events=EVENT_WORDS,
    )


def _readable(services: Services, principal: Principal, users: list[Touched]) -> set[str]:
    """Reports among those of the users that this person may open."""
    keys = {key for item in users for key, _ in item.reports}
    asked = select(Report.id).where(Report.id.in_(keys), reports_seen_by(principal))
    with services.records.reading() as session:
        return set(session.scalars(asked))


def layer_names(services: Services) -> dict[str, Text]:
    """Return the titles of all layers by key."""
    return {key: spec.title.text() for key, spec in services.workspace.specs().items()}


def item_names(services: Services) -> dict[str, Text]:
    """Return the names of approval items by code."""
    catalogue = services.rulebook().catalogue
    return {code: item.name for code, item in catalogue.items.items()} if catalogue else {}


@router.get("/park/{park}/results/{code}/{version}/extent.json")
def extent(park: ParkDep, code: str, version: str, services: ServicesDep) -> JSONResponse:
    """Return the extent, and the park around it."""
    one = result_of(services, park, code, version).assessment
    boundary = boundary_of(services.workspace, park.code, today())
    shapes = [one.extent] if boundary is None else [one.extent, boundary]
    return JSONResponse(
        {
            "bbox": lonlat_box(shapes, one.crs),
            "extent": lonlat_json(one.extent, one.crs),
            "outline": None if boundary is None else lonlat_json(boundary, one.crs),
        }
    )


@router.get("/park/{park}/results/{code}/{version}/documents/{number}")
def document(
    park: ParkDep, code: str, version: str, number: int, services: ServicesDep
) -> Response:
    """Hand out a document of a result by its place in the list."""
    one = result_of(services, park, code, version).assessment
    return named_document(services, one.documents or (), number)


def named_document(services: Services, documents: tuple[object, ...], number: int) -> Response:
    """Hand out one of the documents that an assessment names.

    Raises
    ------
    LantuError
        `no_document` for one that is not named, or named without being kept here.
    """
    named = documents[number] if 0 <= number < len(documents) else None
    digest = getattr(named, "sha256", None)
    if named is None or digest is None:
        raise LantuError(
            "no_document",
            Text("没有这个附件，或附件未存入本系统", "There is no such document kept here"),
            Text("请联系编制单位索取", "Ask the issuer for it"),
        )
    content = services.workspace.document(digest)
    return download(content, str(getattr(named, "name", digest)), "application/octet-stream")


@router.get("/park/{park}/results/{code}/{version}/touched.json")
def touched(park: ParkDep, code: str, version: str, services: ServicesDep) -> JSONResponse:
    """Return the projects that an act on this result would touch."""
    result_of(services, park, code, version)
    return JSONResponse({"projects": [_shown(item) for item in touched_by(services, [code])[code]]})


def _shown(item: Touched) -> dict[str, object]:
    return {
        "project": item.project,
        "name": item.name,
        "ways": [WAYS[way].as_dict() for way in item.ways],
        "reports": [{"id": key, "number": number} for key, number in item.reports],
    }


@router.post("/park/{park}/results/{code}/{version}/acts/{act}")
def do_act(
    park: ParkDep,
    code: str,
    version: str,
    act: LifeAct,
    form: ActForm,
    services: ServicesDep,
    principal: PrincipalDep,
) -> JSONResponse:
    """Let an act of its life happen; suspending and withdrawing only after the list was seen."""
    standing = result_of(services, park, code, version)
    projects = touched_by(services, [code])[code]
    if act in {"suspend", "withdraw"} and form.seen != len(projects):
        raise _seen_before(len(projects))
    done = _happen(services, principal, standing, act, form)
    note_act(
        services,
        principal,
        f"assessment.{act}",
        subject_of(standing),
        {"why": form.why, "projects": len(projects)},
    )
    return JSONResponse({"state": done.state})


def _happen(
    services: Services, principal: Principal, standing: Standing, act: LifeAct, form: ActForm
) -> Standing:
    workspace, one = services.workspace, standing.assessment
    moment = now()
    if act == "publish":
        _refuse_waiting(services, standing)
        kept = act_of(principal, moment, form.why)
        return publish_assessment(workspace, one.code, one.version, kept)[0]
    detail: dict[str, str | None] = {}
    if act == "record":
        if not form.type or form.day is None:
            raise _event_needs()
        detail = {"type": form.type, "date": form.day.isoformat(), "place": form.place or None}
    event: LifeEvent = act
    kept = act_of(principal, moment, form.why, **detail)
    done = workspace.assessment_event(one.code, one.version, event, kept)
    if act == "withdraw":
        _withdraw_tasks(services, principal, standing, form.why)
    return done


def _refuse_waiting(services: Services, standing: Standing) -> None:
    """What departments were asked about is published only when each has acknowledged it."""
    if standing.state != "submitted":
        return
    known = {item.authority for item in standing.acknowledged or ()}
    for task, acts in asked_about(services, standing):
        held = standing_answer(acts)
        if task.state == "withdrawn" or task.department in known:
            continue
        if held is not None and held.outcome == "acknowledged":
            continue
        returned = held is not None
        raise LantuError(
            "wrong_state",
            Text(
                f"{task.department} {'已退回该成果' if returned else '尚未答复'}，不能公布",
                f"{task.department} {'returned it' if returned else 'has not answered'}: "
                "it cannot be published",
            ),
            Text(
                "请修订后重新提交" if returned else "请等待采信，或联系该部门",
                "Revise and submit it again" if returned else "Wait, or ask the department",
            ),
            where=standing.assessment.id,
        )


def _withdraw_tasks(services: Services, principal: Principal, standing: Standing, why: str) -> None:
    tasks = [task for task, _ in asked_about(services, standing) if task.state == "open"]
    if not tasks:
        return
    with services.records.writing() as session:
        for task in tasks:
            withdraw(session, session.merge(task), why, by=principal, at=now().isoformat())


def _seen_before(number: int) -> LantuError:
    return LantuError(
        "changed_meanwhile",
        Text(
            f"受影响的项目现为 {number} 个，与所示名单不符",
            f"{number} projects are affected now, other than was shown",
        ),
        Text("请重新查看名单后再办理", "Look at the list again before you go on"),
        where="seen",
    )


def _event_needs() -> LantuError:
    return LantuError(
        "bad_value",
        Text("情况变化须写明类型和日期", "A change needs its type and its day"),
        Text("请填写类型和日期", "Fill in type and day"),
        where="type",
    )
