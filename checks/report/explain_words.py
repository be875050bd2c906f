"""A test and a condition, as a report keeps them, in words: of the report alone, no rulebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.report.texts import STATE_WORDS, Words
from gis.errors import Text

Json = Mapping[str, Any]

_TESTS: Mapping[str, Text] = {
    "overlaps": Text("与用地重叠", "overlaps the site"),
    "outside": Text("用地有位于其外的部分", "part of the site lies outside"),
    "area_over": Text("重叠面积超过 {area_m2}", "overlap area exceeds {area_m2}"),
    "share_over": Text("重叠占比超过 {share}", "overlap share exceeds {share}"),
    "class_in": Text("占比达到 {share}", "share reaches {share}"),
    "count_over": Text("要素个数超过 {count}", "number of features exceeds {count}"),
    "within_distance": Text("距离小于 {distance_m}", "nearer than {distance_m}"),
    "raster_class": Text("占比达到 {share}", "share reaches {share}"),
    "raster_over": Text(
        "数值超过 {value} 的面积占比超过 {share}", "share of ground above {value} exceeds {share}"
    ),
    "height_above": Text("{fact} 高于该面", "{fact} rises above the surface"),
    "fact_over_attribute": Text("{fact} 高于 {attribute}", "{fact} exceeds {attribute}"),
    "fact_under_attribute": Text("{fact} 低于 {attribute}", "{fact} is below {attribute}"),
    "fact_not_in_attribute": Text("{fact} 不在 {attribute} 之列", "{fact} is not in {attribute}"),
    "class_compatible": Text(
        "{fact} 与类别按 {table} 不相容", "{fact} is incompatible with the class by {table}"
    ),
    "finding": Text("检测项 {code} 的结果为 {states}", "rule {code} is {states}"),
}
_INNER = Text("，且不小于 {inner}", ", and not nearer than {inner}")
_MARGIN = Text("（另加 {margin}）", " (plus {margin})")
_OUTSIDE_SHARE = Text("，占比超过 {share}", ", with a share above {share}")
_COUNTS = Text("（含限值本身）", " (the limit itself counts)")
_OPS: Mapping[str, Text] = {
    "in": Text("为其中之一：", " is one of "),
    "eq": Text("为", " is "),
    "lt": Text("小于", " is below "),
    "le": Text("不大于", " is at most "),
    "gt": Text("大于", " is above "),
    "ge": Text("不小于", " is at least "),
}


def test_words(test: Json, report: Json, words: Words) -> str:
    """Return a test in words; names of values stand as the finding's `values` name them."""
    ((kind, form),) = test.items()
    if kind == "not":
        inner = test_words(form, report, words)
        return f"并非（{inner}）" if words.language == "zh" else f"not ({inner})"
    if kind in ("all", "any"):
        parts = [test_words(part, report, words) for part in form]
        return _joined(kind, parts, words)
    shown = {key: _shown(value, words) for key, value in form.items()}
    if kind == "finding":
        states = [words.of(STATE_WORDS, state) for state in form["states"]]
        shown["states"] = words("enumeration").join(states)
    said = _TESTS[kind].pick(words.language).format_map(_Known(shown))
    for key, text in (("inner", _INNER), ("margin", _MARGIN)):
        if key in form:
            said += text.pick(words.language).format(**shown)
    if kind == "outside" and "share" in form:
        said += _OUTSIDE_SHARE.pick(words.language).format(**shown)
    if form.get("inclusive"):
        said += _COUNTS.pick(words.language)
    where = _where(form, report, words)
    return f"{where}{words('colon')}{said}" if where else said


def _where(form: Json, report: Json, words: Words) -> str:
    """Which features are looked at: a layer other than the rule's own, classes, an attribute."""
    told = ""
    if "layer" in form:
        titles = {row["layer"]: words.pick(row["title"]) for row in report["data_basis"]}
        told = str(titles.get(form["layer"], form["layer"]))
    if "classes" in form:
        listed = words("enumeration").join(form["classes"])
        told += f"［{listed}］" if words.language == "zh" else f" [{listed}]"
    if "where" in form:
        parts = [f"{key}={value}" for key, value in form["where"].items()]
        told += words.paren(", ".join(parts))
    return told.strip()


class _Known(dict[str, str]):
    """Places of a sentence that a test leaves out are a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def _shown(value: object, words: Words) -> str:
    if isinstance(value, list):
        return words("enumeration").join(map(str, value))
    return str(value)


def when_words(when: Json, words: Words) -> str:
    """Return a condition in words, facts by their keys."""
    if "fact" in when:
        (op,) = (key for key in when if key != "fact")
        if op == "known":
            known = when[op] == "true"
            told = Text("已知", " is known") if known else Text("未知", " is unknown")
            return str(when["fact"]) + told.pick(words.language)
        values = when[op] if isinstance(when[op], list) else [when[op]]
        return str(when["fact"]) + _OPS[op].pick(words.language) + words("enumeration").join(values)
    ((kind, inner),) = when.items()
    if kind == "not":
        one = when_words(inner, words)
        return f"并非（{one}）" if words.language == "zh" else f"not ({one})"
    return _joined(kind, [when_words(part, words) for part in inner], words)


def _joined(kind: str, parts: list[str], words: Words) -> str:
    if words.language == "zh":
        return f"（{('；并且 ' if kind == 'all' else '；或者 ').join(parts)}）"
    return f"({('; and ' if kind == 'all' else '; or ').join(parts)})"
