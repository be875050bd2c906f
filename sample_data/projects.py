"""A synthetic list of projects, as an office keeps it: to be imported on the page of projects."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from pathlib import Path

import shapely

from sample_data.site_shapes import random_sites

COLUMNS = (
    "项目名称", "项目代码", "所在区", "牵头单位", "责任人", "项目类型", "当前阶段", "开始日期",
    "时限工作日", "下步工作", "计划完成", "是否重点", "年度", "总投资（亿元）", "地址", "红线",
)  # fmt: skip
_NAMES = (
    "电子元件厂", "冷链仓库", "滨江小学", "中医院分院", "滨江大道拓宽", "污水泵站", "保障房三期",
    "氢能示范站", "生物医药中试楼", "码头后方堆场", "文化中心", "110千伏变电站", "地下停车场",
    "产业孵化楼", "公交首末站", "垃圾转运站", "数据机房", "社区养老院", "消防站", "物流分拨中心",
    "江堤加固", "职业学校", "体育公园", "标准厂房",
)  # fmt: skip
_DISTRICTS = ("北区", "南区", "临港区")
_LEADS = ("滨江城投", "市教育局", "临港集团", "市水务集团")
_STAGES = ("用地预审", "规划许可", "施工许可", "竣工验收")
_STEPS = ("专家评审", "补正材料", "现场踏勘", "缴纳规费")
_UNPLACED = 6
"""Every so many projects have no red line yet: an address, or nothing."""


def write_project_list(path: Path, day: date, seed: int = 20261120) -> None:
    """Write the list as CSV in UTF-8 with a mark, as spreadsheets read it.

    Red lines are WKT in the town's CRS; the same seed and day give the same file.
    """
    chance = random.Random(seed)
    shapes = [shape for _, shape in random_sites(len(_NAMES), seed=seed)]
    text = io.StringIO(newline="")
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for no, (name, shape) in enumerate(zip(_NAMES, shapes, strict=True)):
        begun = day - timedelta(days=chance.randrange(5, 120))
        placed = no % _UNPLACED != _UNPLACED - 1
        sheet.writerow(
            (
                f"{name}（虚构）",
                f"2026-999999-{no + 1:02d}" if no % 3 else "",
                chance.choice(_DISTRICTS),
                chance.choice(_LEADS),
                chance.choice(("张三", "李四", "王五", "赵六")),
                chance.choice(("储备", "实施", "实施")),
                chance.choice(_STAGES),
                begun.isoformat(),
                chance.choice((20, 30, 45, 60)),
                chance.choice(_STEPS),
                (day + timedelta(days=chance.randrange(-12, 45))).isoformat(),
                chance.choice(("是", "否", "否")),
                day.year,
                chance.randrange(1, 60) / 2,
                "滨江新区" if not placed and no % 2 else "",
                shapely.to_wkt(shape, rounding_precision=3) if placed else "",
            )
        )
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
