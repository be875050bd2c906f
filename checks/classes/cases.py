"""Cases of classes, waivers and deadlines in planners' words.

A case names an entry, a day and a project, what the rules found and what is known of area
assessments, and says whether the entry holds, what is asked, and what becomes of items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import PositiveInt

from checks.classes.conditions import Situation
from checks.classes.rule import Catalogue, Combined, Due, Listed, OfficeList
from checks.classes.services import Effect, Service, services
from checks.classes.standing import Decided, Outcome, decide
from checks.facts import project_of
from checks.rule import Rulebook, State
from checks.rulebook.models import Code, Day, Filled
from checks.rulebook.place import near_en, near_zh
from gis.errors import LantuError, Text
from layers.strict import Strict

Held = Literal["holds", "does_not_hold", "needs_person", "not_in_force"]
_YES = Listed(Text("案例", "case"), Combined("all", ()))
_NO = Listed(Text("案例", "case"), Combined("any", ()))


class EntryCaseForm(Strict):
    """One case of `classes.yaml`.

    `project` takes facts from the file's `projects`; `facts` add to them, null takes one away.
    `on` says of lists and words, as an office would, whether the project is on them. `kind`
    picks one kind of an entry that holds kind by kind. `asks`: words that a question holds.
    `items`: what the list of services says of items; null: the item is not on the list.
    """

    case: Filled
    entry: Code
    as_of: Day
    expect: Held
    project: str | None = None
    facts: dict[str, Any] | None = None
    findings: dict[str, State] | None = None
    area: dict[str, dict[str, bool]] | None = None
    on: dict[str, bool] | None = None
    kind: str | None = None
    asks: tuple[Filled, ...] = ()
    items: dict[str, Effect | None] | None = None
    days: PositiveInt | None = None
    due_before: Due | None = None
    cites: tuple[Filled, ...] = ()


def judge(
    case: EntryCaseForm, projects: Mapping[str, Mapping[str, Any]], book: Rulebook, where: str
) -> tuple[Held, tuple[str, ...]]:
    """Return whether the entry holds, and what beside that is not as the case says.

    Raises
    ------
    LantuError
        `unknown_rule` (entry, list, word), `bad_file` (project), `unknown_fact`, `bad_fact`.
    """
    catalogue = _with_lists(book.catalogue or Catalogue(), case, where)
    entry = catalogue.entries.get(case.entry)
    if entry is None:
        raise _unknown("条目", "entry", case.entry, catalogue.entries, where)
    facts = {**_base(case, projects, where), **(case.facts or {})}
    project = project_of(facts, book.facts, where=where)
    situation = Situation(
        catalogue,
        book.facts,
        case.as_of,
        project.facts,
        case.findings or {},
        case.area or {},
    )
    decided = decide(situation)
    mine = [
        out
        for out in decided.outcomes
        if out.entry.code == case.entry and case.kind in (None, out.kind)
    ]
    state: Held = _state(mine) if entry.in_force(case.as_of) else "not_in_force"
    return state, tuple(_wrong(case, mine, decided, situation))


def _base(
    case: EntryCaseForm, projects: Mapping[str, Mapping[str, Any]], where: str
) -> Mapping[str, Any]:
    if case.project is None:
        return {}
    if case.project not in projects:
        raise _unknown("项目", "project", case.project, projects, where)
    return projects[case.project]


def _state(mine: list[Outcome]) -> Held:
    if any(out.holds for out in mine):
        return "holds"
    return "needs_person" if mine else "does_not_hold"


def _wrong(
    case: EntryCaseForm, mine: list[Outcome], decided: Decided, situation: Situation
) -> Iterator[str]:
    asked = "；".join(question.zh for out in mine for question in out.questions)
    for words in case.asks:
        if words not in asked:
            yield f"asks {asked}"
    entry = situation.catalogue.entries[case.entry]
    cited = "；".join(f"{basis.title}{basis.article or ''}" for basis in entry.basis)
    for words in case.cites:
        if words not in cited:
            yield f"cites {cited}"
    limit = entry.deadline
    if case.days is not None and (limit is None or limit.days != case.days):
        yield f"days {limit.days if limit else None}"
    if case.due_before is not None and (limit is None or limit.due_before != case.due_before):
        yield f"due_before {limit.due_before if limit else None}"
    if case.items:
        rows: dict[str, Service] = {row.item.code: row for row in services(decided, (), situation)}
        for code, wanted in case.items.items():
            effect = rows[code].effect if code in rows else None
            if effect != wanted:
                yield f"{code} {effect}"


def _with_lists(catalogue: Catalogue, case: EntryCaseForm, where: str) -> Catalogue:
    """Return the catalogue with lists and words recorded as the case says."""
    lists, words = dict(catalogue.lists), dict(catalogue.words)
    for name, answer in (case.on or {}).items():
        shelf = lists if name in lists else words
        if name not in shelf:
            raise _unknown("清单", "list", name, {**lists, **words}, where)
        shelf[name] = _recorded(shelf[name], answer=answer)
    return replace(catalogue, lists=lists, words=words)


def _recorded(listed: OfficeList, *, answer: bool) -> OfficeList:
    return replace(listed, entries=(_YES if answer else _NO,))


def _unknown(zh: str, en: str, name: str, known: Mapping[str, object], where: str) -> LantuError:
    return LantuError(
        "unknown_rule",
        Text(
            f"没有{zh}“{name}”{near_zh(name, known)}",
            f"There is no {en} {name!r}{near_en(name, known)}",
        ),
        Text("请核对名称", "Check the name"),
        where=where,
    )
