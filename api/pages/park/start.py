"""The beginning of a park: its boundary, given once; templates to fill in, and their import."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Limited
from sqlalchemy import select
from starlette.responses import Response

from api.acts import note_act
from api.auth.roles import Action, Principal
from api.clock import now, today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.park import drafts
from api.pages.park.doors import XLSX, ParkDep, download, own_parks
from api.pages.park.extents import drawn_choice, file_choice, read_choice, shown_extent
from api.pages.render import page
from api.parks import ParkName, boundary_of, kinds_of
from api.records.tables import Draft
from api.routes.fields import NO_NUL
from api.services import Services
from api.uploads import private_folder
from gis.errors import LantuError, Text
from layers.assessment_extent import PARK_LAYER
from layers.assessment_template import usual_kinds
from layers.editions import pick
from maps.display import lonlat_box

router = APIRouter(dependencies=[Depends(does(Action.WRITE_ASSESSMENT))])

KIND = "boundary"


class Drawn(BaseModel):
    """A polygon drawn on the map."""

    model_config = ConfigDict(extra="forbid")

    geometry: dict[str, Any]
    clip: bool = False


class Confirmed(BaseModel):
    """The name of the park, and how exact its boundary is, in metres."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Limited(min_length=1, max_length=200, pattern=NO_NUL)]
    accuracy_m: Annotated[float, Limited(ge=0, le=1000)] = 1.0


# --- boundary -----------------------------------------------------------------------------------


@router.get("/park/{park}/boundary")
def boundary_page(
    request: Request, park: ParkDep, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Ask for the boundary of the park."""
    workspace = services.workspace
    return page(
        request,
        "park/boundary.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="results",
        has_boundary=boundary_of(workspace, park.code, today()) is not None,
        is_ours=_is_ours(services, park),
        bbox=json.dumps(lonlat_box([workspace.area], workspace.crs)),
    )


def _is_ours(services: Services, park: ParkName) -> bool:
    """Whether no boundary is there, or the one there was given by the park body itself."""
    day = today()
    if boundary_of(services.workspace, park.code, day) is None:
        return True
    editions = pick(services.workspace.editions(PARK_LAYER), as_of=day, known_at=None)
    return any(edition.part == park.code for edition in editions)


def _held(services: Services, park: ParkName) -> Draft | None:
    with services.records.reading() as session:
        query = select(Draft).where(Draft.park == park.code, Draft.kind == KIND)
        return session.scalars(query).first()


@router.get("/park/{park}/boundary/shape.json")
def boundary_shape(park: ParkDep, services: ServicesDep) -> JSONResponse:
    """Return the boundary that was given but not confirmed yet, else the one there is."""
    held = _held(services, park)
    if held is not None:
        return JSONResponse(_shown(services, park, held.body["extent"]))
    if boundary_of(services.workspace, park.code, today()) is None:
        return JSONResponse({"extent": None})
    return JSONResponse(_shown(services, park, {"from": "park_boundary"}))


def _shown(services: Services, park: ParkName, choice: Mapping[str, Any]) -> dict[str, Any]:
    shown = shown_extent(services, park, read_choice(services, park, choice))
    return shown | {"cover": None, "outside_m2": 0.0, "waits": choice["from"] != "park_boundary"}


@router.post("/park/{park}/boundary/file")
def boundary_file(
    park: ParkDep,
    services: ServicesDep,
    principal: PrincipalDep,
    file: Annotated[list[UploadFile], File()],
    accept_repair: Annotated[bool, Form()] = False,
) -> JSONResponse:
    """Take an uploaded boundary; it is shown, and confirmed in a second step."""
    choice = file_choice(services, file, accept_repair=accept_repair)
    return _keep(services, principal, park, choice)


@router.post("/park/{park}/boundary/drawn")
def boundary_drawn(
    park: ParkDep, said: Drawn, services: ServicesDep, principal: PrincipalDep
) -> JSONResponse:
    """Take a drawn boundary."""
    return _keep(services, principal, park, drawn_choice(said.geometry, clip=False))


def _keep(
    services: Services, principal: Principal, park: ParkName, choice: dict[str, Any]
) -> JSONResponse:
    shown = _shown(services, park, choice)
    held = _held(services, park)
    if held is None:
        drafts.begin(services, principal, park, {"form": {}, "extent": choice}, kind=KIND)
    else:
        drafts.change(services, park, held.id, {"extent": choice}, None)
    return JSONResponse(shown)


@router.post("/park/{park}/boundary/confirm")
def confirm(
    park: ParkDep, said: Confirmed, services: ServicesDep, principal: PrincipalDep
) -> JSONResponse:
    """Publish the boundary as the park's own part of the layer of boundaries."""
    held = _held(services, park)
    if held is None:
        raise LantuError(
            "bad_value",
            Text("还没有给出边界", "There is no boundary yet"),
            Text("请先上传或绘制", "Upload it or draw it first"),
            where="extent",
        )
    if not _is_ours(services, park):
        raise LantuError(
            "not_allowed",
            Text("园区边界由管理员统一发布", "The boundary was published by the office"),
            Text("请联系管理员更新边界图层", "Ask an administrator to publish a new edition"),
        )
    extent = read_choice(services, park, held.body["extent"])
    edition = _publish(services, park, extent.geometry, said)
    drafts.remove(services, park, held.id)
    note_act(
        services, principal, "layer.publish", f"layer:{PARK_LAYER}@{edition}", {"park": park.code}
    )
    return JSONResponse({"next": f"/park/{park.code}/publish", "edition": edition}, 201)


def _publish(services: Services, park: ParkName, shape: Any, said: Confirmed) -> str:
    from layers.ingest import PublishOptions, publish

    moment = now()
    feature = {
        "type": "Feature",
        "properties": {"park_code": park.code, "park_name": said.name, "name": said.name},
        "geometry": shapely.geometry.mapping(shape),
    }
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": services.workspace.crs}},
        "features": [feature],
    }
    with private_folder() as folder:
        path = folder / "boundary.geojson"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        wanted = PublishOptions(
            edition=moment.strftime("%Y-%m-%d-%H%M%S"),
            currency=today(),
            coverage=str(path),
            accuracy_m=said.accuracy_m,
            accuracy_source=None,
            part=park.code,
            at=moment,
        )
        return publish(services.workspace, PARK_LAYER, path, wanted).edition.id


# --- templates ----------------------------------------------------------------------------------


@router.get("/park/{park}/templates.zip")
def templates(park: ParkDep, services: ServicesDep) -> Response:
    """Hand out the Excel templates of all kinds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in usual_kinds().values():
            archive.writestr(f"{kind.name}-{kind.key}.xlsx", _template(services, kind.key))
    return download(buffer.getvalue(), f"{park.code}-templates.zip", "application/zip")


@router.get("/park/{park}/templates/{kind}.xlsx")
def template(park: ParkDep, kind: str, services: ServicesDep) -> Response:
    """Hand out the Excel template of a kind."""
    return download(_template(services, kind), f"{park.code}.{kind}.xlsx", XLSX)


def _template(services: Services, kind: str) -> bytes:
    from layers.assessment_sheet import write_template

    units = {key: spec.unit for key, spec in services.rulebook().facts.items()}
    with private_folder() as folder:
        path = folder / "template.xlsx"
        write_template(path, kind, units)
        return path.read_bytes()


@router.get("/park/{park}/import")
def import_page(
    request: Request, park: ParkDep, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Offer the templates, and take them back filled in."""
    names = kinds_of(services)
    return page(
        request,
        "park/import.html.j2",
        park=park,
        parks=own_parks(services, principal),
        tab="results",
        kinds=[(key, names.get(key) or Text(k.name, key)) for key, k in usual_kinds().items()],
    )


@router.post("/park/{park}/import")
def import_files(
    park: ParkDep,
    services: ServicesDep,
    principal: PrincipalDep,
    file: Annotated[list[UploadFile], File()],
) -> JSONResponse:
    """Read filled templates, YAML or an exchange file; each becomes a draft."""
    from api.pages.park.reading import read_files

    with private_folder() as folder:
        bodies = read_files(services, park, file, Path(folder))
    begun = [drafts.begin(services, principal, park, body) for body in bodies]
    first = f"/park/{park.code}/drafts/{begun[0].id}/check/all"
    return JSONResponse(
        {
            "drafts": [item.id for item in begun],
            "next": first if len(begun) == 1 else f"/park/{park.code}",
        },
        201,
    )
