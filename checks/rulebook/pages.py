"""The generated pages on rules: the rule reference in both languages, scenarios, project facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from checks.facts import fact_in_words
from checks.rule import FactSpec, Rule, Rulebook, Scenario
from checks.rulebook.tools import citation
from checks.rulebook.words import SEVERITY, Words
from gis.errors import Language, Text
from layers.catalog import LayerSpec

_HEAD = Text(
    "# 规则参考\n\n由规则库 `{pack}` 生成（`make docs`）。数值按日期列出；依据标明性质与起止日期。"
    "[English](rule-reference.en.md)\n",
    "# Rule reference\n\nMade from the pack `{pack}` by `make docs`. Values stand with the day "
    "from which they hold, the law with its force and span of days. Titles of laws and names of "
    "authorities are not translated. [中文](rule-reference.md)\n",
)


def reference(book: Rulebook, specs: Mapping[str, LayerSpec], language: Language) -> str:
    """Return `docs/rule-reference.md` or `.en.md`: every rule, layer by layer, all dated values."""
    pages = [_HEAD.pick(language).format(pack=book.packs[-1].name)]
    layer = None
    for rule in sorted(book.rules.values(), key=lambda rule: (rule.layer, rule.code)):
        if rule.layer != layer:
            layer = rule.layer
            pages.append(f"## {specs[layer].title.text().pick(language)}\n\n`{layer}`\n")
        pages.append(_rule_entry(rule, Words(rule, book.facts, specs, _day(book)), language))
    return "\n".join(pages)


def _day(book: Rulebook) -> date:
    """The day the rules were last checked: the page follows the rules, not the clock."""
    days = [rule.checked_on for rule in book.rules.values() if rule.checked_on]
    return max(days, default=date.max)


def _rule_entry(rule: Rule, words: Words, language: Language) -> str:
    severity = SEVERITY[rule.severity].pick(language)
    rows = [f"### {rule.code} {rule.title.pick(language)}", "", f"**{severity}**", ""]
    rows += [f"- {line.pick(language)}" for line in _rule_lines(rule, words)]
    return "\n".join([*rows, ""])


def _rule_lines(rule: Rule, words: Words) -> Iterator[Text]:
    test = words.test(rule.test)
    yield Text(f"检测：{test.zh}", f"Test: {test.en}")
    if rule.when is not None:
        when = words.when(rule.when)
        yield Text(f"适用条件：{when.zh}", f"Applies when: {when.en}")
    area, width = rule.tolerance_area_m2, rule.tolerance_width_m
    if area or width:
        yield Text(
            f"容差：{area:g} m²，宽 {width:g} m", f"Tolerance: {area:g} m², {width:g} m wide"
        )
    for name, series in rule.values.items():
        for entry in series.dated:
            value = words.dated(entry, series.unit)
            zh = f"（{entry.reference}）" if entry.reference else ""
            en = f" ({entry.reference})" if entry.reference else ""
            yield Text(
                f"数值 `{name}` 自 {entry.start} 起：{value.zh}{zh}",
                f"Value `{name}` from {entry.start}: {value.en}{en}",
            )
    for basis in rule.basis:
        cited = citation(basis)
        yield Text(f"依据：{cited.zh}", f"Basis: {cited.en}")
    yield Text(f"主管部门：{rule.authority}", f"Authority: {rule.authority}")
    yield Text(f"命中时：{rule.say.affected.zh}", f"Affected: {rule.say.affected.en}")
    yield Text(f"未命中时：{rule.say.clear.zh}", f"Clear: {rule.say.clear.en}")
    yield Text(f"未检测时：{rule.say.not_assessed.zh}", f"Not assessed: {rule.say.not_assessed.en}")
    if rule.action and rule.action.item:
        papers = "、".join(rule.action.papers)
        yield Text(
            f"办理事项：{rule.action.item}{f'（{papers}）' if papers else ''}",
            f"Item: {rule.action.item}{f' ({papers})' if papers else ''}",
        )
    if rule.note is not None:
        yield Text(f"说明：{rule.note.zh}", f"Note: {rule.note.en}")


# --- scenarios ----------------------------------------------------------------------------------

_SCENARIOS_HEAD = """# Scenarios 检测场景

Made from the pack `{pack}` by `make docs`; how one is chosen: [rules](rules.md#a-scenario).
由规则库 `{pack}` 生成。自上而下，取第一个条件成立的场景；都不成立时取默认场景。
也可用 `--scenario` 指定。
"""


def scenarios_page(book: Rulebook, specs: Mapping[str, LayerSpec]) -> str:
    """Return `docs/scenarios.md`: condition, rules, required layers, sections, defaults of each."""
    words = Words(next(iter(book.rules.values())), book.facts, specs, _day(book))
    pages = [_SCENARIOS_HEAD.format(pack=book.packs[-1].name)]
    pages += [_scenario_entry(item, book, words) for item in book.scenarios.values()]
    return "\n".join(pages)


def _scenario_entry(scenario: Scenario, book: Rulebook, words: Words) -> str:
    when = Text("默认场景", "the fallback")
    if scenario.when is not None:
        when = words.when(scenario.when)
    named = [words.layer(key) for key in scenario.required_layers]
    sections = scenario.sections or range(1, 14)
    assumed = [
        (book.facts[key].label, fact_in_words(book.facts[key], value))
        for key, value in scenario.defaults.items()
    ]
    count, total = len(scenario.rules), len(book.rules)
    return f"""## {scenario.title.zh} {scenario.title.en}

`{scenario.key}`

- 条件：{when.zh}
- Taken when: {when.en}
- 规则 rules: {count} / {total}
- 必检图层：{"、".join(text.zh for text in named)}
- Required layers: {", ".join(text.en for text in named)}
- 报告章节 sections: {", ".join(map(str, sections))}
- 默认：{"，".join(f"{label.zh}={word.zh}" for label, word in assumed)}
- Assumed: {", ".join(f"{label.en} = {word.en}" for label, word in assumed)}
"""


# --- project facts ------------------------------------------------------------------------------

_FACTS_HEAD = """# Project facts 项目事实

Generated from `checks/rules/facts.yaml`. A facts file of a project uses these keys and no
others; what is absent or null is unknown.
项目事实文件只用这些键；未填或 null 即未知。

```yaml
name: 电子厂
works: building
height_m: 23.5            # numbers without unit
linear: false             # true or false
works_methods: [piling]   # several choices; [] for none
```

| key | 名称 | meaning | type | unit | choices 可选值 | note 说明 |
|---|---|---|---|---|---|---|
"""


def facts_page(facts: Mapping[str, FactSpec]) -> str:
    """Return `docs/project-facts.md`: the closed list of project facts."""
    rows = []
    for spec in facts.values():
        choices = "<br>".join(f"`{key}` {label.zh}" for key, label in spec.allowed.items())
        cells = (f"`{spec.key}`", spec.label.zh, spec.label.en, spec.type, spec.unit or "", choices)
        rows.append(f"| {' | '.join((*cells, spec.help))} |\n")
    return _FACTS_HEAD + "".join(rows)
