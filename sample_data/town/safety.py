"""Safety: geology, faults, roads, railway, power lines, survey marks."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of
from sample_data.town.frame import VILLAGES, WIDTH, elevation, smooth, smooth_ring
from sample_data.town.streets import ARTERIAL_HALF, COUNTRY_ROADS, EXPRESSWAY_HALF, RAILWAY_HALF
from sample_data.town.values import Drawn, Source, array, merged, numbers, polygons

_FAULTS = (
    ("云岭断裂（虚构）", "true", 12.0,
     [(-100, 8900), (1500, 8650), (3200, 8850), (5200, 9350), (7500, 9500), (9200, 10600)]),
    ("南屏断裂（虚构）", "false", 45.0, [(-100, 650), (1800, 880), (3600, 300), (5200, -100)]),
)  # fmt: skip
_POWER = (
    (
        "kv500",
        "滨岭一线（虚构）",
        [(-100, 9100), (2300, 8950), (5000, 9000), (8000, 9150), (10900, 8350), (13100, 8050)],
    ),
    (
        "kv154_330",
        "滨澜二线（虚构）",
        [(-100, 2900), (2700, 2650), (2900, 1300), (6300, 1050), (9700, 900), (13100, 1350)],
    ),
    ("kv35_110", "西澜线（虚构）", [(2700, 2650), (800, 2950), (420, 4700), (300, 6100)]),
    (
        "kv35_110",
        "东泽线（虚构）",
        [(9700, 900), (12300, 1900), (12600, 3000), (12750, 5400), (12100, 7700)],
    ),
    ("kv1_10", "榕溪支线（虚构）", [(420, 4700), (900, 5350), (1700, 5000), (2400, 4700)]),
)
_LINE_OFFSET = {"kv500": 12.0, "kv154_330": 7.0, "kv35_110": 4.0, "kv1_10": 1.5}


def safety_layers(drawn: Drawn) -> list[Source]:
    """All safety layers with vector geometry."""
    return [
        *_susceptibility(drawn), _danger(drawn), _faults(drawn), _roads(drawn), _railway(drawn),
        _power(drawn), _marks(), _station(), _gas_transmission(drawn),
    ]  # fmt: skip


def _susceptibility(drawn: Drawn) -> list[Source]:
    """Geological hazard classes in two parts, west and east, each published on its own."""
    tiling = drawn.tiling
    x, y = tiling.points.T
    height = elevation(x, y)
    level = np.full(len(x), "none", dtype="U6")
    level[height > 30], level[height > 85], level[height > 190] = "low", "medium", "high"
    level[np.isin(tiling.kind, ("park", "new", "town", "old", "scene_plant"))] = "none"
    count = np.bincount(tiling.unit)
    middle = np.bincount(tiling.unit, weights=x) / np.maximum(count, 1)
    west = middle[tiling.unit] < WIDTH / 2
    found = []
    for part, here in (("west", west), ("east", ~west)):
        shapes, names = merged(tiling.faces[here], level[here])
        kinds = [str(name) for name in names]
        found.append(
            Source(
                "safety.geo_hazard_susceptibility",
                shapes,
                {
                    "class": kinds,
                    "hazard_type": ["崩塌、滑坡" if k != "none" else None for k in kinds],
                },
                currency="2024-12-31",
                accuracy_m=5.0,
                coverage="features",
                part=part,
                store="gpkg:geology",
                edition="2024",
            )
        )
    return found


def _danger(drawn: Drawn) -> Source:
    rings = (
        [(1350, 8900), (1500, 8850), (1600, 8980), (1450, 9080)],
        [(5300, 9300), (5450, 9280), (5500, 9420), (5330, 9450)],
        [(12500, 8300), (12650, 8250), (12720, 8420), (12560, 8450)],
    )
    shapes = array([smooth_ring(list(ring), 15).intersection(drawn.frame.box) for ring in rings])
    return Source(
        "safety.geo_danger",
        shapes,
        {"BH": numbers("WX", 3), "ZHLX": ["滑坡", "崩塌", "滑坡"]},
        currency="2024-12-31",
        accuracy_m=5.0,
        store="gpkg:geology",
        edition="2024",
    )


def _clipped(drawn: Drawn, line: BaseGeometry) -> BaseGeometry:
    return shapely.MultiLineString(lines_of(line.intersection(drawn.frame.box)))


def _faults(drawn: Drawn) -> Source:
    lines = array([_clipped(drawn, shapely.LineString(smooth(p, 80))) for *_, p in _FAULTS])
    return Source(
        "safety.active_fault", lines,
        {"MC": [n for n, *_ in _FAULTS], "holocene": [h for _, h, _, _ in _FAULTS],
         "cover_depth_m": [d for _, _, d, _ in _FAULTS]},
        currency="2023-12-31", accuracy_m=20.0, store="gpkg:geology", edition="2023",
    )  # fmt: skip


def _roads(drawn: Drawn) -> Source:
    frame = drawn.frame
    ground: list[tuple[str, str, BaseGeometry]] = [
        (
            "expressway",
            "环湾高速（虚构）",
            frame.expressway.buffer(EXPRESSWAY_HALF, cap_style="flat"),
        )
    ]
    grade = {
        "银桥大道": "national",
        "青禾路": "provincial",
        "西澜路": "provincial",
        "中汀路": "county",
        "东泽路": "provincial",
        "云汀大道": "county",
    }
    for name, kind in grade.items():
        outside = frame.arterials[name].buffer(ARTERIAL_HALF, cap_style="flat")
        ground.append((kind, f"{name}延伸段（虚构）", outside.difference(frame.urban)))
    for name, kind, half, points in COUNTRY_ROADS:
        line = shapely.LineString(smooth(points, 60)).buffer(half, cap_style="flat")
        ground.append((kind, f"{name}（虚构）", line.difference(frame.urban)))
    shapes, kinds, names = [], [], []
    for kind, name, area in ground:
        for part in polygons(area.intersection(frame.box), 200):
            shapes.append(part)
            kinds.append(kind)
            names.append(name)
    return Source("safety.road", array(shapes), {"class": kinds, "name": names}, accuracy_m=0.5,
                  store="gpkg:transport")  # fmt: skip


def _railway(drawn: Drawn) -> Source:
    """Both edges of the line, classed by what they pass."""
    frame = drawn.frame
    villages = shapely.union_all([shapely.Point(x, y).buffer(450) for _, x, y, _ in VILLAGES])
    suburb = frame.urban.buffer(600).difference(frame.urban)
    kinds: list[str] = []
    lines: list[BaseGeometry] = []
    for side in (RAILWAY_HALF, -RAILWAY_HALF):
        edge = shapely.offset_curve(frame.railway, side).intersection(frame.box)
        rest = edge
        for kind, ground in (
            ("rail_city", frame.urban),
            ("rail_suburb", suburb),
            ("rail_village", villages),
        ):
            for part in lines_of(rest.intersection(ground)):
                lines.append(part)
                kinds.append(kind)
            rest = rest.difference(ground)
        for part in lines_of(rest):
            lines.append(part)
            kinds.append("rail_other")
    return Source(
        "safety.railway",
        array(lines),
        {"class": kinds, "name": ["滨岭铁路（虚构）"] * len(kinds)},
        accuracy_m=0.5,
        store="gpkg:transport",
    )


def _power(drawn: Drawn) -> Source:
    lines, kinds, names = [], [], []
    for kind, name, points in _POWER:
        for side in (_LINE_OFFSET[kind], -_LINE_OFFSET[kind]):
            wire = shapely.offset_curve(shapely.LineString(points), side, join_style="mitre")
            lines.append(_clipped(drawn, wire))
            kinds.append(kind)
            names.append(name)
    return Source(
        "safety.power_line",
        array(lines),
        {"class": kinds, "name": names},
        accuracy_m=1.0,
        store="shp",
    )


def _marks() -> Source:
    spots = shapely.points([(400, 8800), (6300, 8900), (12600, 9400), (1480, 420), (10980, 330),
                            (5505, 5452), (3010, 150), (12800, 5200)])  # fmt: skip
    return Source(
        "safety.survey_mark",
        array(list(spots)),
        {"DH": numbers("BJ", 8, 3)},
        accuracy_m=0.1,
        store="gpkg:transport",
    )


def _station() -> Source:
    return Source(
        "safety.weather_station",
        array([shapely.Point(2450, 8700)]),
        {"class": ["basic"], "name": ["滨江气象站（虚构）"]},
        accuracy_m=0.5,
        store="gpkg:transport",
    )


def _gas_transmission(drawn: Drawn) -> Source:
    """A long-distance gas pipeline south of the town; exact lines are confidential."""
    course = [(-100, 1450), (2900, 1180), (6300, 960), (9700, 760), (13_100, 1080)]
    line = _clipped(drawn, shapely.LineString(smooth(course, 90)))
    return Source(
        "safety.oil_gas_pipeline",
        array([line]),
        {"class": ["general"], "name": ["滨岭输气管道（虚构）"]},
        accuracy_m=1.0,
        store="gpkg:utilities",
    )
