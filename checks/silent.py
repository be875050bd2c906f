"""Findings of rules that meet nothing: the same on every such site, so they are made once.

Most rules meet nothing on most sites. What such a rule says follows from the rule on the day, the
editions that answer for the emptiness, and the kind and accuracy of the site; nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import shapely

from checks.findings import Finding
from checks.judging import Told
from checks.layer_view import LayerView
from checks.rule import LeafKind, Rule, State
from checks.rule_day import RuleDay
from gis.site import Site

MOST_HELD: Final = 4096

_ON_SITE: Final[frozenset[LeafKind]] = frozenset(
    [
        "overlaps", "area_over", "share_over", "class_in", "count_over", "fact_over_attribute",
        "fact_under_attribute", "fact_not_in_attribute", "class_compatible", "finding",
    ]
)  # fmt: skip
"""Tests of what lies on the site: where nothing does, no fact of the project is asked beyond those
that a `RuleDay` is kept by."""

_NEAR: Final[frozenset[LeafKind]] = frozenset(["within_distance"])
"""Tests of what lies near."""

_EITHER: Final = _ON_SITE | _NEAR

_SETTLED: Final[frozenset[State]] = frozenset(["clear", "not_assessed", "not_applicable"])
"""A question may tell of the nearest feature, however far it lies."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Silent:
    """A finding where nothing is met; `behind` keeps alive what the key tells by number."""

    finding: Finding
    told: Told
    behind: tuple[object, ...]


_HELD: dict[Key, Silent] = {}


def kind_of(site: Site) -> Key | None:
    """What of a site matters where nothing is met; None where its parts do, told one by one."""
    if shapely.get_num_geometries(site.geometry) > 1:
        return None
    return site.crs, site.is_line, site.axis is None, site.accuracy_m


def key_of(
    rule: Rule, day: RuleDay, *, kind: Key | None, views: Sequence[LayerView], also: Key
) -> Key | None:
    """Return all that the finding follows from; None where the site itself may matter.

    `kind` is that of the site. `also` is what the caller knows beside: theme, who reads, what
    rules found that this one asks. Days, declarations and editions stand by number: each is one
    object while the store is open.
    """
    standings = [view.standing for view in views]
    if kind is None or None in standings:
        return None
    key = (id(day), kind, also, *standings)
    if day.when is False or day.off is not None:
        return key  # nothing is tested, whatever is there
    kinds = rule.kinds()
    if not kinds <= _EITHER and any(view.editions for view in views):
        return None
    if not kinds & _NEAR:
        return key if all(view.silent_on_site for view in views) else None
    reaches = dict(sorted(day.reaches, key=lambda told: (told[1] is None, told[1] or 0.0)))
    for view in views:
        if not view.silent_on_site:
            return None
        if view.editions and view.spec.key in reaches:
            reach = reaches[view.spec.key]  # of several tests of a layer the farthest
            if reach is None or not view.silent_within(reach):
                return None
    return key


def held(key: Key | None) -> Silent | None:
    """The finding made for a key before."""
    return None if key is None else _HELD.get(key)


def hold(
    key: Key | None, finding: Finding, told: Told, *, day: RuleDay, views: Sequence[LayerView]
) -> None:
    """Keep a finding for the next site, where its key says that it may be kept."""
    if key is None or finding.state not in _SETTLED or finding.evidence.distance_m is not None:
        return
    if len(_HELD) >= MOST_HELD:
        _HELD.clear()
    one = replace(finding, kept=True)
    _HELD[key] = Silent(one, told, (day, *((view.spec, view.editions) for view in views)))
