"""Where an assessment's extent comes from: a file, GeoJSON in the YAML, or the park's boundary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import Repair, multi_polygon, polygons_of
from gis.local_grid import LocalGrid
from gis.site import Site
from layers.editions import Edition, pick
from layers.store.protocol import LayerStore

PARK_LAYER = "park.boundary"
PARK_BOUNDARY = "park_boundary"


@dataclass(frozen=True, slots=True)
class Extent:
    """A valid polygon in the working CRS, where it came from, and what was done to it."""

    geometry: BaseGeometry
    source: str
    repairs: tuple[Repair, ...] = ()
    notes: tuple[Note, ...] = ()


def read_extent(
    declared: str | Mapping[str, Any],
    *,
    folder: Path,
    store: LayerStore,
    park: str | None,
    as_of: date,
    grids: Mapping[str, LocalGrid],
    accept_repair: bool = False,
) -> Extent:
    """Read the extent of an assessment into the working CRS.

    Parameters
    ----------
    declared
        `park_boundary`, the path of a file in any site format (relative to `folder`, or
        absolute), or GeoJSON with a `crs` member. All features together are the extent.
    folder
        Where the YAML file lies.
    store
        Working CRS, the workspace's area, and the layer `park.boundary`.
    park
        Code of the park, for `park_boundary`.
    as_of
        The day whose boundary of the park counts.
    grids
        Local grids of the workspace.
    accept_repair
        Accept repairs that change the area by more than 1 %.

    Raises
    ------
    LantuError
        What `read_sites` refuses, and `extent_not_polygon`, `no_park_boundary`.
    """
    from gis.site_formats import SiteContext, read_sites

    if declared == PARK_BOUNDARY:
        return _of_park(store, park, as_of)
    if isinstance(declared, str):
        path = Path(declared)
        source: Path | str = path if path.is_absolute() else folder / path
        name = path.name
    else:
        source, name = _geojson(declared), "inline"
    context = SiteContext(crs=store.crs, area=store.area, local_grids=grids)
    try:
        (read,) = read_sites(source, context=context, merge=True, accept_repair=accept_repair)
    except LantuError as error:
        raise error.at("extent") from error
    if isinstance(read, LantuError):
        raise read.at("extent")
    return _polygon(read, name)


def _polygon(site: Site, name: str) -> Extent:
    if site.is_line or site.geometry.is_empty:
        raise LantuError(
            "extent_not_polygon",
            Text(f"评估范围“{name}”不是面", f"The extent {name!r} is no polygon"),
            Text("请提供评估范围的面", "Give the polygon of the assessed area"),
            where="extent",
        )
    return Extent(site.geometry, name, site.repairs, site.notes)


def _geojson(declared: Mapping[str, Any]) -> str:
    """GeoJSON out of a YAML file: coordinates are text there, and `crs` may be a plain name."""
    document = {key: _numbers(value) for key, value in declared.items()}
    crs = document.get("crs")
    if isinstance(crs, str):
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document, ensure_ascii=False)


def _numbers(value: Any, *, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _numbers(item, key=name) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item, key=key) for item in value]
    if key != "coordinates" and not isinstance(value, str):
        return value
    return _number(value)


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return value  # the GeoJSON reader says what is wrong with it


def _of_park(store: LayerStore, park: str | None, as_of: date) -> Extent:
    if park is None:
        raise _no_boundary("-", "没有写明园区代码 park.code", "park.code is not given")
    editions = pick(store.editions(PARK_LAYER), as_of=as_of, known_at=None)
    boundary = park_boundary(store, park, editions)
    if boundary is None:
        raise _no_boundary(
            park,
            f"图层 {PARK_LAYER} 在 {as_of} 的数据中没有该园区",
            f"layer {PARK_LAYER} holds no such park on {as_of}",
        )
    return Extent(boundary, ", ".join(f"{PARK_LAYER} {edition.id}" for edition in editions))


def park_boundary(
    store: LayerStore, park: str, editions: tuple[Edition, ...]
) -> BaseGeometry | None:
    """Boundary of a park by its code, from editions of `park.boundary`; None: not among them."""
    found: list[BaseGeometry] = []
    for edition in editions:
        features = store.read(edition, store.area.bounds)
        rows = [
            row
            for row, number in enumerate(features.ids)
            if str(features.fields.get(int(number), {}).get("park_code")) == park
        ]
        found += [features.geometries[row] for row in rows]
    if not found:
        return None
    return multi_polygon(polygons_of(shapely.union_all(np.asarray(found, dtype=object))))


def _no_boundary(park: str, zh: str, en: str) -> LantuError:
    return LantuError(
        "no_park_boundary",
        Text(f"不能取用园区 {park} 的边界：{zh}", f"No boundary of park {park}: {en}"),
        Text(
            "请先发布园区边界，或在 extent 中给出范围文件",
            "Publish the park's boundary first, or give a file in extent",
        ),
        where="extent",
    )
