"""Coordinates pasted from a table: columns told by the size of numbers, else by the heading."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.guards_crs import gcj02_suspected
from gis.site_formats.boundary_zone import Header, parcel_crs
from gis.site_formats.model import RawFeature, RawFile
from gis.site_formats.rings import assemble, degenerate_ring

_SPLIT = re.compile(r"[\t,;|]|\s{1,}")
_DMS = re.compile(
    r"([NSEW东西南北])?(\d{1,3})[°度:](\d{1,2})['′分:](\d{1,2}(?:\.\d*)?)(?:[\"″秒]|′′|'')?([NSEW东西南北])?",
    re.IGNORECASE,
)
_EAST = {"y", "东", "东坐标", "横坐标", "经度", "lon", "lng", "longitude", "e", "east", "easting"}
_NORTH = {"x", "北", "北坐标", "纵坐标", "纬度", "lat", "latitude", "n", "north", "northing"}
_OFFSET_FLAGS = {"g": "GCJ-02", "b": "BD-09"}

Row = list[str]


def read_pasted(text: str, crs: str | None = None) -> RawFile:
    """Read boundary points of a pasted table; a blank line begins another ring.

    The size of the numbers tells the columns: seven digits are north, six or eight east, 73-136
    longitude, 3-54 latitude. Where it does not, as in local grids, the heading does (X or 北 is
    north, Y or 东 is east, as surveyors write). Rings inside another are its holes, each other
    one is a site. The table is closed by its first point.

    Raises
    ------
    LantuError
        `pasted_unreadable` with the line, `pasted_ambiguous` when the columns cannot be told,
        `gcj02_suspected` for Ovital's offset flags.
    """
    blocks = _blocks(text)
    rows = [row for block in blocks for row in block]
    heading = _heading(rows)
    numbers = [[_numbers(row) for row in block if row is not heading] for block in blocks]
    numbers = [block for block in numbers if block]
    flat = [row for block in numbers for row in block]
    if not flat:
        raise _unreadable(text.strip()[:60])
    north, east = _columns(heading, rows, flat)
    rings = []
    for block in numbers:
        points = [(row[east], row[north]) for row in block]
        if points[0] != points[-1]:
            points.append(points[0])
        if len(points) < 4:
            raise degenerate_ring(len(points))
        rings.append(shapely.Polygon(points))
    features = [_feature(site, n, crs) for n, site in enumerate(assemble(rings), 1)]
    return RawFile("table", tuple(features))


def _feature(site: BaseGeometry, position: int, crs: str | None) -> RawFeature | LantuError:
    bounds = site.bounds
    if max(abs(value) for value in bounds) <= 180:
        return RawFeature(str(position), site, crs=None if crs else "EPSG:4490")
    try:
        system, fixed, notes = parcel_crs(bounds, Header(), crs)
    except LantuError as error:
        return error.at(str(position))
    said = (*notes, _axes(bounds)) if system else tuple(notes)
    return RawFeature(str(position), site, crs=system, crs_fixed=fixed, notes=said)


def _axes(bounds: tuple[float, float, float, float]) -> Note:
    minx, miny, _, _ = bounds
    return Note(
        "columns_read",
        Text(
            f"坐标表按 北 = {miny:.3f}…、东 = {minx:.3f}… 读取",
            f"The table was read as north = {miny:.3f}…, east = {minx:.3f}…",
        ),
    )


def _blocks(text: str) -> list[list[Row]]:
    blocks: list[list[Row]] = [[]]
    for raw in text.lstrip("\ufeff").splitlines():
        line = unicodedata.normalize("NFKC", raw).strip()
        if not line:
            blocks.append([])
            continue
        blocks[-1].append([cell for cell in _SPLIT.split(line) if cell])
    return [block for block in blocks if block]


def _heading(rows: Sequence[Row]) -> Row | None:
    """Return the first row when it holds no number that could be a coordinate."""
    if not rows:
        return None
    return rows[0] if len(_values(rows[0])) < 2 else None


def _values(row: Row) -> dict[int, float]:
    """Return the numeric cells by their position; degrees, minutes, seconds become degrees."""
    values: dict[int, float] = {}
    for i, cell in enumerate(row):
        dms = _DMS.fullmatch(cell)
        if dms:
            degrees = int(dms[2]) + int(dms[3]) / 60 + float(dms[4]) / 3600
            negative = (dms[1] or dms[5] or "").upper() in {"S", "W", "南", "西"}
            values[i] = -degrees if negative else degrees
            continue
        try:
            number = float(cell)
        except ValueError:
            continue
        if math.isfinite(number):
            values[i] = number
    return values


def _numbers(row: Row) -> dict[int, float]:
    flag = row[0].lower()
    values = _values(row)
    if flag in _OFFSET_FLAGS and len(row) > 2:
        raise gcj02_suspected(f"{flag} = {_OFFSET_FLAGS[flag]}")
    if len(values) < 2:
        raise _unreadable(" ".join(row)[:60])
    return values


def _columns(
    heading: Row | None, rows: Sequence[Row], numbers: Sequence[dict[int, float]]
) -> tuple[int, int]:
    """Return the positions of the north and the east column."""
    common = set.intersection(*(set(row) for row in numbers))
    kinds = {i: _kind([row[i] for row in numbers]) for i in sorted(common)}
    for pair in (("north", "east"), ("lat", "lon")):
        found = [[i for i, kind in kinds.items() if kind == word] for word in pair]
        if len(found[0]) == 1 and len(found[1]) == 1:
            return found[0][0], found[1][0]
    named = _named(heading) if heading is not None else None
    if named is not None and set(named) <= common:
        return named
    raise _ambiguous(rows[0 if heading is None else 1])


def _named(heading: Row) -> tuple[int, int] | None:
    words = [re.sub(r"\(.*\)|坐标|[:：]|/?m$", "", cell.lower()) or cell for cell in heading]
    norths = [i for i, word in enumerate(words) if word in _NORTH]
    easts = [i for i, word in enumerate(words) if word in _EAST]
    return (norths[0], easts[0]) if len(norths) == 1 and len(easts) == 1 else None


def _kind(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    if low >= 1e6 and high < 1e7:
        return "north"
    if (low >= 1e5 and high < 1e6) or (low >= 1.3e7 and high < 4.6e7):
        return "east"
    if low >= 73 and high <= 136:
        return "lon"
    return "lat" if low >= 3 and high <= 54 and any(v != int(v) for v in values) else ""


def _unreadable(line: str) -> LantuError:
    return LantuError(
        "pasted_unreadable",
        Text(f"无法识别为坐标：{line}", f"No coordinates: {line}"),
        Text(
            "每行一个界址点：点号 X(北) Y(东)，例如 J1 2709000.000 39600000.000；"
            "也可粘贴 WKT 或 GeoJSON",
            "One boundary point a line: label, X north, Y east, such as"
            " J1 2709000.000 39600000.000; WKT and GeoJSON can be pasted too",
        ),
    )


def _ambiguous(row: Row) -> LantuError:
    return LantuError(
        "pasted_ambiguous",
        Text(
            f"不能确定哪一列是北坐标、哪一列是东坐标：{' '.join(row)[:60]}",
            f"Which column is north, which east? {' '.join(row)[:60]}",
        ),
        Text(
            "请在首行写列名，例如：点号 X Y（X 为北、Y 为东）或 点号 经度 纬度",
            "Write a heading, such as: label X Y (X north, Y east) or: label lon lat",
        ),
    )
