"""The portfolio: numbers, order, working days, what changed; all by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.portfolio import (
    FILTERS,
    Obstacle,
    ReportSummary,
    Standing,
    changed_since,
    days_late,
    fits,
    in_order,
    numbers,
    summarise,
    summary_from,
    working_days,
)
from gis.errors import Text

FRIDAY = date(2026, 11, 20)


def project(
    number: str = "P1",
    phase: str = "active",
    since: date | None = None,
    days: int | None = None,
    due: date | None = None,
    colour: str | None = None,
    changed: tuple[str, ...] = (),
) -> Standing:
    report = ReportSummary(colour, complete=True, obstacle=None, editions={}) if colour else None
    return Standing(number, phase, since, days, due, report, changed)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2026, 11, 20), 0),
        (date(2026, 11, 19), 1),
        (date(2026, 11, 16), 4),
        (date(2026, 11, 15), 5),  # a Sunday
        (date(2026, 11, 13), 5),  # the Friday before
        (date(2026, 11, 6), 10),
        (date(2026, 12, 1), 0),
    ],
)
def test_working_days_up_to_a_friday(since: date, expected: int) -> None:
    assert working_days(since, FRIDAY) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_working_days_are_the_weekdays_counted_one_by_one(since: date, span: int) -> None:
    days = [since + timedelta(days=step) for step in range(1, span + 1)]
    expected = sum(day.weekday() < 5 for day in days)
    assert working_days(since, since + timedelta(days=span)) == expected


def test_late_is_what_goes_beyond_the_limit() -> None:
    assert days_late(project(since=date(2026, 11, 6), days=10), FRIDAY) == 0
    assert days_late(project(since=date(2026, 11, 6), days=9), FRIDAY) == 1
    assert days_late(project(due=date(2026, 11, 20)), FRIDAY) == 0
    assert days_late(project(due=date(2026, 11, 19)), FRIDAY) == 1
    assert days_late(project(since=date(2026, 11, 6)), FRIDAY) == 0  # no limit known


def test_each_number_counts_by_itself() -> None:
    listed = [
        project("P1", phase="reserve"),
        project("P2", colour="red", changed=("control.eco_redline",)),
        project("P3", due=date(2026, 11, 22)),  # Sunday of this week
        project("P4", due=date(2026, 11, 23)),  # Monday of the next
        project("P5", due=date(2026, 11, 18)),  # this week, and late already
        project("P6", colour="amber"),
    ]
    assert numbers(listed, FRIDAY) == {
        "all": 6,
        "reserve": 1,
        "active": 5,
        "prohibited": 1,
        "overdue": 1,
        "this_week": 1,
        "data_changed": 1,
    }
    assert [one.number for one in listed if fits(one, "this_week", FRIDAY)] == ["P3"]
    assert set(FILTERS) == set(numbers([], FRIDAY))


def test_the_longest_overdue_red_stands_first() -> None:
    listed = [
        project("P1", colour="green"),
        project("P2", colour="red"),
        project("P3", colour="red", due=date(2026, 11, 2)),
        project("P4", due=date(2026, 10, 1)),
        project("P5", colour="amber", due=date(2026, 1, 1)),
    ]
    assert [one.number for one in in_order(listed, FRIDAY)] == ["P3", "P2", "P5", "P4", "P1"]


def test_data_have_changed_where_other_editions_are_in_force() -> None:
    editions = {"a": ("1",), "b": ("1", "2")}
    report = ReportSummary("red", complete=True, obstacle=None, editions=editions)
    assert changed_since(report, {"a": ("1",), "b": ("1", "2"), "c": ("9",)}) == ()
    assert changed_since(report, {"a": ("2",), "b": ("1", "2")}) == ("a",)
    assert changed_since(report, {"a": ("1",)}) == ("b",)


def finding(code: str, state: str, severity: str, question: dict[str, str] | None = None) -> dict:
    return {
        "code": code,
        "state": state,
        "severity": severity,
        "title": {"zh": f"规则{code}", "en": f"Rule {code}"},
        "verdict": {"zh": "压占", "en": "occupied"},
        "authority": "水行政主管部门",
        "action": None,
        "question": question,
    }


def report(*findings: dict) -> dict:
    return {
        "conclusion": {"colour": "amber", "complete": False},
        "findings": list(findings),
        "data_basis": [
            {"layer": "b", "edition": "2", "part": None},
            {"layer": "b", "edition": "1", "part": "south"},
            {"layer": "a", "edition": None, "part": None},
        ],
    }


def test_the_worst_hit_is_the_obstacle_and_a_question_where_there_is_none() -> None:
    question = {"zh": "问", "en": "ask"}
    asked = finding("Q-1", "needs_person", "prohibited", question)
    both = summarise(report(asked, finding("A-1", "affected", "notice"),
                            finding("A-2", "affected", "needs_approval")))  # fmt: skip
    assert both.obstacle is not None
    assert (both.obstacle.finding, both.obstacle.what.zh) == ("A-2", "规则A-2：压占")
    alone = summarise(report(asked, finding("A-3", "clear", "prohibited")))
    assert alone.obstacle is not None
    assert (alone.obstacle.finding, alone.obstacle.todo) == ("Q-1", Text("问", "ask"))
    assert alone.editions == {"b": ("1/south", "2")}
    assert summarise(report()).obstacle is None


def test_a_summary_is_read_back_as_it_was_written() -> None:
    obstacle = Obstacle(Text("甲", "a"), "condition", "局", Text("办", "do"), "A-1")
    kept = ReportSummary("red", complete=False, obstacle=obstacle, editions={"a": ("1",)})
    assert summary_from(kept.as_dict()) == kept
