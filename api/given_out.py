"""Kept reports as they are given out: inside as kept, outside made from it and logged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.checking import log_release
from api.clock import now

if TYPE_CHECKING:
    from api.auth.roles import Principal
    from api.records.tables import Report
    from api.rendered import Key
    from api.services import Services
    from checks.report.version import Version


def document_in(services: Services, row: Report, version: Version) -> bytes:
    """Return the document of a kept report in a version.

    Raises
    ------
    LantuError
        `outside_not_made`.
    """
    if version == "inside":
        return services.workspace.document(row.document)
    key: Key = (row.digest, version, "json", "zh")
    return services.rendered.get(key, lambda: _outside(services, row))


def _outside(services: Services, row: Report) -> bytes:
    from checks.outside import for_outside
    from checks.report.model import Report as Document

    kept = Document(json.loads(services.workspace.document(row.document)))
    return for_outside(kept, services.workspace).to_json()


def log_given(services: Services, who: Principal, document: bytes, form: str) -> None:
    """Log that somebody took an outside version away in a format: it may leave the office."""
    from checks.report.model import Report as Document

    log_release(
        services.workspace,
        Document(json.loads(document)),
        at=now(),
        who=who.login,
        version="outside",
        formats=(form,),
    )
