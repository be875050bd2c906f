"""What stands there and is protected, or feared: relics, old buildings and trees, hazards."""

from __future__ import annotations

import numpy as np
import shapely
import shapely.affinity

from sample_data.town.frame import VILLAGES, smooth_ring, stage
from sample_data.town.values import Drawn, Source, array, numbers

_RELICS = (
    # name, class, x, y, half size, width of the control zone
    ("老街文庙旧址（虚构）", "provincial", 5420, 5330, 38, 90),
    ("汇川古桥（虚构）", "provincial", 4300, 5790, 30, 80),
    ("云汀灯塔（虚构）", "city_county", 6520, 5480, 14, 50),
    ("云岭窑址（虚构）", "national", 6200, 9250, 120, 200),
    ("榕溪祠堂（虚构）", "city_county", 960, 5640, 22, 45),
    ("石碓烽火台（虚构）", "city_county", 520, 8350, 25, 60),
    ("东浦义学（虚构）", "city_county", 10620, 1290, 20, 40),
    ("白鹭渡口（虚构）", "city_county", 12380, 4480, 24, 50),
)


def heritage_layers(drawn: Drawn) -> list[Source]:
    """All layers of surveyed objects except pipelines."""
    return [*_relics(), _buried(), _buildings(drawn), _trees(drawn), _hazchem()]


def _relics() -> list[Source]:
    scopes, zones = [], []
    for number, (_, _, x, y, half, width) in enumerate(_RELICS):
        turn = 0.15 * number
        box = shapely.affinity.rotate(
            shapely.box(x - half, y - half * 0.8, x + half, y + half * 0.8), turn, use_radians=True
        )
        scopes.append(box)
        zones.append(box.buffer(width, quad_segs=4).difference(box))
    columns = {"class": [r[1] for r in _RELICS], "relic_name": [r[0] for r in _RELICS]}
    return [
        Source("survey.relic_scope", array(scopes), columns, accuracy_m=0.5, store="gpkg:heritage"),
        Source(
            "survey.relic_control", array(zones), columns, accuracy_m=0.5, store="gpkg:heritage"
        ),
    ]


def _buried() -> Source:
    ground = smooth_ring([(5900, 9000), (6500, 8950), (6700, 9350), (6300, 9600), (5850, 9400)])
    return Source(
        "survey.buried_relics",
        array([ground]),
        {"MC": ["云岭窑址地下文物埋藏区（虚构）"]},
        accuracy_m=10.0,
        store="gpkg:heritage",
    )


def _buildings(drawn: Drawn) -> Source:
    """Thirty small old parcels of the old town, drawn in to the walls."""
    rng = stage(drawn.seed, 30)
    tiling = drawn.tiling
    size = shapely.area(tiling.faces)
    here = np.flatnonzero((tiling.kind == "old") & (size > 250) & (size < 900))
    chosen = np.sort(rng.choice(here, 30, replace=False))
    walls = shapely.buffer(tiling.faces[chosen], -4.0, join_style="mitre")
    walls = array([shape for shape in walls if not shape.is_empty])
    count = len(walls)
    return Source(
        "survey.historic_building",
        walls,
        {"building_name": numbers("老街民居（虚构）", count, 3)},
        accuracy_m=0.3,
        store="gpkg:heritage",
    )


def _trees(drawn: Drawn) -> Source:
    """Protection areas around old trees: in villages, the old town and at the hills' foot."""
    rng = stage(drawn.seed, 31)
    places = [
        (x + rng.uniform(-90, 90), y + rng.uniform(-90, 90))
        for _, x, y, _ in VILLAGES
        for _ in range(2)
    ]
    places += [(rng.uniform(4600, 6400), rng.uniform(4900, 5700)) for _ in range(12)]
    grade = rng.choice(
        ["grade1", "grade2", "grade3", "famous"], len(places), p=[0.1, 0.25, 0.6, 0.05]
    )
    radius = rng.uniform(7, 14, len(places)).round(1)
    shapes = shapely.buffer(shapely.points(places), radius, quad_segs=8)
    return Source(
        "survey.ancient_tree", array(list(shapes)),
        {"class": grade.tolist(), "tree_no": numbers("359900", len(places)),
         "SZ": rng.choice(["榕树", "樟树", "龙眼", "重阳木"], len(places)).tolist()},
        accuracy_m=1.0, store="geojson",
    )  # fmt: skip


def _hazchem() -> Source:
    tanks = array([
        shapely.box(11_020, 2_520, 11_150, 2_620), shapely.box(10_700, 3_080, 10_790, 3_160),
        shapely.Polygon([(2_500, 3_300), (2_590, 3_295), (2_595, 3_380), (2_505, 3_385)]),
    ])  # fmt: skip
    return Source(
        "survey.hazchem", tanks,
        {"name": ["东泽气体充装站（虚构）", "东泽涂料库（虚构）", "西澜制冷站（虚构）"],
         "safety_distance_m": [150.0, 80.0, 120.0]},
        accuracy_m=1.0, store="gpkg:heritage",
    )  # fmt: skip
