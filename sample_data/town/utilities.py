"""Pipes and lines, service areas, schools, hospitals, housing."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of
from sample_data.town.frame import Geometries, stage
from sample_data.town.values import Drawn, Source, areas, array, joined, numbers

_MAINS = (
    # layer, roads it follows, offset from the centre, size
    ("infra.water_main", ("云汀大道", "银桥大道", "汇川路", "知行路", "东泽路"), 14.0, "DN800"),
    ("infra.gas_main", ("望岚路", "云汀大道", "中汀路", "启明路", "青禾路"), -13.0, "DN400 中压A"),
    ("infra.power_main", ("云汀大道", "青禾路", "西澜路", "启明路"), 17.0, "110kV电缆"),
    ("infra.telecom_main", ("银桥大道", "中汀路", "知行路"), -17.0, "288芯"),
    ("infra.sewer_main", ("云汀大道", "银桥大道", "东泽路"), 9.0, "DN1200"),
    ("infra.rain_main", ("望岚路", "青禾路", "汇川路", "启明路"), -9.0, "DN1500"),
)  # fmt: skip
_PIPE_KINDS = (
    # kind, offset, diameters in millimetres, depth in metres
    ("water", 12.0, (200, 300, 600), 1.2), ("gas", -11.0, (110, 160, 250), 1.1),
    ("power", 15.0, (150, 200), 0.9), ("telecom", -15.0, (110,), 0.8),
    ("rain", 6.0, (600, 800, 1200), 2.1), ("sewage", -6.0, (400, 600, 800), 2.8),
)  # fmt: skip


def utility_layers(drawn: Drawn) -> list[Source]:
    """Mains, confidential pipelines, service areas and neighbours."""
    return [*_mains(drawn), _pipelines(drawn), *_service(drawn), *_neighbours(drawn)]


def _offset(drawn: Drawn, line: BaseGeometry, by: float) -> list[BaseGeometry]:
    moved = shapely.offset_curve(line, by).intersection(drawn.frame.urban)
    return [part for part in lines_of(moved) if part.length > 30]


def _mains(drawn: Drawn) -> list[Source]:
    layers = []
    for key, roads, by, size in _MAINS:
        lines = [part for road in roads for part in _offset(drawn, drawn.frame.arterials[road], by)]
        layers.append(
            Source(
                key,
                array(lines),
                {"size": [size] * len(lines)},
                accuracy_m=1.0,
                store="gpkg:utilities",
            )
        )
    return layers


def _pipelines(drawn: Drawn) -> Source:
    """Six kinds of pipes along every arterial road, in pieces between manholes."""
    rng = stage(drawn.seed, 40)
    lines: list[BaseGeometry] = []
    kinds: list[str] = []
    size: list[int] = []
    for kind, by, diameters, _ in _PIPE_KINDS:
        for road in drawn.frame.arterials.values():
            for part in _offset(drawn, road, by):
                cuts = np.arange(0, part.length, 220.0)
                for start in cuts:
                    lines.append(
                        shapely.ops.substring(part, start, min(start + 220.0, part.length))
                    )
                    kinds.append(kind)
                    size.append(int(rng.choice(diameters)))
    depth = {kind: value for kind, _, _, value in _PIPE_KINDS}
    buried = [round(depth[kind] + float(rng.normal(0, 0.15)), 2) for kind in kinds]
    return Source(
        "survey.pipeline", array(lines),
        {"class": kinds, "diameter_mm": size, "depth_m": buried, "GXBH": numbers("GX", len(kinds))},
        accuracy_m=0.3, coverage="urban", store="gpkg:utilities",
    )  # fmt: skip


def _service(drawn: Drawn) -> list[Source]:
    urban = drawn.frame.urban
    water = urban.buffer(220, quad_segs=4).intersection(drawn.frame.box)
    gas = urban.difference(
        shapely.union_all([drawn.frame.old_town, shapely.box(0, 0, 13_000, 1_500)])
    )
    return [
        Source(
            "infra.water_service",
            array([water]),
            {"DW": ["滨江供水站（虚构）"]},
            accuracy_m=5.0,
            store="gpkg:utilities",
        ),
        Source(
            "infra.gas_service",
            array([gas]),
            {"DW": ["滨江燃气站（虚构）"]},
            accuracy_m=5.0,
            store="gpkg:utilities",
        ),
    ]


def _built_plots(drawn: Drawn, codes: tuple[str, ...], today: str) -> tuple[Geometries, int]:
    tiling = drawn.tiling
    here = np.isin(tiling.kind, ("new", "town", "old")) & np.isin(drawn.use.plan, codes)
    here &= drawn.use.survey == today
    shapes, _ = joined(tiling.faces[here], tiling.group[here])
    return shapes, len(shapes)


def _neighbours(drawn: Drawn) -> list[Source]:
    schools, n = _built_plots(drawn, ("080403", "080404"), "08H2")
    hospitals, m = _built_plots(drawn, ("080601",), "08H2")
    housing, k = _built_plots(drawn, ("070101", "070102", "070103"), "0701")
    return [
        Source(
            "neighbour.school",
            schools,
            {"name": numbers("滨江学校（虚构）", n, 3)},
            store="gpkg:neighbours",
        ),
        Source(
            "neighbour.hospital",
            hospitals,
            {"name": numbers("滨江医院（虚构）", m, 3)},
            store="gpkg:neighbours",
        ),
        Source(
            "neighbour.housing",
            housing,
            {"name": numbers("小区（虚构）", k, 4), "MJ": areas(housing)},
            store="gpkg:neighbours",
        ),
    ]
