"""Prepared shapes are a thread's own copies; nothing else in the packages prepares a shape."""

import ast
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.prepared import MOST_COORDINATES, MOST_SHAPES, prepared

ROOT = Path(__file__).parents[2]
PACKAGES = ("gis", "layers", "maps", "checks", "api", "sample_data")
PREPARING = {"prepare", "prep", "PreparedGeometry"}


def circle(x=0.0, segments=8):
    return shapely.Point(x, 0).buffer(10, quad_segs=segments)


def line(points):
    return shapely.linestrings(np.column_stack([np.arange(points), np.zeros(points)]))


def test_a_copy_is_prepared_and_the_shape_stays_as_it_was():
    shape = circle()
    copy = prepared(shape)
    assert shapely.is_prepared(copy)
    assert not shapely.is_prepared(shape)
    assert shapely.equals_exact(copy, shape, tolerance=0)
    assert shapely.get_srid(copy) == shapely.get_srid(shape)


def test_a_thread_gets_its_own_copy_again():
    shape = circle()
    mine = prepared(shape)
    assert prepared(shape) is mine
    with ThreadPoolExecutor(1) as pool:
        other, again = pool.submit(lambda: (prepared(shape), prepared(shape))).result()
    assert other is again
    assert other is not mine


def test_only_the_last_ones_are_kept():
    first = circle()
    kept = prepared(first)
    others = [circle(i) for i in range(MOST_SHAPES)]
    for other in others[:-1]:
        prepared(other)
        assert prepared(first) is kept  # asked for again and again, it stays
    for other in others:
        prepared(other)
    assert prepared(first) is not kept


def test_a_huge_shape_is_kept_alone():
    small, huge = circle(), line(MOST_COORDINATES + 1)
    kept = prepared(small)
    copy = prepared(huge)
    assert prepared(huge) is copy
    assert prepared(small) is not kept


@pytest.mark.parametrize("wkt", ["POLYGON EMPTY", "POINT EMPTY", "LINESTRING EMPTY"])
def test_an_empty_shape_meets_nothing(wkt):
    assert not shapely.intersects(prepared(shapely.from_wkt(wkt)), circle())


@given(st.floats(-40, 40), st.floats(-40, 40), st.floats(0.1, 30))
def test_it_answers_as_the_shape_does(x, y, size):
    shape, other = circle(), shapely.box(x, y, x + size, y + size)
    for asked in (shapely.intersects, shapely.covers, shapely.contains_properly):
        assert asked(prepared(shape), other) == asked(shape, other)
    assert shapely.dwithin(prepared(shape), other, 5) == shapely.dwithin(shape, other, 5)


def test_nothing_else_prepares():
    """`shapely.prepare` works on the shape it is given, which other threads may be reading."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in PREPARING and _of_shapely(node))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shapely.prepared"))
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "shapely"
            and any(alias.name in PREPARING for alias in node.names)
        )
    ]
    assert len(found) == 1, found
    assert found[0].startswith("gis/prepared.py")


def _of_shapely(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "shapely"


def test_shapes_of_the_store_are_asked_by_many_threads_at_once():
    """In a process of its own: what this guards against ends the process."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.support.asked_together"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout == "equal\n"
