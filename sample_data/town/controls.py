"""Control lines: farmland, red line, urban boundary, water, minerals, coloured lines."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sample_data.town.frame import Frame, smooth_ring, stage
from sample_data.town.land_use import FARMLAND, survey_columns
from sample_data.town.values import (
    Drawn,
    Mask,
    Source,
    areas,
    array,
    joined,
    numbers,
    polygons,
)


def control_layers(drawn: Drawn) -> list[Source]:
    """All control line layers of the town."""
    return [
        _farmland(drawn), _eco_redline(drawn), _urban_boundary(drawn), *_water(drawn),
        _water_source(drawn), _mineral(drawn), *_coloured(drawn), _forest(drawn),
    ]  # fmt: skip


def farmland_faces(drawn: Drawn) -> Mask:
    """Faces that are permanent basic farmland: good fields away from the town, and the scene's."""
    tiling = drawn.tiling
    rng = stage(drawn.seed, 10)
    spots = shapely.points(tiling.points)
    chosen = rng.random(int(tiling.group.max()) + 1) < 0.72
    fields = (tiling.kind == "field") & np.isin(drawn.use.survey, FARMLAND)
    far = shapely.distance(drawn.frame.urban, spots) > 120
    clear = shapely.distance(drawn.site["warehouse"], spots) > 260
    fields &= far & clear & chosen[np.maximum(tiling.group, 0)]
    return np.asarray(fields | np.isin(tiling.kind, ("scene_field", "scene_field_two")))


def _farmland(drawn: Drawn) -> Source:
    mask = farmland_faces(drawn)
    survey = survey_columns(drawn.tiling, drawn.use)
    rows = np.flatnonzero(mask)
    take = {name: [survey[name][row] for row in rows] for name in (
        "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWMC", "ZLDWMC", "KCXS", "KCMJ")}  # fmt: skip
    count = len(rows)
    return Source(
        "control.permanent_farmland", drawn.tiling.faces[mask],
        {"BSM": numbers("3599YJ", count, 12), "YJJBNTTBBH": numbers("YJ", count), **take,
         "YJJBNTTBMJ": [survey["TBMJ"][row] for row in rows],
         "YJJBNTMJ": [survey["TBDLMJ"][row] for row in rows]},
        currency="2025-12-31", accuracy_m=0.5, store="shp_no_cpg", edition="2025",
    )  # fmt: skip


def eco_redline_ground(frame: Frame) -> tuple[BaseGeometry, BaseGeometry]:
    """Core ground and the whole ground of the ecological red line."""
    core = smooth_ring([(9150, 9350), (9900, 8650), (10700, 8850), (11600, 9400), (11900, 10100),
                        (11000, 10380), (9800, 10300)])  # fmt: skip
    north = smooth_ring(
        [
            (200, 9350),
            (1500, 9050),
            (2900, 9500),
            (4400, 9620),
            (6200, 9680),
            (7600, 9450),
            (8700, 9300),
            (9600, 8560),
            (10900, 8600),
            (12000, 8700),
            (12900, 8500),
            (12950, 10400),
            (8000, 10450),
            (3000, 10450),
            (250, 10430),
        ]
    )
    south = smooth_ring([(900, 500), (1500, 180), (2100, 450), (1500, 780)])
    whole = shapely.union_all([core, north, south]).intersection(frame.box)
    return core.intersection(whole), whole


def _eco_redline(drawn: Drawn) -> Source:
    core, whole = eco_redline_ground(drawn.frame)
    shapes = [*polygons(core), *polygons(whole.difference(core))]
    inner = len(polygons(core))
    count = len(shapes)
    zone = ["自然保护地核心保护区内"] * inner + ["其他区域"] * (count - inner)
    return Source(
        "control.eco_redline", array(shapes),
        {"BSM": numbers("HX", count), "HXBM": numbers("359900-", count, 3),
         "HXMC": ["云岭水源涵养生态保护红线（虚构）"] * count,
         "ZRBHDMC": ["云岭自然保护地（虚构）" if z.startswith("自然") else "" for z in zone],
         "ZRBHDFQ": zone, "MJ": areas(array(shapes))},
        currency="2025-12-31", accuracy_m=2.0, store="geojson", edition="2025",
    )  # fmt: skip


def _urban_boundary(drawn: Drawn) -> Source:
    frame = drawn.frame
    banks = frame.river.buffer(70).difference(frame.river).intersection(frame.urban)
    east = frame.urban.intersection(shapely.box(11_720, 3_300, 13_000, 8_000)).difference(banks)
    main = frame.urban.difference(shapely.union_all([banks, east, frame.river]))
    groups = [("城镇集中建设区", main), ("城镇弹性发展区", east), ("特别用途区", banks)]
    shapes, names = [], []
    for name, ground in groups:
        for part in polygons(ground):
            shapes.append(part)
            names.append(name)
    code = {"城镇集中建设区": "410", "城镇弹性发展区": "420", "特别用途区": "430"}
    return Source(
        "control.urban_boundary", array(shapes),
        {"BSM": numbers("CZ", len(shapes)), "XZQMC": ["滨江新区（虚构）"] * len(shapes),
         "GHFQDM": [code[n] for n in names], "GHFQMC": names, "MJ": areas(array(shapes))},
        currency="2025-12-31", accuracy_m=1.0, store="gpkg39", edition="2025",
    )  # fmt: skip


def _water(drawn: Drawn) -> list[Source]:
    frame = drawn.frame
    box, river, creek = frame.box, frame.river, frame.creek
    blue = shapely.union_all([river.buffer(35), creek.buffer(18), frame.reservoir.buffer(30)])
    ditch = drawn.tiling.stamps.polygons["scene_ditch"].buffer(2.0, join_style="mitre")
    rivers = polygons(blue.intersection(box))
    blue = array([*rivers, ditch])
    names = ["滨江及支流蓝线（虚构）"] * len(rivers) + ["西港渠蓝线（虚构）"]
    dyke = shapely.union_all([river.buffer(16), creek.buffer(6)]).intersection(box)
    water = shapely.union_all([river, creek]).intersection(box)
    safety = river.buffer(60).intersection(box).difference(dyke)
    managed: list[BaseGeometry] = []
    kind: list[str] = []
    words = ("河道管理范围(水域、滩地、行洪区)", "堤防和护堤地", "堤防安全保护区")
    for name, ground in zip(words, (water, dyke.difference(water), safety), strict=True):
        for part in polygons(ground):
            managed.append(part)
            kind.append(name)
    plain = smooth_ring([(350, 6600), (900, 6450), (1700, 5950), (2250, 5650), (2350, 5500),
                         (1700, 5650), (900, 6100), (380, 6350)])  # fmt: skip
    basin = smooth_ring([(12150, 3950), (12650, 3750), (12950, 3900), (12850, 4250), (12350, 4300)])
    basins = array([plain.difference(river.buffer(16)), basin.difference(river.buffer(16))])
    risk = polygons(river.buffer(110).intersection(box))
    return [
        Source(
            "control.blue_line",
            blue,
            {"MC": names, "MJ": areas(blue)},
            accuracy_m=1.0,
            store="shp",
        ),
        Source(
            "control.river_management",
            array(managed),
            {"类型": kind, "河道名称": ["滨江（虚构）"] * len(kind)},
            accuracy_m=1.0,
            store="gpkg:water",
        ),
        Source(
            "control.flood_basin",
            basins,
            {
                "class": ["flood_plain", "detention"],
                "MC": ["西湾洪泛区（虚构）", "东汀蓄滞洪区（虚构）"],
            },
            accuracy_m=5.0,
            store="gpkg:water",
        ),
        Source(
            "control.flood_risk_line", risk, {"MJ": areas(risk)}, accuracy_m=2.0, store="gpkg:water"
        ),
    ]


def _water_source(drawn: Drawn) -> Source:
    lake, box = drawn.frame.reservoir, drawn.frame.box
    first = lake.buffer(200)
    second = smooth_ring([(8750, 8900), (9700, 8350), (10700, 8500), (11100, 9400), (10600, 10250),
                          (9400, 10250), (8800, 9700)]).union(first)  # fmt: skip
    quasi = second.buffer(450)
    rings = [first, second.difference(first), quasi.difference(second)]
    shapes = array([ring.intersection(box) for ring in rings])
    return Source(
        "control.water_source",
        shapes,
        {
            "类型": ["一级保护区", "二级保护区", "准保护区"],
            "名称": ["云岭水库饮用水水源保护区（虚构）"] * 3,
        },
        accuracy_m=5.0,
        store="gpkg:water",
    )


def _mineral(drawn: Drawn) -> Source:
    box = drawn.frame.box
    strategic = smooth_ring([(2500, 9800), (3600, 9650), (4200, 10000), (3300, 10350)])
    stone = smooth_ring([(6700, 9700), (7600, 9600), (7900, 9900), (7000, 10100)])
    right = shapely.Polygon([(10620, 140), (11380, 150), (11420, 610), (10900, 690), (10600, 520)])
    shapes = array([strategic.intersection(box), stone, right])
    return Source(
        "control.mineral", shapes,
        {"class": ["strategic", "other_resource", "mining_right"],
         "KCMC": ["云岭萤石矿产地（虚构）", "梅坞石料资源（虚构）", "南屏建筑石料采矿权（虚构）"]},
        accuracy_m=5.0, store="gpkg:controls",
    )  # fmt: skip


def _coloured(drawn: Drawn) -> list[Source]:
    tiling, plan = drawn.tiling, drawn.use.plan
    town = np.isin(tiling.kind, ("park", "new", "town", "old"))

    def plots(codes: tuple[str, ...]) -> tuple[np.ndarray, list[str]]:
        here = town & np.isin(plan, codes)
        shapes, (code, _) = joined(tiling.faces[here], plan[here], tiling.group[here])
        return shapes, code

    yellow, utility = plots(("1301", "1302", "1303"))
    green, kind = plots(("1401", "1402"))
    heart = smooth_ring(
        [(5050, 5050), (5700, 4950), (6150, 5250), (6000, 5720), (5500, 5800), (5100, 5500)]
    )
    zone = drawn.frame.old_town.buffer(-15).difference(heart)
    purple = array([heart, *polygons(zone, 500)])
    levels = ["core_protection"] + ["control"] * (len(purple) - 1)
    name = ["老街历史文化街区（虚构）"] * len(purple)
    return [
        Source(
            "control.yellow_line",
            yellow,
            {"YDDM": utility, "MJ": areas(yellow)},
            store="gpkg:controls",
        ),
        Source(
            "control.green_line", green, {"YDDM": kind, "MJ": areas(green)}, store="gpkg:controls"
        ),
        Source(
            "control.purple_line",
            purple,
            {"class": levels, "MC": name, "MJ": areas(purple)},
            store="gpkg:controls",
        ),
        Source(
            "control.historic_culture",
            purple,
            {"class": levels, "MC": name, "MJ": areas(purple)},
            store="gpkg:controls",
        ),
    ]


def _forest(drawn: Drawn) -> Source:
    """Forest land of the forestry department: not quite what the survey calls forest."""
    tiling = drawn.tiling
    here = np.char.startswith(drawn.use.survey, "03")
    shapes, (unit,) = joined(tiling.faces[here], tiling.unit[here])
    return Source(
        "control.forest_land",
        shapes,
        {"XBH": numbers("LB", len(unit)), "MJ": areas(shapes)},
        currency="2025-12-31",
        accuracy_m=5.0,
        store="gpkg:controls",
    )
