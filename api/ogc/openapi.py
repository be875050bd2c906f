"""The OpenAPI 3.0 document of `/ogc`, as OGC API Features asks for one."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from api.ogc.collections import Collection
from api.ogc.documents import GEOJSON
from api.ogc.params import KNOWN, LIMIT, MAX_LIMIT
from api.ogc.systems import CRS84, Systems
from api.problems import MEDIA_TYPE as PROBLEM

_JSON = "application/json"


def openapi(base: str, found: list[Collection], systems: Systems) -> dict[str, Any]:
    """Return the document; items are told of each collection by name."""
    paths: dict[str, Any] = {
        "/": _get("Landing page", _JSON),
        "/conformance": _get("Conformance classes", _JSON),
        "/collections": _get("Collections", _JSON),
        "/api": _get("This document", "application/vnd.oai.openapi+json;version=3.0"),
    }
    for item in found:
        path = f"/collections/{quote(item.id, safe=':')}"
        paths[path] = _get(item.title, _JSON)
        named = ["bbox", "bboxCrs", "datetime", "limit", "offset", "crs"]
        paths[f"{path}/items"] = _get(item.title, GEOJSON, [*named, *_own(item)], bad=True)
        paths[f"{path}/items"]["get"]["parameters"] += _properties(item)
        paths[f"{path}/items/{{featureId}}"] = _get(
            item.title, GEOJSON, ["featureId", "crs"], bad=True
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": "Lantu: OGC API Features", "version": version("lantu")},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"parameters": _parameters(systems), "responses": _responses()},
    }


def _own(item: Collection) -> list[str]:
    return ["report"] if item.id == "findings" else []


def _properties(item: Collection) -> list[dict[str, Any]]:
    """Name the properties of a layer: programs filter by them here instead of reading it all."""
    if item.spec is None:
        return []
    names = [attribute.key for attribute in item.spec.attributes]
    named = dict.fromkeys(["class", *names, *item.spec.report_fields])
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "style": "form",
            "explode": False,
        }
        for name in named
        if name not in KNOWN
    ]


def _get(
    summary: str, media: str, parameters: list[str] | None = None, *, bad: bool = False
) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": summary, "content": {media: {}}}}
    if bad:
        answers |= {name: {"$ref": f"#/components/responses/{name}"} for name in ("400", "404")}
    answers["default"] = {"$ref": "#/components/responses/default"}
    asked = [{"$ref": f"#/components/parameters/{name}"} for name in parameters or ()]
    return {"get": {"summary": summary, "parameters": asked, "responses": answers}}


def _parameters(systems: Systems) -> dict[str, Any]:
    uris = {"type": "string", "format": "uri", "enum": list(systems.uris), "default": CRS84}
    whole = {"type": "integer"}
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}

    def asked(name: str, schema: dict[str, Any], about: str, **more: Any) -> dict[str, Any]:
        """Return a parameter of the query."""
        told = {"name": name, "in": "query", "required": False, "description": about}
        return {**told, "schema": schema, "style": "form", "explode": False, **more}

    limit = {**whole, "minimum": 1, "maximum": MAX_LIMIT, "default": LIMIT}
    return {
        "bbox": asked("bbox", numbers, "Features that meet the box, in bbox-crs"),
        "bboxCrs": asked("bbox-crs", uris, "Coordinate system of the box"),
        "crs": asked("crs", uris, "Coordinate system of the answer"),
        "datetime": asked(
            "datetime", {"type": "string"}, "A day, a moment, or an interval such as 2026-01-01/.."
        ),
        "limit": asked("limit", limit, "Features a page"),
        "offset": asked("offset", {**whole, "minimum": 0, "default": 0}, "Features passed over"),
        "report": asked("report", {"type": "string"}, "Id of the report", required=True),
        "featureId": {
            "name": "featureId",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
        },
    }


def _responses() -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"type": "object"}}}
    return {
        "400": {"description": "A parameter cannot be used", "content": problem},
        "404": {"description": "There is no such thing", "content": problem},
        "default": {"description": "A refusal as RFC 9457 problem", "content": problem},
    }
