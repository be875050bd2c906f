"""Which features count, what an unset value asks, and what one unit's list does to a site."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from checks.held_editions import FEW_FEATURES
from checks.rule import (
    Basis,
    ClassChoice,
    DatedValue,
    FactTest,
    Group,
    Leaf,
    Named,
    Number,
    Row,
    ValueSeries,
    Where,
    Word,
)
from layers.catalog import ClassField
from layers.editions import Edition
from layers.store import Box, Features
from tests.support.memory_store import MemoryStore, findings, rule, run, series

SITE = shapely.box(0, 0, 100, 100)
OPEN = {"limit": ValueSeries("limit", "1", (DatedValue(date(2000, 1, 1), None, unset=True),))}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(area=shapely.box(-5000, -5000, 5000, 5000))


def one(store: MemoryStore, layer: str, test: Leaf | Group, **more: object) -> dict[str, object]:
    facts, day = more.pop("facts", None), more.pop("as_of", date(2026, 11, 20))
    return findings(store, [rule("R", layer, test, **more)], SITE, facts=facts, as_of=day)["R"]  # type: ignore[arg-type]


# --- a value that the office has not set ----


@pytest.mark.parametrize("kind", ["share_over", "area_over", "class_in", "count_over"])
def test_an_unset_limit_is_a_question_only_where_something_lies(
    store: MemoryStore, kind: str
) -> None:
    name = {"share_over": "share", "area_over": "area_m2", "class_in": "share"}.get(kind, "count")
    leaf = Leaf(kind, "z", {name: Named("limit")}, classes=ClassChoice(frozenset({"a"})))  # type: ignore[arg-type]
    store.layer("z", [(shapely.box(0, 0, 10, 100), "a"), (shapely.box(20, 0, 30, 100), "b")])
    asked = one(store, "z", leaf, values=OPEN)
    assert asked["state"] == "needs_person"
    assert "取值 limit" in asked["question"]["zh"]  # type: ignore[index]
    store.layer("y", [(shapely.box(20, 0, 30, 100), "b")])
    away = Leaf(kind, "y", leaf.args, classes=leaf.classes)  # type: ignore[arg-type]
    assert one(store, "y", away, values=OPEN)["state"] == "clear"
    store.layer("x", [], coverage=shapely.box(0, 0, 50, 100))
    bare = Leaf(kind, "x", leaf.args, classes=leaf.classes)  # type: ignore[arg-type]
    assert one(store, "x", bare, values=OPEN)["state"] == "not_assessed"


def test_an_unset_share_outside(store: MemoryStore) -> None:
    leaf = Leaf("outside", "z", {"share": Named("limit")})
    store.layer("z", [shapely.box(-10, -10, 90, 110)])
    assert one(store, "z", leaf, values=OPEN)["state"] == "needs_person"
    assert one(store, "z", leaf, values=series("limit", Number(0.0), "1"))["state"] == "affected"
    assert one(store, "z", leaf, values=series("limit", Number(0.1), "1"))["state"] == "clear"
    assert one(store, "z", leaf, values=series("limit", Number(0.09), "1"))["state"] == "affected"
    store.layer("w", [shapely.box(-10, -10, 110, 110)])
    inside = Leaf("outside", "w", {"share": Named("limit")})
    assert one(store, "w", inside, values=OPEN)["state"] == "clear"


def test_an_unset_distance_names_itself(store: MemoryStore) -> None:
    store.layer("z", [shapely.box(500, 0, 510, 10)])
    found = one(
        store, "z", Leaf("within_distance", "z", {"distance_m": Named("limit")}), values=OPEN
    )
    assert found["state"] == "needs_person"
    assert "取值 limit" in found["question"]["zh"]  # type: ignore[index]
    assert found["measures"]["distance_m"] == pytest.approx(400)  # type: ignore[index]


def test_an_unset_distance_does_not_read_the_whole_layer(store: MemoryStore) -> None:
    widths: list[float] = []

    class Watched(MemoryStore):
        def read(self, edition: Edition, box: Box) -> Features:
            widths.append(box[2] - box[0])
            return super().read(edition, box)

    watched = Watched(area=store.area)
    far = [shapely.box(x, 5000, x + 1, 5001) for x in range(FEW_FEATURES)]
    watched.layer("z", [shapely.box(150, 0, 160, 10), *far])  # too many to be held in memory
    one(watched, "z", Leaf("within_distance", "z", {"distance_m": Named("limit")}), values=OPEN)
    assert max(widths) < 400


# --- which features count ----

ZONES = {
    "zones": ValueSeries(
        "zones",
        None,
        (
            DatedValue(date(2017, 1, 1), None, (Row({"class": ("old",)}, Number(1.0)),)),
            DatedValue(
                date(2026, 3, 15),
                None,
                (Row({"class": ("new",)}, Number(1.0)), Row({"class": ("edge",)}, Number(0.0))),
            ),
        ),
    )
}


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("old", date(2026, 3, 14), "affected"),
        ("new", date(2026, 3, 14), "needs_person"),
        ("new", date(2026, 3, 15), "affected"),
        ("edge", date(2026, 3, 15), "clear"),
        ("old", date(2026, 3, 15), "needs_person"),
        (None, date(2026, 3, 15), "needs_person"),
    ],
)
def test_the_zones_of_the_day_count(
    store: MemoryStore, code: str | None, day: date, expected: str
) -> None:
    store.layer("z", [(shapely.box(0, 0, 10, 100), code)], currency=date(2016, 1, 1))
    leaf = Leaf("overlaps", "z", where=Where("class", "zones"))
    assert one(store, "z", leaf, values=ZONES, as_of=day)["state"] == expected


def test_only_collective_land_counts(store: MemoryStore) -> None:
    store.layer(
        "z",
        [
            (shapely.box(0, 0, 60, 100), "a", {"owner": "集体"}),
            (shapely.box(60, 0, 100, 100), "a", {"owner": "国有"}),
        ],
    )
    rows = (Row({"class": ("集体",)}, Number(1.0)), Row({"class": ("国有",)}, Number(0.0)))
    values = series("mine", rows, "1")

    def state(limit: float) -> object:
        leaf = Leaf("area_over", "z", {"area_m2": Number(limit)}, where=Where("owner", "mine"))
        return one(store, "z", leaf, values=values)["state"]

    assert state(5999.9) == "affected"
    assert state(6000.0) == "clear"


def test_ownership_that_nobody_stated_is_a_question_only_above_the_limit(
    store: MemoryStore,
) -> None:
    store.layer("z", [(shapely.box(0, 0, 60, 100), "a", {})])
    values = series("mine", (Row({"class": ("集体",)}, Number(1.0)),), "1")
    for limit, expected in ((5000.0, "needs_person"), (6000.0, "clear")):
        leaf = Leaf("area_over", "z", {"area_m2": Number(limit)}, where=Where("owner", "mine"))
        assert one(store, "z", leaf, values=values)["state"] == expected


def test_a_projects_own_red_line_is_left_out(store: MemoryStore) -> None:
    store.layer("z", [(shapely.box(0, 0, 60, 100), None, {"project_code": "P-1"})])
    leaf = Leaf("overlaps", "z", where=Where("project_code", not_fact="code"))
    assert one(store, "z", leaf, facts={"code": "P-1"})["state"] == "clear"
    assert one(store, "z", leaf, facts={"code": "P-2"})["state"] == "affected"
    assert one(store, "z", leaf)["state"] == "affected"


def test_a_feature_without_the_mark_is_not_marked(store: MemoryStore) -> None:
    leaf = Leaf("overlaps", "z", where=Where("status", marked=("drafting",)))
    for fields, expected in (
        ({"status": "drafting"}, "affected"), ({"status": "approved"}, "clear"), ({}, "clear"),
    ):  # fmt: skip
        other = MemoryStore(area=store.area)
        other.layer("z", [(shapely.box(0, 0, 60, 100), None, fields)])
        assert one(other, "z", leaf)["state"] == expected


# --- lists of several units ----

LISTED = Group("not", (Leaf("fact_not_in_attribute", "u", fact="industry", attribute="listed"),))


def test_one_unit_that_lists_the_industry_is_enough(store: MemoryStore) -> None:
    store.layer(
        "u",
        [
            (shapely.box(-10, -10, 50, 110), None, {"listed": "C26"}),
            (shapely.box(50, -10, 110, 110), None, {"listed": ""}),
        ],
    )
    found = one(store, "u", LISTED, facts={"industry": "C2614"})
    assert found["state"] == "affected"
    assert found["measures"]["area_m2"] == pytest.approx(5000)  # type: ignore[index]
    assert one(store, "u", LISTED, facts={"industry": "C39"})["state"] == "clear"
    assert one(store, "u", LISTED)["state"] == "needs_person"
    assert one(store, "u", LISTED.items[0], facts={"industry": "C2614"})["state"] == "affected"


def test_without_any_unit_no_list_holds_the_industry(store: MemoryStore) -> None:
    store.layer("u", [])
    assert one(store, "u", LISTED, facts={"industry": "C26"})["state"] == "clear"


# --- uses ----


def test_compatible_by_the_table_is_said_so(store: MemoryStore) -> None:
    store.layer("plan", [(shapely.box(-10, -10, 200, 200), "0701")])
    table = (
        Row({"class": ("0701",), "land_use_code": ("0702",)}, Word("compatible")),
        Row({"class": ("0701",), "land_use_code": ("1101",)}, Word("conditional")),
    )
    leaf = Leaf("class_compatible", "plan", fact="land_use_code", table="t")
    more: dict[str, object] = {"values": series("t", table), "verdict_family": "conform"}

    def said(code: str) -> tuple[object, object]:
        found = one(store, "plan", leaf, facts={"land_use_code": code}, **more)
        return found["state"], found["verdict"]["zh"]  # type: ignore[index]

    assert said("0701") == ("clear", "符合")
    assert said("0702") == ("clear", "兼容")
    state, verdict = said("1101")
    assert state == "needs_person"
    assert "有条件兼容" in str(verdict)


def test_equal_codes_of_two_systems_are_no_agreement(store: MemoryStore) -> None:
    leaf = Leaf("class_compatible", "use", fact="land_use_code", table="t")
    rows = (Row({"class": ("9999",)}, Word("compatible")),)
    for system, expected in (("YDYHFLDM", "clear"), (None, "clear"), ("DLBM", "needs_person")):
        other = MemoryStore(area=store.area)
        field = ClassField(name="c", system=system)
        other.layer("use", [(shapely.box(-10, -10, 200, 200), "0601")], class_field=field)
        found = one(other, "use", leaf, values=series("t", rows), facts={"land_use_code": "0601"})
        assert found["state"] == expected


# --- law that asked less ----


def test_the_older_law_may_ask_less(store: MemoryStore) -> None:
    store.layer("z", [shapely.box(0, 0, 10, 100)], currency=date(2016, 1, 1))
    older = Basis("旧法", "1", date(2017, 1, 1), date(2025, 2, 28), "in_force", "approval",
                  FactTest("major", "eq", ("true",)))  # fmt: skip
    newer = Basis("新法", "2", date(2025, 3, 1), None, "in_force", "approval")

    def state(day: date, facts: dict[str, object]) -> object:
        return one(store, "z", Leaf("overlaps", "z"), basis=(newer, older), as_of=day, facts=facts)[
            "state"
        ]

    before, after = date(2025, 2, 28), date(2025, 3, 1)
    assert state(before, {"major": True}) == "affected"
    assert state(before, {"major": False}) == "not_applicable"
    assert state(before, {}) == "needs_person"
    assert state(after, {"major": False}) == "affected"


# --- completeness ----


def test_a_rule_open_through_another_layer_leaves_the_check_complete(store: MemoryStore) -> None:
    store.layer("needed", [])
    store.layer("other", [], coverage=shapely.box(0, 0, 1, 1))
    both = Group("any", (Leaf("overlaps", "needed"), Leaf("overlaps", "other")))
    rules = [rule("R", "needed", both)]
    assert run(store, rules, SITE, required=("needed",))["conclusion"]["complete"] is True  # type: ignore[index]
    assert run(store, rules, SITE, required=("other",))["conclusion"]["complete"] is False  # type: ignore[index]
    assert run(store, rules, SITE)["conclusion"]["complete"] is False  # type: ignore[index]
