"""Which class a project is in, and what is waived, simplified, merged, pledged, and due when.

Pure: what the packs say, the project's facts, what the rules found and what is known of area
assessments come in; nothing is read. A waiver lowers no finding, and the unknown waives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.class_conditions import Situation
from checks.class_rule import Entry
from checks.conditions import Truth, kleene_and
from gis.errors import Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one entry, for one kind where it holds kind by kind.

    `holds` is True, or None where questions are open; entries that do not hold are left out.
    `binding` is false for a draft in a pack that is not shown as a draft: told, without effect.
    """

    entry: Entry
    holds: Truth
    kind: str | None
    items: tuple[str, ...]
    because: Text
    questions: tuple[Text, ...]
    binding: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """All entries of the day that hold or may hold, in the order of the packs."""

    outcomes: tuple[Outcome, ...]

    def of(self, *kinds: str) -> tuple[Outcome, ...]:
        """Outcomes of some kinds of entries."""
        return tuple(outcome for outcome in self.outcomes if outcome.entry.kind in kinds)

    def touching(self, item: str) -> tuple[Outcome, ...]:
        """Binding outcomes that speak of an item."""
        return tuple(out for out in self.outcomes if out.binding and item in out.items)


def decide(situation: Situation) -> Decided:
    """Judge every entry in force on the day.

    A scope entry that `gates` others must hold for them to hold; one that is unknown leaves them
    unknown.
    """
    entries = [
        entry for entry in situation.catalogue.entries.values() if entry.in_force(situation.as_of)
    ]
    found: list[Outcome] = []
    for entry in entries:
        gates = [gate for gate in entries if _gates(gate, entry)]
        found += _outcomes(entry, gates, situation)
    return Decided(tuple(found))


def _gates(gate: Entry, entry: Entry) -> bool:
    if gate.code == entry.code or entry.kind == "class":
        return False
    return entry.code in gate.gates or ("pack" in gate.gates and entry.pack == gate.pack)


def _outcomes(entry: Entry, gates: Sequence[Entry], situation: Situation) -> Iterator[Outcome]:
    catalogue = situation.catalogue
    for kind in tuple(entry.each) or (None,):
        truths = [situation.truth(gate.when) for gate in gates]
        truth = kleene_and([*truths, situation.truth(entry.when, kind)])
        if truth is False:
            continue
        asked = [question for gate in gates for question in situation.questions(gate.when)]
        own = entry.each.get(kind) if kind else None
        yield Outcome(
            entry=entry,
            holds=truth,
            kind=kind,
            items=tuple(dict.fromkeys([*entry.items, *([own] if own else [])])),
            because=situation.because(entry.when),
            questions=tuple(dict.fromkeys([*asked, *situation.questions(entry.when, kind)])),
            binding=catalogue.binds(entry),
        )
