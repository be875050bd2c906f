"""Knowing less never waives more: what is unknown leaves an answer open, or as it would be."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.classes.conditions import Situation
from checks.classes.rule import Catalogue, leaves
from checks.classes.services import services
from checks.classes.standing import decide
from checks.fact_space import choices
from checks.rule import FactTest, FactValue, Rulebook
from checks.rulebook.load import load_rulebook
from layers.catalog import shipped_specs

DAYS = st.sampled_from(
    [date(2018, 12, 1), date(2020, 12, 1), date(2021, 7, 1), date(2026, 8, 14), date(2026, 11, 20)]
)
PACKS = ("xiamen-haicang", "yangjiang", "zhejiang")


@lru_cache
def book(name: str) -> Rulebook:
    return load_rulebook([name], {}, layer_specs=shipped_specs())


def catalogue(name: str) -> Catalogue:
    found = book(name).catalogue
    assert found is not None
    return found


@lru_cache
def asked(name: str) -> dict[str, tuple[FactValue, ...]]:
    """Facts that the entries of a pack ask for, each with values on all sides of its limits."""
    tests: dict[str, list[FactTest]] = {}
    for entry in catalogue(name).entries.values():
        for leaf in leaves(entry.when):
            if isinstance(leaf, FactTest) and leaf.op != "known":
                tests.setdefault(leaf.fact, []).append(leaf)
    return {
        fact: tuple(value for value in choices(book(name).facts[fact], found) if value is not None)
        for fact, found in tests.items()
    }


@st.composite
def knowledge(draw: st.DrawFn, name: str) -> tuple[dict[str, FactValue], set[str]]:
    facts = {fact: draw(st.sampled_from(values)) for fact, values in asked(name).items()}
    return facts, set(draw(st.lists(st.sampled_from(sorted(facts)), max_size=12)))


@pytest.mark.parametrize("name", PACKS)
@given(data=st.data(), day=DAYS)
@settings(max_examples=40, deadline=None)
def test_less_knowledge_only_opens_questions(name: str, data: st.DataObject, day: date) -> None:
    facts, forgotten = data.draw(knowledge(name))
    less = {fact: value for fact, value in facts.items() if fact not in forgotten}
    full = Situation(catalogue(name), book(name).facts, day, facts)
    part = Situation(catalogue(name), book(name).facts, day, less)
    for entry in catalogue(name).entries.values():
        for kind in tuple(entry.each) or (None,):
            known, guessed = full.truth(entry.when, kind), part.truth(entry.when, kind)
            assert guessed in (None, known), entry.code
            assert guessed is not None or part.questions(entry.when, kind), entry.code


@pytest.mark.parametrize("name", PACKS)
@given(data=st.data(), day=DAYS)
@settings(max_examples=40, deadline=None)
def test_what_is_forgotten_waives_nothing(name: str, data: st.DataObject, day: date) -> None:
    facts, forgotten = data.draw(knowledge(name))
    less = {fact: value for fact, value in facts.items() if fact not in forgotten}
    kinds = {kind for entry in catalogue(name).entries.values() for kind in entry.assessments()}
    area = {
        word: {kind: data.draw(st.booleans()) for kind in sorted(kinds)}
        for word in ("assessed", "covered", "meets")
    }

    def waived(known: dict[str, FactValue]) -> set[str]:
        situation = Situation(catalogue(name), book(name).facts, day, known, area=area)
        rows = services(decide(situation), (), situation)
        return {row.item.code for row in rows if row.effect == "waived"}

    assert waived(less) <= waived(facts)
