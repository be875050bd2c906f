"""Coordinate systems by reference: which are offered, their axis order, boxes, output.

What is written follows the axis order of the register: EPSG:4490 is (lat, lon), the zones of
CGCS2000 are (north, east). CRS84 is (lon, lat).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from api.ogc.refusals import bad_query
from gis.crs import crs_name, parse_crs, transform_points
from gis.errors import LantuError, Text

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_ALWAYS = ("4326", "4490", "3857")
_REACH_DEGREES = 5.0
"""A box is cut to this distance from the workspace: a transverse Mercator ends somewhere."""
_DEGREE_DIGITS = 9  # 0.1 mm
_EDGE_PARTS = 32


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system as offered: its address, the system, whether y comes first."""

    uri: str
    crs: CRS
    swapped: bool

    @property
    def geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return bool(self.crs.is_geographic)


@dataclass(frozen=True, slots=True)
class Area:
    """What a box asks for, in the working CRS: exactly `shape`; surely all within `inner`."""

    shape: BaseGeometry
    inner: tuple[float, float, float, float]

    def surely(self, bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Which bounds lie inside, so that their features need not be read to know."""
        minx, miny, maxx, maxy = self.inner
        inside: npt.NDArray[np.bool_] = (
            (bounds[:, 0] >= minx)
            & (bounds[:, 1] >= miny)
            & (bounds[:, 2] <= maxx)
            & (bounds[:, 3] <= maxy)
        )
        return inside


class Systems:
    """The systems that a workspace offers; the first is CRS84, which holds unless asked."""

    def __init__(self, working: str, area: BaseGeometry) -> None:
        self._working = parse_crs(working)
        name = crs_name(self._working)
        stored = name.removeprefix("EPSG:") if name.startswith("EPSG:") else None
        codes = dict.fromkeys(filter(None, (stored, *_ALWAYS)))
        systems = [System(CRS84, parse_crs("EPSG:4326"), swapped=False)]
        systems += [_epsg(code) for code in codes]
        self._by_uri = {system.uri: system for system in systems}
        self.uris = tuple(self._by_uri)
        self.stored = _EPSG + stored if stored else None
        self.mercator = self._by_uri[f"{_EPSG}3857"]
        self._home = self._lonlat_bounds(area)

    def named(self, uri: str | None, parameter: str) -> System:
        """Return the system of an address, CRS84 for None; refuse an unknown one (400)."""
        system = self._by_uri.get(uri or CRS84)
        if system is None:
            raise bad_query(
                parameter,
                Text(f"不提供坐标系 {uri}", f"The coordinate system {uri} is not offered"),
                Text(f"可用：{'、'.join(self.uris)}", f"There are: {', '.join(self.uris)}"),
            )
        return system

    def area_of(self, numbers: Sequence[float], system: System) -> Area | None:
        """Return what a box asks for; None when it lies beyond any data of the workspace.

        Parameters
        ----------
        numbers
            minx, miny, maxx, maxy in the axis order of `system`.
        system
            The system of the box.

        Raises
        ------
        LantuError
            `bad_query` (400): the box is none, or lies outside its system.
        """
        x0, y0, x1, y1 = _east_first(numbers, system)
        if not (x0 <= x1 and y0 <= y1):
            raise _bad_box(numbers, "最小值大于最大值", "its minimum is above its maximum")
        if system.crs == self._working:
            self._expect_in_system((x0, y0, x1, y1), numbers)
            return Area(shapely.box(x0, y0, x1, y1), (x0, y0, x1, y1))
        if system.geographic and (x0 < -180 or x1 > 180 or y0 < -90 or y1 > 90):
            raise _bad_box(numbers, "超出经纬度范围", "it leaves the range of degrees")
        box = self._near(shapely.box(x0, y0, x1, y1), system)
        return None if box is None else self._moved(box, system, numbers)

    def write(self, geometries: npt.NDArray[np.object_], system: System) -> list[str]:
        """Return geometries of the working CRS as GeoJSON texts in a system.

        Vertices are moved one by one; edges are not densified. In the stored system coordinates
        are those that were published, to the last digit.
        """

        def moved(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            """Bring vertices into the system, its axes in its own order."""
            out = transform_points(xy, self._working, system.crs)
            if system.geographic:
                out = np.round(out, _DEGREE_DIGITS)
            return out[:, ::-1] if system.swapped else out

        same = system.crs == self._working and not system.swapped
        shaped = geometries if same else shapely.transform(geometries, moved)
        return [str(text) for text in shapely.to_geojson(np.asarray(shaped, dtype=object))]

    def extent(self, shape: BaseGeometry) -> list[float]:
        """Return the bounds of a shape of the working CRS in CRS84."""
        return [round(value, 7) for value in self._lonlat_bounds(shape)]

    def _lonlat_bounds(self, shape: BaseGeometry) -> tuple[float, float, float, float]:
        lonlat = parse_crs("EPSG:4326")
        edge = shapely.box(*shape.bounds)
        dense = shapely.segmentize(edge, max(edge.length / (4 * _EDGE_PARTS), 1.0))
        xy = transform_points(shapely.get_coordinates(dense), self._working, lonlat)
        (minx, miny), (maxx, maxy) = xy.min(axis=0), xy.max(axis=0)
        return float(minx), float(miny), float(maxx), float(maxy)

    def _expect_in_system(self, box: Sequence[float], numbers: Sequence[float]) -> None:
        """Refuse a box of the working CRS that is nowhere on earth: a wrong zone, swapped axes."""
        corners = np.array([[box[0], box[1]], [box[2], box[3]]], dtype=np.float64)
        lonlat = transform_points(corners, self._working, parse_crs("EPSG:4326"))
        back = transform_points(lonlat, parse_crs("EPSG:4326"), self._working)
        if not np.isfinite(back).all() or np.abs(back - corners).max() > 1.0:
            raise _bad_box(numbers, "超出该坐标系", "it leaves that coordinate system")

    def _near(self, box: BaseGeometry, system: System) -> BaseGeometry | None:
        minx, miny, maxx, maxy = self._home
        reach = shapely.box(
            minx - _REACH_DEGREES,
            max(miny - _REACH_DEGREES, -85.0),
            maxx + _REACH_DEGREES,
            min(maxy + _REACH_DEGREES, 85.0),
        )
        if not system.geographic:
            corners = shapely.get_coordinates(reach)
            moved = transform_points(corners, parse_crs("EPSG:4326"), system.crs)
            reach = shapely.box(*moved.min(axis=0), *moved.max(axis=0))
        if not box.intersects(reach):
            return None
        return box.intersection(reach)

    def _moved(self, box: BaseGeometry, system: System, numbers: Sequence[float]) -> Area:
        if not box.area > 0:  # a point or a line asks too
            xy = transform_points(shapely.get_coordinates(box), system.crs, self._working)
            shape = shapely.MultiPoint(xy).envelope
            return Area(shape, (np.inf, np.inf, -np.inf, -np.inf))
        x0, y0, x1, y1 = box.bounds
        along = np.linspace(0.0, 1.0, _EDGE_PARTS + 1)
        xs, ys = x0 + (x1 - x0) * along, y0 + (y1 - y0) * along
        sides = [
            np.column_stack(pair)
            for pair in (
                (np.full_like(ys, x0), ys),
                (np.full_like(ys, x1), ys),
                (xs, np.full_like(xs, y0)),
                (xs, np.full_like(xs, y1)),
            )
        ]
        west, east, south, north = (
            transform_points(side, system.crs, self._working) for side in sides
        )
        ring = np.concatenate([south, east, north[::-1], west[::-1]])
        if not np.isfinite(ring).all():
            raise _bad_box(numbers, "超出该坐标系", "it leaves that coordinate system")
        inner = (west[:, 0].max(), south[:, 1].max(), east[:, 0].min(), north[:, 1].min())
        return Area(shapely.Polygon(ring), inner)


def _epsg(code: str) -> System:
    crs = parse_crs(f"EPSG:{code}")
    first: Any = crs.axis_info[0].direction
    return System(_EPSG + code, crs, swapped=str(first).lower() == "north")


def _east_first(numbers: Sequence[float], system: System) -> tuple[float, float, float, float]:
    a, b, c, d = numbers
    return (b, a, d, c) if system.swapped else (a, b, c, d)


def _bad_box(numbers: Sequence[float], zh: str, en: str) -> LantuError:
    told = ",".join(f"{number:g}" for number in numbers)
    return bad_query(
        "bbox",
        Text(f"范围 {told} 不可用：{zh}", f"The box {told} cannot be used: {en}"),
        Text(
            "请核对坐标系（bbox-crs）、坐标顺序与数值",
            "Check its coordinate system (bbox-crs), the order of axes and the numbers",
        ),
    )
