"""Sites that need no file: a plot of a layer under the pointer, the red line of a project."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import or_, select

from api.auth.roles import Principal
from api.auth.scope import projects_seen_by
from api.records.projects import project_by_code
from api.records.tables import Project, Report, ReportUse, SiteVersion
from api.services import Services
from gis.crs import parse_crs, transform
from gis.errors import LantuError, Text
from layers.editions import Edition, pick
from maps.display import lonlat_json

PLOT_LAYERS = (
    "plan.detailed",
    "present.cadastre",
    "present.supplied_land",
    "present.project_redlines",
    "park.boundary",
)
"""Layers whose features people know as plots, the finest first."""

_MOST_FOUND = 8


def plots_at(
    services: Services, lon: float, lat: float, day: date, *, confidential: bool
) -> list[dict[str, Any]]:
    """Return the plots under a place on the map, the smallest first, each as a text to check."""
    workspace = services.workspace
    place = transform(
        np.asarray([shapely.Point(lon, lat)], dtype=object),
        parse_crs("EPSG:4490"),
        parse_crs(workspace.crs),
    )[0]
    found = [
        plot
        for key in PLOT_LAYERS
        for plot in _plots(services, key, place, day, confidential=confidential)
    ]
    if not found:
        raise LantuError(
            "no_plot",
            Text("此处没有已发布的地块", "No published plot lies here"),
            Text(
                "请换个位置，或直接画范围",
                "Try another place, or draw the outline yourself",
            ),
        )
    return sorted(found, key=lambda plot: float(plot["area_m2"]))[:_MOST_FOUND]


def _plots(
    services: Services, key: str, place: BaseGeometry, day: date, *, confidential: bool
) -> Iterator[dict[str, Any]]:
    workspace = services.workspace
    spec = workspace.specs().get(key)
    if spec is None or (spec.confidential and not confidential):
        return
    for edition in pick(workspace.editions(key), as_of=day, known_at=None):
        features = workspace.read(edition, place.bounds)
        hit = shapely.intersects(features.geometries, place)
        for number in np.unique(features.ids[hit]).tolist():
            shape = _whole(services, edition, number, place.bounds)
            name = _name(features.fields.get(int(number), {}), spec.title.zh, number)
            yield {
                "layer": key,
                "title": spec.title.text().as_dict(),
                "name": name,
                "area_m2": float(shape.area),
                "text": site_text(shape, workspace.crs, name),
                "shape": lonlat_json(shape, workspace.crs),
            }


def _whole(
    services: Services, edition: Edition, number: int, box: tuple[float, float, float, float]
) -> BaseGeometry:
    """A whole feature: a big one is kept in pieces, and a box gives only those that it meets."""
    shape: BaseGeometry = shapely.Polygon()
    while True:
        features = services.workspace.read(edition, box)
        found = shapely.union_all(features.geometries[features.ids == number])
        if found.equals(shape):
            return found
        shape = found
        minx, miny, maxx, maxy = found.bounds
        box = minx - 1.0, miny - 1.0, maxx + 1.0, maxy + 1.0


def _name(fields: Mapping[str, object], title: str, number: int) -> str:
    for key in ("name", "plot_no", "DKBH", "ZDDM", "BSM"):
        value = fields.get(key)
        if value not in (None, ""):
            return str(value)
    return f"{title} {number}"


def site_text(shape: BaseGeometry, crs: str, name: str) -> str:
    """Return a shape of the working CRS as GeoJSON that is read back the same, name and all."""
    number = crs.removeprefix("EPSG:")
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{number}"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": shapely.geometry.mapping(shape),
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False)


def search(services: Services, principal: Principal, words: str) -> dict[str, Any]:
    """Return projects and own reports whose name, code or number holds some words."""
    if not words.strip():
        return {"projects": [], "reports": []}
    asked = words.strip()
    with services.records.reading() as session:
        projects = session.scalars(
            select(Project)
            .where(
                projects_seen_by(principal),
                or_(
                    Project.name.contains(asked, autoescape=True),
                    Project.code.contains(asked, autoescape=True),
                    Project.number.contains(asked, autoescape=True),
                ),
            )
            .order_by(Project.changed_at.desc())
            .limit(_MOST_FOUND)
        )
        reports = session.execute(
            select(Report, ReportUse.at)
            .join(ReportUse, ReportUse.report_id == Report.id)
            .where(
                ReportUse.user_id == principal.user_id,
                or_(
                    Report.site.contains(asked, autoescape=True),
                    Report.number.contains(asked, autoescape=True),
                ),
            )
            .order_by(ReportUse.at.desc())
            .limit(_MOST_FOUND)
        )
        return {
            "projects": [
                {"number": row.number, "code": row.code, "name": row.name, "district": row.district}
                for row in projects
            ],
            "reports": [
                {"id": row.id, "name": row.site, "as_of": row.as_of, "colour": row.colour}
                for row, _ in reports
                if principal.confidential or not row.confidential
            ],
        }


def project_site(services: Services, principal: Principal, named: str) -> dict[str, Any]:
    """Return a project's facts and its newest red line as a text to check, or None for it."""
    with services.records.reading() as session:
        row = project_by_code(session, principal, named)
        site = session.scalars(
            select(SiteVersion)
            .where(SiteVersion.project_id == row.id)
            .order_by(SiteVersion.no.desc())
            .limit(1)
        ).first()
        found = {"number": row.number, "code": row.code, "name": row.name, "facts": dict(row.facts)}
        if site is None:
            return {**found, "site": None}
        shape = shapely.from_wkb(site.wkb)
        return {
            **found,
            "site": {
                "name": site.name,
                "kind": site.kind,
                "no": site.no,
                "text": site_text(shape, site.crs, row.name),
            },
        }
