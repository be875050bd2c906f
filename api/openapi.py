"""What the OpenAPI document says of every route alike: problems, bodies, examples."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
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


def describe(app: FastAPI) -> None:
    """Let the application tell its OpenAPI document whole: problems, ways to sign in, tags."""

    def document() -> dict[str, Any]:
        """Make the document when it is first asked for."""
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, routes=app.routes, tags=list(_TAGS)
            )
            parts = made.setdefault("components", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas = parts.setdefault("schemas", {})
            schemas.update(problem.pop("$defs"), Problem=problem)
            parts["securitySchemes"] = _SCHEMES
            made["security"] = [{name: []} for name in _SCHEMES]
            for operations in made["paths"].values():
                for operation in operations.values():
                    _complete(operation)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to change it


def _complete(operation: dict[str, Any]) -> None:
    """Add what the way in may answer to any request, and to any that has a body."""
    given = operation["responses"]
    usual = (400, 413) if "requestBody" in operation else (400,)
    for status, answer in problems(*usual).items():
        if "application/json" in given.get(str(status), {}).get("content", {}):
            continue  # FastAPI's own form of 422, which it adds where none is named
        given.setdefault(str(status), answer)
    if "HTTPValidationError" in str(given.get("422")):
        given["422"] = problems()[422]


_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "an access token of an account"},
    "session": {"type": "apiKey", "in": "cookie", "name": "lantu_session"},
}
_TAGS = (
    {"name": "checks", "description": "用地检测 Checking sites"},
    {"name": "reports", "description": "检测报告 Reports that were made"},
    {"name": "inheritance", "description": "成果共享判定 Sharing area assessments"},
    {"name": "assessments", "description": "区域评估成果 Area assessments and their life"},
    {"name": "reservations", "description": "总量台账 Park totals"},
    {"name": "layers", "description": "图层与数据版本 Layers and editions"},
    {"name": "rules", "description": "检测规则 Rules, scenarios, project facts"},
    {"name": "projects", "description": "项目 Projects"},
    {"name": "jobs", "description": "任务 Long work"},
)


def body(content: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """Return `openapi_extra` of a route that reads its body itself."""
    return {"requestBody": {"required": required, "content": content}}
