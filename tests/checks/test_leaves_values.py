"""Tests that compare values: facts against attributes, uses against classes, rasters, masks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from checks.rule import (
    Basis,
    ClassChoice,
    DatedValue,
    FactTest,
    Group,
    Leaf,
    Named,
    Number,
    OfFact,
    Row,
    Smaller,
    ValueSeries,
    Word,
)
from tests.support.memory_store import MemoryStore, findings, rule, run, series, site_of

X, Y = 600_000.0, 2_700_000.0


def box(a: float, b: float, c: float, d: float) -> shapely.Polygon:
    return shapely.box(X + a, Y + b, X + c, Y + d)


SITE = box(0, 0, 100, 100)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(area=box(-5000, -5000, 5000, 5000))


FAR = Leaf("fact_over_attribute", "plan", fact="floor_area_ratio", attribute="max_far")


def state(
    store: MemoryStore, leaf: Leaf, facts: dict[str, object] | None = None, **more: object
) -> str:
    return str(
        findings(store, [rule("R", leaf.layer, leaf, **more)], SITE, facts=facts)["R"]["state"]
    )


def test_a_fact_over_any_plot_hit_is_affected(store: MemoryStore) -> None:
    store.layer(
        "plan",
        [
            (box(0, 0, 60, 100), None, {"max_far": 2.0}),
            (box(60, 0, 200, 100), None, {"max_far": 1.5}),
        ],
    )
    assert state(store, FAR, {"floor_area_ratio": 1.5}) == "clear"
    assert state(store, FAR, {"floor_area_ratio": 2.1}) == "affected"
    found = findings(store, [rule("R", "plan", FAR)], SITE, facts={"floor_area_ratio": 1.8})["R"]
    assert found["state"] == "affected"
    assert found["measures"]["area_m2"] == pytest.approx(4000)  # type: ignore[index]
    assert state(store, FAR) == "needs_person"


def test_a_plot_touched_from_outside_does_not_count(store: MemoryStore) -> None:
    store.layer(
        "plan",
        [
            (box(0, 0, 100, 100), None, {"max_far": 2.0}),
            (box(100, 0, 200, 100), None, {"max_far": 1.0}),
        ],
    )
    assert state(store, FAR, {"floor_area_ratio": 1.5}) == "clear"


def test_a_missing_attribute_is_a_question_that_names_it(store: MemoryStore) -> None:
    store.layer("plan", [(box(0, 0, 100, 100), None, {})])
    found = findings(store, [rule("R", "plan", FAR)], SITE, facts={"floor_area_ratio": 1.5})["R"]
    assert found["state"] == "needs_person"
    assert "max_far" in found["question"]["zh"]  # type: ignore[index]


def test_under_an_attribute(store: MemoryStore) -> None:
    store.layer("plan", [(box(0, 0, 100, 100), None, {"min_green": 0.3})])
    leaf = Leaf("fact_under_attribute", "plan", fact="green_ratio", attribute="min_green")
    assert state(store, leaf, {"green_ratio": 0.3}) == "clear"
    assert state(store, leaf, {"green_ratio": 0.29}) == "affected"


def test_uncovered_plan_is_not_assessed(store: MemoryStore) -> None:
    store.layer("plan", [], coverage=box(0, 0, 50, 100))
    assert state(store, FAR, {"floor_area_ratio": 1.5}) == "not_assessed"


def test_industry_lists_match_by_prefix(store: MemoryStore) -> None:
    store.layer("unit", [(box(-10, -10, 200, 200), None, {"listed": "C26;C25"})])
    leaf = Leaf("fact_not_in_attribute", "unit", fact="industry", attribute="listed")
    assert state(store, leaf, {"industry": "C2614"}) == "clear"
    assert state(store, leaf, {"industry": "C3920"}) == "affected"
    assert state(store, leaf) == "needs_person"


def test_uses_fit_by_equality_then_by_the_table(store: MemoryStore) -> None:
    store.layer("plan", [(box(-10, -10, 200, 200), "0701")])
    table = (
        Row({"class": ("0701",), "land_use_code": ("0702",)}, Word("compatible")),
        Row({"class": ("0701",), "land_use_code": ("1001",)}, Word("incompatible")),
    )
    leaf = Leaf("class_compatible", "plan", fact="land_use_code", table="t")
    values = series("t", table, unit="1")
    for code, expected in (
        ("0701", "clear"), ("0702", "clear"), ("1001", "affected"), ("0901", "needs_person"),
    ):  # fmt: skip
        assert state(store, leaf, {"land_use_code": code}, values=values) == expected


def test_a_smaller_of_two_with_one_side_unknown_still_bounds(store: MemoryStore) -> None:
    store.layer("station", [(shapely.Point(X + 1200, Y + 50), "basic")], geometry="point")
    ten = Smaller((Number(1000.0), OfFact("height_m", 10.0)))
    table = (Row({"class": ("basic",)}, ten),)
    leaf = Leaf("within_distance", "station", args={"distance_m": Named("d")})
    assert state(store, leaf, values=series("d", table)) == "clear"  # 1100 m away, at most 1000
    store.layer("near", [(shapely.Point(X + 400, Y + 50), "basic")], geometry="point")
    near = Leaf("within_distance", "near", args={"distance_m": Named("d")})
    assert state(store, near, values=series("d", table)) == "needs_person"
    assert state(store, near, {"height_m": 20.0}, values=series("d", table)) == "clear"
    assert state(store, near, {"height_m": 31.0}, values=series("d", table)) == "affected"


def test_a_table_by_facts_where_none_fits_asks(store: MemoryStore) -> None:
    store.layer("fault", [shapely.LineString([(X + 250, Y), (X + 250, Y + 100)])], geometry="line")
    table = (
        Row({"seismic_intensity": ("8",), "building_class": ("B",)}, Number(200.0)),
        Row({"seismic_intensity": ("8",), "building_class": ("C",)}, Number(100.0)),
    )
    leaf = Leaf("within_distance", "fault", args={"distance_m": Named("d")})
    values = series("d", table)
    assert (
        state(store, leaf, {"seismic_intensity": "8", "building_class": "B"}, values=values)
        == "affected"
    )
    assert (
        state(store, leaf, {"seismic_intensity": "8", "building_class": "C"}, values=values)
        == "clear"
    )
    assert (
        state(store, leaf, {"seismic_intensity": "8", "building_class": "A"}, values=values)
        == "needs_person"
    )
    assert state(store, leaf, {"seismic_intensity": "8"}, values=values) == "needs_person"


def test_when_unknown(store: MemoryStore) -> None:
    store.layer("hit", [SITE])
    store.layer("none", [])
    when = FactTest("land_acquisition", "eq", ("true",))
    overlaps = Leaf("overlaps", "hit")
    assert state(store, overlaps, when=when) == "needs_person"
    assert state(store, Leaf("overlaps", "none"), when=when) == "clear"
    assert state(store, overlaps, {"land_acquisition": False}, when=when) == "not_applicable"
    assert state(store, overlaps, {"land_acquisition": True}, when=when) == "affected"


def test_values_over_time(store: MemoryStore) -> None:
    store.layer("L", [box(130, 0, 200, 100)], currency=date(2000, 1, 1))
    dated = ValueSeries(
        "d",
        "m",
        (
            DatedValue(date(2010, 1, 1), Number(20.0)),
            DatedValue(date(2020, 1, 1), Number(50.0)),
            DatedValue(date(2024, 1, 1), None),
        ),
    )
    one = rule(
        "R", "L", Leaf("within_distance", "L", args={"distance_m": Named("d")}), values={"d": dated}
    )
    expected = {
        date(2009, 12, 31): ("not_assessed", "no_rule_on_file"),
        date(2010, 1, 1): ("clear", None),
        date(2019, 12, 31): ("clear", None),
        date(2020, 1, 1): ("affected", None),
        date(2023, 12, 31): ("affected", None),
        date(2024, 1, 1): ("not_applicable", "repealed"),
    }
    for day, (wanted, reason) in expected.items():
        found = findings(store, [one], SITE, as_of=day)["R"]
        assert found["state"] == wanted, day
        assert (found["reason"] or {}).get("code") == reason  # type: ignore[attr-defined]


def test_only_the_law_of_the_day_is_cited(store: MemoryStore) -> None:
    store.layer("L", [SITE], currency=date(2010, 1, 1))
    old = Basis("旧法", "1", date(2011, 1, 1), date(2019, 12, 31), "in_force", "prohibition")
    new = Basis("新法", "2", date(2020, 1, 1), None, "in_force", "prohibition")
    one = rule("R", "L", Leaf("overlaps", "L"), basis=(old, new))
    for day, title in ((date(2019, 12, 31), "旧法"), (date(2020, 1, 1), "新法")):
        found = findings(store, [one], SITE, as_of=day)["R"]
        assert [b["title"] for b in found["basis"]] == [title]  # type: ignore[attr-defined]
    assert findings(store, [one], SITE, as_of=date(2010, 12, 31))["R"]["state"] == "not_assessed"


def test_findings_of_other_rules(store: MemoryStore) -> None:
    store.layer("L", [SITE])
    base = rule("A", "L", Leaf("overlaps", "L"))
    on = rule("B", "L", Leaf("finding", "L", code="A", states=("affected",)))
    off = rule("C", "L", Leaf("finding", "L", code="A", states=("clear",)))
    found = findings(store, [on, off, base], SITE)
    assert {code: f["state"] for code, f in found.items()} == {
        "A": "affected", "B": "affected", "C": "clear",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("overlap", "first", "certainty"),
    [(0.5, "affected", "within_accuracy"), (10.0, "affected", "certain"),
     (-0.5, "clear", "within_accuracy"), (-10.0, "clear", "certain")],
)  # fmt: skip
def test_a_finding_is_as_certain_as_the_one_it_rests_on(
    store: MemoryStore, overlap: float, first: str, certainty: str
) -> None:
    store.layer("L", [box(100 - overlap, 0, 300, 100)], accuracy=1.0)
    words = ("affected", "clear")
    tests = {code: Leaf("finding", "L", code="A", states=(code,)) for code in words}
    rules = [
        rule("A", "L", Leaf("overlaps", "L")),
        *(rule(code, "L", test) for code, test in tests.items()),
        rule("either", "L", Leaf("finding", "L", code="A", states=words)),
        rule("second", "L", Leaf("finding", "L", code="affected", states=("affected",))),
    ]
    found = findings(store, rules, SITE)
    assert found["A"]["state"] == first
    for code in ("A", *words, "second"):
        assert found[code]["certainty"] == certainty, code
    assert found["either"]["certainty"] == "certain"  # whichever it is, it is one of the two
    marked = "临界（数据精度 ±1 m 内）" in found["second"]["verdict"]["zh"]  # type: ignore[index]
    assert marked == (certainty == "within_accuracy")


def test_a_group_takes_over_the_doubt_of_a_finding(store: MemoryStore) -> None:
    store.layer("L", [box(99.5, 0, 300, 100)], accuracy=1.0)
    store.layer("M", [SITE], accuracy=1.0)
    asked = Leaf("finding", "L", code="A", states=("affected",))
    base = rule("A", "L", Leaf("overlaps", "L"))
    for kind, certainty in (("all", "within_accuracy"), ("any", "certain")):
        group = Group(kind, (Leaf("overlaps", "M"), asked))  # type: ignore[arg-type]
        found = findings(store, [base, rule("G", "M", group)], SITE)["G"]
        assert (found["state"], found["certainty"]) == ("affected", certainty)


@pytest.fixture
def depth(store: MemoryStore, tmp_path: Path) -> MemoryStore:
    data = np.full((10, 20), -9999.0)
    data[:, :10] = 0.0
    data[:, 4:6] = 1.5
    path = tmp_path / "depth.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=10, count=1, dtype="float64",
        crs="EPSG:4548", transform=from_origin(X, Y + 100, 10, 10), nodata=-9999,
    ) as raster:  # fmt: skip
        raster.write(data, 1)
    store.layer("depth", geometry="raster", raster=path)
    return store


def test_a_raster_over_a_share(depth: MemoryStore) -> None:
    def over(share: float, site: shapely.Polygon = SITE) -> dict[str, object]:
        args = {"value": Number(0.5), "share": Number(share)}
        leaf = Leaf("raster_over", "depth", args=args)
        return findings(depth, [rule("R", "depth", leaf)], site)["R"]

    found = over(0.0)
    assert found["state"] == "affected"
    assert found["measures"]["area_m2"] == pytest.approx(2000)  # type: ignore[index]
    assert found["measures"]["share"] == pytest.approx(0.2)  # type: ignore[index]
    assert found["statistics"]["max"] == 1.5  # type: ignore[index]
    assert shapely.geometry.shape(found["pieces"]).equals(box(40, 0, 60, 100))
    assert over(0.2)["state"] == "clear"
    beside = over(0.0, box(70, 0, 130, 100))  # on cells without a value: the publisher's word
    assert beside["state"] == "clear"
    assert beside["statistics"]["nodata_share"] == pytest.approx(0.5)  # type: ignore[index]
    beyond = over(0.0, box(170, 0, 230, 100))
    assert (beyond["state"], beyond["reason"]["code"]) == ("not_assessed", "beyond_raster")  # type: ignore[index]
    assert over(0.0, box(0, 0, 30, 100))["state"] == "clear"


@pytest.mark.parametrize("accuracy", [0.0, 3.0])
def test_a_line_over_a_raster_is_clear_whatever_its_accuracy(
    depth: MemoryStore, accuracy: float
) -> None:
    # a line shrunk or grown by nothing has no ground of its own to look at
    line = shapely.LineString([(X + 10, Y + 50), (X + 90, Y + 50)])
    leaf = Leaf("raster_over", "depth", args={"value": Number(99.0), "share": Number(0.0)})
    site = site_of(line, accuracy=accuracy)
    found = findings(depth, [rule("R", "depth", leaf)], site)["R"]
    assert (found["state"], found["certainty"]) == ("clear", "certain")


def test_raster_classes(depth: MemoryStore) -> None:
    leaf = Leaf(
        "raster_class", "depth", args={"share": Number(0.1)}, classes=ClassChoice(frozenset({"0"}))
    )
    found = findings(depth, [rule("R", "depth", leaf)], SITE)["R"]
    assert found["state"] == "affected"
    assert [(c["code"], c["share"]) for c in found["classes"]] == [("0", 0.8), ("1.5", 0.2)]  # type: ignore[attr-defined]


def test_height_above_a_surface(depth: MemoryStore) -> None:
    leaf = Leaf("height_above", "depth", fact="height_m", base="ground_elevation_m")
    assert state(depth, leaf, {"height_m": 1.0}) == "needs_person"
    assert state(depth, leaf, {"height_m": 1.0, "ground_elevation_m": 2.0}) == "affected"
    assert state(depth, leaf, {"height_m": 0.5, "ground_elevation_m": -0.5}) == "clear"


def test_confidential_layers_say_only_the_state(store: MemoryStore) -> None:
    store.layer("pipe", [box(0, 0, 10, 100)], confidential=True)
    rules = [rule("R", "pipe", Leaf("overlaps", "pipe"))]
    masked, full = run(store, rules, SITE), run(store, rules, SITE, confidential=True)
    finding = masked["findings"][0]  # type: ignore[index]
    shown = {key for key, value in finding.items() if value is not None}
    assert shown == {"code", "title", "state", "severity", "authority"}
    assert finding["state"] == "affected"
    assert full["findings"][0]["measures"]["area_m2"] == pytest.approx(1000)  # type: ignore[index]
    assert masked["digest"] != full["digest"]
    assert "1000" not in str(masked["problems"])
    assert masked["data_basis"][0]["checksum"] is None  # type: ignore[index]


def test_two_lights(store: MemoryStore) -> None:
    store.layer("hit", [SITE])
    store.layer("free", [])
    store.layer("gone", [])
    store.broken.add("gone")
    red = rule("RED", "hit", Leaf("overlaps", "hit"))
    amber = rule("AMB", "hit", Leaf("overlaps", "hit"), severity="condition")
    notice = rule("NOT", "hit", Leaf("overlaps", "hit"), severity="notice")
    clear = rule("CLR", "free", Leaf("overlaps", "free"))
    gone = rule("GON", "gone", Leaf("overlaps", "gone"))
    cases = [
        ([red, gone], (), "red", False),
        ([red, clear], (), "red", True),
        ([amber, gone], (), "grey", False),
        ([amber, gone], ("hit",), "amber", True),
        ([amber, notice, clear], (), "amber", True),
        ([notice, clear], (), "green", True),
        ([gone], (), "grey", False),
    ]
    for rules, required, colour, complete in cases:
        conclusion = run(store, rules, SITE, required=required)["conclusion"]
        assert (conclusion["colour"], conclusion["complete"]) == (colour, complete)  # type: ignore[index]


def test_a_number_hangs_on_the_content(store: MemoryStore) -> None:
    store.layer("L", [SITE])
    rules = [rule("R", "L", Leaf("overlaps", "L"))]
    first, again = (run(store, rules, SITE, issue=True) for _ in range(2))
    other = run(store, rules, box(0, 0, 100, 101), issue=True)
    assert first["number"] == again["number"] != other["number"]
    assert str(first["number"]).startswith("LT-2026-11-20-")
    assert run(store, rules, SITE)["number"] is None


def test_cells_without_a_value_outside_the_coverage_are_not_assessed(
    store: MemoryStore, tmp_path: Path
) -> None:
    path = tmp_path / "part.tif"
    data = np.zeros((10, 10))
    data[:, 5:] = -1
    with rasterio.open(
        path, "w", driver="GTiff", width=10, height=10, count=1, dtype="float64",
        crs="EPSG:4548", transform=from_origin(X, Y + 100, 10, 10), nodata=-1,
    ) as raster:  # fmt: skip
        raster.write(data, 1)
    store.layer("r", geometry="raster", raster=path, coverage=box(0, 0, 50, 100))
    args = {"value": Number(0.5), "share": Number(0.0)}
    leaf = Leaf("raster_over", "r", args=args)
    found = findings(store, [rule("R", "r", leaf)], SITE)["R"]
    assert (found["state"], found["reason"]["code"]) == ("not_assessed", "not_covered")  # type: ignore[index]
    inside = findings(store, [rule("R", "r", leaf)], box(0, 0, 50, 100))["R"]
    assert inside["state"] == "clear"


def test_a_stricter_plot_within_the_accuracy_makes_a_clear_borderline(store: MemoryStore) -> None:
    own = (box(-50, 0, 100, 100), None, {"max_far": 2.0})
    for gap, certainty in ((1.5, "within_accuracy"), (2.5, "certain")):
        beside = (box(100 + gap, 0, 200, 100), None, {"max_far": 1.0})
        agrees = (box(0, -60, 100, -1), None, {"max_far": 3.0})
        store.layer("plan", [own, beside, agrees], edition=f"e{gap}", accuracy=2.0)
        store._editions["plan"] = store._editions["plan"][-1:]
        found = findings(store, [rule("R", "plan", FAR)], SITE, facts={"floor_area_ratio": 1.5})
        assert (found["R"]["state"], found["R"]["certainty"]) == ("clear", certainty)
