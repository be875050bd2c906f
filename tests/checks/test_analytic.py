"""Hand-computed cases: every figure here was worked out on paper."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from checks.rule import ClassChoice, Group, Leaf, Named, Number, OfAttribute, Row
from tests.support.memory_store import MemoryStore, findings, rule, run, series, site_of

X, Y = 600_000.0, 2_700_000.0


def box(a: float, b: float, c: float, d: float) -> BaseGeometry:
    return shapely.box(X + a, Y + b, X + c, Y + d)


SITE = box(0, 0, 100, 100)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(area=box(-5000, -5000, 5000, 5000))


def overlaps(layer: str = "L", **more: object) -> Leaf:
    return Leaf("overlaps", layer, **more)  # type: ignore[arg-type]


def one(store: MemoryStore, leaf: Leaf, site: object = SITE, **more: object) -> dict[str, object]:
    facts = more.pop("facts", None)
    as_of = more.pop("as_of", date(2026, 11, 20))
    return findings(store, [rule("R", leaf.layer, leaf, **more)], site, facts=facts, as_of=as_of)[
        "R"
    ]  # type: ignore[arg-type]


def expect(
    finding: dict[str, object], state: str, area: float | None = None, share: float | None = None
) -> None:
    assert finding["state"] == state
    measures = finding["measures"]
    if area is not None:
        assert measures["area_m2"] == pytest.approx(area, abs=1e-6)  # type: ignore[index]
    if share is not None:
        assert measures["share"] == pytest.approx(share, abs=1e-9)  # type: ignore[index]


def test_overlapping_source_polygons_count_once(store: MemoryStore) -> None:
    store.layer("L", [box(50, 0, 150, 100), box(60, 0, 150, 100)])
    found = one(store, overlaps())
    expect(found, "affected", 5000, 0.5)
    assert found["measures"]["count"] == 2  # type: ignore[index]
    assert [f["area_m2"] for f in found["features"]] == [5000, 4000]  # type: ignore[attr-defined]


def test_a_hole_is_not_measured(store: MemoryStore) -> None:
    store.layer("L", [box(0, 0, 200, 200) - box(50, 50, 150, 150)])
    expect(one(store, overlaps()), "affected", 7500, 0.75)
    expect(one(store, Leaf("outside", "L")), "affected", 2500, 0.25)


def test_touching_edges_are_clear(store: MemoryStore) -> None:
    store.layer("L", [box(100, 0, 200, 100)])
    found = one(store, overlaps())
    expect(found, "clear", 0)
    assert found["certainty"] == "certain"


def test_a_sliver_is_set_aside_by_width_and_printed(store: MemoryStore) -> None:
    store.layer("L", [box(-10, 0, 0.2, 100)])
    expect(one(store, overlaps()), "affected", 20)
    found = one(store, overlaps(), tolerance_width_m=0.5)
    expect(found, "clear", 20)
    assert found["edge"]["below_tolerance_m2"] == pytest.approx(20, abs=1e-6)  # type: ignore[index]


def test_three_pieces_add_up_before_the_area_tolerance(store: MemoryStore) -> None:
    store.layer("L", [box(x, 10, x + 0.9, 11) for x in (10, 20, 30)])
    expect(one(store, overlaps(), tolerance_area_m2=1.0), "affected", 2.7)
    expect(one(store, overlaps(), tolerance_area_m2=2.8), "clear", 2.7)


def test_three_classes_share_the_site(store: MemoryStore) -> None:
    store.layer(
        "L", [(box(0, 0, 20, 100), "a"), (box(20, 0, 70, 100), "b"), (box(70, 0, 200, 100), "c")]
    )
    found = one(store, overlaps())
    shares = {c["code"]: (c["area_m2"], c["share"]) for c in found["classes"]}  # type: ignore[attr-defined]
    assert shares == {"a": (2000, 0.2), "b": (5000, 0.5), "c": (3000, 0.3)}
    expect(one(store, overlaps(classes=ClassChoice(frozenset("ab")))), "affected", 7000)
    expect(
        one(store, overlaps(classes=ClassChoice(frozenset("ab"), negate=True))), "affected", 3000
    )


def test_lines_on_seams_measure_once(store: MemoryStore) -> None:
    store.layer("L", [(box(0, 0, 50, 100), "a"), (box(50, 0, 100, 100), "b")])
    road = shapely.LineString([(X + 50, Y - 20), (X + 50, Y + 60)])
    found = one(store, overlaps(), site=road)
    assert found["measures"]["length_m"] == pytest.approx(60, abs=1e-9)  # type: ignore[index]
    assert found["measures"]["area_m2"] is None  # type: ignore[index]
    assert found["measures"]["share"] == pytest.approx(0.75)  # type: ignore[index]


def test_a_line_of_a_subdivided_polygon_measures_once(store: MemoryStore) -> None:
    store.max_vertices = 16
    disc = shapely.Point(X + 50, Y + 50).buffer(50, quad_segs=64)
    store.layer("L", [disc])
    across = shapely.LineString([(X + 50, Y - 100), (X + 50, Y + 200)])
    found = one(store, overlaps(), site=across)
    assert found["measures"]["length_m"] == pytest.approx(100, abs=1e-6)  # type: ignore[index]
    assert found["measures"]["count"] == 1  # type: ignore[index]


def test_line_features_in_a_polygon_site(store: MemoryStore) -> None:
    line = shapely.LineString([(X - 50, Y + 40), (X + 30, Y + 40)])
    store.layer("L", [line, line], geometry="line")
    found = one(store, overlaps())
    assert found["state"] == "affected"
    assert found["measures"]["length_m"] == pytest.approx(30)  # type: ignore[index]
    assert found["measures"]["area_m2"] is None  # type: ignore[index]
    assert found["measures"]["count"] == 2  # type: ignore[index]


def test_a_point_on_the_boundary_is_a_doubtful_hit(store: MemoryStore) -> None:
    store.layer("L", [shapely.Point(X + 100, Y + 50)], geometry="point")
    found = one(store, overlaps())
    assert (found["state"], found["certainty"]) == ("affected", "within_accuracy")
    store.layer("M", [shapely.Point(X + 50, Y + 50)], geometry="point", accuracy=5.0)
    found = one(store, overlaps("M"))
    assert (found["state"], found["certainty"]) == ("affected", "certain")


def test_a_multi_part_site_has_shares_of_the_whole_and_of_parts(store: MemoryStore) -> None:
    store.layer("L", [box(0, 0, 10, 100)])
    site = shapely.MultiPolygon([box(0, 0, 100, 100), box(300, 0, 400, 100)])
    found = one(store, overlaps(), site=site)
    expect(found, "affected", 1000, 0.05)
    assert [(p["area_m2"], p["share"]) for p in found["parts"]] == [(1000, 0.1), (0, 0)]  # type: ignore[attr-defined]


def test_partial_coverage_is_not_assessed_but_a_hit_stands(store: MemoryStore) -> None:
    west = box(-1000, -1000, 80, 1000)
    store.layer("L", [box(-900, -900, -800, -800)], coverage=west)
    found = one(store, overlaps())
    assert found["state"] == "not_assessed"
    assert found["reason"]["code"] == "not_covered"  # type: ignore[index]
    assert found["measures"]["area_m2"] is None  # type: ignore[index]
    store.layer("M", [box(0, 0, 10, 100)], coverage=west)
    found = one(store, overlaps("M"))
    expect(found, "affected", 1000)
    assert found["share_covered"] == pytest.approx(0.8)


def test_a_gap_within_the_distance_leaves_it_open(store: MemoryStore) -> None:
    leaf = Leaf("within_distance", "L", args={"distance_m": Number(50.0)})
    store.layer("L", [box(1000, 0, 1100, 100)], coverage=box(-49, -100, 2000, 2000))
    assert one(store, leaf)["state"] == "not_assessed"
    store.layer("M", [box(1000, 0, 1100, 100)], coverage=box(-51, -51, 2000, 2000))
    found = one(store, Leaf("within_distance", "M", args={"distance_m": Number(50.0)}))
    assert found["state"] == "clear"
    assert found["measures"]["distance_m"] == pytest.approx(900)  # type: ignore[index]


def test_certainty_asks_both_ways(store: MemoryStore) -> None:
    store.layer("L", [box(-500, 40, 500, 43)], accuracy=2)
    found = one(store, overlaps())
    expect(found, "affected", 300)
    assert found["certainty"] == "certain"
    store.layer("M", [box(99, 0, 300, 100)], accuracy=2)
    found = one(store, overlaps("M"))
    expect(found, "affected", 100)
    assert found["certainty"] == "within_accuracy"
    store.layer("N", [box(101, 0, 300, 100)], accuracy=2)
    assert one(store, overlaps("N"))["certainty"] == "within_accuracy"
    store.layer("O", [box(103, 0, 300, 100)], accuracy=2)
    assert one(store, overlaps("O"))["certainty"] == "certain"


def test_outside_needs_proof_where_something_is_outside(store: MemoryStore) -> None:
    store.layer("L", [box(-10, -10, 60, 110)], coverage=box(-50, -50, 90, 200))
    assert one(store, Leaf("outside", "L"))["state"] == "not_assessed"
    store.layer("M", [box(-10, -10, 160, 110)], coverage=box(-50, -50, 90, 200))
    assert one(store, Leaf("outside", "M"))["state"] == "clear"
    store.layer("N", [box(-10, -10, 99, 110)], accuracy=2.0)
    found = one(store, Leaf("outside", "N"))
    expect(found, "affected", 100, 0.01)
    assert found["certainty"] == "within_accuracy"


def test_exactly_at_the_legal_distance_is_clear(store: MemoryStore) -> None:
    store.layer("L", [box(150, 0, 160, 100)])
    leaf = Leaf("within_distance", "L", args={"distance_m": Number(50.0)})
    assert one(store, leaf)["state"] == "clear"
    at = Leaf("within_distance", "L", args={"distance_m": Number(50.0)}, inclusive=True)
    assert one(store, at)["state"] == "affected"
    over = Leaf("within_distance", "L", args={"distance_m": Number(50.01)})
    found = one(store, over)
    assert found["state"] == "affected"
    assert found["measures"]["distance_m"] == pytest.approx(50)  # type: ignore[index]


def test_an_inner_limit_makes_a_band(store: MemoryStore) -> None:
    store.layer("L", [box(103, 0, 110, 100)])
    args = {"distance_m": Number(50.0), "inner": Number(5.0)}
    assert one(store, Leaf("within_distance", "L", args=args))["state"] == "clear"
    store.layer("M", [box(106, 0, 110, 100)])
    assert one(store, Leaf("within_distance", "M", args=args))["state"] == "affected"


def test_a_table_by_class_asks_where_no_row_fits(store: MemoryStore) -> None:
    table = (Row({"class": ("national",)}, Number(20.0)), Row({"class": ("county",)}, Number(10.0)))
    leaf = Leaf("within_distance", "L", args={"distance_m": Named("d")})
    store.layer("L", [(box(115, 0, 120, 100), "county"), (box(-19, 0, -18, 100), "national")])
    found = one(store, leaf, values=series("d", table))
    assert found["state"] == "affected"
    assert [f["class"] for f in found["features"]] == ["national"]  # type: ignore[attr-defined]
    store.layer("M", [(box(115, 0, 120, 100), "private")])
    near = Leaf("within_distance", "M", args={"distance_m": Named("d")})
    assert one(store, near, values=series("d", table))["state"] == "needs_person"
    store.layer("N", [(box(125, 0, 130, 100), "private")])
    far = Leaf("within_distance", "N", args={"distance_m": Named("d")})
    assert one(store, far, values=series("d", table))["state"] == "clear"


def test_a_limit_from_an_attribute_is_searched_far(store: MemoryStore) -> None:
    store.layer("L", [(box(900, 0, 910, 100), None, {"safety_distance_m": 900.0})])
    leaf = Leaf("within_distance", "L", args={"distance_m": OfAttribute("safety_distance_m")})
    assert one(store, leaf)["state"] == "affected"


def test_inclusive_area_limit(store: MemoryStore) -> None:
    store.layer("L", [box(0, 0, 50, 100)])
    args = {"area_m2": Number(5000.0)}
    assert one(store, Leaf("area_over", "L", args=args))["state"] == "clear"
    assert one(store, Leaf("area_over", "L", args=args, inclusive=True))["state"] == "affected"


def test_class_in_reaches_its_share(store: MemoryStore) -> None:
    store.layer("L", [(box(0, 0, 50, 100), "a"), (box(50, 0, 100, 100), "b")])
    for share, state in ((0.0, "affected"), (0.5, "affected"), (0.51, "clear")):
        leaf = Leaf(
            "class_in", "L", args={"share": Number(share)}, classes=ClassChoice(frozenset("a"))
        )
        assert one(store, leaf)["state"] == state
    whole = Leaf("class_in", "L", args={"share": Number(1.0)}, classes=ClassChoice(frozenset("ab")))
    found = findings(store, [rule("R", "L", Group("not", (whole,)))], SITE)["R"]
    assert found["state"] == "clear"


def test_unknown_class_is_a_question(store: MemoryStore) -> None:
    store.layer("L", [(box(0, 0, 50, 100), None)])
    leaf = overlaps(classes=ClassChoice(frozenset({"core"})))
    assert one(store, leaf)["state"] == "needs_person"


def test_kleene_groups(store: MemoryStore) -> None:
    store.layer("L", [box(0, 0, 50, 100)])
    store.layer("E", [])
    store._specs["none"] = store._specs["L"].model_copy(update={"key": "none"})
    hit, clear, none = overlaps("L"), overlaps("E"), overlaps("none")
    table = [
        ("any", (hit, none), "affected"),
        ("any", (clear, none), "not_assessed"),
        ("all", (hit, none), "not_assessed"),
        ("all", (clear, none), "clear"),
        ("not", (clear,), "affected"),
        ("not", (none,), "not_assessed"),
    ]
    for kind, items, state in table:
        found = findings(store, [rule("R", "L", Group(kind, items))], SITE)  # type: ignore[arg-type]
        assert found["R"]["state"] == state, (kind, items)


def test_incomplete_editions_prove_nothing_where_they_lost(store: MemoryStore) -> None:
    store.layer("L", [], incomplete=True)
    assert one(store, overlaps())["state"] == "not_assessed"
    store.layer("M", [], incomplete=True, lost=box(500, 500, 600, 600))
    assert one(store, overlaps("M"))["state"] == "clear"
    store.layer("N", [], incomplete=True, lost=box(50, 50, 60, 60))
    assert one(store, overlaps("N"))["state"] == "not_assessed"


def test_stale_data_prove_no_absence_but_hits_stand(store: MemoryStore) -> None:
    old = date(2020, 1, 1)
    store.layer("L", [box(0, 0, 10, 100)], currency=old, freshness_days=365)
    assert one(store, overlaps())["state"] == "affected"
    store.layer("M", [], currency=old, freshness_days=365)
    found = one(store, overlaps("M"))
    assert (found["state"], found["reason"]["code"]) == ("not_assessed", "stale")  # type: ignore[index]


def test_a_non_exhaustive_layer_is_never_clear(store: MemoryStore) -> None:
    store.layer("L", [], exhaustive=False)
    found = one(store, overlaps())
    assert found["reason"]["code"] == "not_exhaustive"  # type: ignore[index]


def test_one_broken_layer_leaves_the_rest(store: MemoryStore) -> None:
    names = [f"L{n}" for n in range(12)]
    for name in names:
        store.layer(name, [box(0, 0, 10, 100)])
    store.broken.add("L5")
    report = run(store, [rule(f"R-{n}", n, overlaps(n)) for n in names], SITE)
    states = {f["code"]: f["state"] for f in report["findings"]}  # type: ignore[attr-defined]
    assert states.pop("R-L5") == "not_assessed"
    assert set(states.values()) == {"affected"}
    assert report["conclusion"]["colour"] == "red"  # type: ignore[index]
    assert report["conclusion"]["complete"] is False  # type: ignore[index]


def test_a_zone_prefix_changes_nothing() -> None:
    store = MemoryStore(crs="EPSG:4527", area=shapely.box(39595000, 2695000, 39605000, 2705000))
    shift = 39_000_000
    hole = shapely.box(X + shift, Y, X + shift + 200, Y + 200) - shapely.box(
        X + shift + 50, Y + 50, X + shift + 150, Y + 150
    )
    store.layer("L", [hole])
    site = site_of(shapely.box(X + shift, Y, X + shift + 100, Y + 100), "EPSG:4527")
    found = findings(store, [rule("R", "L", overlaps())], site)["R"]
    assert found["measures"]["area_m2"] == pytest.approx(7500, abs=1e-5)  # type: ignore[index]


def test_pieces_and_remainder_add_up_to_the_site(store: MemoryStore) -> None:
    store.layer("L", [box(50, 0, 150, 100), box(-10, -10, 20, 20)])
    found = one(store, overlaps())
    shapes = [shapely.geometry.shape(found[key]) for key in ("pieces", "remainder")]
    assert [s.geom_type for s in shapes] == ["MultiPolygon", "MultiPolygon"]
    assert np.isclose(sum(s.area for s in shapes), 10000, atol=1e-6)
    assert shapes[0].area == pytest.approx(5400, abs=1e-6)


def test_the_nearest_is_true_also_beyond_the_limit(store: MemoryStore) -> None:
    # one in the corner of the box read, one nearer straight ahead but outside the box
    store.layer("L", [box(155, 155, 160, 160), box(160, 0, 170, 100)])
    found = one(store, Leaf("within_distance", "L", args={"distance_m": Number(58.0)}))
    assert found["state"] == "clear"
    assert found["measures"]["distance_m"] == pytest.approx(60)  # type: ignore[index]


def test_districts_side_by_side_make_one_layer(store: MemoryStore) -> None:
    west, east = box(-5000, -5000, 50, 5000), box(50, -5000, 5000, 5000)
    store.layer("L", [box(40, 0, 50, 100)], part="west", coverage=west)
    store.layer("L", [box(50, 0, 70, 100)], part="east", coverage=east, accuracy=2.0)
    found = one(store, overlaps())
    expect(found, "affected", 3000, 0.3)
    assert found["measures"]["count"] == 2  # type: ignore[index]
    assert found["editions"] == ["e1/east", "e1/west"]
    assert [f["id"] for f in found["features"]] == ["e1/east#1", "e1/west#1"]  # type: ignore[attr-defined]
    assert found["share_covered"] == 1
    store.layer("M", [], part="west", coverage=west)
    assert one(store, overlaps("M"))["state"] == "not_assessed"
    store.layer("M", [], part="east", coverage=east)
    assert one(store, overlaps("M"))["state"] == "clear"


def test_borderline_features_are_named_beside_a_certain_hit(store: MemoryStore) -> None:
    store.layer(
        "L",
        [
            (box(50, 50, 200, 60), None, {"name": "deep"}),
            (box(99, 0, 120, 10), None, {"name": "rim"}),
            (box(101.5, 20, 120, 30), None, {"name": "beside"}),
            (box(103, 80, 120, 90), None, {"name": "away"}),
        ],
        accuracy=2,
    )
    found = one(store, overlaps())
    assert (found["state"], found["certainty"]) == ("affected", "certain")
    rim = [(f["name"], f["distance_m"]) for f in found["borderline"]]  # type: ignore[attr-defined]
    assert rim == [("rim", 0), ("beside", 1.5)]


def test_a_line_layer_gives_lengths_to_the_parts(store: MemoryStore) -> None:
    store.layer("L", [shapely.LineString([(X, Y + 50), (X + 400, Y + 50)])], geometry="line")
    site = shapely.MultiPolygon([box(0, 0, 100, 100), box(300, 0, 350, 100)])
    parts = one(store, overlaps(), site=site)["parts"]
    assert [(p["area_m2"], p["length_m"], p["share"]) for p in parts] == [  # type: ignore[attr-defined]
        (None, 100, None),
        (None, 50, None),
    ]


def test_the_shape_of_a_distance_is_the_strip_that_is_too_near(store: MemoryStore) -> None:
    store.layer("L", [box(130, -50, 140, 150)])
    found = one(store, Leaf("within_distance", "L", args={"distance_m": Number(50.0)}))
    assert shapely.geometry.shape(found["pieces"]).equals_exact(
        shapely.MultiPolygon([box(80, 0, 100, 100)]).normalize(), 1e-6
    )
    whole = one(store, Leaf("within_distance", "L", args={"distance_m": Number(500.0)}))
    assert shapely.geometry.shape(whole["pieces"]).area == pytest.approx(10_000)
