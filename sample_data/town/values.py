"""What the town hands to the writer: layers as plain values, not yet files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import polygons_of
from sample_data.town.frame import Frame, Geometries
from sample_data.town.land_use import LandUse
from sample_data.town.parcels import UNITS, Tiling

Mask = npt.NDArray[np.bool_]
Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Drawn:
    """Everything already drawn, handed to the functions that draw the layers."""

    tiling: Tiling
    use: LandUse
    seed: int

    @property
    def frame(self) -> Frame:
        """The bones of the town."""
        return self.tiling.frame

    @property
    def site(self) -> Mapping[str, BaseGeometry]:
        """The scenes' sites in local metres."""
        return self.tiling.stamps.sites


@dataclass(frozen=True)
class Source:
    """One layer (or one part of it) as the office receives it; geometry in local metres.

    `store` says how it is written: `gpkg:<file>` shares a GeoPackage among several tables,
    `shp`, `shp_no_cpg` are Shapefiles in GBK, `geojson` is in EPSG:4490, `gpkg39` has zone-prefixed
    coordinates. `coverage` is a word of `lantu publish`, or `urban` for the town's edge.
    """

    key: str
    geometries: Geometries
    columns: Columns
    currency: str = "2026-06-30"
    accuracy_m: float = 0.5
    accuracy_source: str = "虚构数据：按1:2000成图精度假定"
    coverage: Literal["workspace", "features", "urban"] = "workspace"
    store: str = "gpkg:town"
    part: str | None = None
    edition: str = "2026"
    class_field: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """File or table name: the layer's key with its part."""
        stem = self.key.replace(".", "_")
        return f"{stem}_{self.part}" if self.part else stem


def array(geometries: Sequence[BaseGeometry]) -> Geometries:
    """Geometries as an object array, whatever their number."""
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def polygons(geometry: BaseGeometry, at_least_m2: float = 1.0) -> Geometries:
    """The polygons of a geometry above a size, as an array."""
    return array([part for part in polygons_of(geometry) if part.area >= at_least_m2])


def merged(faces: Geometries, labels: npt.NDArray[Any]) -> tuple[Geometries, npt.NDArray[Any]]:
    """Join faces of a tiling that carry one label; edges stay exactly those of the faces."""
    names, number = np.unique(labels, return_inverse=True)
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    shapes = [
        shapely.coverage_union_all(faces[rows]) for rows in np.split(order, cuts) if len(rows)
    ]
    return array(shapes), names


def joined(faces: Geometries, *labels: npt.NDArray[Any]) -> tuple[Geometries, list[list[str]]]:
    """Join faces that share all labels, each face of several parts split; labels by polygon."""
    text = [np.asarray(label).astype(str) for label in labels]
    keys = text[0]
    for more in text[1:]:
        keys = np.char.add(np.char.add(keys, "|"), more)
    shapes, names = merged(faces, keys)
    parts, index = shapely.get_parts(shapes, return_index=True)
    rows = [str(name).split("|") for name in names[index]]
    return array(list(parts)), [list(column) for column in zip(*rows, strict=True)]


def numbers(prefix: str, count: int, digits: int = 5) -> list[str]:
    """Numbered identifiers: `prefix` and a counter."""
    return [f"{prefix}{number:0{digits}d}" for number in range(1, count + 1)]


def areas(geometries: Geometries) -> list[float]:
    """Plane areas in square metres to the centimetre, as stated areas."""
    return [round(float(value), 2) for value in shapely.area(geometries)]


def unit_names(tiling: Tiling, mask: Mask) -> list[str]:
    """Names of the village units of the faces chosen."""
    return [UNITS[index] for index in tiling.unit[mask]]
