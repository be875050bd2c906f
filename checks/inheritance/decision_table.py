"""Decision tables: read top-down, the first row that matches holds, the last one asks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.inheritance.model import Criterion, Effect, Result, Share, TableRow

_NO_OBJECTION: frozenset[Result] = frozenset({"met", "not_applicable"})


@dataclass(frozen=True, slots=True)
class Situation:
    """What a table looks at: is there an assessment, how much it holds, results and effects."""

    share: Share
    results: Mapping[Criterion, Result]
    effects: Mapping[Criterion, Effect]

    @property
    def decisive(self) -> frozenset[Result]:
        """Results of the decisive criteria."""
        return frozenset(
            result for key, result in self.results.items() if self.effects.get(key) == "decisive"
        )


def matches(row: TableRow, situation: Situation) -> bool:
    """Whether all that a row asks holds.

    A criterion that is not decisive decides nothing: whatever its result, a row sees no objection
    there (`met` or `not_applicable`).
    """
    if row.assessment is not None and (row.assessment == "none") != (situation.share == "none"):
        return False
    if row.share is not None and row.share != situation.share:
        return False
    if row.any_decisive is not None and row.any_decisive not in situation.decisive:
        return False
    return all(_agrees(situation, key, wanted) for key, wanted in (row.criteria or {}).items())


def _agrees(situation: Situation, key: Criterion, wanted: Sequence[Result]) -> bool:
    if situation.effects.get(key) != "decisive":
        return bool(_NO_OBJECTION & set(wanted))
    return situation.results[key] in wanted


def first_row(rows: Sequence[TableRow], situation: Situation) -> TableRow | None:
    """Return the row that decides; None only where rows are left out, not in force on the day."""
    return next((row for row in rows if matches(row, situation)), None)


def shadowed_by(rows: Sequence[TableRow], index: int) -> int | None:
    """Return the earlier row that catches all that a row asks for, so that it never decides."""
    row = rows[index]
    return next((n for n in range(index) if _implies(row, rows[n])), None)


def _implies(later: TableRow, earlier: TableRow) -> bool:
    """Whether every situation of the later row is one of the earlier row."""
    exists = later.assessment or (
        None if later.share is None else "none" if later.share == "none" else "some"
    )
    if earlier.assessment is not None and earlier.assessment != exists:
        return False
    share = "none" if later.assessment == "none" else later.share
    if earlier.share is not None and earlier.share != share:
        return False
    if earlier.any_decisive is not None and earlier.any_decisive != later.any_decisive:
        return False
    asked = later.criteria or {}
    return all(
        key in asked and set(asked[key]) <= set(wanted)
        for key, wanted in (earlier.criteria or {}).items()
    )
