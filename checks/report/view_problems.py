"""Section 10 of the HTML: the problem list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.report.numbers import NONE
from checks.report.texts import SECTIONS, SEVERITY_WORDS, Words
from checks.report.view_findings import Row
from checks.report.view_table import Table
from checks.report.view_values import brief

Json = Mapping[str, Any]
_HEAD = (
    "problem",
    "category",
    "severity",
    "where_how_much",
    "basis",
    "responsible",
    "advice",
    "deadline",
    "status",
)


def problem_table(report: Json, rows: Sequence[Row], words: Words) -> Table:
    """Return the problem list; deadlines and states are kept elsewhere and shown as “—”."""
    by_code = {row.code: row for row in rows if row.finding["code"]}
    items = {row["item"]: words.pick(row["name"]) for row in report["services"]}
    body = [
        _line(problem, by_code.get(problem["finding"]), items, words)
        for problem in report["problems"]
    ]
    foot = "" if body else words("no_problems")
    return Table(words("problems"), [words(key) for key in _HEAD], body, 0, foot)


def _line(problem: Json, row: Row | None, items: Mapping[str, str], words: Words) -> list[str]:
    severity = problem["severity"]
    section = row.section if row else None
    sizes = [*(row.size if row else ()), row.share if row else NONE]
    measured = [size for size in sizes if size != NONE]
    code = words.paren(problem["finding"]) if problem["finding"] else ""
    return [
        f"{problem['no']} {brief(words.sentence(words.pick(problem['what'])))}{code}",
        SECTIONS[section].pick(words.language) if section else NONE,
        words.of(SEVERITY_WORDS, severity) if severity else NONE,
        words("comma").join(measured) or NONE,
        words("semicolon").join(row.basis) if row and row.basis else NONE,
        problem["authority"] or NONE,
        " ".join((str(problem["todo"]), items.get(problem["todo"], ""))).rstrip()
        if problem["todo"]
        else NONE,
        NONE,
        NONE,
    ]
