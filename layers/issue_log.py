"""The issue log: what went into an edition, what came out, and all that was found between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import LantuError, Note, Text

MAX_LISTED = 1000
"""So many rejected or repaired features are listed one by one; the counts are always whole."""

WHY: Mapping[str, Text] = MappingProxyType(
    {
        "null_geometry": Text("没有几何", "no geometry"),
        "empty_geometry": Text("几何为空", "empty geometry"),
        "unreadable_geometry": Text("几何数据不可读", "geometry cannot be read"),
        "unreadable_feature": Text("要素不可读", "feature cannot be read"),
        "not_a_feature": Text("不是要素，读取时被跳过", "no feature; skipped by the reader"),
        "wrong_type": Text("几何类型与图层不符", "geometry type is not the layer's"),
        "not_finite": Text("坐标不是有限数值", "coordinates are not finite"),
        "transform_failed": Text(
            "坐标不能转换到工作坐标系", "cannot be brought to the working CRS"
        ),
        "degenerate": Text("几何退化，修复后无剩余", "degenerate: nothing is left after repair"),
        "unreadable_block": Text("栅格数据块不可读", "a block of cells cannot be read"),
        "skipped": Text("文件中有，读取时被跳过", "in the file, but skipped by the reader"),
        "missing_record": Text(
            ".shp 与 .dbf 记录数不一致，缺记录", ".shp and .dbf differ in number of records"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A feature that was not published: its number in the source from 1 (None: unknown), why
    (a key of `WHY`), and where in the working CRS (None: the place is unknown)."""

    no: int | None
    why: str
    where: BaseGeometry | None = None
    detail: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the entry of the log."""
        text = WHY[self.why]
        return {
            "no": self.no,
            "why": self.why,
            "zh": text.zh + (f"（{self.detail}）" if self.detail else ""),
            "en": text.en + (f" ({self.detail})" if self.detail else ""),
            "where": None if self.where is None else [round(v, 3) for v in self.where.bounds],
        }


@dataclass(slots=True)
class IssueLog:
    """Collects what ingest found; `as_dict` is printed and stored with the edition."""

    layer: str
    edition: str
    part: str | None
    source: dict[str, object] = field(default_factory=dict)
    features_in: int = 0
    published: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    repaired: list[dict[str, object]] = field(default_factory=list)
    sections: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def note(self, code: str, zh: str, en: str) -> None:
        """Add something the publisher must know."""
        self.notes.append(Note(code, Text(zh, en)))

    def as_dict(self) -> dict[str, object]:
        """Return the log ready for JSON; the counting identity is checked here.

        Raises
        ------
        LantuError
            `counting_identity` when in differs from published plus rejected: then the edition
            must not be published, whatever the cause.
        """
        if self.features_in != self.published + len(self.rejected):
            raise LantuError(
                "counting_identity",
                Text(
                    f"要素计数不守恒：读入 {self.features_in}，发布 {self.published}，"
                    f"剔除 {len(self.rejected)}",
                    f"Features do not add up: {self.features_in} in, {self.published} published, "
                    f"{len(self.rejected)} rejected",
                ),
                Text(
                    "请把该文件和本提示发给系统维护人员",
                    "Send the file and this message to the maintainers",
                ),
            )
        return {
            "layer": self.layer,
            "edition": self.edition,
            "part": self.part,
            "source": self.source,
            "features": {
                "in": self.features_in,
                "published": self.published,
                "rejected": len(self.rejected),
                "repaired": len(self.repaired),
                "identity": True,
            },
            "rejected": [entry.as_dict() for entry in self.rejected[:MAX_LISTED]],
            "repaired": self.repaired[:MAX_LISTED],
            **self.sections,
            "notes": [note.as_dict() for note in self.notes],
        }


def lost_area(rejected: list[Rejected], margin: float) -> BaseGeometry | None:
    """Where something was lost, grown by `margin` metres; None when one place is unknown."""
    places = [entry.where for entry in rejected]
    known = [place for place in places if place is not None]
    if len(known) < len(places):
        return None
    bounds = shapely.bounds(known) + np.array([-1, -1, 1, 1]) * margin  # a flat box grows too
    return shapely.union_all(shapely.box(*bounds.T))


def _some(numbers: list[str], comma: str) -> str:
    return comma.join(numbers[:10]) + (" ..." if len(numbers) > 10 else "")


def features_lost(log: IssueLog) -> LantuError:
    """Return the refusal of an edition that would lose features."""
    count = len(log.rejected)
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in log.rejected:
        told = entry.as_dict()
        numbers = groups.setdefault((str(told["zh"]), str(told["en"])), [])
        numbers.append("?" if entry.no is None else str(entry.no))
    zh = "；".join(f"{k[0]} {len(n)} 个（第 {_some(n, '、')} 个）" for k, n in groups.items())
    en = "; ".join(f"{k[1]}: {len(n)} (no {_some(n, ', ')})" for k, n in groups.items())
    return LantuError(
        "features_lost",
        Text(
            f"读入 {log.features_in} 个要素，其中 {count} 个不能入库：{zh[:600]}",
            f"{count} of {log.features_in} features cannot be taken in: {en[:600]}",
        ),
        Text(
            "请在源数据中修正后重新发布；或加 --accept-loss 发布：该版本标记为不完整，"
            "丢失处不再判定“未涉及”",
            "Mend the source and publish again; or add --accept-loss: the edition is marked "
            "incomplete and nothing is clear where something was lost",
        ),
    )
