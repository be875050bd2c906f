"""Which editions hold on a date (CONTRACTS section 4); days include the last one."""

from datetime import date
from typing import Any

import pytest
import shapely

from layers.editions import Edition, pick


def edition(
    key: str, revision: int, valid_from: str, valid_to: str | None = None, **more: Any
) -> Edition:
    return Edition(
        layer="t",
        key=key,
        part=more.get("part"),
        revision=revision,
        currency=date.fromisoformat(more.get("currency", "2000-01-01")),
        valid_from=date.fromisoformat(valid_from),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        accuracy_m=0.0,
        accuracy_source=None,
        coverage=shapely.box(0, 0, 1, 1),
        checksum="0" * 64,
        feature_count=0,
        file="t",
    )


OLD = edition("old", 5, "2024-01-01", "2025-12-31")
NEW = edition("new", 3, "2026-01-01")
MENDED = edition("mended", 9, "2026-01-01")
LATE = edition("late", 10, "2020-01-01")


@pytest.mark.parametrize(
    ("as_of", "known_at", "chosen"),
    [
        ("2023-12-31", 9, []),
        ("2024-01-01", 9, ["old"]),
        ("2025-12-31", 9, ["old"]),
        ("2026-01-01", 9, ["mended"]),
        ("2026-01-01", 8, ["new"]),
        ("2026-01-01", 3, ["new"]),
        ("2026-01-01", 2, []),
        ("2025-06-01", 4, []),
        ("2026-06-01", None, ["mended"]),
        ("2023-12-31", None, ["late"]),
    ],
)
def test_latest_validity_then_latest_published(
    as_of: str, known_at: int | None, chosen: list[str]
) -> None:
    """`late` was published last but starts earlier than the others: it gives way to them."""
    found = pick([OLD, NEW, MENDED, LATE], as_of=date.fromisoformat(as_of), known_at=known_at)
    assert [item.key for item in found] == chosen


def test_data_from_after_the_day_say_nothing_about_it() -> None:
    early = edition("early", 1, "2026-01-01", currency="2026-03-01")
    assert pick([early], as_of=date(2026, 2, 28), known_at=None) == ()
    assert pick([early], as_of=date(2026, 3, 1), known_at=None) == (early,)


def test_each_part_for_itself_in_order_of_parts() -> None:
    editions = [
        edition("a1", 1, "2026-01-01", part="海沧"),
        edition("b1", 2, "2026-01-01", "2026-02-01", part="同安"),
        edition("a2", 3, "2026-02-01", part="海沧"),
        edition("whole", 4, "2025-01-01"),
    ]
    found = pick(editions, as_of=date(2026, 3, 1), known_at=None)
    assert [item.id for item in found] == ["whole", "a2/海沧"]
    found = pick(reversed(editions), as_of=date(2026, 1, 15), known_at=None)
    assert [item.id for item in found] == ["whole", "b1/同安", "a1/海沧"]
