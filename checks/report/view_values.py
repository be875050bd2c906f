"""How values of facts, rules and attributes are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.report.numbers import plain
from checks.report.texts import Words
from checks.report.texts_values import MATCH_WORDS
from layers.codes import code_table

_LONGEST = 300


def brief(value: object, longest: int = _LONGEST) -> str:
    """Return a text that fits a table cell; what was cut is counted, in any language."""
    text = str(value)
    return text if len(text) <= longest else f"{text[:longest]}… ({longest}/{len(text)})"


def land_use(code: str, words: Words) -> str:
    """Return a planned land-use code (YDYHFLDM) with its name; one not in the table as it is."""
    name = code_table("land_use_codes").codes.get(code)
    return f"{code} {name.text().pick(words.language)}" if name else brief(code)


def span_of(start: str | None, end: str | None, words: Words) -> str:
    """Print a period of validity; one without an end is open."""
    if start is None and end is None:
        return plain(None)
    if end is None:
        return words("from_on", a=start)
    return words("from_to", a=start or plain(None), b=end)


def show_value(value: object, words: Words) -> str:
    """Print a value of any JSON type; numbers as they are, null as “—”."""
    if isinstance(value, bool):
        return words("yes") if value else words("no")
    if value is None or isinstance(value, int | float):
        return plain(value)
    if isinstance(value, Mapping):
        if "rows" in value:
            return _rule_value(value, words)
        if "value" in value:
            return _with_unit(show_value(value["value"], words), value.get("unit"))
        entries = (f"{key}: {show_value(item, words)}" for key, item in sorted(value.items()))
        return words("semicolon").join(entries)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return words("and").join(show_value(item, words) for item in value) or plain(None)
    return brief(value)


def _with_unit(shown: str, unit: str | None) -> str:
    return f"{shown} {unit}" if unit and unit != "1" else shown


def _rule_value(value: Mapping[str, Any], words: Words) -> str:
    """Print a value of law: one figure, or the rows of its table, with its reference."""
    rows = []
    for row in value["rows"]:
        shown = _with_unit(show_value(row["value"], words), value.get("unit"))
        match = row.get("match")
        named = ", ".join(
            f"{words.of(MATCH_WORDS, key)}={'/'.join(map(str, codes))}"
            for key, codes in sorted(match.items())
        )
        rows.append(f"{brief(named)} → {shown}" if named else shown)
    text = words("semicolon").join(rows) or plain(None)
    reference, pack = value.get("reference"), value.get("set_by")
    if pack:
        text += words.paren(words("set_by", pack=brief(pack)))
    return text + words.paren(brief(reference)) if reference else text
