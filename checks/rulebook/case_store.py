"""The imaginary ground of a case: a square site, and what its layers hold, exact and complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.catalog import LayerSpec
from layers.editions import Edition
from layers.store import Box, Features

CRS = "EPSG:4548"
WEST, SOUTH = 600_000.0, 2_700_000.0
_REACH = 20_000.0
_FIRST_DAY = date(1949, 10, 1)


class Thing(Protocol):
    """One feature of a case."""

    @property
    def share(self) -> float | None:
        """Share of the site that it covers."""

    @property
    def distance_m(self) -> float | None:
        """How far east of the site it lies."""

    @property
    def class_(self) -> str | None:
        """Class code."""

    @property
    def attributes(self) -> dict[str, str] | None:
        """Attributes of the feature."""

    @property
    def value(self) -> float | None:
        """What a raster holds there."""


@dataclass(frozen=True)
class Vouched(Mapping[str, LayerSpec]):
    """Layer declarations as they are, but those named hold everything: an office's own word."""

    specs: Mapping[str, LayerSpec]
    whole: tuple[str, ...]

    def __getitem__(self, key: str) -> LayerSpec:
        spec = self.specs[key]
        return spec.model_copy(update={"exhaustive": True}) if key in self.whole else spec

    def __iter__(self) -> Iterator[str]:
        return iter(self.specs)

    def __len__(self) -> int:
        return len(self.specs)


@dataclass
class Imagined:
    """A store that holds what one case says, over a coverage without holes."""

    layer_specs: Mapping[str, LayerSpec]
    side: float
    folder: Path
    crs: str = CRS
    revision: int = 1
    rows: dict[str, list[tuple[BaseGeometry, Thing]]] = field(default_factory=dict)
    rasters: dict[str, Path] = field(default_factory=dict)

    @property
    def area(self) -> BaseGeometry:
        """All ground around the site."""
        return shapely.box(WEST, SOUTH, WEST, SOUTH).buffer(_REACH).envelope

    def put(self, layer: str, things: Sequence[Thing]) -> None:
        """Lay the things of a layer out from the west side of the site."""
        spec, west, rows = self.layer_specs[layer], WEST, []
        if spec.geometry == "raster":
            self.rasters[layer] = self._raster(layer, things)
        for thing in things:
            shape = self._shape(spec.geometry, thing, west)
            west += (thing.share or 0.0) * self.side
            rows.append((shape, thing))
        self.rows[layer] = rows

    def _shape(self, geometry: str, thing: Thing, west: float) -> BaseGeometry:
        if thing.distance_m is None:
            x = west if geometry != "line" else WEST + self.side / 2
            width = (thing.share or 0.0) * self.side
        else:
            x, width = WEST + self.side + thing.distance_m, 10.0
        middle = SOUTH + self.side / 2
        if geometry == "point":
            return shapely.Point(x, middle)
        if geometry == "line":
            return shapely.LineString([(x, SOUTH - 50), (x, SOUTH + self.side + 50)])
        return shapely.box(x, SOUTH - 50, x + width, SOUTH + self.side + 50)

    def _raster(self, layer: str, things: Sequence[Thing]) -> Path:
        """Write a GeoTIFF of 100 columns over the site and some ground around it."""
        import rasterio
        from rasterio.transform import from_origin

        cell, edge = self.side / 100, 20
        cells = np.zeros((100 + 2 * edge, 100 + 2 * edge), dtype="float64")
        column = edge
        for thing in things:
            end = column + round((thing.share or 0.0) * 100)
            cells[:, column:end] = thing.value or 0.0
            column = end
        path = self.folder / f"{layer}.tif"
        corner = from_origin(WEST - edge * cell, SOUTH + self.side + edge * cell, cell, cell)
        with rasterio.open(
            path, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1,
            dtype="float64", crs=CRS, transform=corner,
        ) as target:  # fmt: skip
            target.write(cells, 1)
        return path

    def specs(self, *, known_at: int | None = None) -> Mapping[str, LayerSpec]:  # noqa: ARG002 - one state
        """All layers known."""
        return self.layer_specs

    def editions(
        self,
        layer: str,
        *,
        known_at: int | None = None,  # noqa: ARG002 - one state
    ) -> Sequence[Edition]:
        """One exact edition of each layer that the case names, current on any day."""
        if layer not in self.rows:
            return ()
        return (
            Edition(
                layer=layer,
                key="case",
                part=None,
                revision=1,
                currency=_FIRST_DAY,
                valid_from=_FIRST_DAY,
                valid_to=None,
                accuracy_m=0.0,
                accuracy_source=None,
                coverage=self.area,
                checksum="0" * 64,
                feature_count=len(self.rows[layer]),
                file="",
            ),
        )

    def read(self, edition: Edition, box: Box) -> Features:
        """Features of a layer near a box."""
        near = [
            (number, shape, thing)
            for number, (shape, thing) in enumerate(self.rows[edition.layer], start=1)
            if shapely.intersects(shape, shapely.box(*box))
        ]
        shapes, classes = np.empty(len(near), dtype=object), np.empty(len(near), dtype=object)
        shapes[:] = [shape for _, shape, _ in near]
        classes[:] = [thing.class_ for _, _, thing in near]
        numbers = np.array([number for number, _, _ in near], dtype=np.int64)
        fields = {number: dict(thing.attributes or {}) for number, _, thing in near}
        return Features(numbers, shapes, classes, fields)

    def raster(self, edition: Edition) -> Path:
        """Path of the layer's raster."""
        return self.rasters[edition.layer]
