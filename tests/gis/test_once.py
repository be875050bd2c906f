"""A property that is worked out once, and for which no other object waits."""

import ast
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from gis.once import once

ROOT = Path(__file__).parents[2]
PACKAGES = ("gis", "layers", "maps", "checks", "api")


@dataclass(frozen=True)
class Thing:
    together: threading.Barrier

    @once
    def met(self) -> int:
        """How it met the other one."""
        return self.together.wait(20)


def test_two_objects_are_worked_out_side_by_side() -> None:
    """Each waits for the other within its property: with a lock of the class neither would end."""
    both = threading.Barrier(2)
    things = [Thing(both), Thing(both)]
    with ThreadPoolExecutor(2) as pool:
        met = list(pool.map(lambda thing: thing.met, things))
    assert sorted(met) == [0, 1]
    assert [thing.met for thing in things] == met  # not met again
    assert Thing.met.__doc__ == "How it met the other one."


def test_no_property_locks_its_class() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "functools"
        and any(name.name == "cached_property" for name in node.names)
    ]
    assert found == []
