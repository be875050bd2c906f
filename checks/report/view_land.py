"""The area table for land approval, as section 5 shows it: m² to two decimals, rows add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.report.both_ways import adding_up_both_ways
from checks.report.numbers import NONE, adding_up, fixed
from checks.report.texts import Words
from checks.report.view_table import Table
from checks.report.view_values import brief
from gis.errors import Text
from gis.measures import balanced

Json = Mapping[str, Any]

COLUMNS = (
    "total_m2",
    "agricultural_m2",
    "cultivated_m2",
    "permanent_farmland_m2",
    "construction_m2",
    "unused_m2",
    "unclassified_m2",
)

_CLASSES = ("agricultural_m2", "construction_m2", "unused_m2", "unclassified_m2")
"""What a row of the table is made of."""

_HEADS: Mapping[str, Text] = {
    "total_m2": Text("合计", "Total"),
    "agricultural_m2": Text("农用地", "Agricultural"),
    "cultivated_m2": Text("其中耕地", "of it cultivated"),
    "permanent_farmland_m2": Text("其中永久基本农田", "of it permanent farmland"),
    "construction_m2": Text("建设用地", "Construction"),
    "unused_m2": Text("未利用地", "Unused"),
    "unclassified_m2": Text("未归类", "Not classified"),
}
_W: Mapping[str, Text] = {
    "land": Text("用地审批地类面积表", "Areas by main class for land approval"),
    "ownership": Text("权属性质", "Ownership"),
    "sum": Text("合计", "Sum"),
    "land_method": Text(
        "按国土调查地类归并为三大类，耕地已扣除田坎；各行相加等于合计。",
        "By the main classes of the survey; ridges are taken out of cultivated land; rows add "
        "up to the sum.",
    ),
    "land_deducted": Text(
        "按扣除系数扣除的田坎 {x} m²，计入农用地。",
        "Ridges taken out: {x} m², counted as agricultural.",
    ),
    "land_unmapped": Text(
        "没有现状图斑的部分 {x} m²，未计入。", "Without a patch: {x} m², not counted."
    ),
    "land_overlapping": Text(
        "图斑相互重叠 {x} m²，只计入一次。", "Patches overlap by {x} m², counted once."
    ),
    "land_amount_deducted": Text(
        "按扣除系数扣除的田坎（计入农用地）", "Ridges taken out (counted as agricultural)"
    ),
    "land_amount_unmapped": Text("没有现状图斑的部分（未计入）", "Without a patch (not counted)"),
    "land_amount_overlapping": Text(
        "图斑相互重叠（只计入一次）", "Overlaps of patches (counted once)"
    ),
    "land_disputed": Text(
        "归类有不同说法的地类：{x}，请核实。",
        "Codes whose main class is disputed: {x}; to be verified.",
    ),
    "land_no_farmland": Text(
        "永久基本农田未检测或数据不足，该列不填。",
        "Permanent farmland was not assessed: that column is empty.",
    ),
}
_OWNERSHIP: Mapping[str, Text] = {
    "state": Text("国有", "State"),
    "collective": Text("集体", "Collective"),
    "unknown": Text("权属性质不明", "Ownership unknown"),
}


def land_title(words: Words) -> str:
    """Return the title of the table."""
    return words.of(_W, "land")


def sum_word(words: Words) -> str:
    """Return the name of the row that adds up the others."""
    return words.of(_W, "sum")


def land_heads(words: Words) -> list[str]:
    """Return the heads of the table: ownership, owner, then the areas with their unit."""
    areas = [words.of(_HEADS, key) + words.paren("m²") for key in COLUMNS]
    return [words.of(_W, "ownership"), words("owner"), *areas]


def ownership_word(row: Json, words: Words) -> str:
    """Return 国有, 集体 or that it is not known."""
    return words.of(_OWNERSHIP, row["ownership"])


def land_tables(report: Json, words: Words) -> list[Table]:
    """Return the area table, or none where the check made none."""
    land = report["site"].get("land_table")
    if land is None:
        return []
    if land["reason"]:
        return [Table(land_title(words), land_heads(words), [], 0, words.pick(land["reason"]))]
    rows = land["rows"]
    columns = _columns(rows)
    body = [
        [ownership_word(row, words), brief(row["owner"] or NONE), *cells]
        for row, *cells in zip(rows, *(columns[key][:-1] for key in COLUMNS), strict=True)
    ]
    if body:
        body.append([sum_word(words), "", *(columns[key][-1] for key in COLUMNS)])
    return [Table(land_title(words), land_heads(words), body, 0, land_notes(land, words))]


def _columns(rows: list[Json]) -> dict[str, list[str]]:
    """Return the printed cells by column, the sum last: the classes add up to the total.

    They do so along every row and down every column. What is “of it” never exceeds what it is of.
    """
    cells = adding_up_both_ways([[row[key] for key in _CLASSES] for row in rows])
    columns = {
        key: _printed([row[key] for row in rows], [line[at] for line in cells])
        for at, key in enumerate(_CLASSES)
    }
    totals = [round(sum(line), 2) for line in cells]
    columns["total_m2"] = _printed([row["total_m2"] for row in rows], totals)
    most = [line[_CLASSES.index("agricultural_m2")] for line in cells]
    cultivated = [row["cultivated_m2"] for row in rows]
    columns["cultivated_m2"] = _printed(cultivated, _within(cultivated, most))
    farmland = [row["permanent_farmland_m2"] for row in rows]
    if any(area is None for area in farmland):
        columns["permanent_farmland_m2"] = [*(fixed(area) for area in farmland), NONE]
    else:
        total = round(sum(farmland), 6)
        columns["permanent_farmland_m2"] = [*adding_up(farmland, total)[0], fixed(total)]
    return columns


def _printed(areas: list[float], shown: list[float]) -> list[str]:
    """Print rounded areas and their sum; what is not zero never looks zero."""
    whole = [(sum(areas), round(sum(shown), 2)), *zip(areas, shown, strict=True)]
    total, *cells = ["<0.01" if area > 0 and value == 0 else fixed(value) for area, value in whole]
    return [*cells, total]


def _within(areas: list[float], most: list[float]) -> list[float]:
    """Round areas to add up to their rounded sum, none beyond its limit."""
    shown = balanced(areas, sum(areas), 2)
    return [min(area, limit) for area, limit in zip(shown, most, strict=True)]


def land_amounts(land: Json, words: Words) -> list[tuple[str, float]]:
    """Return what stands beside the table, in m²: ridges, ground without a patch, overlaps."""
    return [(words.of(_W, f"land_amount_{key}"), area) for key, area in _beside(land)]


def _beside(land: Json) -> list[tuple[str, float]]:
    amounts = ((key, land[f"{key}_m2"]) for key in ("deducted", "unmapped", "overlapping"))
    return [(key, area) for key, area in amounts if area]


def land_notes(land: Json, words: Words) -> str:
    """Return what must be known to read the table."""
    told = [words.of(_W, "land_method")]
    told += [words.of(_W, f"land_{key}").format(x=fixed(area)) for key, area in _beside(land)]
    if land["disputed"]:
        told.append(words.of(_W, "land_disputed").format(x=words("and").join(land["disputed"])))
    if any(row["permanent_farmland_m2"] is None for row in land["rows"]):
        told.append(words.of(_W, "land_no_farmland"))
    return " ".join(told)
