"""What ingest hands to a store: an edition's description, and its features or its raster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class EditionDraft:
    """An edition about to be published; `Edition` explains the fields that both share.

    Attributes
    ----------
    coverage
        Polygon in the working CRS, possibly empty.
    lost
        Where something of the source was lost; None with `incomplete`: the place is unknown.
    checksum
        SHA-256 (hex) of the source file.
    issue_log
        What ingest found, ready for JSON.
    published_at
        The moment read by the caller, with a time zone; the store reads no clock.
    """

    layer: str
    key: str
    part: str | None
    currency: date
    valid_from: date
    valid_to: date | None
    accuracy_m: float
    accuracy_source: str | None
    coverage: BaseGeometry
    checksum: str
    published_at: datetime
    lost: BaseGeometry | None = None
    incomplete: bool = False
    issue_log: Mapping[str, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Name of the edition with its part, as `Edition.id`."""
        return f"{self.key}/{self.part}" if self.part else self.key


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Whole features of an edition, parallel arrays, one row a feature.

    Row `i` becomes feature number `i + 1`. The store keeps each geometry bit by bit and cuts
    big polygons itself.

    Attributes
    ----------
    geometries
        Valid, non-empty, two-dimensional geometries in the working CRS.
    classes
        Class code (text), None where unknown or where the layer has no classes.
    columns
        Attributes under the keys of the spec, report fields under their own names, `name` where
        a field gives it. Numbers as float64 (NaN: none), int64, bool, or objects of text, numbers,
        bool, dates, lists and None.
    """

    geometries: npt.NDArray[np.object_]
    classes: npt.NDArray[np.object_]
    columns: Mapping[str, npt.NDArray[np.generic]]


Payload = FeatureTable | Path
"""Features of a vector layer, or the GeoTIFF of a raster layer (copied into the workspace)."""
