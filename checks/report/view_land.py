"""The area table for land approval, as section 5 shows it: m² to two decimals, rows add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.report.numbers import NONE, adding_up, fixed
from checks.report.texts import Words
from checks.report.view_table import Table
from checks.report.view_values import brief
from gis.errors import Text

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
    columns = [_column(rows, key) for key in COLUMNS]
    body = [
        [ownership_word(row, words), brief(row["owner"] or NONE), *cells]
        for row, *cells in zip(rows, *(shown for shown, _ in columns), strict=True)
    ]
    if body:
        body.append([words.of(_W, "sum"), "", *(total for _, total in columns)])
    return [Table(land_title(words), land_heads(words), body, 0, land_notes(land, words))]


def _column(rows: list[Json], key: str) -> tuple[list[str], str]:
    """Return the printed cells of a column, adding up to its printed sum."""
    values = [row[key] for row in rows]
    if any(value is None for value in values):
        return [fixed(value) for value in values], NONE
    total = round(sum(values), 6)
    return adding_up(values, total)[0], fixed(total)


def land_notes(land: Json, words: Words) -> str:
    """Return what must be known to read the table."""
    told = [words.of(_W, "land_method")]
    told += [
        words.of(_W, f"land_{key}").format(x=fixed(land[f"{key}_m2"]))
        for key in ("deducted", "unmapped", "overlapping")
        if land[f"{key}_m2"]
    ]
    if land["disputed"]:
        told.append(words.of(_W, "land_disputed").format(x=words("and").join(land["disputed"])))
    if any(row["permanent_farmland_m2"] is None for row in land["rows"]):
        told.append(words.of(_W, "land_no_farmland"))
    return " ".join(told)
