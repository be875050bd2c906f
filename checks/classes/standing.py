"""Which class a project is in, and what is waived, simplified, merged, pledged, and due when.

Pure: what the packs say, the project's facts, what the rules found and what is known of area
assessments come in; nothing is read. A waiver lowers no finding, and the unknown waives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.classes.conditions import Situation
from checks.classes.rule import Condition, Entry
from checks.conditions import Truth, kleene_and, kleene_or
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

    def by_item(self) -> dict[str, list[Outcome]]:
        """Binding outcomes by the item that they speak of."""
        found: dict[str, list[Outcome]] = {}
        for out in self.outcomes:
            for item in out.items if out.binding else ():
                found.setdefault(item, []).append(out)
        return found


def decide(situation: Situation) -> Decided:
    """Judge every entry in force on the day.

    A scope entry that `gates` others must hold for them to hold; one that is unknown leaves them
    unknown. Where a pack above has its own waiver of the same kind and item, a waiver beneath
    holds only if that one does: the nearer text sets the narrower conditions.
    """
    entries = [
        entry for entry in situation.catalogue.entries.values() if entry.in_force(situation.as_of)
    ]
    gating = [entry for entry in entries if entry.gates]
    found: list[Outcome] = []
    for entry in entries:
        gates = [gate.when for gate in gating if _gates(gate, entry)]
        for kind in tuple(entry.each) or (None,):
            nearer = _nearer(entry, kind, entries, situation)
            outcome = _outcome(entry, kind, gates, nearer, situation)
            if outcome is not None:
                found.append(outcome)
    return Decided(tuple(found))


def _gates(gate: Entry, entry: Entry) -> bool:
    if gate.code == entry.code or entry.kind == "class":
        return False
    return entry.code in gate.gates or ("pack" in gate.gates and entry.pack == gate.pack)


def _nearer(
    entry: Entry, kind: str | None, entries: Sequence[Entry], situation: Situation
) -> list[tuple[Entry, str | None]]:
    """Waivers of packs above for the same kind and item; a draft sets no law aside."""
    catalogue = situation.catalogue
    if entry.kind != "waive" or kind is None:
        return []
    above = catalogue.packs[catalogue.packs.index(entry.pack) + 1 :]
    item = entry.each[kind]
    return [
        (other, kind if other.each else None)
        for other in entries
        if other.kind == "waive"
        and other.pack in above
        and other.force != "draft"
        and kind in other.assessments()
        and item in (*other.items, other.each.get(kind))
    ]


def _outcome(
    entry: Entry,
    kind: str | None,
    gates: Sequence[Condition],
    nearer: Sequence[tuple[Entry, str | None]],
    situation: Situation,
) -> Outcome | None:
    """What comes of an entry; None where it does not hold."""
    truths = [situation.truth(gate) for gate in gates]
    truths.append(situation.truth(entry.when, kind))
    if nearer:
        truths.append(kleene_or([situation.truth(other.when, of) for other, of in nearer]))
    truth = kleene_and(truths)
    if truth is False:
        return None
    asked = [question for gate in gates for question in situation.questions(gate)]
    asked += situation.questions(entry.when, kind)
    if truth is None:
        asked += [text for other, of in nearer for text in situation.questions(other.when, of)]
    own = entry.each.get(kind) if kind else None
    return Outcome(
        entry=entry,
        holds=truth,
        kind=kind,
        items=tuple(dict.fromkeys([*entry.items, *([own] if own else [])])),
        because=situation.because(entry.when),
        questions=tuple(dict.fromkeys(asked)),
        binding=situation.catalogue.binds(entry),
    )
