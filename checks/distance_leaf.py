"""`within_distance`: true distances against limits that may differ from feature to feature."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.case import Case
from checks.evidence import Answer, Evidence, PartShare
from checks.half_width import half_widths, widest
from checks.measured import feature_hit
from checks.quantities import Unknown
from gis.certainty import Certainty
from gis.overlay import Array, Floats, dissolve, distances, nearer_than

FLOOR_M = 1e-6
"""Rounding of coordinates: a thing this close to a limit lies at the limit."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One piece: how near its feature lies, the limit, and whether its class leaves it open.

    `away` is the distance that is proved, `least` what it may come to: they differ for a line
    that carries no half-width, whose edge lies somewhere between.
    """

    row: int
    away: float
    least: float
    half_width: float
    limit: float | Unknown
    class_open: bool

    @property
    def edge_open(self) -> bool:
        """Whether nobody knows where the edge lies."""
        return self.least < self.away


def within_distance(case: Case) -> Answer:
    """Nearer than the limit (`inclusive`: or at it); `inner` makes a band.

    A thing at exactly the legal distance is clear. A feature whose limit, or whose half-width,
    cannot be told opens the question only where it may lie nearer than the largest limit that may
    apply.
    """
    inner = case.threshold("inner")
    if isinstance(inner, Unknown):
        return case.ask_for(inner.missing)
    argument = case.leaf.args["distance_m"]
    unbounded = case.quantities.unbounded(argument)
    if unbounded is not None:
        # how near the nearest lies is told all the same: it helps to answer
        away = case.view.nearest(case.leaf.classes)
        known = Evidence(distance_m=away, share_covered=case.view.share_covered)
        return case.ask_for(unbounded, known)
    rows = _rows(case)
    upper = _upper(case, rows)
    hits, open_rows = _sorted(case, rows, upper, inner)
    evidence = _evidence(case, rows, hits)
    # no limit is known where all there is lies within the inner edge of the band
    asked = inner if math.isinf(upper) else upper
    accuracy = case.view.accuracy_within(asked)
    firm = _firmness(rows, hits, inner=inner, accuracy=accuracy)
    if hits:
        return Answer(truth=True, evidence=evidence, certainty=firm)
    if open_rows:
        return _ask(case, open_rows, evidence)
    answer = case.absence(evidence, within=asked + accuracy)
    return replace(answer, certainty=firm) if answer.truth is False else answer


def _sorted(
    case: Case, rows: list[_Row], upper: float, inner: float
) -> tuple[list[_Row], list[_Row]]:
    """Pieces that are nearer than their limit, and pieces that may be: the rest is clear."""
    hits: list[_Row] = []
    open_rows: list[_Row] = []
    for item in rows:
        bound = item.limit if isinstance(item.limit, float) else upper
        if not _within(case, item.least, bound) or item.away < inner - FLOOR_M:
            continue
        sure = _within(case, item.away, bound) and item.least >= inner - FLOOR_M
        is_open = item.class_open or isinstance(item.limit, Unknown) or not sure
        (open_rows if is_open else hits).append(item)
    return hits, open_rows


def _rows(case: Case) -> list[_Row]:
    features, spec = case.view.features, case.view.spec
    sure, unsure = case.chosen()
    wanted = np.flatnonzero(sure | unsure)
    drawn = _of_features(features.ids[wanted], distances(case.site, features.geometries[wanted]))
    all_widths = half_widths(spec, features)
    widths, widest_m = all_widths[wanted], widest(all_widths)
    limit_of = _limits(case)
    rows = []
    for row, distance, width in zip(wanted.tolist(), drawn.tolist(), widths.tolist(), strict=True):
        unknown = math.isnan(width)
        rows.append(
            _Row(
                row=row,
                away=max(0.0, distance - (0.0 if unknown else width)),
                least=max(0.0, distance - (widest_m if unknown else width)),
                half_width=0.0 if unknown else width,
                limit=limit_of(row),
                class_open=bool(unsure[row]),
            )
        )
    return rows


def _of_features(ids: npt.NDArray[np.int64], away: Floats) -> Floats:
    """The distance of each piece's whole feature.

    A site within a thing lies in no band around it, however far its other pieces are.
    """
    if len(set(ids.tolist())) == len(ids):
        return away  # of one piece each
    _, feature = np.unique(ids, return_inverse=True)
    nearest = np.full(len(away), np.inf)
    np.minimum.at(nearest, feature, away)
    found: Floats = nearest[feature]
    return found


def _limits(case: Case) -> Callable[[int], float | Unknown]:
    """The limit of each piece, asked once a class where no attribute of the feature decides."""
    features, quantities = case.view.features, case.quantities
    argument = case.leaf.args["distance_m"]
    by_class: dict[str | None, float | Unknown] = {}
    own = quantities.asks_attributes(argument)

    def limit_of(row: int) -> float | Unknown:
        code = features.classes[row]
        word = None if code is None else str(code)
        if word in by_class:
            return by_class[word]
        fields = features.fields.get(int(features.ids[row]), {}) if own else {}
        found = quantities.resolve(argument, code=word, fields=fields)
        limit = Unknown(("distance_m",)) if isinstance(found, str) else found
        if not own:
            by_class[word] = limit
        return limit

    return limit_of


def _upper(case: Case, rows: list[_Row]) -> float:
    """The largest limit that may apply: of the rule's table, and of the features' attributes.

    Infinite where features are there and none tells its limit; 0 where there is nothing.
    """
    known = [item.limit for item in rows if isinstance(item.limit, float)]
    largest = case.quantities.largest(case.leaf.args["distance_m"])
    told = known if largest is None else [*known, largest]
    return max(told, default=math.inf if rows else 0.0)


def _within(case: Case, away: float, limit: float) -> bool:
    if case.leaf.inclusive:
        return away <= limit + FLOOR_M
    return away < limit - FLOOR_M


def _firmness(rows: list[_Row], hits: list[_Row], *, inner: float, accuracy: float) -> Certainty:
    """Certain when |distance - limit| exceeds the accuracy: of one hit, or of all if clear."""

    def firm(item: _Row) -> bool:
        if not isinstance(item.limit, float):
            return True
        margins = [abs(where - item.limit) for where in (item.away, item.least)]
        if inner > 0:
            margins += [abs(where - inner) for where in (item.away, item.least)]
        return min(margins) > accuracy

    settled = any(map(firm, hits)) if hits else all(map(firm, rows))
    return "certain" if settled else "within_accuracy"


def _ask(case: Case, rows: list[_Row], evidence: Evidence) -> Answer:
    if any(item.class_open for item in rows):
        return case.ask_class(evidence)
    names = [
        name for item in rows if isinstance(item.limit, Unknown) for name in item.limit.missing
    ]
    if "class" in names:
        return case.ask_class(evidence)
    if any(item.edge_open for item in rows):
        names.append(f"@{case.view.spec.offset_field}")
    return case.ask_for(names, evidence)


def _evidence(case: Case, rows: list[_Row], hits: list[_Row]) -> Evidence:
    features = case.view.features
    best: dict[int, _Row] = {}
    for item in hits:
        number = int(features.ids[item.row])
        if number not in best or item.away < best[number].away:
            best[number] = item
    listed = [
        replace(feature_hit(case.view, number, features.classes[item.row]), distance_m=item.away)
        for number, item in sorted(best.items())
    ]
    nearest = min(hits or rows, key=lambda item: item.away, default=None)
    if nearest is not None and not _in_reach(case, nearest.away):
        nearest = None  # the box reaches farther in its corners: another one may be nearer
    return Evidence(
        count=len(listed),
        distance_m=nearest.away if nearest else case.view.nearest(case.leaf.classes),
        features=tuple(listed),
        parts=_parts(case, rows),
        pieces=_zone(case, hits),
        share_covered=case.view.share_covered,
        limit=nearest.limit if nearest and isinstance(nearest.limit, float) else None,
    )


def _parts(case: Case, rows: list[_Row]) -> tuple[PartShare, ...]:
    parts = shapely.get_parts(case.site)
    if len(parts) < 2 or not rows:
        return ()
    geometries = case.view.features.geometries[[item.row for item in rows]]
    widths = np.array([item.half_width for item in rows])
    away = [max(0.0, float((distances(part, geometries) - widths).min())) for part in parts]
    return tuple(
        PartShare(no, None, None, None, distance if _in_reach(case, distance) else None)
        for no, distance in enumerate(away, 1)
    )


def _in_reach(case: Case, away: float) -> bool:
    return case.view.reach is None or away <= case.view.reach


def _zone(case: Case, hits: list[_Row]) -> BaseGeometry | None:
    """The part of the site nearer than the limits: judged by distance, drawn by buffer."""
    by_limit: dict[float, list[int]] = {}
    for item in hits:
        if isinstance(item.limit, float) and item.limit + item.half_width > 0:
            by_limit.setdefault(item.limit + item.half_width, []).append(item.row)
    if not by_limit:
        return None
    zones: Array = np.empty(len(by_limit), dtype=object)
    zones[:] = [
        nearer_than(case.site, case.view.features.geometries[rows], limit)
        for limit, rows in sorted(by_limit.items())
    ]
    shape = dissolve(zones)
    return None if shape.is_empty else shape
