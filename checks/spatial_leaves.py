"""Leaves that rest on overlay: overlaps, areas, shares, classes, counts, outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from checks.case import Case
from checks.evidence import Answer, Evidence
from checks.measured import Mask, feature_hit, parts_of
from checks.quantities import Unknown
from gis.certainty import Certainty, outside_certainty, overlap_certainty
from gis.geometry import NO_POLYGONS
from gis.measures import share
from gis.overlay import FLOOR_AREA_M2, Passed, Tolerance, distances, judge, size, subtract

# --- overlaps ------------------------------------------------------------------------------------


def overlap(case: Case) -> Answer:
    """`overlaps`, `area_over`, `share_over`, `class_in`, `count_over`."""
    if case.view.spec.geometry == "point":
        return points(case)
    limit = case.threshold(_LIMIT.get(case.leaf.kind, ""))
    if len(case.view.features.ids) == 0:
        return _nothing_near(case, limit)
    sure, unsure = case.chosen()
    measured = case.measured(sure)
    passed = judge(measured.shape, case.tolerance)
    evidence = replace(
        measured.evidence,
        edge_m2=passed.edge_m,
        edge_count=passed.edge_count,
        borderline=case.borderline(sure),
    )
    if isinstance(limit, Unknown):
        return _limit_open(
            case, limit, evidence, judge(case.measured(sure | unsure).shape, case.tolerance)
        )
    evidence = replace(evidence, limit=limit)
    if case.leaf.kind == "count_over":
        return _counted(case, evidence, sure=sure, unsure=unsure, limit=limit)
    found = _over(case, passed, limit)
    return _settled(case, evidence, found=found, unsure=unsure, limit=limit)


def _counted(case: Case, evidence: Evidence, *, sure: Mask, unsure: Mask, limit: float) -> Answer:
    """Answer of a count: each feature is on the site or not by itself."""
    hits = case.measured(sure).amounts.keys()
    if _too_many(case, len(hits), limit):
        firm = sum(_stands(case, number, sure, hit=True) for number in hits)
        certainty = _certain(_too_many(case, firm, limit))
        return Answer(truth=True, evidence=evidence, certainty=certainty)
    if _too_many(case, len(case.measured(sure | unsure).amounts), limit):
        return case.ask_class(evidence)
    answer = case.absence(evidence)
    if answer.truth is False:
        doubtful = [number for number in case.within_accuracy(sure) if number not in hits]
        possible = len(hits) + len(doubtful)
        if _too_many(case, possible, limit):
            possible -= sum(_stands(case, number, sure, hit=False) for number in doubtful)
        answer = replace(answer, certainty=_certain(not _too_many(case, possible, limit)))
    return answer


def _too_many(case: Case, count: int, limit: float) -> bool:
    """Whether a count exceeds the limit; `inclusive`: reaches it, and is not nothing."""
    return count > limit or (case.leaf.inclusive and count >= max(limit, 1))


def _stands(case: Case, number: int, sure: Mask, *, hit: bool) -> bool:
    """Whether it is beyond the accuracy that one feature lies on the site, or does not."""
    own = sure & (case.view.features.ids == number)
    found = overlap_certainty(
        case.site,
        case.view.features.geometries[own],
        overlap=case.measured(own).shape,
        accuracy=case.view.accuracy_m,
        hit=hit,
        passes=lambda shape: judge(shape, Tolerance()).hit,
    )
    return found == "certain"


def _certain(firm: bool) -> Certainty:
    return "certain" if firm else "within_accuracy"


def _nothing_near(case: Case, limit: float | Unknown) -> Answer:
    """The short way of most rules on most sites: no feature, so no limit is asked for."""
    evidence = case.measured(np.zeros(0, dtype=bool)).evidence
    if not isinstance(limit, Unknown):
        evidence = replace(evidence, limit=limit)
    answer = case.absence(evidence)
    return replace(answer, certainty="certain") if answer.truth is False else answer


def _limit_open(case: Case, limit: Unknown, evidence: Evidence, passed: Passed) -> Answer:
    """Ask for a limit that nobody set where something lies in the site: no limit is below 0."""
    if passed.hit:
        return case.ask_for(limit.missing, evidence)
    _, unsure = case.chosen()
    return _settled(case, evidence, found=False, unsure=unsure, limit=0.0)


_LIMIT = {
    "area_over": "area_m2",
    "share_over": "share",
    "class_in": "share",
    "count_over": "count",
}


def _over(case: Case, passed: Passed, limit: float) -> bool:
    """Whether what tolerance left exceeds the leaf's limit; `class_in` reaches it."""
    whole = size(case.site)
    match case.leaf.kind:
        case "area_over":
            over = passed.rest_m > limit + FLOOR_AREA_M2
            reached = case.leaf.inclusive and passed.rest_m >= limit - FLOOR_AREA_M2
            return passed.hit and (over or reached)
        case "share_over":
            over = passed.rest_m > limit * whole + FLOOR_AREA_M2
            reached = case.leaf.inclusive and passed.rest_m >= limit * whole - FLOOR_AREA_M2
            return passed.hit and (over or reached)
        case "class_in":
            return passed.hit and passed.rest_m >= limit * whole - FLOOR_AREA_M2
        case _:
            return passed.hit


def _settled(case: Case, evidence: Evidence, *, found: bool, unsure: Mask, limit: float) -> Answer:
    """Answer of an overlap: hit; or open through unknown classes; or absent and proved."""

    def passes(shape: BaseGeometry) -> bool:
        return _over(case, judge(shape, case.tolerance), limit)

    def certainty(*, hit: bool) -> Certainty:
        return overlap_certainty(
            case.site,
            case.view.features.geometries[sure],
            overlap=evidence.pieces or NO_POLYGONS,
            accuracy=case.view.accuracy_m,
            hit=hit,
            passes=passes,
        )

    sure, _ = case.chosen()
    if found:
        return Answer(truth=True, evidence=evidence, certainty=certainty(hit=True))
    if unsure.any() and passes(case.measured(sure | unsure).shape):
        return case.ask_class(evidence)
    answer = case.absence(evidence)
    if answer.truth is False:
        answer = replace(answer, certainty=certainty(hit=False))
    return answer


def points(case: Case) -> Answer:
    """Points in the closed polygon; one on the boundary is a hit within accuracy."""
    limit = case.threshold("count") if case.leaf.kind == "count_over" else 0.0
    if isinstance(limit, Unknown):
        return case.ask_for(limit.missing)
    sure, unsure = case.chosen()
    features = case.view.features
    inside = shapely.intersects(case.site, features.geometries)
    accuracy = case.view.accuracy_m
    hits = [
        feature_hit(case.view, int(features.ids[row]), features.classes[row])
        for row in np.flatnonzero(sure & inside)
    ]
    evidence = Evidence(
        count=len(hits),
        features=tuple(hits),
        pieces=_multi_point(features.geometries[sure & inside]),
        share_covered=case.view.share_covered,
        limit=limit,
    )
    if _too_many(case, len(hits), limit):
        edge = distances(case.site.boundary, features.geometries[sure & inside])
        firm = _too_many(case, int((edge > accuracy).sum()), limit)
        return Answer(truth=True, evidence=evidence, certainty=_certain(firm))
    if _too_many(case, int((unsure & inside).sum()) + len(hits), limit):
        return case.ask_class(evidence)
    answer = case.absence(evidence)
    if answer.truth is False:
        away = distances(case.site, features.geometries[sure & ~inside])
        firm = not _too_many(case, len(hits) + int((away <= accuracy).sum()), limit)
        answer = replace(answer, certainty=_certain(firm))
    return answer


def _multi_point(geometries: np.ndarray[tuple[int], np.dtype[np.object_]]) -> BaseGeometry | None:
    if len(geometries) == 0:
        return None
    flat = [part for geometry in geometries for part in shapely.get_parts(geometry)]
    return shapely.MultiPoint(flat)


# --- outside -------------------------------------------------------------------------------------


def outside(case: Case) -> Answer:
    """What of the site lies outside the features: needs proof when there is some."""
    limit = case.threshold("share")
    sure, unsure = case.chosen()
    inside = case.measured(sure).shape
    rest = case.site if inside.is_empty else subtract(case.site, inside)
    passed = judge(rest, case.tolerance)
    linear = case.view.site.is_line
    amount, whole = size(rest), size(case.site)
    evidence = Evidence(
        area_m2=None if linear else amount,
        length_m=amount if linear else None,
        share=share(amount, whole),
        count=len(shapely.get_parts(rest)),
        parts=parts_of(case.view, rest),
        edge_m2=passed.edge_m,
        edge_count=passed.edge_count,
        pieces=None if rest.is_empty else rest,
        remainder=None if inside.is_empty else inside,
        share_covered=case.view.share_covered,
    )

    if isinstance(limit, Unknown) and passed.hit:
        return _outside_open(case, limit, evidence)
    least = 0.0 if isinstance(limit, Unknown) else limit * whole

    def passes(shape: BaseGeometry) -> bool:
        found = judge(shape, case.tolerance)
        reached = case.leaf.inclusive and found.rest_m >= least - FLOOR_AREA_M2
        return found.hit and (least <= 0 or found.rest_m > least + FLOOR_AREA_M2 or reached)

    def certainty(*, hit: bool) -> Certainty:
        geometries = case.view.features.geometries[sure]
        return outside_certainty(
            case.site,
            geometries,
            inside=inside,
            accuracy=case.view.accuracy_m,
            hit=hit,
            passes=passes,
        )

    if not passes(rest):
        return Answer(truth=False, evidence=evidence, certainty=certainty(hit=False))
    if unsure.any() and not passes(subtract(case.site, case.measured(sure | unsure).shape)):
        return case.ask_class(evidence)
    reason = case.view.unproved(case.site)
    if reason is not None:
        return Answer.no_data(reason, evidence)
    return Answer(truth=True, evidence=evidence, certainty=certainty(hit=True))


def _outside_open(case: Case, limit: Unknown, evidence: Evidence) -> Answer:
    """Part of the site lies outside and nobody set from which share on it counts."""
    reason = case.view.unproved(case.site)
    if reason is not None:
        return Answer.no_data(reason, evidence)
    return case.ask_for(limit.missing, evidence)
