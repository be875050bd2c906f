"""Inside and outside version of a report (内部版 / 对外版).

The outside version is a document of its own, with a digest of its own and the same number: what
any format shows of it follows from the document, and none can show more by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from checks.report.canonical import digest_of
from gis.errors import Language, Note, Text

Json = Mapping[str, Any]
Version = Literal["inside", "outside"]

OUTSIDE = "outside_version"
_NOTE = Note(
    OUTSIDE,
    Text(
        "本件为对外版：不含所依据图层的图形，附图为示意图；图形详情见内部版或向主管部门查询",
        "Outside version: it carries no geometry of the layers it rests on, figures are sketches; "
        "ask the authorities, or see the inside version, for shapes",
    ),
)

_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
    | {"GeometryCollection"}
)
_WATERMARK = Text("对外版 · 示意图", "Outside version · sketch")


def outside_version(report: Json) -> dict[str, Any]:
    """Return the document that may leave the office.

    Every geometry but the site's own is null, wherever it stands, and what lies around the site
    is left out with its names; states, measures, basis and wording stay. A note in `limits` says
    so, and the digest is that of this document. What confidential layers hold is not taken out
    here: `checks.replay.for_outside` sees to it that it is not in the report.
    """
    own = report["site"]
    site = {**_bare(own), "geometry": own["geometry"], "attributes": own["attributes"]}
    if "context" in own:
        site["context"] = []
    document = {key: _bare(value) for key, value in report.items() if key not in {"site", "digest"}}
    others = [limit for limit in document["limits"] if limit["code"] != OUTSIDE]
    document |= {"site": site, "limits": [_NOTE.as_dict(), *others]}
    document["digest"] = digest_of(document)
    return document


def is_outside(report: Json) -> bool:
    """Whether a document is the outside version."""
    return any(limit["code"] == OUTSIDE for limit in report["limits"])


def watermark(report: Json, language: Language) -> str:
    """Return what every page of an outside version bears; '' for the inside version."""
    return _WATERMARK.pick(language) if is_outside(report) else ""


def _is_geometry(value: Json) -> bool:
    """Whether a value is a GeoJSON geometry, and not fields of a thing that bear such names."""
    held = value.get("coordinates", value.get("geometries"))
    return isinstance(held, list) and value.get("type") in _GEOMETRIES


def _bare(value: Any) -> Any:
    """Return a value without any GeoJSON geometry in it."""
    if isinstance(value, Mapping):
        if _is_geometry(value):
            return None
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_bare(item) for item in value]
    return value
