"""Numbers of the law stand in rule files: the code that judges holds none of them."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

import pytest

from checks.rule import Number, Smaller
from checks.rulebook import load_rulebook
from checks.rulebook_packs import shipped_packs
from layers.catalog import shipped_specs

CHECKS = Path(__file__).parents[2] / "checks"
PLAIN = {0, 1, 2, 3}
"""Counts, signs and halves that no law speaks of."""

NO_LAW: dict[str, set[float]] = {
    "assessment_review.py": {5},  # lines of a message
    "case.py": {0.5},  # the middle of a line
    "class_reader.py": {12},  # depth of nesting
    "condition_search.py": {1500},  # steps of a search
    "distance_leaf.py": {1e-6},  # rounding of coordinates
    "findings.py": {4, 5, 6, 7, 1e-9},  # sections of the report; a whole share less rounding
    "indicators.py": {15, 1000, 10_000, 1_000_000},  # conversion of units
    "inheritance.py": {6},  # digits of a rounding
    "layer_view.py": {40, 100.0, 4, 1e4},  # bits, first search for the nearest, per cent cut down
    "measured.py": {1e-12},  # rounding of sums
    "raster_leaves.py": {1e-9},  # rounding of shares
    "screening.py": {9},  # section of the report
    "sharing.py": {8},  # section of the report
    "site_share.py": {9},  # digits of a rounding
}
READERS = ("rulebook",)
"""Modules that read, word and try rules judge nothing; their bounds are of files and pages."""

JUDGES = sorted(
    path
    for path in CHECKS.glob("*.py")
    if not path.stem.startswith(READERS) and path.stem != "__init__"
)


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


@pytest.mark.parametrize("path", JUDGES, ids=lambda path: path.stem)
def test_no_threshold_stands_in_the_code_that_judges(path: Path) -> None:
    strange = literals(path) - PLAIN - NO_LAW.get(path.name, set())
    assert not strange, (
        f"{path.name} holds {sorted(strange)}: a threshold belongs into a rule file; "
        "anything else goes into NO_LAW with the reason"
    )


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda path: path.stem)
def test_no_large_figure_of_the_law_stands_anywhere_in_checks(path: Path) -> None:
    large = {figure for figure in figures() if figure > 2000}
    assert not (literals(path) - NO_LAW.get(path.name, set())) & large
