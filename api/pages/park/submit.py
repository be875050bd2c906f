"""The end of the five steps: all checks, whom to ask, and the way to the departments."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.acts import act_of, note_act
from api.assessments import ask_to_acknowledge, usual_departments
from api.auth.roles import Action, Principal
from api.clock import now, today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.park import drafts
from api.pages.park.board import subject_of
from api.pages.park.doors import ParkDep
from api.pages.park.extents import read_choice
from api.pages.park.fields import STEPS, label_of, step_of
from api.pages.park.offers import departments_of, with_accounts
from api.pages.park.results import item_names, layer_names
from api.pages.park.wizard import the_draft
from api.pages.render import page
from api.park_work import review_of
from api.parks import ParkName, kinds_of
from api.records.tables import Draft
from api.routes.fields import NO_NUL
from api.services import Services
from checks.inheritance.assessment_review import refuse_faults
from gis.errors import LantuError, Text
from layers.assessment_document import ReadAssessment, of_extent
from layers.assessment_file import AssessmentForm
from layers.yaml_file import validate

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])

Department = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]


class Sent(BaseModel):
    """Whom the result is sent to."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    departments: Annotated[list[Department], Field(max_length=20)]
    due: date | None = None
    note: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""


def built_of(services: Services, park: ParkName, draft: Draft) -> ReadAssessment:
    """Return the assessment that a draft makes.

    Raises
    ------
    LantuError
        What the form or the extent is refused for.
    """
    extent = read_choice(services, park, draft.body["extent"])
    given = drafts.file_form(draft.body["form"], park) | {"extent": extent.source}
    form = validate(AssessmentForm, given, draft.title or draft.id)
    return of_extent(form, extent, services.workspace.crs)


@router.get("/park/{park}/drafts/{key}/check/all")
def check(
    request: Request, park: ParkDep, key: str, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Show all checks on the draft, and ask which departments to send it to."""
    draft = the_draft(services, park, key)
    faults = drafts.problems_of(draft.body["form"], park, has_extent=bool(draft.body["extent"]))
    read, refusal = _try(services, park, draft, faults)
    found = review_of(services.workspace, read.assessment, services.rulebook()) if read else None
    kind = str(draft.body["form"].get("kind", ""))
    day = today()
    return page(
        request,
        "park/check.html.j2",
        park=park,
        tab="results",
        draft=draft,
        form=draft.body["form"],
        steps=STEPS,
        faults=[
            (label_of(path), text, step_of(path.partition(".")[0]), path)
            for path, text in faults.items()
        ],
        refusal=refusal,
        found=found,
        one=read.assessment if read else None,
        chosen=draft.body.get("ask", {}).get("departments")
        or usual_departments(services, kind, day),
        departments=departments_of(services, day),
        known=sorted(with_accounts(services)),
        kinds=kinds_of(services),
        facts=services.rulebook().facts,
        layers=layer_names(services),
        items=item_names(services),
        may_send=read is not None and found is not None and not found.faults,
        who=principal,
    )


def _try(
    services: Services, park: ParkName, draft: Draft, faults: dict[str, Text]
) -> tuple[ReadAssessment | None, LantuError | None]:
    if faults:
        return None, None
    try:
        return built_of(services, park, draft), None
    except LantuError as error:
        if error.passes:
            raise
        return None, error


@router.post("/park/{park}/drafts/{key}/send/now")
def send(
    park: ParkDep, key: str, said: Sent, services: ServicesDep, principal: PrincipalDep
) -> JSONResponse:
    """Submit the draft and ask the departments to acknowledge it."""
    draft = the_draft(services, park, key)
    read = built_of(services, park, draft)
    one = read.assessment
    if not said.departments and not one.acknowledged:
        raise LantuError(
            "bad_value",
            Text("没有选择采信部门", "No department was chosen"),
            Text("请至少选择一个部门", "Choose one at least"),
            where="departments",
        )
    refuse_faults(review_of(services.workspace, one, services.rulebook()), one.id)
    moment = now()
    act = act_of(principal, moment, said.note or draft.body.get("why") or None)
    services.workspace.add_assessment(one, read.document, act)
    standing = services.workspace.assessment_event(one.code, one.version, "submit", act)
    subject = subject_of(standing)
    with services.records.writing() as session:
        ask_to_acknowledge(
            session, standing, said.departments, principal, moment.isoformat(),
            note=said.note, due=said.due,
        )  # fmt: skip
        session.delete(drafts.draft_of(session, park, key))
        services.audit.within(
            session,
            "assessment.submit",
            subject,
            principal,
            detail={"departments": list(said.departments)},
        )
    return JSONResponse({"next": f"/park/{park.code}?sent={one.id}"})


@router.post("/park/{park}/drafts/{key}/remove/now")
def remove(park: ParkDep, key: str, services: ServicesDep, principal: PrincipalDep) -> JSONResponse:
    """Remove a draft that is not wanted any more."""
    drafts.remove(services, park, key)
    _noted(services, principal, park)
    return JSONResponse({"next": f"/park/{park.code}"})


def _noted(services: Services, principal: Principal, park: ParkName) -> None:
    note_act(services, principal, "draft.remove", f"park:{park.code}")
