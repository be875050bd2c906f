"""Parcels: blocks and fields split into pieces, then one exact tiling of the whole frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geometry import polygons_of
from gis.prepared import prepared
from sample_data.town.frame import (
    GRID,
    HEIGHT,
    VILLAGES,
    WIDTH,
    Floats,
    Frame,
    Geometries,
    elevation,
    stage,
)
from sample_data.town.scenes import Stamps, stamp_scenes
from sample_data.town.streets import Streets, lay_streets, scattered_cells, village_ground

PARCEL_M2 = {"park": 24_000.0, "new": 9_000.0, "town": 7_500.0, "old": 1_100.0}
PLOT_M2 = {"park": 60_000.0, "new": 22_000.0, "town": 22_000.0, "old": 9_000.0}


@dataclass(frozen=True)
class Tiling:
    """The survey: faces that tile the frame exactly, with what each is cut from.

    Attributes
    ----------
    faces
        Polygons on whole millimetres, neighbours share their vertices.
    kind
        park, new, town, old, village, field, forest, water, dyke, arterial, street, country,
        expressway, railway, or the kind of a scene's stamp.
    group
        Number of the plot or field block the face belongs to, -1 for none.
    unit
        Index of the village unit (`UNITS`) it lies in.
    """

    frame: Frame
    streets: Streets
    stamps: Stamps
    faces: Geometries
    kind: npt.NDArray[np.str_]
    group: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]

    @property
    def points(self) -> Floats:
        """A point inside each face, shape (n, 2)."""
        return np.asarray(shapely.get_coordinates(shapely.point_on_surface(self.faces)))


UNITS: tuple[str, ...] = (
    *(name for name, *_ in VILLAGES), "老街社区", "云汀社区", "望岚社区", "银桥社区", "青禾社区",
    "汇川社区", "知行社区", "中汀社区", "启明社区", "西澜社区", "云岭林场",
)  # fmt: skip
_UNIT_PLACES: tuple[tuple[float, float], ...] = (
    *((x, y) for _, x, y, _ in VILLAGES), (5500, 5350), (10600, 6500), (5400, 7600), (3700, 3900),
    (5300, 2500), (3700, 6700), (8600, 3300), (7500, 6600), (10700, 3000), (2200, 3700),
    (9500, 9800),
)  # fmt: skip


def split(
    polygons: Sequence[BaseGeometry],
    targets: Floats,
    rng: np.random.Generator,
    *,
    skew: float = 0.0,
) -> tuple[list[BaseGeometry], npt.NDArray[np.int64]]:
    """Halve polygons across their longer side until they are about `targets` square metres.

    Returns the pieces and, for each, the index of the polygon it came from. `skew` (radians)
    turns the cuts a little, as old field boundaries are.
    """
    done: list[BaseGeometry] = []
    owners: list[int] = []
    active = np.asarray(polygons, dtype=object)
    owner = np.arange(len(active))
    while len(active):
        small = shapely.area(active) <= targets[owner] * rng.uniform(1.15, 1.75, len(active))
        done.extend(active[small])
        owners.extend(owner[small].tolist())
        active, owner = active[~small], owner[~small]
        if not len(active):
            break
        halves = _halves(active, rng, skew)
        parts, index = shapely.get_parts(halves.ravel(), return_index=True)
        keep = shapely.area(parts) > 1.0
        active, owner = parts[keep], owner[index[keep] // 2]
    return done, np.asarray(owners, dtype=np.int64)


def _halves(active: Geometries, rng: np.random.Generator, skew: float) -> Geometries:
    corners = shapely.get_coordinates(shapely.oriented_envelope(active)).reshape(-1, 5, 2)
    u, v = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    swap = np.hypot(*u.T) < np.hypot(*v.T)
    u[swap], v[swap] = v[swap].copy(), u[swap].copy()
    place = rng.uniform(0.4, 0.6, (len(active), 1))
    turn = rng.normal(0, skew, (len(active), 1)) if skew else np.zeros((len(active), 1))
    a = corners[:, 0] + u * (place - turn) - v * 0.5
    b = corners[:, 0] + u * (place + turn) + v * 1.5
    far = 2.5 * u
    left = shapely.polygons(np.stack([a, b, b - far, a - far], axis=1))
    right = shapely.polygons(np.stack([a, b, b + far, a + far], axis=1))
    both = np.stack(
        [shapely.intersection(active, left), shapely.intersection(active, right)], axis=1
    )
    return np.asarray(both, dtype=object)


def _clip_cells(
    cells: list[BaseGeometry], ground: BaseGeometry
) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Cells cut to the ground, and the pieces of ground untouched."""
    hit = [cell for cell in cells if prepared(ground).intersects(cell)]
    parts = shapely.get_parts(shapely.intersection(hit, ground))
    return [p for p in parts if p.geom_type == "Polygon" and p.area > 30.0], hit


def _rural(
    frame: Frame, ground: BaseGeometry, seed: int
) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Field blocks, and forest cells, of the country outside the villages."""
    rng = stage(seed, 4)
    step = 60.0
    x, y = np.meshgrid(np.arange(0, WIDTH + 1, step), np.arange(0, HEIGHT + 1, step))
    high = elevation(x, y) > 42.0 + 9.0 * np.sin(x / 330) + 7.0 * np.cos(y / 270)
    cells = shapely.box(
        x[high] - step / 2, y[high] - step / 2, x[high] + step / 2, y[high] + step / 2
    )
    hills = shapely.union_all(cells).buffer(130, quad_segs=4).buffer(-125, quad_segs=4)
    hills = hills.simplify(4).intersection(ground)
    forest, _ = _clip_cells(scattered_cells(frame.box, 330.0, rng, stretch=1.3, turn=0.5), hills)
    fields, _ = _clip_cells(
        scattered_cells(frame.box, 185.0, rng, stretch=1.5, turn=0.25), ground.difference(hills)
    )
    return fields, forest


def tile(seed: int) -> Tiling:
    """Draw the whole town and return its exact tiling."""
    frame = Frame()
    streets = lay_streets(frame, seed)
    stamps = stamp_scenes(streets)
    taken = shapely.union_all(
        [streets.arterial, streets.expressway, streets.railway, streets.country, streets.water,
         streets.dyke, stamps.ground]
    )  # fmt: skip
    villages = village_ground(frame, taken, seed)
    rural = frame.box.difference(shapely.union_all([frame.urban, taken, *villages.values()]))
    pieces, kinds, groups = _urban_parcels(streets, stamps, seed)
    _add_country(frame, rural, villages, seed, (pieces, kinds, groups))
    for name, polygon in stamps.polygons.items():
        pieces.append(polygon)
        kinds.append(name)
        groups.append(-1)
    return _noded(frame, streets, stamps, (pieces, kinds, groups))


Draft = tuple[list[BaseGeometry], list[str], list[int]]


def _urban_parcels(streets: Streets, stamps: Stamps, seed: int) -> Draft:
    rng = stage(seed, 3)
    blocks, zones = [], []
    whole: Draft = ([], [], [])
    for index, (block, zone) in enumerate(zip(streets.blocks, streets.zones, strict=True)):
        if index in stamps.blocks:
            whole[0].append(block)
            whole[1].append(stamps.blocks[index])
            whole[2].append(len(whole[2]))
            continue
        for part in polygons_of(block.difference(stamps.ground)):
            blocks.append(part)
            zones.append(zone)
    plots, owner = split(blocks, np.array([PLOT_M2[z] for z in zones]), rng)
    plot_zones = [zones[i] for i in owner]
    parcels, plot = split(plots, np.array([PARCEL_M2[z] for z in plot_zones]), rng)
    first = len(whole[2])
    whole[0].extend(parcels)
    whole[1].extend(plot_zones[i] for i in plot)
    whole[2].extend(int(i) + first for i in plot)
    return whole


def _add_country(
    frame: Frame, rural: BaseGeometry, villages: dict[str, BaseGeometry], seed: int, draft: Draft
) -> None:
    rng = stage(seed, 5)
    pieces, kinds, groups = draft
    fields, forest = _rural(frame, rural, seed)
    # a path or ditch runs along every field block: the blocks shrink, what is left is the path
    shrunk = shapely.buffer(fields, -2.2, join_style="mitre")
    blocks = [part for block in shrunk for part in polygons_of(block) if part.area > 400.0]
    parts, owner = split(blocks, rng.uniform(5_000, 16_000, len(blocks)), rng, skew=0.06)
    first = max(groups) + 1
    pieces += parts
    kinds += ["field"] * len(parts)
    groups += [int(i) + first for i in owner]
    homes = [part for ground in villages.values() for part in polygons_of(ground)]
    lanes = shapely.buffer(homes, -2.5)
    grounds = [part for home in lanes for part in polygons_of(home) if part.area > 300]
    yards, owner = split(grounds, np.full(len(grounds), 2600.0), rng, skew=0.05)
    inner = shapely.buffer(yards, -1.8, join_style="mitre")
    yards = [part for yard in inner for part in polygons_of(yard) if part.area > 60]
    homesteads, _ = split(yards, np.full(len(yards), 520.0), rng)
    for more, kind in ((homesteads, "village"), (forest, "forest")):
        pieces += more
        kinds += [kind] * len(more)
        groups += [-1] * len(more)


def _noded(frame: Frame, streets: Streets, stamps: Stamps, draft: Draft) -> Tiling:
    """Node every edge on the millimetre grid and read off the faces."""
    pieces, kinds, groups = draft
    ground = {
        "water": streets.water, "dyke": streets.dyke, "arterial": streets.arterial,
        "expressway": streets.expressway, "railway": streets.railway, "country": streets.country,
        "street": streets.streets,
    }  # fmt: skip
    places = shapely.points(np.asarray(_UNIT_PLACES, dtype=float))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=frame.box)
    )
    whole = shapely.union_all([frame.urban, stamps.ground, *stamps.sites.values()])
    kept = shapely.difference(whole, shapely.union_all([*ground.values()]))
    borders = shapely.union_all(shapely.boundary(cells)).intersection(frame.box)
    cuts = shapely.difference(borders, kept.buffer(0.5))
    edges = [*pieces, *ground.values(), *polygons_of(frame.urban), frame.box]
    lines = shapely.union_all([*shapely.boundary(edges), cuts], grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    faces = faces[np.lexsort(shapely.bounds(faces).T[::-1])]
    spots = shapely.point_on_surface(faces)
    kind, group = np.full(len(faces), "path", dtype="U16"), np.full(len(faces), -1, dtype=np.int64)
    for name, shape in ground.items():
        kind[shapely.contains(prepared(shape), spots)] = name
    tree = shapely.STRtree(pieces)
    spot, piece = tree.query(spots, predicate="within")
    kind[spot] = np.asarray(kinds)[piece]
    group[spot] = np.asarray(groups)[piece]
    unit = shapely.STRtree(places).nearest(spots)
    return Tiling(frame, streets, stamps, faces, kind, group, unit)
