"""Read what a threshold may be, and dated legal values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from checks.rule import (
    Argument,
    DatedValue,
    FactSpec,
    Named,
    Number,
    OfAttribute,
    OfFact,
    Quantity,
    Row,
    Smaller,
    ValueSeries,
    Word,
)
from checks.rulebook.place import Place, near_en, near_zh, shown
from gis.errors import Text

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PRODUCT = re.compile(r"(?P<factor>[^*]+)\*(?P<fact>[^*]+)")
_SMALLER = re.compile(r"min\((?P<inside>[^()]*)\)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

COMPATIBILITY = ("compatible", "conditional", "incompatible")
"""The words of a compatibility table; `conditional` leaves the decision to a person."""

UNITS: Mapping[str, tuple[str, ...]] = {
    "area_m2": ("m2", "m²"),
    "share": ("1",),
    "distance_m": ("m",),
    "inner": ("m",),
    "margin": ("m",),
    "count": ("1",),
}
"""Unit that each argument takes. `value` of a raster takes the unit of its layer: any."""

GrammarHint = Text(
    "可写 values 的名称、数字、“@属性”、“10*事实”或“min(2000, 10*事实)”",
    "Write a name of values, a number, '@attribute', '10*fact' or 'min(2000, 10*fact)'",
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the quantities of one rule may speak of."""

    facts: Mapping[str, FactSpec]
    groups: Mapping[str, frozenset[str]]


def argument(
    value: object, names: Mapping[str, object], grammar: Grammar, place: Place
) -> Argument:
    """Read an argument of a leaf: a name of `values`, or a quantity."""
    text = place.text(value)
    if not text.isidentifier():
        return quantity(text, grammar, place)
    if text in names:
        return Named(text)
    raise place.refuse(
        f"values 中没有“{text}”{near_zh(text, names)}",
        f"values has no entry {text!r}{near_en(text, names)}",
        hint=GrammarHint,
    )


def quantity(value: object, grammar: Grammar, place: Place) -> Quantity:
    """Read a number, `@attribute`, `10*height_m` or `min(2000, 10*height_m)`."""
    text = place.text(value)
    smaller = _SMALLER.fullmatch(text)
    if smaller:
        parts = smaller["inside"].split(",")
        if len(parts) > 1:
            return Smaller(tuple(_simple(part, grammar, place) for part in parts))
    return _simple(text, grammar, place)


def _simple(text: str, grammar: Grammar, place: Place) -> Quantity:
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return Number(_finite(text, place))
    if text.startswith("@") and text[1:].isidentifier():
        return OfAttribute(text[1:])
    product = _PRODUCT.fullmatch(text)
    if product and _NUMBER.fullmatch(product["factor"].strip()):
        fact = product["fact"].strip()
        return OfFact(_number_fact(fact, grammar, place), _finite(product["factor"], place))
    raise place.refuse(f"无法识别的数值“{text}”", f"Not a quantity: {text!r}", hint=GrammarHint)


def _finite(text: str, place: Place) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise place.refuse(f"数值“{text}”过大", f"The number {text} is too large")
    return value


def _number_fact(key: str, grammar: Grammar, place: Place) -> str:
    spec = grammar.facts.get(key)
    if spec is None:
        raise place.refuse(
            f"没有项目事实“{key}”{near_zh(key, grammar.facts)}",
            f"No project fact {key!r}{near_en(key, grammar.facts)}",
            code="unknown_fact",
        )
    if spec.type != "number":
        raise place.refuse(
            f"事实“{key}”不是数值（{spec.type}）", f"The fact {key} is no number but {spec.type}"
        )
    return key


# --- values.<name> ----------------------------------------------------------------------------


def value_series(
    name: str, raw: object, grammar: Grammar, place: Place, *, words: bool = False
) -> ValueSeries:
    """Read `values.<name>`: `unit` and one entry for each day on which the value changed.

    Parameters
    ----------
    words
        Whether the entries are words of a compatibility table and not quantities.
    """
    given = dict(place.mapping(raw))
    if not name.isidentifier():
        raise place.refuse(f"数值名称“{name}”无效", f"{name!r} is no name for a value")
    unit = given.pop("unit", None)
    if unit is not None:
        unit = place.at("unit").text(unit)
    dated: list[DatedValue] = []
    for key, entry in given.items():
        here = place.at(key)
        start = _day(key, here)
        if dated and start <= dated[-1].start:
            raise here.refuse(
                f"日期未按先后排列：{start} 在 {dated[-1].start} 之后写出",
                f"Dates out of order: {start} stands after {dated[-1].start}",
            )
        dated.append(_dated(start, entry, grammar, here, words=words))
    if not dated:
        raise place.refuse(
            "没有任何日期的数值", "No dated value: write at least one date with value or table"
        )
    return ValueSeries(name, unit, tuple(dated))


def _day(text: str, place: Place) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:  # such as 2026-02-30: refused below like any other text
        pass
    raise place.refuse(
        f"“{text}”不是日期（应如 2026-01-31）也不是 unit",
        f"{text!r} is neither a date such as 2026-01-31 nor unit",
    )


def _dated(start: date, raw: object, grammar: Grammar, place: Place, *, words: bool) -> DatedValue:
    if raw is None:
        return DatedValue(start, None)
    given = place.mapping(raw)
    place.only(given, ("value", "table", "reference"), Text("数值", "A value"))
    reference = given.get("reference")
    if reference is not None:
        reference = place.at("reference").text(reference)
    table, value = given.get("table"), given.get("value")
    if table is not None and value is not None:
        raise place.refuse("value 与 table 只能写一个", "Either value or table, not both")
    if table is None:
        if value is None and "value" not in given:
            raise place.refuse(
                "缺少 value 或 table（废止请写 value: null）",
                "Neither value nor table (write value: null for a repeal)",
            )
        read = None if value is None else _one(value, grammar, place.at("value"), words=words)
        return DatedValue(start, read, reference=reference)
    rows = _rows(table, grammar, place.at("table"), words=words)
    return DatedValue(start, None, rows, reference, unset=not rows)


def _one(value: object, grammar: Grammar, place: Place, *, words: bool) -> Quantity:
    if words:
        return Word(place.one_of(value, COMPATIBILITY))
    return quantity(value, grammar, place)


def _rows(raw: object, grammar: Grammar, place: Place, *, words: bool) -> tuple[Row, ...]:
    if not isinstance(raw, list):
        raise place.refuse(f"table 应为列表，却是 {shown(raw)}", f"Not a list: {shown(raw)}")
    rows = []
    for n, entry in enumerate(raw, start=1):
        here = place.at(n)
        given = here.mapping(entry)
        here.only(given, ("match", "value"), Text("表格行", "A row"))
        match = here.at("match").mapping(given.get("match"))
        if not match:
            raise here.refuse("表格行缺少 match", "The row has no match")
        fits = {
            key: _fits(key, want, grammar, here.at("match", key)) for key, want in match.items()
        }
        rows.append(Row(fits, _one(given.get("value"), grammar, here.at("value"), words=words)))
    return tuple(rows)


def _fits(key: str, raw: object, grammar: Grammar, place: Place) -> tuple[str, ...]:
    """Read what one key of a row matches: a word or several, groups resolved."""
    wanted = place.items(raw) if isinstance(raw, list) else [raw]
    words = [place.text(word) for word in wanted]
    if key == "class":
        return tuple(code for word in words for code in _codes(word, grammar, place))
    spec = grammar.facts.get(key)
    if spec is None:
        known = ["class", *grammar.facts]
        raise place.refuse(
            f"match 的键“{key}”既不是 class 也不是项目事实{near_zh(key, known)}",
            f"match key {key!r} is neither class nor a project fact{near_en(key, known)}",
            code="unknown_fact",
        )
    if spec.type == "set":
        raise place.refuse(
            f"事实“{key}”可多选，不能作表格的键", f"The fact {key} may hold several values: no key"
        )
    return tuple(_plain(spec, fact_word(spec, word, place)) for word in words)


def _plain(spec: FactSpec, word: str) -> str:
    """Write `8.0` as `8`: rows are compared with facts as text."""
    if spec.type != "number":
        return word
    value = float(word)
    return str(int(value)) if value.is_integer() else repr(value)


def _codes(word: str, grammar: Grammar, place: Place) -> list[str]:
    if word.startswith("!"):
        raise place.refuse(
            f"表格行不支持“{word}”，请逐一列出类别", f"A row cannot match {word}: list the classes"
        )
    if not word.startswith("@"):
        return [word]
    group = grammar.groups.get(word[1:])
    if group is None:
        raise place.refuse(
            f"未声明的类别组“{word}”{near_zh(word[1:], grammar.groups)}",
            f"Unknown group {word}{near_en(word[1:], grammar.groups)}",
        )
    return sorted(group)


def fact_word(spec: FactSpec, word: str, place: Place) -> str:
    """Check a word that a rule compares with a fact, and return it in its plain form."""
    if spec.type == "boolean":
        lower = word.lower()
        if lower not in ("true", "false"):
            raise place.refuse(
                f"事实“{spec.key}”只取 true 或 false，却是“{word}”",
                f"The fact {spec.key} is true or false, not {word!r}",
            )
        return lower
    if spec.type == "number":
        if not _NUMBER.fullmatch(word):
            raise place.refuse(
                f"事实“{spec.key}”是数值，“{word}”不是",
                f"The fact {spec.key} is a number, {word!r} is not",
            )
        _finite(word, place)
        return word
    if spec.allowed:
        return place.one_of(word, spec.allowed)
    return word


def check_use(argument_key: str, series: ValueSeries, place: Place) -> None:
    """Refuse a named value whose unit or figures the argument cannot take."""
    wanted = UNITS.get(argument_key)
    if wanted and series.unit is not None and series.unit not in wanted:
        raise place.refuse(
            f"“{series.name}”的单位是 {series.unit}，此处需要 {wanted[0]}",
            f"The unit of {series.name} is {series.unit}; {wanted[0]} is needed here",
        )
    for entry in series.dated:
        for found in (entry.value, *(row.value for row in entry.table)):
            if found is not None:
                check_figure(argument_key, found, place)


def check_figure(argument_key: str, found: Quantity, place: Place) -> None:
    """Refuse a share outside 0 to 1 (a per cent, most likely), a negative area, distance, count."""
    if isinstance(found, Smaller):
        for part in found.of:
            check_figure(argument_key, part, place)
    if not isinstance(found, Number) or argument_key in ("value", "margin"):
        return
    if argument_key == "where" and found.value not in (0, 1):
        raise place.refuse(
            f"where 的对照表只取 1（计入）或 0（不计）：{found.value:g}",
            f"A table of `where` says 1 (looked at) or 0 (not), never {found.value:g}",
        )
    if argument_key == "share" and not 0 <= found.value <= 1:
        raise place.refuse(
            f"占比 {found.value:g} 应为 0 到 1 之间的小数",
            f"A share is a fraction from 0 to 1, not {found.value:g}",
        )
    if found.value < 0:
        raise place.refuse(
            f"{argument_key} 不得为负：{found.value:g}",
            f"{argument_key} must not be negative: {found.value:g}",
        )
