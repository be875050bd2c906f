"""Parks, approvals and the forty projects, some of them without a code or a red line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from shapely.geometry.base import BaseGeometry

from sample_data.town.frame import PARKS, stage
from sample_data.town.values import Drawn, Source, areas, array, joined, numbers

_STAGES = ("策划生成", "用地预审", "规划许可", "施工许可", "在建", "竣工验收")
_KINDS = (
    # name, land-use code, use, industry, investment
    ("电子元件厂", "100102", "factory", "C39", "social"),
    ("智能装备车间", "100102", "factory", "C35", "social"),
    ("冷链物流仓", "110101", "logistics", "G59", "social"),
    ("人才住房", "070102", "residential", "K70", "government"),
    ("商务中心", "0902", "office", "L72", "social"),
    ("社区市集", "0901", "commercial", "F52", "social"),
    ("小学", "080403", "school", "P83", "government"),
    ("口袋公园", "1401", "public_service", "N78", "government"),
)


@dataclass(frozen=True)
class ProjectRow:
    """One project: `code` and `redline` (local metres) may be missing."""

    number: int
    code: str | None
    name: str
    stage: str
    facts: Mapping[str, str]
    redline: BaseGeometry | None


def draw_projects(drawn: Drawn) -> list[ProjectRow]:
    """Forty projects on plots not yet built; every fifth has no code, every seventh no red line."""
    rng = stage(drawn.seed, 50)
    tiling = drawn.tiling
    empty = np.isin(drawn.use.survey, ("1201", "0404"))
    town = np.isin(tiling.kind, ("park", "new", "town"))
    shapes, (code, _, bare) = joined(
        tiling.faces[town], drawn.use.plan[town], tiling.group[town], empty[town]
    )
    codes, unbuilt = np.array(code), np.array(bare) == "True"
    rows: list[ProjectRow] = []
    taken: set[int] = set()
    for number in range(1, 41):
        word, use_code, use, industry, investment = _KINDS[(number - 1) % len(_KINDS)]
        fits = [i for i in np.flatnonzero((codes == use_code) & unbuilt).tolist() if i not in taken]
        fits = fits or [i for i in np.flatnonzero(codes == use_code).tolist() if i not in taken]
        place = fits[int(rng.integers(len(fits)))]
        taken.add(place)
        inner = shapes[place].buffer(-1.5, join_style="mitre")
        full = f"2026-359901-{industry[1:]}-01-{int(rng.integers(1, 999_999)):06d}"
        rows.append(
            ProjectRow(
                number,
                None if number % 5 == 0 else full,
                f"滨江{word}{number:02d}号项目（虚构）",
                _STAGES[int(rng.integers(len(_STAGES)))],
                {
                    "land_use_code": use_code,
                    "use": use,
                    "industry": industry,
                    "investment": investment,
                },
                None if number % 7 == 0 or inner.is_empty else inner,
            )
        )
    return rows


def project_layers(drawn: Drawn, projects: list[ProjectRow]) -> list[Source]:
    """Park boundaries, approved and supplied land, other projects' red lines."""
    return [_parks(drawn), _approved(drawn), _supplied(drawn), _redlines(projects)]


def _parks(drawn: Drawn) -> Source:
    shapes = array(list(drawn.frame.parks.values()))
    return Source(
        "park.boundary",
        shapes,
        {
            "park_code": list(PARKS),
            "park_name": [f"{name}（虚构）" for name, _ in PARKS.values()],
            "MJ": areas(shapes),
        },
        accuracy_m=1.0,
        store="geojson",
    )


def _plots(drawn: Drawn, share: float, number: int) -> np.ndarray:
    """Plots of the parks and the new district drawn by lot, without the scenes' plots."""
    tiling = drawn.tiling
    rng = stage(drawn.seed, number)
    lot = rng.random(int(tiling.group.max()) + 1) < share
    here = np.isin(tiling.kind, ("park", "new")) & lot[np.maximum(tiling.group, 0)]
    shapes, _ = joined(tiling.faces[here], tiling.group[here])
    return shapes


def _approved(drawn: Drawn) -> Source:
    tiling = drawn.tiling
    plant = tiling.faces[tiling.kind == "scene_plant"]
    shapes = array([*plant, *_plots(drawn, 0.5, 51)])
    count = len(shapes)
    kinds = ["农用地转用" if i == 0 or i % 3 else "土地征收" for i in range(count)]
    return Source(
        "present.approved_land", shapes,
        {"类别": kinds, "DKBH": numbers("DK", count), "DKMC": numbers("滨江地块（虚构）", count, 4),
         "DKMJ": areas(shapes), "DZJGH": numbers("3599012026", count, 6),
         "批准文号": numbers("虚政地〔2025〕", count, 3),
         "批准日期": [f"2025-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(count)]},
        accuracy_m=0.2, store="gpkg:approvals",
    )  # fmt: skip


def _supplied(drawn: Drawn) -> Source:
    shapes = _plots(drawn, 0.3, 52)
    count = len(shapes)
    return Source(
        "present.supplied_land", shapes,
        {"class": ["grant" if i % 4 else "allocation" for i in range(count)],
         "contract_no": numbers("虚合〔2025〕", count, 3),
         "supply_date": [f"2025-{1 + i % 12:02d}-{1 + i % 27:02d}" for i in range(count)]},
        accuracy_m=0.2, store="gpkg:approvals",
    )  # fmt: skip


def _redlines(projects: list[ProjectRow]) -> Source:
    drawn = [row for row in projects if row.redline is not None]
    shapes = array([row.redline for row in drawn if row.redline is not None])
    kinds = ["pre_review", "survey", "generated"]
    return Source(
        "present.project_redlines", shapes,
        {"class": [kinds[row.number % 3] for row in drawn], "XMDM": [row.code for row in drawn],
         "XMMC": [row.name for row in drawn], "YDMJ": areas(shapes)},
        accuracy_m=0.2, store="shp",
    )  # fmt: skip
