"""Numbers of the law stand in rule files: the code that judges holds none of them."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

import pytest

from checks.rule import Number, Smaller
from checks.rulebook.load import load_rulebook
from checks.rulebook.packs import shipped_packs
from layers.catalog import shipped_specs

CHECKS = Path(__file__).parents[2] / "checks"
PLAIN = {0, 1, 2, 3}
"""Counts, signs and halves that no law speaks of."""

NO_LAW: dict[str, set[float]] = {
    "both_ways.py": {1_000_000},  # parts of a square metre
    "case.py": {0.5},  # the middle of a line
    "distance_leaf.py": {1e-6},  # rounding of coordinates
    "findings.py": {4, 5, 6, 7, 1e-9},  # sections of the report; a whole share less rounding
    "gather.py": {15, 1000, 10_000, 1_000_000},  # conversion of units
    "layer_view.py": {40, 100.0, 4, 1e4},  # bits, first search for the nearest, per cent cut down
    "measured.py": {1e-12},  # rounding of sums
    "raster_leaves.py": {1e-9},  # rounding of shares
    "case_store.py": {20_000, 600_000, 2_700_000},  # an imaginary place
    "packs.py": {2000},  # files of a pack
    "screening.py": {9},  # section of the report
    "verify.py": {200},  # differences listed
}
ENGINE = (
    "case", "conclusion", "conditions", "distance_leaf", "evidence", "findings", "judging",
    "layer_view", "measured", "quantities", "raster_leaves", "screening", "spatial_leaves",
    "value_leaves",
)  # fmt: skip
"""Modules that judge a site by rules: every number in them is looked at."""


def literals(path: Path) -> set[float]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        float(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    }


@lru_cache(maxsize=1)
def figures() -> set[float]:
    """Every figure that a shipped rule compares with."""
    book = load_rulebook(shipped_packs(), {}, layer_specs=shipped_specs())
    found: set[float] = set()
    for rule in book.rules.values():
        for series in rule.values.values():
            for entry in series.dated:
                quantities = [entry.value, *(row.value for row in entry.table)]
                quantities += [
                    q for item in quantities if isinstance(item, Smaller) for q in item.of
                ]
                found |= {q.value for q in quantities if isinstance(q, Number)}
    return found


def test_the_figures_of_the_law_are_read_from_files() -> None:
    assert {0.75, 5, 8, 30, 100, 500, 1000, 2000, 350_000, 700_000, 7_000_000} <= figures()


@pytest.mark.parametrize("name", ENGINE)
def test_the_engine_holds_no_number_of_its_own(name: str) -> None:
    path = CHECKS / f"{name}.py"
    strange = literals(path) - PLAIN - NO_LAW.get(path.name, set())
    assert not strange, (
        f"{path.name} holds {sorted(strange)}: a threshold belongs into a rule file; "
        "anything else goes into NO_LAW with the reason"
    )


JUDGING = [path for path in sorted(CHECKS.rglob("*.py")) if path.parent.name != "report"]


@pytest.mark.parametrize("path", JUDGING, ids=lambda path: path.stem)
def test_no_figure_of_the_law_stands_in_checks(path: Path) -> None:
    """Small counts, and what NO_LAW explains, may happen to be figures of the law as well."""
    legal = {figure for figure in figures() if figure not in range(101)} | {0.75}
    assert not (literals(path) - NO_LAW.get(path.name, set())) & legal


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda path: path.stem)
def test_no_large_figure_of_the_law_stands_anywhere_in_checks(path: Path) -> None:
    large = {figure for figure in figures() if figure > 2000}
    assert not (literals(path) - NO_LAW.get(path.name, set())) & large
