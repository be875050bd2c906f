"""The collections: every layer with an edition, assessments, projects, findings of a report.

What somebody may not see is not listed, and asked for by name it is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from api.auth.roles import Action, Principal
from api.ogc.params import Span
from api.ogc.refusals import unknown_collection
from api.services import Services
from gis.errors import Language, Text
from layers.catalog import LayerSpec
from layers.editions import Edition, pick

ASSESSMENTS, PROJECTS, FINDINGS = "assessments", "projects", "findings"
_OWN_TITLES = {
    ASSESSMENTS: Text("区域评估成果（已公布）", "Area assessments, published"),
    PROJECTS: Text("项目用地（最新红线）", "Sites of projects, newest red lines"),
    FINDINGS: Text("检测报告的图斑（参数 report）", "Findings of a report (parameter report)"),
}
_LAYER_PREFIX = "layer:"


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as listed; `spec` for layers only. `private`: not for shared caches."""

    id: str
    title: str
    description: str
    private: bool
    extent: BaseGeometry
    first: date | None = None
    last: date | None = None
    spec: LayerSpec | None = None


def collections(services: Services, principal: Principal, language: Language) -> list[Collection]:
    """Return what this person may see, layers first."""
    layers = [
        _of_layer(services, spec, editions, language)
        for spec, editions in _layers(services, principal)
    ]
    own = [
        _own(services, name, language)
        for name in (ASSESSMENTS, PROJECTS, FINDINGS)
        if _may(principal, name)
    ]
    return [*layers, *own]


def collection(
    services: Services, principal: Principal, name: str, language: Language
) -> Collection:
    """Return one collection; raises `unknown_collection` (404), also for what is not to be seen."""
    if name in _OWN_TITLES:
        if not _may(principal, name):
            raise unknown_collection(name)
        return _own(services, name, language)
    spec = readable_layer(services, principal, name.removeprefix(_LAYER_PREFIX))
    if spec is None:
        raise unknown_collection(name)
    return _of_layer(services, spec, services.workspace.editions(spec.key), language)


def readable_layer(services: Services, principal: Principal, key: str) -> LayerSpec | None:
    """Return a layer with features that this person may read, else None."""
    spec = services.workspace.specs().get(key)
    if spec is None or spec.geometry == "raster" or not services.workspace.editions(key):
        return None
    return None if spec.confidential and not principal.confidential else spec


def editions_in(editions: Sequence[Edition], span: Span | None, today: date) -> list[Edition]:
    """Return the editions in force today, or on some day of a span, oldest first."""
    if span is None:
        return _ordered(pick(editions, as_of=today, known_at=None))
    days = {span.first, span.last}
    for edition in editions:
        days |= {edition.valid_from, edition.currency}
        if edition.valid_to is not None and edition.valid_to < date.max:
            days.add(edition.valid_to + timedelta(days=1))
    found = {
        edition.revision: edition
        for day in days
        if span.first <= day <= span.last
        for edition in pick(editions, as_of=day, known_at=None)
    }
    return _ordered(found.values())


def _ordered(editions: Any) -> list[Edition]:
    return sorted(editions, key=lambda edition: int(edition.revision))


def _may(principal: Principal, name: str) -> bool:
    needed = {
        ASSESSMENTS: Action.READ_PUBLIC,
        PROJECTS: Action.READ_PROJECT,
        FINDINGS: Action.READ_REPORT,
    }
    return principal.may(needed[name])


def _layers(
    services: Services, principal: Principal
) -> Iterator[tuple[LayerSpec, Sequence[Edition]]]:
    for key in sorted(services.workspace.specs()):
        editions = services.workspace.editions(key)
        if editions and readable_layer(services, principal, key) is not None:
            yield services.workspace.specs()[key], editions


def _of_layer(
    services: Services, spec: LayerSpec, editions: Sequence[Edition], language: Language
) -> Collection:
    covered = shapely.union_all([shapely.box(*item.coverage.bounds) for item in editions
                                 if not item.coverage.is_empty])  # fmt: skip
    ends = [item.valid_to for item in editions]
    own = f"{_LAYER_PREFIX}{spec.key}" if spec.key in _OWN_TITLES else spec.key
    return Collection(
        id=own,
        title=spec.title.zh if language == "zh" else spec.title.en,
        description=spec.authority,
        private=spec.confidential,
        extent=services.workspace.area if covered.is_empty else covered,
        first=min(item.valid_from for item in editions),
        last=None if None in ends else max(end for end in ends if end is not None),
        spec=spec,
    )


def _own(services: Services, name: str, language: Language) -> Collection:
    return Collection(
        id=name,
        title=_OWN_TITLES[name].pick(language),
        description="",
        private=name != ASSESSMENTS,
        extent=services.workspace.area,
    )
