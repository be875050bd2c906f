"""Leaves that rest on overlay: overlaps, areas, shares, classes, counts, outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from checks.case import Case
from checks.evidence import Answer, Evidence
from checks.measured import Mask, parts_of
from checks.meetings import meetings
from checks.no_proof import against_geometry
from checks.quantities import Unknown
from gis.certainty import Certainty, outside_certainty, overlap_certainty
from gis.errors import Text
from gis.geometry import NO_POLYGONS
from gis.measures import share
from gis.overlay import FLOOR_AREA_M2, Passed, Tolerance, judge, size, subtract

# --- overlaps ------------------------------------------------------------------------------------


def overlap(case: Case) -> Answer:
    """`overlaps`, `area_over`, `share_over`, `class_in`, `count_over`."""
    limit = case.threshold(_LIMIT.get(case.leaf.kind, ""))
    if len(case.view.features.ids) == 0:
        return _nothing_near(case, limit)
    if not isinstance(limit, Unknown):
        counts = case.leaf.kind in _COUNTED or limit <= 0
        if case.meets_in_points and counts:
            return meetings(case, limit if case.leaf.kind in _COUNTED else 0.0)
        if not counts and not _measurable(case):
            return _without_measure(case, limit)
    sure, unsure = case.chosen()
    measured = case.measured(sure)
    passed = case.judged(measured)
    evidence = replace(
        measured.evidence,
        edge_m2=passed.edge_m,
        edge_count=passed.edge_count,
        borderline=case.borderline(sure),
    )
    if isinstance(limit, Unknown):
        return _limit_open(case, limit, evidence, case.passed(case.measured(sure | unsure)))
    evidence = replace(evidence, limit=limit)
    if case.leaf.kind == "count_over":
        return _counted(case, evidence, sure=sure, unsure=unsure, limit=limit)
    found = _over(case, passed, limit)
    return _settled(case, evidence, found=found, unsure=unsure, limit=limit)


_COUNTED = ("overlaps", "count_over")


def _measurable(case: Case) -> bool:
    """Whether what the limit is about can be measured: an area, or a share of the site."""
    linear, kind = case.view.site.is_line, case.view.spec.geometry
    if case.leaf.kind == "area_over":
        return kind == "polygon" and not linear
    return kind == "polygon" or (kind == "line" and linear)


def _without_measure(case: Case, limit: float) -> Answer:
    """Something lies there, and its area or share is no figure that a limit can be held against."""
    sure, unsure = case.chosen()
    found = case.measured(sure | unsure)
    evidence = replace(found.evidence, limit=limit)
    if not found.amounts:
        return _settled(case, evidence, found=False, unsure=unsure, limit=limit)
    if not case.view.site.is_line or case.view.spec.geometry != "polygon":
        return Answer.no_data(against_geometry(case.leaf.kind, case.view.spec), evidence)
    return Answer.ask(
        Text(
            "线性用地没有面积，请提供用地红线（面），或补充项目情况“线性工程用地宽度”（corridor_width_m），以便与限值比较",
            "The site is a line and has no area: hand in the outline of the land that it takes, or "
            "give its width, the project fact corridor_width_m",
        ),
        evidence,
    )


def _counted(case: Case, evidence: Evidence, *, sure: Mask, unsure: Mask, limit: float) -> Answer:
    """Answer of a count: each feature is on the site or not by itself."""
    hits = case.measured(sure).amounts.keys()
    if case.too_many(len(hits), limit):
        firm = sum(_stands(case, number, sure, hit=True) for number in hits)
        certainty = _certain(case.too_many(firm, limit))
        return Answer(truth=True, evidence=evidence, certainty=certainty)
    if case.too_many(len(case.measured(sure | unsure).amounts), limit):
        return case.ask_class(evidence)
    answer = case.absence(evidence)
    if answer.truth is False:
        doubtful = [number for number in case.within_accuracy(sure) if number not in hits]
        possible = len(hits) + len(doubtful)
        if case.too_many(possible, limit):
            possible -= sum(_stands(case, number, sure, hit=False) for number in doubtful)
        answer = replace(answer, certainty=_certain(not case.too_many(possible, limit)))
    return answer


def _stands(case: Case, number: int, sure: Mask, *, hit: bool) -> bool:
    """Whether it is beyond the accuracy that one feature lies on the site, or does not."""
    own = sure & (case.view.features.ids == number)
    found = overlap_certainty(
        case.site,
        case.view.features.geometries[own],
        overlap=case.measured(own).shape,
        accuracy=case.accuracy_m,
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
            accuracy=case.accuracy_m,
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


# --- outside -------------------------------------------------------------------------------------


def outside(case: Case) -> Answer:
    """What of the site lies outside the features: needs proof when there is some."""
    kind = case.view.spec.geometry
    if kind == "point" or (kind == "line" and not case.view.site.is_line):
        return Answer.no_data(against_geometry("outside", case.view.spec))  # holds no ground
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
            accuracy=case.accuracy_m,
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
