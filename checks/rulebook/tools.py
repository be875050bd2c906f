"""What `lantu rules` tells of a rulebook: review, explanation of a rule, the rule reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from checks.inheritance.review import review_inheritance
from checks.rule import Basis, Leaf, Rule, Rulebook
from checks.rulebook.words import FORCE, SEVERITY, Words
from checks.scenario_review import review_scenarios
from gis.errors import LantuError, Note, Text
from layers.catalog import LayerSpec

_LATE_DAYS = 366
_TOLD = ("a", "kV")
"""Units of values that are told and not tested: periods of years, voltages."""


def find_rule(book: Rulebook, code: str) -> Rule:
    """Return a rule by its code.

    Raises
    ------
    LantuError
        `unknown_rule`.
    """
    if code in book.rules:
        return book.rules[code]
    raise LantuError(
        "unknown_rule",
        Text(f"没有规则“{code}”", f"There is no rule {code!r}"),
        Text("用 lantu rules list 查看全部规则", "See all rules by lantu rules list"),
    )


# --- explain ------------------------------------------------------------------------------------


def explain(book: Rulebook, code: str, specs: Mapping[str, LayerSpec], *, day: date) -> Text:
    """Explain a rule as it stands on a day, in whole lines, in both languages.

    Raises
    ------
    LantuError
        `unknown_rule`.
    """
    rule = find_rule(book, code)
    lines = list(_lines(rule, Words(rule, book.facts, specs, day)))
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


def _lines(rule: Rule, words: Words) -> Iterator[Text]:
    day, severity = words.day, SEVERITY[rule.severity]
    test = words.test(rule.test)
    yield Text(f"{rule.code}  {rule.title.zh}", f"{rule.code}  {rule.title.en}")
    yield Text(f"检测日期：{day}", f"As of: {day}")
    yield Text(f"规则库：{rule.pack}", f"Pack: {rule.pack}")
    yield Text(f"检测：{test.zh}", f"Test: {test.en}")
    if rule.when is not None:
        when = words.when(rule.when)
        yield Text(f"适用条件：{when.zh}", f"Applies when: {when.en}")
    yield Text(f"约束等级：{severity.zh}", f"Severity: {severity.en}")
    area, width = rule.tolerance_area_m2, rule.tolerance_width_m
    if area or width:
        yield Text(
            f"容差：{area:g} m²，宽 {width:g} m", f"Tolerance: {area:g} m², {width:g} m wide"
        )
    for name, series in rule.values.items():
        entry = series.on(day)
        value = words.dated(entry, series.unit)
        source = f"（{entry.reference}）" if entry and entry.reference else ""
        pack = rule.set_by.get(name)
        by = Text(f"，由规则库 {pack} 设定", f", set by the pack {pack}") if pack else Text("", "")
        yield Text(
            f"数值 {name}：{value.zh}{source}{by.zh}", f"Value {name}: {value.en}{source}{by.en}"
        )
    for basis in rule.basis:
        held = _held(basis, day)
        mark = Text("当日有效", "holds that day") if held else Text("当日无效", "not on that day")
        cited = citation(basis)
        yield Text(f"依据：{cited.zh}；{mark.zh}", f"Basis: {cited.en}; {mark.en}")
        if basis.when is not None:
            only = words.when(basis.when)
            yield Text(f"　　该依据仅适用于：{only.zh}", f"    This basis only where {only.en}")
    yield Text(f"命中时：{rule.say.affected.zh}", f"Affected: {rule.say.affected.en}")
    yield Text(f"未命中时：{rule.say.clear.zh}", f"Clear: {rule.say.clear.en}")
    yield Text(f"未检测时：{rule.say.not_assessed.zh}", f"Not assessed: {rule.say.not_assessed.en}")
    yield Text(f"主管部门：{rule.authority}", f"Authority: {rule.authority}")
    if rule.action and rule.action.item:
        papers = "、".join(rule.action.papers)
        more = f"（{papers}）" if papers else ""
        yield Text(f"办理事项：{rule.action.item}{more}", f"Item: {rule.action.item}{more}")
    if rule.note is not None:
        yield Text(f"说明：{rule.note.zh}", f"Note: {rule.note.en}")
    if rule.checked_on:
        yield Text(f"最近核对：{rule.checked_on}", f"Last checked: {rule.checked_on}")


def values_on(
    book: Rulebook, code: str, specs: Mapping[str, LayerSpec], *, day: date
) -> dict[str, dict[str, object] | None]:
    """Return the values of a rule in force on a day, for JSON; None where none is in force."""
    rule = find_rule(book, code)
    words = Words(rule, book.facts, specs, day)
    found: dict[str, dict[str, object] | None] = {}
    for name, series in rule.values.items():
        entry = series.on(day)
        found[name] = None
        if entry is not None and not entry.repealed:
            found[name] = {
                "unit": series.unit,
                "since": entry.start.isoformat(),
                "value": words.dated(entry, series.unit).as_dict(),
                "reference": entry.reference,
            }
    return found


def _held(basis: Basis, day: date) -> bool:
    return (basis.valid_from or date.min) <= day <= (basis.valid_to or date.max)


def citation(basis: Basis) -> Text:
    """Cite a basis with its force and its span of days."""
    force = FORCE[basis.force]
    start = f"{basis.valid_from}" if basis.valid_from else "…"
    end = f"{basis.valid_to}" if basis.valid_to else "…"
    cited = f"《{basis.title}》{basis.article or ''}"
    if basis.role == "exception":
        force = Text(f"例外，{force.zh}", f"exception, {force.en}")
    return Text(
        f"{cited}（{force.zh}，{start} 至 {end}）", f"{cited} ({force.en}, {start} to {end})"
    )


# --- review -------------------------------------------------------------------------------------


def review(book: Rulebook, specs: Mapping[str, LayerSpec], *, day: date) -> tuple[Note, ...]:
    """Name what reads well and yet is doubtful: a pack's author should look at each.

    Unknown classes and attributes, tests that do not suit the layer's geometry, values that no
    argument names, rules that no scenario takes, rules not checked for a year, legal rules that
    another pack lies over, scenarios that cannot be complete or are never chosen, tables on sharing
    in which a failure changes nothing.
    """
    notes = [note for rule in book.rules.values() for note in _doubts(rule, specs, day)]
    items = book.catalogue.items if book.catalogue else {}
    for rule in book.rules.values():
        asked = rule.action.item if rule.action else None
        if asked and items and asked not in items:
            zh, en = f"办理事项 {asked} 不在事项目录", f"its item {asked} is not in the catalogue"
            notes.append(_note("item_not_in_catalogue", rule.code, zh, en))
    taken = {code for scenario in book.scenarios.values() for code in scenario.rules}
    notes += [
        _note("rule_in_no_scenario", code, "没有任何场景使用", "no scenario takes it")
        for code in book.rules
        if code not in taken
    ]
    for item in book.shadowed:
        if item.legal:
            what = ", ".join(item.changed) or "-"
            zh = f"规则库 {item.pack} 覆盖了 {item.over} 的法定规则：{what}"
            en = f"pack {item.pack} lies over the legal rule of {item.over}: {what}"
            notes.append(_note("legal_rule_shadowed", item.code, zh, en))
    return (*notes, *review_scenarios(book, specs), *review_inheritance(book))


def _note(kind: str, code: str, zh: str, en: str) -> Note:
    return Note(kind, Text(f"{code}：{zh}", f"{code}: {en}"))


def _doubts(rule: Rule, specs: Mapping[str, LayerSpec], day: date) -> Iterator[Note]:
    for leaf in rule.leaves():
        if leaf.kind != "finding":
            yield from _leaf_doubts(rule, leaf, specs[leaf.layer])
    used = {
        str(getattr(given, "name", "")) for leaf in rule.leaves() for given in leaf.args.values()
    }
    used |= {leaf.table for leaf in rule.leaves() if leaf.table}
    used |= {leaf.where.table for leaf in rule.leaves() if leaf.where and leaf.where.table}
    for name, series in rule.values.items():
        if name not in used and series.unit not in _TOLD:
            yield _note("value_unused", rule.code, f"数值 {name} 未被使用", f"{name} is not used")
    if rule.checked_on is None or (day - rule.checked_on).days > _LATE_DAYS:
        when = rule.checked_on or "-"
        yield _note(
            "rule_not_checked", rule.code, f"一年内未核对（{when}）", f"last checked {when}"
        )


def _leaf_doubts(rule: Rule, leaf: Leaf, spec: LayerSpec) -> Iterator[Note]:
    codes = spec.class_field.codes if spec.class_field else None
    if leaf.classes is not None and codes is not None and leaf.attribute in (None, "class"):
        strange = ", ".join(sorted(leaf.classes.codes - set(codes)))
        if strange:
            zh, en = f"图层 {spec.key} 没有类别 {strange}", f"{spec.key} has no class {strange}"
            yield _note("class_not_in_layer", rule.code, zh, en)
    known = {item.key for item in spec.attributes} | {"class", *spec.report_fields}
    if leaf.attribute and spec.attributes and leaf.attribute not in known:
        zh = f"图层 {spec.key} 没有属性 {leaf.attribute}"
        en = f"{spec.key} has no attribute {leaf.attribute}"
        yield _note("attribute_not_in_layer", rule.code, zh, en)
    raster = spec.geometry == "raster"
    if leaf.kind != "height_above" and leaf.kind.startswith("raster") != raster:
        zh = f"测试 {leaf.kind} 不适用于 {spec.geometry} 图层 {spec.key}"
        en = f"the test {leaf.kind} does not suit {spec.key}, a layer of {spec.geometry}"
        yield _note("test_against_geometry", rule.code, zh, en)
