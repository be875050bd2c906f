"""Acts of people in the service: what is written with a change, and into the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.auth.roles import Principal
from api.services import Services
from layers.store.assessment_table import Act


def note_act(
    services: Services,
    principal: Principal,
    act: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    *,
    wait: bool = True,
) -> None:
    """Write one act (`layer.publish`) on a subject (`layer:KEY`) into the audit."""
    services.audit.add(act, subject, principal, detail=detail, wait=wait)


def act_of(principal: Principal, at: datetime, why: str | None = None, **detail: str | None) -> Act:
    """Return the act that the workspace keeps with a change."""
    given = {key: value for key, value in detail.items() if value is not None}
    return Act(at, principal.login, why, given)
