"""What a store promises to the checks, whatever holds the data.

A store returns the geometry it was given; all overlay is done in `gis`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from layers.assessments import Standing
from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.store.ledger import Holding


@dataclass(frozen=True, slots=True)
class Features:
    """Pieces of features found in a box: parallel arrays, one row a piece.

    A big polygon comes in several rows with the same `ids` entry; their union is the feature
    near the box. Rows are ordered by id, then piece.

    Attributes
    ----------
    ids
        Feature number within the edition, int64.
    geometries
        Pieces in the working CRS, valid, two-dimensional.
    classes
        Class code, None where unknown.
    fields
        Row index by feature number: attributes under the keys of the spec, report fields under
        their own names, `name` of the feature where a field gives it.
    """

    ids: npt.NDArray[np.int64]
    geometries: npt.NDArray[np.object_]
    classes: npt.NDArray[np.object_]
    fields: Mapping[int, Mapping[str, object]]


Box = tuple[float, float, float, float]


class LayerStore(Protocol):
    """What checks ask of a workspace; reading only."""

    @property
    def crs(self) -> str:
        """Working CRS as `EPSG:n` (or WKT where the register has no number)."""
        ...

    @property
    def area(self) -> BaseGeometry:
        """The workspace's area in the working CRS."""
        ...

    @property
    def revision(self) -> int:
        """The newest workspace revision (`known_at`)."""
        ...

    def specs(self, *, known_at: int | None = None) -> Mapping[str, LayerSpec]:
        """All layers known by key, shipped and own, now or at a revision."""
        ...

    def editions(self, layer: str, *, known_at: int | None = None) -> Sequence[Edition]:
        """Editions of a layer, all or those known at a revision, oldest first; perhaps none.

        What was known at a revision never changes: asked with one, a store need not look again.
        """
        ...

    def read(self, edition: Edition, box: Box) -> Features:
        """Features whose bounds meet the box (minx, miny, maxx, maxy), boundaries included.

        Raises
        ------
        LantuError
            `layer_unreadable` when the edition's file is missing, altered or broken.
        """
        ...

    def raster(self, edition: Edition) -> Path:
        """Path of an edition's GeoTIFF; raises `layer_unreadable` as `read` does."""
        ...


class InheritanceStore(LayerStore, Protocol):
    """What decisions on sharing ask beside the layers; reading only."""

    def standings(self, known_at: int | None = None) -> tuple[Standing, ...]:
        """All versions of all area assessments, now or at a revision."""
        ...

    def holdings(self, code: str, known_at: int | None = None) -> tuple[Holding, ...]:
        """What projects hold of an assessment's totals, now or at a revision."""
        ...


def with_assessments(store: LayerStore) -> InheritanceStore | None:
    """The store as one that holds assessments, None where it holds layers only.

    Told by its methods: asking a store for its properties, as `isinstance` with a protocol does,
    makes it look into its database.
    """
    holds = all(callable(getattr(store, name, None)) for name in ("standings", "holdings"))
    return cast("InheritanceStore", store) if holds else None
