"""Rounding of a table whose rows and columns must both add up: each figure up or down to its step.

Rounding every column by itself leaves rows that do not add up. Such a table can always be rounded
so that each cell and each sum goes to one of its two nearest steps: what is left over moves along
closed paths of cells, of which every row and column that meets it holds two, until nothing is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

_MICRO = 10**6
"""Areas of the document are whole in the sixth decimal."""
_STEP = _MICRO // 100

Place = tuple[int, int]


def adding_up_both_ways(cells: Sequence[Sequence[float]]) -> list[list[float]]:
    """Round areas to two decimals so that rows and columns add up to their rounded sums.

    The sum of all goes to the nearest step, then the sums of columns and of rows where they can,
    then the cells.
    """
    if not cells or not cells[0]:
        return [list(row) for row in cells]
    whole = [[round(Decimal(repr(cell)) * _MICRO) for cell in row] for row in cells]
    rest = _Rest([[cell % _STEP for cell in row] for row in whole])
    for place in rest.by_weight():
        rest.settle(place)
    return [
        [round((cell // _STEP + rest.up(row, column)) / 100, 2) for column, cell in enumerate(line)]
        for row, line in enumerate(whole)
    ]


class _Rest:
    """What of each cell lies above its lower step; one more row and column make all sums whole."""

    def __init__(self, cells: list[list[int]]) -> None:
        self._height, self._width = len(cells), len(cells[0])
        table = [[*row, -sum(row) % _STEP] for row in cells]
        table.append([-sum(column) % _STEP for column in zip(*table, strict=True)])
        self._left = table
        self._up: set[Place] = set()
        self._rows: list[dict[int, None]] = [{} for _ in table]
        self._columns: list[dict[int, None]] = [{} for _ in table[0]]
        for row, line in enumerate(table):
            for column, left in enumerate(line):
                if left:
                    self._rows[row][column] = self._columns[column][row] = None

    def by_weight(self) -> Iterator[Place]:
        """Yield all places: the sum of all, sums of columns, sums of rows, cells."""
        last, end = self._height, self._width
        yield last, end
        yield from ((last, column) for column in range(end))
        yield from ((row, end) for row in range(last))
        yield from ((row, column) for row in range(last) for column in range(end))

    def up(self, row: int, column: int) -> bool:
        """Whether a cell went to its upper step."""
        return (row, column) in self._up

    def settle(self, place: Place) -> None:
        """Bring a place to its nearer step, moving what is left along closed paths."""
        rise = 2 * self._left[place[0]][place[1]] >= _STEP
        while self._left[place[0]][place[1]]:
            self._move(self._circle(place), place, rise=rise)

    def _circle(self, start: Place) -> list[Place]:
        """Return a closed path of open cells, along rows and columns in turn.

        It leads through `start` where the walk finds the way back.
        """
        path, crossed = [start], {("column", start[1]): 0}
        while True:
            row, column = path[-1]
            if len(path) % 2:
                line = ("row", row)
                step = (row, _other(self._rows[row], column, start[1]))
            else:
                line = ("column", column)
                step = (_other(self._columns[column], row, row), column)
            if line in crossed:
                return path[crossed[line] :]
            crossed[line] = len(path)
            path.append(step)

    def _move(self, circle: list[Place], place: Place, *, rise: bool) -> None:
        """Raise every second cell and lower the others, until one of them reaches a step."""
        one, other = circle[::2], circle[1::2]
        if place in circle:
            raised, lowered = (one, other) if (place in one) == rise else (other, one)
        else:
            ways = ((one, other), (other, one))
            raised, lowered = min(ways, key=lambda way: self._room(*way))
        amount = self._room(raised, lowered)
        for row, column in raised:
            self._put(row, column, self._left[row][column] + amount)
        for row, column in lowered:
            self._put(row, column, self._left[row][column] - amount)

    def _room(self, raised: list[Place], lowered: list[Place]) -> int:
        above = (_STEP - self._left[row][column] for row, column in raised)
        return min(*above, *(self._left[row][column] for row, column in lowered))

    def _put(self, row: int, column: int, left: int) -> None:
        if left == _STEP:
            self._up.add((row, column))
        self._left[row][column] = left % _STEP
        if left % _STEP == 0:
            del self._rows[row][column], self._columns[column][row]


def _other(line: dict[int, None], here: int, wanted: int) -> int:
    """Return another open place of a row or column, the wanted one where it is open."""
    if wanted != here and wanted in line:
        return wanted
    return next(place for place in line if place != here)
