"""Properties of decisions on sharing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.inheritance.decision_table import Situation, first_row, matches
from checks.inheritance.model import CRITERIA, OUTCOME_ORDER, RESULTS, InheritancePack
from checks.inheritance.site_share import share_in
from checks.rulebook.load import load_rulebook
from layers.catalog import shipped_specs
from tests.support.sharing import SITE, polygon

OFFICE = Path(__file__).parents[1] / "data" / "sharing_pack"
PACKS = ("cn-base", "guangdong", "xiamen-haicang", "yangjiang", "zhejiang", "office")


def pack(name: str) -> InheritancePack:
    book = load_rulebook([name], {"office": OFFICE}, layer_specs=shipped_specs())
    assert book.inheritance is not None
    return book.inheritance


BOOKS = {name: pack(name) for name in PACKS}
KINDS = [(name, kind) for name, book in BOOKS.items() for kind in book.kinds]
RANK = {outcome: n for n, outcome in enumerate(OUTCOME_ORDER)} | {"partial_rule": 2}


def outcome_of(name: str, kind: str, share: str, results: dict[str, str]) -> str:
    book = BOOKS[name]
    one = book.kinds[kind]
    effects = {key: book.weight(one, key).effect for key in CRITERIA}
    held = results | {"coverage": {"none": "failed", "partial": "failed", "full": "met"}[share]}
    row = first_row(book.rows(one), Situation(share, held, effects))  # type: ignore[arg-type]
    assert row is not None
    return row.outcome


RESULT_MAPS = st.fixed_dictionaries({key: st.sampled_from(RESULTS) for key in CRITERIA})


@settings(max_examples=300, deadline=None)
@given(
    where=st.sampled_from(KINDS),
    share=st.sampled_from(("partial", "full")),
    results=RESULT_MAPS,
    key=st.sampled_from(CRITERIA),
)
def test_a_failed_criterion_more_never_improves_an_outcome(
    where: tuple[str, str], share: str, results: dict[str, str], key: str
) -> None:
    """From any result to failed: the outcome stays or gets worse, and advisory ones change none."""
    name, kind = where
    book = BOOKS[name]
    before = outcome_of(name, kind, share, results)
    after = outcome_of(name, kind, share, results | {key: "failed"})
    if book.weight(book.kinds[kind], key).effect != "decisive":  # type: ignore[arg-type]
        assert after == before
    else:
        assert RANK[after] >= RANK[before]


def _products(keys: list[str]) -> Iterator[dict[str, str]]:
    """All results of up to five criteria; of more, all results of every two of them."""
    for some in [keys] if len(keys) <= 5 else itertools.combinations(keys, 2):
        for results in itertools.product(RESULTS, repeat=len(some)):
            yield dict(zip(some, results, strict=True))


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_tables_are_complete_and_every_row_can_decide(name: str, kind: str) -> None:
    """On the product of the decisive criteria each situation has a row, and each row decides."""
    book = BOOKS[name]
    one = book.kinds[kind]
    effects = {key: book.weight(one, key).effect for key in CRITERIA}
    decisive = [key for key in CRITERIA if effects[key] == "decisive" and key != "coverage"]
    rows = book.rows(one)
    seen = set()
    for share in ("none", "partial", "full"):
        covered = "met" if share == "full" else "failed"
        for given_results in _products(decisive):
            held = dict.fromkeys(CRITERIA, "met") | {"coverage": covered} | given_results
            situation = Situation(share, held, effects)  # type: ignore[arg-type]
            row = first_row(rows, situation)
            assert row is not None
            assert matches(row, situation)
            seen.add(rows.index(row))
    own = len(one.table) or len(rows)
    asked = {
        n
        for n, row in enumerate(rows[:own])
        if all(effects[key] == "decisive" for key in row.criteria or {})
    }
    dead = asked - seen
    # what follows a row on `share: partial` fails only by what no row names: a net for other packs
    assert all(rows[n].any_decisive == "failed" for n in dead)


GROWTHS = st.integers(0, 200_000).map(lambda value: value / 1000)
SIDES = st.floats(-300, 300, allow_nan=False).map(lambda value: round(value, 3))


@settings(max_examples=100, deadline=None)
@given(x=SIDES, y=SIDES, width=st.floats(1, 500), height=st.floats(1, 500), grow=GROWTHS)
def test_a_wider_extent_never_worsens_coverage(
    x: float, y: float, width: float, height: float, grow: float
) -> None:
    west, south, east, north = 1000 + x, 1000 + y, 1000 + x + width, 1000 + y + height
    extent = shapely.box(west, south, east, north)
    wider = shapely.box(west - grow, south - grow, east + grow, north + grow)
    order = ("none", "partial", "full")
    before, after = share_in(polygon(SITE), extent), share_in(polygon(SITE), wider)
    assert order.index(after.word) >= order.index(before.word)
    assert after.share >= before.share - 1e-12
    assert after.outside_m <= before.outside_m + 1e-9
