"""`within_distance`: true distances against limits that may differ from feature to feature."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from checks.case import Case
from checks.evidence import Answer, Evidence, PartShare
from checks.measured import feature_hit
from checks.quantities import Unknown, number_of
from gis.overlay import (
    Array,
    Certainty,
    Floats,
    dissolve,
    distances,
    grown_to_prove,
    nearer_than,
)

FLOOR_M = 1e-6
"""Rounding of coordinates: a thing this close to a limit lies at the limit."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One piece: its distance, its limit, and whether its class leaves the choice open."""

    row: int
    away: float
    limit: float | Unknown
    class_open: bool


def within_distance(case: Case) -> Answer:
    """Nearer than the limit (`inclusive`: or at it); `inner` makes a band.

    A thing at exactly the legal distance is clear. A feature whose limit cannot be told opens
    the question only where it lies nearer than the largest limit that may apply.
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
    hits: list[_Row] = []
    open_rows: list[_Row] = []
    for item in rows:
        bound = item.limit if isinstance(item.limit, float) else upper
        if not _within(case, item.away, bound) or item.away < inner - FLOOR_M:
            continue
        is_open = item.class_open or isinstance(item.limit, Unknown)
        (open_rows if is_open else hits).append(item)
    evidence = _evidence(case, rows, hits)
    firm = _firmness(case, rows, hits, inner)
    if hits:
        return Answer(truth=True, evidence=evidence, certainty=firm)
    if open_rows:
        return _ask(case, open_rows, evidence)
    region = grown_to_prove(case.site, upper + case.view.accuracy_m)
    answer = case.absence(region, evidence)
    return replace(answer, certainty=firm) if answer.truth is False else answer


def _rows(case: Case) -> list[_Row]:
    features = case.view.features
    sure, unsure = case.chosen()
    wanted = np.flatnonzero(sure | unsure)
    away = reduced(case, wanted)
    argument = case.leaf.args["distance_m"]
    rows = []
    for row, distance in zip(wanted, away, strict=True):
        code = features.classes[row]
        limit = case.quantities.resolve(
            argument,
            code=None if code is None else str(code),
            fields=features.fields.get(int(features.ids[row]), {}),
        )
        known = Unknown(("distance_m",)) if isinstance(limit, str) else limit
        rows.append(_Row(int(row), float(distance), known, bool(unsure[row])))
    return rows


def reduced(case: Case, rows: npt.NDArray[np.intp]) -> Floats:
    """Distances less the half-width that a centreline layer gives for each feature."""
    features = case.view.features
    away = distances(case.site, features.geometries[rows])
    offset = case.view.spec.offset_field
    if offset is None:
        return away
    widths = [
        number_of(features.fields.get(int(number), {}).get(offset)) or 0.0
        for number in features.ids[rows]
    ]
    reduced_away: Floats = np.maximum(0.0, away - np.asarray(widths))
    return reduced_away


def _upper(case: Case, rows: list[_Row]) -> float:
    """The largest limit that may apply: of the rule's table, and of the features' attributes."""
    known = [item.limit for item in rows if isinstance(item.limit, float)]
    largest = case.quantities.largest(case.leaf.args["distance_m"])
    return max([*known, largest or 0.0])


def _within(case: Case, away: float, limit: float) -> bool:
    if case.leaf.inclusive:
        return away <= limit + FLOOR_M
    return away < limit - FLOOR_M


def _firmness(case: Case, rows: list[_Row], hits: list[_Row], inner: float) -> Certainty:
    """Certain when |distance - limit| exceeds the accuracy: of one hit, or of all if clear."""
    accuracy = case.view.accuracy_m

    def firm(item: _Row) -> bool:
        if not isinstance(item.limit, float):
            return True
        margins = [abs(item.away - item.limit)]
        if inner > 0:
            margins.append(abs(item.away - inner))
        return min(margins) > accuracy

    settled = any(map(firm, hits)) if hits else all(map(firm, rows))
    return "certain" if settled else "within_accuracy"


def _ask(case: Case, rows: list[_Row], evidence: Evidence) -> Answer:
    if any(item.class_open for item in rows):
        return case.ask_class(evidence)
    names = [
        name for item in rows if isinstance(item.limit, Unknown) for name in item.limit.missing
    ]
    return case.ask_class(evidence) if "class" in names else case.ask_for(names, evidence)


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
    away = [float(distances(part, geometries).min()) for part in parts]
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
        if isinstance(item.limit, float) and item.limit > 0:
            by_limit.setdefault(item.limit, []).append(item.row)
    if not by_limit:
        return None
    zones: Array = np.empty(len(by_limit), dtype=object)
    zones[:] = [
        nearer_than(case.site, case.view.features.geometries[rows], limit)
        for limit, rows in sorted(by_limit.items())
    ]
    shape = dissolve(zones)
    return None if shape.is_empty else shape
