"""Checking several sites of one request: a row each, as `lantu check` writes its index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.check_work import CheckForm, Desk, facts_of, make_report, sites_of
from api.jobs.context import JobContext
from api.jobs.kinds import kind
from api.moments import moment_of
from gis.errors import LantuError, Text

SITES = "sites"
"""Folder of the uploaded sites, within the job's own."""

BATCH_CHECK = "check.batch"


def order_of(desk: Desk) -> dict[str, Any]:
    """Return the order of a batch: the form, and the moment that the door read."""
    form = desk.form.model_dump(mode="json", exclude_none=True)
    form["as_of"] = desk.as_of.isoformat()
    return {"form": form, "moment": desk.moment.isoformat()}


@kind(BATCH_CHECK, Text("批量检测", "Check of several sites"))
def check_batch(context: JobContext) -> dict[str, Any]:
    """Check all sites in order; rows already kept are not done again."""
    order, services = context.order, context.services
    desk = Desk(
        context.principal, CheckForm.model_validate(order["form"]), moment_of(order["moment"])
    )
    found = sites_of(services, desk.form, _sources(context))
    rulebook = services.rulebook()
    project, record = facts_of(services, desk, rulebook)
    rows: list[dict[str, Any]] = list((context.kept or {}).get("items", ()))
    for n, (name, site) in enumerate(found[len(rows) :], start=len(rows) + 1):
        context.step(n - 1, len(found), {"items": rows})
        row: dict[str, Any] = {"n": n, "site": name, "report": None, "error": None}
        try:
            if isinstance(site, LantuError):
                raise site
            made = make_report(
                services, desk, site, project=project, rulebook=rulebook, record=record
            )
            row |= _made(made.id, made.report.data, dict(made.links))
        except LantuError as error:
            if error.passes:  # no word on this site: the job goes on from here later
                raise
            row["error"] = error.as_dict()["error"]
        rows.append(row)
    context.step(len(found), len(found), {"items": rows})
    return {"items": rows}


def _made(named: str, data: Any, links: dict[str, str]) -> dict[str, Any]:
    return {
        "report": named,
        "number": data["number"],
        "colour": data["conclusion"]["colour"],
        "complete": data["conclusion"]["complete"],
        "links": links,
    }


def _sources(context: JobContext) -> list[Path]:
    folder = context.folder / SITES
    return sorted(folder.iterdir()) if folder.is_dir() else []
