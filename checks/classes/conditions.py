"""Judge the conditions of classes, waivers and deadlines: strong Kleene logic, with questions.

What nobody knows stays unknown and becomes a question: a fact not given, a list nobody recorded, a
word without a number, an area assessment not decided, a rule not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from checks.classes.rule import (
    EACH,
    Call,
    Catalogue,
    Combined,
    Condition,
    FindingIs,
    OfficeList,
    leaves,
)
from checks.conditions import Truth, holds, kleene_and, kleene_not, kleene_or
from checks.quantities import Facts, text_of
from checks.rule import FactSpec, FactTest, State
from gis.errors import Text

AreaAnswers = Mapping[str, Mapping[str, Truth]]
"""What is known of area assessments: function -> kind (or zone, or duty) -> answer."""

_AREA_QUESTIONS: Mapping[str, Text] = {
    "assessed": Text(
        "用地所在片区是否已有“{}”区域评估成果，请核实",
        "Is there an area assessment of '{}' for the ground of the site?",
    ),
    "covered": Text(
        "用地是否位于“{}”区域评估范围内，请核实",
        "Does the site lie inside the area assessment of '{}'?",
    ),
    "meets": Text(
        "项目是否满足“{}”区域评估的要求，请核实",
        "Does the project meet what the area assessment of '{}' requires?",
    ),
    "depth_equal": Text(
        "“{}”区域评估的深度是否相当，请核实",
        "Is the area assessment of '{}' as deep as the study it replaces?",
    ),
    "zone": Text("用地是否位于“{}”分区内，请核实", "Does the site lie in the zone '{}'?"),
    "duty_done": Text("片区措施“{}”是否已落实，请核实", "Has the area's duty '{}' been done?"),
}

_NAMES: Mapping[str, Text] = {
    "ground_subsidence": Text("地面沉降低易发区", "low susceptibility to ground subsidence"),
    "low_other": Text("其他地质灾害低易发区", "other low susceptibility to geological hazards"),
    "ground_levelled": Text("统一场地平整", "the ground is levelled for the whole area"),
}
"""Zones and duties that conditions of the shipped packs name."""


@dataclass(frozen=True)
class Situation:
    """All that an entry may ask about one project on one day."""

    catalogue: Catalogue
    specs: Mapping[str, FactSpec]
    as_of: date
    facts: Facts
    states: Mapping[str, State] = field(default_factory=dict)
    area: AreaAnswers = field(default_factory=dict)
    kind_names: Mapping[str, Text] = field(default_factory=dict)
    _classes: dict[str, Truth] = field(default_factory=dict, compare=False, repr=False)
    _groups: dict[tuple[int, str | None], Truth] = field(
        default_factory=dict, compare=False, repr=False
    )

    def truth(self, condition: Condition, kind: str | None = None) -> Truth:
        """Whether a condition holds; `kind` stands where the condition says `each`."""
        match condition:
            case FactTest():
                return holds(condition, self.facts)
            case FindingIs(code, state):
                found = self.states.get(code)
                if found in ("affected", "clear"):
                    return found == state
                # a rule that does not apply to this project affects nothing and clears nothing
                return False if found == "not_applicable" and state == "affected" else None
            case Combined():
                key = (id(condition), kind)
                if key not in self._groups:
                    self._groups[key] = self._group(condition, kind)
                return self._groups[key]
            case Call("class", argument):
                return self.in_class(argument)
            case Call("list", argument):
                return self._listed(self.catalogue.lists[argument])
            case Call("word", argument):
                return self._listed(self.catalogue.words[argument])
            case Call(function, argument):
                name = kind if argument == EACH and kind else argument
                return self.area.get(function, {}).get(name)

    def _group(self, group: Combined, kind: str | None) -> Truth:
        truths = [self.truth(item, kind) for item in group.items]
        if group.kind == "not":
            return kleene_not(truths[0])
        return kleene_and(truths) if group.kind == "all" else kleene_or(truths)

    def in_class(self, key: str) -> Truth:
        """Whether the project is in a class; a class not yet, or no longer, defined has nobody."""
        if key not in self._classes:
            defined = self.catalogue.of_class(key, self.as_of)
            self._classes[key] = kleene_or([self.truth(entry.when) for entry in defined])
        return self._classes[key]

    def _listed(self, listed: OfficeList) -> Truth:
        """Whether the project is on a list; a list nobody recorded says nothing."""
        if not listed.entries:
            return None
        return kleene_or([self.truth(item.when) for item in listed.entries])

    def questions(self, condition: Condition, kind: str | None = None) -> tuple[Text, ...]:
        """What would settle an open condition, each question once."""
        return tuple(dict.fromkeys(self._open(condition, kind)))

    def _open(self, condition: Condition, kind: str | None) -> Iterator[Text]:
        if self.truth(condition, kind) is not None:
            return
        match condition:
            case Combined(_, items):
                for item in items:
                    yield from self._open(item, kind)
            case FactTest(fact):
                label = self.specs[fact].label if fact in self.specs else Text(fact, fact)
                yield Text(
                    f"请补充项目情况“{label.zh}”（{fact}）",
                    f"Give the project fact '{label.en}' ({fact})",
                )
            case FindingIs(code):
                yield Text(f"检测项 {code} 尚无结论", f"Rule {code} has no conclusion yet")
            case Call("class", argument):
                for entry in self.catalogue.of_class(argument, self.as_of):
                    yield from self._open(entry.when, None)
            case Call("list", argument):
                yield from self._of_list(self.catalogue.lists[argument])
            case Call("word", argument):
                yield from self._of_word(self.catalogue.words[argument])
            case Call(function, argument):
                name = kind if argument == EACH and kind else argument
                asked, words = _AREA_QUESTIONS[function], self.kind_name(name)
                yield Text(asked.zh.format(words.zh), asked.en.format(words.en))

    def kind_name(self, name: str) -> Text:
        """A kind of assessment in words; zones and duties by the name the text gives them."""
        return self.kind_names.get(name) or _NAMES.get(name) or Text(name, name)

    def _of_list(self, listed: OfficeList) -> Iterator[Text]:
        if not listed.entries:
            yield Text(
                f"清单未录入：“{listed.title.zh}”（{listed.source}），请向主管部门核实",
                f"The list is not recorded: '{listed.title.en}' ({listed.source}); "
                "ask the authority",
            )
        for item in listed.entries:
            yield from self._open(item.when, None)

    def _of_word(self, word: OfficeList) -> Iterator[Text]:
        if not word.entries:
            yield Text(
                f"“{word.title.zh}”在原文中没有数值（{word.source}），请由本单位设定或由人判断",
                f"The text gives no figure for '{word.title.en}' ({word.source}): "
                "the office sets it or a person decides",
            )
        for item in word.entries:
            yield from self._open(item.when, None)

    def because(self, condition: Condition) -> Text:
        """Tell the facts that a condition looked at, as the project gives them."""
        told: dict[str, Text] = {}
        for leaf in self._deep_leaves(condition, set()):
            if isinstance(leaf, FindingIs) and leaf.code in self.states:
                state = self.states[leaf.code]
                told[leaf.code] = Text(
                    f"检测项 {leaf.code}：{_STATES.get(state, state)}", f"rule {leaf.code}: {state}"
                )
            if isinstance(leaf, FactTest) and leaf.fact in self.facts:
                told[leaf.fact] = self._fact(leaf.fact)
        return Text(
            "；".join(text.zh for text in told.values()),
            "; ".join(text.en for text in told.values()),
        )

    def _deep_leaves(
        self, condition: Condition, seen: set[str]
    ) -> Iterator[FactTest | Call | FindingIs]:
        """Leaves, and those of the classes that a condition asks for."""
        for leaf in leaves(condition):
            yield leaf
            if isinstance(leaf, Call) and leaf.function == "class" and leaf.argument not in seen:
                seen.add(leaf.argument)
                for entry in self.catalogue.of_class(leaf.argument, self.as_of):
                    yield from self._deep_leaves(entry.when, seen)

    def _fact(self, key: str) -> Text:
        value, spec = self.facts[key], self.specs.get(key)
        label = spec.label if spec else Text(key, key)
        if isinstance(value, bool):
            return Text(
                f"{label.zh}：{'是' if value else '否'}", f"{label.en}: {'yes' if value else 'no'}"
            )
        words = sorted(value) if isinstance(value, frozenset) else [text_of(value)]
        named = [spec.allowed.get(word) if spec else None for word in words]
        unit = f" {spec.unit}" if spec and spec.unit not in (None, "1") else ""
        unit = unit.replace("m2", "m²").replace("m3", "m³")
        zh = "、".join(name.zh if name else w for name, w in zip(named, words, strict=True))
        en = ", ".join(name.en if name else w for name, w in zip(named, words, strict=True))
        return Text(f"{label.zh}：{zh}{unit}", f"{label.en}: {en}{unit}")


_STATES: Mapping[str, str] = {
    "affected": "命中",
    "clear": "未命中",
    "not_assessed": "未检测",
    "needs_person": "待核实",
    "not_applicable": "不适用",
}
