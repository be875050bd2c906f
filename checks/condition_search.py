"""Search facts on which conditions hold together: exact over the facts that the conditions name.

Lists nobody recorded, findings of other rules and answers on area assessments are free: each may be
either. Numbers are searched by the intervals between their limits (`fact_space`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from checks.classes.rule import EACH, Call, Catalogue, Combined, Condition, FindingIs
from checks.conditions import Truth, holds, kleene_and, kleene_not, kleene_or
from checks.fact_space import choices
from checks.rule import FactSpec, FactTest, FactValue, When, WhenGroup

MOST_STEPS = 1500
"""Steps after which a search is cut off and told as not decided."""

Variable = tuple[str, ...]
Searched = Condition | When


class Search:
    """Depth-first search for an assignment that makes all conditions true."""

    def __init__(
        self,
        catalogue: Catalogue,
        specs: Mapping[str, FactSpec],
        day: date,
        *,
        kind: str | None = None,
        affected: str | None = None,
    ) -> None:
        self.catalogue, self.specs, self.day, self.kind = catalogue, specs, day, kind
        self.steps = 0
        self.known: dict[Variable, FactValue | None] = {}
        self.given = ("finding", affected) if affected else None
        if self.given:
            self.known[self.given] = "affected"

    @property
    def cut_off(self) -> bool:
        """Whether the search ended before it was decided."""
        return self.steps > MOST_STEPS

    def run(self, conditions: Sequence[Searched]) -> Mapping[str, FactValue | None] | None:
        """Return the facts of the first assignment found; None where there is none."""
        tests: dict[Variable, list[FactTest]] = {}
        for condition in conditions:
            self._collect(condition, tests, set())
        free = [variable for variable in tests if variable not in self.known]
        self.domain = {
            variable: choices(self.specs[variable[1]], tests[variable])
            if variable[0] == "fact"
            else ("affected", "clear")
            if variable[0] == "finding"
            else (True, False)
            for variable in free
        }
        if not self._assign(conditions, free):
            return None
        return {
            variable[-1]: value for variable, value in self.known.items() if variable != self.given
        }

    def _assign(self, conditions: Sequence[Searched], free: list[Variable]) -> bool:
        self.steps += 1
        truth = kleene_and([self._truth(condition) for condition in conditions])
        if truth is not None or self.steps > MOST_STEPS:
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

    def _truth(self, condition: Searched) -> Truth:
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
        self, condition: Searched, tests: dict[Variable, list[FactTest]], seen: set[Call]
    ) -> None:
        match condition:
            case FactTest(fact):
                tests.setdefault(("fact", fact), []).append(condition)
            case Combined(_, items) | WhenGroup(_, items):
                for item in items:
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
