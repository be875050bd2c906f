"""The documents of `/ogc`: landing page, conformance, collections; links and GeoJSON pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np

from api.ogc.collections import Collection
from api.ogc.params import ItemQuery
from api.ogc.sources import Item, Source
from api.ogc.systems import CRS84, System, Systems
from gis.errors import Language, Text

GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CONFORMS = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{name}"
    for part, name in ((1, "core"), (1, "oas30"), (1, "geojson"), (2, "crs"))
)
_TITLE = Text("蓝图：空间数据服务", "Lantu: spatial data")
_ABOUT = Text(
    "图层、区域评估成果与项目用地，按 OGC API Features 提供",
    "Layers, area assessments and sites of projects as OGC API Features",
)


def _link(href: str, rel: str, media: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media, "title": title}


def landing(base: str, language: Language) -> dict[str, Any]:
    """Return the landing page; `base` is the address of `/ogc`."""
    media = "application/json"
    return {
        "title": _TITLE.pick(language),
        "description": _ABOUT.pick(language),
        "links": [
            _link(base, "self", media, "this document"),
            _link(f"{base}/api", "service-desc", OPENAPI, "the interface"),
            _link(f"{base}/conformance", "conformance", media, "conformance classes"),
            _link(f"{base}/collections", "data", media, "the collections"),
        ],
    }


def collections_page(base: str, found: Sequence[Collection], systems: Systems) -> dict[str, Any]:
    """Return the list of collections."""
    return {
        "links": [_link(f"{base}/collections", "self", "application/json", "this document")],
        "crs": list(systems.uris),
        "collections": [collection_page(base, item, systems) for item in found],
    }


def collection_page(base: str, item: Collection, systems: Systems) -> dict[str, Any]:
    """Return the description of one collection."""
    address = collection_address(base, item.id)
    first = f"{item.first.isoformat()}T00:00:00+08:00" if item.first else None
    last = f"{item.last.isoformat()}T23:59:59+08:00" if item.last else None
    extent: dict[str, Any] = {"spatial": {"bbox": [systems.extent(item.extent)], "crs": CRS84}}
    if first is not None:
        extent["temporal"] = {"interval": [[first, last]]}
    page = {
        "id": item.id,
        "title": item.title,
        "description": item.description,
        "itemType": "feature",
        "extent": extent,
        "crs": list(systems.uris),
        "links": [
            _link(address, "self", "application/json", "this document"),
            _link(f"{address}/items", "items", GEOJSON, "the features"),
        ],
    }
    if systems.stored is not None:
        page["storageCrs"] = systems.stored
    return page


def collection_address(base: str, name: str) -> str:
    """Return the address of a collection."""
    return f"{base}/collections/{quote(name, safe=':')}"


# --- items --------------------------------------------------------------------------------------


def features_page(
    address: str,
    given: Sequence[tuple[str, str]],
    query: ItemQuery,
    source: Source,
    systems: Systems,
) -> Iterator[bytes]:
    """Yield a FeatureCollection piece by piece: no more than a chunk of features is in memory."""
    returned = max(0, min(query.limit, source.matched - query.offset))
    links = [_link(_page_address(address, given, {}), "self", GEOJSON, "this page")]
    for rel, offset in (
        ("next", query.offset + query.limit),
        ("prev", max(0, query.offset - query.limit)),
    ):
        if (rel == "next" and offset < source.matched) or (rel == "prev" and query.offset > 0):
            changed = {"offset": str(offset), "limit": str(query.limit)}
            links.append(_link(_page_address(address, given, changed), rel, GEOJSON, f"{rel} page"))
    collection = address.removesuffix("/items")
    links.append(_link(collection, "collection", "application/json", "the collection"))
    head = {
        "type": "FeatureCollection",
        "numberMatched": source.matched,
        "numberReturned": returned,
        "links": links,
    }
    yield _json(head)[:-1] + b',"features":['
    first = True
    for items in source.page(query.offset, query.limit) if returned else ():
        texts = _features(items, query.system, systems)
        if texts:
            yield ("" if first else ",").encode() + ",".join(texts).encode()
            first = False
    yield b"]}"


def feature_document(address: str, item: Item, system: System, systems: Systems) -> bytes:
    """Return one Feature with its links."""
    links = [
        _link(f"{address}/items/{quote(item.id, safe='')}", "self", GEOJSON, "this feature"),
        _link(address, "collection", "application/json", "the collection"),
    ]
    (text,) = _features([item], system, systems)
    return text[:-1].encode() + b',"links":' + _json(links) + b"}"


def _features(items: Sequence[Item], system: System, systems: Systems) -> list[str]:
    shapes = np.empty(len(items), dtype=object)
    shapes[:] = [item.geometry for item in items]
    texts = systems.write(shapes, system)
    return [
        f'{{"type":"Feature","id":{json.dumps(item.id, ensure_ascii=False)},"geometry":{text},'
        f'"properties":{_json(dict(item.properties)).decode()}}}'
        for item, text in zip(items, texts, strict=True)
    ]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _page_address(address: str, given: Sequence[tuple[str, str]], changed: dict[str, str]) -> str:
    kept = [(name, value) for name, value in given if name not in changed]
    asked = urlencode([*kept, *changed.items()])
    return f"{address}?{asked}" if asked else address


def entity_tag(*parts: object) -> str:
    """Return the ETag of an answer from all that decides it."""
    told = hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()
    return f'"{told[:32]}"'
