"""The area table for land approval: figures by hand, parts add up, nothing is counted twice."""

import json
from decimal import Decimal
from functools import partial

import jsonschema
import pytest
import shapely

from checks.report.schema import report_schema
from checks.report.texts import Words
from checks.report.view_land import land_tables
from checks.rule import Leaf
from layers.catalog import ClassField
from tests.support.memory_store import MemoryStore, rule, run

LAND, FARM = "present.land_use", "control.permanent_farmland"
box = shapely.box
SITE = box(0, 0, 100, 100)
STATE = {"ownership": "20", "QSDWMC": "甲国有林场"}
VILLAGE = {"ownership": "30", "QSDWMC": "乙村集体"}


def patch(bounds, code, fields, **more):
    return box(*bounds), code, {**fields, **more}


def world(patches, farmland=None, *, codes=True, **more):
    store = MemoryStore()
    field = ClassField(name="DLBM", system="DLBM") if codes else ClassField(name="DLBM")
    store.layer(LAND, patches, class_field=field, exhaustive=True, tiles=True, **more)
    if farmland is not None:
        store.layer(FARM, farmland, exhaustive=True)
    return store


def table(store, site=SITE, **more):
    layers = [key for key in (LAND, FARM) if key in store.specs()]
    rules = [rule(f"R-{key}", key, Leaf("overlaps", key, {})) for key in layers]
    report = run(store, rules, site, **more)
    jsonschema.validate(report, report_schema())
    return report["site"]["land_table"]


PATCHES = [
    patch((0, 0, 60, 50), "0101", VILLAGE, deduction_share=0.1),  # 3000: 300 ridge, 2700 paddy
    patch((60, 0, 100, 50), "0301", STATE),  # 2000 forest
    patch((0, 50, 50, 100), "0702", VILLAGE),  # 2500 homesteads
    patch((50, 50, 80, 100), "1101", STATE),  # 1500 river
    patch((80, 50, 100, 90), "1208", VILLAGE),  # 800 that no source groups
]  # fmt: skip


def test_figures_by_hand():
    land = table(world(PATCHES, [box(0, 0, 30, 50)]))
    state, village = land["rows"]
    assert (state["ownership"], state["owner"]) == ("state", "甲国有林场")
    assert state == state | {
        "total_m2": 3500.0, "agricultural_m2": 2000.0, "cultivated_m2": 0.0,
        "permanent_farmland_m2": 0.0, "construction_m2": 0.0, "unused_m2": 1500.0,
        "unclassified_m2": 0.0,
    }  # fmt: skip
    assert village == village | {
        "ownership": "collective", "owner": "乙村集体", "total_m2": 6300.0,
        "agricultural_m2": 3000.0, "cultivated_m2": 2700.0, "permanent_farmland_m2": 1350.0,
        "construction_m2": 2500.0, "unused_m2": 0.0, "unclassified_m2": 800.0,
    }  # fmt: skip
    assert (land["unmapped_m2"], land["overlapping_m2"], land["deducted_m2"]) == (200.0, 0, 300.0)


def test_overlapping_patches_count_once_for_the_first():
    land = table(world([PATCHES[0], patch((30, 0, 100, 100), "0702", STATE)], []))
    assert land["overlapping_m2"] == 1500.0
    assert sum(row["total_m2"] for row in land["rows"]) + land["unmapped_m2"] == 10_000.0
    assert [row["construction_m2"] for row in land["rows"]] == [5500.0, 0.0]


@pytest.mark.parametrize(
    ("share", "cultivated"),
    [(None, 3000.0), ("", 3000.0), ("abc", 3000.0), (8.5, 3000.0), (-0.1, 3000.0), (1, 3000.0),
     ("0.2", 2400.0), (0.1667, 2499.9)],
)  # fmt: skip
def test_only_a_share_between_0_and_1_is_deducted(share, cultivated):
    land = table(world([patch((0, 0, 60, 50), "0101", VILLAGE, deduction_share=share)]))
    assert land["rows"][0]["cultivated_m2"] == pytest.approx(cultivated)
    assert land["rows"][0]["agricultural_m2"] == 3000.0


@pytest.mark.parametrize(
    ("value", "ownership"),
    [("10", "state"), ("20", "state"), ("21", "state"), ("国有", "state"), ("30", "collective"),
     ("34", "collective"), ("40", "collective"), ("集体土地所有权", "collective"),
     (None, "unknown"), ("", "unknown"), ("99", "unknown")],
)  # fmt: skip
def test_ownership(value, ownership):
    land = table(world([patch((0, 0, 9, 9), "0101", {"ownership": value})]))
    assert land["rows"][0]["ownership"] == ownership
    assert land["rows"][0]["owner"] is None


def test_disputed_codes_are_named():
    land = table(world([patch((0, 0, 9, 9), "0404", VILLAGE)]))
    assert land["disputed"] == ["0404"]


def test_farmland_that_was_not_assessed_is_null_not_zero():
    assert table(world(PATCHES))["rows"][0]["permanent_farmland_m2"] is None
    gap = world(PATCHES)
    gap.layer(FARM, [], exhaustive=True, coverage=box(0, 0, 50, 100))
    assert table(gap)["rows"][0]["permanent_farmland_m2"] is None


def test_a_broken_layer_gives_its_reason():
    store = world(PATCHES)
    store.broken.add(LAND)
    land = table(store)
    assert (land["rows"], land["reason"]["code"]) == ([], "layer_unreadable")
    assert table(world(PATCHES, codes=False))["reason"]["code"] == "no_survey_codes"


def test_lines_unasked_and_confidential_layers_have_no_table():
    assert table(world(PATCHES), shapely.LineString([(0, 0), (9, 9)])) is None
    store = MemoryStore()
    store.layer("x", [])
    assert table_of_other(store) is None
    secret = world(PATCHES, confidential=True)
    assert table(secret) is None
    assert table(secret, confidential=True)["rows"]


def table_of_other(store):
    return run(store, [rule("R-1", "x", Leaf("overlaps", "x", {}))], SITE)["site"]["land_table"]


def test_printed_cells_add_up_to_the_printed_sum():
    thirds = [
        patch((i * 100 / 3, 0, (i + 1) * 100 / 3, 0.5), "0101", {"QSDWMC": str(i)})
        for i in range(3)
    ]
    store = world(thirds, [])
    report = run(store, [rule("R-1", LAND, Leaf("overlaps", LAND, {}))], SITE)
    (printed,) = land_tables(report, Words("zh"))
    *body, total = printed.rows
    assert round(sum(float(row[2]) for row in body), 2) == float(total[2]) == 50.0
    assert json.dumps(report["site"]["land_table"], ensure_ascii=False) == json.dumps(
        partial(run, store, [rule("R-1", LAND, Leaf("overlaps", LAND, {}))], SITE)()["site"][
            "land_table"
        ],
        ensure_ascii=False,
    )


def printed_of(rows):
    """The printed table of areas by owner: (agricultural, cultivated, construction, unused)."""
    told = [
        {
            "ownership": "collective", "owner": f"村{number}", "agricultural_m2": agricultural,
            "cultivated_m2": cultivated, "permanent_farmland_m2": 0.0, "unclassified_m2": 0.0,
            "construction_m2": construction, "unused_m2": unused,
            "total_m2": round(agricultural + construction + unused, 6),
        }
        for number, (agricultural, cultivated, construction, unused) in enumerate(rows)
    ]  # fmt: skip
    nothing = {"unmapped_m2": 0.0, "overlapping_m2": 0.0, "deducted_m2": 0.0, "disputed": []}
    land = {"rows": told, "reason": None, **nothing}
    (table,) = land_tables({"site": {"land_table": land}}, Words("zh"))
    return [[Decimal(0 if text == "<0.01" else text) for text in row[2:]] for row in table.rows]


def test_printed_classes_add_up_along_each_row_too():
    # as measured on real land: one class a row; columns rounded alone said 1830.10 of 1830.09
    lines = printed_of(
        [(0.0, 0.0, 0.0, 1830.095), (9999.745, 9999.745, 0.0, 0.0), (5000.0, 1.0, 8792.345, 0.005)]
    )
    for total, agricultural, cultivated, _, construction, unused, other in lines:
        assert total == agricultural + construction + unused + other
        assert cultivated <= agricultural
    *body, total = lines
    assert total == [sum(column) for column in zip(*body, strict=True)]
    assert total[0] == Decimal("25622.19")
