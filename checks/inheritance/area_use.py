"""应用情况: what a month's projects took over from the area assessments, as tables.

Pure: acts, ledger rows and frozen documents are handed in. Days are those of Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from checks.inheritance.words import MODE_WORDS, OUTCOME_WORDS
from gis.errors import Language, Text
from layers.assessments import STATE_WORDS, AreaAssessment, Standing
from layers.store.ledger import Holding
from layers.store.records import Record

_ZONE = ZoneInfo("Asia/Shanghai")
_SHARED = ("shared", "simplified", "supplement")


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month."""

    year: int
    month: int

    def holds(self, moment: str) -> bool:
        """Whether a kept moment lies in the month, by the calendar of Asia/Shanghai."""
        day = day_of(moment)
        return (day.year, day.month) == (self.year, self.month)

    def before_its_end(self, moment: str) -> bool:
        """Whether a kept moment lies in the month or before it."""
        day = day_of(moment)
        return (day.year, day.month) <= (self.year, self.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class UseTable:
    """A table of the workbook: title, heads, rows of plain values."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Frozen:
    """One act on frozen conditions with what was frozen."""

    record: Record
    document: Mapping[str, Any]


def day_of(moment: str) -> date:
    """Return the day of a kept moment in Asia/Shanghai."""
    return datetime.fromisoformat(moment).astimezone(_ZONE).date()


def use_tables(
    month: Month,
    standings: Sequence[Standing],
    frozen: Sequence[Frozen],
    ledger: Sequence[Holding],
    language: Language = "zh",
    *,
    kinds: Mapping[str, Text] = MappingProxyType({}),
) -> list[UseTable]:
    """Return the four tables of a month: by assessment, by project, ledger, life of results.

    Parameters
    ----------
    standings
        All versions of the assessments asked for, each with its history.
    frozen
        Acts that froze or amended conditions, oldest first.
    ledger
        All acts on the totals, oldest first.
    kinds
        Names of the kinds; one without a name is told by its key.
    """
    codes = {item.assessment.code for item in standings}
    held = [item for item in ledger if item.code in codes]
    uses = _uses(month, frozen, codes)
    return [
        _by_assessment(month, standings, uses, held, language, kinds),
        _by_project(month, uses, language),
        _of_ledger(month, held, language),
        _of_life(month, standings, language),
    ]


@dataclass(frozen=True, slots=True)
class _Use:
    record: Record
    project: str
    kind: Text
    code: str
    version: str
    outcome: str
    mode: str
    commitments: int


def _uses(month: Month, frozen: Sequence[Frozen], codes: set[str]) -> list[_Use]:
    """Results that projects rest on, up to the end of the month."""
    found = []
    for act in frozen:
        if not month.before_its_end(act.record.at):
            continue
        for item in act.document["content"]["commitments"]:
            one, name = item["assessment"], item["name"]
            if one["code"] not in codes or item["outcome"] not in _SHARED:
                continue
            found.append(
                _Use(
                    act.record,
                    act.document["project"]["name"] or "",
                    Text(name["zh"], name["en"]),
                    one["code"],
                    one["version"],
                    item["outcome"],
                    item["mode"],
                    len(item["texts"]),
                )
            )
    return found


def _words(language: Language, *texts: Text) -> tuple[str, ...]:
    return tuple(text.pick(language) for text in texts)


def _by_assessment(
    month: Month,
    standings: Sequence[Standing],
    uses: Sequence[_Use],
    ledger: Sequence[Holding],
    language: Language,
    kinds: Mapping[str, Text],
) -> UseTable:
    head = _words(
        language,
        Text("成果代码", "Code"),
        Text("成果名称", "Title"),
        Text("评估事项", "Kind"),
        Text("版本", "Version"),
        Text("截止日期", "Valid to"),
        Text("状态", "State"),
        Text("本月应用项目数", "Projects this month"),
        Text("其中告知承诺", "of these on commitment"),
        Text("累计应用项目数", "Projects so far"),
        Text("本月预留或占用项目数", "Projects on the ledger this month"),
    )
    rows = []
    for code, standing in {item.assessment.code: item for item in standings}.items():
        one = standing.assessment
        mine = [use for use in uses if use.code == code]
        now = [use for use in mine if month.holds(use.record.at)]
        taken = {
            row.project
            for row in ledger
            if row.code == code and row.act != "release" and month.holds(row.at)
        }
        promised = {use.record.code for use in now if use.mode == "commitment"}
        rows.append(
            (
                code,
                one.title,
                kinds[one.kind].pick(language) if one.kind in kinds else one.kind,
                one.version,
                one.valid_to.isoformat() if one.valid_to else None,
                STATE_WORDS[standing.state].pick(language),
                len({use.record.code for use in now}),
                len(promised),
                len({use.record.code for use in mine}),
                len(taken),
            )
        )
    return UseTable(Text("应用情况", "Use").pick(language), head, tuple(rows))


def _by_project(month: Month, uses: Sequence[_Use], language: Language) -> UseTable:
    head = _words(
        language,
        Text("日期", "Day"),
        Text("项目统一代码", "Project code"),
        Text("项目名称", "Project"),
        Text("评估事项", "Kind"),
        Text("成果", "Result"),
        Text("判定", "Decision"),
        Text("审批方式", "Way of approval"),
        Text("承诺条数", "Commitments"),
        Text("建设条件版本", "Version of the conditions"),
        Text("批准文号", "Document"),
        Text("经办", "By"),
    )
    rows = [
        (
            day_of(use.record.at).isoformat(),
            use.record.code,
            use.project,
            use.kind.pick(language),
            f"{use.code}@{use.version}",
            OUTCOME_WORDS[use.outcome].pick(language),
            MODE_WORDS[use.mode].pick(language),
            use.commitments,
            use.record.version,
            use.record.detail.get("document"),
            use.record.who,
        )
        for use in uses
        if month.holds(use.record.at)
    ]
    return UseTable(Text("项目明细", "Projects").pick(language), head, tuple(rows))


def _of_ledger(month: Month, ledger: Sequence[Holding], language: Language) -> UseTable:
    head = _words(
        language,
        Text("序号", "No"),
        Text("日期", "Day"),
        Text("成果代码", "Code"),
        Text("项目统一代码", "Project code"),
        Text("办理", "Act"),
        Text("总量名称", "Total"),
        Text("用量", "Amount"),
        Text("办理后已占", "Held afterwards"),
        Text("经办", "By"),
    )
    rows = []
    now: dict[tuple[str, str, str], Decimal] = {}
    for row in ledger:
        now[row.code, row.total, row.project] = row.amount
        if month.holds(row.at):
            after = sum(
                (amount for key, amount in now.items() if key[:2] == (row.code, row.total)),
                Decimal(0),
            )
            day = day_of(row.at).isoformat()
            act = ACT_WORDS[row.act].pick(language)
            rows.append(
                (
                    row.sequence,
                    day,
                    row.code,
                    row.project,
                    act,
                    row.total,
                    row.amount,
                    after,
                    row.who,
                )
            )
    return UseTable(Text("总量台账", "Ledger").pick(language), head, tuple(rows))


ACT_WORDS: Mapping[str, Text] = {
    "reserve": Text("预留", "reserve"),
    "commit": Text("占用", "commit"),
    "release": Text("释放", "release"),
}
EVENT_WORDS: Mapping[str, Text] = {
    "add": Text("登记", "added"),
    "submit": Text("提交", "submitted"),
    "publish": Text("公布", "published"),
    "suspend": Text("暂停", "suspended"),
    "withdraw": Text("撤回", "withdrawn"),
    "supersede": Text("被取代", "superseded"),
    "acknowledge": Text("采信", "acknowledged"),
    "retract": Text("撤回采信", "acknowledgement retracted"),
    "record": Text("情况变化", "event recorded"),
}


def _of_life(month: Month, standings: Sequence[Standing], language: Language) -> UseTable:
    head = _words(
        language,
        Text("日期", "Day"),
        Text("成果", "Result"),
        Text("成果名称", "Title"),
        Text("变动", "Event"),
        Text("说明", "Detail"),
        Text("事由", "Reason"),
        Text("经办", "By"),
    )
    rows = [
        (
            day_of(row.at).isoformat(),
            item.assessment.id,
            item.assessment.title,
            EVENT_WORDS[row.event].pick(language),
            "；".join(f"{key} {value}" for key, value in sorted(row.detail.items())) or None,
            row.why,
            row.who,
            row.revision,
        )
        for item in standings
        for row in item.history
        if month.holds(row.at)
    ]
    ordered = sorted(rows, key=lambda row: row[-1])
    return UseTable(
        Text("成果变动", "Life of results").pick(language), head, tuple(row[:-1] for row in ordered)
    )


def of_park(standing: Standing, park: str | None) -> bool:
    """Whether an assessment was made for a park; None asks for all."""
    one: AreaAssessment = standing.assessment
    return park is None or (one.park is not None and one.park.code == park)
