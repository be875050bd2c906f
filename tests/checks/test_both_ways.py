"""Rounding of a table both ways: rows and columns add up, each figure goes to a step next to it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.report.both_ways import adding_up_both_ways

CENT = Decimal("0.01")


def exact(values):
    return sum(Decimal(repr(value)) for value in values)


def test_a_table_by_hand():
    # by columns alone 0.34 + 0.33 + 0.33 each: the first row would say 0.68, its sum is 0.67
    thirds = [[0.333333, 0.333334], [0.333333, 0.333333], [0.333334, 0.333333]]
    shown = adding_up_both_ways(thirds)
    assert [exact(column) for column in zip(*shown, strict=True)] == [1, 1]
    assert sorted(exact(row) for row in shown) == [
        Decimal("0.66"),
        Decimal("0.67"),
        Decimal("0.67"),
    ]


def test_where_a_row_has_one_cell_its_sum_is_that_cell():
    # three plots of one class each: none may say another figure in its total than in its class
    shown = adding_up_both_ways([[1830.095, 0.0], [0.0, 7.005], [4.9, 0.0]])
    assert [sum(1 for cell in row if cell) for row in shown] == [1, 1, 1]
    assert exact(cell for row in shown for cell in row) == Decimal("1842.00")


@pytest.mark.parametrize("cells", [[], [[]], [[], []], [[0.0]], [[12.5, 3.25]]])
def test_what_is_round_or_empty_stays(cells):
    assert adding_up_both_ways(cells) == cells


areas = st.one_of(
    st.just(0.0), st.integers(0, 10**12).map(lambda micro: micro / 10**6), st.just(0.005)
)


@given(st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(areas, min_size=width, max_size=width), max_size=8)
))  # fmt: skip
def test_every_figure_and_every_sum_is_next_to_the_true_one(cells):
    shown = adding_up_both_ways(cells)
    pairs = [pair for row in zip(cells, shown, strict=True) for pair in zip(*row, strict=True)]
    assert all(abs(Decimal(repr(a)) - Decimal(repr(b))) < CENT for a, b in pairs)
    lines = [*zip(cells, shown, strict=True)]
    lines += [*zip(zip(*cells, strict=True), zip(*shown, strict=True), strict=True)]
    assert all(abs(exact(line) - exact(printed)) < CENT for line, printed in lines)
    whole = exact(a for a, _ in pairs) - exact(b for _, b in pairs)
    assert abs(whole) <= CENT / 2
