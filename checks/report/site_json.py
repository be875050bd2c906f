"""The site as `report.json` shows it: three units, both areas, what was declared and repaired."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeAlias

import shapely
from shapely.geometry.base import BaseGeometry

from checks.report.canonical import canonical
from gis.crs import parse_crs
from gis.measures import M2_PER_HA, M2_PER_MU, ellipsoid_area, plane_area, rounded
from gis.site import Site


@lru_cache(maxsize=4)
def multi_geojson(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """A geometry as GeoJSON Multi*, normalised, or None for nothing; not to be changed.

    Several decisions tell of the same ground: the last few are remembered.
    """
    if geometry is None or geometry.is_empty:
        return None
    return _as_read(shapely.normalize(geometry))


Shape: TypeAlias = BaseGeometry | Literal["site"] | None


class Shapes:
    """The geometries of one report as GeoJSON, each made, written and measured once.

    The rest of the site is the site itself for every clear rule, the very same object: geometries
    are told apart by identity and held here, so that no number becomes another one's.
    """

    def __init__(self, site: BaseGeometry) -> None:
        self._site = site
        self._made: dict[int, _Made] = {}
        self._areas: dict[int, tuple[BaseGeometry, float]] = {}

    def json(self, geometry: Shape) -> dict[str, Any] | None:
        """As `multi_geojson`; `site` stands for the site's own."""
        return self._of(geometry)[0]

    def written(self, geometry: Shape) -> bytes:
        """Its canonical form."""
        return self._of(geometry)[1]

    def ellipsoid_area(self, geometry: BaseGeometry, crs: str) -> float:
        """As `gis.measures.ellipsoid_area`; all geometries of a report have one CRS."""
        held = self._areas.get(id(geometry))
        if held is None:
            held = self._areas[id(geometry)] = geometry, ellipsoid_area(geometry, crs)
        return held[1]

    def _of(self, shape: Shape) -> tuple[dict[str, Any] | None, bytes]:
        geometry = self._site if isinstance(shape, str) else shape
        held = self._made.get(id(geometry))
        if held is None:
            nothing = geometry is None or geometry.is_empty
            document = None if nothing else _as_read(shapely.normalize(geometry))
            held = self._made[id(geometry)] = _Made(geometry, document, canonical(document))
        return held.document, held.written


class _Made(NamedTuple):
    """A geometry, held so that its number stays its own, with its document and canonical form."""

    geometry: BaseGeometry | None
    document: dict[str, Any] | None
    written: bytes


def _as_read(geometry: BaseGeometry) -> dict[str, Any]:
    """The site with its parts and vertices in the order of the file: a replay needs no file."""
    kind = str(geometry.geom_type).removeprefix("Multi")
    parts = shapely.get_parts(geometry)
    if kind == "Polygon":
        coordinates = [[_vertices(ring) for ring in shapely.get_rings(part)] for part in parts]
    elif kind == "LineString":
        coordinates = [_vertices(part) for part in parts]
    else:
        coordinates = _vertices(geometry)
    return {"type": f"Multi{kind}", "coordinates": coordinates}


def _vertices(geometry: BaseGeometry) -> list[Any]:
    vertices: list[Any] = shapely.get_coordinates(geometry).tolist()
    return vertices


def site_json(site: Site) -> dict[str, Any]:
    """The `site` of a report; areas are None for a line, the length for a polygon."""
    geometry = site.geometry
    area = None if site.is_line else plane_area(geometry)
    declared = site.declared_area_m2
    return {
        "name": site.name,
        "kind": "line" if site.is_line else "polygon",
        "geometry": _as_read(geometry),
        "bounds": [rounded(value) for value in geometry.bounds],
        "crs": {"code": site.crs, **crs_words(site.crs)},
        "source_crs": site.source_crs,
        "area_m2": rounded(area),
        "area_ellipsoid_m2": None if site.is_line else rounded(ellipsoid_area(geometry, site.crs)),
        "area_ha": None if area is None else rounded(area / M2_PER_HA),
        "area_mu": None if area is None else rounded(area / M2_PER_MU),
        "length_m": rounded(float(geometry.length)) if site.is_line else None,
        "corridor": _corridor(site),
        "accuracy_m": rounded(site.accuracy_m),
        "declared_area_m2": rounded(declared),
        "declared_difference": rounded(
            (area - declared) / declared if area is not None and declared else None, 9
        ),
        "source_area_m2": rounded(site.source_area_m2),
        "parts": [
            {
                "no": no,
                "area_m2": None if site.is_line else rounded(float(part.area)),
                "length_m": rounded(float(part.length)) if site.is_line else None,
            }
            for no, part in enumerate(shapely.get_parts(geometry), 1)
        ],
        "repairs": [
            {
                "method": repair.method,
                "reason": repair.reason,
                "area_before_m2": rounded(repair.area_before_m2),
                "area_after_m2": rounded(repair.area_after_m2),
                "change": rounded(repair.change, 9),
            }
            for repair in site.repairs
        ],
        "attributes": dict(site.attributes),
    }


def _corridor(site: Site) -> dict[str, Any] | None:
    if site.axis is None:
        return None
    return {
        "width_m": rounded(site.width_m),
        "length_m": rounded(float(site.axis.length)),
        "axis": _as_read(site.axis),
    }


def crs_words(code: str) -> dict[str, str]:
    """The CRS in words: 2000国家大地坐标系，高斯-克吕格3度带，中央经线117°（EPSG:4548）."""
    crs = parse_crs(code)
    name = crs.name
    english = f"{name} ({code})"
    operation = crs.coordinate_operation
    meridian = (
        next((p.value for p in operation.params if p.name == "Longitude of natural origin"), None)
        if operation is not None
        else None
    )
    if "CGCS2000" not in name or meridian is None:
        return {"zh": f"{name}（{code}）", "en": english}
    degrees = "3度带" if "3-degree" in name else "6度带"
    return {
        "zh": f"2000国家大地坐标系，高斯-克吕格{degrees}，中央经线{meridian:g}°（{code}）",
        "en": english,
    }
