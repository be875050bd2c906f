"""Items that are no layer: published assessments, red lines of projects, findings of a report."""

from __future__ import annotations

import json
from typing import Any

import shapely
from sqlalchemy import func, select

from api.auth.roles import Principal
from api.auth.scope import projects_seen_by
from api.ogc.params import Span
from api.ogc.sources import Item
from api.records.reports import readable_report
from api.records.tables import Project, SiteVersion
from api.services import Services
from layers.assessments import AreaAssessment, Standing


def assessment_items(services: Services, span: Span | None) -> list[Item]:
    """Published assessments with their extents; with a span those valid on some day of it."""
    return [
        Item(standing.assessment.id, standing.assessment.extent, _assessment(standing))
        for standing in services.workspace.standings(services.workspace.revision)
        if standing.state == "published" and _valid(standing.assessment, span)
    ]


def _valid(assessment: AreaAssessment, span: Span | None) -> bool:
    if span is None:
        return True
    ends = assessment.valid_to
    return assessment.valid_from <= span.last and (ends is None or ends >= span.first)


def _assessment(standing: Standing) -> dict[str, Any]:
    item = standing.assessment
    return {
        "code": item.code,
        "version": item.version,
        "kind": item.kind,
        "title": item.title,
        "issuer": item.issuer,
        "approval_no": item.approval_no,
        "park_code": item.park.code if item.park else None,
        "park_name": item.park.name if item.park else None,
        "valid_from": item.valid_from.isoformat(),
        "valid_to": item.valid_to.isoformat() if item.valid_to else None,
        "acknowledged": "、".join(one.authority for one in standing.acknowledged or ()),
    }


def project_items(services: Services, principal: Principal, span: Span | None) -> list[Item]:
    """Newest red line of each project that this person may see; with a span those of its days."""
    newest = select(func.max(SiteVersion.no)).where(SiteVersion.project_id == Project.id)
    query = (
        select(Project, SiteVersion)
        .join(SiteVersion, SiteVersion.project_id == Project.id)
        .where(SiteVersion.no == newest.correlate(Project).scalar_subquery())
        .where(projects_seen_by(principal))
        .order_by(Project.id)
    )
    with services.records.reading() as session:
        rows = [(row[0], row[1]) for row in session.execute(query)]
    return [
        Item(project.number, shapely.from_wkb(site.wkb), _project(project, site))
        for project, site in rows
        if _within(site, span)
    ]


def _within(site: SiteVersion, span: Span | None) -> bool:
    day = site.surveyed_on or site.created_at[:10]
    return span is None or span.first.isoformat() <= day <= span.last.isoformat()


def _project(project: Project, site: SiteVersion) -> dict[str, Any]:
    return {
        "number": project.number,
        "code": project.code,
        "name": project.name,
        "district": project.district,
        "park": project.park,
        "phase": project.phase,
        "stage": project.stage,
        "next_due": project.next_due,
        "site_version": site.no,
        "site_kind": site.kind,
        "surveyed_on": site.surveyed_on,
        "area_m2": site.area_m2,
    }


def finding_items(services: Services, principal: Principal, report: str) -> list[Item]:
    """Pieces of the findings of a report, one item a finding that has some.

    Raises
    ------
    LantuError
        `unknown_report` (404), also where this person may not read it.
    """
    with services.records.reading() as session:
        digest = readable_report(session, principal, report).document
    document = json.loads(services.workspace.document(digest))
    return [
        Item(
            f"{report}.{finding['code']}",
            shapely.from_geojson(json.dumps(finding["pieces"])),
            _finding(finding),
        )
        for finding in document["findings"]
        if finding["pieces"]
    ]


def _finding(finding: dict[str, Any]) -> dict[str, Any]:
    told = {name: finding[name] for name in ("code", "theme", "section", "layer", "state")}
    told |= {name: finding[name] for name in ("severity", "certainty", "authority")}
    told |= {name: finding[name]["zh"] for name in ("title", "verdict", "say") if finding[name]}
    told |= {f"measure_{name}": value for name, value in finding["measures"].items()}
    return told
