"""What a question or an opinion rests on: the report, the finding, and where it lies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely

from api.auth.roles import Principal
from api.records.reports import readable_report
from api.records.tables import Task
from api.services import Services
from gis.errors import LantuError
from maps.display import lonlat_box, lonlat_json

Json = Mapping[str, Any]


def report_of(services: Services, principal: Principal, task: Task) -> Json | None:
    """Return the report that a task is about; None where it is about something else or is gone."""
    thing, _, name = task.subject.partition(":")
    if thing != "report":
        return None
    try:
        with services.records.reading() as session:
            digest = readable_report(session, principal, name.partition("#")[0]).document
        found: Json = json.loads(services.workspace.document(digest))
    except LantuError:  # a report that this person may not read is no evidence for them
        return None
    return found


def finding_of(report: Json, task: Task) -> Json | None:
    """Return the finding that a task is about, None where it is about the whole report."""
    rule = task.subject.partition("#")[2]
    return next((item for item in report["findings"] if item["code"] == rule), None)


def place_of(report: Json, finding: Json | None) -> dict[str, Any]:
    """Return the site, and the pieces of the finding, for the map."""
    crs = report["site"]["crs"]["code"]
    site = shapely.geometry.shape(report["site"]["geometry"])
    pieces = finding["pieces"] if finding else None
    return {
        "bbox": lonlat_box([site], crs),
        "extent": lonlat_json(shapely.geometry.shape(pieces), crs) if pieces else None,
        "outline": lonlat_json(site, crs),
    }
