"""The list of control indicators of one site: gathered, put in order, compared.

Pure: everything known is handed in. Sources that differ are both shown; the order is that of
legal force, then the stricter value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import compress
from typing import Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from checks.conditions import holds
from checks.indicators.model import (
    FORCES,
    GROUPS,
    Entry,
    Indicator,
    IndicatorCatalogue,
    Origin,
    Row,
)
from checks.indicators.sources import Ground, entries_of, outputs_of
from checks.quantities import Facts
from gis.errors import Text
from gis.overlay import Tolerance, clip, grown, judge

_SAME_UNIT: Final[Mapping[str, str]] = {
    "m²": "m2", "㎡": "m2", "平方米": "m2", "米": "m", "m³": "m3", "hm²": "hm2", "ha": "hm2",
    "公顷": "hm2", "m³/d": "m3/d", "年": "a", "万元/公顷": "万元/hm2", "万元/ha": "万元/hm2",
    "万元/hm²": "万元/hm2", "": "1",
}  # fmt: skip
"""Other ways to write a unit."""

_FACTOR: Final[Mapping[tuple[str, str], Decimal]] = {
    ("%", "1"): Decimal("0.01"),
    ("km", "m"): Decimal(1000),
    ("hm2", "m2"): Decimal(10_000),
    ("km2", "m2"): Decimal(1_000_000),
    ("万元/hm2", "万元/亩"): Decimal(1) / Decimal(15),
    ("kg/a", "t/a"): Decimal("0.001"),
}
"""What a figure in the first unit is multiplied by to stand in the second."""

_NOISE_M: Final = 1e-6
"""Noise of coordinates along a line: far below the floor of 1 mm for a common part."""

_LISTS_THAT_ADD_UP = ("not_in", "has")
"""Of these what several sources say holds together: they cannot contradict each other."""


def compile_indicators(
    catalogue: IndicatorCatalogue,
    ground: Ground,
    *,
    facts: Facts,
    given: Iterable[Entry] = (),
) -> list[Row]:
    """Compile the list.

    Parameters
    ----------
    catalogue
        The indicators, in the order in which they are printed within their group.
    ground
        Site, layers, findings and assessments. Geometries in the working CRS, in metres.
    facts
        Facts of the project: an indicator whose `when` is false is left out.
    given
        Entries of the departments' signed sheets.

    Returns
    -------
    Rows by group, indicator, legal force, the stricter first. An indicator that is asked for and
    has no value stands there without one.
    """
    found = _gathered(catalogue, ground, given)
    rows: list[Row] = []
    for indicator in _ordered(catalogue, found):
        if holds(indicator.when, facts) is False:
            continue
        entries = found.get(indicator.key, [])
        if entries:
            rows += _compared(indicator, entries)
        elif indicator.asked and holds(indicator.when, facts) is True:
            rows.append(Row(_missing(indicator), conflict=False, governs=False))
    return rows


def _gathered(
    catalogue: IndicatorCatalogue, ground: Ground, given: Iterable[Entry]
) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}

    def find(key: str, kind: str) -> Indicator:
        return catalogue.find(key) or unnamed(key, catalogue.kinds.get(kind, "other"))

    entries = [
        entry
        for indicator in catalogue.indicators.values()
        for source in indicator.sources
        for entry in entries_of(indicator, source, ground)
    ]
    entries += [entry for held in ground.held for entry in outputs_of(held, find)]
    for entry in (*entries, *given):
        if entry.value is not None:
            found.setdefault(entry.indicator.key, []).append(entry)
    return found


def unnamed(key: str, group: str) -> Indicator:
    """Return the indicator of a figure that the catalogue does not know: shown, never dropped."""
    known = next(name for name in GROUPS if name == group)
    return Indicator(key=key, group=known, name=Text(key, key), op="eq", pack="")


def _ordered(
    catalogue: IndicatorCatalogue, found: Mapping[str, Sequence[Entry]]
) -> list[Indicator]:
    listed = dict(catalogue.indicators)
    for key in sorted(found):
        listed.setdefault(key, found[key][0].indicator)
    return sorted(listed.values(), key=lambda item: GROUPS.index(item.group))


def _missing(indicator: Indicator) -> Entry:
    who = indicator.authority or ""
    return Entry(
        indicator,
        None,
        indicator.unit,
        Origin("department", "", Text("待提出", "still to be given"), indicator.authority),
        "reference",
        None,
        indicator.binding,
        indicator.stage,
        note=Text(f"待{who}提出", f"to be given by {who or 'the department'}"),
    )


# --- comparing ----------------------------------------------------------------------------------


def _compared(indicator: Indicator, entries: Sequence[Entry]) -> list[Row]:
    ordered = sorted(entries, key=lambda entry: _rank(indicator, entry))
    against: list[list[int]] = [[] for _ in ordered]
    for n, one in enumerate(ordered):
        later = [m for m in range(n + 1, len(ordered)) if _disagree(indicator, one, ordered[m])]
        for m in compress(later, _meeting(one, [ordered[m] for m in later])):
            against[n].append(m)
            against[m].append(n)
    return [
        Row(entry, conflict=bool(others), governs=bool(others) and min(others) > n)
        for n, (entry, others) in enumerate(zip(ordered, against, strict=True))
    ]


def _rank(indicator: Indicator, entry: Entry) -> tuple[int, float, str, str]:
    """Order of legal force, then the stricter, then the name of the source."""
    value = in_unit(entry, indicator.unit)
    strict = 0.0
    if isinstance(value, Decimal):
        strict = float(value) if indicator.op == "le" else -float(value)
        strict = strict if indicator.op in {"le", "ge"} else 0.0
    return FORCES.index(entry.force), strict, entry.origin.id, str(entry.value)


def differ(indicator: Indicator, one: Entry, other: Entry) -> bool:
    """Whether two entries say different things of the same place."""
    return _disagree(indicator, one, other) and _meeting(one, [other])[0]


def _disagree(indicator: Indicator, one: Entry, other: Entry) -> bool:
    """Whether two entries say different things, wherever they hold.

    Values of one rule belong to different things near the site and do not differ. Figures in
    units that cannot be brought together do: a person compares them.
    """
    if indicator.op in _LISTS_THAT_ADD_UP:
        return False
    if one.origin.kind == other.origin.kind == "rule" and one.origin.id == other.origin.id:
        return False
    return _comparable(one, indicator) != _comparable(other, indicator)


def _comparable(entry: Entry, indicator: Indicator) -> object:
    value = in_unit(entry, indicator.unit)
    return frozenset(value) if isinstance(value, tuple) else value


def in_unit(entry: Entry, unit: str | None) -> object:
    """The figure in a unit as an exact decimal; with its own unit where that cannot be done."""
    if isinstance(entry.value, bool) or not isinstance(entry.value, float):
        return entry.value
    number = Decimal(repr(entry.value))
    own, wanted = _unit(entry.unit), _unit(unit)
    if own == wanted:
        return number.normalize()
    if (own, wanted) in _FACTOR:
        return (number * _FACTOR[own, wanted]).normalize()
    if (wanted, own) in _FACTOR:
        return (number / _FACTOR[wanted, own]).normalize()
    return (str(number.normalize()), own)


def _unit(unit: str | None) -> str:
    text = (unit or "").strip()
    return _SAME_UNIT.get(text, text)


def _meeting(one: Entry, others: Sequence[Entry]) -> list[bool]:
    """Whether an entry and each of the others hold for some common part of the site."""
    if one.place is None:
        return [True] * len(others)
    meets = [other.place is None for other in others]
    # most places lie apart: no overlay is needed to see that
    near = [n for n, other in enumerate(others) if _beside(one.place, other.place)]
    places = np.empty(len(near), dtype=object)
    places[:] = [others[n].place for n in near]
    part: BaseGeometry = one.place
    if part.geom_type.endswith("LineString"):
        part = grown(part, _NOISE_M)  # parts of one line, cut apart, need not meet to the last bit
    for n, common in zip(near, clip(part, places), strict=True):
        meets[n] = judge(common, Tolerance()).hit
    return meets


def _beside(one: BaseGeometry, other: BaseGeometry | None) -> bool:
    if other is None:
        return False
    west, south, east, north = one.bounds
    box = other.bounds
    return bool(box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south)
