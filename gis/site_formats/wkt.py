"""WKT and EWKT (`SRID=4548;POLYGON((...))`), one site for each geometry."""

from __future__ import annotations

import re

import numpy as np
import shapely

from gis.errors import LantuError, Text
from gis.site_formats.model import RawFeature, RawFile

_START = re.compile(
    r"\s*(SRID\s*=\s*(?P<srid>\d+)\s*;\s*)?(?P<kind>MULTI(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|"
    r"POINT|LINESTRING|LINEARRING|POLYGON|GEOMETRYCOLLECTION|CIRCULARSTRING|COMPOUNDCURVE|"
    r"CURVEPOLYGON|POLYHEDRALSURFACE|TIN|TRIANGLE)\s*(Z|M|ZM)?\s*(\(|EMPTY\b)",
    re.IGNORECASE,
)
_CURVES = re.compile(
    r"CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE", re.IGNORECASE
)


def looks_like_wkt(text: str) -> bool:
    """Whether a text begins as WKT or EWKT does."""
    return _START.match(text) is not None


def curves_refused(kinds: str) -> LantuError:
    """Return the refusal of curved geometry, with the way to straighten it."""
    return LantuError(
        "curves",
        Text(
            f"含有圆弧等曲线几何（{kinds}），曲线须先离散为折线",
            f"Curved geometry ({kinds}) must be made of straight edges first",
        ),
        Text(
            "请在 GIS 软件中“曲线转折线”（QGIS：Segmentize，ArcGIS：Densify，弦高不大于 1 mm）"
            "后重新导出，或改用 GeoPackage/DXF 提交（自动离散）",
            "Segmentise it (QGIS: Segmentize; ArcGIS: Densify; chord height at most 1 mm) and"
            " export again, or hand in GeoPackage or DXF, which are segmentised on reading",
        ),
    )


def read_wkt(text: str) -> RawFile:
    """Read one or more geometries, each beginning on a line of its own.

    The CRS is that of `SRID=n;`, for each geometry its own; without one the user names it.

    Raises
    ------
    LantuError
        `bad_wkt` when the text does not begin as WKT does.
    """
    pieces = _pieces(text)
    if not pieces:
        raise _bad(text[:60].strip())
    return RawFile("wkt", tuple(_feature(piece, n) for n, piece in enumerate(pieces, 1)))


def _pieces(text: str) -> list[str]:
    pieces: list[list[str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if looks_like_wkt(line) and (not pieces or _closed(pieces[-1])):
            pieces.append([line])
        elif pieces:
            pieces[-1].append(line)
        else:
            return []
    return ["\n".join(lines) for lines in pieces]


def _closed(lines: list[str]) -> bool:
    """Whether all brackets are closed: the members of a collection begin as WKT does, too."""
    return sum(line.count("(") - line.count(")") for line in lines) <= 0


def _feature(text: str, position: int) -> RawFeature | LantuError:
    curves = _CURVES.findall(text)
    if curves:
        listed = ", ".join(sorted({word.upper() for word in curves}))
        return curves_refused(listed).at(f"WKT {position}")
    start = _START.match(text)
    srid = start.group("srid") if start else None
    body = text[start.start("kind") :] if start else text
    try:
        with np.errstate(all="ignore"):
            geometry = shapely.from_wkt(body.strip().rstrip(";"))
    except (shapely.errors.GEOSException, NotImplementedError) as error:
        return _bad(f"{body[:40].strip()}… ({str(error)[:80]})").at(f"WKT {position}")
    crs = f"EPSG:{srid}" if srid and srid != "0" else None
    return RawFeature(str(position), geometry, crs=crs)


def _bad(value: str) -> LantuError:
    return LantuError(
        "bad_wkt",
        Text(f"WKT 无法解析：{value}", f"The WKT cannot be parsed: {value}"),
        Text(
            "写法示例：SRID=4548;POLYGON((600000 2700000, 600100 2700000, 600100 2700100, "
            "600000 2700000))",
            "Write it as: SRID=4548;POLYGON((600000 2700000, 600100 2700000, 600100 2700100, "
            "600000 2700000))",
        ),
    )
