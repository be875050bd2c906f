"""Section 8 of the HTML: the table a reader decides by, the criteria behind it, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.inheritance.words import (
    CRITERION_WORDS,
    EFFECT_WORDS,
    MODE_WORDS,
    OUTCOME_WORDS,
    RESULT_WORDS,
)
from checks.report.numbers import NONE, citation, fixed, hundredths, mu, percent
from checks.report.texts import Words
from checks.report.texts_values import FORCE_WORDS
from checks.report.view_evidence import told_evidence
from checks.report.view_table import Table
from checks.report.view_values import brief, span_of

Json = Mapping[str, Any]

_HEAD = (
    "assessed_kind",
    "area_result",
    "inside_share",
    "judged",
    "way",
    "conditions",
    "time_limit",
    "authority",
    "basis",
)


def sharing_tables(report: Json, words: Words) -> list[Table]:
    """Return decisions, the matrix of criteria, and what was compared; nothing without decisions.

    Input is the report document alone.
    """
    decisions: Sequence[Json] = report["inheritance"]
    if not decisions:
        return []
    return [
        Table(
            words("sharing"),
            [words(key) for key in _HEAD],
            [_decision(item, words) for item in decisions],
        ),
        _matrix(decisions, words),
        _compared(decisions, words),
    ]


# --- the table to decide by ---------------------------------------------------------------------


def _decision(item: Json, words: Words) -> list[str]:
    return [
        words.pick(item["name"]),
        _result(item, words),
        _inside(item, words),
        words.sentence(words.of(OUTCOME_WORDS, item["outcome"])),
        words.sentence(words.of(MODE_WORDS, item["approval_mode"])),
        _conditions(item, words),
        words.pick(item["deadline"]["stage"]) if item["deadline"] else NONE,
        item["authority"] or NONE,
        words("semicolon").join(_cited(basis, words) for basis in item["basis"]) or NONE,
    ]


def _cited(basis: Json, words: Words) -> str:
    force = basis["force"]
    word = words.of(FORCE_WORDS, force) if force in FORCE_WORDS else ""
    return citation(basis["title"], basis["article"], word)


def _evidence(item: Json, key: str) -> Json:
    found = [row["evidence"] for row in item["criteria"] if row["key"] == key]
    return found[0] if found else {}


def _result(item: Json, words: Words) -> str:
    """Name, number and validity of the area result."""
    if item["assessment"] is None:
        return NONE
    one, dates = _evidence(item, "item_assessed"), _evidence(item, "validity")
    code = f"{item['assessment']['code']}@{item['assessment']['version']}"
    span = span_of(dates.get("valid_from"), dates.get("valid_to"), words)
    parts = [one.get("title"), one.get("approval_no"), code, span]
    return words("comma").join(brief(part) for part in parts if part)


def _inside(item: Json, words: Words) -> str:
    if item["share_covered"] is None:
        return NONE
    site = _evidence(item, "coverage").get("site_m2")
    left = item["uncovered_area_m2"]
    told = [percent(item["share_covered"])]
    if site is not None and left is not None:
        # printed inside and printed outside make up the printed site
        told = [f"{hundredths(site) - hundredths(left)} m²{words.paren(told[0])}"]
    if item["uncovered"] is not None:
        told.append(
            words("outside_area", x=fixed(left), y=mu(left))
            if left is not None
            else words("outside_length", x=fixed(_evidence(item, "coverage").get("outside_m")))
        )
    return words("comma").join(told)


def _conditions(item: Json, words: Words) -> str:
    """Conditions to accept, what failed, and the questions of what is open."""
    told = [words.pick(text) for text in item["commitments"]]
    for row in item["criteria"]:
        if row["effect"] == "off" or row["result"] in {"met", "not_applicable"}:
            continue
        asked = row["evidence"].get("question") or row["evidence"].get("reason")
        name = words.of(CRITERION_WORDS, row["key"])
        what = words.pick(asked) if asked else words.of(RESULT_WORDS, row["result"])
        told.append(f"{name}{words('colon')}{what}{_weight(row, words)}")
    return words("semicolon").join(dict.fromkeys(told)) or NONE


def _weight(row: Json, words: Words) -> str:
    if row["effect"] == "decisive":
        return ""
    return words.paren(words.of(EFFECT_WORDS, row["effect"]))


# --- the matrix behind it -----------------------------------------------------------------------


def _matrix(decisions: Sequence[Json], words: Words) -> Table:
    """One row a kind, one column a criterion; what does not decide stands in brackets."""
    head = [words("assessed_kind")]
    head += [f"{no} {words.of(CRITERION_WORDS, key)}" for no, key in enumerate(CRITERION_WORDS, 1)]
    rows = [
        [words.pick(item["name"]), *(_cell(item, key, words) for key in CRITERION_WORDS)]
        for item in decisions
    ]
    return Table(words("matrix"), head, rows, 0, words("matrix_note"))


def _cell(item: Json, key: str, words: Words) -> str:
    row = next((row for row in item["criteria"] if row["key"] == key), None)
    if row is None or row["result"] == "not_applicable":
        return NONE
    word = words.sentence(words.of(RESULT_WORDS, row["result"]))
    return word if row["effect"] == "decisive" else words.paren(word).strip()


# --- the figures compared -----------------------------------------------------------------------


def _compared(decisions: Sequence[Json], words: Words) -> Table:
    """What each criterion compared; kinds of which the same is to be said share a row."""
    grouped: dict[tuple[int, str, str], list[str]] = {}
    for item in decisions:
        for row in item["criteria"]:
            if row["effect"] == "off" or row["result"] == "not_applicable":
                continue
            verdict = words.sentence(words.of(RESULT_WORDS, row["result"])) + _weight(row, words)
            told = brief(told_evidence(row["key"], row["evidence"], words), 600)
            grouped.setdefault((row["no"], verdict, told), []).append(words.pick(item["name"]))
    names = [words.of(CRITERION_WORDS, key) for key in CRITERION_WORDS]
    rows = [
        [f"{no} {names[no - 1]}", words("and").join(kinds), verdict, told]
        for (no, verdict, told), kinds in sorted(grouped.items(), key=lambda entry: entry[0][0])
    ]
    head = [words(key) for key in ("criterion", "assessed_kind", "verdict", "compared")]
    return Table(words("compared_title"), head, rows)
