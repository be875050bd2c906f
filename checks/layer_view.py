"""What a check sees of one layer: its editions on the date, the features near, what is proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.evidence import Reason
from checks.half_width import half_widths, widest
from checks.held_editions import HELD, NO_FEATURES
from checks.layer_parts import PART, joined, proving_ground
from checks.no_proof import no_edition, not_exhaustive, past_freshness, stale, uncovered
from checks.rule import ClassChoice
from gis.errors import LantuError
from gis.once import once
from gis.overlay import (
    Floats,
    distances,
    grown_to_prove,
    is_covered,
    share_covered,
)
from gis.prepared import prepared
from gis.raster import Cells, any_around, read_cells
from gis.raster_shapes import shape_where, shapes_by
from gis.site import Site
from layers.catalog import LayerSpec
from layers.editions import Edition, pick
from layers.store import Box, Features, LayerStore


@dataclass(frozen=True)
class LayerView:
    """One layer around one site on one date; read once, used by all rules of the layer.

    `problem` tells why the layer gives no features at all: no edition, unreadable. `stale_days`
    is the number of days by which the oldest edition behind the site is past its freshness; stale
    data show what they hold, but absence on them proves nothing. A part that is stale takes
    nothing from what a fresh part proves.
    """

    spec: LayerSpec
    site: Site
    editions: tuple[Edition, ...]
    store: LayerStore
    as_of: date
    reach: float | None

    @once
    def accuracy_m(self) -> float:
        """Accuracy of the worst edition plus that of the site, in metres."""
        return max((e.accuracy_m for e in self.editions), default=0.0) + self.site.accuracy_m

    @once
    def alike_accurate(self) -> bool:
        """Whether all editions are of one accuracy, as most layers are: `accuracy_m` anywhere."""
        return len(self.editions) < 2 or len({e.accuracy_m for e in self.editions}) < 2

    def accuracy_within(self, distance: float) -> float:
        """As `accuracy_m`, of the editions that say anything within metres of the site.

        What a coarse survey of another district holds, too far off to matter, makes nothing here
        less sure.
        """
        if self.alike_accurate:
            return self.accuracy_m
        site, own = prepared(self.site.geometry), self.site.accuracy_m
        near = [
            edition.accuracy_m
            for part, edition in enumerate(self.editions)
            if self._speaks(site, part, distance + edition.accuracy_m + own)
        ]
        return max(near) + own if near else self.accuracy_m

    def _speaks(self, site: BaseGeometry, part: int, distance: float) -> bool:
        """Whether an edition covers ground, or holds a feature, within metres of the site."""
        if shapely.dwithin(site, self.editions[part].coverage, distance):
            return True
        features = self.features
        own = features.geometries[features.ids // PART == part]
        return bool(shapely.dwithin(site, own, distance).any())

    @once
    def _loaded(self) -> tuple[Features, Reason | None]:
        if not self.editions:
            return NO_FEATURES, no_edition(self.spec, self.as_of)
        if self.spec.geometry == "raster":
            return NO_FEATURES, None
        try:
            parts = [HELD.read(self.store, edition, self._box) for edition in self.editions]
        except LantuError as error:
            if error.passes:
                raise
            return NO_FEATURES, Reason(error.code, error.fact)
        return joined(parts), None

    @once
    def _box(self) -> Box:
        margin = (self.reach or 0.0) + 4 * self.accuracy_m + 1.0
        if self.reach is not None:
            return _grown(self.site.bounds, margin)
        area = self.store.area.bounds
        low, high = (
            map(min, area[:2], self.site.bounds[:2]),
            map(max, area[2:], self.site.bounds[2:]),
        )
        return _grown((*low, *high), margin)

    @property
    def features(self) -> Features:
        """Features near the site, all parts together."""
        return self._loaded[0]

    @property
    def problem(self) -> Reason | None:
        """Why nothing can be said from this layer."""
        return self._loaded[1]

    def nearest(self, classes: ClassChoice | None) -> float | None:
        """Distance to the nearest feature of the classes, however far; None where there is none.

        The box grows until it holds one, then once more by that distance: a box reaches farther
        in its corners than along its sides. Several rules ask the same of a layer.
        """
        if classes not in self._nearest:
            self._nearest[classes] = self._nearest_of(classes)
        return self._nearest[classes]

    @once
    def _nearest(self) -> dict[ClassChoice | None, float | None]:
        return {}

    def _nearest_of(self, classes: ClassChoice | None) -> float | None:
        reach, area = max(self.reach or 0.0, 100.0), self.store.area.bounds
        while True:
            found = self._nearest_within(reach, classes)
            if found is not None and found <= reach:
                return found
            if found is None and _holds(_grown(self.site.bounds, reach), area):
                return None
            reach = found if found is not None else reach * 4

    def _nearest_within(self, reach: float, classes: ClassChoice | None) -> float | None:
        box = _grown(self.site.bounds, reach)
        near = [
            distances(self.site.geometry, part.geometries[_taken(part, classes)])
            for part in (HELD.read(self.store, edition, box) for edition in self.editions)
        ]
        found = [float(away.min()) for away in near if len(away)]
        return min(found) if found else None

    def feature_id(self, number: int) -> str:
        """Name of a feature for life: edition, part and feature number."""
        part, fid = divmod(number, PART)
        return f"{self.editions[part].id}#{fid}"

    # --- proof ------------------------------------------------------------------------------

    @once
    def coverage(self) -> BaseGeometry:
        """Union of the parts' coverage without what was lost, near the site."""
        return self._held_by(self.editions)

    def _held_by(self, editions: tuple[Edition, ...]) -> BaseGeometry:
        held = [self._ground_of(edition) for edition in editions]
        if not held:
            return shapely.Polygon()
        return held[0] if len(held) == 1 else shapely.union_all(np.asarray(held, dtype=object))

    def _ground_of(self, edition: Edition) -> BaseGeometry:
        if id(edition) not in self._grounds:
            self._grounds[id(edition)] = proving_ground(edition, shapely.box(*self._box))
        return self._grounds[id(edition)]

    @once
    def _grounds(self) -> dict[int, BaseGeometry]:
        return {}

    def covered_by(self, edition: Edition) -> float:
        """Share of the site that one of the editions covers."""
        if len(self.editions) == 1:
            return self.share_covered
        if edition.answers_for(self.site.bounds):
            return 1.0
        if not shapely.intersects(prepared(edition.coverage), self.site.geometry):
            return 0.0  # another district: nothing need be cut
        return share_covered(self.site.geometry, self._ground_of(edition))

    @once
    def _covered_throughout(self) -> bool:
        """Whether one edition answers for the whole box: the short way of most layers."""
        return self._answers_for(self._box)

    def _answers_for(self, box: Box) -> bool:
        return any(edition.answers_for(box) for edition in self.editions)

    @once
    def share_covered(self) -> float:
        """Share of the site that the coverage holds."""
        if self._covered_throughout or self._answers_for(self.site.bounds):
            return 1.0
        return share_covered(self.site.geometry, self.coverage)

    @once
    def _fresh(self) -> tuple[Edition, ...]:
        """The editions that prove absence: those not older than the layer allows."""
        if self.spec.freshness_days is None:
            return self.editions
        return tuple(edition for edition in self.editions if not self._is_old(edition))

    def _is_old(self, edition: Edition) -> bool:
        limit = self.spec.freshness_days
        return limit is not None and (self.as_of - edition.currency).days > limit

    @once
    def _fresh_coverage(self) -> BaseGeometry:
        whole = len(self._fresh) == len(self.editions)
        return self.coverage if whole else self._held_by(self._fresh)

    @once
    def stale_days(self) -> int | None:
        """Days past freshness of the oldest edition; None where fresh ones hold the whole site."""
        if len(self._fresh) == len(self.editions) or self._proved(self.site.geometry):
            return None
        return past_freshness(self._old, self.as_of, self.spec.freshness_days)

    @property
    def _old(self) -> tuple[Edition, ...]:
        return tuple(edition for edition in self.editions if self._is_old(edition))

    def _proved(self, region: BaseGeometry) -> bool:
        """Whether the editions that are fresh hold a region."""
        if any(edition.answers_for(region.bounds) for edition in self._fresh):
            return True
        return bool(self._fresh) and is_covered(region, self._fresh_coverage)

    @once
    def standing(self) -> tuple[float, ...] | None:
        """What stands for the layer on many sites; None where it proves only a part of them.

        Share covered, then declaration and editions by number: each is one object as long as the
        store is open.
        """
        share = self.share_covered
        if 0.0 < share < 1.0 or 0 < len(self._fresh) < len(self.editions):
            return None
        return (share, id(self.spec), *map(id, self.editions))

    @once
    def _told_apart(self) -> bool:
        """Whether the layer may say of an empty place more than that it is empty."""
        return bool(self.editions) and (self.spec.geometry == "raster" or self.problem is not None)

    @once
    def silent_on_site(self) -> bool:
        """Whether nothing lies on the site, nor within the accuracy of it, as far as is known.

        A layer that is exhaustive must answer for that; of any other it proves nothing.
        """
        if not self.editions:
            return True
        if self._told_apart or (self.spec.exhaustive and not self._answers_for(self.site.bounds)):
            return False
        return not self._any_within(self.accuracy_m)

    def silent_within(self, distance: float) -> bool:
        """As `silent_on_site`, within metres of the site; `distance` is one that was read for.

        Of an exhaustive layer all that was read must be empty: else it tells what lies nearest.
        """
        if not self.editions:
            return True
        if self._told_apart or (self.spec.exhaustive and not self._covered_throughout):
            return False
        if len(self.features.ids) == 0:
            return True
        return not self.spec.exhaustive and not self._any_within(distance + self._widest_m)

    def _any_within(self, distance: float) -> bool:
        site = prepared(self.site.geometry)
        return bool(shapely.dwithin(site, self.features.geometries, distance).any())

    @once
    def _widest_m(self) -> float:
        """By how much the edge of a thing may lie nearer than its line."""
        if self.spec.offset_field is None:
            return 0.0
        return widest(half_widths(self.spec, self.features))

    def unproved_within(self, distance: float) -> Reason | None:
        """Why absence within a distance of the site proves nothing; None when it does."""
        box = _grown(self.site.bounds, distance)
        if self.spec.exhaustive and any(edition.answers_for(box) for edition in self._fresh):
            return None  # covered in its corners as well: no shape need be drawn
        return self.unproved(grown_to_prove(self.site.geometry, distance))

    def unproved(self, region: BaseGeometry) -> Reason | None:
        """Why absence in a region proves nothing; None when it does."""
        if not self.spec.exhaustive:
            return not_exhaustive()
        if self._proved(region):
            return None
        if len(self._fresh) < len(self.editions) and (
            not self._fresh or is_covered(region, self.coverage)
        ):
            return stale(self._old, self.as_of, self.spec.freshness_days)
        return uncovered(self.share_covered, around=bool(self.reach))

    # --- rasters ----------------------------------------------------------------------------

    @once
    def _paths(self) -> list[Path]:
        return [self.store.raster(edition) for edition in self.editions]

    @once
    def site_cells(self) -> Cells:
        """Cells of the raster under the site; raises LantuError when unreadable."""
        return self.cells(self.site.geometry)

    def cells(self, geometry: BaseGeometry) -> Cells:
        """Cells of the raster under a geometry; raises as `site_cells`."""
        return read_cells(geometry, self.site.crs, self._paths)

    def any_cell(
        self, geometry: BaseGeometry, taken: Callable[[Floats], npt.NDArray[np.bool_]]
    ) -> bool:
        """Whether any cell around a geometry is taken: no means none under it; as `site_cells`."""
        return any_around(geometry, self.site.crs, self._paths, taken=taken)

    def cells_shape(
        self, geometry: BaseGeometry, taken: Callable[[Floats], npt.NDArray[np.bool_]]
    ) -> BaseGeometry | None:
        """The part of a geometry on cells whose values are taken; None for nothing."""
        shape = shape_where(geometry, self.site.crs, self._paths, taken=taken)
        return None if shape.is_empty else shape

    def cells_bands(
        self, geometry: BaseGeometry, place: Callable[[Floats], npt.NDArray[np.int16]], *, most: int
    ) -> dict[int, BaseGeometry]:
        """The parts of a geometry by the band that each cell is put in."""
        return shapes_by(geometry, self.site.crs, self._paths, place=place, most=most)


def look(
    spec: LayerSpec,
    *,
    site: Site,
    store: LayerStore,
    as_of: date,
    known_at: int,
    reach: float | None,
) -> LayerView:
    """Open the view of a layer; `reach` None reads the whole layer (limits from attributes)."""
    editions = pick(store.editions(spec.key, known_at=known_at), as_of=as_of, known_at=known_at)
    return LayerView(spec, site, editions, store, as_of, reach)


def _holds(box: Box, other: Box) -> bool:
    west, south, east, north = other
    return box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north


def _grown(box: Box, reach: float) -> Box:
    return box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach


def _taken(features: Features, classes: ClassChoice | None) -> npt.NDArray[np.bool_]:
    if classes is None:
        return np.ones(len(features.ids), dtype=bool)
    return np.array(
        [code is not None and classes.takes(str(code)) for code in features.classes], dtype=bool
    )
