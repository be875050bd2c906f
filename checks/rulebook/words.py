"""Tests, conditions and quantities in plain words, for `explain` and the rule reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from checks.rule import (
    Argument,
    DatedValue,
    FactSpec,
    FactTest,
    Leaf,
    Named,
    Number,
    OfAttribute,
    OfFact,
    Quantity,
    Rule,
    Smaller,
    Test,
    When,
    Word,
)
from gis.errors import Text
from layers.catalog import LayerSpec

SEVERITY: Mapping[str, Text] = {
    "prohibited": Text("刚性约束", "prohibited"),
    "needs_approval": Text("须经批准", "needs approval"),
    "needs_assessment": Text("须评估论证", "needs assessment"),
    "condition": Text("附条件", "conditional"),
    "notice": Text("提示", "notice"),
}
FORCE: Mapping[str, Text] = {
    "in_force": Text("现行", "in force"),
    "trial": Text("试行", "on trial"),
    "draft": Text("征求意见稿", "draft"),
    "internal": Text("本单位内部规定", "internal"),
}
_WORDS: Mapping[str, Text] = {
    "compatible": Text("相容", "compatible"),
    "conditional": Text("有条件相容", "conditionally compatible"),
    "incompatible": Text("不相容", "incompatible"),
}
_OPS: Mapping[str, Text] = {
    "in": Text("为其中之一：", "is one of "),
    "eq": Text("为", "is "),
    "lt": Text("小于", "is below "),
    "le": Text("不大于", "is at most "),
    "gt": Text("大于", "is above "),
    "ge": Text("不小于", "is at least "),
}
_UNITS: Mapping[str, str] = {
    "area_m2": " m²", "distance_m": " m", "inner": " m", "margin": " m"
}  # fmt: skip


def joined(texts: list[Text], zh: str, en: str) -> Text:
    """Join sentences with a word between them."""
    return Text(zh.join(text.zh for text in texts), en.join(text.en for text in texts))


class Words:
    """Words a rule in the terms of its layers and facts, with the values of a day.

    Parameters
    ----------
    rule
        The rule.
    facts
        The closed list of project facts.
    specs
        Layers by key.
    day
        The day whose values are told.
    """

    def __init__(
        self, rule: Rule, facts: Mapping[str, FactSpec], specs: Mapping[str, LayerSpec], day: date
    ) -> None:
        self.rule = rule
        self.facts = facts
        self.specs = specs
        self.day = day

    def test(self, test: Test) -> Text:
        """Return what is tested."""
        if isinstance(test, Leaf):
            return self.leaf(test)
        first = test.items[0]
        if test.kind == "not" and isinstance(first, Leaf) and first.kind == "fact_not_in_attribute":
            return self._listed(first)
        parts = [self.test(item) for item in test.items]
        if test.kind == "not":
            return Text(f"并非（{parts[0].zh}）", f"not ({parts[0].en})")
        both = joined(parts, "；并且 " if test.kind == "all" else "；或者 ",
                      "; and " if test.kind == "all" else "; or ")  # fmt: skip
        return Text(f"（{both.zh}）", f"({both.en})")

    def leaf(self, leaf: Leaf) -> Text:
        """Return one test in words."""
        if leaf.kind == "finding":
            states = "/".join(leaf.states)
            return Text(f"规则 {leaf.code} 的结果为 {states}", f"rule {leaf.code} is {states}")
        said = _LEAVES[leaf.kind](self, leaf)
        layer, classes = self.layer(leaf.layer), self.classes(leaf)
        chosen = self.where(leaf)
        classes = Text(classes.zh + chosen.zh, classes.en + chosen.en)
        edge = (
            Text("（含限值本身）", " (the limit itself counts)") if leaf.inclusive else Text("", "")
        )
        return Text(
            f"{layer.zh}{classes.zh}：{said.zh}{edge.zh}",
            f"{layer.en}{classes.en}: {said.en}{edge.en}",
        )

    def _listed(self, leaf: Leaf) -> Text:
        """Return the test that one feature hit lists the fact."""
        layer, chosen = self.layer(leaf.layer), self.where(leaf)
        fact, listed = self.fact(leaf.fact or ""), self.attribute(leaf.layer, leaf.attribute)
        return Text(
            f"{layer.zh}{chosen.zh}：任一要素的{listed.zh}列有{fact.zh}",
            f"{layer.en}{chosen.en}: {fact.en} is in {listed.en} of one feature at least",
        )

    def layer(self, key: str) -> Text:
        """Return the title of a layer."""
        title = self.specs[key].title
        return Text(title.zh, title.en)

    def classes(self, leaf: Leaf) -> Text:
        """Return the classes looked at: `［一级保护区］`, or `［除…外］`."""
        choice = leaf.classes
        if choice is None:
            return Text("", "")
        names = joined([self.class_name(leaf.layer, c) for c in sorted(choice.codes)], "、", ", ")
        if len(choice.codes) > 8:
            n = len(choice.codes)
            names = Text(f"所列 {n} 个类别", f"{n} listed classes")
        if choice.negate:
            return Text(f"［除{names.zh}外］", f" [all but {names.en}]")
        return Text(f"［{names.zh}］", f" [{names.en}]")

    def where(self, leaf: Leaf) -> Text:
        """Return which features are looked at: `［类别：…］`, or `［不含本项目］`."""
        where = leaf.where
        if where is None:
            return Text("", "")
        name = self.attribute(leaf.layer, where.attribute)
        if where.marked:
            marks = ", ".join(where.marked)
            return Text(f"［{name.zh}为 {marks}］", f" [{name.en}: {marks}]")
        if where.table is None:
            own = self.fact(where.not_fact or "")
            return Text(
                f"［不含{name.zh}等于{own.zh}的］", f" [without those whose {name.en} is {own.en}]"
            )
        entry = self.rule.values[where.table].on(self.day)
        if entry is None or entry.unset:
            said = self.dated(entry, None)
            return Text(f"［{name.zh}：{said.zh}］", f" [{name.en}: {said.en}]")
        counted = [
            self.class_name(leaf.layer, word) if where.attribute == "class" else Text(word, word)
            for row in entry.table
            if row.value == Number(1.0)
            for word in row.match.get("class", ())
        ]
        words = joined(counted, "、", ", ")
        return Text(f"［{name.zh}：{words.zh}］", f" [{name.en}: {words.en}]")

    def class_name(self, layer: str, code: str) -> Text:
        """Return the name of a class, or its code where the layer names none."""
        field = self.specs[layer].class_field
        title = (field.codes or {}).get(code) if field else None
        return Text(title.zh, title.en or code) if title else Text(code, code)

    def fact(self, key: str) -> Text:
        """Return the label of a project fact."""
        return self.facts[key].label

    def attribute(self, layer: str, key: str | None) -> Text:
        """Return the name of an attribute; without one, or `class`, the class is meant."""
        if key in (None, "class"):
            return Text("类别", "its class")
        for item in self.specs[layer].attributes:
            if item.key == key:
                return Text(item.name.zh or item.key, item.name.en or item.key)
        return Text(key or "", key or "")

    def when(self, when: When) -> Text:
        """Return a condition in words."""
        if isinstance(when, FactTest):
            return self._comparison(when)
        parts = [self.when(item) for item in when.items]
        if when.kind == "not":
            return Text(f"并非（{parts[0].zh}）", f"not ({parts[0].en})")
        both = joined(parts, "，并且" if when.kind == "all" else "，或者",
                      " and " if when.kind == "all" else " or ")  # fmt: skip
        return Text(f"（{both.zh}）", f"({both.en})")

    def _comparison(self, test: FactTest) -> Text:
        label = self.fact(test.fact)
        if test.op == "known":
            known = test.values == ("true",)
            return Text(
                f"“{label.zh}”{'已知' if known else '未知'}",
                f"'{label.en}' is {'known' if known else 'unknown'}",
            )
        op = _OPS[test.op]
        values = joined([self.fact_value(test.fact, value) for value in test.values], "、", ", ")
        return Text(f"“{label.zh}”{op.zh}{values.zh}", f"'{label.en}' {op.en}{values.en}")

    def fact_value(self, key: str, value: str) -> Text:
        """Return a choice of a fact by its label."""
        spec = self.facts[key]
        if spec.type == "boolean":
            return Text("是", "true") if value == "true" else Text("否", "false")
        return spec.allowed.get(value, Text(value, value))

    # --- thresholds ---------------------------------------------------------------------------

    def argument(self, leaf: Leaf, key: str) -> Text:
        """Return a threshold with the figure of the day."""
        given: Argument | None = leaf.args.get(key)
        if given is None:
            return Text("—", "-")
        if isinstance(given, Named):
            entry = self.rule.values[given.name].on(self.day)
            return self.dated(entry, self.rule.values[given.name].unit)
        return self.quantity(given, _UNITS.get(key, ""))

    def quantity(self, quantity: Quantity, unit: str = "") -> Text:
        """Return a figure in words."""
        match quantity:
            case Number(value):
                return Text(f"{value:g}{unit}", f"{value:g}{unit}")
            case OfAttribute(attribute):
                name = self.attribute(self.rule.layer, attribute)
                return Text(f"要素的{name.zh}", f"the feature's {name.en}")
            case OfFact(fact, factor):
                label = self.fact(fact)
                return Text(f"{factor:g} × {label.zh}", f"{factor:g} × {label.en}")
            case Smaller(of):
                parts = joined([self.quantity(item, unit) for item in of], "、", ", ")
                return Text(f"以下较小者：{parts.zh}", f"the smaller of {parts.en}")
            case Word(word):
                return _WORDS.get(word, Text(word, word))

    def dated(self, entry: DatedValue | None, unit: str | None) -> Text:
        """Return what a value is on the day."""
        if entry is None:
            return Text("当日尚无规定", "nothing on file for that day")
        if entry.repealed:
            return Text(f"已于 {entry.start} 废止", f"repealed on {entry.start}")
        if entry.unset:
            return Text("待本单位设定", "to be set by the office")
        mark = f" {unit}" if unit and unit != "1" else ""
        if entry.value is not None:
            return self.quantity(entry.value, mark)
        rows = []
        for row in entry.table:
            fits = joined(
                [self._fits(key, values) for key, values in row.match.items()], "，", ", "
            )
            amount = self.quantity(row.value, mark)
            rows.append(Text(f"{fits.zh} {amount.zh}", f"{fits.en} {amount.en}"))
        return joined(rows, "；", "; ")

    def _fits(self, key: str, values: tuple[str, ...]) -> Text:
        if key == "class":
            layer = self.rule.layer
            return joined([self.class_name(layer, value) for value in values], "、", ", ")
        label = self.fact(key)
        named = joined([self.fact_value(key, value) for value in values], "、", ", ")
        return Text(f"{label.zh}为{named.zh}", f"{label.en} {named.en}")


_Say = Callable[[Words, Leaf], Text]


def _plain(zh: str, en: str) -> _Say:
    return lambda _words, _leaf: Text(zh, en)


def _over(key: str, zh: str, en: str) -> _Say:
    def say(words: Words, leaf: Leaf) -> Text:
        limit = words.argument(leaf, key)
        return Text(f"{zh}{limit.zh}", f"{en}{limit.en}")

    return say


def _distance(words: Words, leaf: Leaf) -> Text:
    limit = words.argument(leaf, "distance_m")
    if "inner" not in leaf.args:
        return Text(f"距离小于 {limit.zh}", f"nearer than {limit.en}")
    inner = words.argument(leaf, "inner")
    return Text(
        f"距离不小于 {inner.zh}、小于 {limit.zh}", f"at {inner.en} or more, nearer than {limit.en}"
    )


def _outside(words: Words, leaf: Leaf) -> Text:
    if "share" not in leaf.args:
        return Text("用地有位于其外的部分", "part of the site lies outside")
    share = words.argument(leaf, "share")
    return Text(
        f"用地位于其外的部分占比超过 {share.zh}",
        f"the share of the site outside exceeds {share.en}",
    )


def _raster(words: Words, leaf: Leaf) -> Text:
    value, share = words.argument(leaf, "value"), words.argument(leaf, "share")
    return Text(
        f"数值超过 {value.zh} 的面积占比超过 {share.zh}",
        f"the share of ground above {value.en} exceeds {share.en}",
    )


def _height(words: Words, leaf: Leaf) -> Text:
    names = [name for name in (leaf.base, leaf.fact) if name]
    top = joined([words.fact(name) for name in names], " + ", " + ")
    return Text(f"{top.zh} 高于该面", f"{top.en} rises above the surface")


def _against(zh: str, en: str) -> _Say:
    def say(words: Words, leaf: Leaf) -> Text:
        fact, attribute = words.fact(leaf.fact or ""), words.attribute(leaf.layer, leaf.attribute)
        return Text(f"{fact.zh}{zh}{attribute.zh}", f"{fact.en} {en} {attribute.en}")

    return say


_LEAVES: Mapping[str, _Say] = {
    "overlaps": _plain("与用地重叠", "overlaps the site"),
    "outside": _outside,
    "area_over": _over("area_m2", "重叠面积超过 ", "overlap area exceeds "),
    "share_over": _over("share", "重叠占比超过 ", "overlap share exceeds "),
    "class_in": _over("share", "与用地重叠，占比达到 ", "share of the site reaches "),
    "count_over": _over("count", "要素个数超过 ", "number of features exceeds "),
    "within_distance": _distance,
    "raster_class": _over("share", "占比达到 ", "share of the site reaches "),
    "raster_over": _raster,
    "height_above": _height,
    "fact_over_attribute": _against("高于", "exceeds"),
    "fact_under_attribute": _against("低于", "is below"),
    "fact_not_in_attribute": _against("不在", "is not in"),
    "class_compatible": _against("与其不相容：", "is not compatible with"),
}
