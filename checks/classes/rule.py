"""Parsed entries of `classes.yaml`, `items.yaml` and `authorities.yaml`, frozen.

`reader` and `items` read them, `conditions` and `standing` judge them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from checks.rule import Basis, FactTest, Shadow
from gis.errors import Text

EntryKind = Literal["class", "waive", "simplify", "pledge", "merge", "deadline", "scope"]
Function = Literal[
    "class", "assessed", "covered", "meets", "depth_equal", "zone", "duty_done", "list", "word"
]
FUNCTIONS: tuple[Function, ...] = (
    "class", "assessed", "covered", "meets", "depth_equal", "zone", "duty_done", "list", "word",
)  # fmt: skip
AREA_FUNCTIONS = ("assessed", "covered", "meets", "depth_equal", "zone", "duty_done")
"""Functions whose answers are handed in: they rest on area assessments."""
EACH = "each"
"""Argument that stands for each kind of the entry's `each` in turn."""
Due = Literal[
    "investment_plan", "engineering_design", "construction_drawings", "construction_permit",
    "start_of_works",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the closed vocabulary with its one argument."""

    function: Function
    argument: str


@dataclass(frozen=True, slots=True)
class FindingIs:
    """`{finding: CODE, is: clear}`: what a rule found."""

    code: str
    state: Literal["clear", "affected"]


@dataclass(frozen=True, slots=True)
class Combined:
    """`all`, `any` of several conditions, or `not` of one."""

    kind: Literal["all", "any", "not"]
    items: tuple[Condition, ...]


Condition = FactTest | Call | FindingIs | Combined


def leaves(condition: Condition | None) -> Iterator[FactTest | Call | FindingIs]:
    """All leaves of a condition, left to right."""
    if isinstance(condition, Combined):
        for item in condition.items:
            yield from leaves(item)
    elif condition is not None:
        yield condition


@dataclass(frozen=True, slots=True)
class Deadline:
    """A limit of time: `days` (working days) or `years`, or before which act it is due.

    `covers`: what the days are for: the item itself, a stage, or the whole process.
    """

    days: int | None = None
    years: int | None = None
    due_before: Due | None = None
    covers: Literal["item", "stage", "whole"] = "item"


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list, or what a word means: a condition, with its source."""

    title: Text
    when: Condition


@dataclass(frozen=True, slots=True)
class OfficeList:
    """A list or a word whose content the office sets. Without entries a person decides."""

    name: str
    title: Text
    entries: tuple[Listed, ...]
    source: str
    pack: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One class, waiver, simplification, merger, pledge, deadline or scope; code for life.

    `each` maps kinds of area assessment to the item that each serves; the entry then holds kind
    by kind. `keeps`: a scope whose items stay due whatever is waived. `gates`: codes that hold
    only where this scope does.
    """

    code: str
    pack: str
    kind: EntryKind
    when: Condition
    effect: Text
    items: tuple[str, ...] = ()
    each: Mapping[str, str | None] = field(default_factory=dict)
    key: str | None = None
    axis: str = "project"
    deadline: Deadline | None = None
    papers: tuple[Text, ...] = ()
    papers_may_follow: bool = False
    keeps: bool = False
    gates: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    force: Literal["in_force", "trial", "draft", "internal"] = "internal"
    basis: tuple[Basis, ...] = ()
    source: str = ""
    needs_person: Text | None = None

    def in_force(self, day: date) -> bool:
        """Whether the entry has a version on the day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    def all_items(self) -> tuple[str, ...]:
        """All items that the entry touches, each once."""
        return tuple(dict.fromkeys([*self.items, *(code for code in self.each.values() if code)]))

    def assessments(self) -> frozenset[str]:
        """Kinds of area assessment that the entry asks for."""
        asked = {
            leaf.argument
            for leaf in leaves(self.when)
            if isinstance(leaf, Call) and leaf.function == "assessed"
        }
        return frozenset((asked - {EACH}) | set(self.each))


# --- items and authorities --------------------------------------------------------------------

How = Literal["approval", "filing", "merged", "internal", "cancelled"]
Stage = Literal["generation", "land", "works", "construction", "completion", "utilities"]


@dataclass(frozen=True, slots=True)
class LocalName:
    """What an authority is called in a pack's jurisdiction from a day on."""

    name: str
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A department, or a public service company, by its duty and its dated local names."""

    key: str
    name: Text
    names: tuple[LocalName, ...] = ()

    def on(self, day: date) -> str:
        """Return the local name of the day, else the general name in Chinese."""
        fits = [
            name.name
            for name in self.names
            if (name.valid_from or date.min) <= day <= (name.valid_to or date.max)
        ]
        return fits[-1] if fits else self.name.zh


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper asked for, and whether it may follow later (容缺)."""

    name: Text
    may_follow: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the catalogue 事项目录."""

    code: str
    pack: str
    name: Text
    authority: tuple[str, ...]
    stage: Stage
    how: How
    conditions: Text | None = None
    papers: tuple[Paper, ...] = ()
    later: tuple[tuple[date, How], ...] = ()
    days: int | None = None
    basis: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    note: Text | None = None

    def how_on(self, day: date) -> How:
        """Return how the item is handled on a day."""
        since = [how for start, how in self.later if start <= day]
        return since[-1] if since else self.how

    def in_force(self, day: date) -> bool:
        """Whether the item stands in the catalogue on the day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that the packs say on classes and items; later packs lie over earlier ones."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    lists: Mapping[str, OfficeList] = field(default_factory=dict)
    words: Mapping[str, OfficeList] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    draft_packs: frozenset[str] = frozenset()
    packs: tuple[str, ...] = ()
    shadowed: tuple[Shadow, ...] = ()

    def of_class(self, key: str, day: date) -> list[Entry]:
        """Definitions of a class that are in force on the day."""
        return [
            entry
            for entry in self.entries.values()
            if entry.kind == "class" and entry.key == key and entry.in_force(day)
        ]

    def binds(self, entry: Entry) -> bool:
        """Whether an entry takes effect: a draft does so only in a pack shown as a draft."""
        return entry.force != "draft" or entry.pack in self.draft_packs
