"""KML, parsed with expat: no DOCTYPE, no entities, no network links, flat handlers only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import multi_polygon
from gis.guards_crs import gcj02_suspected
from gis.site_formats.model import RawFeature, RawFile
from gis.site_formats.rings import RING_CLOSED, degenerate_ring
from gis.site_formats.text import declared_area_from

_OVITAL_ELEMENT = re.compile(r"Ov[A-Z]|ov(ital|kml)?:", re.ASCII)
_FIX = Text("请重新导出 KML 或 KMZ", "Export the KML or KMZ again")
_MAX_DEPTH = 64


@dataclass(slots=True)
class _Placemark:
    """A placemark while its elements stream by."""

    name: str = ""
    data: dict[str, object] = field(default_factory=dict)
    polygons: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    points: int = 0
    unread: list[str] = field(default_factory=list)


class _Handler:
    """Collects placemarks; knows where it stands by the names of the open elements."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.text: list[str] = []
        self.placemarks: list[_Placemark] = []
        self.current: _Placemark | None = None
        self.key = ""
        self.ovital = ""
        self.links = 0
        self.root = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.root = self.root or local
        if not self.ovital and (
            _OVITAL_ELEMENT.match(local)
            or _OVITAL_ELEMENT.match(name)
            or any("ovital" in value.lower() for value in attributes.values())
        ):
            self.ovital = name
        self.open.append(local)
        if len(self.open) > _MAX_DEPTH:
            raise _bad(f"depth > {_MAX_DEPTH}")
        self.text = []
        if local == "NetworkLink":
            self.links += 1
        if local == "Placemark":
            self.current = _Placemark()
            self.placemarks.append(self.current)
        elif self.current is not None:
            self._start_in_placemark(local, attributes)

    def _start_in_placemark(self, local: str, attributes: dict[str, str]) -> None:
        if self.current is None:
            return
        if local == "Polygon":
            self.current.polygons.append([])
        elif local in {"Data", "SimpleData"}:
            self.key = attributes.get("name", "")
        elif local in {"Model", "Track", "MultiTrack"}:
            self.current.unread.append(local)

    def characters(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self.open.pop()
        text = "".join(self.text)
        self.text = []
        if local.startswith("OvCoordType") and text.strip():
            self.ovital = f"{local} = {text.strip()[:20]}"
        if self.current is None:
            return
        if local == "Placemark":
            self.current = None
        elif local == "name" and self.open[-1:] == ["Placemark"]:
            self.current.name = text.strip()
        elif (local == "value" and self.open[-1:] == ["Data"]) or local == "SimpleData":
            self.current.data[self.key] = text.strip()
        elif local == "description" and self.open[-1:] == ["Placemark"]:
            self.current.data["description"] = text.strip()
        elif local == "coordinates":
            self._coordinates(text)

    def _coordinates(self, text: str) -> None:
        if self.current is None:
            return
        if "Polygon" in self.open and self.current.polygons:
            rings = self.current.polygons[-1]
            if "outerBoundaryIs" in self.open:
                rings.insert(0, text)
            else:
                rings.append(text)
        elif self.open[-1:] in (["LineString"], ["LinearRing"]):
            self.current.lines.append(text)
        else:
            self.current.points += 1


def read_kml(text: str, name: str = "", crs: str | None = None) -> RawFile:
    """Read the placemarks of a KML text, each one a feature.

    Coordinates are WGS 84 by the format, which counts as CGCS2000. Network links are not
    followed; a file of Ovital Map is refused as likely GCJ-02 unless the user names its CRS.

    Raises
    ------
    LantuError
        `bad_xml`, `xml_doctype`, `not_kml`, `gcj02_suspected`, `empty_collection`.
    """
    handler = _parse(text)
    if handler.root != "kml":
        raise LantuError(
            "not_kml",
            Text(
                f"XML 根元素是 {handler.root[:40]}，不是 kml",
                f"The XML root is {handler.root[:40]}",
            ),
            Text("请导出为 KML、GeoJSON 或 Shapefile", "Export it as KML, GeoJSON or Shapefile"),
        )
    sign = handler.ovital or (name if name.lower().endswith((".ovkml", ".ovkmz")) else "")
    if sign and crs is None:
        raise gcj02_suspected(sign)
    if not handler.placemarks:
        raise LantuError(
            "empty_collection",
            Text(
                f"KML 中没有地标（Placemark）；网络链接 {handler.links} 个，不会访问",
                f"The KML holds no Placemark; {handler.links} network links are not followed",
            ),
            Text("请把地块本身导出为 KML", "Export the parcels themselves as KML"),
        )
    notes = [_links(handler.links)] if handler.links else []
    features = [_feature(p, n) for n, p in enumerate(handler.placemarks, 1)]
    return RawFile("kml", tuple(features), assumed_crs="EPSG:4326", notes=tuple(notes))


def _links(count: int) -> Note:
    return Note(
        "network_links",
        Text(
            f"KML 中有 {count} 个网络链接，未访问，其内容不在检测内",
            f"{count} network links in the KML were not followed; what they hold is not checked",
        ),
    )


def _parse(text: str) -> _Handler:
    handler = _Handler()
    parser = ParserCreate("utf-8")
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
    try:
        final = True
        parser.Parse(body.encode("utf-8", "surrogatepass"), final)
    except ExpatError as error:
        raise _bad(str(error)[:120]) from error
    return handler


def _refuse_doctype(*_: object) -> None:
    raise LantuError(
        "xml_doctype",
        Text("XML 含有 DOCTYPE 声明（可能含实体炸弹）", "The XML has a DOCTYPE (entity bombs?)"),
        Text("标准 KML 没有 DOCTYPE，请删除该声明", "Standard KML has none: delete it"),
    )


def _bad(value: str) -> LantuError:
    return LantuError(
        "bad_xml",
        Text(
            f"XML 无法解析，文件可能不完整：{value}",
            f"The XML cannot be parsed, it may be truncated: {value}",
        ),
        _FIX,
    )


def _feature(placemark: _Placemark, position: int) -> RawFeature | LantuError:
    name = placemark.name or str(position)
    try:
        if placemark.unread:
            raise _no_outline(placemark.unread)
        notes: list[Note] = []
        geometry = _geometry(placemark, notes)
        area = declared_area_from(placemark.data)
        return RawFeature(name, geometry, placemark.data, area, notes=tuple(dict.fromkeys(notes)))
    except LantuError as error:
        return error.at(name)


def _no_outline(kinds: list[str]) -> LantuError:
    return LantuError(
        "kml_geometry",
        Text(
            f"地标的几何类型 {'、'.join(kinds)} 不能作为用地",
            f"A placemark of {', '.join(kinds)} is no site",
        ),
        Text("请画成面或线", "Draw a polygon or a line"),
    )


def _geometry(placemark: _Placemark, notes: list[Note]) -> BaseGeometry | None:
    polygons = [_polygon(rings, notes) for rings in placemark.polygons if rings]
    lines = [_line(text) for text in placemark.lines]
    parts: list[BaseGeometry] = [*polygons, *lines]
    if not parts:
        return shapely.Point(0, 0) if placemark.points else None
    if placemark.points:
        notes.append(
            Note(
                "points_left_out",
                Text(
                    f"地标中的 {placemark.points} 个点（标注位置）未使用",
                    f"{placemark.points} points of the placemark (labels) are not used",
                ),
            )
        )
    if polygons and not lines:
        return multi_polygon(polygons)
    return parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)


def _tuples(text: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rows = []
    for item in re.sub(r"\s*,\s*", ",", text).split():
        try:
            row = [float(value) for value in item.split(",") if value]
        except ValueError as error:
            raise _bad_coordinates(item) from error
        if len(row) < 2:
            raise _bad_coordinates(item)
        rows.append(row[:3])
    width = min((len(row) for row in rows), default=2)
    values = np.array([row[:width] for row in rows], dtype=np.float64)
    return values.reshape(len(rows), width)


def _bad_coordinates(item: str) -> LantuError:
    return LantuError(
        "bad_coordinates",
        Text(f"坐标无法解析：{item[:60]}", f"Coordinates cannot be read: {item[:60]}"),
        _FIX,
    )


def _line(text: str) -> BaseGeometry:
    xy = _tuples(text)
    if len(xy) < 2:
        raise degenerate_ring(len(xy))
    return shapely.LineString(xy)


def _polygon(texts: list[str], notes: list[Note]) -> BaseGeometry:
    rings = []
    for text in texts:
        xy = _tuples(text)
        if len(xy) and not np.array_equal(xy[0, :2], xy[-1, :2]):
            xy = np.vstack([xy, xy[:1]])
            notes.append(RING_CLOSED)
        if len(xy) < 4:
            raise degenerate_ring(len(xy))
        rings.append(xy)
    return shapely.Polygon(rings[0], rings[1:])
