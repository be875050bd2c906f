"""The forms of `classes.yaml`, `items.yaml` and `authorities.yaml`, as pydantic reads them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveInt, StringConstraints, model_validator

from checks.classes.rule import Due, EntryKind, How, Stage
from checks.rulebook.models import BasisForm, Bilingual, Code, Day, Filled, Key
from gis.errors import Text
from layers.catalog import Strict

Items = tuple[Code, ...]
Force = Literal["in_force", "trial", "draft", "internal"]
KindKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class DeadlineForm(Strict):
    """Working days or years, or the act before which something is due: one of the three."""

    days: PositiveInt | None = None
    years: PositiveInt | None = None
    due_before: Due | None = None
    covers: Literal["item", "stage", "whole"] = "item"

    @model_validator(mode="after")
    def _one(self) -> DeadlineForm:
        if sum(value is not None for value in (self.days, self.years, self.due_before)) != 1:
            raise ValueError(
                Text(
                    "days、years、due_before 须且只能写一个",
                    "exactly one of days, years, due_before",
                )
            )
        return self


class EntryForm(Strict):
    """One entry of `classes`."""

    code: Code
    kind: EntryKind
    effect: Bilingual
    when: Any
    basis: Annotated[tuple[BasisForm, ...], Field(min_length=1)]
    source: Filled
    force: Force
    key: KindKey | None = None
    axis: KindKey = "project"
    items: Items = ()
    each: str | dict[KindKey, str | None] | None = None
    deadline: DeadlineForm | None = None
    papers: tuple[Bilingual, ...] = ()
    papers_may_follow: bool = False
    keeps: bool = False
    gates: str | Items = ()
    valid_from: Day | None = None
    valid_to: Day | None = None
    needs_person: Bilingual | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> EntryForm:
        wrong = _misplaced(self)
        if wrong is not None:
            raise ValueError(wrong)
        return self


def _misplaced(form: EntryForm) -> Text | None:
    """What does not suit the kind of an entry."""
    if (form.kind == "class") != (form.key is not None):
        return Text(
            "class 类条目须写 key，其他条目不得写", "key is for kind class, and needed there"
        )
    if (form.kind == "deadline") != (form.deadline is not None):
        return Text(
            "deadline 类条目须写 deadline，其他条目不得写",
            "deadline is for kind deadline, and needed there",
        )
    if form.kind != "scope" and (form.keeps or form.gates):
        return Text("keeps 与 gates 只用于 scope 条目", "keeps and gates are for kind scope")
    if form.valid_from and form.valid_to and form.valid_to < form.valid_from:
        return Text(
            f"有效期颠倒：{form.valid_from} 至 {form.valid_to}",
            f"valid_to {form.valid_to} lies before valid_from {form.valid_from}",
        )
    return None


class ListedForm(Strict):
    """One entry of a list: who is on it."""

    title: Bilingual
    when: Any


class ListForm(Strict):
    """A list, or a word without a number. Empty `entries`: nobody has recorded it."""

    name: KindKey
    title: Bilingual
    source: Filled
    entries: tuple[ListedForm, ...] = ()


class ClassesForm(Strict):
    """`classes.yaml`. `kinds` names groups of assessment kinds, each kind with its item."""

    classes: tuple[EntryForm, ...] = ()
    kinds: dict[KindKey, dict[KindKey, str | None]] | None = None
    lists: tuple[ListForm, ...] = ()
    words: tuple[ListForm, ...] = ()


class PaperForm(Strict):
    """A paper of an item."""

    name: Bilingual
    may_follow: bool = False


class LaterForm(Strict):
    """How an item is handled from a day on."""

    how: How
    valid_from: Day


class ItemForm(Strict):
    """One entry of `items`."""

    code: Code
    name: Bilingual
    authority: Annotated[tuple[KindKey, ...], Field(min_length=1)]
    stage: Stage
    how: How
    basis: Annotated[tuple[Filled, ...], Field(min_length=1)]
    conditions: Bilingual | None = None
    papers: tuple[PaperForm, ...] = ()
    later: tuple[LaterForm, ...] = ()
    days: PositiveInt | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    note: Bilingual | None = None


class ItemsForm(Strict):
    """`items.yaml`."""

    items: tuple[ItemForm, ...]


class LocalNameForm(Strict):
    """A local name with the days on which it held."""

    name: Filled
    source: Filled
    valid_from: Day | None = None
    valid_to: Day | None = None


class AuthorityForm(Strict):
    """One department. A pack over another adds `names` under the same key."""

    key: Key
    name: Bilingual | None = None
    names: tuple[LocalNameForm, ...] = ()


class AuthoritiesForm(Strict):
    """`authorities.yaml`."""

    authorities: tuple[AuthorityForm, ...]
