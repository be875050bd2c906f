"""What stands against publishing an assessment, what to know before, and whom it would touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import shapely

from checks.inheritance.model import InheritancePack
from checks.rule import FactSpec
from checks.rulebook.place import Place
from checks.rulebook.when import parse_when
from gis.errors import LantuError, Note, Text
from gis.overlay import Tolerance, judge, subtract
from layers.assessment_extent import PARK_LAYER, park_boundary
from layers.assessments import AreaAssessment, Limit, Standing
from layers.editions import pick
from layers.store.ledger import used
from layers.store.protocol import InheritanceStore


@dataclass(frozen=True, slots=True)
class Remark:
    """A fault that stops publishing, or a warning that does not."""

    level: Literal["fault", "warning"]
    note: Note

    def as_dict(self) -> dict[str, str]:
        """Return the remark for JSON."""
        return {"level": self.level, **self.note.as_dict()}


@dataclass(frozen=True, slots=True)
class Review:
    """All remarks, and the projects that hold something of the assessment's totals."""

    remarks: tuple[Remark, ...]
    projects: tuple[str, ...]

    @property
    def faults(self) -> tuple[Remark, ...]:
        """What stops publishing."""
        return tuple(remark for remark in self.remarks if remark.level == "fault")


def review(
    assessment: AreaAssessment,
    *,
    store: InheritanceStore,
    pack: InheritancePack | None,
    specs: Mapping[str, FactSpec],
    as_of: date,
) -> Review:
    """Check an assessment before it is submitted or published.

    Parameters
    ----------
    assessment
        As read, its extent in the working CRS of the store.
    store
        Layers (the park's boundary), other assessments, totals held.
    pack
        What the packs in force say on sharing; None: nothing.
    specs
        The closed list of project facts.
    as_of
        The day: an assessment that expired before it is told.
    """
    remarks = [
        *_extent(assessment, store, as_of),
        *_dates(assessment, as_of),
        *_sources(assessment, pack),
        *_figures(assessment, specs),
        *_layers(assessment, store),
        *_others(assessment, store.standings()),
        *_totals(assessment, store),
    ]
    holdings = store.holdings(assessment.code)
    projects = sorted({item.project for item in holdings if item.act != "release"})
    return Review(tuple(remarks), tuple(projects))


def refuse_faults(found: Review, name: str) -> None:
    """Raise `assessment_faults` with the first faults when there are any."""
    if not found.faults:
        return
    told = [remark.note.text for remark in found.faults[:5]]
    raise LantuError(
        "assessment_faults",
        Text(
            f"成果 {name} 有 {len(found.faults)} 处问题：" + "；".join(text.zh for text in told),
            f"{name} has {len(found.faults)} faults: " + "; ".join(text.en for text in told),
        ),
        Text("请更正后用新草稿登记", "Correct the file and add it again"),
        where=name,
    )


def _blocking(code: str, zh: str, en: str) -> Remark:
    return Remark("fault", Note(code, Text(zh, en)))


def _warning(code: str, zh: str, en: str) -> Remark:
    return Remark("warning", Note(code, Text(zh, en)))


# --- place --------------------------------------------------------------------------------------


def _extent(one: AreaAssessment, store: InheritanceStore, as_of: date) -> Iterator[Remark]:
    for repair in one.repairs:
        yield _warning(
            "extent_repaired",
            f"评估范围经修复（{repair.reason}），面积由 {repair.area_before_m2:.2f} m² 变为"
            f" {repair.area_after_m2:.2f} m²",
            f"The extent was repaired ({repair.reason}): {repair.area_before_m2:.2f} m² became"
            f" {repair.area_after_m2:.2f} m²",
        )
    if one.park is None:
        return
    editions = pick(store.editions(PARK_LAYER), as_of=as_of, known_at=None)
    boundary = park_boundary(store, one.park.code, editions) if editions else None
    if boundary is None:
        yield _warning(
            "park_boundary_unknown",
            f"没有园区 {one.park.code} 的边界数据，未核对评估范围是否在园区内",
            f"There is no boundary of park {one.park.code}: the extent was not compared with it",
        )
        return
    outside = subtract(one.extent, boundary)
    if judge(outside, Tolerance()).hit:
        yield _blocking(
            "extent_outside_park",
            f"评估范围有 {outside.area:.2f} m² 在园区 {one.park.code} 边界以外",
            f"{outside.area:.2f} m² of the extent lie outside park {one.park.code}",
        )


def _others(one: AreaAssessment, standings: Sequence[Standing]) -> Iterator[Remark]:
    for standing in standings:
        other = standing.assessment
        if standing.state not in {"published", "suspended"} or other.kind != one.kind:
            continue
        if other.code == one.code:
            if other.version != one.version:
                yield _warning(
                    "supersedes",
                    f"公布后将取代已公布的版本 {other.version}",
                    f"Publishing supersedes version {other.version}",
                )
            continue
        shared = shapely.intersection(one.extent, other.extent)
        if judge(shared, Tolerance()).hit and _days_meet(one, other):
            yield _warning(
                "overlaps_same_kind",
                f"与同类成果 {other.id} 重叠 {shared.area:.2f} m²，有效期相交",
                f"Overlaps {other.id} of the same kind by {shared.area:.2f} m² on shared days",
            )


def _days_meet(one: AreaAssessment, other: AreaAssessment) -> bool:
    first = max(one.valid_from, other.valid_from)
    return all(item.valid_to is None or first <= item.valid_to for item in (one, other))


# --- dates and sources --------------------------------------------------------------------------


def _dates(one: AreaAssessment, as_of: date) -> Iterator[Remark]:
    if one.valid_to is None:
        yield _warning("no_end", "没有写明有效期截止日", "No last day of validity is stated")
    elif one.valid_to < as_of:
        yield _warning(
            "expired",
            f"有效期已于 {one.valid_to} 届满",
            f"The validity ended on {one.valid_to}",
        )
    reviewed = one.review.date if one.review else None
    if reviewed is None:
        yield _warning("no_review_date", "没有写明审查日期", "No date of review is stated")
    elif reviewed > as_of:
        yield _blocking(
            "review_in_future",
            f"审查日期 {reviewed} 晚于 {as_of}",
            f"The review of {reviewed} lies after {as_of}",
        )
    if not one.acknowledged:
        yield _warning("not_acknowledged", "尚无部门采信", "No department has acknowledged it yet")


def _sources(one: AreaAssessment, pack: InheritancePack | None) -> Iterator[Remark]:
    if one.valid_to is not None and one.validity_source is None:
        yield _warning("no_validity_source", "有效期没有依据", "The validity has no source")
    if one.partial_coverage is None:
        yield _warning(
            "no_partial_rule",
            "没有写明部分覆盖时如何办理，届时不作判定",
            "What holds for sites inside in part is not stated: such sites stay undetermined",
        )
    elif one.partial_coverage.source is None:
        yield _warning(
            "no_partial_source", "部分覆盖规则没有依据", "The rule for partial cover has no source"
        )
    unsourced = [limit.fact for limit in one.envelope or () if limit.source is None]
    if unsourced:
        names = ", ".join(unsourced)
        yield _warning(
            "no_limit_source", f"评估条件没有依据：{names}", f"Limits without a source: {names}"
        )
    if pack is not None and one.kind not in pack.kinds:
        yield _warning(
            "kind_not_in_packs",
            f"在用规则库没有评估事项“{one.kind}”，不会被判定",
            f"No pack in force knows the kind {one.kind!r}: nothing is decided by it",
        )


# --- figures ------------------------------------------------------------------------------------


def _figures(one: AreaAssessment, specs: Mapping[str, FactSpec]) -> Iterator[Remark]:
    for limit in one.envelope or ():
        yield from _fact(limit.fact, "envelope", specs)
        yield from _span(limit)
        try:
            parse_when(limit.when, specs, Place(one.id).at("envelope", limit.fact, "when"))
        except LantuError as error:
            yield Remark("fault", Note(error.code, error.fact))
    for total in one.totals or ():
        yield from _fact(total.fact, "totals", specs)
    sound = [limit for limit in one.envelope or () if not list(_span(limit))]
    yield from _conflicts([limit for limit in sound if limit.when is None])


def _fact(name: str, where: str, specs: Mapping[str, FactSpec]) -> Iterator[Remark]:
    spec = specs.get(name)
    if spec is None:
        yield _blocking(
            "unknown_fact", f"{where}：没有项目事实“{name}”", f"{where}: no project fact {name!r}"
        )
    elif spec.type != "number":
        yield _blocking(
            "fact_not_number",
            f"{where}：项目事实“{name}”不是数值",
            f"{where}: the project fact {name!r} is no number",
        )


def _span(limit: Limit) -> Iterator[Remark]:
    if limit.min is None and limit.max is None:
        yield _blocking(
            "limit_empty",
            f"评估条件 {limit.fact} 没有上下限",
            f"The limit on {limit.fact} has neither min nor max",
        )
    elif limit.min is not None and limit.max is not None and limit.min > limit.max:
        yield _blocking(
            "limit_conflict",
            f"评估条件 {limit.fact} 下限 {limit.min:g} 大于上限 {limit.max:g}",
            f"The limit on {limit.fact} has min {limit.min:g} over max {limit.max:g}",
        )


def _conflicts(limits: Sequence[Limit]) -> Iterator[Remark]:
    """Limits that always hold together must leave something."""
    for fact in dict.fromkeys(limit.fact for limit in limits):
        same = [limit for limit in limits if limit.fact == fact]
        low = max((item.min for item in same if item.min is not None), default=None)
        high = min((item.max for item in same if item.max is not None), default=None)
        if len(same) > 1 and low is not None and high is not None and low > high:
            yield _blocking(
                "limit_conflict",
                f"评估条件 {fact} 互相矛盾：须不小于 {low:g} 且不大于 {high:g}",
                f"The limits on {fact} contradict each other: at least {low:g}, at most {high:g}",
            )


def _layers(one: AreaAssessment, store: InheritanceStore) -> Iterator[Remark]:
    specs = store.specs()
    for where, keys in (("treats", one.treats), ("relevant_layers", one.relevant_layers)):
        for key in keys or ():
            if key not in specs:
                yield _blocking(
                    "unknown_layer", f"{where}：没有图层 {key}", f"{where}: there is no layer {key}"
                )


def _totals(one: AreaAssessment, store: InheritanceStore) -> Iterator[Remark]:
    holdings = store.holdings(one.code)
    for total in one.totals or ():
        held, limit = used(holdings, total.name), Decimal(total.limit)
        if held > limit:
            yield _warning(
                "total_overdrawn",
                f"总量“{total.name}”上限 {limit}，已被项目占用 {held}",
                f"Total {total.name!r}: limit {limit}, held by projects {held}",
            )
