"""What a figure shows of a raster: the ground of a site by class, or by bands of the value."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from checks.evidence import Band
from checks.layer_view import LayerView
from checks.measured import class_name
from gis.overlay import Floats
from gis.raster import Cells, number

MOST_BANDS = 4
"""Above the value of a rule; one more stands for what does not exceed it."""

MOST_CLASSES = 8
MOST_CELLS = 10_000
"""Of a site whose figure is shaded: beyond it cells are finer than a figure shows."""

MOST_PATCHES = 1600
"""Of adjoining cells of one band."""

Taken = Callable[[Floats], npt.NDArray[np.bool_]]


def class_bands(
    view: LayerView, site: BaseGeometry, cells: Cells, taken: Taken
) -> tuple[Band, ...]:
    """Return the classes on the ground, the commonest eight, in the order of their codes."""
    if not 0 < len(cells.values) <= MOST_CELLS:
        return ()
    shares = cells.by_value()
    kept = sorted(sorted(shares, key=lambda value: (-shares[value], value))[:MOST_CLASSES])
    known = np.array(kept)

    def place(values: Floats) -> npt.NDArray[np.int16]:
        written, which = np.unique(values, return_inverse=True)
        exact = np.array([number(value) for value in written])
        index = np.minimum(np.searchsorted(known, exact), len(known) - 1)
        return np.where(known[index] == exact, index, -1).astype(np.int16)[which]

    shapes = view.cells_bands(site, place, most=MOST_PATCHES)
    found = []
    for index, value in enumerate(kept):
        if index in shapes:
            code = str(int(value)) if value.is_integer() else repr(value)
            hit = bool(taken(np.array([value]))[0])
            band = Band(code, class_name(view, code), None, None, shares[value], hit, shapes[index])
            found.append(band)
    return tuple(found)


def value_bands(
    view: LayerView, site: BaseGeometry, cells: Cells, taken: Taken, limit: float
) -> tuple[Band, ...]:
    """Return the ground that does not exceed a limit, then bands of round values above it."""
    if not 0 < len(cells.values) <= MOST_CELLS:
        return ()
    inner = steps(limit, number(cells.values.max()))

    def place(values: Floats) -> npt.NDArray[np.int16]:
        above = np.searchsorted(np.array(inner), values, side="right") + 1
        return np.where(taken(values), above, 0).astype(np.int16)

    shapes = view.cells_bands(site, place, most=MOST_PATCHES)
    edges = [None, limit, *inner, None]
    return tuple(
        Band(
            None,
            None,
            edges[index],
            edges[index + 1],
            cells.share_where(lambda values, index=index: place(values) == index),  # type: ignore[misc]
            index > 0,
            shapes[index],
        )
        for index in range(len(edges) - 1)
        if index in shapes
    )


def steps(low: float, high: float) -> list[float]:
    """Return the round values between a limit and the greatest value: three at most."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return []
    power = 10.0 ** math.floor(math.log10(span / MOST_BANDS))
    for size in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first = math.floor(low / size + 1e-9) + 1
        found = [round(at * size, 9) for at in range(first, math.ceil(high / size - 1e-9))]
        if len(found) < MOST_BANDS:
            return found
    return []
