"""Refusals as HTTP answers: RFC 9457 problems, one table of statuses (CONTRACTS section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gis.errors import Language, LantuError

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[str, int] = MappingProxyType(
    {
        "not_signed_in": 401,
        "wrong_password": 401,
        "bad_token": 401,
        "bad_identity": 401,
        "account_closed": 403,
        "not_allowed": 403,
        "csrf": 403,
        "must_change_password": 403,
        "not_found": 404,
        "unknown_layer": 404,
        "unknown_record": 404,
        "unknown_assessment": 404,
        "unknown_rule": 404,
        "unknown_project": 404,
        "unknown_report": 404,
        "unknown_job": 404,
        "unknown_task": 404,
        "unknown_draft": 404,
        "unknown_park": 404,
        "unknown_plot": 404,
        "no_document": 404,
        "assessment_exists": 409,
        "unknown_user": 404,
        "unknown_token": 404,
        "unknown_collection": 404,
        "unknown_item": 404,
        "wrong_method": 405,
        "edition_exists": 409,
        "wrong_state": 409,
        "already_committed": 409,
        "quota_exceeded": 409,
        "no_reservation": 409,
        "code_taken": 409,
        "login_taken": 409,
        "last_administrator": 409,
        "key_reused": 409,
        "key_in_flight": 409,
        "changed_meanwhile": 412,
        "too_large": 413,
        "unsupported_media": 415,
        "unreadable_file": 400,
        "unknown_format": 400,
        "bad_request": 400,
        "bad_query": 400,
        "unknown_field": 400,
        "too_many_requests": 429,
        "layer_unreadable": 503,
        "workspace_busy": 503,
        "workspace_unreachable": 503,
        "workspace_unreadable": 503,
        "records_unreachable": 503,
        "provider_unreachable": 503,
        "shutting_down": 503,
        "took_too_long": 503,
        "internal_fault": 500,
    }
)
"""Status by code of the refusal; what is not named is 422: understood, and refused."""

_TITLES = {
    400: "Unreadable",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Wrong method",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Refused",
    429: "Too many requests",
    500: "Internal fault",
    503: "Not available now",
}


def status_of(error: LantuError) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS.get(error.code, 422)


def problem(error: LantuError, *, request_id: str, language: Language) -> dict[str, Any]:
    """Return the problem document of a refusal."""
    status = status_of(error)
    return {
        "type": f"urn:lantu:error:{error.code}",
        "title": _TITLES[status],
        "status": status,
        "detail": f"{error.fact.pick(language)}。{error.hint.pick(language)}"
        if language == "zh"
        else f"{error.fact.en}. {error.hint.en}",
        "code": error.code,
        "fact": error.fact.as_dict(),
        "hint": error.hint.as_dict(),
        "where": error.where,
        "request_id": request_id,
    }
