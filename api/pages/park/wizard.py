"""发布成果: the five steps. What was typed is kept at every step, complete or not."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Limited
from starlette.responses import Response

from api.auth.roles import Action
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.pages.park import drafts
from api.pages.park.board import drafts_of
from api.pages.park.doors import ParkDep, own_parks
from api.pages.park.extents import drawn_choice, file_choice, read_choice, shown_extent
from api.pages.park.field_types import Step
from api.pages.park.fields import STEPS, step_of
from api.pages.park.offers import offers_of
from api.pages.park.results import named_document, result_of
from api.pages.render import page
from api.parks import STATE_WORDS, ParkName, boundary_of, kind_rows, kinds_of, standings_of
from api.records.tables import Draft
from api.routes.fields import NO_NUL
from api.services import Services
from api.uploads import safe_file_name
from gis.errors import LantuError, Text
from layers.assessment_template import usual_kinds
from layers.assessments import Document

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewDraft(_Said):
    """The kind that a new draft is of."""

    kind: Annotated[str, Limited(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]


class Revised(_Said):
    """Whether a draft is edited, or a new version is begun."""

    edit: bool = False
    why: Annotated[str, Limited(max_length=2000, pattern=NO_NUL)] = ""


class StepValues(_Said):
    """What stood on the page of a step."""

    values: dict[str, Any]
    version: int | None = None


class Removed(_Said):
    """A document of a draft, by its place."""

    remove: int | None = None
    name: Annotated[str, Limited(min_length=1, max_length=400, pattern=NO_NUL)] | None = None


@router.get("/park/{park}/publish")
def choose_kind(
    request: Request, park: ParkDep, services: ServicesDep, kind: str = ""
) -> HTMLResponse:
    """Ask for the kind: step one begins here."""
    rows = kind_rows(services, park.code, today())
    known = {row.key for row in rows}
    return page(
        request,
        "park/kinds.html.j2",
        park=park,
        tab="results",
        rows=rows,
        more={key: item.name for key, item in usual_kinds().items() if key not in known},
        drafts=drafts_of(services, park.code),
        words=STATE_WORDS,
        kind=kind,
        steps=STEPS,
    )


@router.post("/park/{park}/drafts")
def new_draft(
    park: ParkDep,
    form: NewDraft,
    services: ServicesDep,
    principal: PrincipalDep,
) -> JSONResponse:
    """Begin a draft of a kind with what such an assessment usually holds."""
    begun = drafts.begin(services, principal, park, _usual(services, park, form.kind))
    return JSONResponse({"next": f"/park/{park.code}/drafts/{begun.id}/1"}, 201)


def _usual(services: Services, park: ParkName, kind: str) -> dict[str, Any]:
    names = kinds_of(services)
    held = standings_of(services.workspace, park.code)
    stem = re.sub(r"[^A-Za-z0-9_.-]", "-", park.code).strip("-.") or "PARK"
    taken = {item.assessment.code for item in held}
    code, number = f"{stem}.{kind}", 2
    while code in taken:
        code, number = f"{stem}.{kind}.{number}", number + 1
    form: dict[str, Any] = {
        "kind": kind,
        "code": code,
        "version": "1",
        "title": f"{park.name}{names[kind].zh if kind in names else kind}",
        "issuer": held[-1].assessment.issuer if held else "",
    }
    usual = usual_kinds().get(kind)
    if usual is not None:
        specs = services.workspace.specs()
        form["treats"] = [key for key in usual.treats if key in specs] or None
        form["relevant_layers"] = [key for key in usual.relevant_layers if key in specs] or None
        form["envelope"] = [{"fact": fact} for fact in usual.limits] or None
        form["approval_items"] = [{"code": i, "effect": "waived"} for i in usual.items] or None
    has_boundary = boundary_of(services.workspace, park.code, today()) is not None
    extent = {"from": "park_boundary"} if has_boundary else {}
    return {"form": {k: v for k, v in form.items() if v}, "extent": extent, "seen": [1]}


@router.post("/park/{park}/results/{code}/{version}/revise")
def revise(
    park: ParkDep,
    code: str,
    version: str,
    said: Revised,
    services: ServicesDep,
    principal: PrincipalDep,
) -> JSONResponse:
    """Begin a new version with all that this one says, or edit one that is still a draft."""
    import json

    standing = result_of(services, park, code, version)
    kept = json.loads(services.workspace.document(standing.document))
    form = drafts.form_of(standing, kept)
    if not (said.edit and standing.state == "draft"):
        form["version"] = drafts.next_version(services, park, code)
    body = {
        "form": form,
        "extent": {"from": "kept", "document": standing.document},
        "of": {"code": code, "version": version},
        "why": said.why,
        "seen": [step.number for step in STEPS],
    }
    begun = drafts.begin(services, principal, park, body)
    return JSONResponse({"next": f"/park/{park.code}/drafts/{begun.id}/1"}, 201)


def the_draft(services: Services, park: ParkName, key: str) -> Draft:
    """Return a draft; raises `unknown_draft`."""
    with services.records.reading() as session:
        return drafts.draft_of(session, park, key)


@router.get("/park/{park}/drafts/{key}")
@router.get("/park/{park}/drafts/{key}/{number}")
def step_page(
    request: Request,
    park: ParkDep,
    key: str,
    services: ServicesDep,
    language: LanguageDep,
    principal: PrincipalDep,
    number: int = 0,
) -> HTMLResponse:
    """Show a step with what was typed so far; without a number the first that is not done."""
    draft = the_draft(services, park, key)
    seen = set(draft.body.get("seen", ()))
    faults = drafts.problems_of(draft.body["form"], park, has_extent=bool(draft.body["extent"]))
    step = next((one for one in STEPS if one.number == number), None) or _open(seen, faults)
    counts = drafts.by_step(faults)
    mine = {
        path: text
        for path, text in faults.items()
        if step_of(path.partition(".")[0]) == step.number and step.number in seen
    }
    return page(
        request,
        "park/step.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="results",
        draft=draft,
        form=draft.body["form"],
        extent=draft.body["extent"],
        step=step,
        steps=STEPS,
        seen=seen,
        bad={n for n, count in counts.items() if count and n in seen},
        faults=mine,
        offers=offers_of(services, language, today()),
        value_at=drafts.value_at,
        has_boundary=boundary_of(services.workspace, park.code, today()) is not None,
    )


def _open(seen: set[int], faults: dict[str, Text]) -> Step:
    counts = drafts.by_step(faults)
    return next((one for one in STEPS if one.number not in seen or counts[one.number]), STEPS[-1])


@router.post("/park/{park}/drafts/{key}/{number}")
def save_step(
    park: ParkDep, key: str, number: int, said: StepValues, services: ServicesDep
) -> JSONResponse:
    """Keep what a step holds; tell what of it cannot stand yet."""
    step = next((one for one in STEPS if one.number == number), None)
    if step is None:
        raise LantuError(
            "not_found",
            Text(f"没有第 {number} 步", f"There is no step {number}"),
            Text("请从第一步开始", "Begin with the first step"),
        )
    draft = the_draft(services, park, key)
    values = drafts.read_step(step, said.values)
    form = drafts.merged(draft.body["form"], values)
    seen = sorted({*draft.body.get("seen", ()), number})
    kept = drafts.change(services, park, key, {"form": form, "seen": seen}, said.version)
    faults = drafts.problems_of(form, park, has_extent=bool(kept.body["extent"]))
    mine = {
        path: text.as_dict()
        for path, text in faults.items()
        if step_of(path.partition(".")[0]) == number
    }
    return JSONResponse({"version": kept.version, "problems": mine})


# --- extent and documents -----------------------------------------------------------------------


@router.get("/park/{park}/drafts/{key}/extent/shape.json")
def extent(park: ParkDep, key: str, services: ServicesDep) -> JSONResponse:
    """Return the extent as it would be published."""
    draft = the_draft(services, park, key)
    try:
        shown = shown_extent(services, park, read_choice(services, park, draft.body["extent"]))
    except LantuError as error:  # the page shows what is wrong with it, or that none was chosen
        if error.passes:
            raise
        shown = {"extent": None, "fact": error.fact.as_dict(), "hint": error.hint.as_dict()}
    return JSONResponse(shown)


@router.post("/park/{park}/drafts/{key}/extent/boundary")
def take_boundary(park: ParkDep, key: str, services: ServicesDep) -> JSONResponse:
    """Take the park's boundary."""
    return _choose(services, park, key, {"from": "park_boundary"})


@router.post("/park/{park}/drafts/{key}/extent/file")
def take_file(
    park: ParkDep,
    key: str,
    services: ServicesDep,
    file: Annotated[list[UploadFile], File()],
    accept_repair: Annotated[bool, Form()] = False,
) -> JSONResponse:
    """Take an uploaded file of any site format; parts of a Shapefile one by one or zipped."""
    choice = file_choice(services, file, accept_repair=accept_repair)
    return _choose(services, park, key, choice)


class Drawn(_Said):
    """A polygon drawn on the map."""

    geometry: dict[str, Any]
    clip: bool = True


@router.post("/park/{park}/drafts/{key}/extent/drawn")
def take_drawing(park: ParkDep, key: str, said: Drawn, services: ServicesDep) -> JSONResponse:
    """Take what was drawn, cut at the park's boundary where that is wanted."""
    return _choose(services, park, key, drawn_choice(said.geometry, clip=said.clip))


def _choose(services: Services, park: ParkName, key: str, choice: dict[str, Any]) -> JSONResponse:
    the_draft(services, park, key)
    read = read_choice(services, park, choice)  # nothing is kept that cannot be read
    kept = drafts.change(services, park, key, {"extent": choice}, None)
    return JSONResponse(shown_extent(services, park, read) | {"version": kept.version})


@router.post("/park/{park}/drafts/{key}/documents/add")
def add_documents(
    park: ParkDep, key: str, services: ServicesDep, file: Annotated[list[UploadFile], File()]
) -> JSONResponse:
    """Keep documents by their digest and name them in the draft."""
    draft = the_draft(services, park, key)
    listed = list(draft.body["form"].get("documents") or ())
    for upload in file:
        digest = services.workspace.put_document(upload.file.read())
        entry = {"name": safe_file_name(upload.filename or ""), "sha256": digest}
        listed = [item for item in listed if item != entry] + [entry]
    return _documents(services, park, key, draft, listed)


@router.post("/park/{park}/drafts/{key}/documents/change")
def change_documents(park: ParkDep, key: str, said: Removed, services: ServicesDep) -> JSONResponse:
    """Name a paper that is not kept here, or take one off the list."""
    draft = the_draft(services, park, key)
    listed = list(draft.body["form"].get("documents") or ())
    if said.name:
        listed.append({"name": said.name, "sha256": None})
    if said.remove is not None and 0 <= said.remove < len(listed):
        del listed[said.remove]
    return _documents(services, park, key, draft, listed)


def _documents(
    services: Services, park: ParkName, key: str, draft: Draft, listed: list[dict[str, Any]]
) -> JSONResponse:
    form = {**draft.body["form"], "documents": listed}
    kept = drafts.change(services, park, key, {"form": form}, None)
    return JSONResponse({"documents": listed, "version": kept.version})


@router.get("/park/{park}/drafts/{key}/documents/{number}")
def document(park: ParkDep, key: str, number: int, services: ServicesDep) -> Response:
    """Hand out a document of a draft."""
    listed = the_draft(services, park, key).body["form"].get("documents") or ()
    named = tuple(Document(item["name"], item["sha256"]) for item in listed)
    return named_document(services, named, number)
