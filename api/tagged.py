"""Entity tags: an answer that has not changed is not sent again, a change names what it changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from gis.errors import LantuError, Text

KEEP = "private, no-cache"
TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"schema": {"type": "string"}}}},
    304: {"description": "Not changed: the ETag is the one in If-None-Match"},
}
"""What the OpenAPI document says of an answer with a tag."""


def tagged(request: Request, document: BaseModel, *, tag: str | None = None) -> Response:
    """Return a document with its tag, by default that of its bytes; 304 where the asker has it."""
    body = json.dumps(
        document.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")
    ).encode()
    own = tag or f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": own, "Cache-Control": KEEP}
    if matches(request.headers.get("if-none-match"), own):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def matches(header: str | None, tag: str) -> bool:
    """Whether `If-None-Match` or `If-Match` names a tag."""
    if header is None:
        return False
    named = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in named or tag in named


def require_match(headers: Mapping[str, str], tag: str) -> None:
    """Refuse a change that was made from another state than the one there is now.

    Raises
    ------
    LantuError
        `changed_meanwhile` (412).
    """
    asked = headers.get("if-match")
    if asked is not None and not matches(asked, tag):
        raise LantuError(
            "changed_meanwhile",
            Text("内容已被他人修改", "It was changed meanwhile"),
            Text("请重新读取后再改", "Load it again, then change it"),
            where="If-Match",
        )
