"""Draw the town from one seed, and write it as an office would receive it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sample_data.town.controls import control_layers
from sample_data.town.frame import CRS, HEIGHT, ORIGIN, WIDTH, Floats
from sample_data.town.heritage import heritage_layers
from sample_data.town.land_use import survey_columns, use_land
from sample_data.town.parcels import tile
from sample_data.town.plans import plan_layers
from sample_data.town.projects import ProjectRow, draw_projects, project_layers
from sample_data.town.rasters import Raster, draw_rasters
from sample_data.town.safety import safety_layers
from sample_data.town.utilities import utility_layers
from sample_data.town.values import Drawn, Source

SEED = 20261120


@dataclass(frozen=True)
class Town:
    """The drawn town: layers and rasters in local metres, projects, and the scenes' sites.

    `folder` and `mapping` are None until it is written.
    """

    seed: int
    sources: tuple[Source, ...]
    rasters: tuple[Raster, ...]
    projects: tuple[ProjectRow, ...]
    scene_sites: dict[str, BaseGeometry]
    urban: BaseGeometry
    folder: Path | None = None
    mapping: Path | None = None

    @property
    def crs(self) -> str:
        """Working CRS of the town."""
        return CRS

    @property
    def area(self) -> BaseGeometry:
        """The town's area in the working CRS: 13 by 10.5 km."""
        x, y = ORIGIN
        return shapely.box(x, y, x + WIDTH, y + HEIGHT)

    def source(self, key: str) -> Source:
        """The first source of a layer."""
        return next(source for source in self.sources if source.key == key)

    def scene_site(self, name: str) -> BaseGeometry:
        """A scene's site in the working CRS."""
        return to_crs(self.scene_sites[name])


def to_crs(geometry: BaseGeometry) -> BaseGeometry:
    """Move a geometry from local metres to the working CRS."""

    def shift(xy: Floats) -> Floats:
        return np.asarray(xy + np.asarray(ORIGIN))

    return shapely.transform(geometry, shift)


def draw_town(seed: int = SEED) -> Town:
    """Draw everything; nothing is written. The same seed gives the same geometry, byte for byte."""
    tiling = tile(seed)
    use = use_land(tiling, seed)
    drawn = Drawn(tiling, use, seed)
    projects = draw_projects(drawn)
    survey = Source(
        "present.land_use", tiling.faces, survey_columns(tiling, use), currency="2025-12-31",
        accuracy_m=0.5, coverage="features", store="shp", edition="2025",
    )  # fmt: skip
    sources = [
        survey, *plan_layers(drawn), *control_layers(drawn), *safety_layers(drawn),
        *heritage_layers(drawn), *utility_layers(drawn), *project_layers(drawn, projects),
    ]  # fmt: skip
    return Town(
        seed, tuple(sources), tuple(draw_rasters(tiling.frame)), tuple(projects),
        dict(tiling.stamps.sites), tiling.frame.urban,
    )  # fmt: skip


def build_town(folder: Path, seed: int = SEED) -> Town:
    """Draw the town and write its source files and the mapping for `publish-package`.

    Parameters
    ----------
    folder
        Where to write; made if missing, files of the same name are replaced.
    seed
        Seed of every random stream.
    """
    from sample_data.town.writer import write_town

    return write_town(draw_town(seed), folder)
