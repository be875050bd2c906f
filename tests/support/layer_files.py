"""Ways to write layer files for the tests of broken ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from tests.layers.ingest_helpers import square


def write(
    path: Path,
    geometries: Sequence[BaseGeometry | None],
    crs: str | None = "EPSG:4548",
    layer: str | None = None,
    *,
    append: bool = False,
    **columns: Sequence[Any],
) -> Path:
    """Write a file by GDAL."""
    columns = columns or {"no": range(len(geometries))}
    types = {g.geom_type for g in geometries if g is not None}
    options: dict[str, Any] = {"append": True} if append else {}
    if crs is None and path.suffix == ".csv":
        options["GEOMETRY"] = "AS_WKT"
    if path.suffix == ".shp":
        options["encoding"] = "GBK"
    if path.suffix == ".gdb":
        options["driver"] = "OpenFileGDB"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
        field_data=[np.array(list(column), dtype=None) for column in columns.values()],
        fields=list(columns),
        geometry_type=types.pop() if len(types) == 1 else "Unknown",
        crs=crs or "EPSG:4548",
        layer=layer,
        **options,
    )
    return path


THREE = [square(0), square(200), square(400)]
