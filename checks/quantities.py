"""What an argument amounts to on a date: dated values, tables by class or fact, attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checks.rule import (
    Argument,
    FactValue,
    Named,
    Number,
    OfAttribute,
    OfFact,
    Quantity,
    Row,
    Rule,
    Smaller,
    Word,
)

Facts = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A quantity that cannot be told, and what would settle it: facts, attributes or `class`."""

    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantities:
    """Values of one rule on one date for one project."""

    rule: Rule
    as_of: date
    facts: Facts

    def candidates(self, argument: Argument) -> list[Row]:
        """Rows that may apply: those whose fact keys fit or are unknown; `class` stays open.

        None where the value named does not hold on the date: such a rule is off file.
        """
        if not isinstance(argument, Named):
            return [Row({}, argument)]
        entry = self.rule.values[argument.name].on(self.as_of)
        if entry is None or entry.repealed:
            return []
        if entry.value is not None:
            return [Row({}, entry.value)]
        return [row for row in entry.table if self._fits(row) is not False]

    def _fits(self, row: Row) -> bool | None:
        """Whether a row's fact keys fit; None when a fact is unknown."""
        known = True
        for key, values in row.match.items():
            if key == "class":
                continue
            fact = self.facts.get(key)
            if fact is None:
                known = False
            elif text_of(fact) not in values:
                return False
        return True if known else None

    def resolve(
        self, argument: Argument, *, code: str | None = None, fields: Mapping[str, object] = {}
    ) -> float | str | Unknown:
        """The value for a feature of class `code` with attributes `fields`."""
        missing: list[str] = []
        for row in self.candidates(argument):
            classes = row.match.get("class")
            if classes is not None and code is None:
                missing.append("class")
                continue
            if classes is not None and code not in classes:
                continue
            if self._fits(row) is None:
                missing += [key for key in row.match if key != "class" and key not in self.facts]
                continue
            return self.amount(row.value, fields)
        return Unknown(tuple(dict.fromkeys(missing)) or self.unset(argument))

    def asks_attributes(self, argument: Argument) -> bool:
        """Whether the value may differ between features of one class."""
        return any(_from_feature(row.value) for row in self.candidates(argument))

    def unset(self, argument: Argument) -> tuple[str, ...]:
        """The name of a value that the office has not set yet; empty where it is set."""
        if not isinstance(argument, Named):
            return ()
        entry = self.rule.values[argument.name].on(self.as_of)
        return (argument.name,) if entry is not None and entry.unset else ()

    def amount(
        self, quantity: Quantity, fields: Mapping[str, object] = {}
    ) -> float | str | Unknown:
        """The figure behind a quantity; `fields` are the feature's attributes."""
        match quantity:
            case Number(value):
                return value
            case Word(word):
                return word
            case OfFact(fact, factor):
                given = self.facts.get(fact)
                return given * factor if isinstance(given, float) else Unknown((fact,))
            case OfAttribute(attribute):
                number = number_of(fields.get(attribute))
                return Unknown((f"@{attribute}",)) if number is None else number
            case Smaller(of):
                return self._smallest([self.amount(item, fields) for item in of])

    @staticmethod
    def _smallest(values: list[float | str | Unknown]) -> float | Unknown:
        missing = [name for value in values if isinstance(value, Unknown) for name in value.missing]
        if missing:
            return Unknown(tuple(dict.fromkeys(missing)))
        return min(value for value in values if isinstance(value, float))

    def largest(self, argument: Argument) -> float | None:
        """The largest figure that may apply, for the region to search; None when none is known.

        A smaller-of-two with one side unknown is at most the known side.
        """
        found = [self._upper(row.value) for row in self.candidates(argument)]
        known = [value for value in found if value is not None]
        return max(known) if known else None

    def unbounded(self, argument: Argument) -> tuple[str, ...] | None:
        """Facts without which no largest figure can be told; None when there is one.

        An empty tuple: no row of the table fits. Attributes of features are bounded by the
        features read and ask for nothing here.
        """
        rows = self.candidates(argument)
        if not rows:
            return self.unset(argument)
        names = [
            name
            for row in rows
            if self._upper(row.value) is None
            for name in self._unknown_facts(row.value)
        ]
        return tuple(dict.fromkeys(names)) or None

    def _unknown_facts(self, quantity: Quantity) -> tuple[str, ...]:
        if isinstance(quantity, Smaller):
            return tuple(name for item in quantity.of for name in self._unknown_facts(item))
        value = self.amount(quantity)
        if not isinstance(value, Unknown):
            return ()
        return tuple(name for name in value.missing if not name.startswith("@"))

    def _upper(self, quantity: Quantity) -> float | None:
        if isinstance(quantity, Smaller):
            known = [value for item in quantity.of if (value := self._upper(item)) is not None]
            return min(known) if known else None
        amount = self.amount(quantity)
        return amount if isinstance(amount, float) else None


def _from_feature(quantity: Quantity) -> bool:
    if isinstance(quantity, Smaller):
        return any(_from_feature(item) for item in quantity.of)
    return isinstance(quantity, OfAttribute)


def number_of(value: object) -> float | None:
    """A feature's attribute as a finite number, None where it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None


def text_of(value: FactValue) -> str:
    """A fact as the text that tables and conditions match: `true`, `8`, `factory`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
