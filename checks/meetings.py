"""What a site meets in points: points on it, and lines that a linear site crosses.

Such a thing has neither area nor length under the site, and is there all the same: a road that
crosses a pipeline does not run along it for a millimetre.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import shapely

from checks.case import Case
from checks.evidence import Answer
from checks.measured import Mask
from gis.certainty import Certainty
from gis.overlay import distances

_DIRECTIONS = 8
"""Ways in which two lines are moved against each other: if they cross then, they cross."""


def meetings(case: Case, limit: float) -> Answer:
    """Answer of a presence test, or of a count, by the features that meet the site."""
    sure, unsure = case.chosen()
    found = case.measured(sure)
    evidence = replace(found.evidence, limit=limit)
    hits = len(found.amounts)
    if case.too_many(hits, limit):
        firm = case.too_many(int(firmly_met(case, sure).sum()), limit)
        return Answer(truth=True, evidence=evidence, certainty=_certain(firm))
    if case.too_many(len(case.measured(sure | unsure).amounts), limit):
        return case.ask_class(evidence)
    answer = case.absence(evidence)
    if answer.truth is not False:
        return answer
    near = case.within_accuracy(sure)
    possible = len({*near, *found.amounts})
    return replace(answer, certainty=_certain(not case.too_many(possible, limit)))


def met_certainty(case: Case, mask: Mask) -> Certainty:
    """Whether one of the chosen features meets the site whatever the accuracy of the data."""
    return _certain(bool(firmly_met(case, mask).any()))


def firmly_met(case: Case, mask: Mask) -> Mask:
    """Which of the chosen features meet the site by more than the accuracy.

    A point by its distance from the edge of the site; on a line it is never sure. Two lines when
    they cross still after one of them is moved by the accuracy, in any direction.
    """
    met = case.view.features.geometries[mask]
    met = met[shapely.intersects(case.site, met)]
    accuracy = case.accuracy_m
    if not case.view.site.is_line:
        return np.asarray(distances(case.site.boundary, met) > accuracy)
    if accuracy <= 0 or len(met) == 0:
        return np.ones(len(met), dtype=bool)
    if case.view.spec.geometry == "point":
        return np.zeros(len(met), dtype=bool)
    firm = np.ones(len(met), dtype=bool)
    for turn in range(_DIRECTIONS):
        angle = 2 * math.pi * turn / _DIRECTIONS
        by = accuracy * np.array([math.cos(angle), math.sin(angle)])
        firm &= shapely.intersects(shapely.transform(case.site, lambda xy, by=by: xy + by), met)
    return firm


def _certain(firm: bool) -> Certainty:
    return "certain" if firm else "within_accuracy"
