"""Streets: which ground is road, and which blocks are left between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import lines_of, polygons_of
from sample_data.town.frame import VILLAGES, Floats, Frame, Points, smooth, stage

ARTERIAL_HALF, EXPRESSWAY_HALF, RAILWAY_HALF = 20.0, 21.0, 12.0
COUNTRY_ROADS: tuple[tuple[str, str, float, Points], ...] = (
    ("X401", "county", 6.0, [(-100, 5750), (900, 5450), (1750, 5000), (2300, 4600), (3000, 4330)]),
    ("X402", "county", 6.0, [(-100, 8050), (700, 7600), (1900, 8000), (2950, 8180)]),
    (
        "X403",
        "county",
        6.0,
        [(650, 4300), (620, 3350), (1300, 2600), (1500, 1550), (2500, 1500), (3350, 1750)],
    ),
    ("X404", "county", 6.0, [(9300, 1300), (10600, 1080), (12350, 1280), (13100, 1200)]),
    ("X405", "county", 6.0, [(12000, 5650), (12450, 4850), (12200, 3900), (12000, 3150)]),
    ("Y501", "township", 4.0, [(5700, 8080), (5750, 8800), (5300, 9300)]),
    ("Y502", "township", 4.0, [(8400, 7640), (8100, 8600), (8700, 8900)]),
    ("Y503", "township", 4.0, [(1500, 1550), (700, 900), (350, 300), (-100, 200)]),
    (
        "Y504",
        "township",
        4.0,
        [(3250, 300), (4500, 400), (5500, 250), (7100, 250), (8600, 280), (9350, 300)],
    ),
    ("Y505", "township", 4.0, [(11650, 7250), (12400, 7200), (12500, 6200), (12300, 5600)]),
)
SPACING = {"park": (430.0, 330.0, 24.0), "new": (300.0, 240.0, 22.0), "town": (340.0, 270.0, 18.0)}
LOCAL = {"new": (150.0, 9.0), "town": (135.0, 8.0)}


@dataclass(frozen=True)
class Streets:
    """Road ground by kind, disjoint, and the blocks between the streets of the town.

    `arterial`, `expressway`, `railway`, `country` and `streets` are polygonal ground; `blocks`
    are the urban blocks, `zone` their kinds: park, new, town, old.
    """

    arterial: BaseGeometry
    expressway: BaseGeometry
    railway: BaseGeometry
    country: BaseGeometry
    streets: BaseGeometry
    water: BaseGeometry
    dyke: BaseGeometry
    blocks: tuple[BaseGeometry, ...]
    zones: tuple[str, ...]


def zone_of(frame: Frame, point: BaseGeometry) -> str:
    """Kind of the district at a point of the town."""
    if any(park.contains(point) for park in frame.parks.values()):
        return "park"
    if frame.old_town.contains(point):
        return "old"
    return "new" if frame.new_centre.contains(point) else "town"


def superblocks(frame: Frame) -> list[tuple[BaseGeometry, str]]:
    """Cut the town along arterials, railway, river and district edges; with the kind of each."""
    edges = [
        *frame.arterials.values(), frame.railway, frame.river.boundary, frame.urban.boundary,
        *(park.boundary for park in frame.parks.values()), frame.old_town.boundary,
    ]  # fmt: skip
    faces = shapely.get_parts(shapely.polygonize(lines_of(shapely.union_all(edges))))
    inside = [face.representative_point() for face in faces]
    keep = shapely.contains(frame.urban, inside) & ~shapely.contains(frame.river, inside)
    return [
        (face, zone_of(frame, point))
        for face, point, use in zip(faces, inside, keep, strict=True)
        if use and face.area > 4_000
    ]


def _grid(face: BaseGeometry, spacing: float, along: str, rng: np.random.Generator) -> list[Floats]:
    """Street lines through a superblock, parallel to one side of it, slightly bent."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(face))[:4]
    origin, u, v = corners[0], corners[1] - corners[0], corners[3] - corners[0]
    if along == "short":
        u, v = v, u
    length, across = np.hypot(*u), np.hypot(*v)
    count = round(across / spacing)
    if count < 2:
        return []
    t = np.linspace(-0.02, 1.02, 24)[:, None]
    bend, phase = rng.uniform(4, 16), rng.uniform(0, 6)
    places = (np.arange(1, count) + rng.uniform(-0.12, 0.12, count - 1)) / count
    sway = bend * np.sin(t * 3 + phase) * v / across
    return [origin + u * t + v * place + sway for place in places] if length > spacing else []


def _streets_of(face: BaseGeometry, zone: str, rng: np.random.Generator) -> BaseGeometry:
    """Road ground of the streets inside one superblock."""
    if zone == "old":
        return _lanes(face, 105.0, 3.2, rng)
    first, second, width = SPACING[zone]
    lines = _grid(face, first, "long", rng) + _grid(face, second, "short", rng)
    ground = shapely.buffer(
        [shapely.LineString(line) for line in lines], width / 2, cap_style="flat"
    )
    local: list[BaseGeometry] = []
    if zone in LOCAL and rng.random() < 0.75:
        gap, narrow = LOCAL[zone]
        side = "long" if rng.random() < 0.5 else "short"
        local = list(
            shapely.buffer(
                [shapely.LineString(line) for line in _grid(face, gap, side, rng)],
                narrow / 2, cap_style="flat",
            )
        )  # fmt: skip
    return shapely.union_all([*ground, *local]).intersection(face)


def _lanes(
    face: BaseGeometry, spacing: float, half: float, rng: np.random.Generator
) -> BaseGeometry:
    """Crooked lanes: edges of a Voronoi diagram of scattered points."""
    cells = scattered_cells(face, spacing, rng)
    edges = shapely.union_all([cell.boundary for cell in cells])
    return shapely.buffer(edges, half, cap_style="flat", quad_segs=2).intersection(face)


def scattered_cells(
    face: BaseGeometry, spacing: float, rng: np.random.Generator, *, stretch: float = 1.0,
    turn: float = 0.0, jitter: float = 0.36,
) -> list[BaseGeometry]:  # fmt: skip
    """Irregular cells about `spacing` metres wide that cover a polygon's box, unclipped.

    `stretch` lengthens them along the direction `turn` (radians).
    """
    cos, sin = np.cos(turn), np.sin(turn)
    spin = np.array([[cos, sin], [-sin, cos]])
    centre = np.asarray(face.centroid.coords[0])

    def flat(xy: Floats) -> Floats:
        return np.asarray((xy - centre) @ spin.T / [spacing * stretch, spacing])

    def back(xy: Floats) -> Floats:
        return np.asarray((xy * [spacing * stretch, spacing]) @ spin + centre)

    low, high = shapely.bounds(shapely.transform(face, flat)).reshape(2, 2)
    columns = np.arange(np.floor(low[0]) - 2, np.ceil(high[0]) + 3)
    rows = np.arange(np.floor(low[1]) - 2, np.ceil(high[1]) + 3)
    seeds = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    seeds[:, 0] += 0.5 * (seeds[:, 1] % 2)
    seeds = seeds + rng.uniform(-jitter, jitter, seeds.shape)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds)))
    return list(shapely.transform(cells, back))


def lay_streets(frame: Frame, seed: int) -> Streets:
    """Draw all roads and cut the town into blocks; the ground of each kind is disjoint."""
    rng = stage(seed, 1)
    box = frame.box
    bridges = shapely.union_all(
        shapely.buffer(list(frame.arterials.values()), ARTERIAL_HALF, cap_style="flat")
    ).intersection(box)
    expressway = frame.expressway.buffer(EXPRESSWAY_HALF, cap_style="flat").intersection(box)
    railway = frame.railway.buffer(RAILWAY_HALF, cap_style="flat").intersection(box)
    arterial = bridges.difference(expressway)
    railway = railway.difference(shapely.union_all([arterial, expressway]))
    main = shapely.union_all([arterial, expressway, railway])
    water = shapely.union_all([frame.river, frame.creek, frame.reservoir]).difference(main)
    bank = shapely.union_all(
        [frame.river.buffer(16, quad_segs=4), frame.creek.buffer(6, quad_segs=4)]
    )
    dyke = bank.intersection(box).difference(shapely.union_all([main, water]))
    taken = shapely.union_all([main, water, dyke])
    country = shapely.union_all(
        [
            shapely.LineString(smooth(points, 60)).buffer(half, cap_style="flat")
            for _, _, half, points in COUNTRY_ROADS
        ]
    ).intersection(box)
    country = country.difference(shapely.union_all([frame.urban, taken]))
    streets: list[BaseGeometry] = []
    blocks: list[BaseGeometry] = []
    zones: list[str] = []
    for face, zone in superblocks(frame):
        free = face.difference(taken)
        ground = _streets_of(face, zone, rng).difference(taken)
        streets.append(ground)
        for block in polygons_of(free.difference(ground)):
            blocks.append(block)
            zones.append(zone)
    return Streets(
        arterial, expressway, railway, country, shapely.union_all(streets), water, dyke,
        tuple(blocks), tuple(zones),
    )  # fmt: skip


def village_ground(frame: Frame, taken: BaseGeometry, seed: int) -> dict[str, BaseGeometry]:
    """Ground of each village: an uneven round patch outside the town and off roads and water."""
    rng = stage(seed, 2)
    grounds = {}
    for name, x, y, radius in VILLAGES:
        angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        uneven = radius * (1 + 0.22 * np.sin(2 * angle + rng.uniform(0, 6))
                           + 0.13 * np.sin(5 * angle + rng.uniform(0, 6)))  # fmt: skip
        ring = np.column_stack([x + 1.35 * uneven * np.cos(angle), y + uneven * np.sin(angle)])
        patch = shapely.Polygon(ring).intersection(frame.box)
        grounds[name] = patch.difference(shapely.union_all([frame.urban, taken]))
    return grounds
