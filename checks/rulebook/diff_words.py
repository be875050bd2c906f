"""Differences between rulebooks in plain words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from checks.classes.diff import EntryChange
from checks.classes.words import entry_side
from checks.facts import fact_in_words
from checks.rule import Rule, Rulebook, Scenario, ValueSeries
from checks.rulebook.diff import Change, Difference, Direction
from checks.rulebook.tools import citation
from checks.rulebook.words import SEVERITY, Words, joined
from gis.errors import Text
from layers.catalog import LayerSpec

DIRECTION: Mapping[Direction, Text] = {
    "stricter": Text("更严", "stricter"),
    "milder": Text("放宽", "milder"),
    "set": Text("本单位设定", "set by the office"),
    "other": Text("有变化，不能判定宽严", "changed; neither stricter nor milder by proof"),
    "none": Text("不影响判定", "decides no state"),
}
CHANGE: Mapping[str, Text] = {
    "added": Text("新增", "added"),
    "removed": Text("取消", "removed"),
    "changed": Text("变更", "changed"),
}
_NOTHING = Text("—", "-")


class DiffWords:
    """Words the two sides of a difference; `day` is the day whose values a test is told with."""

    def __init__(self, book: Rulebook, specs: Mapping[str, LayerSpec], day: date) -> None:
        self.book = book
        self.facts = book.facts
        self.specs = specs
        self.day = day

    def lines(self, change: Change) -> Iterator[Text]:
        """Tell a change in whole lines, the first of them its heading."""
        item = change.after or change.before
        title = item.title if item is not None else _NOTHING
        what, way = CHANGE[change.change], DIRECTION[change.direction]
        yield Text(
            f"{change.code}  {title.zh}：{what.zh}（{way.zh}）",
            f"{change.code}  {title.en}: {what.en} ({way.en})",
        )
        for one in change.differences:
            before, after = self.side(change.before, one.key), self.side(change.after, one.key)
            way = DIRECTION[one.direction]
            yield Text(
                f"    {one.key}（{way.zh}）：{before.zh} → {after.zh}",
                f"    {one.key} ({way.en}): {before.en} -> {after.en}",
            )

    def document(self, change: Change) -> dict[str, Any]:
        """Return a change for JSON."""
        item = change.after or change.before
        return {
            "code": change.code,
            "title": item.title.as_dict() if item is not None else None,
            "change": change.change,
            "direction": change.direction,
            "differences": [self._row(change, one) for one in change.differences],
        }

    def _row(self, change: Change, one: Difference) -> dict[str, Any]:
        return {
            "key": one.key,
            "direction": one.direction,
            "before": self.side(change.before, one.key).as_dict(),
            "after": self.side(change.after, one.key).as_dict(),
        }

    def side(self, item: Rule | Scenario | None, key: str) -> Text:
        """Return one side of a difference in words."""
        if item is None:
            return _NOTHING
        if isinstance(item, Scenario):
            return self._scenario(item, key)
        words = Words(item, self.facts, self.specs, self.day)
        if key.startswith("values."):
            return self._series(item.values.get(key.removeprefix("values.")), words)
        if key == "test":
            return words.test(item.test)
        if key == "when":
            return Text("一律适用", "always") if item.when is None else words.when(item.when)
        if key == "severity":
            return SEVERITY[item.severity]
        if key == "basis":
            return joined([citation(basis) for basis in item.basis], "；", "; ")
        if key == "say":
            return item.say.affected
        if key == "action":
            told = item.action.item if item.action else None
            return Text(told, told) if told else _NOTHING
        return _shown(getattr(item, key))

    def _series(self, series: ValueSeries | None, words: Words) -> Text:
        if series is None or not series.dated:
            return _NOTHING
        told = []
        for entry in series.dated:
            value = words.dated(entry, series.unit)
            day = "" if entry.start == date.min else f"{entry.start} "
            told.append(Text(f"{day}{value.zh}", f"{day}{value.en}"))
        return joined(told, "；", "; ")

    def _scenario(self, item: Scenario, key: str) -> Text:
        if key == "rules":
            return Text(f"{len(item.rules)} 条", f"{len(item.rules)} rules")
        if key == "required_layers":
            named = [self.specs[layer].title.text() for layer in item.required_layers]
            return joined(named, "、", ", ") if named else Text("规则所用的全部图层", "all layers")
        if key == "when":
            if item.when is None:
                return Text("默认场景", "the fallback")
            # conditions speak of facts alone: any rule will do
            rule = next(iter(self.book.rules.values()))
            return Words(rule, self.facts, self.specs, self.day).when(item.when)
        if key == "defaults":
            told = [
                Text(f"{name}={word.zh}", f"{name}={word.en}")
                for name, value in item.defaults.items()
                for word in [fact_in_words(self.facts[name], value)]
            ]
            return joined(told, "，", ", ") if told else _NOTHING
        return _shown(getattr(item, key))


def entry_lines(change: EntryChange, book: Rulebook) -> Iterator[Text]:
    """Tell a change of a class, waiver or list in whole lines, the first of them its heading."""
    what, way = CHANGE[change.change], DIRECTION[change.direction]
    yield Text(
        f"{change.code}  {change.title.zh}：{what.zh}（{way.zh}）",
        f"{change.code}  {change.title.en}: {what.en} ({way.en})",
    )
    for one in change.differences:
        way = DIRECTION[one.direction]
        old = entry_side(change.before, one.key, book)
        new = entry_side(change.after, one.key, book)
        yield Text(
            f"    {one.key}（{way.zh}）：{old.zh} → {new.zh}",
            f"    {one.key} ({way.en}): {old.en} -> {new.en}",
        )


def entry_document(change: EntryChange, book: Rulebook) -> dict[str, Any]:
    """Return a change of a class, waiver or list for JSON."""
    return {
        "code": change.code,
        "title": change.title.as_dict(),
        "change": change.change,
        "direction": change.direction,
        "differences": [
            {
                "key": one.key,
                "direction": one.direction,
                "before": entry_side(change.before, one.key, book).as_dict(),
                "after": entry_side(change.after, one.key, book).as_dict(),
            }
            for one in change.differences
        ],
    }


def _shown(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if value is None:
        return _NOTHING
    if isinstance(value, float):
        return Text(f"{value:g}", f"{value:g}")
    if isinstance(value, tuple):
        text = ", ".join(map(str, value))
        return Text(text, text)
    return Text(str(value), str(value))
