"""What stands on each face today (survey codes) and what the plans put there (planning codes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from sample_data.town.frame import ORIGIN, elevation, stage
from sample_data.town.parcels import UNITS, Tiling

SURVEY_NAMES: dict[str, str] = {
    "0101": "水田",
    "0102": "水浇地",
    "0103": "旱地",
    "0201": "果园",
    "0202": "茶园",
    "0301": "乔木林地",
    "0302": "竹林地",
    "0305": "灌木林地",
    "0307": "其他林地",
    "0404": "其他草地",
    "0508": "物流仓储用地",
    "05H1": "商业服务业设施用地",
    "0601": "工业用地",
    "0602": "采矿用地",
    "0701": "城镇住宅用地",
    "0702": "农村宅基地",
    "0809": "公用设施用地",
    "0810": "公园与绿地",
    "0810A": "广场用地",
    "08H1": "机关团体新闻出版用地",
    "08H2": "科教文卫用地",
    "09": "特殊用地",
    "1001": "铁路用地",
    "1003": "公路用地",
    "1004": "城镇村道路用地",
    "1005": "交通服务场站用地",
    "1006": "农村道路",
    "1101": "河流水面",
    "1103": "水库水面",
    "1104": "坑塘水面",
    "1107": "沟渠",
    "1109": "水工建筑用地",
    "1201": "空闲地",
    "1202": "设施农用地",
    "1203": "田坎",
}
PLAN_NAMES: dict[str, str] = {
    "070101": "一类城镇住宅用地",
    "070102": "二类城镇住宅用地",
    "070103": "三类城镇住宅用地",
    "0702": "城镇社区服务设施用地",
    "0801": "机关团体用地",
    "0802": "科研用地",
    "080302": "文化活动用地",
    "080403": "中小学用地",
    "080404": "幼儿园用地",
    "0805": "体育用地",
    "080601": "医院用地",
    "0901": "商业用地",
    "0902": "商务金融用地",
    "100101": "一类工业用地",
    "100102": "二类工业用地",
    "110101": "一类物流仓储用地",
    "1201": "铁路用地",
    "1202": "公路用地",
    "1207": "城镇村道路用地",
    "120803": "社会停车场用地",
    "1301": "供水用地",
    "1302": "排水用地",
    "1303": "供电用地",
    "1401": "公园绿地",
    "1402": "防护绿地",
    "1403": "广场用地",
    "1504": "文物古迹用地",
    "16": "留白用地",
    "1701": "河流水面",
    "1703": "水库水面",
    "1311": "水工设施用地",
    "1705": "沟渠",
    "01": "耕地",
    "02": "园地",
    "03": "林地",
    "0703": "农村宅基地",
    "0601": "农村道路",
    "1002": "采矿用地",
}
_MIX: dict[str, dict[str, float]] = {
    "park": {
        "100101": 34,
        "100102": 40,
        "110101": 9,
        "0802": 5,
        "0902": 3,
        "1402": 5,
        "1303": 2,
        "1302": 2,
    },
    "new": {
        "0902": 19,
        "0901": 15,
        "070102": 32,
        "0801": 6,
        "080302": 4,
        "080403": 7,
        "080601": 3,
        "1401": 9,
        "1403": 3,
        "120803": 2,
    },
    "town": {
        "070102": 47,
        "070101": 7,
        "0901": 10,
        "080403": 6,
        "080404": 3,
        "080601": 2,
        "0801": 3,
        "0805": 2,
        "1401": 8,
        "1402": 3,
        "1303": 2,
        "120803": 2,
        "0702": 3,
        "16": 2,
    },
    "old": {"070103": 57, "0901": 24, "080302": 4, "1504": 4, "1401": 5, "080403": 3, "0702": 3},
}
_BUILT: dict[str, str] = {
    "0701": "0701",
    "0702": "0701",
    "0801": "08H1",
    "0802": "08H2",
    "0803": "08H2",
    "0804": "08H2",
    "0805": "08H2",
    "0806": "08H2",
    "0901": "05H1",
    "0902": "05H1",
    "1001": "0601",
    "1101": "0508",
    "1208": "1005",
    "1301": "0809",
    "1302": "0809",
    "1303": "0809",
    "1401": "0810",
    "1402": "0810",
    "1403": "0810A",
    "1504": "09",
    "16": "1201",
}
FARMLAND = ("0101", "0102", "0103")
URBAN_KINDS = ("park", "new", "town", "old", "scene_plant", "scene_school", "scene_depot")


@dataclass(frozen=True)
class LandUse:
    """Codes by face of the tiling: `survey` today, `plan` as planned, and shares to deduct."""

    survey: npt.NDArray[np.str_]
    plan: npt.NDArray[np.str_]
    ridge_share: npt.NDArray[np.float64]


def _choose(mix: dict[str, float], count: int, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    weight = np.array(list(mix.values()))
    return rng.choice(np.array(list(mix), dtype="U6"), size=count, p=weight / weight.sum())


def use_land(tiling: Tiling, seed: int) -> LandUse:
    """Give every face its survey code and its planning code."""
    rng = stage(seed, 6)
    survey = np.full(len(tiling.faces), "", dtype="U5")
    plan = np.full(len(tiling.faces), "", dtype="U6")
    _fixed(tiling, survey, plan)
    _town(tiling, survey, plan, rng)
    _country(tiling, survey, plan, rng)
    x, y = tiling.points.T
    slope = np.clip((elevation(x, y) - 6) / 150, 0, 0.14)
    ridge = np.where(np.isin(survey, FARMLAND), np.round(slope, 4), 0.0)
    return LandUse(survey, plan, ridge)


def _fixed(tiling: Tiling, survey: npt.NDArray[np.str_], plan: npt.NDArray[np.str_]) -> None:
    """Roads, rails, water, dykes and the scenes' stamps: their kind is their code."""
    for kind, today, planned in (
        ("arterial", "1004", "1207"),
        ("street", "1004", "1207"),
        ("expressway", "1003", "1202"),
        ("country", "1003", "1202"),
        ("railway", "1001", "1201"),
        ("water", "1101", "1701"),
        ("dyke", "1109", "1311"),
        ("path", "1006", "0601"),
        ("scene_field", "0101", "01"),
        ("scene_field_two", "0101", "01"),
        ("scene_path", "1006", "0601"),
        ("scene_ridge", "1203", "01"),
        ("scene_ditch", "1107", "1705"),
        ("scene_depot", "1201", "110101"),
        ("scene_plant", "1201", "100102"),
        ("scene_school", "1201", "080403"),
    ):
        survey[tiling.kind == kind] = today
        plan[tiling.kind == kind] = planned
    spots = shapely.points(tiling.points)
    reservoir = (tiling.kind == "water") & shapely.contains(tiling.frame.reservoir, spots)
    survey[reservoir], plan[reservoir] = "1103", "1703"
    rural = (tiling.kind == "arterial") & ~shapely.contains(tiling.frame.urban, spots)
    survey[rural], plan[rural] = "1003", "1202"


def _town(
    tiling: Tiling, survey: npt.NDArray[np.str_], plan: npt.NDArray[np.str_],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    groups = int(tiling.group.max()) + 1
    x, y = tiling.points.T
    river = shapely.distance(tiling.frame.river, shapely.points(tiling.points))
    centre = np.hypot(x - 5600, y - 5300)
    built_plot, roll = rng.random(groups), rng.random(len(x))
    for zone, mix in _MIX.items():
        here = tiling.kind == zone
        planned = _choose(mix, groups, rng)[tiling.group[here]]
        bank = river[here] < (45.0 if zone == "old" else 85.0)
        planned[bank] = "1401"
        plan[here] = planned
        built = np.array([_BUILT.get(code[:4], _BUILT.get(code[:2], "1201")) for code in planned])
        share = {"park": 0.74, "old": 1.0}.get(zone, 0.0)
        chance = np.clip(1.08 - centre[here] / 9_500, 0, 1) if share == 0.0 else share
        bare = built_plot[tiling.group[here]] > chance
        waste = np.where(roll[here] < 0.45, "1201", np.where(roll[here] < 0.7, "0404", "0103"))
        survey[here] = np.where(bare, waste, built)


def _country(
    tiling: Tiling, survey: npt.NDArray[np.str_], plan: npt.NDArray[np.str_],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    x, y = tiling.points.T
    height = elevation(x, y)
    groups = int(tiling.group.max()) + 1
    low = _choose({"0101": 58, "0102": 18, "0103": 6, "1104": 7, "0201": 7, "0404": 4}, groups, rng)
    high = _choose({"0103": 46, "0101": 18, "0201": 20, "0202": 9, "0404": 7}, groups, rng)
    roll = rng.random(len(x))
    field = tiling.kind == "field"
    base = np.where(height[field] < 10, low[tiling.group[field]], high[tiling.group[field]])
    other = _choose({"0101": 30, "0103": 30, "0201": 18, "1202": 6, "0404": 10, "1104": 6},
                    int(field.sum()), rng)  # fmt: skip
    survey[field] = np.where(roll[field] < 0.13, other, base)
    forest = tiling.kind == "forest"
    survey[forest] = _choose(
        {"0301": 62, "0302": 9, "0305": 14, "0307": 15}, int(forest.sum()), rng
    )
    quarry = forest & (np.hypot(x - 11_000, y - 420) < 420)
    survey[quarry] = "0602"
    village = tiling.kind == "village"
    survey[village] = _choose({"0702": 82, "08H2": 2, "0201": 5, "0404": 4, "1201": 4, "0809": 3},
                              int(village.sum()), rng)  # fmt: skip
    plan[field] = np.where(np.isin(survey[field], ("0201", "0202")), "02", "01")
    plan[forest], plan[village], plan[quarry] = "03", "0703", "1002"


def survey_columns(tiling: Tiling, use: LandUse) -> dict[str, list[object]]:
    """Attribute table of the survey, with the field names of its standard (DLTB)."""
    x = tiling.points[:, 0] + ORIGIN[0]
    scale = 1 + ((x - 500_000.0) / 6_378_000.0) ** 2 / 2
    area = np.round(shapely.area(tiling.faces) / scale**2, 2)
    ridge = np.round(area * use.ridge_share, 2)
    state = np.isin(tiling.kind, [*URBAN_KINDS, "arterial", "street", "expressway", "railway",
                                  "water", "dyke"])  # fmt: skip
    forest = tiling.kind == "forest"
    units = np.array(UNITS)[tiling.unit]
    owner = np.where(state, "滨江新区（虚构）国有土地", np.char.add(units, "集体"))
    owner = np.where(forest, "云岭林场（虚构）", owner)
    place = [f"虚构县滨江镇{name}" for name in units]
    count = len(area)
    return {
        "BSM": [f"3599{number:014d}" for number in range(1, count + 1)],
        "YSDM": ["2001010100"] * count,
        "TBBH": [f"{number:06d}" for number in range(1, count + 1)],
        "DLBM": use.survey.tolist(),
        "DLMC": [SURVEY_NAMES[code] for code in use.survey.tolist()],
        "QSXZ": np.where(state | forest, "20", "30").tolist(),
        "QSDWMC": owner.tolist(),
        "ZLDWMC": place,
        "TBMJ": area.tolist(),
        "KCDLBM": np.where(ridge > 0, "1203", "").tolist(),
        "KCXS": use.ridge_share.tolist(),
        "KCMJ": ridge.tolist(),
        "TBDLMJ": np.round(area - ridge, 2).tolist(),
        "SJNF": [2025] * count,
    }
