"""Plans: zones and uses of the master plan, the former plan, detailed plan plots, road land."""

from __future__ import annotations

import numpy as np
import shapely

from sample_data.town.controls import eco_redline_ground, farmland_faces
from sample_data.town.frame import stage
from sample_data.town.land_use import PLAN_NAMES, URBAN_KINDS
from sample_data.town.values import Drawn, Source, areas, array, joined, merged, numbers, polygons

ZONES = {"100": "生态保护区", "200": "生态控制区", "300": "农田保护区", "400": "城镇发展区",
         "500": "乡村发展区", "600": "矿产能源发展区"}  # fmt: skip
OLD_ZONES = {"010": "允许建设区", "020": "有条件建设区", "030": "限制建设区", "040": "禁止建设区"}
_LIMITS: dict[str, tuple[float, float, float, float, float]] = {
    # code: highest and lowest floor area ratio, density, height, green ratio
    "0701": (2.4, 0.0, 0.26, 60, 0.35),
    "0702": (1.2, 0.0, 0.35, 24, 0.30),
    "08": (1.2, 0.0, 0.35, 30, 0.35),
    "0804": (0.9, 0.0, 0.30, 24, 0.35),
    "0806": (1.8, 0.0, 0.32, 50, 0.35),
    "0901": (2.5, 0.0, 0.45, 50, 0.20),
    "0902": (3.5, 0.0, 0.45, 100, 0.20),
    "1001": (2.5, 1.2, 0.55, 45, 0.10),
    "1101": (2.0, 1.0, 0.55, 32, 0.10),
    "12": (0.8, 0.0, 0.40, 18, 0.15),
    "13": (0.8, 0.0, 0.40, 24, 0.25),
    "14": (0.05, 0.0, 0.03, 9, 0.70),
    "15": (0.6, 0.0, 0.40, 12, 0.20),
    "16": (0.0, 0.0, 0.0, 0, 0.50),
}


def plan_layers(drawn: Drawn) -> list[Source]:
    """All plan layers of the town."""
    return [
        _zones(drawn), _land_use(drawn), _former(drawn), _scope(drawn), _detailed(drawn),
        _road_land(drawn),
    ]  # fmt: skip


def _zones(drawn: Drawn) -> Source:
    tiling, plan = drawn.tiling, drawn.use.plan
    spots = shapely.points(tiling.points)
    zone = np.full(len(plan), "500")
    zone[np.isin(tiling.kind, ("forest", "water", "dyke"))] = "200"
    zone[farmland_faces(drawn)] = "300"
    zone[
        shapely.contains(eco_redline_ground(drawn.frame)[1], spots) & (tiling.kind == "forest")
    ] = "100"
    zone[plan == "1002"] = "600"
    town = shapely.contains(drawn.frame.urban, spots) & ~np.isin(tiling.kind, ("water", "dyke"))
    zone[town] = "400"
    shapes, names = merged(tiling.faces, zone)
    codes = [str(name) for name in names]
    return Source(
        "plan.overall_zone", shapes,
        {"BSM": numbers("GHFQ", len(codes)), "GHFQDM": codes, "GHFQMC": [ZONES[c] for c in codes],
         "MJ": areas(shapes), "plan_status": ["approved"] * len(codes)},
        currency="2025-12-31", accuracy_m=2.0, coverage="features", store="gpkg:plans",
    )  # fmt: skip


def _land_use(drawn: Drawn) -> Source:
    tiling = drawn.tiling
    spots = shapely.points(tiling.points)
    town = shapely.contains(drawn.frame.urban, spots)
    shapes, (code, _, _) = joined(
        tiling.faces[town], drawn.use.plan[town], tiling.group[town], tiling.unit[town]
    )
    return Source(
        "plan.overall_land_use", shapes,
        {"YDYHFLDM": code, "YDYHFLMC": [PLAN_NAMES[c] for c in code], "TBMJ": areas(shapes),
         "plan_status": ["approved"] * len(code)},
        currency="2025-12-31", accuracy_m=1.0, coverage="features", store="gpkg:plans",
    )  # fmt: skip


def _former(drawn: Drawn) -> Source:
    tiling = drawn.tiling
    spots = shapely.points(tiling.points)
    zone = np.full(len(tiling.faces), "030")
    edge = shapely.distance(drawn.frame.urban, spots)
    zone[edge < 180] = "020"
    zone[edge <= 0] = "010"
    zone[shapely.contains(eco_redline_ground(drawn.frame)[0], spots)] = "040"
    shapes, names = merged(tiling.faces, zone)
    codes = [str(name) for name in names]
    return Source(
        "plan.land_use_old", shapes,
        {"管制分区": codes, "分区名称": [OLD_ZONES[c] for c in codes],
         "规划状态": ["approved"] * len(codes)},
        currency="2019-12-31", accuracy_m=2.0, coverage="workspace", store="shp", edition="2019",
    )  # fmt: skip


def _scope(drawn: Drawn) -> Source:
    shapes = polygons(drawn.frame.urban)
    return Source("plan.construction_scope", shapes, {"MJ": areas(shapes)}, currency="2025-12-31",
                  accuracy_m=1.0, store="gpkg:plans")  # fmt: skip


def _limit(code: str) -> tuple[float, float, float, float, float]:
    for length in (4, 2):
        if code[:length] in _LIMITS:
            return _LIMITS[code[:length]]
    raise KeyError(code)


def _detailed(drawn: Drawn) -> Source:
    """Plots of the detailed plan; two quarters at the town's edge have none yet."""
    rng = stage(drawn.seed, 20)
    tiling = drawn.tiling
    x, y = tiling.points.T
    planned = np.isin(tiling.kind, URBAN_KINDS) & ~((x > 11_700) & (y > 4_000)) & ~(y < 1_600)
    shapes, (code, _, kind) = joined(
        tiling.faces[planned], drawn.use.plan[planned], tiling.group[planned], tiling.kind[planned]
    )
    count = len(code)
    limits = np.array([_limit(c) for c in code])
    wiggle = rng.choice([0.8, 0.9, 1.0, 1.0, 1.1], count)
    wiggle[np.char.startswith(np.array(kind), "scene")] = 1.0
    old = np.array(kind) == "old"
    height = np.where(old, np.minimum(limits[:, 3], 12), limits[:, 3])
    drafting = (rng.random(count) < 0.06) & ~np.char.startswith(np.array(kind), "scene")
    return Source(
        "plan.detailed",
        shapes,
        {
            "地块编号": numbers("BJ-", count),
            "规划用途代码": code,
            "用地名称": [PLAN_NAMES[c] for c in code],
            "容积率上限": np.round(limits[:, 0] * wiggle, 2).tolist(),
            "容积率下限": limits[:, 1].tolist(),
            "建筑密度上限": limits[:, 2].tolist(),
            "建筑高度上限": height.tolist(),
            "绿地率下限": limits[:, 4].tolist(),
            "规划状态": np.where(drafting, "drafting", "approved").tolist(),
        },
        currency="2026-03-31",
        accuracy_m=0.5,
        store="gpkg:detailed_plan",
    )


def _road_land(drawn: Drawn) -> Source:
    tiling = drawn.tiling
    roads = np.isin(tiling.kind, ("arterial", "street"))
    roads &= shapely.contains(drawn.frame.urban, shapely.points(tiling.points))
    shapes, (kind, _) = joined(tiling.faces[roads], tiling.kind[roads], tiling.unit[roads])
    grade = ["主干路" if k == "arterial" else "次干路、支路" for k in kind]
    return Source("plan.road_red_line", array(list(shapes)), {"DLDJ": grade, "MJ": areas(shapes)},
                  currency="2026-03-31", store="gpkg:plans")  # fmt: skip
