"""Properties of a check that hold for every site and layer."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from checks.rule import Leaf, Number
from gis.crs import densify, parse_crs
from gis.measures import balanced
from tests.support.memory_store import MemoryStore, findings, rule, run

X, Y = 600_000.0, 2_700_000.0
AREA = shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000)

coordinate = st.integers(min_value=-300, max_value=300).map(lambda n: n / 2)
extent = st.integers(min_value=1, max_value=300).map(lambda n: n / 2)


@st.composite
def boxes(draw: st.DrawFn) -> BaseGeometry:
    x, y = draw(coordinate), draw(coordinate)
    return shapely.box(X + x, Y + y, X + x + draw(extent), Y + y + draw(extent))


@st.composite
def stars(draw: st.DrawFn) -> BaseGeometry:
    """A simple polygon around a centre: radii by angle, so never self-crossing."""
    cx, cy = X + draw(coordinate), Y + draw(coordinate)
    radii = draw(st.lists(st.integers(5, 150), min_size=3, max_size=24))
    step = 2 * math.pi / len(radii)
    ring = [(cx + r * math.cos(i * step), cy + r * math.sin(i * step)) for i, r in enumerate(radii)]
    return shapely.Polygon(ring)


@st.composite
def lines(draw: st.DrawFn) -> BaseGeometry:
    points = draw(st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6, unique=True))
    return shapely.LineString([(X + x, Y + y) for x, y in points])


shapes = st.one_of(boxes(), stars())
layers = st.lists(shapes, min_size=0, max_size=6)
OVERLAPS = Leaf("overlaps", "L")


def store_of(rows: list[BaseGeometry], **more: object) -> MemoryStore:
    store = MemoryStore(area=AREA, max_vertices=more.pop("max_vertices", 256))  # type: ignore[arg-type]
    store.layer("L", rows, **more)  # type: ignore[arg-type]
    return store


def measures(store: MemoryStore, site: BaseGeometry, leaf: Leaf = OVERLAPS) -> dict[str, float]:
    found = findings(store, [rule("R", "L", leaf)], site)["R"]
    return found["measures"]  # type: ignore[return-value]


def same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-5)


def area(shape: object) -> float:
    return 0.0 if shape is None else float(shapely.geometry.shape(shape).area)


@given(site=shapes, rows=layers)
@settings(max_examples=60, deadline=None)
def test_pieces_and_remainder_sum_to_the_site(site: BaseGeometry, rows: list[BaseGeometry]) -> None:
    found = findings(store_of(rows), [rule("R", "L", OVERLAPS)], site)["R"]
    inside, outside = area(found["pieces"]), area(found["remainder"])
    assert inside + outside == pytest.approx(site.area, rel=1e-9, abs=1e-5)
    share = found["measures"]["share"]  # type: ignore[index]
    assert 0 <= share <= 1
    assert share == pytest.approx(inside / site.area, abs=1e-8)


@given(site=shapes, rows=layers)
@settings(max_examples=60, deadline=None)
def test_outside_and_overlap_add_up(site: BaseGeometry, rows: list[BaseGeometry]) -> None:
    store = store_of(rows)
    inside = measures(store, site)["area_m2"]
    outside = measures(store, site, Leaf("outside", "L"))["area_m2"]
    assert inside + outside == pytest.approx(site.area, rel=1e-9, abs=1e-5)


@given(site=lines(), rows=layers, accuracy=st.sampled_from([0.0, 2.0]))
@settings(max_examples=60, deadline=None)
def test_a_line_is_inside_or_outside(
    site: BaseGeometry, rows: list[BaseGeometry], accuracy: float
) -> None:
    assume(site.is_simple)
    store = store_of(rows, accuracy=accuracy)
    inside, outside = measures(store, site), measures(store, site, Leaf("outside", "L"))
    assert inside["area_m2"] is None
    assert inside["length_m"] + outside["length_m"] == pytest.approx(site.length, abs=1e-4)
    assert inside["share"] + outside["share"] == pytest.approx(1, abs=1e-6)
    # GEOS on the union, as second reader
    union = shapely.union_all(rows) if rows else shapely.Polygon()
    assert inside["length_m"] == pytest.approx(site.intersection(union).length, abs=1e-4)


@given(parts=st.lists(boxes(), min_size=2, max_size=3), rows=layers)
@settings(max_examples=40, deadline=None)
def test_parts_of_a_site_add_up(parts: list[BaseGeometry], rows: list[BaseGeometry]) -> None:
    apart = [shapely.affinity.translate(p, 700.0 * n, 0) for n, p in enumerate(parts)]
    site = shapely.MultiPolygon(apart)
    found = findings(store_of(rows), [rule("R", "L", OVERLAPS)], site)["R"]
    total = sum(part["area_m2"] for part in found["parts"])  # type: ignore[attr-defined]
    assert total == pytest.approx(found["measures"]["area_m2"], abs=1e-5)  # type: ignore[index]


@given(site=shapes, rows=st.lists(stars(), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_subdivision_changes_no_figure(site: BaseGeometry, rows: list[BaseGeometry]) -> None:
    near = Leaf("within_distance", "L", args={"distance_m": Number(40.0)})
    whole, cut = store_of(rows), store_of(rows, max_vertices=8)
    for leaf in (OVERLAPS, near):
        a, b = measures(whole, site, leaf), measures(cut, site, leaf)
        assert a["count"] == b["count"]
        for key in ("area_m2", "share", "distance_m"):
            assert same(a[key], b[key]), key


@given(site=shapes, row=boxes(), where=st.floats(0.1, 0.9))
@settings(max_examples=60, deadline=None)
def test_splitting_a_source_polygon_changes_no_measure(
    site: BaseGeometry, row: BaseGeometry, where: float
) -> None:
    minx, miny, maxx, maxy = row.bounds
    middle = minx + where * (maxx - minx)
    halves = [shapely.box(minx, miny, middle, maxy), shapely.box(middle, miny, maxx, maxy)]
    near = Leaf("within_distance", "L", args={"distance_m": Number(40.0)})
    for leaf in (OVERLAPS, near):
        a, b = measures(store_of([row]), site, leaf), measures(store_of(halves), site, leaf)
        for key in ("area_m2", "share", "distance_m"):
            assert same(a[key], b[key]), key


@given(site=shapes, rows=layers, limit=st.integers(1, 20000), more=st.integers(0, 20000))
@settings(max_examples=60, deadline=None)
def test_a_stricter_rule_never_gives_a_milder_verdict(
    site: BaseGeometry, rows: list[BaseGeometry], limit: int, more: int
) -> None:
    store = store_of(rows)

    def affected(leaf: Leaf) -> bool:
        return findings(store, [rule("R", "L", leaf)], site)["R"]["state"] == "affected"

    strict = affected(Leaf("area_over", "L", args={"area_m2": Number(float(limit))}))
    mild = affected(Leaf("area_over", "L", args={"area_m2": Number(float(limit + more))}))
    assert strict or not mild
    near = affected(Leaf("within_distance", "L", args={"distance_m": Number(limit / 100)}))
    far = affected(Leaf("within_distance", "L", args={"distance_m": Number((limit + more) / 100)}))
    assert far or not near
    narrow = findings(store, [rule("R", "L", OVERLAPS, tolerance_width_m=5.0)], site)["R"]
    assert narrow["state"] != "affected" or affected(OVERLAPS)


@given(
    site=shapes,
    rows=layers,
    coverage=shapes,
    leaf=st.sampled_from(
        [
            OVERLAPS,
            Leaf("area_over", "L", args={"area_m2": Number(100.0)}),
            Leaf("within_distance", "L", args={"distance_m": Number(25.0)}),
            Leaf("count_over", "L", args={"count": Number(1.0)}),
        ]
    ),
)
@settings(max_examples=80, deadline=None)
def test_nothing_is_clear_without_coverage(
    site: BaseGeometry, rows: list[BaseGeometry], coverage: BaseGeometry, leaf: Leaf
) -> None:
    store = store_of(rows, coverage=coverage)
    found = findings(store, [rule("R", "L", leaf)], site)["R"]
    region = site.buffer(25) if leaf.kind == "within_distance" else site
    if (region - coverage).buffer(-0.06).area > 0:
        assert found["state"] != "clear"
    if found["state"] == "clear":
        assert found["share_covered"] == pytest.approx(1, abs=1e-3)


@given(site=shapes, rows=layers)
@settings(max_examples=30, deadline=None)
def test_the_same_input_gives_the_same_bytes(site: BaseGeometry, rows: list[BaseGeometry]) -> None:
    store = store_of(rows)
    rules = [rule("R", "L", OVERLAPS)]
    first, second = (run(store, rules, site) for _ in range(2))
    assert first["digest"] == second["digest"]


def test_densify_keeps_type_and_area_where_rounding_breaks_a_ring() -> None:
    # found by hypothesis: new vertices of a thin wedge cross, GEOS splits it in two
    wedge = shapely.Polygon(
        [
            (600035.0, 2700028.0),
            (599957.5, 2700153.573957635),
            (600027.5, 2700023.669872981),
        ]
    )
    rows = np.array([wedge, shapely.box(0, 0, 200, 100) - shapely.box(50, 20, 150, 80)])
    dense = densify(rows, parse_crs("EPSG:4548"))
    assert [g.geom_type for g in dense] == ["Polygon", "Polygon"]
    assert shapely.area(dense) == pytest.approx(shapely.area(rows), rel=1e-9)
    assert len(dense[1].exterior.coords) == 2 * 3 + 2 * 2 + 1


@given(
    parts=st.lists(st.floats(0, 1e6), min_size=1, max_size=12),
    digits=st.integers(0, 4),
)
def test_balanced_parts_add_up(parts: list[float], digits: int) -> None:
    total = math.fsum(parts)
    rounded = balanced(parts, total, digits)
    assert math.fsum(rounded) == pytest.approx(round(total, digits), abs=10.0**-digits / 1000)
    for part, shown in zip(parts, rounded, strict=True):
        assert abs(part - shown) <= 10.0**-digits * 1.001
