"""Section 8 of the HTML: the table a reader decides by, the criteria behind it, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.inheritance_words import (
    CRITERION_WORDS,
    EFFECT_WORDS,
    MODE_WORDS,
    OUTCOME_WORDS,
    RESULT_WORDS,
)
from checks.report.numbers import NONE, citation, fixed, mu, percent, plain
from checks.report.texts import FORCE_WORDS, Words
from checks.report.view_table import Table
from checks.report.view_values import brief, show_value

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
        words.of(OUTCOME_WORDS, item["outcome"]),
        words.of(MODE_WORDS, item["approval_mode"]),
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
    end = dates.get("valid_to") or words("open_end")
    span = words("from_to", a=dates.get("valid_from") or NONE, b=end)
    parts = [one.get("title"), one.get("approval_no"), code, span]
    return words("comma").join(brief(part) for part in parts if part)


def _inside(item: Json, words: Words) -> str:
    if item["share_covered"] is None:
        return NONE
    told = [percent(item["share_covered"])]
    if item["uncovered"] is not None:
        left = item["uncovered_area_m2"]
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
        asked = row["evidence"].get("question")
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
    word = words.of(RESULT_WORDS, row["result"])
    return word if row["effect"] == "decisive" else words.paren(word).strip()


# --- the figures compared -----------------------------------------------------------------------


def _compared(decisions: Sequence[Json], words: Words) -> Table:
    rows = [
        [
            words.pick(item["name"]),
            f"{row['no']} {words.of(CRITERION_WORDS, row['key'])}",
            words.of(RESULT_WORDS, row["result"]) + _weight(row, words),
            brief(_told(row["key"], row["evidence"], words), 600),
        ]
        for item in decisions
        for row in item["criteria"]
        if row["effect"] != "off" and row["result"] != "not_applicable"
    ]
    head = [words(key) for key in ("assessed_kind", "criterion", "verdict", "compared")]
    return Table(words("compared_title"), head, rows)


def _told(key: str, evidence: Json, words: Words) -> str:
    """The evidence of a criterion as a sentence of its figures."""
    tell = {
        "coverage": _told_coverage,
        "validity": _told_validity,
        "envelope": _told_envelope,
        "quota": _told_quota,
    }.get(key)
    if tell is not None:
        told = tell(evidence, words)
        if told:
            return told
    shown = {name: value for name, value in evidence.items() if name != "question"}
    plain_ones = {
        name: words.pick(value) if _is_text(value) else value for name, value in shown.items()
    }
    return show_value(plain_ones, words) or NONE


def _is_text(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"zh", "en"}


def _told_coverage(evidence: Json, words: Words) -> str:
    unit = "m2" if "site_m2" in evidence else "m"
    return words(
        "compared_coverage",
        x=percent(evidence["share"]),
        y=fixed(evidence[f"outside_{unit}"]),
        z=fixed(evidence[f"site_{unit}"]),
        unit="m²" if unit == "m2" else "m",
    )


def _told_validity(evidence: Json, words: Words) -> str:
    end = evidence["valid_to"] or words("open_end")
    return f"{evidence['as_of']}{words('colon')}" + words(
        "from_to", a=evidence["valid_from"], b=end
    )


def _told_envelope(evidence: Json, words: Words) -> str:
    return words("semicolon").join(
        words(
            "compared_limit",
            name=row["fact"],
            value=plain(row["value"]),
            low=plain(row["min"]),
            high=plain(row["max"]),
            unit=row["unit"] if row["unit"] and row["unit"] != "1" else "",
        )
        for row in evidence.get("limits", ())
    )


def _told_quota(evidence: Json, words: Words) -> str:
    return words("semicolon").join(
        words(
            "compared_total",
            name=row["name"],
            limit=plain(row["limit"]),
            held=plain(row["held_by_others"]),
            wanted=plain(row["wanted"]),
            unit=row["unit"] or "",
        )
        for row in evidence.get("totals", ())
    )
