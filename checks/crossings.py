"""What a linear site crosses or runs through (穿跨越), in the order of its stations.

The list is a fact of the data, not a judgement: it names a road or a pipeline that the line meets
also where no rule applies to the project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from checks.evidence import FeatureHit
from checks.layer_view import LayerView
from checks.measured import feature_hit
from gis.errors import Text
from gis.measures import rounded
from gis.prepared import prepared

THEMES: Final = ("control_line", "safety", "survey_object", "utility")
"""Layers of things that a line can cross; what tiles the ground is measured, not crossed."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One feature that the line meets."""

    layer: str
    title: Text
    hit: FeatureHit


def crossings_of(
    views: Mapping[str, LayerView], *, confidential: bool
) -> tuple[Crossing, ...] | None:
    """Return what a line meets on the layers that the check opened; None for an area.

    Layers without data give nothing: their rules say so. Confidential ones are left out for
    readers without the role. Of works on their ground it is what their line meets; findings tell of
    what else lies on the ground.
    """
    if all(view.site.line is None for view in views.values()):
        return None
    found = [
        crossing
        for view in views.values()
        if view.spec.theme in THEMES and view.spec.geometry != "raster" and not view.spec.tiles
        if confidential or not view.spec.confidential
        for crossing in _on(view)
    ]
    return tuple(sorted(found, key=_place))


def _on(view: LayerView) -> Iterator[Crossing]:
    line = view.site.line
    if view.problem is not None or line is None:
        return
    features = view.features
    rows = np.flatnonzero(shapely.intersects(prepared(line), features.geometries))
    classes = {int(features.ids[row]): features.classes[row] for row in rows}
    for number, code in sorted(classes.items()):
        yield Crossing(view.spec.key, view.spec.title.text(), feature_hit(view, number, code))


def _place(crossing: Crossing) -> tuple[int, float, str, str]:
    first = crossing.hit.stations[0]
    return first.part, first.from_m, crossing.layer, crossing.hit.id


def crossings_json(crossings: tuple[Crossing, ...] | None) -> list[dict[str, Any]] | None:
    """Return the list as `report.json` keeps it: a length for what the line runs through."""
    if crossings is None:
        return None
    return [
        {
            "layer": one.layer,
            "title": one.title.as_dict(),
            "id": one.hit.id,
            "name": one.hit.name,
            "class": one.hit.code,
            "length_m": rounded(sum(part.to_m - part.from_m for part in one.hit.stations)),
            "stations": [
                {"part": part.part, "from_m": rounded(part.from_m), "to_m": rounded(part.to_m)}
                for part in one.hit.stations
            ],
        }
        for one in crossings
    ]
