"""Criteria that ask the layers: things the study did not treat, and what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely

from checks.inheritance.criteria import Case, Finding, worst
from checks.inheritance.model import Result
from checks.layer_view import LayerView, look
from gis.errors import Text
from gis.overlay import Tolerance, clip, dissolve, judge
from layers.editions import Edition, pick

_EXAMINED = {"control_line", "safety", "survey_object"}
"""Themes whose things a study must have treated, where it does not list relevant layers."""


def site_peculiarity(case: Case) -> Finding:
    """Whether the site holds a thing of a layer that the study did not treat.

    Asked are the assessment's relevant layers without those it treats; where it lists none, every
    layer of control lines, hazards and survey objects that has data on the day: there only hits
    count, for no study owes an answer to a layer that it never named.
    """
    treats, relevant = case.assessment.treats, case.assessment.relevant_layers
    if treats is None:
        return Finding("not_applicable")
    named = relevant is not None
    asked = [key for key in relevant or _with_data(case) if key not in treats]
    rows: list[dict[str, Any]] = []
    parts: list[Result] = ["met"]
    for key in asked:
        hit, reason = _hits(case, key)
        if hit is None and not named:
            continue
        parts.append("unknown" if hit is None else "failed" if hit else "met")
        if hit is not False or named:
            rows.append({"layer": key, "hit": hit, "reason": reason.as_dict() if reason else None})
    return Finding(worst(parts), {"treats": list(treats), "layers": rows})


def _with_data(case: Case) -> list[str]:
    return [
        key
        for key, spec in sorted(case.store.specs(known_at=case.known_at).items())
        if spec.theme in _EXAMINED and spec.geometry != "raster" and _editions(case, key)
    ]


def _editions(case: Case, layer: str) -> bool:
    return bool(_in_force(case, layer))


def _in_force(case: Case, layer: str) -> Sequence[Edition]:
    held = case.store.editions(layer, known_at=case.known_at)
    return pick(held, as_of=case.as_of, known_at=case.known_at)


def _hits(case: Case, layer: str) -> tuple[bool | None, Text | None]:
    """Whether a layer has something on the site; None with the reason where nobody can tell."""
    spec = case.store.specs(known_at=case.known_at).get(layer)
    if spec is None:
        return None, Text(f"没有图层 {layer}", f"There is no layer {layer}")
    view = look(
        spec,
        site=case.site,
        store=case.store,
        as_of=case.as_of,
        known_at=case.known_at,
        reach=0.0,
    )
    if view.spec.geometry == "raster":
        return None, Text("栅格图层须由人判断", "A raster layer is judged by a person")
    if view.problem is not None:
        return None, view.problem.text
    if _meets(view):
        return True, None
    unproved = view.unproved(case.site.geometry)
    return (False, None) if unproved is None else (None, unproved.text)


def _meets(view: LayerView) -> bool:
    site, shapes = view.site.geometry, view.features.geometries
    if len(shapes) == 0:
        return False
    if view.spec.geometry == "point":
        return bool(shapely.intersects(site, shapes).any())
    return judge(dissolve(clip(site, shapes)), Tolerance()).hit


def changed_circumstances(case: Case) -> Finding:
    """Whether a relevant layer has an edition newer than the study, or an event was recorded."""
    relevant, events = case.assessment.relevant_layers, case.standing.events
    if relevant is None and events is None:
        return Finding("not_applicable")
    newer = [
        {"layer": key, "edition": edition.id, "currency": edition.currency.isoformat()}
        for key in relevant or ()
        for edition in pick(
            case.store.editions(key, known_at=case.known_at),
            as_of=case.as_of,
            known_at=case.known_at,
        )
        if edition.currency > case.studied
        and shapely.intersects(edition.coverage, case.site.geometry)
    ]
    since = [
        {"date": event.date.isoformat(), "type": event.type, "place": event.place}
        for event in events or ()
        if case.studied < event.date <= case.as_of
    ]
    evidence = {"studied": case.studied.isoformat(), "newer_editions": newer, "events": since}
    return Finding("failed" if newer or since else "met", evidence)
