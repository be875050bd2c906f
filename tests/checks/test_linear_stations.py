"""A linear site's report: length by class and stations of what it meets, by figures of hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from jsonschema import Draft202012Validator

from checks.report.html import render_html
from checks.report.numbers import station
from checks.report.schema import report_schema
from checks.rule import FactTest, Leaf, Number
from tests.support.memory_store import MemoryStore, rule, run

X, Y = 600_000.0, 2_700_000.0


def at(shape: shapely.Geometry) -> Any:
    return shapely.transform(shape, lambda xy: xy + np.array([X, Y]))


@pytest.fixture
def report() -> dict[str, Any]:
    """A road of 1 400 m: east for 1 000 m, then north; fields, a rail line, a tree."""
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    fields = [
        (at(shapely.box(215.3, -50, 245.3, 50)), "paddy", {"name": "东田"}),
        (at(shapely.box(900, -50, 1100, 250)), "dry", {}),
    ]
    store.layer("fields", fields)
    store.layer("rail", [at(shapely.LineString([(500, -400), (500, 400)]))], geometry="line")
    store.layer("tree", [at(shapely.Point(700, 8))], geometry="point")
    rules = [
        rule("F", "fields", Leaf("overlaps", "fields")),
        rule("R", "rail", Leaf("within_distance", "rail", {"distance_m": Number(10.0)})),
        rule("T", "tree", Leaf("within_distance", "tree", {"distance_m": Number(10.0)})),
    ]
    return run(store, rules, at(shapely.LineString([(0, 0), (1000, 0), (1000, 400)])))


def test_lengths_and_stations(report: dict[str, Any]) -> None:
    assert list(Draft202012Validator(report_schema()).iter_errors(report)) == []
    found = {finding["code"]: finding for finding in report["findings"]}
    assert report["site"]["length_m"] == 1400.0
    assert {c["code"]: c["length_m"] for c in found["F"]["classes"]} == {
        "paddy": pytest.approx(30.0), "dry": pytest.approx(350.0)
    }  # fmt: skip
    assert found["F"]["measures"]["length_m"] == pytest.approx(380.0)
    assert found["F"]["measures"]["share"] == pytest.approx(380 / 1400)
    stations = {
        code: [one for hit in finding["features"] for one in hit["stations"]]
        for code, finding in found.items()
    }
    assert stations == {
        "F": [
            {"part": 1, "from_m": 215.3, "to_m": 245.3},
            {"part": 1, "from_m": 900.0, "to_m": 1250.0},
        ],
        "R": [{"part": 1, "from_m": 500.0, "to_m": 500.0}],
        "T": [{"part": 1, "from_m": 700.0, "to_m": 700.0}],
    }
    assert found["R"]["measures"]["distance_m"] == 0.0
    assert found["T"]["measures"]["distance_m"] == 8.0


def test_crossings_in_the_order_of_their_stations() -> None:
    """A rail line that no rule applies to is listed; the tree beside the road is not."""
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    rail = [(at(shapely.LineString([(500, -400), (500, 400)])), "main", {"name": "东线"})]
    store.layer("rail", rail, geometry="line")
    store.layer("river", [at(shapely.box(120.5, -90, 180, 90))])
    store.layer("pipe", [at(shapely.LineString([(20, -9), (40, 9)]))], geometry="line")
    store.layer("tree", [at(shapely.Point(700, 8))], geometry="point")
    store.layer("secret", [at(shapely.box(0, -9, 9, 9))], confidential=True)
    store.layer("empty", [], coverage=shapely.Polygon())
    store.layer("tiles", [at(shapely.box(-500, -500, 1500, 500))], tiles=True)
    never = FactTest("linear", "eq", ("false",))
    rules = [
        rule(key.upper(), key, Leaf("overlaps", key), when=never)
        for key in ("rail", "river", "pipe", "tree", "secret", "empty", "tiles")
    ]
    line = at(shapely.LineString([(0, 0), (1000, 0)]))
    report: Any = run(store, rules, line, facts={"linear": True})
    assert {f["state"] for f in report["findings"]} == {"not_applicable"}
    told = [
        (one["layer"], one["name"], one["length_m"], one["stations"][0]["from_m"])
        for one in report["site"]["crossings"]
    ]
    assert told == [
        ("pipe", None, 0.0, 30.0), ("river", None, 59.5, 120.5), ("rail", "东线", 0.0, 500.0)
    ]  # fmt: skip
    assert list(Draft202012Validator(report_schema()).iter_errors(report)) == []
    page = render_html(report).decode()
    assert "穿越、跨越一览" in page
    assert "K0+120.5～K0+180.0" in page
    shown: Any = run(store, rules, line, facts={"linear": True}, confidential=True)
    assert shown["site"]["crossings"][0]["layer"] == "secret"


def test_the_page_writes_stations_as_engineers_do(report: dict[str, Any]) -> None:
    page = render_html(report).decode()
    assert "桩号 K0+215.3～K0+245.3" in page
    assert "桩号 K0+900.0～K1+250.0" in page
    assert "桩号 K0+500.0" in page
    assert "stations K0+900.0 to K1+250.0" in render_html(report, language="en").decode()


def test_an_area_has_no_stations() -> None:
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    store.layer("fields", [at(shapely.box(0, 0, 50, 50))])
    report: Any = run(
        store, [rule("F", "fields", Leaf("overlaps", "fields"))], at(shapely.box(0, 0, 100, 100))
    )
    assert [hit["stations"] for hit in report["findings"][0]["features"]] == [None]
    assert report["site"]["crossings"] is None
    assert "桩号" not in render_html(report).decode()


@pytest.mark.parametrize(
    ("metres", "written"),
    [
        (0.0, "K0+000.0"),
        (215.3, "K0+215.3"),
        (999.96, "K1+000.0"),
        (1005.25, "K1+005.3"),
        (12345.04, "K12+345.0"),
    ],
)
def test_a_station(metres: float, written: str) -> None:
    assert station(metres) == written
