"""A report checked again with other answers, or issued: its own site, the data of today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.auth.roles import Principal
from api.check_work import CheckForm, Desk, Made, as_texts, make_report
from api.records.projects import project_by_code
from api.records.reports import readable_report
from api.services import Services
from checks.facts import project_of
from checks.replay import site_of
from gis.errors import LantuError, Note, Text

Json = Mapping[str, Any]


def report_document(services: Services, principal: Principal, named: str) -> dict[str, Any]:
    """Return the document of a report that this person may read.

    Raises
    ------
    LantuError
        `unknown_report`.
    """
    return _read(services, principal, named)[0]


def _read(
    services: Services, principal: Principal, named: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    with services.records.reading() as session:
        row = readable_report(session, principal, named)
        document, request = row.document, dict(row.request)
    report: dict[str, Any] = json.loads(services.workspace.document(document))
    return report, request


def check_again(
    services: Services, desk: Desk, named: str, answers: Json, *, scenario: str | None = None
) -> Made:
    """Check the site of a report again, with answers laid over its facts; null takes one back.

    The scenario stays where somebody had chosen it, else the facts choose anew.
    """
    report, request = _read(services, desk.principal, named)
    stored = report["project"]
    facts = {**stored["facts"], **answers, "code": stored["code"], "name": stored["name"]}
    rulebook = services.rulebook()
    project = project_of(as_texts(facts), rulebook.facts, where="project")
    notes = tuple(
        Note(note["code"], Text(note["zh"], note["en"])) for note in request.get("notes", ())
    )
    site = replace(site_of(report["site"]), notes=notes)
    code = request.get("project_code")
    form = CheckForm(
        scenario=scenario or request.get("scenario"),
        project_code=code,
        as_of=desk.form.as_of or report["as_of"],
        issue=desk.form.issue,
        version=None,
    )
    return make_report(
        services,
        replace(desk, form=form),
        site,
        project=project,
        rulebook=rulebook,
        record=_record(services, desk.principal, code),
    )


def _record(services: Services, principal: Principal, code: str | None) -> int | None:
    """The project on record that the first check was made for; None where it is gone."""
    if code is None:
        return None
    with services.records.reading() as session:
        try:
            return project_by_code(session, principal, code).id
        except LantuError:
            return None  # the project was taken away meanwhile, or is another district's now
