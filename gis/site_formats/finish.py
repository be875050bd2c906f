"""From a raw feature to a frozen site: guards, repair, transformation, notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis.crs import METRES_PER_DEGREE, densify, transform
from gis.errors import LantuError, Note, Text
from gis.geometry import Repair, is_valid
from gis.guards_area import compare_declared
from gis.guards_crs import check_ranges
from gis.guards_geometry import (
    check_kind,
    distinct_lines,
    distinct_parts,
    flatten,
    mixed,
    repaired,
)
from gis.guards_place import explain_place, outside_area, partly_outside
from gis.measures import ellipsoid_area
from gis.site import Site
from gis.site_formats.limits import MAX_OUTLINE_M
from gis.site_formats.model import RawFeature, SiteContext
from gis.site_formats.source import Source
from gis.site_formats.text import clean_attributes, clean_name


def finish(
    feature: RawFeature,
    source: Source,
    context: SiteContext,
    working: CRS,
    *,
    accept_repair: bool = False,
) -> Site:
    """Make a frozen site of a raw feature.

    Parameters
    ----------
    feature
        As the reader gives it: x east, y north of `source`.
    source
        The system of its coordinates.
    context, working
        The workspace's area and grids, and its CRS.
    accept_repair
        The user's word for repairs above 1 % of the area.

    Returns
    -------
    A site that is valid and two-dimensional in the working CRS; without change of system its
    coordinates are those of the file, bit by bit.

    Raises
    ------
    LantuError
        One of the guards' codes (`gis/guards_*.py`).
    """
    attributes, attribute_notes = clean_attributes(feature.attributes)
    notes = [*feature.notes, *source.notes, *attribute_notes]
    geometry, dropped = flatten(check_kind(feature.geometry))
    notes += dropped
    geometry, doubles = distinct_parts(geometry)
    notes += doubles
    placed, source_area, repairs = _place(geometry, source, context, working, accept=accept_repair)
    placed, doubled = distinct_lines(placed)
    notes += doubled
    outside = partly_outside(placed, context.area)
    notes += [outside] if outside else []
    if feature.declared_area_m2 and placed.area > 0:
        ellipsoid = ellipsoid_area(placed, _name(context, working))
        differs = compare_declared(feature.declared_area_m2, source_area, ellipsoid)
        notes += [differs] if differs else []
    return Site(
        name=clean_name(feature.name),
        geometry=placed,
        crs=_name(context, working),
        source_crs=source.name,
        accuracy_m=source.accuracy_m,
        declared_area_m2=feature.declared_area_m2 if placed.area > 0 else None,
        source_area_m2=source_area,
        repairs=tuple(repairs),
        notes=tuple(dict.fromkeys(notes)),
        attributes=MappingProxyType(attributes),
    )


def _name(context: SiteContext, working: CRS) -> str:
    """Return `EPSG:n`; a system that the register does not know keeps the workspace's words."""
    code = working.to_epsg()
    return f"EPSG:{code}" if code else context.crs


def _place(
    geometry: BaseGeometry, source: Source, context: SiteContext, working: CRS, *, accept: bool
) -> tuple[BaseGeometry, float | None, list[Repair]]:
    """Bring a geometry to the working CRS; return it, its area in the source, the repairs."""
    bounds = geometry.bounds
    area = context.area
    if source.grid is None and not _at_home(geometry, source.crs, working, area):
        check_ranges(bounds, source.crs)
    repairs: list[Repair] = []
    metric = source.grid is not None or _metric(source.crs)
    if metric:
        geometry, repairs = repaired(geometry, accept=accept)
    source_area = _source_area(geometry, source)
    _check_density(geometry, source.crs)
    try:
        placed = _to_working(geometry, source, working)
    except LantuError as error:
        if source.grid is None and not area.is_empty:
            raise explain_place(bounds, source.crs, working, area) from error
        raise
    if not metric or placed is not geometry:
        placed, more = repaired(placed, accept=accept)
        repairs = [*repairs, *more]
    if not area.is_empty and not shapely.intersects(area, placed):
        if source.grid is None:
            raise explain_place(bounds, source.crs, working, area)
        centre = placed.centroid
        raise outside_area((centre.x, centre.y), area, source.name, source.name)
    return placed, source_area, repairs


def _at_home(geometry: BaseGeometry, crs: CRS, working: CRS, area: BaseGeometry) -> bool:
    """Whether coordinates of the working CRS already touch the workspace: no doubt about them."""
    return crs == working and bool(shapely.intersects(area, shapely.box(*geometry.bounds)))


def _metric(crs: CRS) -> bool:
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info)


def _source_area(geometry: BaseGeometry, source: Source) -> float | None:
    if geometry.area <= 0 or source.crs.is_geographic or not is_valid(geometry):
        return None
    if source.grid is not None:
        return float(geometry.area)
    return float(geometry.area) * source.crs.axis_info[0].unit_conversion_factor ** 2


def _check_density(geometry: BaseGeometry, crs: CRS) -> None:
    """Refuse an outline too long to cut into edges of 70 m, as areas and transformations need."""
    unit = METRES_PER_DEGREE if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    metres = float(geometry.length) * unit
    if metres > MAX_OUTLINE_M:
        raise LantuError(
            "outline_too_long",
            Text(
                f"边界全长约 {metres / 1000:.0f} km，上限为 {MAX_OUTLINE_M / 1000:.0f} km",
                f"The outline is some {metres / 1000:.0f} km long; the limit is"
                f" {MAX_OUTLINE_M / 1000:.0f} km",
            ),
            Text(
                "坐标可能有误（个别点飞出），请核对；过大的用地请分块提交",
                "A coordinate may be wrong (a point far off): check; hand in large sites in parts",
            ),
        )


def _to_working(geometry: BaseGeometry, source: Source, working: CRS) -> BaseGeometry:
    array = np.array([geometry], dtype=object)
    if source.grid is not None:
        grid = source.grid
        dense = densify(array, source.crs) if grid.pipeline else array
        array = np.asarray(shapely.transform(dense, grid.to_target), dtype=object)
    moved: BaseGeometry = transform(array, source.crs, working)[0]
    return moved


def merge_sites(sites: Sequence[Site], *, name: str, accept_repair: bool = False) -> Site:
    """Make one multi-part site of several: parts drawn twice once, overlaps united.

    Raises
    ------
    LantuError
        `mixed_geometry`, or `repair_needs_consent` when parts overlap by more than 1 %.
    """
    lines = sum(site.is_line for site in sites)
    if 0 < lines < len(sites):
        raise mixed(len(sites) - lines, lines)
    parts = [part for site in sites for part in shapely.get_parts(site.geometry)]
    whole = shapely.MultiLineString(parts) if lines else shapely.MultiPolygon(parts)
    geometry, notes = distinct_parts(whole)
    geometry, repairs = repaired(geometry, accept=accept_repair)
    geometry, doubled = distinct_lines(geometry)
    before = math.fsum(site.geometry.area for site in sites)
    if repairs and before - geometry.area > 1e-4:
        notes.append(_overlap(before - geometry.area))
    declared = [site.declared_area_m2 for site in sites if site.declared_area_m2 is not None]
    areas = [site.source_area_m2 for site in sites if site.source_area_m2 is not None]
    kept = geometry.area / before if before > 0 else 1.0
    return Site(
        name=name,
        geometry=geometry,
        crs=sites[0].crs,
        source_crs=", ".join(dict.fromkeys(site.source_crs for site in sites)),
        accuracy_m=max(site.accuracy_m for site in sites),
        declared_area_m2=math.fsum(declared) if len(declared) == len(sites) else None,
        source_area_m2=math.fsum(areas) * kept if areas and len(areas) == len(sites) else None,
        repairs=(*(done for site in sites for done in site.repairs), *repairs),
        notes=tuple(dict.fromkeys([*(n for site in sites for n in site.notes), *notes, *doubled])),
        attributes=sites[0].attributes if len(sites) == 1 else MappingProxyType({}),
    )


def _overlap(area: float) -> Note:
    return Note(
        "parts_overlap",
        Text(
            f"合并的各部分互相重叠 {area:.2f} m²，重叠处只计一次",
            f"The merged parts overlap by {area:.2f} m²; the overlap counts once",
        ),
    )


def note_doubles(sites: Sequence[Site | LantuError]) -> list[Note | None]:
    """Return, for each entry, a note when an earlier site has the same outline."""
    seen: dict[bytes, str] = {}
    notes: list[Note | None] = []
    for site in sites:
        note = None
        if isinstance(site, Site):
            key = shapely.to_wkb(shapely.normalize(site.geometry))
            note = _double(seen[key]) if key in seen else None
            seen.setdefault(key, site.name)
        notes.append(note)
    return notes


def _double(first: str) -> Note:
    return Note(
        "duplicate_site",
        Text(f"与用地“{first}”边界完全相同", f"The same outline as site {first!r}"),
    )
