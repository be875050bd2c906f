"""What the OpenAPI document says of every route alike: problems, bodies, examples."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE


class Words(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class Problem(BaseModel):
    """A refusal (RFC 9457): what was found, and what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:lantu:error:outside_area",
                "title": "Refused",
                "status": 422,
                "detail": "用地在工作区范围之外。请核对坐标系",
                "code": "outside_area",
                "fact": {"zh": "用地在工作区范围之外", "en": "The site is outside the workspace"},
                "hint": {"zh": "请核对坐标系", "en": "Check the CRS"},
                "where": "plot.geojson",
                "request_id": "0c7cf3b8a94e4fbc9f3f0f7f7f0f6a55",
            }
        }
    )

    type: str = Field(description="`urn:lantu:error:<code>`")
    title: str
    status: int
    detail: str = Field(description="fact and hint in the reader's language")
    code: str = Field(description="stable name, listed in docs/errors.md")
    fact: Words
    hint: Words
    where: str | None = Field(description="file, field or feature")
    request_id: str


_SAID = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "Signed in, and not allowed",
    404: "Not there, or not for this reader",
    409: "It conflicts with what is there",
    412: "It was changed meanwhile",
    413: "More than the upload limit",
    415: "This type of content is not taken",
    422: "Understood, and refused",
    429: "Too many requests; see Retry-After",
    503: "Not available now; try again",
}
_ALWAYS = (401, 403, 422, 429, 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problem answers of a route: those named, and those that any route may give."""
    return {
        status: {
            "description": _SAID[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, *_ALWAYS})
    }


def body(content: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """Return `openapi_extra` of a route that reads its body itself."""
    return {"requestBody": {"required": required, "content": content}}
