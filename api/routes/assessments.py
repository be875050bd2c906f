"""Area assessments: the list, one version, its documents, the account of its totals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.assessments import seen_by
from api.auth.roles import Action, Principal
from api.documents import account_document, standing_document
from api.door import PrincipalDep, ServicesDep, does
from api.openapi import problems
from api.routes.fields import NO_NUL
from api.services import Services
from api.tagged import TAGGED, tagged
from gis.errors import LantuError, Text
from layers.assessments import Standing
from layers.store.assessment_table import unknown_assessment

router = APIRouter(prefix="/api/v1/assessments", tags=["assessments"])

Code = Annotated[str, Path(max_length=200, pattern=NO_NUL)]
Version = Annotated[str, Path(max_length=80, pattern=NO_NUL)]


class AssessmentRow(BaseModel):
    """A version of an assessment in a list."""

    code: str
    version: str
    kind: str
    title: str
    state: str
    park: dict[str, str] | None
    issuer: str
    valid_from: str
    valid_to: str | None
    extent_m2: float
    acknowledged: list[str]
    document: str


class AssessmentPage(BaseModel):
    """A page of assessments; `next` is the cursor of the next page."""

    items: list[AssessmentRow]
    next: str | None


class Assessment(AssessmentRow):
    """A version with its content and history."""

    model_config = ConfigDict(extra="allow")

    history: list[dict[str, Any]]
    documents: list[dict[str, Any]]


class Account(BaseModel):
    """Limits of an assessment's totals, what projects hold, and what is left."""

    code: str
    version: str
    state: str
    known_at: int
    totals: list[dict[str, Any]]
    projects: list[dict[str, Any]]


@router.get(
    "",
    operation_id="list_assessments",
    dependencies=[Depends(does(Action.READ_PUBLIC))],
    responses={**problems(), **TAGGED},
    response_model=AssessmentPage,
)
def assessments(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    park: Annotated[str | None, Query(max_length=200)] = None,
    kind: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    cursor: Annotated[str | None, Query(max_length=300, description="CODE@VERSION")] = None,
) -> Response:
    """List the versions that one may read."""
    found = [
        item
        for item in services.workspace.standings()
        if kind in {None, item.assessment.kind}
        and state in {None, item.state}
        and (park is None or (item.assessment.park and item.assessment.park.code == park))
        and seen_by(item, principal)
    ]
    ids = [item.assessment.id for item in found]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    shown = found[start : start + limit]
    following = shown[-1].assessment.id if start + limit < len(found) else None
    items = [AssessmentRow(**standing_document(item, brief=True)) for item in shown]
    return tagged(request, AssessmentPage(items=items, next=following))


@router.get(
    "/{code}/account",
    operation_id="read_account",
    dependencies=[Depends(does(Action.READ_PARK))],
    responses=problems(404),
)
def account(services: ServicesDep, principal: PrincipalDep, code: Code) -> Account:
    """Return the account of the totals."""
    standing = services.workspace.standing(code)
    if not seen_by(standing, principal):
        raise unknown_assessment(code)
    return Account(**account_document(services.workspace, code, None))


@router.get(
    "/{code}/{version}",
    operation_id="read_assessment",
    dependencies=[Depends(does(Action.READ_PUBLIC))],
    responses={**problems(404), **TAGGED},
    response_model=Assessment,
)
def assessment(
    request: Request, services: ServicesDep, principal: PrincipalDep, code: Code, version: Version
) -> Response:
    """Return a version with its content and history; the ETag changes with each event."""
    standing = readable(services, principal, code, version)
    papers = [{"name": d.name, "sha256": d.sha256} for d in standing.assessment.documents or ()]
    document = Assessment(**standing_document(standing, brief=False), documents=papers)
    return tagged(request, document, tag=tag_of(standing))


@router.get(
    "/{code}/{version}/documents/{digest}",
    operation_id="download_document",
    dependencies=[Depends(does(Action.READ_PUBLIC))],
    responses={
        **problems(404),
        200: {"description": "The document", "content": {"application/octet-stream": {}}},
    },
    response_class=Response,
)
def document(
    services: ServicesDep,
    principal: PrincipalDep,
    code: Code,
    version: Version,
    digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")],
) -> Response:
    """Hand out a document that a version names, where the workspace holds it."""
    standing = readable(services, principal, code, version)
    if digest not in {item.sha256 for item in standing.assessment.documents or ()}:
        raise LantuError(
            "not_found",
            Text("该成果没有这个附件", "The assessment names no such document"),
            Text("请从成果的 documents 中选择", "Choose one of its `documents`"),
        )
    headers = {"Content-Disposition": "attachment", "ETag": f'"{digest}"'}
    content = services.workspace.document(digest)
    return Response(content, headers=headers, media_type="application/octet-stream")


def readable(services: Services, principal: Principal, code: str, version: str) -> Standing:
    """Return a version that this person may read.

    Raises
    ------
    LantuError
        `unknown_assessment`, also for one that is not for this person.
    """
    standing = services.workspace.standing(code, version)
    if not seen_by(standing, principal):
        raise unknown_assessment(code, version)
    return standing


def tag_of(standing: Standing) -> str:
    """Return the tag of a version: its document, and how many events its life has."""
    return f'"{standing.document[:24]}-{len(standing.history)}"'
