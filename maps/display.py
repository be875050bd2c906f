"""Shapes for screens: longitude and latitude, short numbers. For eyes only, never for measures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.crs import densify, parse_crs, transform
from gis.geometry import total_bounds

DIGITS = 8
"""Decimals of a degree: a millimetre."""

LonLatBox = tuple[float, float, float, float]


def lonlat(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Return a shape of `crs` in longitude and latitude, edges cut into 70 m first.

    CGCS2000 is shown as WGS 84: half a metre at most. An empty shape stays empty.
    """
    system = parse_crs(crs)
    cut = densify(np.asarray([geometry], dtype=object), system)
    moved: BaseGeometry = transform(cut, system, parse_crs("EPSG:4490"))[0]
    return moved


def lonlat_json(geometry: BaseGeometry, crs: str) -> dict[str, Any]:
    """Return the shape as a GeoJSON geometry in longitude and latitude, short numbers."""
    document: dict[str, Any] = json.loads(shapely.to_geojson(lonlat(geometry, crs)))
    if "coordinates" in document:
        document["coordinates"] = _short(document["coordinates"])
    for part in document.get("geometries", ()):
        part["coordinates"] = _short(part["coordinates"])
    return document


def lonlat_box(geometries: Iterable[BaseGeometry], crs: str) -> LonLatBox | None:
    """Return west, south, east, north of shapes of `crs`; None when there are none."""
    shapes = [geometry for geometry in geometries if not geometry.is_empty]
    if not shapes:
        return None
    box = shapely.box(*total_bounds(shapes))
    west, south, east, north = (round(value, DIGITS) for value in lonlat(box, crs).bounds)
    return west, south, east, north


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(item) for item in value]
    return round(value, DIGITS)
