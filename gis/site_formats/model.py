"""What a format reader hands over: features as the file gives them, and the file's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note
from gis.local_grid import LocalGrid


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature in x east, y north of the file's CRS, not yet checked.

    `crs` stands where a feature names a CRS of its own (a WKT, a parcel of a TXT); None: the
    file's. `crs_fixed` says that the digits of the coordinates prove it (a zone prefix).
    """

    name: str
    geometry: BaseGeometry | None
    attributes: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    declared_area_m2: float | None = None
    crs: str | None = None
    crs_fixed: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class RawFile:
    """All features of one file, in its order.

    Attributes
    ----------
    format
        Short name: `geojson`, `shapefile`, `kml` ...
    features
        Features, and the faults of single ones.
    crs
        The CRS that the file states, as `EPSG:n`, OGC URN, WKT or `local:NAME`; None: none.
    assumed_crs
        What holds when neither the file nor the user names a CRS, None: then it is refused.
    """

    format: str
    features: tuple[RawFeature | LantuError, ...]
    crs: str | None = None
    assumed_crs: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteContext:
    """Where sites are wanted: the working CRS, the workspace's area in it, its local grids."""

    crs: str
    area: BaseGeometry = field(default_factory=shapely.Polygon)
    local_grids: Mapping[str, LocalGrid] = field(default_factory=lambda: MappingProxyType({}))
