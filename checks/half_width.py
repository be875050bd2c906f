"""Half-widths: how far the edge of a thing lies from the line that stands for it (`offset_field`).

A polygon is drawn by its edge and needs none, and so is a layer whose lines carry none at all. A
line without one among others that have it may be as wide as the widest of its layer, and as wide
as anything of its kind is built: what it may reach is not known to be clear.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from checks.quantities import number_of
from gis.overlay import Floats
from layers.catalog import LayerSpec
from layers.store import Features

PLAUSIBLE_M: Final = 50.0
"""Half of the widest strip of land that a motorway or a railway line takes, slopes included."""


def half_widths(spec: LayerSpec, features: Features) -> Floats:
    """Half-widths of pieces, in metres; NaN for a line that should carry one and does not.

    Parameters
    ----------
    spec
        The layer; without `offset_field` all half-widths are 0.
    features
        All of the layer that may matter: it is drawn by centrelines if one line has a half-width.
    """
    widths = np.zeros(len(features.ids))
    if spec.offset_field is None:
        return widths
    lines = shapely.get_dimensions(features.geometries) < 2
    known = np.zeros(len(widths), dtype=bool)
    for row, number in enumerate(features.ids.tolist()):
        given = number_of(features.fields.get(number, {}).get(spec.offset_field))
        if given is not None and given >= 0:
            widths[row], known[row] = given, True
    if (lines & known).any():
        widths[lines & ~known] = np.nan
    return widths


def drawn_by_edges(spec: LayerSpec, features: Features) -> bool:
    """Whether a layer of lines could carry half-widths and carries none: then lines are edges."""
    if spec.offset_field is None or not (shapely.get_dimensions(features.geometries) < 2).any():
        return False
    fields = (features.fields.get(number, {}) for number in features.ids.tolist())
    return all(number_of(row.get(spec.offset_field)) is None for row in fields)


def widest(widths: Floats) -> float:
    """Return the half-width that a line without one may have, in metres."""
    known = widths[~np.isnan(widths)]
    return max(PLAUSIBLE_M, float(known.max())) if len(known) else PLAUSIBLE_M
