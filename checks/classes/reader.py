"""Read `classes.yaml` strictly: the closed grammar of conditions, lists, words, and entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from checks.classes.models import ClassesForm, EntryForm, ListForm
from checks.classes.rule import (
    EACH,
    FUNCTIONS,
    Call,
    Combined,
    Condition,
    Deadline,
    Entry,
    FindingIs,
    Listed,
    OfficeList,
    leaves,
)
from checks.rule import Basis, FactSpec, FactTest
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.when import parse_when
from gis.errors import LantuError, Text
from layers.yaml_file import read_text_with_lines, validate

_MAX_DEPTH = 12
_WORDS = ("all", "any", "not", "fact", "finding", *FUNCTIONS)


@dataclass
class ClassReader:
    """Collects what `classes.yaml` of several packs say, the lowest pack first."""

    facts: Mapping[str, FactSpec]
    rules: Collection[str]
    entries: dict[str, Entry] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    lists: dict[str, OfficeList] = field(default_factory=dict)
    words: dict[str, OfficeList] = field(default_factory=dict)
    kinds: dict[str, Mapping[str, str | None]] = field(default_factory=dict)
    covered: list[tuple[Entry, Entry]] = field(default_factory=list)

    def read(self, text: str, pack: str, file: str = "classes.yaml") -> None:
        """Read one file of a pack over what was read before.

        Raises
        ------
        LantuError
            `bad_file` (form), `bad_rule` (a condition), `unknown_fact`, `duplicate_rule` (a code
            twice in the pack): each with file and line.
        """
        where = f"{pack}/{file}"
        raw, lines = read_text_with_lines(text, where)
        place = Place(where, lines=lines)
        form = validate(ClassesForm, raw, where, lines=lines)
        self.kinds.update(form.kinds or {})
        for n, listed in enumerate(form.lists):
            self.lists[listed.name] = self._list(listed, pack, place.entry("lists", n))
        for n, word in enumerate(form.words):
            self.words[word.name] = self._list(word, pack, place.entry("words", n))
        for n, entry in enumerate(form.classes):
            self._put(entry, pack, place.entry("classes", n).rule(entry.code))

    def _put(self, form: EntryForm, pack: str, place: Place) -> None:
        held = self.entries.get(form.code)
        if held is not None and held.pack == pack:
            raise place.refuse(
                f"编号 {form.code} 重复",
                f"The code {form.code} stands twice",
                hint=Text("编号终身不变、不得重用", "A code is for life and used once"),
                code="duplicate_rule",
            )
        read = self._entry(form, pack, place)
        if held is not None:
            self.covered.append((held, read))
        self.entries[form.code], self.places[form.code] = read, place

    def _list(self, form: ListForm, pack: str, place: Place) -> OfficeList:
        here = self.places[form.name] = place.rule(form.name)
        entries = tuple(
            Listed(
                item.title.text(),
                self._needed(item.when, here.at("entries", n, "when"), each=False, depth=0),
            )
            for n, item in enumerate(form.entries, start=1)
        )
        return OfficeList(form.name, form.title.text(), entries, form.source, pack)

    def _entry(self, form: EntryForm, pack: str, place: Place) -> Entry:
        each = self._each(form.each, place.at("each"))
        when = self._needed(form.when, place.at("when"), each=bool(each), depth=0)
        limit = form.deadline
        return Entry(
            code=form.code,
            pack=pack,
            kind=form.kind,
            when=when,
            effect=form.effect.text(),
            items=form.items,
            each=each,
            key=form.key,
            axis=form.axis,
            deadline=Deadline(limit.days, limit.years, limit.due_before, limit.covers)
            if limit
            else None,
            papers=tuple(paper.text() for paper in form.papers),
            papers_may_follow=form.papers_may_follow,
            keeps=form.keeps,
            gates=(form.gates,) if isinstance(form.gates, str) else form.gates,
            valid_from=form.valid_from,
            valid_to=form.valid_to,
            force=form.force,
            basis=tuple(_basis(item, form) for item in form.basis),
            source=form.source,
            needs_person=form.needs_person.text() if form.needs_person else None,
        )

    def _each(self, raw: str | dict[str, str | None] | None, place: Place) -> dict[str, str | None]:
        if raw is None:
            return {}
        if isinstance(raw, dict):
            return dict(raw)
        name = raw.removeprefix("@")
        if name not in self.kinds:
            raise place.refuse(
                f"没有评估事项组“{raw}”{near_zh(name, self.kinds)}",
                f"No group of kinds {raw!r}{near_en(name, self.kinds)}",
            )
        return dict(self.kinds[name])

    # --- conditions -----------------------------------------------------------------------------

    def _needed(self, raw: object, place: Place, *, each: bool, depth: int) -> Condition:
        given = place.mapping(raw)
        if depth > _MAX_DEPTH:
            raise place.refuse("条件嵌套过深", "The condition nests too deep")
        if not given:
            raise place.refuse("条件为空", "The condition is empty")
        if "fact" in given:
            return self._fact(given, place)
        if "finding" in given:
            return _finding(given, place)
        if len(given) != 1:
            raise place.refuse(
                f"条件只写一个词，却有 {len(given)} 个：{', '.join(given)}",
                f"A condition is one word, not {len(given)}: {', '.join(given)}",
            )
        (word,) = given
        place.only(given, _WORDS, Text("条件", "A condition"))
        here = place.at(word)
        if word == "not":
            return Combined("not", (self._needed(given[word], here, each=each, depth=depth + 1),))
        if word in ("all", "any"):
            kind: Literal["all", "any"] = "all" if word == "all" else "any"
            parts = enumerate(here.items(given[word]), start=1)
            found = (
                self._needed(part, here.at(n), each=each, depth=depth + 1) for n, part in parts
            )
            return Combined(kind, tuple(found))
        argument = here.text(given[word])
        if argument == EACH and not each:
            raise here.refuse(
                f"{word}: each 须在条目中写 each", f"{word}: each needs `each` in the entry"
            )
        return Call(next(name for name in FUNCTIONS if name == word), argument)

    def _fact(self, given: Mapping[str, Any], place: Place) -> FactTest:
        test = parse_when(dict(given), self.facts, place)
        if not isinstance(test, FactTest):
            raise place.refuse("条件为空", "The condition is empty")
        return test

    # --- references -----------------------------------------------------------------------------

    def check(self) -> None:
        """Refuse names of classes, lists, words and rules that nobody declares, and rings.

        Raises
        ------
        LantuError
            `bad_rule`, `unknown_rule`, `rule_cycle`.
        """
        declared = {entry.key for entry in self.entries.values() if entry.key}
        for entry in self.entries.values():
            place = self.places[entry.code]
            for leaf in leaves(entry.when):
                self._declared(leaf, declared, place.at("when"))
            for code in entry.gates:
                if code != "pack" and code not in self.entries:
                    raise _unknown(code, self.entries, place.at("gates"))
        for listed in (*self.lists.values(), *self.words.values()):
            place = self.places[listed.name]
            for item in listed.entries:
                for leaf in leaves(item.when):
                    self._declared(leaf, declared, place.at("entries"))
        done: set[str] = set()
        for key in sorted(declared):
            self._walk(key, (), done)

    def _declared(self, leaf: FactTest | Call | FindingIs, classes: set[str], place: Place) -> None:
        if isinstance(leaf, FindingIs) and leaf.code not in self.rules:
            raise place.refuse(
                f"finding 引用的规则 {leaf.code} 不存在{near_zh(leaf.code, self.rules)}",
                f"finding asks for {leaf.code}, which is no rule{near_en(leaf.code, self.rules)}",
                code="unknown_rule",
            )
        if not isinstance(leaf, Call):
            return
        shelves: dict[str, Collection[str]] = {
            "class": classes,
            "list": self.lists,
            "word": self.words,
        }
        shelf = shelves.get(leaf.function)
        if shelf is not None and leaf.argument not in shelf:
            raise _unknown(leaf.argument, shelf, place.at(leaf.function))

    def _walk(self, key: str, above: tuple[str, ...], done: set[str]) -> None:
        if key in done:
            return
        if key in above:
            ring = " → ".join((*above[above.index(key) :], key))
            place = next(self.places[e.code] for e in self.entries.values() if e.key == key)
            raise place.at("when").refuse(
                f"类别互相引用成环：{ring}", f"Classes form a ring: {ring}", code="rule_cycle"
            )
        for asked in self._asked(key):
            self._walk(asked, (*above, key), done)
        done.add(key)

    def _asked(self, key: str) -> list[str]:
        """Classes that the definitions of a class ask for, through lists and words too."""
        found: list[str] = []
        open_conditions = [entry.when for entry in self.entries.values() if entry.key == key]
        seen: set[tuple[str, str]] = set()
        while open_conditions:
            for leaf in leaves(open_conditions.pop()):
                if not isinstance(leaf, Call) or (leaf.function, leaf.argument) in seen:
                    continue
                seen.add((leaf.function, leaf.argument))
                if leaf.function == "class":
                    found.append(leaf.argument)
                elif leaf.function in ("list", "word"):
                    shelf = self.lists if leaf.function == "list" else self.words
                    open_conditions += [item.when for item in shelf[leaf.argument].entries]
        return found


def finding_codes(entries: Mapping[str, Entry]) -> Iterator[str]:
    """Codes of rules whose findings the entries ask for."""
    for entry in entries.values():
        for leaf in leaves(entry.when):
            if isinstance(leaf, FindingIs):
                yield leaf.code


def _finding(given: Mapping[str, Any], place: Place) -> FindingIs:
    place.only(given, ("finding", "is"), Text("条件", "A condition"))
    code = place.at("finding").text(given["finding"])
    state = place.at("is").one_of(given.get("is"), ("clear", "affected"))
    return FindingIs(code, "clear" if state == "clear" else "affected")


def _basis(item: Any, form: EntryForm) -> Basis:
    """A basis holds as long, and with the force, as its entry says, unless it says itself."""
    return Basis(
        title=item.title,
        article=item.article,
        valid_from=item.valid_from or form.valid_from,
        valid_to=item.valid_to or form.valid_to,
        force=item.force or form.force,
        role=item.role or ("exception" if form.kind == "waive" else "approval"),
    )


def _unknown(name: str, known: Collection[str], place: Place) -> LantuError:
    return place.refuse(
        f"没有声明“{name}”{near_zh(name, known)}", f"{name!r} is not declared{near_en(name, known)}"
    )
