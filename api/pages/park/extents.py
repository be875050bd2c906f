"""The extent of a draft: the park's boundary, an uploaded file, a drawing, or an earlier one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.checking import local_grids
from api.clock import today
from api.parks import ParkName, boundary_of
from api.services import Services
from api.uploads import private_folder, safe_file_name, save
from gis.errors import LantuError, Text
from layers.assessment_extent import PARK_BOUNDARY, Extent, read_extent
from maps.display import lonlat_box, lonlat_json

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

DRAWN = Text("在地图上绘制", "drawn on the map")
MOST_POINTS = 20_000


def file_choice(
    services: Services, files: Sequence[UploadFile], *, accept_repair: bool
) -> dict[str, Any]:
    """Keep uploaded files by digest and return the choice that names them."""
    kept = []
    with private_folder() as folder:
        for upload in files:
            path = save(upload, folder)
            kept.append(
                {"name": path.name, "sha256": services.workspace.put_document(path.read_bytes())}
            )
    if not kept:
        raise LantuError(
            "bad_value",
            Text("没有选择文件", "No file was chosen"),
            Text("请选择范围文件", "Choose the file of the extent"),
            where="file",
        )
    return {"from": "file", "files": kept, "accept_repair": accept_repair}


def drawn_choice(geometry: Any, *, clip: bool) -> dict[str, Any]:
    """Return the choice of a polygon drawn in longitude and latitude.

    Raises
    ------
    LantuError
        `extent_not_polygon`.
    """
    good = isinstance(geometry, dict) and geometry.get("type") in {"Polygon", "MultiPolygon"}
    text = json.dumps(geometry) if good else ""
    if not good or text.count("[") > MOST_POINTS:
        raise LantuError(
            "extent_not_polygon",
            Text("绘制的范围不是面", "What was drawn is no polygon"),
            Text("请在地图上画出一个闭合的面", "Draw a closed polygon on the map"),
            where="extent",
        )
    return {
        "from": "drawn",
        "geometry": {"type": geometry["type"], "coordinates": geometry["coordinates"]},
        "clip": clip,
    }


def read_choice(services: Services, park: ParkName, choice: Mapping[str, Any]) -> Extent:
    """Read the extent that a draft names.

    Raises
    ------
    LantuError
        What `read_extent` refuses; `bad_value` where none was chosen yet.
    """
    match choice.get("from"):
        case "park_boundary":
            return _read(services, park, PARK_BOUNDARY)
        case "file":
            return _of_files(services, park, choice)
        case "drawn":
            return _of_drawing(services, park, choice)
        case "inline":
            return _read(services, park, choice["declared"])
        case "kept":
            return _kept(services, str(choice["document"]))
    raise LantuError(
        "bad_value",
        Text("还没有给出评估范围", "There is no extent yet"),
        Text("请在第二步给出范围", "Give the extent in step two"),
        where="extent",
    )


def _read(
    services: Services,
    park: ParkName,
    declared: str | Mapping[str, Any],
    folder: Path | None = None,
    *,
    accept_repair: bool = False,
) -> Extent:
    return read_extent(
        declared,
        folder=folder or Path(),
        store=services.workspace,
        park=park.code,
        as_of=today(),
        grids=local_grids(services.workspace),
        accept_repair=accept_repair,
    )


def _of_files(services: Services, park: ParkName, choice: Mapping[str, Any]) -> Extent:
    with private_folder() as folder:
        site = folder / "site"
        site.mkdir()
        names = []
        for item in choice["files"]:
            path = site / safe_file_name(item["name"])
            path.write_bytes(services.workspace.document(item["sha256"]))
            names.append(path.name)
        declared = f"site/{names[0]}" if len(names) == 1 else "site"
        read = _read(
            services, park, declared, folder, accept_repair=bool(choice.get("accept_repair"))
        )
    return replace(read, source=names[0])


def _of_drawing(services: Services, park: ParkName, choice: Mapping[str, Any]) -> Extent:
    read = _read(services, park, {"crs": "EPSG:4490", **choice["geometry"]})
    boundary = boundary_of(services.workspace, park.code, today())
    if not choice.get("clip") or boundary is None:
        return replace(read, source=DRAWN.zh)
    from gis.geometry import multi_polygon, polygons_of
    from gis.overlay import subtract

    inside = subtract(read.geometry, subtract(read.geometry, boundary))
    if inside.is_empty:
        raise LantuError(
            "extent_outside_park",
            Text("绘制的范围全部在园区边界以外", "What was drawn lies outside the park"),
            Text("请在园区边界内绘制", "Draw it inside the park's boundary"),
            where="extent",
        )
    return replace(read, geometry=multi_polygon(polygons_of(inside)), source=DRAWN.zh)


def _kept(services: Services, digest: str) -> Extent:
    from layers.assessment_document import assessment_of

    one = assessment_of(services.workspace.document(digest))
    return Extent(one.extent, one.extent_source, one.repairs, one.notes)


def shown_extent(services: Services, park: ParkName, extent: Extent) -> dict[str, Any]:
    """Return an extent for the page: shape, area, cover of the park, what lies outside, notes."""
    from gis.overlay import share_covered, subtract

    workspace = services.workspace
    boundary = boundary_of(workspace, park.code, today())
    shapes = [extent.geometry] if boundary is None else [extent.geometry, boundary]
    outside = 0.0 if boundary is None else float(subtract(extent.geometry, boundary).area)
    return {
        "bbox": lonlat_box(shapes, workspace.crs),
        "extent": lonlat_json(extent.geometry, workspace.crs),
        "outline": None if boundary is None else lonlat_json(boundary, workspace.crs),
        "source": extent.source,
        "area_m2": round(float(extent.geometry.area), 2),
        "cover": None if boundary is None else share_covered(boundary, extent.geometry),
        "outside_m2": round(outside, 2),
        "notes": [note.text.as_dict() for note in extent.notes],
        "repairs": [
            {
                "reason": str(item.reason),
                "before_m2": round(item.area_before_m2, 2),
                "after_m2": round(item.area_after_m2, 2),
            }
            for item in extent.repairs
        ],
    }
