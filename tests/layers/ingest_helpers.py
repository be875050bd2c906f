"""Files of layers made in tests, and a workspace to publish them into."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError
from layers.ingest import PublishOptions, PublishResult, publish
from layers.store import create_workspace
from layers.store.workspace import Workspace
from tests.support.stores import place

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
X, Y = 450_000.0, 2_710_000.0
AREA = shapely.box(X - 10_000, Y - 10_000, X + 10_000, Y + 10_000)


def workspace_of(folder: Path, *specs: str, crs: str = "EPSG:4548", area: Any = AREA) -> Workspace:
    """A workspace with own layers; a spec is `key: ...` and what differs from a plain one."""
    made = create_workspace(place(folder / "ws"), crs=crs, area=area, at=AT)
    for number, text in enumerate(specs):
        add_spec(made, folder / f"spec{number}.yaml", text)
    return made


def add_spec(workspace: Workspace, path: Path, text: str) -> None:
    lines = [
        "title: {zh: 测试, en: Test}",
        "theme: control_line",
        "geometry: polygon",
        "authority: 外部检查",
    ]
    own = {line.split(":")[0] for line in text.splitlines() if line and not line.startswith(" ")}
    kept = [line for line in lines if line.split(":")[0] not in own]
    path.write_text("\n".join([*kept, text]), encoding="utf-8")
    workspace.add_spec(path, at=AT)


def options(**changes: Any) -> PublishOptions:
    values: dict[str, Any] = {
        "edition": "e1",
        "currency": date(2026, 1, 1),
        "coverage": "workspace",
        "accuracy_m": 0.5,
        "at": AT,
    }
    return PublishOptions(**(values | changes))


def put(workspace: Workspace, file: Path, layer: str = "t.layer", **changes: Any) -> PublishResult:
    return publish(workspace, layer, file, options(**changes))


def refused(workspace: Workspace, file: Path, layer: str = "t.layer", **changes: Any) -> LantuError:
    with pytest.raises(LantuError) as caught:
        publish(workspace, layer, file, options(**changes))
    error = caught.value
    assert error.fact.zh
    assert error.fact.en
    assert error.hint.zh
    assert error.hint.en
    return error


def square(x: float = 0, y: float = 0, side: float = 100) -> BaseGeometry:
    """A square whose lower left corner is x, y metres from the middle of the area."""
    return shapely.box(X + x, Y + y, X + x + side, Y + y + side)


def geojson(
    path: Path,
    features: Sequence[tuple[BaseGeometry | dict[str, Any] | None, dict[str, Any]]],
    crs: int | None = 4548,
) -> Path:
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": shapely.geometry.mapping(geometry)
                if isinstance(geometry, BaseGeometry)
                else geometry,
            }
            for geometry, properties in features
        ],
    }
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def everything(workspace: Workspace, result: PublishResult) -> Any:
    """All features of an edition."""
    return workspace.read(result.edition, (-1e12, -1e12, 1e12, 1e12))
