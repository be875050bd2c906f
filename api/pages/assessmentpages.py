"""Published area assessments: for everybody to read and to download."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.assessments import seen_by
from api.auth.roles import Action, Principal
from api.clock import today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.render import page
from api.services import Services
from gis.errors import LantuError, Text
from layers.assessments import STATE_WORDS, Standing
from maps.display import lonlat_box, lonlat_json

router = APIRouter(include_in_schema=False, dependencies=[Depends(does(Action.READ_PUBLIC))])

WORDS: Mapping[str, Text] = {
    **{str(state): text for state, text in STATE_WORDS.items()},
    "expired": Text("已过期", "expired"),
}


def state_on(standing: Standing, day: date) -> str:
    """Return the state in a word of `WORDS`: a published one past its last day is expired."""
    one = standing.assessment
    if standing.state == "published" and one.valid_to is not None and day > one.valid_to:
        return "expired"
    return standing.state


@router.get("/assessments")
def assessments(request: Request, services: ServicesDep, principal: PrincipalDep) -> HTMLResponse:
    """List the newest versions of all assessments that the reader may see, by park."""
    day = today()
    seen = [item for item in services.workspace.standings() if seen_by(item, principal)]
    parks: dict[str, list[tuple[Standing, str]]] = {}
    for item in seen:
        park = item.assessment.park
        parks.setdefault(park.name if park else "", []).append((item, state_on(item, day)))
    counts = {
        key: sum(state == key for rows in parks.values() for _, state in rows)
        for key in ("published", "expired", "suspended", "superseded", "withdrawn")
    }
    return page(
        request, "assessments/list.html.j2", parks=parks, counts=counts, words=WORDS, day=day,
        kinds=_kinds(services),
    )  # fmt: skip


@router.get("/assessments/{code}/{version}")
def assessment(
    request: Request, code: str, version: str, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Show one version: what it covers, on what conditions, how long, and its history."""
    standing = _standing(services, code, version, principal)
    day = today()
    others = [
        item
        for item in services.workspace.standings()
        if item.assessment.code == code and item.assessment.version != version
        and seen_by(item, principal)
    ]  # fmt: skip
    one = standing.assessment
    return page(
        request, "assessments/one.html.j2", standing=standing, one=one, others=others,
        state=state_on(standing, day), words=WORDS, day=day, kinds=_kinds(services),
        days_left=(one.valid_to - day).days if one.valid_to else None,
        facts=services.rulebook().facts,
    )  # fmt: skip


@router.get("/assessments/{code}/{version}/extent.json")
def extent(code: str, version: str, services: ServicesDep, principal: PrincipalDep) -> JSONResponse:
    """Return the extent for the map, and for download as GeoJSON."""
    one = _standing(services, code, version, principal).assessment
    feature = {
        "type": "Feature",
        "properties": {"code": one.code, "version": one.version, "title": one.title},
        "geometry": lonlat_json(one.extent, one.crs),
    }
    document = {
        "type": "FeatureCollection",
        "bbox": lonlat_box([one.extent], one.crs),
        "features": [feature],
    }
    return JSONResponse(document, media_type="application/geo+json")


@router.get("/assessments/{code}/{version}/documents/{digest}")
def document(
    code: str, version: str, digest: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Hand out a document that the assessment names, where the workspace holds it."""
    one = _standing(services, code, version, principal).assessment
    named = next((item for item in one.documents or () if item.sha256 == digest), None)
    if named is None:
        raise LantuError(
            "not_found",
            Text("该成果没有这个附件", "The assessment names no such document"),
            Text("请从成果页面选择附件", "Choose one from the assessment's page"),
        )
    content = services.workspace.document(digest)
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{digest[:12]}"'},
    )


def _kinds(services: Services) -> Mapping[str, Text]:
    inheritance = services.rulebook().inheritance
    kinds = inheritance.kinds if inheritance else {}
    return {key: kind.name for key, kind in kinds.items()}


def _standing(services: Services, code: str, version: str, principal: Principal) -> Standing:
    standing = services.workspace.standing(code, version)
    if not seen_by(standing, principal):
        raise LantuError(
            "unknown_assessment",
            Text(f"没有成果 {code}@{version}", f"There is no assessment {code}@{version}"),
            Text("请从成果目录中选择", "Choose one from the list"),
            where=code,
        )
    return standing
