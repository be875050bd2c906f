"""Find where one text demands what another waives, on facts that can occur together.

A rule demands its `action.item` where it prohibits, needs approval or needs an assessment; a scope
entry that `keeps` items demands them. A `waive` entry waives items. For each such pair that holds
on a common day, the conditions of both are searched together for facts that make both true.

The search is exact over what it sees: every fact, list, finding and area answer that the conditions
name, numbers by the intervals between their limits. So a pair it clears cannot meet, and a pair it
tells comes with the facts on which both hold. It does not see geometry (whether the rule is hit
where the waiver holds), facts that hang together in the world, and dated values inside rules.
Waivers that rest on an area assessment are no contradiction of a rule that needs an assessment: the
shared result is that assessment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain

from checks.class_rule import (
    EACH,
    Call,
    Catalogue,
    Combined,
    Condition,
    Entry,
    FindingIs,
)
from checks.conditions import Truth, holds, kleene_and, kleene_not, kleene_or
from checks.fact_space import choices
from checks.item_reader import items_of
from checks.quantities import text_of
from checks.rule import FactTest, FactValue, Rule, Rulebook, When, WhenGroup
from gis.errors import Note, Text

_MOST_STEPS = 1500
_DAY = timedelta(days=1)
_DEMANDS = ("prohibited", "needs_approval", "needs_assessment")
Variable = tuple[str, ...]
_Any = Condition | When


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A pair, the item, a day, and facts on which both hold; None: the search was cut off."""

    demands: str
    waives: str
    item: str
    day: date
    facts: Mapping[str, FactValue | None] | None


UNSEEN = Note(
    "contradictions_unseen",
    Text(
        "矛盾检查只看条件中的事实、清单、检测结果和区域评估，不看图形位置，也不看事实之间的实际关联",
        "Contradictions are searched in the facts, lists, findings and area assessments that "
        "conditions name; geometry and how facts hang together in the world are not seen",
    ),
)


def told(found: Contradiction) -> Note:
    """Tell a contradiction, and what a report makes of it."""
    where = Text("（搜索中断，未能判定）", " (the search was cut off: not decided)")
    if found.facts is not None:
        listed = ", ".join(f"{key}={text(value)}" for key, value in found.facts.items()) or "-"
        where = Text(f"，例如 {listed}", f", for instance {listed}")
    return Note(
        "contradiction",
        Text(
            f"{found.demands} 要求办理 {found.item}，{found.waives} 免办，{found.day} 起可同时成立"
            f"{where.zh}；报告中该事项仍须办理",
            f"{found.demands} demands {found.item}, {found.waives} waives it; from {found.day} "
            f"both can hold{where.en}; in reports the item stays due",
        ),
    )


def text(value: FactValue | None) -> str:
    """A value as a condition writes it."""
    if value is None:
        return "?"
    return "+".join(sorted(value)) if isinstance(value, frozenset) else text_of(value)


def contradictions(book: Rulebook) -> tuple[Contradiction, ...]:
    """Search every pair of a demand and a waiver of the same item."""
    catalogue = book.catalogue
    if catalogue is None:
        return ()
    waivers = [entry for entry in catalogue.entries.values() if entry.kind == "waive"]
    found = []
    for demand, item in _demands(book, catalogue):
        for waiver in waivers:
            if item in items_of(waiver) and _speaks_against(demand, waiver):
                met = _meet(demand, waiver, item, book)
                if met is not None:
                    found.append(met)
    return tuple(found)


def _demands(book: Rulebook, catalogue: Catalogue) -> Iterator[tuple[Rule | Entry, str]]:
    for rule in book.rules.values():
        if rule.severity in _DEMANDS and rule.action and rule.action.item:
            yield rule, rule.action.item
    for entry in catalogue.entries.values():
        if entry.keeps:
            yield from ((entry, item) for item in items_of(entry))


def _speaks_against(demand: Rule | Entry, waiver: Entry) -> bool:
    shared = bool(waiver.assessments())
    return not (isinstance(demand, Rule) and demand.severity == "needs_assessment" and shared)


def _meet(demand: Rule | Entry, waiver: Entry, item: str, book: Rulebook) -> Contradiction | None:
    kinds: list[str | None] = [k for k, served in waiver.each.items() if served == item]
    for day in _days(demand, waiver, book):
        for kind in kinds or [None]:
            search = _Search(book, day, demand, kind)
            parts = [part for part in (demand.when, waiver.when) if part is not None]
            facts = search.run(parts)
            if facts is not None:
                return Contradiction(demand.code, waiver.code, item, day, facts)
            if search.steps > _MOST_STEPS:
                return Contradiction(demand.code, waiver.code, item, day, None)
    return None


def _days(demand: Rule | Entry, waiver: Entry, book: Rulebook) -> list[date]:
    """First days of the spans on which both stand, and on which classes change in between."""
    first, last = waiver.valid_from or date.min, waiver.valid_to or date.max
    spans = (
        [(b.valid_from or date.min, b.valid_to or date.max) for b in demand.basis]
        if isinstance(demand, Rule)
        else [(demand.valid_from or date.min, demand.valid_to or date.max)]
    )
    common = [(max(first, a), min(last, b)) for a, b in spans]
    entries = book.catalogue.entries.values() if book.catalogue else ()
    classes = [entry for entry in entries if entry.kind == "class"]
    turns = [entry.valid_from for entry in classes if entry.valid_from]
    turns += [entry.valid_to + _DAY for entry in classes if entry.valid_to]
    days = {a for a, b in common if a <= b}
    days |= {turn for turn in turns for a, b in common if a <= turn <= b}
    return sorted(days)


class _Search:
    """Depth-first search for an assignment that makes all conditions true."""

    def __init__(self, book: Rulebook, day: date, demand: Rule | Entry, kind: str | None) -> None:
        self.book, self.day, self.kind = book, day, kind
        self.catalogue = book.catalogue or Catalogue()
        self.steps, self.demand = 0, demand.code
        self.known: dict[Variable, FactValue | None] = {}
        if isinstance(demand, Rule):
            # what the rule demands it demands where it is hit
            self.known["finding", demand.code] = "affected"

    def run(self, conditions: list[_Any]) -> Mapping[str, FactValue | None] | None:
        """Return the facts of the first assignment found; None where there is none."""
        tests: dict[Variable, list[FactTest]] = {}
        for condition in conditions:
            self._collect(condition, tests, set())
        free = [variable for variable in tests if variable not in self.known]
        self.domain = {
            variable: choices(self.book.facts[variable[1]], tests[variable])
            if variable[0] == "fact"
            else ("affected", "clear")
            if variable[0] == "finding"
            else (True, False)
            for variable in free
        }
        if not self._assign(conditions, free):
            return None
        return {
            variable[-1]: value
            for variable, value in self.known.items()
            if variable != ("finding", self.demand)
        }

    def _assign(self, conditions: list[_Any], free: list[Variable]) -> bool:
        self.steps += 1
        truth = kleene_and([self._truth(condition) for condition in conditions])
        if truth is not None or self.steps > _MOST_STEPS:
            return truth is True
        if not free:
            return False
        variable, *rest = free
        for value in self.domain[variable]:
            self.known[variable] = value
            if self._assign(conditions, rest):
                return True
        del self.known[variable]
        return False

    def _truth(self, condition: _Any) -> Truth:
        match condition:
            case FactTest(fact):
                if ("fact", fact) not in self.known:
                    return None
                value = self.known["fact", fact]
                return holds(condition, {} if value is None else {fact: value})
            case Combined(kind, items) | WhenGroup(kind, items):
                truths = [self._truth(item) for item in items]
                if kind == "not":
                    return kleene_not(truths[0])
                return kleene_and(truths) if kind == "all" else kleene_or(truths)
            case FindingIs(code, state):
                found = self.known.get(("finding", code))
                return None if found is None else found == state
            case Call():
                inner = self._inside(condition)
                if inner is not None:
                    return kleene_or([self._truth(part) for part in inner])
                value = self.known.get(self._variable(condition))
                return value if isinstance(value, bool) else None

    def _inside(self, call: Call) -> list[Condition] | None:
        """Conditions behind a class, or a list or word that an office recorded."""
        if call.function == "class":
            return [entry.when for entry in self.catalogue.of_class(call.argument, self.day)]
        if call.function in ("list", "word"):
            shelf = self.catalogue.lists if call.function == "list" else self.catalogue.words
            entries = shelf[call.argument].entries
            return [item.when for item in entries] if entries else None
        return None

    def _variable(self, call: Call) -> Variable:
        argument = self.kind if call.argument == EACH and self.kind else call.argument
        return (call.function, f"{call.function}({argument})")

    def _collect(
        self, condition: _Any, tests: dict[Variable, list[FactTest]], seen: set[Call]
    ) -> None:
        match condition:
            case FactTest(fact):
                tests.setdefault(("fact", fact), []).append(condition)
            case Combined(_, items) | WhenGroup(_, items):
                for item in chain(items):
                    self._collect(item, tests, seen)
            case FindingIs(code):
                tests.setdefault(("finding", code), [])
            case Call():
                inner = self._inside(condition)
                if inner is None:
                    tests.setdefault(self._variable(condition), [])
                elif condition not in seen:
                    seen.add(condition)
                    for part in inner:
                        self._collect(part, tests, seen)
