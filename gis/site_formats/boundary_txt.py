"""界址点 TXT: parcels with numbered boundary points, X north and Y east, in all variants.

A parcel line is `points,hectares,number,name,面|线|点,sheet,use,code` with 7 to 13 commas, counted
from the left, and a final `@` in most files. Point lines are `J1,ring,X,Y`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import multi_polygon, polygons_of
from gis.guards_geometry import check_finite
from gis.site_formats.boundary_write import DECIMALS_KEY, FIELDS, write_boundary_txt
from gis.site_formats.boundary_zone import Header, parcel_crs
from gis.site_formats.model import RawFeature, RawFile
from gis.site_formats.rings import RING_CLOSED, assemble, degenerate_ring

__all__ = ["read_boundary_txt", "write_boundary_txt"]

_KINDS = {"面", "线", "点"}
_COMMAS = str.maketrans("，＠［］＝", ",@[]=")


@dataclass(slots=True)
class _Parcel:
    """A parcel being read: its fields, its points (ring, north, east), its first fault."""

    fields: list[str]
    line: int
    points: list[tuple[str, float, float]] = field(default_factory=list)
    decimals: int = 0
    fault: LantuError | None = None


def read_boundary_txt(text: str, crs: str | None = None) -> RawFile:
    """Read the parcels of a 界址点 TXT.

    Parameters
    ----------
    text
        The decoded file.
    crs
        What the user says; needed where six-digit east coordinates have no header.

    Returns
    -------
    One feature for each parcel, x east and y north as written; hectares as declared area. The
    CRS is that of the zone prefix, else of the header; a header that differs from the prefix
    gives a note.

    Raises
    ------
    LantuError
        `txt_line` with the line that cannot be read, `txt_empty`.
    """
    header, parcels = _parse(text)
    if not parcels:
        raise LantuError(
            "txt_empty",
            Text("文件中没有地块和界址点", "The file holds no parcel and no boundary point"),
            Text(
                "界址点应写作：J1,1,2709000.000,39600000.000（点号,圈号,X北,Y东）",
                "Write points as J1,1,2709000.000,39600000.000 (point, ring, X north, Y east)",
            ),
        )
    features = [_feature(parcel, header, n, crs) for n, parcel in enumerate(parcels, 1)]
    return RawFile("txt", tuple(features))


def _parse(text: str) -> tuple[Header, list[_Parcel]]:
    header: dict[str, str] = {}
    parcels: list[_Parcel] = []
    section = ""
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = raw.strip().strip("\ufeff").strip()
        if not line:
            continue
        mark = line.translate(_COMMAS)
        if mark.startswith("[") and mark.endswith("]"):
            section = mark[1:-1].strip()
            continue
        if "=" in mark and not parcels and section != "地块坐标":
            key, _, value = mark.partition("=")
            header[key.strip()] = value.strip()
            continue
        _parcel_or_point(line, number, parcels, coordinates=section in {"", "地块坐标"})
    return Header(header), parcels


def _parcel_or_point(line: str, number: int, parcels: list[_Parcel], *, coordinates: bool) -> None:
    parcel = _parcel_fields(line)
    if parcel is not None:
        parcels.append(_Parcel(parcel, number))
        return
    fields = [part.strip() for part in unicodedata.normalize("NFKC", line).split(",")]
    point = _point(fields)
    if point is None:
        if coordinates:
            _fault(line, number, parcels)
        return
    if not parcels:
        parcels.append(_Parcel([], number))
    parcels[-1].points.append(point)
    decimals = len(fields[3].partition(".")[2])
    parcels[-1].decimals = max(parcels[-1].decimals, decimals)


def _parcel_fields(line: str) -> list[str] | None:
    """Return the fields of a parcel line without its `@`; None for other lines."""
    text = line if line.count(",") >= 7 else line.translate(_COMMAS)
    ended = text.rstrip().endswith(("@", "＠"))
    fields = [part.strip() for part in text.rstrip().rstrip("@＠").split(",")]
    known_kind = len(fields) > 4 and fields[4] in _KINDS
    if not (ended or known_kind or len(fields) >= 8):
        return None
    return fields


def _point(fields: list[str]) -> tuple[str, float, float] | None:
    if not 4 <= len(fields) <= 7:
        return None
    try:
        north, east = float(fields[2]), float(fields[3])
    except ValueError:
        return None
    return fields[1], north, east


def _fault(line: str, number: int, parcels: list[_Parcel]) -> None:
    fault = LantuError(
        "txt_line",
        Text(f"第 {number} 行无法识别：{line[:60]}", f"Line {number} cannot be read: {line[:60]}"),
        Text(
            "界址点行应为：点号,圈号,X(北),Y(东)，例如 J1,1,2709000.000,39600000.000",
            "A point line is: point, ring, X (north), Y (east), such as"
            " J1,1,2709000.000,39600000.000",
        ),
        where=f"line {number}",
    )
    if not parcels:
        raise fault
    parcels[-1].fault = parcels[-1].fault or fault


def _feature(
    parcel: _Parcel, header: Header, position: int, option: str | None
) -> RawFeature | LantuError:
    values = dict(zip(FIELDS, parcel.fields, strict=False))
    name = values.get("名称") or values.get("编号") or str(position)
    try:
        if parcel.fault is not None:
            raise parcel.fault
        rings = _rings(parcel)
        notes = [*_count_note(parcel, values, len(rings))]
        geometry = _geometry(rings, values.get("图形属性") or "面", notes)
        crs, fixed, crs_notes = parcel_crs(geometry.bounds, header, option)
        area = _hectares(values.get("面积(公顷)", ""), notes)
        extra = {f"附加{n}": value for n, value in enumerate(parcel.fields[8:], 1) if value}
        attributes = {key: value for key, value in values.items() if key != "点数" and value}
        attributes |= extra | {DECIMALS_KEY: str(parcel.decimals)}
        return RawFeature(
            name, geometry, attributes, area, crs, fixed, tuple(dict.fromkeys([*notes, *crs_notes]))
        )
    except LantuError as error:
        return error.at(f"{name}, line {parcel.line}")


def _rings(parcel: _Parcel) -> list[list[tuple[float, float]]]:
    """Group points by ring number; a ring that has closed is followed by a new one."""
    rings: list[list[tuple[float, float]]] = []
    current: str | None = None
    for ring, north, east in parcel.points:
        closed = bool(rings) and len(rings[-1]) > 3 and rings[-1][0] == rings[-1][-1]
        if ring != current or closed:
            rings.append([])
            current = ring
        rings[-1].append((east, north))
    return rings


def _count_note(parcel: _Parcel, values: dict[str, str], rings: int) -> list[Note]:
    """Compare the stated number of points; fewer than stated means a truncated file.

    Raises
    ------
    LantuError
        `txt_truncated`.
    """
    stated = values.get("点数", "")
    found = len(parcel.points)
    if not stated.isdigit() or int(stated) in {found, found - rings}:
        return []
    if found < int(stated):
        raise LantuError(
            "txt_truncated",
            Text(
                f"地块行写明 {stated} 个点，文件中只有 {found} 个，文件可能不完整",
                f"The parcel line states {stated} points, the file holds {found}: truncated?",
            ),
            Text("请重新导出，或改正地块行的点数", "Export again, or correct the stated number"),
        )
    return [
        Note(
            "point_count_differs",
            Text(
                f"地块行写明 {stated} 个点，实际 {found} 个，以实际为准",
                f"The parcel line states {stated} points, {found} were read",
            ),
        )
    ]


def _geometry(rings: list[list[tuple[float, float]]], kind: str, notes: list[Note]) -> BaseGeometry:
    if not rings:
        return shapely.Polygon()
    points = shapely.MultiPoint([point for ring in rings for point in ring])
    check_finite(points)
    if kind == "点":
        return points
    if kind == "线":
        lines = [shapely.LineString(ring) for ring in rings if len(ring) > 1]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    polygons = []
    for ring in rings:
        if ring[0] != ring[-1]:
            ring.append(ring[0])
            notes.append(RING_CLOSED)
        if len(ring) < 4:
            raise degenerate_ring(len(ring))
        polygons.append(shapely.Polygon(ring))
    parts = [part for shape in assemble(polygons) for part in polygons_of(shape)]
    return multi_polygon(parts)


def _hectares(text: str, notes: list[Note]) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*(公顷|ha)?", unicodedata.normalize("NFKC", text))
    if match:
        value = float(match.group(1)) * 10_000.0
        return value if value > 0 else None
    if text.strip():
        notes.append(
            Note(
                "declared_area_unread",
                Text(
                    f"地块行的面积“{text[:40]}”不是以公顷为单位的数，未作核对",
                    f"The stated area {text[:40]!r} is no number of hectares; not compared",
                ),
            )
        )
    return None
