"""The layer catalogue: what the office knows, how old it is, and where it answers for absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.auth.roles import Action, Principal
from api.clock import today
from api.door import PrincipalDep, ServicesDep, does
from api.map_layers import map_layers
from api.pages.render import page
from gis.errors import LantuError, Text
from layers.catalog import LayerSpec
from layers.editions import Edition, pick
from layers.store.protocol import LayerStore
from maps.display import lonlat_box, lonlat_json

router = APIRouter(include_in_schema=False, dependencies=[Depends(does(Action.READ_PUBLIC))])

THEMES: Mapping[str, Text] = {
    "control_line": Text("三区三线及控制线", "Control lines"),
    "plan": Text("规划", "Plans"),
    "present_state": Text("土地利用现状", "Present land use"),
    "approval": Text("用地审批", "Land approval"),
    "safety": Text("安全与限制因素", "Safety and limits"),
    "survey_object": Text("现状普查对象", "Surveyed objects"),
    "utility": Text("市政配套", "Utilities"),
    "context": Text("背景", "Context"),
}

_SHOWN_M = 5.0
"""Coverages are drawn this coarse: the map shows where, not how exactly."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One layer today. `covered` is the share of the workspace's area, None where secret."""

    spec: LayerSpec
    editions: tuple[Edition, ...]
    currency: date | None
    stale_days: int
    covered: float | None
    secret: bool

    @property
    def state(self) -> str:
        """`current`, `stale`, `missing`, or `secret`."""
        if self.secret:
            return "secret"
        if not self.editions:
            return "missing"
        return "stale" if self.stale_days > 0 else "current"


def row_of(spec: LayerSpec, store: LayerStore, principal: Principal, day: date) -> CatalogueRow:
    """Return what the catalogue says of a layer; of a confidential one only that it exists."""
    if spec.confidential and not principal.confidential:
        return CatalogueRow(spec, (), None, 0, None, secret=True)
    held = pick(store.editions(spec.key), as_of=day, known_at=None)
    if not held:
        return CatalogueRow(spec, (), None, 0, None, secret=False)
    oldest = min(edition.currency for edition in held)
    limit = spec.freshness_days
    late = 0 if limit is None else (day - oldest).days - limit
    covered = shapely.union_all([edition.coverage for edition in held])
    share = covered.intersection(store.area).area / store.area.area
    return CatalogueRow(spec, held, oldest, max(late, 0), share, secret=False)


@router.get("/layers")
def layers(request: Request, services: ServicesDep, principal: PrincipalDep) -> HTMLResponse:
    """List all layers by theme, those with data first."""
    store, day = services.workspace, today()
    rows = [row_of(spec, store, principal, day) for spec in store.specs().values()]
    rows.sort(key=lambda row: (not row.editions, row.spec.key))
    groups = [
        (title, [row for row in rows if row.spec.theme == theme]) for theme, title in THEMES.items()
    ]
    counts = {state: sum(row.state == state for row in rows) for state in _STATES}
    return page(
        request, "catalogue/list.html.j2", groups=groups, counts=counts, states=_STATES, day=day
    )


_STATES: Mapping[str, Text] = {
    "current": Text("数据有效", "Current"),
    "stale": Text("已过时效", "Stale"),
    "missing": Text("无数据", "No data"),
    "secret": Text("涉密", "Confidential"),
}


@router.get("/layers/switches.json")
def switches(services: ServicesDep, principal: PrincipalDep) -> JSONResponse:
    """Return what a map may show beneath its own things: layers in force as tiles, by theme."""
    order = list(THEMES)
    held = map_layers(services.workspace, principal, today())
    found = [
        {
            "key": one.spec.key,
            "title": one.spec.title.text().as_dict(),
            "theme": THEMES[one.spec.theme].as_dict(),
            "geometry": one.spec.geometry,
            "ink": one.symbol.ink,
            "fill": one.symbol.fill,
            "tiles": list(one.tiles),
        }
        for one in sorted(held, key=lambda one: order.index(one.spec.theme))
    ]
    return JSONResponse(found)


@router.get("/layers/{key}")
def layer(
    request: Request, key: str, services: ServicesDep, principal: PrincipalDep
) -> HTMLResponse:
    """Show one layer: declaration, editions, coverage."""
    spec = _spec(services.workspace, key)
    row = row_of(spec, services.workspace, principal, today())
    every = () if row.secret else tuple(reversed(services.workspace.editions(key)))
    rules = [rule for rule in services.rulebook().rules.values() if key in rule.layers()]
    return page(
        request, "catalogue/layer.html.j2", row=row, spec=spec, editions=every, rules=rules,
        theme=THEMES[spec.theme], states=_STATES,
    )  # fmt: skip


@router.get("/layers/{key}/coverage.json")
def coverage(key: str, services: ServicesDep, principal: PrincipalDep) -> JSONResponse:
    """Return workspace area and coverage of the editions in force, for the map."""
    store = services.workspace
    spec = _spec(store, key)
    row = row_of(spec, store, principal, today())
    features: list[dict[str, Any]] = [_feature(store.area, store.crs, kind="workspace")]
    features += [
        _feature(edition.coverage, store.crs, kind="coverage", edition=edition.id)
        for edition in row.editions
    ]
    box = lonlat_box([store.area], store.crs)
    return JSONResponse({"type": "FeatureCollection", "bbox": box, "features": features})


def _feature(geometry: Any, crs: str, **properties: str) -> dict[str, Any]:
    drawn = shapely.simplify(geometry, _SHOWN_M)
    return {"type": "Feature", "properties": properties, "geometry": lonlat_json(drawn, crs)}


def _spec(store: LayerStore, key: str) -> LayerSpec:
    spec = store.specs().get(key)
    if spec is None:
        raise LantuError(
            "unknown_layer",
            Text(f"没有图层“{key}”", f"There is no layer {key!r}"),
            Text("请从图层目录中选择", "Choose one from the catalogue"),
            where=key,
        )
    return spec
