"""What is told as stricter hits whatever the other hit: on random ground, by the engine itself."""

from __future__ import annotations

import random
from itertools import product

import pytest
import shapely

from checks.rule import ClassChoice, Group, Leaf, Number, Test
from checks.rulebook.order import of_tests
from tests.support.memory_store import MemoryStore, findings, rule

X, Y = 600_000.0, 2_700_000.0
SITE = shapely.box(X, Y, X + 100, Y + 100)
CHOICES = (
    None,
    ClassChoice(frozenset({"a"})),
    ClassChoice(frozenset({"a", "b"})),
    ClassChoice(frozenset({"a"}), negate=True),
)


def leaves() -> list[Leaf]:
    """Leaves of every measuring kind with thresholds that random ground straddles."""
    found = [Leaf("overlaps", "l", classes=choice) for choice in CHOICES]
    found += [Leaf("outside", "l", classes=choice) for choice in CHOICES]
    found += [Leaf("outside", "l", {"share": Number(share)}) for share in (0.2, 0.6)]
    for limit in (500.0, 2000.0):
        found += [
            Leaf("area_over", "l", {"area_m2": Number(limit)}, classes=choice)
            for choice in CHOICES[:2]
        ]
    for share, inclusive in product((0.05, 0.3), (False, True)):
        found.append(Leaf("share_over", "l", {"share": Number(share)}, inclusive=inclusive))
    found += [
        Leaf("class_in", "l", {"share": Number(share)}, classes=choice)
        for share, choice in product((0.1, 0.4), CHOICES[1:3])
    ]
    found += [Leaf("count_over", "l", {"count": Number(float(n))}) for n in (0, 1, 2)]
    for distance, inner in product((10.0, 40.0), (0.0, 5.0)):
        args = {"distance_m": Number(distance)} | ({"inner": Number(inner)} if inner else {})
        found += [Leaf("within_distance", "l", args, inclusive=yes) for yes in (False, True)]
    return found


def built() -> list[Test]:
    single = leaves()
    pick = random.Random(11)
    pairs = [tuple(pick.sample(single, 2)) for _ in range(14)]
    groups: list[Test] = [Group("all", pair) for pair in pairs]
    groups += [Group("any", pair) for pair in pairs]
    return [*single, *groups, *(Group("not", (leaf,)) for leaf in single[::3])]


TESTS = built()


def ground(seed: int) -> MemoryStore:
    """Up to four boxes of three classes, over, in and beside the site; all of it is known."""
    chance = random.Random(seed)
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    rows = []
    for _ in range(chance.randint(0, 4)):
        x, y = chance.uniform(-80, 140), chance.uniform(-80, 140)
        shape = shapely.box(
            X + x, Y + y, X + x + chance.uniform(5, 90), Y + y + chance.uniform(5, 90)
        )
        rows.append((shape, chance.choice("abc"), {}))
    store.layer("l", rows)
    return store


@pytest.fixture(scope="module")
def hits() -> list[set[int]]:
    """For each test the grounds on which it is affected."""
    found: list[set[int]] = [set() for _ in TESTS]
    rules = [rule(f"T{n}", "l", test) for n, test in enumerate(TESTS)]
    for seed in range(60):
        told = findings(ground(seed), rules, SITE)
        for n in range(len(TESTS)):
            state = told[f"T{n}"]["state"]
            assert state in {"affected", "clear"}
            if state == "affected":
                found[n].add(seed)
    return found


def test_wider_hits_all_that_the_other_hit(hits: list[set[int]]) -> None:
    told = 0
    for (i, one), (j, two) in product(enumerate(TESTS), repeat=2):
        order = of_tests(one, two)
        if order == "wider":
            told += 1
            assert hits[i] <= hits[j], (one, two)
        if order == "same":
            assert hits[i] == hits[j]
    assert told > 100


def test_the_ground_tells_tests_apart(hits: list[set[int]]) -> None:
    """Thresholds are straddled: most tests are hit on some grounds and not on others."""
    mixed = [n for n, seeds in enumerate(hits) if 0 < len(seeds) < 60]
    assert len(mixed) > 0.7 * len(TESTS)
