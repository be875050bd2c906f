"""GeoJSON (RFC 7946, and the older `crs` member), read strictly and without GDAL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Never

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import total_bounds
from gis.site_formats.limits import check_vertices
from gis.site_formats.model import RawFeature, RawFile
from gis.site_formats.rings import RING_CLOSED, degenerate_ring
from gis.site_formats.text import declared_area_from, name_from, plain

_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}
_MAX_DEPTH = 8
"""Collections within collections deeper than this serve nobody."""

_FIX = Text(
    "请用 GIS 软件重新导出为 GeoJSON",
    "Export it again as GeoJSON from a GIS program",
)


def read_geojson(text: str) -> RawFile:
    """Read the features of a GeoJSON text.

    Returns
    -------
    One feature for each Feature, or one for a bare geometry. The CRS is that of the `crs`
    member; without one EPSG:4490 is assumed when every |x| <= 180 and |y| <= 90.

    Raises
    ------
    LantuError
        `bad_json`, `bad_geojson`, `empty_collection`, `too_many_vertices`.
    """
    document = _parse(text)
    kind = document.get("type")
    if kind == "FeatureCollection":
        items = document.get("features")
        if not isinstance(items, list):
            raise _bad(f"features = {plain(items)[:60]!r}", "FeatureCollection.features")
    elif kind == "Feature":
        items = [document]
    elif kind in _GEOMETRIES:
        items = [{"type": "Feature", "properties": {}, "geometry": document}]
    else:
        raise _bad(f"type = {plain(kind)[:60]!r}", "type")
    if not items:
        raise LantuError(
            "empty_collection",
            Text("文件中没有任何要素（features 为空）", "The file holds no feature at all"),
            Text("请确认导出时选中了地块", "Make sure that parcels were selected at export"),
        )
    features = tuple(_feature(item, n) for n, item in enumerate(items, 1))
    geometries = [f.geometry for f in features if isinstance(f, RawFeature) and f.geometry]
    check_vertices(int(shapely.get_num_coordinates(geometries).sum()) if geometries else 0)
    bounds = np.array(total_bounds(geometries))
    degrees = bool((np.abs(bounds) <= np.array([180.0, 90.0, 180.0, 90.0])).all())
    return RawFile("geojson", features, _crs(document), "EPSG:4490" if degrees else None)


def _parse(text: str) -> dict[str, Any]:
    def refuse_constant(word: str) -> Never:
        raise ValueError(f"{word} is no JSON number")

    try:
        document = json.loads(text, parse_constant=refuse_constant)
    except RecursionError as error:
        raise LantuError(
            "bad_json",
            Text("JSON 嵌套层数过深", "The JSON is nested too deeply"),
            _FIX,
        ) from error
    except ValueError as error:
        detail = str(error)[:120]
        raise LantuError(
            "bad_json",
            Text(
                f"JSON 无法解析，文件可能不完整：{detail}",
                f"The JSON cannot be parsed, it may be truncated: {detail}",
            ),
            _FIX,
        ) from error
    if not isinstance(document, dict):
        raise _bad(f"{type(document).__name__}", "top level")
    return document


def _bad(value: str, place: str) -> LantuError:
    return LantuError(
        "bad_geojson",
        Text(f"不是有效的 GeoJSON：{place}：{value}", f"No valid GeoJSON: {place}: {value}"),
        _FIX,
    )


def _crs(document: Mapping[str, Any]) -> str | None:
    """Return the name in the `crs` member of GeoJSON 2008; null and absence are the same."""
    member = document.get("crs")
    if member is None:
        return None
    if isinstance(member, str):
        return member
    properties = member.get("properties") if isinstance(member, dict) else None
    if isinstance(properties, dict):
        if isinstance(properties.get("name"), str):
            return str(properties["name"])
        if plain(properties.get("code")).isdigit():
            return f"EPSG:{plain(properties['code'])}"
    raise LantuError(
        "unknown_crs",
        Text(
            f"crs 成员无法识别：{plain(member)[:80]}",
            f"The crs member cannot be read: {plain(member)[:80]}",
        ),
        Text(
            "请写 {type: name, properties: {name: EPSG:4548}}，或删除该成员并用 --crs 指定",
            "Write {type: name, properties: {name: EPSG:4548}}, or delete it and use --crs",
        ),
    )


def _feature(item: Any, position: int) -> RawFeature | LantuError:
    try:
        if not isinstance(item, dict) or item.get("type") != "Feature":
            raise _bad(f"{plain(item)[:60]!r}", "Feature")
        properties = item.get("properties")
        attributes = properties if isinstance(properties, dict) else {}
        fallback = plain(item.get("id")).strip()
        name = name_from(attributes, position)
        if name == str(position) and fallback:
            name = fallback
        notes: list[Note] = []
        geometry = item.get("geometry")
        shape = None if geometry is None else _geometry(geometry, notes, 0)
        area = declared_area_from(attributes)
        return RawFeature(name, shape, attributes, area, notes=tuple(dict.fromkeys(notes)))
    except LantuError as error:
        return error.at(f"features[{position}]")


def _geometry(item: Any, notes: list[Note], depth: int) -> BaseGeometry:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind not in _GEOMETRIES or depth > _MAX_DEPTH:
        raise _bad(f"{plain(kind)[:60]!r}", "geometry.type")
    if kind == "GeometryCollection":
        members = _list(item.get("geometries"), "geometries")
        return shapely.GeometryCollection([_geometry(m, notes, depth + 1) for m in members])
    coordinates = _list(item.get("coordinates"), "coordinates")
    if kind == "Point":
        return shapely.Point(_positions([coordinates])[0]) if coordinates else shapely.Point()
    if kind == "MultiPoint":
        return shapely.MultiPoint(_positions(coordinates))
    if kind == "LineString":
        return _line(coordinates)
    if kind == "MultiLineString":
        lines = [_line(part) for part in coordinates]
        return shapely.MultiLineString([line for line in lines if not line.is_empty])
    if kind == "Polygon":
        return _polygon(coordinates, notes)
    return shapely.MultiPolygon([_polygon(part, notes) for part in coordinates])


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _bad(f"{plain(value)[:60]!r}", place)
    return value


def _numbers(position: Any) -> Iterator[float]:
    if not isinstance(position, list) or len(position) < 2:
        raise _bad(f"{plain(position)[:60]!r}", "position")
    for value in position[:3]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _bad(f"{plain(value)[:60]!r}", "coordinate")
        try:
            yield float(value)
        except OverflowError as error:
            raise _bad(f"{str(value)[:20]}…", "coordinate") from error


def _positions(items: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    rows = [tuple(_numbers(position)) for position in _list(items, "coordinates")]
    width = min((len(row) for row in rows), default=2)
    return np.array([row[:width] for row in rows], dtype=np.float64).reshape(-1, width)


def _line(items: Any) -> BaseGeometry:
    xy = _positions(items)
    if len(xy) == 0:
        return shapely.LineString()
    if len(xy) == 1:
        raise _bad("1 position", "LineString")
    return shapely.LineString(xy)


def _polygon(rings: Any, notes: list[Note]) -> BaseGeometry:
    built = [_ring(ring, notes) for ring in _list(rings, "rings")]
    if not built:
        return shapely.Polygon()
    return shapely.Polygon(built[0], built[1:])


def _ring(items: Any, notes: list[Note]) -> np.ndarray[Any, np.dtype[np.float64]]:
    xy = _positions(items)
    if len(xy) and not np.array_equal(xy[0, :2], xy[-1, :2]):
        xy = np.vstack([xy, xy[:1]])
        notes.append(RING_CLOSED)
    if len(xy) < 4:
        raise degenerate_ring(len(xy))
    return xy
