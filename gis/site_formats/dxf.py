"""DXF drawings: each closed polyline that lies in no other is a site, those inside are holes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text
from gis.geometry import polygons_of
from gis.guards_geometry import flatten
from gis.site_formats.model import RawFeature, RawFile
from gis.site_formats.ogr import CURVES, Layer, read_layer
from gis.site_formats.rings import nest

_NO_OUTLINE = (
    "Hatch",
    "Solid",
    "Trace",
    "Face",
    "Spline",
    "Circle",
    "Ellipse",
    "Dimension",
    "Text",
    "Leader",
)
NEARLY_CLOSED = 0.05
"""A gap of at most this share of the length tells an outline that was not closed."""


_Ring = tuple[BaseGeometry, str]
"""A closed polyline as a polygon, and its layer in the drawing."""


def read_dxf(path: Path) -> RawFile:
    """Read the sites of a DXF drawing; it has no CRS of its own.

    Returns
    -------
    A feature for each closed polyline (also one whose ends meet) not inside another, with those
    inside as holes and further parts. Without any closed polyline each open one is a line site,
    except nearly closed ones: they are faults of their own. Blocks are read in place; what is no
    outline (texts, hatches, circles, dimensions) is counted in a note.

    Raises
    ------
    LantuError
        `dxf_nothing`, `unreadable`.
    """
    layer = read_layer(path, "DXF")
    closed, opened, others = _sort(layer)
    sites = nest([ring for ring, _ in closed])
    if not sites and not opened:
        raise _nothing(others, path.name)
    features: list[RawFeature | LantuError] = [
        _site(n, site, closed[top][1]) for n, (top, site) in enumerate(sites, 1)
    ]
    for line in opened if sites else _joined(opened):
        gap = _gap(line)
        if gap <= NEARLY_CLOSED * line.length:
            features.append(_not_closed(line, gap))
        elif not sites:
            features.append(RawFeature(str(len(features) + 1), line))
        else:
            others["open lines"] += 1
    notes = [*layer.notes, *_left_out(others)]
    if any(_is_arc(ring) for ring in (*(ring for ring, _ in closed), *opened)):
        notes.append(CURVES)
    return RawFile("dxf", tuple(features), notes=tuple(notes))


def _site(number: int, site: BaseGeometry, layer: str) -> RawFeature:
    """Make a feature of a polygon; what lies inside may be a house: the holes are counted."""
    inside = sum(len(part.interiors) for part in polygons_of(site))
    note = Note(
        "rings_inside",
        Text(
            f"边界内的 {inside} 条闭合多段线按内部挖空处理；"
            "若是建筑物等图元，请从图中删除后重新提交",
            f"{inside} closed polylines inside the outline were taken as holes; if they are"
            " buildings or the like, delete them from the drawing and hand it in again",
        ),
    )
    return RawFeature(str(number), site, {"图层": layer}, notes=(note,) if inside else ())


def _sort(layer: Layer) -> tuple[list[_Ring], list[BaseGeometry], Counter[str]]:
    closed: list[_Ring] = []
    opened: list[BaseGeometry] = []
    others: Counter[str] = Counter()
    for geometry, values in zip(layer.geometries, layer.attributes, strict=True):
        if geometry is None or geometry.is_empty:
            others["empty"] += 1
            continue
        kind = str(values.get("SubClasses") or "").rpartition(":")[2].removeprefix("AcDb")
        paper = str(values.get("PaperSpace") or "0") not in {"0", "False"}
        if paper or any(word in kind for word in _NO_OUTLINE):
            others["paper space" if paper else kind] += 1
        else:
            name = str(values.get("Layer") or "")
            _file_away(flatten(geometry)[0], name, closed, opened, others)
    return closed, opened, others


def _file_away(
    geometry: BaseGeometry,
    layer: str,
    closed: list[_Ring],
    opened: list[BaseGeometry],
    others: Counter[str],
) -> None:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            closed.append((shapely.Polygon(part.exterior), layer))
        elif part.geom_type != "LineString":
            others[part.geom_type] += 1
        elif part.is_closed and _is_circle(part):
            others["Circle"] += 1
        elif part.is_closed and shapely.get_num_coordinates(part) >= 4:
            closed.append((shapely.Polygon(part), layer))
        elif part.length > 0:
            opened.append(part)


def _is_circle(line: BaseGeometry) -> bool:
    """Whether a closed line is a full circle: a symbol in drawings, no boundary."""
    xy = shapely.get_coordinates(line)
    if len(xy) < 100:
        return False
    radii = np.hypot(*(xy - xy[:-1].mean(axis=0)).T)
    return bool(np.ptp(radii) <= 1e-6 * radii.max())


def _is_arc(geometry: BaseGeometry) -> bool:
    """Whether many short edges turn by the step of a segmented arc."""
    xy = shapely.get_coordinates(geometry)
    if len(xy) < 10:
        return False
    steps = np.diff(xy, axis=0)
    angles = np.degrees(np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))))
    return int(((angles > 0.04) & (angles < 0.101)).sum()) >= 5


def _joined(lines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Join lines that meet end to end, as a road drawn piece by piece."""
    return list(shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines))))


def _gap(line: BaseGeometry) -> float:
    xy = shapely.get_coordinates(line)
    return float(np.hypot(*(xy[-1] - xy[0])))


def _not_closed(line: BaseGeometry, gap: float) -> LantuError:
    x, y = shapely.get_coordinates(line)[0]
    return LantuError(
        "open_polyline",
        Text(
            f"边界不是闭合多段线：起点 ({x:.3f}, {y:.3f}) 与终点相距 {gap:.3f} m",
            f"The outline is no closed polyline: {gap:.3f} m between its start ({x:.3f}, {y:.3f})"
            " and its end",
        ),
        Text(
            "请在 CAD 中用 PEDIT 合并（J）并闭合（C）该多段线后重新导出",
            "Join and close it in the CAD program (PEDIT, options Join and Close), export again",
        ),
    )


def _left_out(others: Counter[str]) -> list[Note]:
    if not others:
        return []
    listed = ", ".join(f"{kind} {count}" for kind, count in sorted(others.items()))
    return [
        Note(
            "dxf_left_out",
            Text(
                f"图中不是用地边界的图元未使用：{listed}",
                f"Entities of the drawing that are no outline were left out: {listed}",
            ),
        )
    ]


def _nothing(others: Counter[str], where: str) -> LantuError:
    listed = ", ".join(f"{kind} {count}" for kind, count in sorted(others.items())) or "0"
    return LantuError(
        "dxf_nothing",
        Text(
            f"图中没有多段线（图元：{listed}）",
            f"The drawing holds no polyline (entities: {listed})",
        ),
        Text(
            "用地边界须为模型空间中的闭合多段线；由直线段、样条曲线拼成的边界请先用 PEDIT 合并（J）"
            "并闭合（C）",
            "The outline must be a closed polyline in model space; join single lines and convert"
            " splines first (PEDIT, options Join and Close)",
        ),
        where=where,
    )
