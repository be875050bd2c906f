"""The layer catalogue, its editions, and publishing an edition by upload."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.auth.roles import Action, Principal, not_allowed, not_signed_in
from api.clock import now
from api.documents import edition_document, known_spec, spec_document
from api.door import PrincipalDep, ServicesDep, does
from api.jobs.entering import enter_job
from api.jobs.publish_layer import COVERAGE, FILES, PUBLISH_LAYER, PublishForm
from api.openapi import body, problems
from api.routes.fields import NO_NUL
from api.routes.jobs import ACCEPTED, accepted
from api.services import Services
from api.tagged import TAGGED, tagged
from api.uploads import Form, bad_request, bad_value, read_form, save
from gis.errors import LantuError, Text
from layers.catalog import LayerSpec

router = APIRouter(prefix="/api/v1/layers", tags=["layers"])

LayerKey = Annotated[str, InPath(max_length=200, pattern=NO_NUL)]


class LayerRow(BaseModel):
    """A layer in the list; of a confidential one the editions are for those with the right."""

    key: str
    title: dict[str, str]
    theme: str
    geometry: str
    authority: str
    confidential: bool
    editions: list[str] | None
    currency: str | None


class LayerList(BaseModel):
    """All layers by key."""

    items: list[LayerRow]


class Layer(BaseModel):
    """A layer as it is declared (CONTRACTS section 3)."""

    layer: dict[str, Any]


class Edition(BaseModel):
    """A published state of a layer, or of one part."""

    layer: str
    edition: str
    part: str | None
    id: str
    revision: int
    currency: str
    valid_from: str
    valid_to: str | None
    accuracy_m: float
    accuracy_source: str | None
    coverage_m2: float
    feature_count: int
    incomplete: bool
    checksum: str


class EditionList(BaseModel):
    """Editions, the oldest first."""

    items: list[Edition]


class IssueLog(BaseModel):
    """What publishing found."""

    edition: Edition
    log: dict[str, Any]


@router.get(
    "",
    operation_id="list_layers",
    dependencies=[Depends(does(Action.READ_PUBLIC))],
    responses={**problems(), **TAGGED},
    response_model=LayerList,
)
def layers(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    theme: Annotated[str | None, Query(max_length=100, pattern=NO_NUL)] = None,
    with_data: Annotated[bool, Query(description="only layers that have an edition")] = False,
) -> Response:
    """List the layers that the office knows."""
    store = services.workspace
    rows = []
    for key, spec in sorted(store.specs().items()):
        if theme not in {None, spec.theme}:
            continue
        editions = None if _secret(spec, principal) else store.editions(key)
        if with_data and not editions:
            continue
        rows.append(
            LayerRow(
                key=key,
                title=spec.title.text().as_dict(),
                theme=spec.theme,
                geometry=spec.geometry,
                authority=spec.authority,
                confidential=spec.confidential,
                editions=None if editions is None else [edition.id for edition in editions],
                currency=str(max(one.currency for one in editions)) if editions else None,
            )
        )
    return tagged(request, LayerList(items=rows))


@router.get(
    "/{key}",
    operation_id="read_layer",
    dependencies=[Depends(does(Action.READ_PUBLIC))],
    responses={**problems(404), **TAGGED},
    response_model=Layer,
)
def layer(request: Request, services: ServicesDep, key: LayerKey) -> Response:
    """Return how a layer is declared."""
    return tagged(request, Layer(layer=spec_document(known_spec(services.workspace, key))))


@router.get(
    "/{key}/editions",
    operation_id="list_editions",
    dependencies=[Depends(does(Action.READ_PUBLIC))],
    responses={**problems(404), **TAGGED},
    response_model=EditionList,
)
def editions(
    request: Request, services: ServicesDep, principal: PrincipalDep, key: LayerKey
) -> Response:
    """List the editions of a layer."""
    _shown(services, principal, key)
    rows = [Edition(**edition_document(one)) for one in services.workspace.editions(key)]
    return tagged(request, EditionList(items=rows))


@router.get(
    "/{key}/editions/{edition:path}/log",
    operation_id="read_issue_log",
    dependencies=[Depends(does(Action.PUBLISH_LAYER))],
    responses=problems(404),
)
def issue_log(
    services: ServicesDep,
    principal: PrincipalDep,
    key: LayerKey,
    edition: Annotated[str, InPath(max_length=400, pattern=NO_NUL)],
) -> IssueLog:
    """Return the issue log of an edition, named by its id."""
    _shown(services, principal, key)
    store = services.workspace
    found = next((one for one in store.editions(key) if one.id == edition), None)
    if found is None:
        raise LantuError(
            "not_found",
            Text(f"图层 {key} 没有数据版本 {edition}", f"{key} has no edition {edition}"),
            Text("请从数据版本列表中选择", "Choose one from the list of editions"),
            where=key,
        )
    return IssueLog(edition=Edition(**edition_document(found)), log=store.issue_log(found))


_PARTS = {
    **PublishForm.model_json_schema()["properties"],
    "file": {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "description": "the data: one file, or the parts of one",
    },
    "coverage_file": {"type": "string", "format": "binary", "description": "polygons"},
}
_BODY = body(
    {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", *PublishForm.model_json_schema()["required"]],
                "properties": _PARTS,
            }
        }
    }
)


@router.post(
    "/{key}/editions",
    operation_id="publish_edition",
    dependencies=[Depends(does(Action.PUBLISH_LAYER))],
    status_code=202,
    responses={**problems(400, 404, 409, 413, 415), 202: ACCEPTED},
    openapi_extra=_BODY,
    response_class=Response,
)
async def publish(
    request: Request, services: ServicesDep, principal: PrincipalDep, key: LayerKey
) -> Response:
    """Publish an uploaded file as an edition: a job, whose result is the edition and its log."""
    async with read_form(request) as form:
        return await run_in_threadpool(_publish, services, principal, key, form)


def _publish(services: Services, principal: Principal, key: str, form: Form) -> Response:
    known_spec(services.workspace, key)
    wanted = _wanted(form)
    files = form.files.get("file", ())
    if not files:
        raise bad_request("没有上传数据文件 file", "The part `file` is missing")
    if (wanted.coverage == "file") != ("coverage_file" in form.files):
        raise bad_request(
            "coverage 为 file 时须上传 coverage_file，否则不得上传",
            "`coverage_file` goes with coverage `file`, and only with it",
        )

    def fill(place: Path) -> None:
        """Keep the files for the job."""
        for name, uploads in ((FILES, files), (COVERAGE, form.files.get("coverage_file", ()))):
            (place / name).mkdir()
            for upload in uploads:
                save(upload, place / name)

    order = {"layer": key, "form": wanted.model_dump(mode="json")}
    job = enter_job(services, principal, PUBLISH_LAYER, order, at=now(), fill=fill)
    return accepted(services, job)


def _wanted(form: Form) -> PublishForm:
    strange = set(form.files) - {"file", "coverage_file"}
    if strange:
        raise bad_request(f"多余的文件 {min(strange)}", f"The file {min(strange)} is not expected")
    try:
        return PublishForm.model_validate(form.fields)
    except ValidationError as error:
        raise bad_value(error) from None


def _secret(spec: LayerSpec, principal: Principal) -> bool:
    return spec.confidential and not principal.confidential


def _shown(services: Services, principal: Principal, key: str) -> None:
    """Refuse what a confidential layer holds to those without the right."""
    if _secret(known_spec(services.workspace, key), principal):
        raise not_allowed(principal, "confidential") if principal.signed_in else not_signed_in()
