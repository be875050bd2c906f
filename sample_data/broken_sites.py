"""Sites broken on purpose, one fault a file, as people send them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sample_data.site_shapes import corner_plot, with_pond
from sample_data.site_text import parcel_txt

_SYNTHETIC = "虚构数据 synthetic"


def _document(geometry: BaseGeometry | Mapping[str, object], crs: str | None) -> str:
    shape = geometry if isinstance(geometry, Mapping) else shapely.geometry.mapping(geometry)
    document: dict[str, object] = {"type": "FeatureCollection", "description": _SYNTHETIC}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    document["features"] = [{"type": "Feature", "properties": {"name": "坏例"}, "geometry": shape}]
    return json.dumps(document, ensure_ascii=False)


def _moved(dx: float, dy: float) -> BaseGeometry:
    return shapely.transform(corner_plot(), lambda xy: np.asarray(xy) + np.array([dx, dy]))


def _no_crs(path: Path) -> None:
    path.write_text(_document(corner_plot(), None), encoding="utf-8")


def _swapped(path: Path) -> None:
    ring = shapely.get_coordinates(corner_plot())[:, ::-1]
    path.write_text(
        _document(shapely.Polygon(ring), "urn:ogc:def:crs:EPSG::4548"), encoding="utf-8"
    )


def _wrong_zone(path: Path) -> None:
    """The header says zone 38; the coordinates, without prefix, belong to zone 39."""
    shapes = {"DK009": ("坏例", corner_plot(), None)}
    path.write_bytes(parcel_txt(shapes, offset=0.0, zone="38").encode("gb18030"))


def _bow_tie(path: Path) -> None:
    x, y = corner_plot().bounds[:2]
    ring = [(x, y), (x + 120, y + 100), (x + 120, y), (x, y + 100), (x, y)]
    document = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(_document(document, "urn:ogc:def:crs:EPSG::4548"), encoding="utf-8")


def _outside(path: Path) -> None:
    path.write_text(_document(_moved(60_000, 0), "urn:ogc:def:crs:EPSG::4548"), encoding="utf-8")


def _declared(path: Path) -> None:
    """The header states 3.30 ha, the coordinates enclose 2.75 ha."""
    shapes = {"DK010": ("坏例", with_pond(), 3.30)}
    path.write_bytes(parcel_txt(shapes, offset=39_000_000.0).encode("gb18030"))


def _degrees(path: Path) -> None:
    ring = [(117.95, 24.49), (117.953, 24.49), (117.953, 24.492), (117.95, 24.49)]
    path.write_text(
        _document(shapely.Polygon(ring), "urn:ogc:def:crs:EPSG::4548"), encoding="utf-8"
    )


def _gzip(path: Path) -> None:
    text = _document(corner_plot(), "urn:ogc:def:crs:EPSG::4548")
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _cut(path: Path) -> None:
    text = _document(corner_plot(), "urn:ogc:def:crs:EPSG::4548")
    path.write_text(text[: len(text) * 2 // 3], encoding="utf-8")


def _legacy(path: Path) -> None:
    path.write_text(_document(corner_plot(), "urn:ogc:def:crs:EPSG::2382"), encoding="utf-8")


def _dwg(path: Path) -> None:
    path.write_bytes(b"AC1027\x00\x00\x00\x00\x00" + bytes(200))


BROKEN: Mapping[str, tuple[Callable[[Path], None], str, str, str]] = {
    # file: writer, the code of the refusal (or of the note), what it shows in zh and en
    "no_crs.geojson": (_no_crs, "no_crs", "米制坐标而未写坐标系", "Metres without a CRS"),
    "swapped_axes.geojson": (_swapped, "swapped_axes", "东、北坐标颠倒", "North and east swapped"),
    "wrong_zone.txt": (_wrong_zone, "wrong_zone", "带号写成 38，实为 39", "Zone 38 for zone 39"),
    "self_crossing.geojson": (_bow_tie, "repair_needs_consent", "自相交，修复后面积变化超过 1%",
                              "Crosses itself; the repair changes its area by more than 1 %"),
    "outside.geojson": (_outside, "outside_area", "位于工作区范围以外", "Outside the workspace"),
    "declared_area.txt": (_declared, "declared_area_differs", "申报面积与坐标面积不符",
                          "Declared and computed areas differ"),
    "degrees_as_metres.geojson": (_degrees, "degrees_in_projected", "写明投影坐标系，坐标却是度",
                                  "A projected CRS with degrees"),
    "gzip_inside.geojson": (_gzip, "compressed", "内容其实是 gzip", "Really gzip"),
    "cut_off.geojson": (_cut, "bad_json", "文件被截断", "Cut off in the middle"),
    "legacy_datum.geojson": (_legacy, "legacy_datum", "西安80坐标，无控制点不能转换",
                             "Xi'an 80, not convertible without control points"),
    "drawing.dwg": (_dwg, "dwg", "DWG 须另存为 DXF", "DWG must be saved as DXF"),
}  # fmt: skip


def write_broken(folder: Path) -> list[Path]:
    """Write the broken sites and their README.txt; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{_SYNTHETIC}：故意做坏的文件，每个一处毛病 / broken on purpose, one fault each", ""]
    for name, (write, code, zh, en) in BROKEN.items():
        write(folder / name)
        lines.append(f"{name}  {zh} / {en}  ({code})")
    (folder / "README.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [folder / name for name in BROKEN]
