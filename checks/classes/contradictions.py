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

from checks.classes.rule import Catalogue, Entry
from checks.condition_search import Search
from checks.quantities import text_of
from checks.rule import FactValue, Rule, Rulebook
from gis.errors import Note, Text

_DAY = timedelta(days=1)
_DEMANDS = ("prohibited", "needs_approval", "needs_assessment")


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
            if item in waiver.all_items() and _speaks_against(demand, waiver):
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
            yield from ((entry, item) for item in entry.all_items())


def _speaks_against(demand: Rule | Entry, waiver: Entry) -> bool:
    shared = bool(waiver.assessments())
    return not (isinstance(demand, Rule) and demand.severity == "needs_assessment" and shared)


def _meet(demand: Rule | Entry, waiver: Entry, item: str, book: Rulebook) -> Contradiction | None:
    kinds: list[str | None] = [k for k, served in waiver.each.items() if served == item]
    # what a rule demands it demands where it is hit
    hit = demand.code if isinstance(demand, Rule) else None
    catalogue = book.catalogue or Catalogue()
    for day in _days(demand, waiver, book):
        for kind in kinds or [None]:
            search = Search(catalogue, book.facts, day, kind=kind, affected=hit)
            parts = [part for part in (demand.when, waiver.when) if part is not None]
            facts = search.run(parts)
            if facts is not None:
                return Contradiction(demand.code, waiver.code, item, day, facts)
            if search.cut_off:
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
