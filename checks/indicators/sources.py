"""Gather what layers, rules and assessments say of the control indicators on one site."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from checks.findings import Finding
from checks.indicators.model import Entry, Force, Indicator, Origin, OriginKind, Source, Value
from checks.layer_view import LayerView
from checks.measured import class_name, measurer_of
from checks.rule import Basis
from gis.errors import Text
from gis.measures import share
from gis.once import once
from gis.overlay import Tolerance, clip, judge, size
from gis.site import Site
from layers.assessments import Standing, in_question

_SPLIT = re.compile(r"[,，、;；|\s]+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Ground:
    """What indicators are filled from: the site, its layers, findings, assessments of the day."""

    site: Site
    view: Callable[[str], LayerView | None]
    findings: Mapping[str, Finding]
    standings: Sequence[Standing]
    as_of: date
    confidential: bool = False

    @once
    def held(self) -> list[Held]:
        """Assessments that hold something of the site: measured once for all indicators."""
        return holding(self)


@dataclass(frozen=True)
class Held:
    """An assessment that speaks for the day and holds something of the site."""

    standing: Standing
    place: BaseGeometry | None
    share: float | None


def entries_of(indicator: Indicator, source: Source, ground: Ground) -> Iterator[Entry]:
    """What one source says of one indicator; assessments' outputs come by `outputs_of`."""
    if source.layer is not None:
        yield from _of_layer(indicator, source, ground)
    elif source.rule is not None:
        yield from _of_rule(indicator, source, ground)
    elif source.site is not None:
        yield from _of_site(indicator, source, ground.site)
    else:
        for held in ground.held:
            yield from _of_list(indicator, source, held)


def value_of(text: object, op: str) -> Value | None:
    """Read a value: a list where the operator takes one, else a number where it is one."""
    if text is None or text == "":
        return None
    if isinstance(text, list | tuple | frozenset | set):
        return tuple(dict.fromkeys(str(item) for item in text)) or None
    if op in {"in", "not_in"}:
        parts = tuple(dict.fromkeys(part for part in _SPLIT.split(str(text)) if part))
        return parts or None
    if isinstance(text, bool | float):
        return text
    if isinstance(text, int):
        return float(text)
    word = str(text).strip()
    return float(word) if _NUMBER.fullmatch(word) else word


def cited(bases: Iterable[Basis]) -> str | None:
    """Titles and articles of legal bases in one line."""
    told = [f"《{base.title.strip('《》')}》{base.article or ''}" for base in bases]
    return "；".join(dict.fromkeys(told)) or None


# --- site ---------------------------------------------------------------------------------------


def _of_site(indicator: Indicator, source: Source, site: Site) -> Iterator[Entry]:
    if (source.site == "length_m") != site.is_line:
        return
    title = Text(site.name, site.name)
    yield Entry(
        indicator,
        size(site.geometry),
        indicator.unit,
        Origin("site", "", title),
        "reference",
        source.article,
        indicator.binding,
        indicator.stage,
    )


# --- layers -------------------------------------------------------------------------------------


def _of_layer(indicator: Indicator, source: Source, ground: Ground) -> Iterator[Entry]:
    """One entry for each value that features on the site carry, with the part it holds for."""
    view = ground.view(source.layer or "")
    if view is None or (view.spec.confidential and not ground.confidential):
        return
    found: dict[tuple[Value, bool], list[int]] = {}
    for row in _rows_on_site(view):
        fields = view.features.fields.get(int(view.features.ids[row]), {})
        value = _value(view, row, fields, source, indicator.op)
        if value is not None:
            draft = str(fields.get("plan_status")) == "drafting"
            found.setdefault((value, draft), []).append(row)
    whole = size(ground.site.geometry)
    for (value, draft), rows in sorted(found.items(), key=lambda item: str(item[0])):
        shape = measurer_of(view).united(tuple(rows))
        kind: OriginKind = "plan" if view.spec.theme == "plan" else "layer"
        editions = "、".join(edition.id for edition in view.editions)
        title = view.spec.title.text()
        ids = [view.feature_id(int(view.features.ids[row])) for row in rows]
        yield Entry(
            indicator,
            value,
            indicator.unit,
            Origin(kind, f"{view.spec.key} {editions}", title, view.spec.authority),
            "draft" if draft else _FORCE[view.spec.legal_status],
            source.article,
            indicator.binding,
            indicator.stage,
            place=shape,
            share=share(size(shape), whole) if size(shape) > 0 else None,
            where="、".join(dict.fromkeys(ids)),
        )


_FORCE: Mapping[str, Force] = {
    "statutory": "statutory",
    "administrative": "administrative",
    "reference": "reference",
}


def _rows_on_site(view: LayerView) -> tuple[int, ...]:
    """Pieces of features that lie on the site above the floor."""
    if view.problem is not None or view.spec.geometry == "raster":
        return ()
    return measurer_of(view).on_site


def _value(
    view: LayerView, row: int, fields: Mapping[str, object], source: Source, op: str
) -> Value | None:
    if source.attribute is not None:
        return value_of(fields.get(source.attribute), op)
    code = view.features.classes[row]
    if code is None:
        name = fields.get("name")
        return str(name) if name is not None else None
    named = class_name(view, str(code))
    return named.zh if named else str(code)


# --- rules --------------------------------------------------------------------------------------


def _of_rule(indicator: Indicator, source: Source, ground: Ground) -> Iterator[Entry]:
    """The value in force of a rule whose finding makes it count on this site."""
    finding = ground.findings.get(source.rule or "")
    if finding is None or finding.state not in source.states or finding.confidential:
        return
    held: Any = finding.values.get(source.value or "")
    if held is None:
        return
    met = {hit.code for hit in finding.evidence.features}
    for row in held["rows"]:
        classes = row["match"].get("class")
        if row["value"] is None or (classes and met and not met.intersection(classes)):
            continue
        rule = finding.rule
        yield Entry(
            indicator,
            value_of(row["value"], indicator.op),
            held["unit"],
            Origin("rule", rule.code, rule.title, rule.authority),
            "draft" if all(basis.force == "draft" for basis in finding.basis) else "law",
            held["reference"] or cited(finding.basis),
            indicator.binding,
            indicator.stage,
            where="、".join(classes) if classes else None,
            note=finding.say if finding.state == "needs_person" else None,
        )


# --- assessments --------------------------------------------------------------------------------


def holding(ground: Ground) -> list[Held]:
    """Published assessments in their days that hold something of the site, by code."""
    found = []
    for standing in in_question(ground.standings, ground.as_of):
        one = standing.assessment
        ended = one.valid_to is not None and one.valid_to < ground.as_of
        if standing.state != "published" or one.valid_from > ground.as_of or ended:
            continue
        row = np.empty(1, dtype=object)
        row[0] = one.extent
        inside = clip(ground.site.geometry, row)[0]
        if judge(inside, Tolerance()).hit:
            part = share(size(inside), size(ground.site.geometry))
            found.append(Held(standing, inside, part))
    return found


def outputs_of(held: Held, find: Callable[[str, str], Indicator]) -> Iterator[Entry]:
    """The figures that an assessment sets; `find` names the indicator of a key and a kind."""
    one = held.standing.assessment
    for output in one.control_outputs or ():
        indicator = find(output.key, one.kind)
        yield Entry(
            indicator,
            value_of(output.value, indicator.op),
            output.unit if output.unit is not None else indicator.unit,
            _origin(held),
            "administrative",
            output.source or one.approval_no,
            indicator.binding,
            indicator.stage,
            place=held.place,
            share=held.share,
            where=output.where,
        )


def _of_list(indicator: Indicator, source: Source, held: Held) -> Iterator[Entry]:
    one = held.standing.assessment
    name, _, part = (source.listed or "").partition("_")
    choice = one.admission if name == "admission" else one.negative
    listed = getattr(choice, part) if choice is not None else None
    if listed is None:
        return
    yield Entry(
        indicator,
        tuple(listed),
        indicator.unit,
        _origin(held),
        "administrative",
        one.approval_no,
        indicator.binding,
        indicator.stage,
        place=held.place,
        share=held.share,
    )


def _origin(held: Held) -> Origin:
    one = held.standing.assessment
    given = held.standing.acknowledged
    return Origin(
        "assessment",
        one.id,
        Text(one.title, one.title),
        given[0].authority if given else one.issuer,
    )
