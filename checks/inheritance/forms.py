"""The form of `inheritance.yaml`, as pydantic reads it: unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from checks.inheritance.model import Criterion, Effect, Mode
from checks.rulebook.models import BasisForm, Bilingual, Code, Filled, Key
from layers.catalog import Strict
from layers.strict import Named


def _listed(value: object) -> object:
    return value if isinstance(value, list) or value is None else [value]


Source = Annotated[tuple[Filled | BasisForm, ...], BeforeValidator(_listed)]
"""A basis in words, a full basis, or several of them."""


class WeightForm(Strict):
    """What one criterion does; `accepts` lists the depths that count as deep enough."""

    effect: Effect
    source: Source | None = None
    accepts: tuple[Filled, ...] | None = None


class PackWeightForm(WeightForm):
    """The same with its key, in the pack's list."""

    key: Criterion


class ConditionForm(Strict):
    """A condition of the pack that counts in one criterion."""

    criterion: Criterion
    when: Any
    source: Source | None = None


class ExemptForm(Strict):
    """Where a kind is not asked for."""

    when: Any = None
    basis: Source


class DeadlineForm(Strict):
    """Before which stage an own assessment must be done."""

    stage: Named
    basis: Source | None = None


class RowForm(Strict):
    """One row; `if` stays raw and is read by `inheritance_pack`."""

    outcome: Literal[
        "shared",
        "simplified",
        "supplement",
        "own_assessment",
        "not_required",
        "undetermined",
        "partial_rule",
    ]
    mode: Mode
    if_: dict[str, Any] | None = Field(default=None, alias="if")
    source: Source | None = None


class KindForm(Strict):
    """One kind."""

    key: Key
    name: Bilingual
    needed: Any = None
    exempt: tuple[ExemptForm, ...] | None = None
    items: tuple[Code, ...] | None = None
    deadline: DeadlineForm | None = None
    authority: Filled | None = None
    criteria: dict[Criterion, WeightForm] | None = None
    conditions: tuple[ConditionForm, ...] | None = None
    table: tuple[RowForm, ...] | None = None


class InheritanceForm(Strict):
    """`inheritance.yaml` (CONTRACTS section 3).

    `conditions`, `authority`, `accepts` and a row's `source` are additions.
    """

    kinds: tuple[KindForm, ...] | None = None
    criteria: tuple[PackWeightForm, ...] | None = None
    conditions: tuple[ConditionForm, ...] | None = None
    table: tuple[RowForm, ...] | None = None
