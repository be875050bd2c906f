"""The frozen site: what is checked, in the working CRS, with all that was done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shapely.geometry.base import BaseGeometry

from gis.errors import Note
from gis.geometry import Repair


@dataclass(frozen=True, slots=True)
class Site:
    """One site, valid, in x east and y north of the working CRS.

    Attributes
    ----------
    name
        As the file gives it, else its position (`1`, `2`, ...).
    geometry
        Polygon or MultiPolygon; LineString or MultiLineString for linear works.
    crs
        The working CRS as `EPSG:n`.
    source_crs
        What the file's coordinates were read as.
    accuracy_m
        Positional accuracy in metres, what the reading added included.
    declared_area_m2
        The area the file states, if it does.
    source_area_m2
        Plane area in the file's CRS, None for lines and geographic systems.
    repairs
        One entry for each repair, with its method and the change of area.
    notes
        What the reader of the report must know; printed in `limits`.
    attributes
        Attributes of the file as text, in the file's order.
    axis, width_m
        Of linear works checked on their ground: the line as it was given, and the whole width of
        the corridor along it that `geometry` is. None for all other sites.
    is_line
        Whether what is checked is a line, measured by length.
    bounds
        West, south, east, north of the geometry.
    """

    name: str
    geometry: BaseGeometry
    crs: str
    source_crs: str
    accuracy_m: float = 0.0
    declared_area_m2: float | None = None
    source_area_m2: float | None = None
    repairs: tuple[Repair, ...] = ()
    notes: tuple[Note, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    axis: BaseGeometry | None = None
    width_m: float | None = None
    is_line: bool = field(init=False, compare=False, repr=False)
    bounds: tuple[float, float, float, float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # asked for by every rule and layer: told once
        linear = self.geometry.geom_type in {"LineString", "MultiLineString"}
        object.__setattr__(self, "is_line", linear)
        object.__setattr__(self, "bounds", self.geometry.bounds)

    @property
    def line(self) -> BaseGeometry | None:
        """The line of linear works, with or without a known width; None for an area."""
        return self.geometry if self.is_line else self.axis
