"""What a pack says on sharing area assessments: kinds, criteria, the decision table. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, TypeVar, get_args

from checks.rule import Basis, When
from gis.errors import Text

Criterion = Literal[
    "scope",
    "item_assessed",
    "published",
    "coverage",
    "validity",
    "project_type",
    "envelope",
    "quota",
    "site_peculiarity",
    "changed_circumstances",
    "depth",
    "area_obligations",
    "commitment",
]
CRITERIA: Final[tuple[Criterion, ...]] = get_args(Criterion)
"""In the order of their numbers, 1 to 13 (DESIGN section 6)."""

Result = Literal["met", "failed", "unknown", "not_applicable"]
RESULTS: Final[tuple[Result, ...]] = get_args(Result)
_MOST_DAYS: Final = 32
"""Held of one pack: a batch or a comparison goes through some."""

Effect = Literal["decisive", "advisory", "off"]
Outcome = Literal[
    "shared", "simplified", "supplement", "undetermined", "own_assessment", "not_required"
]
Mode = Literal["commitment", "approval", "joint", "filing", "none", "unknown"]
Share = Literal["none", "partial", "full"]

OUTCOME_ORDER: Final[tuple[Outcome, ...]] = (
    "shared", "simplified", "supplement", "undetermined", "own_assessment"
)  # fmt: skip
"""Of several assessments the first of these is the best outcome (CONTRACTS section 7)."""

PARTIAL_RULE: Final = "partial_rule"
"""The outcome of a row that hands over to the assessment's own `partial_coverage.rule`."""


def in_force(basis: tuple[Basis, ...], day: date) -> tuple[Basis, ...]:
    """Return the bases whose days hold the day asked."""
    return tuple(
        item
        for item in basis
        if (item.valid_from is None or item.valid_from <= day)
        and (item.valid_to is None or day <= item.valid_to)
    )


@dataclass(frozen=True, slots=True)
class Weight:
    """What a criterion does in a pack: its effect, and the source that makes it decisive.

    `effect` is what holds: decisive without a source was made advisory when the pack was read.
    """

    effect: Effect
    source: tuple[Basis, ...] = ()
    accepts: tuple[str, ...] | None = None

    def on(self, day: date) -> Weight:
        """Return the weight of a day: decisive only where a source is in force."""
        source = in_force(self.source, day)
        lost = self.effect == "decisive" and not source
        return replace(self, effect="advisory" if lost else self.effect, source=source)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the pack itself that counts in one criterion, beside the assessment's own."""

    criterion: Criterion
    when: When
    source: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class Exemption:
    """Where a kind is not asked for, and by what basis."""

    when: When | None
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    """Before which stage an own assessment must be done."""

    stage: Text
    basis: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a decision table; what is None or absent is not asked."""

    outcome: Outcome | Literal["partial_rule"]
    mode: Mode
    assessment: Literal["none", "some"] | None = None
    share: Share | None = None
    any_decisive: Result | None = None
    criteria: Mapping[Criterion, tuple[Result, ...]] | None = None
    source: tuple[Basis, ...] = ()

    @property
    def is_last(self) -> bool:
        """Whether the row asks nothing."""
        return not (self.assessment or self.share or self.any_decisive or self.criteria)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of assessment: when it is needed, what exempts, how its criteria weigh."""

    key: str
    name: Text
    pack: str
    needed: When | None = None
    exempt: tuple[Exemption, ...] = ()
    items: tuple[str, ...] = ()
    deadline: Deadline | None = None
    authority: str | None = None
    weights: Mapping[Criterion, Weight] | None = None
    conditions: tuple[Condition, ...] = ()
    table: tuple[TableRow, ...] = ()

    def on(self, day: date) -> Kind:
        """Return what of the kind is in force on a day."""
        exempt = (replace(item, basis=in_force(item.basis, day)) for item in self.exempt)
        return replace(
            self,
            exempt=tuple(item for item in exempt if item.basis),
            weights={key: weight.on(day) for key, weight in (self.weights or {}).items()},
            conditions=_standing(self.conditions, day),
            table=_standing(self.table, day),
        )


Sourced = TypeVar("Sourced", Condition, TableRow)


def _standing(items: tuple[Sourced, ...], day: date) -> tuple[Sourced, ...]:
    """Items without a source, and those with one in force; lapsed sources are dropped."""
    held = []
    for item in items:
        source = in_force(item.source, day)
        if source or not item.source:
            held.append(replace(item, source=source))
    return tuple(held)


@dataclass(frozen=True, slots=True)
class InheritancePack:
    """Kinds, criteria and table of all packs in force, merged: later packs lie over earlier ones.

    A kind of a later pack replaces the kind of the same key; its criteria replace those of the
    same key; the last table given holds.
    """

    kinds: Mapping[str, Kind]
    weights: Mapping[Criterion, Weight]
    conditions: tuple[Condition, ...]
    table: tuple[TableRow, ...]
    _days: dict[date, InheritancePack] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )
    _effects: dict[str, Mapping[Criterion, Effect]] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def on(self, day: date) -> InheritancePack:
        """Return what is in force on a day: law not yet or no longer in force decides nothing."""
        held = self._days.get(day)
        if held is None:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            held = self._days[day] = InheritancePack(
                {key: kind.on(day) for key, kind in self.kinds.items()},
                {key: weight.on(day) for key, weight in self.weights.items()},
                _standing(self.conditions, day),
                _standing(self.table, day),
            )
        return held

    def effects(self, kind: Kind) -> Mapping[Criterion, Effect]:
        """What each criterion does for a kind of this pack; not to be changed."""
        held = self._effects.get(kind.key)
        if held is None:
            held = self._effects[kind.key] = {
                key: self.weight(kind, key).effect for key in CRITERIA
            }
        return held

    def weight(self, kind: Kind, criterion: Criterion) -> Weight:
        """How a criterion weighs for a kind: the kind's own word, then the pack's, else off."""
        own = (kind.weights or {}).get(criterion)
        return own or self.weights.get(criterion) or Weight("off")

    def conditions_of(self, kind: Kind, criterion: Criterion) -> tuple[Condition, ...]:
        """Conditions of pack and kind that count in a criterion."""
        held = (*self.conditions, *kind.conditions)
        return tuple(item for item in held if item.criterion == criterion)

    def rows(self, kind: Kind) -> tuple[TableRow, ...]:
        """Rows in the order in which they are read: the kind's, then the pack's."""
        return (*kind.table, *self.table)
