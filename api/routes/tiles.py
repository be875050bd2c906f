"""Vector tiles for maps: `/tiles/{layer}/{edition}/{z}/{x}/{y}.mvt`.

`edition` is the edition's key, with a part as `key:part`. With `?v=` and the head of its checksum
a tile never changes, and may be kept for good.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.auth.roles import Action, Principal
from api.door import PrincipalDep, ServicesDep, does
from api.ogc.collections import ASSESSMENTS, PROJECTS, readable_layer
from api.ogc.documents import entity_tag
from api.ogc.own_items import assessment_items, project_items
from api.ogc.refusals import unknown_collection, unknown_item
from api.ogc.systems import Systems
from api.ogc.tiles import MAX_ZOOM, Tile, items_tile, layer_tile
from api.openapi import problems
from api.services import Services
from layers.editions import Edition

router = APIRouter(
    prefix="/tiles", tags=["tiles"], dependencies=[Depends(does(Action.READ_PUBLIC))]
)

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_SHORTEST_CHECKSUM = 8
_ANSWERS: dict[int | str, dict[str, Any]] = {
    **problems(404),
    200: {"content": {MEDIA_TYPE: {}}, "description": "Mapbox vector tile, perhaps empty"},
    304: {"description": "Unchanged"},
}
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM)]
Number = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM)]


def edition_name(edition: Edition) -> str:
    """Return the name of an edition in the address of a tile."""
    return f"{edition.key}:{edition.part}" if edition.part else edition.key


@router.get("/projects/{z}/{x}/{y}.mvt", response_class=Response, responses=_ANSWERS)
def projects_tile(
    z: Zoom, x: Number, y: Number, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Newest red lines of the projects that this person may see."""
    _expect_tile(PROJECTS, z, x, y)
    if not principal.may(Action.READ_PROJECT):
        raise unknown_collection(PROJECTS)
    items = project_items(services, principal, None)
    tile = items_tile(PROJECTS, items, services.workspace.crs, (z, x, y), "name")
    return _answer(request, tile, "private, no-cache", entity_tag(tile.data))


@router.get("/assessments/{z}/{x}/{y}.mvt", response_class=Response, responses=_ANSWERS)
def assessments_tile(
    z: Zoom, x: Number, y: Number, request: Request, services: ServicesDep
) -> Response:
    """Extents of the published assessments."""
    _expect_tile(ASSESSMENTS, z, x, y)
    items = assessment_items(services, None)
    tile = items_tile(ASSESSMENTS, items, services.workspace.crs, (z, x, y), "title")
    return _answer(request, tile, "public, no-cache", entity_tag(tile.data))


@router.get("/{layer}/{edition}/{z}/{x}/{y}.mvt", response_class=Response, responses=_ANSWERS)
def tile(
    layer: str,
    edition: str,
    z: Zoom,
    x: Number,
    y: Number,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    v: Annotated[str, Query(max_length=64, description="head of the edition's checksum")] = "",
) -> Response:
    """Features with `id`, `class` and `name`; `X-Lantu-Tile` says whether some are left out."""
    _expect_tile(layer, z, x, y)
    found, private = _edition(services, principal, layer, edition)
    tag = entity_tag(found.layer, found.revision, found.checksum, z, x, y)
    same = len(v) >= _SHORTEST_CHECKSUM and found.checksum.startswith(v)
    keep = "max-age=31536000, immutable" if same else "no-cache"
    cache = f"{'private' if private else 'public'}, {keep}"
    if _is_held(request, tag):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": cache})
    systems = Systems(services.workspace.crs, services.workspace.area)
    made = layer_tile(services.workspace, systems, found, (z, x, y))
    return _answer(request, made, cache, tag)


def _edition(
    services: Services, principal: Principal, layer: str, named: str
) -> tuple[Edition, bool]:
    spec = readable_layer(services, principal, layer)
    if spec is None:
        raise unknown_collection(layer)
    for edition in services.workspace.editions(layer):
        if edition_name(edition) == named:
            return edition, spec.confidential
    raise unknown_item(layer, named)


def _expect_tile(name: str, z: int, x: int, y: int) -> None:
    if x >= 2**z or y >= 2**z:
        raise unknown_item(name, f"{z}/{x}/{y}")


def _answer(request: Request, made: Tile, cache: str, tag: str) -> Response:
    headers = {"ETag": tag, "Cache-Control": cache, "X-Lantu-Tile": made.said}
    if _is_held(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(made.data, media_type=MEDIA_TYPE, headers=headers)


def _is_held(request: Request, tag: str) -> bool:
    return tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
