"""Properties of the indicator list and of frozen conditions."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from checks.facts import fact_specs
from checks.indicators.frozen import compare
from checks.indicators.gather import _compared, differ
from checks.indicators.model import FORCES, OPS, Entry, Force, Indicator, Op, Origin
from gis.errors import Text

UNITS = ("1", "%", "", None, "m")
PLACES = (None, shapely.box(0, 0, 5, 10), shapely.box(5, 0, 10, 10), shapely.box(4, 0, 6, 10))


@st.composite
def entries(draw: st.DrawFn) -> tuple[Indicator, list[Entry]]:
    op: Op = draw(st.sampled_from(OPS))
    indicator = Indicator("k", "planning", Text("k", "k"), op, "t", unit="1")
    number = st.integers(0, 6).map(lambda n: n / 4)
    value = st.one_of(number, st.sampled_from(["甲", "乙"]), st.just(("C1", "C2")))

    def entry(n: int) -> Entry:
        force: Force = draw(st.sampled_from(FORCES))
        origin = Origin("plan", f"s{n}", Text("s", "s"))
        unit, place = draw(st.sampled_from(UNITS)), draw(st.sampled_from(PLACES))
        return Entry(indicator, draw(value), unit, origin, force, place=place)

    return indicator, [entry(n) for n in range(draw(st.integers(1, 5)))]


@given(entries(), st.randoms(use_true_random=False))
def test_the_list_does_not_depend_on_the_order_of_its_sources(
    made: tuple[Indicator, list[Entry]], random: Any
) -> None:
    indicator, held = made
    mixed = list(held)
    random.shuffle(mixed)
    assert _compared(indicator, held) == _compared(indicator, mixed)


@given(entries())
def test_conflicts_are_mutual_and_one_governs(made: tuple[Indicator, list[Entry]]) -> None:
    indicator, held = made
    for one in held:
        assert not differ(indicator, one, one)
        for other in held:
            assert differ(indicator, one, other) == differ(indicator, other, one)
    rows = _compared(indicator, held)
    assert sum(row.conflict for row in rows) != 1
    assert any(row.governs for row in rows) is any(row.conflict for row in rows)
    assert all(row.conflict for row in rows if row.governs)


@given(entries())
def test_of_lower_force_none_goes_before(made: tuple[Indicator, list[Entry]]) -> None:
    indicator, held = made
    forces = [FORCES.index(row.entry.force) for row in _compared(indicator, held)]
    assert forces == sorted(forces)


# --- frozen conditions --------------------------------------------------------------------------

sides = st.floats(1, 500, allow_nan=False).map(lambda value: round(value, 3))


def frozen(width: float, height: float) -> dict[str, Any]:
    shape = shapely.box(441_000, 2_706_000, 441_000 + width, 2_706_000 + height)
    site = {
        "name": "s",
        "crs": "EPSG:4548",
        "kind": "polygon",
        "size": round(shape.area, 6),
        "outline": shapely.to_wkb(shapely.normalize(shape), hex=True, byte_order=1),
    }
    return {"content": {"site": site, "facts": {}, "indicators": [], "commitments": []}}


@given(sides, sides, sides, sides)
def test_what_is_added_less_what_is_removed_is_the_difference(
    w1: float, h1: float, w2: float, h2: float
) -> None:
    old, new = frozen(w1, h1), frozen(w2, h2)
    area, outline = compare(old, new, specs=fact_specs())
    balance = outline.detail["added"] - outline.detail["removed"]
    assert balance == pytest.approx(area.detail["difference"], abs=1e-3)
    assert not any(row.changed for row in compare(old, old, specs=fact_specs()))


@given(sides, sides, st.floats(0, 5))
def test_a_wider_tolerance_never_finds_more(w: float, h: float, width: float) -> None:
    old, new = frozen(w, h), frozen(w + 1.5, h)
    _, strict = compare(old, new, specs=fact_specs())
    _, mild = compare(old, new, specs=fact_specs(), width_m=width)
    assert strict.changed or not mild.changed
    assert strict.detail["added"] == mild.detail["added"]
