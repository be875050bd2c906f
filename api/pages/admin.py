"""Pages of the administrator: people, layers and editions, rule packs, settings, audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.auth.roles import Action, Role
from api.clock import today
from api.door import PrincipalDep, ServicesDep, does
from api.pages.catalogue import row_of
from api.pages.render import page
from api.settings import PREFIX, Settings
from gis.crs import crs_name, parse_crs
from gis.errors import LantuError, Text
from layers.editions import Edition
from maps.display import lonlat_box, lonlat_json

router = APIRouter(
    prefix="/admin", include_in_schema=False, dependencies=[Depends(does(Action.MANAGE_USERS))]
)

ROLE_WORDS: Mapping[str, Text] = {
    Role.VIEWER: Text("公众", "Viewer"),
    Role.BUILDER: Text("建设单位", "Builder"),
    Role.PLANNER: Text("规划人员", "Planner"),
    Role.PARK_BODY: Text("片区管理机构", "Park body"),
    Role.AUTHORITY: Text("审批部门", "Authority"),
    Role.SCHEDULER: Text("项目调度", "Scheduler"),
    Role.ADMIN: Text("管理员", "Administrator"),
}


@router.get("")
def overview(request: Request, services: ServicesDep, principal: PrincipalDep) -> HTMLResponse:
    """Show where the workspace stands and what an administrator does next."""
    store = services.workspace
    rows = [row_of(spec, store, principal, today()) for spec in store.specs().values()]
    states = [row.state for row in rows]
    counts = {state: states.count(state) for state in ("current", "stale", "missing", "secret")}
    return page(
        request, "admin/overview.html.j2", here_tab="overview", counts=counts,
        stale=[row for row in rows if row.state == "stale"], revision=store.revision,
        crs=crs_name(parse_crs(store.crs)), area_km2=store.area.area / 1e6,
        packs=services.rulebook().packs, rules=len(services.rulebook().rules),
    )  # fmt: skip


@router.get("/users")
def users(request: Request, services: ServicesDep) -> HTMLResponse:
    """Add, bind and stop accounts."""
    parks = sorted(
        {
            (item.assessment.park.code, item.assessment.park.name)
            for item in services.workspace.standings()
            if item.assessment.park
        }
    )
    departments = sorted({rule.authority for rule in services.rulebook().rules.values()})
    return page(
        request, "admin/users.html.j2", here_tab="users", roles=ROLE_WORDS, parks=parks,
        departments=departments,
    )  # fmt: skip


@router.get("/layers")
def layers(request: Request, services: ServicesDep, principal: PrincipalDep) -> HTMLResponse:
    """List the layers to publish to, the ones without data first."""
    store = services.workspace
    rows = [row_of(spec, store, principal, today()) for spec in store.specs().values()]
    order = ("stale", "missing", "current", "secret")
    rows.sort(key=lambda row: (order.index(row.state), row.spec.theme, row.spec.key))
    return page(request, "admin/layers.html.j2", here_tab="layers", rows=rows)


@router.get("/layers/{key}")
def publish(request: Request, key: str, services: ServicesDep) -> HTMLResponse:
    """Publish an edition of a layer by upload; its issue log stands on a map."""
    store = services.workspace
    spec = store.specs().get(key)
    if spec is None:
        raise LantuError(
            "unknown_layer",
            Text(f"没有图层“{key}”", f"There is no layer {key!r}"),
            Text("请从图层列表中选择", "Choose one from the list"),
            where=key,
        )
    return page(
        request, "admin/publish.html.j2", here_tab="layers", spec=spec, day=today(),
        editions=list(reversed(store.editions(key))),
    )  # fmt: skip


@router.get("/layers/{key}/log/{edition:path}")
def issue_log(request: Request, key: str, edition: str, services: ServicesDep) -> HTMLResponse:
    """Show what publishing found in an edition."""
    found = _edition(services.workspace.editions(key), key, edition)
    log = services.workspace.issue_log(found)
    spec = services.workspace.specs()[key]
    return page(request, "admin/log.html.j2", here_tab="layers", spec=spec, edition=found, log=log)


@router.get("/layers/{key}/issues/{edition:path}")
def issues(key: str, edition: str, services: ServicesDep) -> JSONResponse:
    """Return the coverage of an edition and the places of what was lost, for the map."""
    store = services.workspace
    found = _edition(store.editions(key), key, edition)
    features = [
        {
            "type": "Feature",
            "properties": {"kind": "lost", "no": entry.get("no"), "zh": entry["zh"],
                           "en": entry["en"]},
            "geometry": lonlat_json(shapely.box(*entry["where"]), store.crs),
        }
        for entry in _rejected(store.issue_log(found))
    ]  # fmt: skip
    covered = {
        "type": "Feature",
        "properties": {"kind": "coverage"},
        "geometry": lonlat_json(shapely.simplify(found.coverage, 5.0), store.crs),
    }
    box = lonlat_box([store.area], store.crs)
    return JSONResponse(
        {"type": "FeatureCollection", "bbox": box, "features": [covered, *features]}
    )


def _rejected(log: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in log.get("rejected", []) if entry.get("where")]


@router.get("/packs")
def packs(request: Request, services: ServicesDep) -> HTMLResponse:
    """Show the rule packs in force, what lies over what, and the scenarios."""
    book = services.rulebook()
    return page(request, "admin/packs.html.j2", here_tab="packs", book=book)


@router.get("/settings")
def settings(request: Request) -> HTMLResponse:
    """Show the settings as the service read them; secrets stay secret."""
    held: Settings = request.app.state.settings
    rows = [
        (f"{PREFIX}{name.upper()}", field.description or "", _told(name, held))
        for name, field in Settings.model_fields.items()
    ]
    return page(request, "admin/settings.html.j2", here_tab="settings", rows=rows)


@router.get("/audit", dependencies=[Depends(does(Action.READ_AUDIT))])
def audit(request: Request) -> HTMLResponse:
    """Read the log of every act, newest first."""
    return page(request, "admin/audit.html.j2", here_tab="audit")


_SECRET = {"admin_password", "oidc_client_secret"}
_ADDRESSES = {"workspace", "records"}


def _told(name: str, held: Settings) -> str:
    value = getattr(held, name)
    if name in _SECRET:
        return "••••" if value else "—"
    if name in _ADDRESSES and value and "://" in str(value):
        scheme, _, rest = str(value).partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}" if "@" in rest else str(value)
    return "—" if value in (None, "") else str(value)


def _edition(editions: Sequence[Edition], key: str, named: str) -> Edition:
    for edition in editions:
        if edition.id == named:
            return edition
    raise LantuError(
        "unknown_edition",
        Text(f"图层 {key} 没有版本 {named}", f"Layer {key} has no edition {named}"),
        Text("请从版本列表中选择", "Choose one from the list"),
        where=key,
    )
