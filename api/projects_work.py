"""Projects as the service shows them: red lines for maps, the portfolio with its reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from api.auth.roles import Principal, Role, not_allowed
from api.auth.scope import projects_seen_by, reports_seen_by
from api.records.projects import project_document, search
from api.records.redlines import KINDS, RedLineDiff, newest_of_all
from api.records.tables import Project, Report, ReportUse, SiteVersion
from api.services import Services
from checks.portfolio import (
    FILTERS,
    Standing,
    changed_since,
    days_late,
    fits,
    in_order,
    numbers,
    summary_from,
    working_days,
)
from layers.editions import pick
from layers.store.protocol import LayerStore
from maps.display import lonlat_box, lonlat_json


def may_write(principal: Principal, district: str, *, owner: int | None = None) -> None:
    """Refuse who may not write a project of a district; builders write what they made.

    Raises
    ------
    LantuError
        `not_allowed`.
    """
    own = principal.role is Role.BUILDER and owner in {None, principal.user_id}
    if not (own or principal.may_district(district)):
        raise not_allowed(principal, f"project:{district or '-'}")


def redlines_document(versions: Iterable[SiteVersion]) -> list[dict[str, Any]]:
    """Return red lines for JSON, shapes in longitude and latitude."""
    return [
        {
            "no": one.no,
            "kind": one.kind,
            "title": KINDS[one.kind].as_dict(),
            "name": one.name,
            "area_m2": one.area_m2,
            "surveyor": one.surveyor,
            "surveyed_on": one.surveyed_on,
            "document": one.document,
            "created_at": one.created_at,
            "geometry": lonlat_json(shapely.from_wkb(one.wkb), one.crs),
        }
        for one in versions
    ]


def redline_document(diff: RedLineDiff, crs: str) -> dict[str, Any]:
    """Return a difference of red lines for JSON."""
    return {
        "added": lonlat_json(diff.added, crs),
        "removed": lonlat_json(diff.removed, crs),
        "added_size": round(diff.added_size, 6),
        "removed_size": round(diff.removed_size, 6),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a portfolio."""

    words: str = ""
    district: str | None = None
    year: int | None = None
    key_only: bool = False
    only: str = "all"


def editions_today(
    store: LayerStore, layers: Iterable[str], today: date
) -> dict[str, tuple[str, ...]]:
    """Return ids of the editions in force today, sorted, by layer."""
    known = store.specs()
    return {
        layer: tuple(
            sorted(one.id for one in pick(store.editions(layer), as_of=today, known_at=None))
        )
        for layer in layers
        if layer in known
    }


def portfolio(
    services: Services, principal: Principal, asked: Asked, today: date
) -> dict[str, Any]:
    """Return the projects that somebody may see: rows by urgency, numbers, the map.

    The numbers count what fits district, year, words and key projects; `only` narrows the rows.
    """
    query = search(
        words=asked.words, district=asked.district, year=asked.year, key_only=asked.key_only,
        among=[projects_seen_by(principal)],
    )  # fmt: skip
    with services.records.reading() as session:
        projects = session.scalars(query).all()
        reports = latest_reports(session, principal)
        lines = newest_of_all(session)
    found = _standings(services, projects, reports, today)
    shown = [one for one in found.values() if fits(one, asked.only, today)]  # type: ignore[arg-type]
    by_number = {one.number: one for one in projects}
    rows = [
        _row(by_number[one.number], one, reports, lines, today) for one in in_order(shown, today)
    ]
    box = lonlat_box([services.workspace.area], services.workspace.crs)
    return {
        "as_of": today.isoformat(),
        "numbers": numbers(found.values(), today),
        "filters": {key: text.as_dict() for key, text in FILTERS.items()},
        "districts": sorted({one.district for one in projects if one.district}),
        "years": sorted({one.year for one in projects if one.year is not None}),
        "rows": rows,
        "bbox": box,
        "area": lonlat_json(services.workspace.area, services.workspace.crs),
        "map": {
            "type": "FeatureCollection",
            "features": [
                feature
                for row in rows
                if (feature := _feature(row, by_number[row["number"]], lines,
                                        services.workspace.crs))
            ],
        },
    }  # fmt: skip


def latest_reports(session: Session, principal: Principal) -> Mapping[int, tuple[Report, str]]:
    """Return the newest report of each project that this reader may see, with its moment."""
    use = aliased(ReportUse)  # what `reports_seen_by` asks of uses is another question
    newest = (
        select(func.max(use.id).label("id"))
        .join(Report, Report.id == use.report_id)
        .where(use.project_id.is_not(None), reports_seen_by(principal))
        .group_by(use.project_id)
        .subquery()
    )
    query = (
        select(use, Report)
        .join(newest, use.id == newest.c.id)
        .join(Report, Report.id == use.report_id)
    )
    return {
        found.project_id: (report, report.created_at)
        for found, report in session.execute(query)
        if found.project_id is not None
    }


def _standings(
    services: Services,
    projects: Sequence[Project],
    reports: Mapping[int, tuple[Report, str]],
    today: date,
) -> dict[str, Standing]:
    summaries = {
        project: summary_from(report.summary)
        for project, (report, _) in reports.items()
        if report.summary is not None
    }
    layers = sorted({layer for one in summaries.values() for layer in one.editions})
    now = editions_today(services.workspace, layers, today)
    return {
        one.number: Standing(
            number=one.number,
            phase=one.phase,
            stage_since=_day(one.stage_since),
            stage_days=one.stage_days,
            next_due=_day(one.next_due),
            report=summaries.get(one.id),
            changed_layers=changed_since(summaries[one.id], now) if one.id in summaries else (),
        )
        for one in projects
    }


def _row(
    project: Project,
    standing: Standing,
    reports: Mapping[int, tuple[Report, str]],
    lines: Mapping[int, SiteVersion],
    today: date,
) -> dict[str, Any]:
    report, moment = reports.get(project.id, (None, None))
    kept = standing.report
    since = standing.stage_since
    return {
        **project_document(project),
        "light": kept.colour if kept else None,
        "complete": kept.complete if kept else None,
        "obstacle": kept.as_dict()["obstacle"] if kept else None,
        "report": report.id if report else None,
        "reported_at": moment,
        "changed_layers": list(standing.changed_layers),
        "days_used": working_days(since, today) if since else None,
        "days_late": days_late(standing, today),
        "red_line": lines[project.id].no if project.id in lines else None,
        "area_m2": lines[project.id].area_m2 if project.id in lines else None,
    }


def _feature(
    row: Mapping[str, Any], project: Project, lines: Mapping[int, SiteVersion], crs: str
) -> dict[str, Any] | None:
    """Return a project's place on the map: its red line, else its point; None without either."""
    line = lines.get(project.id)
    if line is not None:
        geometry = lonlat_json(shapely.from_wkb(line.wkb), line.crs)
    elif project.place and project.place.get("point"):
        geometry = lonlat_json(shapely.Point(project.place["point"]), crs)
    else:
        return None
    properties = {key: row[key] for key in ("number", "name", "light", "days_late")}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
