"""The clock is read at the door only (DESIGN section 2, law 9)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("gis", "layers", "maps", "checks", "sample_data")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("time", "strftime"),
    ("time", "ctime"),
}


def clock_reads(source: str) -> list[int]:
    """Lines that read the wall clock, whatever the module is called there."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name.lstrip("_").removeprefix("dt_"), node.attr) in CLOCKS:
                lines.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            lines += [node.lineno for alias in node.names if ("time", alias.name) in CLOCKS]
    return lines


@pytest.mark.parametrize("room", ROOMS)
def test_room_reads_no_clock(room: str) -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sorted((ROOT / room).rglob("*.py"))
        if (lines := clock_reads(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_scan_sees_a_clock() -> None:
    assert clock_reads("import datetime\na = datetime.datetime.now(None)\n") == [2]
    assert clock_reads("from datetime import date\nb = date.today()\n") == [2]
    assert clock_reads("from time import time\n") == [1]
    assert clock_reads("import time\nc = time.monotonic()\n") == []
