"""Half-widths: how far the edge of a thing lies from the line that stands for it (`offset_field`).

A polygon is drawn by its edge and needs none. A line without one may be as wide as the widest of
its layer, and as wide as anything of its kind is built: what it may reach is not known to be clear.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from checks.quantities import number_of
from gis.overlay import Floats
from layers.catalog import LayerSpec
from layers.store import Features

PLAUSIBLE_M: Final = 50.0
"""Half of the widest strip of land that a motorway or a railway line takes, slopes included."""


def half_widths(spec: LayerSpec, features: Features, rows: npt.NDArray[np.intp]) -> Floats:
    """Half-widths of pieces, in metres; NaN for a line that should carry one and does not.

    Parameters
    ----------
    spec
        The layer; without `offset_field` all half-widths are 0.
    features, rows
        Pieces of the layer, and which of them are asked for.
    """
    widths = np.zeros(len(rows))
    if spec.offset_field is None:
        return widths
    drawn_by_edge = shapely.get_dimensions(features.geometries[rows]) == 2
    for place, number in enumerate(features.ids[rows]):
        given = number_of(features.fields.get(int(number), {}).get(spec.offset_field))
        if given is not None and given >= 0:
            widths[place] = given
        elif not drawn_by_edge[place]:
            widths[place] = np.nan
    return widths


def widest(widths: Floats) -> float:
    """Return the half-width that a line without one may have, in metres."""
    known = widths[~np.isnan(widths)]
    return max(PLAUSIBLE_M, float(known.max())) if len(known) else PLAUSIBLE_M
