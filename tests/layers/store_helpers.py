"""A small workspace for the store's tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.store import EditionDraft, FeatureTable, create_workspace
from layers.store.workspace import Workspace
from tests.support.stores import place

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
AREA = shapely.box(440_000, 2_705_000, 460_000, 2_725_000)

SPEC = """\
key: {key}
title: {{zh: 测试, en: Test}}
theme: control_line
geometry: {geometry}
class_field: {{name: cls, aliases: [], codes: null}}
authority: 外部检查
legal_status: statutory
confidential: false
exhaustive: true
freshness_days: null
"""


def make_workspace(folder: Path, *keys: str, geometry: str = "polygon") -> Workspace:
    workspace = create_workspace(place(folder / "ws"), crs="EPSG:4548", area=AREA, at=AT)
    for key in keys:
        workspace.add_spec(write_spec(folder, key, geometry=geometry), at=AT)
    return workspace


def write_spec(folder: Path, key: str, *, geometry: str = "polygon") -> Path:
    path = folder / "layer.yaml"
    quoted = '"' + key.replace('"', '\\"') + '"'
    path.write_text(SPEC.format(key=quoted, geometry=geometry), encoding="utf-8")
    return path


def draft(layer: str, key: str = "e1", **changes: Any) -> EditionDraft:
    values: dict[str, Any] = {
        "layer": layer,
        "key": key,
        "part": None,
        "currency": date(2026, 1, 1),
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "accuracy_m": 0.5,
        "accuracy_source": "given",
        "coverage": AREA,
        "checksum": "ab" * 32,
        "published_at": AT,
    }
    return EditionDraft(**(values | changes))


def objects(values: Sequence[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def table(geometries: Sequence[BaseGeometry], **columns: Sequence[Any]) -> FeatureTable:
    classes = columns.pop("classes", ["a"] * len(geometries))
    return FeatureTable(
        objects(geometries),
        objects(classes),
        {name: objects(values) for name, values in columns.items()},
    )


def square(x: float, y: float, side: float = 100.0) -> BaseGeometry:
    return shapely.box(x, y, x + side, y + side)
