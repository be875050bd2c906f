"""The bones of the town: frame, river, hills, arterial roads, districts. All in local metres.

Local coordinates start at the frame's south-west corner; `ORIGIN` brings them to EPSG:4548.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Points = Sequence[tuple[float, float]]
Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

CRS = "EPSG:4548"
ORIGIN = (594_000.0, 2_704_000.0)
WIDTH, HEIGHT = 13_000.0, 10_500.0
GRID = 0.001
"""Coordinates of the survey lie on whole millimetres."""

RIVER: Points = [
    (-600, 7150), (600, 6950), (1700, 6350), (2700, 5700), (3700, 5480), (4700, 5850),
    (5600, 6280), (6450, 6000), (7100, 5250), (7900, 4600), (8900, 4500), (9900, 4800),
    (10800, 4750), (11700, 4200), (12500, 3600), (13600, 3400),
]  # fmt: skip
CREEK: Points = [(9750, 8900), (9250, 8250), (8950, 7500), (8750, 6700), (8850, 5800), (8650, 4500)]
RESERVOIR: Points = [
    (9300, 8950), (9800, 8820), (10250, 9050), (10500, 9500), (10150, 9750), (9900, 9500),
    (9600, 9700), (9350, 9400), (9500, 9150),
]  # fmt: skip

ARTERIALS: dict[str, Points] = {
    "云汀大道": [(2550, 7420), (4200, 7150), (5600, 7220), (6900, 7020), (8150, 6250), (9480, 5880),
             (10600, 5900), (12000, 5650), (13100, 5500)],
    "望岚路": [(2950, 8180), (4600, 8080), (6800, 7960), (8400, 7640), (9750, 7330), (11650, 7250)],
    "银桥大道": [(-100, 4330), (1300, 4260), (3000, 4330), (4400, 4640), (5400, 4600), (6500, 4430),
             (7350, 3950), (8300, 3560), (9500, 3680), (10800, 3800), (12000, 3150), (13100, 2800)],
    "青禾路": [(1300, 3180), (3000, 3080), (4600, 3280), (6100, 3120), (7600, 2560), (9400, 2460),
            (11850, 2350), (13100, 2200)],
    "南屏路": [(3350, 1750), (4800, 1880), (6050, 1700), (7500, 1480), (9300, 1300)],
    "西澜路": [(2950, 8180), (3020, 6900), (2960, 5600), (3010, 4330), (3000, 3080), (3350, 1750),
            (3250, -100)],
    "汇川路": [(4600, 8080), (4330, 7150), (4290, 5720), (4400, 4640), (4600, 3280), (4800, 1880)],
    "中汀路": [(6800, 7960), (6900, 7020), (6780, 5700), (6650, 5150), (6500, 4430), (6100, 3120),
            (6050, 1700), (6120, -100)],
    "知行路": [(8400, 7640), (8150, 6250), (7850, 4650), (7700, 3790), (7600, 2560), (7500, 1480)],
    "东泽路": [(9750, 7330), (9480, 5880), (9480, 4650), (9500, 3680), (9400, 2460), (9300, 1300),
            (9350, -100)],
    "启明路": [(11650, 7250), (11480, 5780), (11350, 4450), (11420, 3480), (11850, 2350)],
}  # fmt: skip
EXPRESSWAY: Points = [
    (-100, 1050),
    (2600, 1120),
    (5200, 880),
    (7800, 620),
    (10400, 520),
    (13100, 900),
]
RAILWAY: Points = [
    (-100, 2180),
    (2600, 2330),
    (4700, 2480),
    (6300, 2240),
    (8200, 1830),
    (10400, 1720),
    (13100, 1760),
]

PARKS: dict[str, tuple[str, Points]] = {
    "BJ-A": (
        "云汀智造园",
        [(9540, 5920), (10600, 5930), (11440, 5800), (11700, 7200), (9800, 7290)],
    ),
    "BJ-B": (
        "东泽产业园",
        [(9460, 2500), (11830, 2390), (12150, 2950), (11400, 3440), (10800, 3760), (9520, 3640)],
    ),
    "BJ-C": ("西澜工业园", [(1300, 3210), (2980, 3120), (2990, 4300), (1300, 4220)]),
}
TOWN_EDGE: Points = [
    (2700, 8000),
    (3600, 8330),
    (5000, 8320),
    (7000, 8180),
    (8500, 7850),
    (9750, 7450),
    (11700, 7330),
    (12300, 6500),
    (12100, 5600),
    (11500, 5100),
    (10500, 5150),
    (9700, 5000),
    (9600, 4560),
    (11300, 4420),
    (12000, 3650),
    (12300, 2900),
    (12000, 2250),
    (10500, 2050),
    (9600, 1200),
    (7500, 1250),
    (5500, 1350),
    (3900, 1600),
    (3100, 2500),
    (3000, 3100),
    (2950, 4000),
    (2980, 4300),
    (2700, 4900),
    (2750, 5400),
    (2850, 6100),
    (2600, 7000),
]
OLD_TOWN: Points = [
    (4500, 4750),
    (5300, 4680),
    (6450, 4520),
    (6650, 5120),
    (6600, 5650),
    (6100, 6020),
    (5600, 6120),
    (4900, 5800),
    (4420, 5560),
]
NEW_CENTRE: Points = [
    (6900, 2700),
    (9350, 2500),
    (9420, 4480),
    (8000, 4480),
    (7150, 4600),
    (6600, 4250),
]

HILLS: tuple[tuple[float, float, float, float, float], ...] = (
    # x, y, height, spread along x, spread along y
    (1500, 9700, 310, 1500, 900),
    (4200, 10300, 260, 1700, 850),
    (7400, 10400, 330, 1500, 900),
    (11200, 10100, 390, 1700, 1150),
    (12700, 8600, 210, 800, 900),
    (1500, 450, 150, 750, 420),
    (10900, 300, 95, 900, 260),
    (8700, 9800, 170, 500, 600),
)
VILLAGES: tuple[tuple[str, float, float, float], ...] = (
    ("榕溪村", 900, 5600, 190),
    ("上浦村", 1750, 5150, 150),
    ("柳塘村", 650, 3350, 170),
    ("石碓村", 700, 7750, 160),
    ("云坑村", 1900, 8150, 150),
    ("前陇村", 1500, 1550, 160),
    ("下圳村", 2500, 1650, 140),
    ("南坂村", 4500, 450, 170),
    ("鹿墩村", 7100, 300, 150),
    ("东浦村", 10600, 1250, 180),
    ("沙汀村", 12350, 1450, 170),
    ("白鹭村", 12450, 4650, 180),
    ("后埕村", 12500, 6200, 150),
    ("龙仓村", 12300, 7300, 140),
    ("仙岭村", 8050, 8650, 130),
    ("梅坞村", 5700, 8750, 140),
    ("双溪村", 350, 250, 120),
    ("新塘村", 8600, 250, 120),
)


def stage(seed: int, number: int) -> np.random.Generator:
    """Return the random stream of one stage, so that one stage's draws never shift another's."""
    return np.random.default_rng([seed, number])


def smooth(points: Points, step: float = 40.0, *, closed: bool = False) -> Floats:
    """Draw a Catmull-Rom curve through `points` (metres), one vertex about every `step` metres."""
    p = np.asarray(points, dtype=float)
    if closed:
        p = np.vstack([p[-1], p, p[:2]])
    else:
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    pieces = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        count = max(2, int(np.hypot(*(c - b)) / step))
        t = (np.arange(count) / count)[:, None]
        bent = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        pieces.append(0.5 * (2 * b + (c - a) * t + bent))
    return np.vstack([*pieces, p[-2][None, :]])


def smooth_ring(points: Points, step: float = 40.0) -> BaseGeometry:
    """Return the polygon inside a closed smooth curve through `points`, valid."""
    return shapely.Polygon(smooth(points, step, closed=True)).buffer(0)


def elevation(x: Floats, y: Floats) -> Floats:
    """Ground height in metres above the datum at local coordinates, arrays of one shape."""
    height = 4.0 + 0.0008 * x[::1] + 0.0011 * np.abs(y - 5200.0)
    for cx, cy, top, sx, sy in HILLS:
        r = ((x - cx) / sx) ** 2 + ((y - cy) / sy) ** 2
        ridge = 1 + 0.18 * np.sin(x / 210 + cy) * np.cos(y / 260 + cx)
        height = height + top * np.exp(-1.25 * r) * ridge
    return np.asarray(height)


@dataclass(frozen=True)
class Frame:
    """The bones as geometry, drawn once."""

    @cached_property
    def box(self) -> BaseGeometry:
        """The town's area."""
        return shapely.box(0, 0, WIDTH, HEIGHT)

    @cached_property
    def river_line(self) -> BaseGeometry:
        """Centre line of the river, beyond the frame at both ends."""
        return shapely.LineString(smooth(RIVER, 30))

    @cached_property
    def river(self) -> BaseGeometry:
        """Water of the river: a ribbon whose width swells and shrinks."""
        curve = smooth(RIVER, 30)
        along = np.arange(len(curve))
        half = 78 + 22 * np.sin(along / 17) + 12 * np.sin(along / 5.3 + 1)
        step = np.gradient(curve, axis=0)
        normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(*step.T)[:, None]
        ring = np.vstack([curve + normal * half[:, None], (curve - normal * half[:, None])[::-1]])
        return shapely.Polygon(ring).buffer(0).intersection(self.box)

    @cached_property
    def creek(self) -> BaseGeometry:
        """Water of the creek that leaves the reservoir."""
        line = shapely.LineString(smooth(CREEK, 30))
        return line.buffer(11, quad_segs=3).difference(self.river)

    @cached_property
    def reservoir(self) -> BaseGeometry:
        """Water of the reservoir."""
        return smooth_ring(RESERVOIR, 60)

    @cached_property
    def arterials(self) -> dict[str, BaseGeometry]:
        """Centre lines of the arterial roads by name."""
        return {name: shapely.LineString(smooth(p, 60)) for name, p in ARTERIALS.items()}

    @cached_property
    def expressway(self) -> BaseGeometry:
        """Centre line of the expressway."""
        return shapely.LineString(smooth(EXPRESSWAY, 80))

    @cached_property
    def railway(self) -> BaseGeometry:
        """Centre line of the railway."""
        return shapely.LineString(smooth(RAILWAY, 80))

    @cached_property
    def parks(self) -> dict[str, BaseGeometry]:
        """The three industrial parks by code."""
        return {code: shapely.Polygon(points) for code, (_, points) in PARKS.items()}

    @cached_property
    def old_town(self) -> BaseGeometry:
        """The old town in the river's bend."""
        return smooth_ring(OLD_TOWN).difference(self.river)

    @cached_property
    def new_centre(self) -> BaseGeometry:
        """The new district with its regular streets."""
        return shapely.Polygon(NEW_CENTRE)

    @cached_property
    def urban(self) -> BaseGeometry:
        """Everything inside the town's edge, parks included."""
        edge = smooth_ring(TOWN_EDGE, 60)
        return shapely.union_all([edge, *self.parks.values()])
