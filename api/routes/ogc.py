"""OGC API Features at `/ogc`, for QGIS, GDAL and other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from starlette.responses import Response

from api.auth.roles import Action, Principal
from api.clock import today
from api.door import LanguageDep, PrincipalDep, ServicesDep, does
from api.ogc import documents
from api.ogc.collections import (
    ASSESSMENTS,
    FINDINGS,
    PROJECTS,
    Collection,
    collection,
    collections,
    editions_in,
)
from api.ogc.openapi import openapi
from api.ogc.own_items import assessment_items, finding_items, project_items
from api.ogc.params import ItemQuery, item_query, item_system
from api.ogc.refusals import no_report, unknown_item
from api.ogc.sources import Item, LayerSource, ListSource, Source, layer_items
from api.ogc.systems import System, Systems
from api.openapi import problems
from api.services import Services

router = APIRouter(prefix="/ogc", tags=["ogc"], dependencies=[Depends(does(Action.READ_PUBLIC))])

_ITEMS: dict[int | str, dict[str, Any]] = {
    **problems(400, 404),
    200: {"content": {documents.GEOJSON: {}}, "description": "GeoJSON"},
    304: {"description": "Unchanged"},
}
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    **problems(),
    200: {"content": {documents.OPENAPI: {}}, "description": "OpenAPI 3.0"},
}
Asked = Annotated[str | None, Query()]


def _base(request: Request, services: Services) -> str:
    """Address of `/ogc` as the caller reaches it."""
    root = services.settings.base_url or str(request.base_url)
    return f"{root.rstrip('/')}/ogc"


def _systems(services: Services) -> Systems:
    return Systems(services.workspace.crs, services.workspace.area)


@router.get("", responses=problems())
def landing(request: Request, services: ServicesDep, language: LanguageDep) -> dict[str, Any]:
    """Return the landing page: where everything else is."""
    return documents.landing(_base(request, services), language)


@router.get("/conformance", responses=problems())
def conformance() -> dict[str, list[str]]:
    """Return the conformance classes that are met."""
    return {"conformsTo": list(documents.CONFORMS)}


@router.get("/api", response_class=Response, responses=_DOCUMENT)
def api(
    request: Request, services: ServicesDep, principal: PrincipalDep, language: LanguageDep
) -> Response:
    """Return the interface as OpenAPI 3.0."""
    found = collections(services, principal, language)
    document = openapi(_base(request, services), found, _systems(services))
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, media_type=documents.OPENAPI, headers=_cache(private=True))


@router.get("/collections", responses=problems())
def all_collections(
    request: Request,
    response: Response,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
) -> dict[str, Any]:
    """List what this person may read."""
    response.headers.update(_cache(private=True))
    found = collections(services, principal, language)
    return documents.collections_page(_base(request, services), found, _systems(services))


@router.get("/collections/{name}", responses=problems(404))
def one_collection(
    name: str,
    request: Request,
    response: Response,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
) -> dict[str, Any]:
    """Describe a collection: extent, coordinate systems, links."""
    found = collection(services, principal, name, language)
    response.headers.update(_cache(private=True))
    return documents.collection_page(_base(request, services), found, _systems(services))


@router.get("/collections/{name}/items", response_class=StreamingResponse, responses=_ITEMS)
def items(
    name: str,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    bbox: Asked = None,  # noqa: ARG001 - declared for the document, read by `item_query`
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs")] = None,  # noqa: ARG001
    datetime: Asked = None,  # noqa: ARG001
    limit: Asked = None,  # noqa: ARG001
    offset: Asked = None,  # noqa: ARG001
    crs: Asked = None,  # noqa: ARG001
    report: Asked = None,
) -> Response:
    """Return a page of features; any other parameter asks for the value of a property."""
    found = collection(services, principal, name, language)
    systems = _systems(services)
    own = frozenset({"report"}) if found.id == FINDINGS else frozenset()
    query = item_query(request.query_params, systems, own=own)
    source = _source(services, principal, found, query, report)
    address = f"{documents.collection_address(_base(request, services), found.id)}/items"
    given = request.query_params.multi_items()
    tag = documents.entity_tag(address, sorted(given), source.tag, source.matched)
    return _answer(
        request,
        lambda: documents.features_page(address, given, query, source, systems),
        system=query.system,
        tag=tag,
        private=found.private,
    )


@router.get(
    "/collections/{name}/items/{item_id}", response_class=StreamingResponse, responses=_ITEMS
)
def one_item(
    name: str,
    item_id: str,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    language: LanguageDep,
    crs: Asked = None,  # noqa: ARG001 - read by `item_system`
) -> Response:
    """Return one feature; of a layer also one of an older edition."""
    found = collection(services, principal, name, language)
    systems = _systems(services)
    system = item_system(request.query_params, systems)
    item = _item(services, principal, found, item_id)
    address = documents.collection_address(_base(request, services), found.id)
    document = documents.feature_document(address, item, system, systems)
    tag = documents.entity_tag(document)
    return _answer(
        request, lambda: iter((document,)), system=system, tag=tag, private=found.private
    )


def _source(
    services: Services,
    principal: Principal,
    found: Collection,
    query: ItemQuery,
    report: str | None,
) -> Source:
    if found.spec is not None:
        editions = services.workspace.editions(found.spec.key)
        chosen = editions_in(editions, query.span, today())
        return LayerSource(services.workspace, found.spec, chosen, query)
    if found.id == PROJECTS:
        return ListSource(project_items(services, principal, query.span), query)
    if found.id == FINDINGS:
        if not report:
            raise no_report()
        return ListSource(finding_items(services, principal, report), query)
    return ListSource(assessment_items(services, query.span), query)


def _item(services: Services, principal: Principal, found: Collection, item_id: str) -> Item:
    if found.spec is not None:
        revision, _, number = item_id.partition(".")
        for edition in services.workspace.editions(found.spec.key):
            if str(edition.revision) == revision and number.isascii() and number.isdigit():
                read = layer_items(services.workspace, found.spec, edition, [int(number[:18])])
                if read:
                    return read[0]
        raise unknown_item(found.id, item_id)
    listed: list[Item] = []
    if found.id == PROJECTS:
        listed = project_items(services, principal, None)
    elif found.id == ASSESSMENTS:
        listed = assessment_items(services, None)
    elif found.id == FINDINGS:
        listed = finding_items(services, principal, item_id.partition(".")[0])
    for item in listed:
        if item.id == item_id:
            return item
    raise unknown_item(found.id, item_id)


def _answer(
    request: Request,
    body: Callable[[], Iterator[bytes]],
    *,
    system: System,
    tag: str,
    private: bool,
) -> Response:
    headers = {"ETag": tag, "Content-Crs": f"<{system.uri}>", **_cache(private=private)}
    if tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    pieces = body()
    begun = list(islice(pieces, 2))  # a layer that cannot be read is refused, not cut off
    return StreamingResponse(chain(begun, pieces), media_type=documents.GEOJSON, headers=headers)


def _cache(*, private: bool) -> dict[str, str]:
    """An answer may be kept, but is asked for again each time: the ETag says whether it holds."""
    return {"Cache-Control": "private, no-cache" if private else "public, no-cache"}
