"""The running account of a park's totals: append-only rows, exact under concurrency.

What a project holds of a total is the amount of its last row. Amounts are decimal numbers kept as
text, so that a total is met exactly or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from gis.errors import LantuError, Text
from layers.assessments import STATE_WORDS, Standing, Total
from layers.store.assessment_table import Act
from layers.store.database import Database, Write

LedgerAct = Literal["reserve", "commit", "release"]

_COLUMNS = "sequence, revision, code, version, project, act, total, amount, at, who, why"
_LAST = f"""SELECT {_COLUMNS} FROM ledger WHERE sequence IN (
    SELECT max(sequence) FROM ledger WHERE code = ? AND revision <= coalesce(?, revision)
    GROUP BY project, total) ORDER BY sequence"""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a project holds of one total: the last row of the ledger on it.

    `act` is `reserve`, `commit`, or `release` with an amount of 0.
    """

    sequence: int
    revision: int
    code: str
    version: str
    project: str
    act: LedgerAct
    total: str
    amount: Decimal
    at: str
    who: str
    why: str | None


class Ledger:
    """Reserve, commit, release; each idempotent by assessment and project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def holdings(self, code: str, known_at: int | None = None) -> tuple[Holding, ...]:
        """Last rows of every project on every total, by sequence."""
        return tuple(_holding(row) for row in self._database.rows(_LAST, (code, known_at)))

    def acts(self) -> tuple[Holding, ...]:
        """All rows of all assessments, by sequence: every act as it was done."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM ledger ORDER BY sequence")
        return tuple(_holding(row) for row in rows)

    def reserve(
        self, standing: Standing, project: str, amounts: Mapping[str, Decimal], act: Act
    ) -> tuple[Holding, ...]:
        """Reserve an amount of every total that the assessment limits.

        A project's own reservation does not count against it: another amount replaces it. The
        same amounts change nothing, reserved or committed.

        Raises
        ------
        LantuError
            `wrong_state` when the assessment is not published, `no_totals` when it limits
            nothing, `amount_missing`, `quota_exceeded`, `already_committed` when other amounts
            are firm.
        """
        code = standing.assessment.code
        totals = _totals(standing, amounts)
        with self._database.writing() as write:
            _still_published(write, standing)
            held = [_holding(row) for row in write.execute(_LAST, (code, None))]
            own = {item.total: item for item in held if item.project == project}
            wanted = {total.name: amounts[total.name] for total in totals}
            now = {name: item.amount for name, item in own.items() if item.act != "release"}
            if now != wanted:
                if any(item.act == "commit" for item in own.values()):
                    raise _already_committed(code, project, now, wanted)
                for total in totals:
                    _fits(code, total, wanted[total.name], held, project)
                _append(write, standing, project, "reserve", wanted, act)
        return self._of(code, project)

    def settle(
        self, standing: Standing, project: str, what: Literal["commit", "release"], act: Act
    ) -> tuple[Holding, ...]:
        """Make a reservation firm, or give it back.

        Raises
        ------
        LantuError
            `no_reservation` for a commit without one. A release of nothing changes nothing.
        """
        code = standing.assessment.code
        with self._database.writing() as write:
            held = [_holding(row) for row in write.execute(_LAST, (code, None))]
            own = [item for item in held if item.project == project and item.act != "release"]
            if what == "commit" and not own:
                raise _no_reservation(code, project)
            open_ones = [item for item in own if item.act != what]
            if open_ones:
                zero = Decimal(0)
                amounts = {
                    item.total: item.amount if what == "commit" else zero for item in open_ones
                }
                _append(write, standing, project, what, amounts, act)
        return self._of(code, project)

    def _of(self, code: str, project: str) -> tuple[Holding, ...]:
        return tuple(item for item in self.holdings(code) if item.project == project)


def used(holdings: Sequence[Holding], total: str, *, but: str | None = None) -> Decimal:
    """Sum of what projects hold of a total, one project left out."""
    return sum(
        (item.amount for item in holdings if item.total == total and item.project != but),
        Decimal(0),
    )


def _holding(row: Sequence[Any]) -> Holding:
    sequence, revision, code, version, project, act, total, amount, at, who, why = row
    return Holding(
        sequence, revision, code, version, project, act, total, Decimal(amount), at, who, why
    )


def _append(
    write: Write,
    standing: Standing,
    project: str,
    what: LedgerAct,
    amounts: Mapping[str, Decimal],
    act: Act,
) -> None:
    code, version = standing.assessment.code, standing.assessment.version
    revision, at = write.revise("ledger", f"{what} {code} {project}", act.at), act.at.isoformat()
    for total, amount in amounts.items():
        write.execute(
            f"INSERT INTO ledger ({_COLUMNS.removeprefix('sequence, ')})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (revision, code, version, project, what, total, str(amount), at, act.who, act.why),
        )


def _totals(standing: Standing, amounts: Mapping[str, Decimal]) -> tuple[Total, ...]:
    totals = standing.assessment.totals
    code = standing.assessment.code
    if not totals:
        raise LantuError(
            "no_totals",
            Text(f"成果 {code} 没有总量限制", f"Assessment {code} limits no totals"),
            Text("无需预留", "There is nothing to reserve"),
            where=code,
        )
    for total in totals:
        if total.name not in amounts:
            raise LantuError(
                "amount_missing",
                Text(
                    f"没有给出“{total.name}”的用量（项目事实 {total.fact}）",
                    f"No amount of {total.name!r} was given (project fact {total.fact})",
                ),
                Text(
                    f"请在项目信息中写明 {total.fact}，或用 --amount {total.name}=数量",
                    f"State {total.fact} in the facts, or use --amount {total.name}=NUMBER",
                ),
                where=code,
            )
        if not amounts[total.name].is_finite() or amounts[total.name] < 0:
            raise LantuError(
                "bad_amount",
                Text(
                    f"“{total.name}”的用量 {amounts[total.name]} 应为非负有限数",
                    f"The amount {amounts[total.name]} of {total.name!r} should be finite and "
                    "not negative",
                ),
                Text("请核对用量", "Check the amount"),
                where=code,
            )
    return totals


def _still_published(write: Write, standing: Standing) -> None:
    """Ask again within the transaction: the assessment may have been suspended meanwhile."""
    assessment = standing.assessment
    rows = write.execute(
        "SELECT state FROM assessment_events WHERE code = ? AND version = ?"
        " ORDER BY revision DESC LIMIT 1",
        (assessment.code, assessment.version),
    )
    if rows == [("published",)]:
        return
    word = STATE_WORDS[standing.state if not rows else rows[0][0]]
    raise LantuError(
        "wrong_state",
        Text(
            f"成果 {assessment.id} {word.zh}，不能预留",
            f"{assessment.id} is {word.en}: nothing can be reserved",
        ),
        Text("请改用已公布的成果", "Use a published assessment"),
        where=assessment.id,
    )


def _fits(code: str, total: Total, wanted: Decimal, held: Sequence[Holding], project: str) -> None:
    limit = Decimal(total.limit)
    others = used(held, total.name, but=project)
    if others + wanted <= limit:
        return
    unit = f" {total.unit}" if total.unit else ""
    raise LantuError(
        "quota_exceeded",
        Text(
            f"“{total.name}”总量 {limit}{unit}，其他项目已占 {others}，余 {limit - others}，"
            f"不足 {wanted}",
            f"{total.name!r}: limit {limit}{unit}, held by others {others}, left "
            f"{limit - others}, wanted {wanted}",
        ),
        Text("请减少用量，或与片区管理机构商定", "Reduce the amount, or ask the park body"),
        where=code,
    )


def _already_committed(
    code: str, project: str, now: Mapping[str, Decimal], wanted: Mapping[str, Decimal]
) -> LantuError:
    def told(amounts: Mapping[str, Decimal]) -> str:
        return ", ".join(f"{name}={amount}" for name, amount in sorted(amounts.items()))

    return LantuError(
        "already_committed",
        Text(
            f"项目 {project} 在 {code} 已占用 {told(now)}，现要求 {told(wanted)}",
            f"Project {project} has committed {told(now)} of {code}; now {told(wanted)} is asked",
        ),
        Text("请先 release，再按新用量 reserve", "Release it first, then reserve anew"),
        where=code,
    )


def _no_reservation(code: str, project: str) -> LantuError:
    return LantuError(
        "no_reservation",
        Text(
            f"项目 {project} 在 {code} 没有预留",
            f"Project {project} has reserved nothing of {code}",
        ),
        Text("请先 lantu reserve", "Reserve first: lantu reserve"),
        where=code,
    )
