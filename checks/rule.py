"""Parsed rules: values of the rulebook, frozen. `rulebook` reads them, `conditions` judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from gis.errors import Text

if TYPE_CHECKING:
    from checks.classes.rule import Catalogue
    from checks.indicators.model import IndicatorCatalogue
    from checks.inheritance.model import InheritancePack

Severity = Literal["prohibited", "needs_approval", "needs_assessment", "condition", "notice"]
SEVERITIES: tuple[Severity, ...] = (
    "prohibited",
    "needs_approval",
    "needs_assessment",
    "condition",
    "notice",
)
VerdictFamily = Literal["occupy", "range", "conform", "use", "involve", "overlay", "distance"]
State = Literal["affected", "clear", "not_assessed", "needs_person", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Basis:
    """One legal basis with its own span of days.

    `when`: what this law asks it of, where it asks less than the rule's own `when` says.
    """

    title: str
    article: str | None
    valid_from: date | None
    valid_to: date | None
    force: Literal["in_force", "trial", "draft", "internal"]
    role: Literal["prohibition", "approval", "exception"]
    when: When | None = None


# --- quantities: what an argument may be ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number in the unit of its argument."""

    value: float


@dataclass(frozen=True, slots=True)
class OfAttribute:
    """`@attribute`: taken from each feature."""

    attribute: str


@dataclass(frozen=True, slots=True)
class OfFact:
    """`10*height_m`: a factor times a project fact."""

    fact: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Smaller:
    """`min(a, b)`: the smallest of several."""

    of: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A value that is a word, such as `compatible` in a compatibility table."""

    word: str


@dataclass(frozen=True, slots=True)
class Named:
    """The name of an entry of `values`."""

    name: str


Quantity = Number | OfAttribute | OfFact | Smaller | Word
Argument = Quantity | Named


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: `match` maps `class`, or a fact key, to the values that fit."""

    match: Mapping[str, tuple[str, ...]]
    value: Quantity


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What a value is from `start` on. Neither `value` nor `table`: repealed on that day.

    `unset`: the file has an empty table. No row can match, so a person decides until the office
    lays its own value over this one.
    """

    start: date
    value: Quantity | None
    table: tuple[Row, ...] = ()
    reference: str | None = None
    unset: bool = False

    @property
    def repealed(self) -> bool:
        """Whether the value ended on `start`."""
        return self.value is None and not self.table and not self.unset


@dataclass(frozen=True, slots=True)
class ValueSeries:
    """A named value over time, oldest first."""

    name: str
    unit: str | None
    dated: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue | None:
        """Return the entry in force on `day`, None before the first."""
        held = [entry for entry in self.dated if entry.start <= day]
        return held[-1] if held else None


# --- tests -------------------------------------------------------------------------------------

LeafKind = Literal[
    "overlaps",
    "area_over",
    "share_over",
    "outside",
    "within_distance",
    "class_in",
    "count_over",
    "raster_class",
    "raster_over",
    "height_above",
    "fact_over_attribute",
    "fact_under_attribute",
    "fact_not_in_attribute",
    "class_compatible",
    "finding",
]


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """Which classes a leaf looks at: `codes`, or all but these. Groups are already resolved."""

    codes: frozenset[str]
    negate: bool = False

    def takes(self, code: str) -> bool:
        """Whether a known class code is looked at."""
        return (code in self.codes) != self.negate


@dataclass(frozen=True, slots=True)
class Where:
    """Which features a leaf looks at, by an attribute (`class`: the class field).

    `table`, an entry of `values`, says 1 (looked at) or 0 (not) for each word of the attribute;
    a word without row is a question. `not_fact` leaves out features that carry the fact's value.
    `marked` takes the features that carry one of these words: one without the mark has it not.
    """

    attribute: str
    table: str | None = None
    not_fact: str | None = None
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test. `args` holds thresholds: `area_m2, share, distance_m, inner, value, count, margin`.

    `fact`, `attribute`, `base`, `table` (an entry of `values`) are names; `code` and `states`
    belong to `finding`. `attribute` in `class_in` replaces the class field.
    """

    kind: LeafKind
    layer: str
    args: Mapping[str, Argument] = field(default_factory=dict)
    classes: ClassChoice | None = None
    inclusive: bool = False
    fact: str | None = None
    attribute: str | None = None
    base: str | None = None
    table: str | None = None
    code: str | None = None
    states: tuple[State, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """`all`, `any` of several tests, or `not` of one."""

    kind: Literal["all", "any", "not"]
    items: tuple[Test, ...]


Test = Leaf | Group


@dataclass(frozen=True, slots=True)
class FactTest:
    """A condition on one project fact. `known` has `values` ("true",) or ("false",)."""

    fact: str
    op: Literal["in", "eq", "lt", "le", "gt", "ge", "known"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhenGroup:
    """`all`, `any` of several conditions, or `not` of one."""

    kind: Literal["all", "any", "not"]
    items: tuple[When, ...]


When = FactTest | WhenGroup


@dataclass(frozen=True, slots=True)
class Say:
    """The sentences users read, kept with the rule."""

    affected: Text
    clear: Text
    not_assessed: Text


@dataclass(frozen=True, slots=True)
class Action:
    """What to do when affected: an approval item and its papers."""

    item: str | None
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A numbered test with dated values, legal basis and wording. Its code is for life.

    `set_by` names the pack for each value that an office has set.
    """

    code: str
    title: Text
    layer: str
    test: Test
    severity: Severity
    verdict_family: VerdictFamily
    basis: tuple[Basis, ...]
    say: Say
    authority: str
    pack: str
    when: When | None = None
    tolerance_area_m2: float = 0.0
    tolerance_width_m: float = 0.0
    values: Mapping[str, ValueSeries] = field(default_factory=dict)
    action: Action | None = None
    checked_on: date | None = None
    note: Text | None = None
    set_by: Mapping[str, str] = field(default_factory=dict)

    _all_leaves: tuple[Leaf, ...] = field(init=False, compare=False, repr=False)
    _all_layers: tuple[str, ...] = field(init=False, compare=False, repr=False)
    _all_asked: tuple[str, ...] = field(init=False, compare=False, repr=False)
    _all_kinds: frozenset[LeafKind] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # asked for by every check of every site: read off the test once
        leaves = tuple(_leaves(self.test))
        own = [leaf.layer for leaf in leaves if leaf.kind != "finding"]
        first = [self.layer] if self.layer in own else []
        asked = tuple(leaf.code for leaf in leaves if leaf.kind == "finding" and leaf.code)
        object.__setattr__(self, "_all_leaves", leaves)
        object.__setattr__(self, "_all_layers", tuple(dict.fromkeys(first + own)))
        object.__setattr__(self, "_all_asked", asked)
        object.__setattr__(self, "_all_kinds", frozenset(leaf.kind for leaf in leaves))

    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves of the test, left to right."""
        return self._all_leaves

    def kinds(self) -> frozenset[LeafKind]:
        """Kinds of the leaves."""
        return self._all_kinds

    def layers(self) -> tuple[str, ...]:
        """Layers that the test reads, each once, the rule's own first."""
        return self._all_layers

    def asked(self) -> tuple[str, ...]:
        """Codes of the rules whose findings the test asks for."""
        return self._all_asked


def _leaves(test: Test) -> list[Leaf]:
    if isinstance(test, Leaf):
        return [test]
    return [leaf for item in test.items for leaf in _leaves(item)]


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which rules apply to which kind of project and question.

    `required_layers` empty: every layer the rules read is required for a complete check.
    `sections` None: all. `defaults` are fact values assumed where the project is silent, printed
    in every report.
    """

    key: str
    title: Text
    pack: str
    rules: tuple[str, ...]
    when: When | None = None
    required_layers: tuple[str, ...] = ()
    sections: tuple[int, ...] | None = None
    defaults: Mapping[str, FactValue] = field(default_factory=dict)


FactValue = str | bool | float | frozenset[str]


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One project fact of the closed list `facts.yaml`."""

    key: str
    type: Literal["string", "enum", "boolean", "number", "set"]
    label: Text
    unit: str | None = None
    allowed: Mapping[str, Text] = field(default_factory=dict)
    group: str = ""
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule pack as its folder declares it."""

    name: str
    jurisdiction: str
    over: tuple[str, ...]
    status: str
    digest: str


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule, scenario or entry of one pack over one of the same code in an earlier pack.

    `changed` names what differs (`severity`, `values.distance` ...), `milder` what of it loosens;
    `legal`: the covered rule rests on law in force or on trial. Every report names both.
    """

    code: str
    pack: str
    over: str
    changed: tuple[str, ...]
    legal: bool
    milder: tuple[str, ...] = ()
    what: Literal["rule", "scenario", "entry"] = "rule"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All packs in force for a check, merged: later packs lie over earlier ones."""

    packs: tuple[Pack, ...]
    rules: Mapping[str, Rule]
    scenarios: Mapping[str, Scenario]
    facts: Mapping[str, FactSpec]
    digest: str
    shadowed: tuple[Shadow, ...] = ()
    inheritance: InheritancePack | None = None
    catalogue: Catalogue | None = None
    indicators: IndicatorCatalogue | None = None
