"""What lies around a site, for the figures: waters, roads, railways, plots, places.

Orientation and no finding: nothing is measured on it, and shapes are as fine as a figure shows
them. Confidential layers give nothing, whoever reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.findings import Finding
from checks.held_editions import HELD
from checks.layer_view import LayerView
from gis.crs import GeometryArray
from gis.errors import LantuError, Note, Text
from gis.overlay import Floats
from gis.site import Site
from layers.catalog import LayerSpec
from layers.editions import Edition, pick
from layers.store import Box, LayerStore
from maps.frame import AROUND, Frame, frame_for

Role = Literal["water", "road", "rail", "plot", "place"]

ROLES: Final[Mapping[str, Role]] = {
    "control.water_body": "water",
    "control.blue_line": "water",
    "safety.road": "road",
    "plan.road_red_line": "road",
    "safety.railway": "rail",
    "present.cadastre": "plot",
    "present.supplied_land": "plot",
    "plan.detailed": "plot",
}
"""Layers of orientation; every layer of theme `context` is one too, as `place`."""

_ORDER: Final[Sequence[Role]] = ("water", "road", "rail", "plot", "place")
"""Who gets room first."""

_NAMED: Final = frozenset({"water", "road", "rail"})
_MOST_VERTICES = 800
_MOST_NAMES = 6
_MOST_OF_ONE = 350
_FINEST_PX = 0.5
_LEAST_PX = 5.0
_WIDE_M = 3000.0
"""A frame beyond this shows neither plots nor places: they would be dots."""

_MOST_OF_WIDE = 5000
"""Features of an edition that is still read for a frame so wide."""


@dataclass(frozen=True, slots=True)
class Context:
    """The `site.context` of a report, and what could not be read for it."""

    entries: Sequence[Mapping[str, Any]]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    name: str | None
    geometry: BaseGeometry


def context_of(
    site: Site,
    findings: Iterable[Finding],
    *,
    specs: Mapping[str, LayerSpec],
    opened: Mapping[str, LayerView],
    store: LayerStore,
    as_of: date,
    known_at: int,
) -> Context:
    """Return what the frame of the overview figure shows beside the site and its hits.

    Editions are those of the date. Shapes are cut to the frame, thinned to half a pixel and
    limited in number; what does not fit is left out, plots and places first.
    """
    frame = frame_for(site.geometry.bounds, _boxes(findings), around=AROUND)
    window = frame.window()
    wide = max(window[2] - window[0], window[3] - window[1]) > _WIDE_M
    entries: list[Mapping[str, Any]] = []
    notes: list[Note] = []
    left = _MOST_VERTICES
    for role, spec in _layers(specs):
        if wide and role in {"plot", "place"}:
            continue
        view = opened.get(spec.key)
        editions = (
            view.editions
            if view is not None
            else pick(store.editions(spec.key, known_at=known_at), as_of=as_of, known_at=known_at)
        )
        if wide and any(edition.feature_count > _MOST_OF_WIDE for edition in editions):
            continue
        try:
            shapes = _shapes(role, editions, store, frame, window)
        except LantuError as error:
            if error.passes:
                raise
            notes.append(_unread(spec, error))
            continue
        for shape in shapes:
            count = int(shapely.get_num_coordinates(shape.geometry))
            if count <= left:
                left -= count
                entries.append(_entry(role, spec, editions, shape))
    return Context(entries, tuple(notes))


def _boxes(findings: Iterable[Finding]) -> tuple[Box, ...]:
    """Boxes of what the figures will show; what is masked must not show in the frame either."""
    return tuple(
        finding.evidence.pieces.bounds
        for finding in findings
        if finding.state == "affected" and not finding.confidential
        if finding.evidence.pieces is not None and not finding.evidence.pieces.is_empty
    )


def _layers(specs: Mapping[str, LayerSpec]) -> list[tuple[Role, LayerSpec]]:
    found: list[tuple[Role, LayerSpec]] = []
    for key, spec in specs.items():
        role = ROLES.get(key, "place" if spec.theme == "context" else None)
        if role is not None and not spec.confidential and spec.geometry in {"polygon", "line"}:
            found.append((role, spec))
    return sorted(found, key=lambda item: (_ORDER.index(item[0]), item[1].key))


def _shapes(
    role: Role, editions: Sequence[Edition], store: LayerStore, frame: Frame, window: Box
) -> list[_Shape]:
    """The shapes of one layer within the window, the largest first."""
    named: dict[str | None, list[BaseGeometry]] = {}
    for edition in editions:
        features = HELD.read(store, edition, window)
        cut: GeometryArray = shapely.clip_by_rect(features.geometries, *window)
        seen = _long_enough(cut, _LEAST_PX / frame.scale)
        for number, geometry in zip(features.ids[seen].tolist(), cut[seen], strict=True):
            name = _name(features.fields[number]) if role in _NAMED else f"#{number}"
            named.setdefault(name, []).append(geometry)
    if role not in _NAMED:
        # each keeps its own edge: pieces of one feature are put together, features are not
        wholes = [one[0] if len(one) == 1 else shapely.union_all(one) for one in named.values()]
        named = {None: wholes} if wholes else {}
    shapes = [
        _Shape(name, thin) for name, parts in named.items() for thin in _thinned(parts, frame)
    ]
    shapes.sort(key=lambda one: (-_extent(one.geometry), one.name or ""))
    return shapes[: _MOST_NAMES + 1]


def _long_enough(geometries: GeometryArray, least: float) -> npt.NDArray[np.bool_]:
    """Which geometries are long enough in one direction to be seen; the empty are not."""
    low, high = np.split(shapely.bounds(geometries), 2, axis=1)
    found: npt.NDArray[np.bool_] = (high - low > least).any(axis=1)
    return found


def _name(fields: Mapping[str, object]) -> str | None:
    name = fields.get("name")
    return str(name) if name is not None and str(name).strip() else None


def _thinned(geometries: Sequence[BaseGeometry], frame: Frame) -> list[BaseGeometry]:
    """One multi geometry of the largest that can be seen and fit; none for nothing.

    Parts may overlap, as they do in the source: a figure fills them all in one colour.
    """
    finest, least = _FINEST_PX / frame.scale, _LEAST_PX / frame.scale
    thin = shapely.simplify(geometries, finest, preserve_topology=False)
    parts = shapely.get_parts(shapely.get_parts(thin))
    kinds = shapely.get_type_id(parts)
    polygons = parts[kinds == shapely.GeometryType.POLYGON]
    if len(polygons):
        chosen = _largest(polygons, shapely.area(polygons), least**2)
        return (
            [_rounded(shapely.orient_polygons(shapely.multipolygons(chosen)))]
            if len(chosen)
            else []
        )
    lines = parts[kinds == shapely.GeometryType.LINESTRING]
    chosen = _largest(lines, shapely.length(lines), least)
    return [_rounded(shapely.multilinestrings(chosen))] if len(chosen) else []


def _largest(parts: GeometryArray, sizes: Floats, least: float) -> GeometryArray:
    """The largest parts, as many as there is room for; equals in the order of their places."""
    order = np.lexsort((*shapely.bounds(parts).T, -sizes))
    order = order[sizes[order] > least]
    fits = np.cumsum(shapely.get_num_coordinates(parts[order])) <= _MOST_OF_ONE
    chosen: GeometryArray = parts[order][fits]
    return chosen


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    moved: BaseGeometry = shapely.transform(geometry, lambda xy: np.round(xy, 2))
    return moved


def _extent(geometry: BaseGeometry) -> float:
    return float(geometry.area or geometry.length)


def _entry(
    role: Role, spec: LayerSpec, editions: Sequence[Edition], shape: _Shape
) -> dict[str, Any]:
    outline = shape.geometry.geom_type == "MultiPolygon"
    return {
        "layer": spec.key,
        "title": spec.title.text().as_dict(),
        "editions": [edition.id for edition in editions],
        "role": role,
        "kind": "outline" if outline else "line",
        "name": shape.name,
        "geometry": json.loads(shapely.to_geojson(shape.geometry)),
    }


def _unread(spec: LayerSpec, error: LantuError) -> Note:
    text = Text(
        f"附图背景要素“{spec.title.zh}”无法读取，未绘：{error.fact.zh}",
        f"'{spec.title.en}' cannot be read and is missing around the site in figures: "
        f"{error.fact.en}",
    )
    return Note("context_unreadable", text)


def edition_ids(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield layer and edition of all that the context of a report was drawn from, each once."""
    yield from dict.fromkeys(
        (entry["layer"], edition) for entry in entries for edition in entry["editions"]
    )
