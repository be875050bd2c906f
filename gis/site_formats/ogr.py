"""What GDAL reads: GeoPackage here; Shapefile and DXF build on `read_layer`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.gdal import ARC_STEP_DEGREES, reading
from gis.site_formats.archive import unreadable
from gis.site_formats.detect import several
from gis.site_formats.model import RawFeature, RawFile
from gis.site_formats.text import declared_area_from, name_from

_OPTIONS = {"DXF": {"CLOSED_LINE_AS_POLYGON": "YES"}}
"""What GDAL is told when it opens a file, by kind."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as GDAL gives it: geometries (None where null), attributes, feature ids, CRS."""

    geometries: list[BaseGeometry | None]
    attributes: list[dict[str, object]]
    positions: list[int]
    crs: str | None
    geometry_type: str
    notes: tuple[Note, ...]


@contextmanager
def _gdal(kind: str, where: str) -> Iterator[list[str]]:
    """Run GDAL; its errors become faults, its warnings are collected."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

    with reading() as heard:
        try:
            yield heard
        except (DataSourceError, DataLayerError, FeatureError, GeometryError) as error:
            raise unreadable(kind, _without_paths(str(error)), where) from error
        except (UnicodeDecodeError, ValueError) as error:
            raise unreadable(kind, _without_paths(str(error)), where) from error


def _without_paths(text: str) -> str:
    words = [word.rsplit("/", 1)[-1] if "/" in word else word for word in text.split()]
    return " ".join(words)[:160]


def list_layers(path: Path, kind: str) -> list[tuple[str, str]]:
    """Return name and geometry type of each layer with geometry."""
    import pyogrio

    with _gdal(kind, path.name):
        rows = pyogrio.list_layers(path)
    return [(str(name), str(geometry)) for name, geometry in rows if geometry is not None]


def read_layer(
    path: Path, kind: str, *, layer: str | None = None, attributes: bool = True
) -> Layer:
    """Read a layer with its attributes; curves come as edges of `ARC_STEP_DEGREES`.

    Raises
    ------
    LantuError
        `unreadable` with GDAL's words, paths taken out.
    """
    from pyogrio import raw

    with _gdal(kind, path.name) as heard:
        columns_wanted: list[str] | None = None if attributes else []
        meta, fids, wkb, columns = raw.read(
            path, layer=layer, columns=columns_wanted, return_fids=True, **_OPTIONS.get(kind, {})
        )
        geometries = [_from_wkb(item) for item in (wkb if wkb is not None else [])]
    names = [str(name) for name in meta["fields"]]
    count = len(geometries)
    positions = [int(fid) for fid in fids]
    rows = [
        {name: _value(column[i]) for name, column in zip(names, columns, strict=True)}
        for i in range(count)
    ]
    notes = tuple(dict.fromkeys(_warning(said) for said in heard))
    return Layer(geometries, rows, positions, meta["crs"], str(meta["geometry_type"]), notes)


def _from_wkb(item: bytes | None) -> BaseGeometry | None:
    if item is None:
        return None
    try:
        geometry: BaseGeometry = shapely.from_wkb(item)
    except (shapely.errors.GEOSException, NotImplementedError) as error:
        raise ValueError(f"geometry: {error}") from error
    return geometry


def _warning(said: str) -> Note:
    text = _without_paths(said)
    return Note(
        "gdal_warning", Text(f"读取时的提示（GDAL）：{text}", f"GDAL while reading: {text}")
    )


def _value(value: Any) -> object:
    if value is None or value != value:  # NaN and NaT differ from themselves
        return None
    return value.item() if hasattr(value, "item") else value


def features_of(layer: Layer) -> tuple[RawFeature, ...]:
    """Return the features of a layer, named by their attributes or position."""
    return tuple(
        RawFeature(name_from(values, n), geometry, values, declared_area_from(values))
        for n, (geometry, values) in enumerate(
            zip(layer.geometries, layer.attributes, strict=True), 1
        )
    )


def empty_layer(kind: str, where: str) -> LantuError:
    """Return the refusal of a container without features."""
    return LantuError(
        "empty_collection",
        Text(f"{kind} 中没有任何要素", f"The {kind} holds no feature"),
        Text("请确认导出时选中了地块", "Make sure that parcels were selected at export"),
        where=where,
    )


CURVES = Note(
    "curves_segmented",
    Text(
        f"圆弧已离散为折线（每 {ARC_STEP_DEGREES}° 一段，半径 2.6 km 以内弦高不大于 1 mm）",
        f"Arcs became edges of {ARC_STEP_DEGREES} degrees each (chord height at most 1 mm up to a"
        " radius of 2.6 km)",
    ),
)


def read_geopackage(path: Path) -> RawFile:
    """Read the features of a GeoPackage that holds one layer of sites.

    Raises
    ------
    LantuError
        `several_layers`, `empty_collection`, `unreadable`.
    """
    filled = []
    for name, _ in list_layers(path, "GeoPackage"):
        layer = read_layer(path, "GeoPackage", layer=name)
        if layer.geometries:
            filled.append((name, layer))
    if not filled:
        raise empty_layer("GeoPackage", path.name)
    if len(filled) > 1:
        raise several("GeoPackage", [name for name, _ in filled], path.name)
    name, layer = filled[0]
    notes = list(layer.notes)
    if _has_curves(path, name):
        notes.append(CURVES)
    return RawFile("geopackage", features_of(layer), _known(layer.crs), notes=tuple(notes))


def _known(crs: str | None) -> str | None:
    """Return the CRS, None for the two codes by which a GeoPackage says that it has none."""
    if crs is None or "undefined" in crs.lower():
        return None
    return crs


def _has_curves(path: Path, name: str) -> bool:
    """Ask GDAL for the geometry kinds: `read_layer` sees them as edges already."""
    from pyogrio import raw

    quoted = name.replace('"', '""')
    query = f'SELECT DISTINCT OGR_GEOMETRY AS kind FROM "{quoted}"'
    with _gdal("GeoPackage", path.name):
        columns = raw.read(path, sql=query, sql_dialect="OGRSQL", read_geometry=False)[3]
    kinds: list[str] = [str(kind).upper() for kind in columns[0]]
    return any("CURVE" in kind or "CIRCULAR" in kind or "SURFACE" in kind for kind in kinds)
