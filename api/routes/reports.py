"""Reports that were made: the document, its formats, one's own history, and verification."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.acts import note_act
from api.auth.roles import Action
from api.check_work import links_of
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.given_out import document_in, log_given
from api.openapi import problems
from api.records.reports import History, history, readable_report
from api.records.tables import Report, ReportUse
from api.rendered import MEDIA_TYPES, policy_of
from api.tagged import KEEP, matches
from api.uploads import safe_file_name
from checks.report.version import Version
from gis.errors import Language

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

Format = Literal["json", "html", "pdf", "xlsx", "docx", "geojson", "gpkg", "txt", "map"]
ReportId = Annotated[str, Path(max_length=64, description="id, the head of the digest")]
_SHOWN = frozenset({"json", "html", "pdf", "map", "txt", "geojson"})


class ReportRow(BaseModel):
    """A report in a list."""

    id: str
    number: str | None
    site: str
    scenario: str
    colour: str
    complete: bool
    worst: str
    as_of: str
    known_at: int
    newer_data: bool
    made_at: str
    used_at: str
    links: dict[str, str]


class ReportPage(BaseModel):
    """One page of reports; `next` is the cursor of the next page."""

    items: list[ReportRow]
    next: str | None


class Verified(BaseModel):
    """Whether a report is still what its data and rules give."""

    result: Literal["identical", "equal", "differs"]
    reasons: list[dict[str, str]]
    since: list[dict[str, str]]
    differences: list[dict[str, Any]]
    count: int


@router.get(
    "",
    operation_id="list_reports",
    dependencies=[Depends(does(Action.READ_REPORT))],
    responses=problems(),
)
def list_reports(
    services: ServicesDep,
    principal: PrincipalDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    colour: Literal["red", "amber", "green", "grey"] | None = None,
    scenario: Annotated[str | None, Query(max_length=200)] = None,
    site: Annotated[str | None, Query(max_length=200, description="part of its name")] = None,
    issued: bool | None = None,
) -> ReportPage:
    """List one's own reports, the last used first."""
    revision = services.workspace.revision
    asked = History(colour=colour, scenario=scenario, issued=issued, site=site)
    with services.records.reading() as session:
        rows, following = history(
            session, principal.user_id or 0, asked, limit=limit, cursor=cursor
        )
        items = [
            report_row(row, used, services, revision)
            for row, used in rows
            if principal.confidential or not row.confidential
        ]
    return ReportPage(items=items, next=following)


def report_row(row: Report, used: ReportUse, services: Any, revision: int) -> ReportRow:
    """Return a report for a list; its data are newer where the workspace has moved on."""
    base = f"{services.settings.base_url.rstrip('/')}/api/v1/reports/{row.id}"
    return ReportRow(
        id=row.id,
        number=row.number,
        site=row.site,
        scenario=row.scenario,
        colour=row.colour,
        complete=row.complete,
        worst=row.worst,
        as_of=row.as_of,
        known_at=row.known_at,
        newer_data=row.known_at < revision,
        made_at=row.created_at,
        used_at=used.at,
        links={key: f"{base}.{key}" for key in ("json", "html", "pdf")},
    )


_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, byte for byte the same each time",
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "content": {
            media.partition(";")[0]: {
                "schema": {"type": "object"}
                if media.endswith("json")
                else {"type": "string", "format": "binary"}
            }
            for media in MEDIA_TYPES.values()
        },
    },
    304: {"description": "Not changed"},
}


@router.get(
    "/{report_id}.{form}",
    operation_id="download_report",
    dependencies=[Depends(does(Action.READ_REPORT))],
    responses={**problems(404), **_FILE},
    response_class=Response,
)
def download(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    report_id: ReportId,
    form: Format,
    version: Version = "inside",
    lang: Annotated[
        Language | None, Query(description="zh, unless the reader's browser asks for en")
    ] = None,
) -> Response:
    """Return a report in a format, inside or outside version."""
    with services.records.reading() as session:
        row = readable_report(session, principal, report_id)
    spoken = lang or language
    tag = entity_tag(row.digest, version, form, spoken)
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": KEEP})
    made = services.rendered.get(
        (row.digest, version, form, spoken), lambda: document_in(services, row, version)
    )
    given = {"format": form, "version": version}
    note_act(services, principal, "report.read", f"report:{row.id}", given, wait=False)
    if version == "outside":
        log_given(services, principal, document_in(services, row, version), form)
    return Response(
        made, headers=_headers(row, form, made, tag, spoken), media_type=MEDIA_TYPES[form]
    )


@router.get(
    "/{report_id}",
    operation_id="read_report",
    dependencies=[Depends(does(Action.READ_REPORT))],
    responses={
        **problems(404),
        200: {
            "description": "report.json, its canonical bytes; the ETag is its digest",
            "headers": {
                "ETag": {"schema": {"type": "string"}},
                "Link": {"schema": {"type": "string"}},
            },
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        304: {"description": "Not changed"},
    },
    response_class=Response,
)
def read(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    report_id: ReportId,
    version: Version = "inside",
) -> Response:
    """Return the document of a report."""
    with services.records.reading() as session:
        row = readable_report(session, principal, report_id)
    tag = entity_tag(row.digest, version, "json", "zh")
    headers = {"ETag": tag, "Cache-Control": KEEP}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    made = document_in(services, row, version)
    given = {"format": "json", "version": version}
    note_act(services, principal, "report.read", f"report:{row.id}", given, wait=False)
    if version == "outside":
        log_given(services, principal, made, "json")
    return Response(made, headers=headers, media_type="application/json")


@router.get(
    "/{report_id}/links",
    operation_id="report_links",
    dependencies=[Depends(does(Action.READ_REPORT))],
    responses=problems(404),
)
def links(
    services: ServicesDep, principal: PrincipalDep, report_id: ReportId, version: Version = "inside"
) -> dict[str, str]:
    """Return the addresses of a report in every format that can hold it."""
    with services.records.reading() as session:
        row = readable_report(session, principal, report_id)
    data = json.loads(document_in(services, row, version))
    return links_of(services, row.id, data, version)


@router.post(
    "/{report_id}/verify",
    operation_id="verify_report",
    dependencies=[Depends(does(Action.READ_REPORT))],
    responses=problems(404),
)
def verify(services: ServicesDep, principal: PrincipalDep, report_id: ReportId) -> Verified:
    """Compute a report again from the data and rules that it names, and compare."""
    from checks.report.stored import read_stored
    from checks.verify import verify as compared

    with services.records.reading() as session:
        row = readable_report(session, principal, report_id)
    stored = read_stored(services.workspace.document(row.document), where=row.id)
    return Verified.model_validate(compared(stored, services.workspace).as_dict())


def entity_tag(digest: str, version: Version, form: str, language: Language) -> str:
    """Return the ETag: the digest for the document itself, more for what is made of it."""
    if form == "json":
        return f'"{digest}"' if version == "inside" else f'"{digest}-outside"'
    return f'"{digest}-{version}-{form}-{language}"'


def _headers(row: Report, form: str, made: bytes, tag: str, language: Language) -> dict[str, str]:
    place = "inline" if form in _SHOWN else "attachment"
    suffix = "map.html" if form == "map" else form
    title = "用地条件检测报告" if language == "zh" else "Land condition report"
    name = quote(safe_file_name(f"{title} {row.site} {row.as_of}") + f".{suffix}", safe="")
    return {
        "ETag": tag,
        "Cache-Control": KEEP,
        "Vary": "Accept-Language, Cookie",
        "Content-Disposition": f"{place}; filename=\"report.{suffix}\"; filename*=UTF-8''{name}",
        "Content-Security-Policy": policy_of(form, made),
    }
