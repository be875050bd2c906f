"""What differs between the classes, waivers and deadlines of two rulebooks, and which way.

Stricter: whatever was asked before still is. An entry that eases (waive, pledge, simplify, merge),
or gates others, is milder when it holds for more projects, items or days; one that keeps items,
when it holds for fewer. Conditions are compared by searching facts on which one holds and the other
does not; what cannot be proved either way is only named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from checks.classes.rule import Catalogue, Combined, Condition, Entry, OfficeList
from checks.condition_search import Search
from checks.rule import FactSpec
from gis.errors import Text

Direction = Literal["stricter", "milder", "set", "other", "none"]
_EASES = ("waive", "pledge", "simplify", "merge")
_PLAIN = ("effect", "papers", "source", "basis", "needs_person", "force")
_OPPOSITE: Mapping[str, Direction] = {"stricter": "milder", "milder": "stricter"}


@dataclass(frozen=True, slots=True)
class EntryDifference:
    """One key that differs, and which way."""

    key: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry or a list that was added, removed or changed."""

    code: str
    title: Text
    change: Literal["added", "removed", "changed"]
    direction: Direction
    differences: tuple[EntryDifference, ...] = ()
    before: Entry | None = None
    after: Entry | None = None


def diff_entries(
    before: Catalogue,
    after: Catalogue,
    specs: Mapping[str, FactSpec],
    *,
    days: tuple[date | None, date | None] = (None, None),
) -> tuple[EntryChange, ...]:
    """Return the entries and lists that differ, by code; on days given, only what holds on them."""
    first, second = _held(before, days[0]), _held(after, days[1])
    found = []
    for code in sorted({*first, *second}):
        old, new = first.get(code), second.get(code)
        if old is None and new is not None:
            way: Direction = "milder" if _eases(new) else "stricter" if _binds(new) else "other"
            found.append(EntryChange(code, new.effect, "added", way, after=new))
        elif new is None and old is not None:
            way = "stricter" if _eases(old) else "milder" if _binds(old) else "other"
            found.append(EntryChange(code, old.effect, "removed", way, before=old))
        elif old is not None and new is not None:
            on_days = days[0] is not None
            differs = tuple(compare_entries(old, new, after, specs, on_days=on_days))
            if differs:
                way = overall(differs)
                found.append(EntryChange(code, new.effect, "changed", way, differs, old, new))
    return (*found, *_lists(before, after))


def _held(catalogue: Catalogue, day: date | None) -> dict[str, Entry]:
    entries = catalogue.entries
    return {code: e for code, e in entries.items() if day is None or e.in_force(day)}


def _eases(entry: Entry) -> bool:
    return entry.kind in _EASES


def _binds(entry: Entry) -> bool:
    return entry.keeps or bool(entry.gates)


def _wider(entry: Entry) -> Direction:
    """What it means that an entry holds for more: those out of a gate's scope are eased nothing."""
    if entry.keeps:
        return "stricter"
    return "milder" if _eases(entry) or entry.gates else "other"


def overall(differences: tuple[EntryDifference, ...]) -> Direction:
    """Return what several differences come to: one way, or only named."""
    ways = {item.direction for item in differences} - {"none"}
    if not ways:
        return "none"
    return ways.pop() if len(ways) == 1 else "other"


def compare_entries(
    before: Entry,
    after: Entry,
    catalogue: Catalogue,
    specs: Mapping[str, FactSpec],
    *,
    on_days: bool = False,
) -> Iterator[EntryDifference]:
    """Return the keys in which two versions of an entry differ."""
    if before.kind != after.kind:
        yield EntryDifference("kind", "other")
        return
    more = _wider(after)
    if before.when != after.when:
        yield EntryDifference("when", _of_conditions(before, after, catalogue, specs, more))
    old, new = set(before.all_items()), set(after.all_items())
    if old != new:
        yield EntryDifference("items", _of_sets(old, new, more))
    if before.keeps != after.keeps:
        yield EntryDifference("keeps", "stricter" if after.keeps else "milder")
    if set(before.gates) != set(after.gates):
        yield EntryDifference("gates", _of_sets(set(before.gates), set(after.gates), "stricter"))
    for key in ("key", "axis", "deadline", "papers_may_follow"):
        if getattr(before, key) != getattr(after, key):
            yield EntryDifference(key, "other")
    spans = _span(before), _span(after)
    if spans[0] != spans[1] and not on_days:
        yield EntryDifference("valid", _of_spans(*spans, more))
    for key in _PLAIN:
        if getattr(before, key) != getattr(after, key):
            yield EntryDifference(key, "none" if key != "force" else "other")


def _span(entry: Entry) -> tuple[date, date]:
    return entry.valid_from or date.min, entry.valid_to or date.max


def _of_spans(old: tuple[date, date], new: tuple[date, date], more: Direction) -> Direction:
    if new[0] <= old[0] and old[1] <= new[1]:
        return more
    return _turned(more) if old[0] <= new[0] and new[1] <= old[1] else "other"


def _of_sets(old: set[str], new: set[str], more: Direction) -> Direction:
    if old < new:
        return more
    return _turned(more) if new < old else "other"


def _turned(way: Direction) -> Direction:
    return _OPPOSITE.get(way, "other")


def _of_conditions(
    before: Entry,
    after: Entry,
    catalogue: Catalogue,
    specs: Mapping[str, FactSpec],
    more: Direction,
) -> Direction:
    """Which way a condition went: more projects, fewer, neither, or not decided."""
    gained = lost = False
    for day in _days(before, after, catalogue):
        for holds, fails, gain in (
            (after.when, before.when, True),
            (before.when, after.when, False),
        ):
            met = _apart(holds, fails, day, catalogue, specs)
            if met is None:
                return "other"
            gained, lost = gained or (met and gain), lost or (met and not gain)
    if gained and lost:
        return "other"
    return more if gained else _turned(more) if lost else "none"


def _apart(
    holds: Condition,
    fails: Condition,
    day: date,
    catalogue: Catalogue,
    specs: Mapping[str, FactSpec],
) -> bool | None:
    """Whether facts exist on which one holds and the other does not; None: not decided."""
    search = Search(catalogue, specs, day)
    if search.run((holds, Combined("not", (fails,)))) is not None:
        return True
    return None if search.cut_off else False


def _days(before: Entry, after: Entry, catalogue: Catalogue) -> list[date]:
    """The first common day, and each day on which a class begins or has ended."""
    classes = [entry for entry in catalogue.entries.values() if entry.kind == "class"]
    turns = {entry.valid_from for entry in classes if entry.valid_from}
    turns |= {entry.valid_to + timedelta(days=1) for entry in classes if entry.valid_to}
    first = max(_span(before)[0], _span(after)[0])
    last = min(_span(before)[1], _span(after)[1])
    return sorted({first, *(day for day in turns if first <= day <= last)})


def _lists(before: Catalogue, after: Catalogue) -> Iterator[EntryChange]:
    """Lists and words that an office recorded, or records otherwise."""
    for word, old, new in (
        ("list", before.lists, after.lists),
        ("word", before.words, after.words),
    ):
        for name in sorted({*old, *new}):
            yield from _list(f"{word}:{name}", old.get(name), new.get(name))


def _list(code: str, old: OfficeList | None, new: OfficeList | None) -> Iterator[EntryChange]:
    if old is None and new is not None:
        yield EntryChange(code, new.title, "added", "other")
    elif new is None and old is not None:
        yield EntryChange(code, old.title, "removed", "other")
    elif old is not None and new is not None and old.entries != new.entries:
        way: Direction = "set" if not old.entries else "other"
        row = EntryDifference("entries", way)
        yield EntryChange(code, new.title, "changed", way, (row,))
