"""What a choice of features holds of the site: measured once, used by all rules of the layer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.evidence import ClassShare, Evidence, FeatureHit, PartShare
from checks.layer_view import LayerView
from gis.errors import Text
from gis.geometry import NO_LINES, NO_POLYGONS
from gis.measures import share
from gis.overlay import (
    FLOOR_LENGTH_M,
    Array,
    Passed,
    Tolerance,
    clip,
    dissolve,
    judge,
    plainly_hits,
    size,
    subtract,
    united,
)
from gis.prepared import prepared
from gis.stationing import Stretch, stations

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """Union measures of a choice of features under the site.

    `shape` is site ∩ features, dissolved; `amounts` the union measure of each feature hit, by
    feature number: an area, or a length.
    """

    shape: BaseGeometry
    amounts: Mapping[int, float]
    evidence: Evidence


@dataclass
class Measurer:
    """Measures choices of one layer's features; each choice once."""

    view: LayerView
    _clipped: Array | None = None
    _meets: Mask | None = None
    _known: dict[bytes, Measured] = field(default_factory=dict)
    _judged: dict[tuple[int, float, float], Passed] = field(default_factory=dict)
    _stations: dict[int, tuple[Stretch, ...]] = field(default_factory=dict)
    _on_site: tuple[int, ...] | None = None
    _united: dict[tuple[int, ...], BaseGeometry] = field(default_factory=dict)

    def measure(self, mask: Mask) -> Measured:
        """Measure the pieces of a mask."""
        # most choices meet nothing: those that do not count are left out before anything is done
        mask = mask & self.meets
        key = np.packbits(mask).tobytes()
        if key not in self._known:
            self._known[key] = self._measure(mask)
        return self._known[key]

    def judge(self, measured: Measured, tolerance: Tolerance) -> Passed:
        """Judge what was measured here; several rules of a layer have one tolerance."""
        key = (id(measured), tolerance.area_m2, tolerance.width_m)
        if key not in self._judged:
            self._judged[key] = judge(measured.shape, tolerance)
        return self._judged[key]

    @property
    def clipped(self) -> Array:
        """All pieces of the layer clipped to the site; empty where they do not meet it."""
        if self._clipped is None:
            geometries = self.view.features.geometries
            linear = self._is_line or self.view.spec.geometry == "line"
            nothing = NO_LINES if linear else NO_POLYGONS
            clipped = np.full(len(geometries), nothing, dtype=object)
            meets = self.meets
            clipped[meets] = clip(self._site, geometries[meets])
            self._clipped = clipped
        return self._clipped

    @property
    def meets(self) -> Mask:
        """Which pieces of the layer meet the site, touching included."""
        if self._meets is None:
            site = prepared(self._site)
            self._meets = shapely.intersects(site, self.view.features.geometries)
        return self._meets

    @property
    def _site(self) -> BaseGeometry:
        return self.view.site.geometry

    @property
    def _is_line(self) -> bool:
        return self.view.site.is_line

    @property
    def in_points(self) -> bool:
        """Whether features may meet the site in points only: points, or lines that it crosses."""
        kind = self.view.spec.geometry
        return kind == "point" or (kind == "line" and self._is_line)

    def _nothing(self) -> Measured:
        """What no feature holds: the short way of most rules on most sites."""
        shape = NO_POLYGONS
        linear = self._is_line
        evidence = Evidence(
            area_m2=None if linear else 0.0,
            length_m=0.0 if linear else self._along(self.clipped[:0]),
            share=share(0.0, size(self._site)),
            count=0,
            parts=parts_of(self.view, shape),
            remainder="site",
            share_covered=self.view.share_covered,
        )
        return Measured(shape, {}, evidence)

    def _measure(self, mask: Mask) -> Measured:
        if not mask.any():
            return self._nothing()
        if self.view.spec.geometry == "point":
            return self._points(mask)
        clipped = self.clipped[mask]
        shape = united(self._site, clipped)
        whole, amount = size(self._site), size(shape)
        linear = is_linear(shape) or self._is_line
        of_whole = whole if self._is_line == linear else 0.0
        amounts = self._amounts(mask, clipped, linear=linear)
        codes = dict(
            zip(
                self.view.features.ids[mask].tolist(), self.view.features.classes[mask], strict=True
            )
        )
        hits = [
            feature_hit(self.view, number, codes[number], amount=held, linear=linear)
            for number, held in amounts.items()
        ]
        evidence = Evidence(
            area_m2=None if linear else amount,
            length_m=amount if linear else self._along(clipped),
            share=share(amount, of_whole),
            count=len(hits),
            classes=self._classes(mask, clipped, amount, of_whole),
            features=tuple(hits),
            parts=parts_of(self.view, shape),
            pieces=self._crossed(mask) if shape.is_empty else shape,
            remainder=None if linear and not self._is_line else self._rest(shape),
            share_covered=self.view.share_covered,
        )
        return Measured(shape, amounts, evidence)

    def _points(self, mask: Mask) -> Measured:
        """Points on the site: they are there, and have neither area nor length."""
        ids, codes = self.view.features.ids[mask].tolist(), self.view.features.classes[mask]
        hits = [feature_hit(self.view, *row) for row in zip(ids, codes, strict=True)]
        evidence = Evidence(
            count=len(hits),
            features=tuple(hits),
            pieces=self._crossed(mask),
            share_covered=self.view.share_covered,
        )
        return Measured(NO_POLYGONS, dict.fromkeys(ids, 0.0), evidence)

    def _crossed(self, mask: Mask) -> BaseGeometry | None:
        """The points in which features meet the site, where they may do so in points."""
        if not self.in_points:
            return None
        met = shapely.intersection(self.view.features.geometries[mask], self._site)
        parts = shapely.get_parts(shapely.get_parts(met))
        flat = parts[(shapely.get_type_id(parts) == 0) & ~shapely.is_empty(parts)]
        return shapely.MultiPoint(flat) if len(flat) else None

    @property
    def on_site(self) -> tuple[int, ...]:
        """Rows of the pieces that lie on the site above the floor; points on it."""
        if self._on_site is None:
            self._on_site = tuple(
                row for row in np.flatnonzero(self.meets).tolist() if _counts(self.clipped[row])
            )
        return self._on_site

    def united(self, rows: tuple[int, ...]) -> BaseGeometry:
        """What some pieces hold of the site; several figures of a plan hold for the same plots."""
        if rows not in self._united:
            self._united[rows] = united(self._site, self.clipped[np.array(rows)])
        return self._united[rows]

    def stations(self, number: int) -> tuple[Stretch, ...]:
        """Where along a linear site a feature lies; worked out once for all rules."""
        line = self.view.site.line
        if line is None:
            return ()
        if number not in self._stations:
            pieces = self.view.features.geometries[self.view.features.ids == number]
            self._stations[number] = stations(line, pieces)
        return self._stations[number]

    def _along(self, pieces: Array) -> float | None:
        """Length of the line of linear works in areas under their ground; None for other sites."""
        axis = self.view.site.axis
        if axis is None or self.view.spec.geometry != "polygon":
            return None
        return size(united(axis, clip(axis, pieces))) if len(pieces) else 0.0

    def _rest(self, shape: BaseGeometry) -> BaseGeometry | Literal["site"] | None:
        if shape.is_empty:
            return "site"
        rest = subtract(self._site, shape)
        return None if rest.is_empty else rest

    def _amounts(self, mask: Mask, clipped: Array, *, linear: bool) -> dict[int, float]:
        """Union measure of each feature above the floor, by feature number."""
        sizes = shapely.length(clipped) if linear else shapely.area(clipped)
        rows_of: dict[int, list[int]] = {}
        for row, number in enumerate(self.view.features.ids[mask].tolist()):
            rows_of.setdefault(number, []).append(row)
        plain = sizes > FLOOR_LENGTH_M if linear else plainly_hits(clipped)
        amounts = {}
        for number, rows in sorted(rows_of.items()):
            if self._is_line and len(rows) > 1:
                # a line may run along a seam, in two pieces at once
                amount = size(united(self._site, clipped[rows]))
            else:
                # pieces of one feature do not overlap: their sum is the feature's union
                amount = math.fsum(np.sort(sizes[rows]))
            if self.in_points or plain[rows].any() or _above_floor(clipped[rows], amount):
                amounts[number] = amount
        return amounts

    def _classes(
        self, mask: Mask, clipped: Array, union: float, whole: float
    ) -> tuple[ClassShare, ...]:
        if self.view.spec.class_field is None:
            return ()
        codes = self.view.features.classes[mask]
        sizes = np.array([size(part) for part in clipped], dtype=np.float64)
        # where nothing overlaps, which is the rule, the sum is the union and costs nothing
        disjoint = abs(math.fsum(sizes) - union) <= 1e-12 * union
        found = []
        for code in (*sorted({c for c in codes if c is not None}), None):
            rows = np.array([c == code for c in codes], dtype=bool)
            if disjoint:
                amount = math.fsum(np.sort(sizes[rows]))
            else:
                amount = size(united(self._site, clipped[rows])) if rows.any() else 0.0
            if amount > 0:
                name = class_name(self.view, code)
                along = self._along(clipped[rows])
                found.append(ClassShare(code, name, amount, share(amount, whole), along))
        return tuple(found)


def _above_floor(pieces: Array, amount: float) -> bool:
    """Whether the pieces of one feature under the site are more than rounding noise.

    A neighbour that reaches in by a tenth of a millimetre is no feature hit, however long it is.
    """
    if is_linear(pieces[0]):
        return amount > FLOOR_LENGTH_M
    return judge(dissolve(pieces), Tolerance()).hit


def _counts(part: BaseGeometry) -> bool:
    point = part.geom_type.endswith("Point")
    return not part.is_empty and (point or judge(part, Tolerance()).hit)


def measurer_of(view: LayerView) -> Measurer:
    """Return the view's one measurer, which keeps what was clipped and measured."""
    cache = view.__dict__
    if "measurer" not in cache:
        cache["measurer"] = Measurer(view)
    measurer: Measurer = cache["measurer"]
    return measurer


def feature_hit(
    view: LayerView, number: int, code: object, *, amount: float | None = None, linear: bool = False
) -> FeatureHit:
    """The row of one feature; `amount` is an area or a length under the site."""
    fields = view.features.fields.get(number, {})
    name = fields.get("name")
    return FeatureHit(
        id=view.feature_id(number),
        name=None if name is None else str(name),
        code=None if code is None else str(code),
        area_m2=None if linear else amount,
        length_m=amount if linear else None,
        distance_m=None,
        fields={key: fields[key] for key in view.spec.report_fields if key in fields},
        stations=measurer_of(view).stations(number),
    )


def parts_of(view: LayerView, shape: BaseGeometry) -> tuple[PartShare, ...]:
    """The measure of a shape for each part of a multi-part site; empty for one part."""
    site = view.site
    if not site.geometry.geom_type.startswith("Multi"):
        return ()
    parts = shapely.get_parts(site.geometry)
    if len(parts) < 2:
        return ()
    row = np.empty(1, dtype=object)
    row[0] = shape
    linear = is_linear(shape) or site.is_line
    found = []
    for no, part in enumerate(parts, 1):
        amount = 0.0
        if not shape.is_empty:
            amount = size(united(part, row) if site.is_line else clip(part, row)[0])
        found.append(
            PartShare(
                no,
                area_m2=None if linear else amount,
                length_m=amount if linear else None,
                share=share(amount, size(part)) if site.is_line == linear else None,
                distance_m=None,
            )
        )
    return tuple(found)


def is_linear(shape: BaseGeometry) -> bool:
    """Whether a shape is made of lines."""
    return str(shape.geom_type).endswith("LineString")


def class_name(view: LayerView, code: str | None) -> Text | None:
    """Name of a class code in the layer's declaration, None where it gives none."""
    declared = view.spec.class_field
    if code is None or declared is None or not declared.codes or code not in declared.codes:
        return None
    return declared.codes[code].text()
