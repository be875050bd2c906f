"""Findings made once for all sites say what they would say if made anew on each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from checks import silent
from checks.facts import Project
from checks.rule import ClassChoice, Group, Leaf, Number, Rule, Rulebook, Scenario
from checks.screening import screen
from gis.errors import Text
from gis.site import Site
from tests.support.memory_store import AS_OF, MemoryStore, rule

FAR = box(5000, 5000, 6000, 6000)
HERE = box(0, 0, 1000, 1000)


def store_of_all_sorts() -> MemoryStore:
    store = MemoryStore()
    store.layer("far", [FAR], accuracy=1.0)
    store.layer("part", [FAR], coverage=box(0, 0, 1000, 10_000))
    store.layer("stale", [FAR], currency=date(2001, 1, 1), freshness_days=100)
    store.layer("loose", [FAR], exhaustive=False)
    store.layer("secret", [FAR], confidential=True)
    store.layer("points", [shapely.Point(5500, 5500)], geometry="point")
    store.layer("lost", [FAR], incomplete=True, lost=box(900, 0, 1000, 1000))
    near = [box(x, y, x + 60, y + 60) for x in range(0, 6000, 700) for y in range(0, 6000, 700)]
    store.layer("near", near, accuracy=3.0)
    store.layer("loose_near", near, exhaustive=False)
    lines = [
        (shapely.LineString([(x, 0), (x, 9000)]), None, {"half": 6.0} if x % 2 else {})
        for x in range(0, 6000, 1501)
    ]
    store.layer("wide", lines, geometry="line", exhaustive=False, offset_field="half")
    store.layer("none", [])
    del store._editions["none"]
    return store


STORE = store_of_all_sorts()
LAYERS = tuple(STORE.specs())


def rules() -> list[Rule]:
    found = []
    for key in LAYERS:
        found += [
            rule(f"{key}-1", key, Leaf("overlaps", key)),
            rule(f"{key}-2", key, Leaf("within_distance", key, {"distance_m": Number(300.0)})),
            rule(
                f"{key}-3",
                key,
                Group(
                    "any",
                    (
                        Leaf("share_over", key, {"share": Number(0.2)}),
                        Leaf("area_over", "far", {"area_m2": Number(5.0)}),
                    ),
                ),
            ),
            rule(f"{key}-4", key, Leaf("class_in", key, classes=ClassChoice(frozenset({"a"})))),
            rule(f"{key}-5", key, Leaf("finding", key, code=f"{key}-1", states=("clear",))),
        ]
    return found


BOOK = Rulebook((), {one.code: one for one in rules()}, {}, {}, "0" * 64)
ALL = Scenario("s", Text("全部", "all"), "test", tuple(BOOK.rules))


def told(geometry: BaseGeometry, *, accuracy: float = 0.0, as_of: date = AS_OF) -> bytes:
    site = Site("x", geometry, crs=STORE.crs, source_crs=STORE.crs, accuracy_m=accuracy)
    nobody = Project(code=None, name=None, facts={})
    report = screen(site, project=nobody, scenario=ALL, rulebook=BOOK, store=STORE, as_of=as_of)
    return report.to_json()


def shapes() -> st.SearchStrategy[BaseGeometry]:
    corner, width = st.integers(0, 6000), st.integers(5, 900)
    one = st.builds(lambda x, y, w: box(x, y, x + w, y + w / 2), corner, corner, width)
    two = st.builds(lambda a, x: shapely.MultiPolygon([a, box(x, 9000, x + 5, 9005)]), one, corner)
    line = st.builds(
        lambda x, y, w: shapely.LineString([(x, y), (x + w, y)]), corner, corner, width
    )
    return st.one_of(one, two, line)


@settings(max_examples=120, deadline=None)
@given(shapes(), st.sampled_from([0.0, 2.0, 80.0]), st.sampled_from([AS_OF, date(2026, 1, 15)]))
def test_kept_findings_are_those_made_anew(
    geometry: BaseGeometry, accuracy: float, as_of: date
) -> None:
    kept = told(geometry, accuracy=accuracy, as_of=as_of)
    silent._HELD.clear()
    assert told(geometry, accuracy=accuracy, as_of=as_of) == kept


def states(document: bytes) -> dict[str, str]:
    return {item["code"]: item["state"] for item in json.loads(document)["findings"]}


def test_the_second_site_is_told_by_what_the_first_left() -> None:
    silent._HELD.clear()
    quiet, near, gap = box(450, 450, 550, 550), box(4990, 5000, 5010, 5010), box(2000, 0, 2100, 99)
    first = states(told(quiet))
    made = len(silent._HELD)
    assert made > len(LAYERS)
    assert states(told(box(400, 420, 520, 540))) == first
    assert len(silent._HELD) == made, "nothing new was to be made"
    assert (first["far-1"], first["stale-1"], first["none-1"]) == (
        "clear", "not_assessed", "not_assessed",
    )  # fmt: skip
    assert (states(told(near))["far-1"], states(told(near))["part-1"]) == (
        "affected", "affected",
    )  # fmt: skip
    assert (states(told(gap))["far-1"], states(told(gap))["part-1"]) == ("clear", "not_assessed")


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silent, "MOST_HELD", 5)
    silent._HELD.clear()
    told(box(450, 450, 550, 550))
    assert 0 < len(silent._HELD) <= 5


def remainder(document: bytes, code: str) -> Sequence[Any]:
    (found,) = (item for item in json.loads(document)["findings"] if item["code"] == code)
    coordinates: Sequence[Any] = found["remainder"]["coordinates"]
    return coordinates


def test_each_site_is_its_own_rest() -> None:
    for corner in (400.0, 500.0):
        shape = box(corner, corner, corner + 50, corner + 50)
        ((ring,),) = remainder(told(shape), "far-1")
        assert shapely.equals(shapely.Polygon(ring), shape)
