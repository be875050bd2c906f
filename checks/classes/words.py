"""Entries of `classes.yaml` in plain words: one by its code, and the page of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from checks.classes.rule import Call, Catalogue, Combined, Condition, Entry, FindingIs
from checks.classes.services import DUE_BEFORE, STAGES, WAYS, authority_names, days_text
from checks.rule import FactSpec, FactTest, Rulebook
from checks.rulebook.tools import citation
from checks.rulebook.words import FORCE, joined
from gis.errors import LantuError, Text

KINDS: Mapping[str, Text] = {
    "class": Text("类别", "Class"),
    "waive": Text("免办", "Waived"),
    "simplify": Text("简化", "Simplified"),
    "pledge": Text("告知承诺", "On a pledge"),
    "merge": Text("合并办理", "Merged"),
    "deadline": Text("时限", "Deadline"),
    "scope": Text("适用范围", "Scope"),
}
_OPS: Mapping[str, Text] = {
    "in": Text("为其中之一：", "is one of "),
    "eq": Text("为", "is "),
    "lt": Text("小于", "is below "),
    "le": Text("不大于", "is at most "),
    "gt": Text("大于", "is above "),
    "ge": Text("不小于", "is at least "),
}
_CALLS: Mapping[str, Text] = {
    "class": Text("属于类别 {}", "in the class {}"),
    "assessed": Text("片区已有 {} 区域评估", "an area assessment of {} is there"),
    "covered": Text("用地在 {} 评估范围内", "the site lies inside that of {}"),
    "meets": Text("项目满足 {} 评估的要求", "the project meets that of {}"),
    "depth_equal": Text("{} 评估深度相当", "that of {} is as deep"),
    "zone": Text("位于分区 {}", "in the zone {}"),
    "duty_done": Text("片区措施 {} 已落实", "the duty {} is done"),
    "list": Text("在清单 {} 内", "on the list {}"),
    "word": Text("属于“{}”", "'{}'"),
}


def condition_words(condition: Condition, book: Rulebook) -> Text:
    """A condition in words; lists and words by their titles."""
    match condition:
        case FactTest():
            return _comparison(condition, book.facts)
        case FindingIs(code, state):
            word = "命中" if state == "affected" else "未命中"
            return Text(f"检测项 {code} {word}", f"rule {code} is {state}")
        case Call(function, argument):
            name = _named(function, argument, book)
            said = _CALLS[function]
            return Text(said.zh.format(name.zh), said.en.format(name.en))
        case Combined("not", items):
            inner = condition_words(items[0], book)
            return Text(f"并非（{inner.zh}）", f"not ({inner.en})")
        case Combined(kind, items):
            parts = [condition_words(item, book) for item in items]
            both = kind == "all"
            text = joined(parts, "，并且" if both else "，或者", " and " if both else " or ")
            return Text(f"（{text.zh}）", f"({text.en})")


def _named(function: str, argument: str, book: Rulebook) -> Text:
    catalogue = book.catalogue or Catalogue()
    if function == "list" and argument in catalogue.lists:
        return catalogue.lists[argument].title
    if function == "word" and argument in catalogue.words:
        return catalogue.words[argument].title
    if argument == "each":
        return Text("该项", "the kind")
    if function == "class":
        named = [e.effect for e in catalogue.entries.values() if e.key == argument]
        return named[0] if named else Text(argument, argument)
    return _kind(argument, book)


def _kind(key: str, book: Rulebook) -> Text:
    kinds = book.inheritance.kinds if book.inheritance else {}
    return kinds[key].name if key in kinds else Text(key, key)


def _comparison(test: FactTest, facts: Mapping[str, FactSpec]) -> Text:
    spec = facts[test.fact]
    label = spec.label
    if test.op == "known":
        known = test.values == ("true",)
        zh, en = ("已知", "known") if known else ("未知", "unknown")
        return Text(f"“{label.zh}”{zh}", f"'{label.en}' is {en}")
    unit = f" {spec.unit}" if spec.unit and spec.unit != "1" else ""
    unit = unit.replace("m2", "m²").replace("m3", "m³")
    values = joined([_value(spec, value) for value in test.values], "、", ", ")
    op = _OPS[test.op]
    return Text(f"“{label.zh}”{op.zh}{values.zh}{unit}", f"'{label.en}' {op.en}{values.en}{unit}")


def _value(spec: FactSpec, value: str) -> Text:
    if spec.type == "boolean":
        return Text("是", "yes") if value == "true" else Text("否", "no")
    return spec.allowed.get(value, Text(value, value))


# --- one entry ----------------------------------------------------------------------------------


def explain_entry(book: Rulebook, code: str, *, day: date) -> Text:
    """Explain a class, waiver, pledge, deadline or scope as it stands on a day.

    Raises
    ------
    LantuError
        `unknown_rule`.
    """
    entry = (book.catalogue or Catalogue()).entries.get(code)
    if entry is None:
        raise _no_rule(code)
    kind = KINDS[entry.kind]
    held = Text("当日有效", "holds that day") if entry.in_force(day) else Text("当日无效", "not on")
    lines = [
        Text(f"{code}  {kind.zh}：{entry.effect.zh}", f"{code}  {kind.en}: {entry.effect.en}"),
        Text(f"检测日期：{day}（{held.zh}）", f"As of: {day} ({held.en})"),
        Text(f"规则库：{entry.pack}", f"Pack: {entry.pack}"),
        *_lines(entry, book),
    ]
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


def _lines(entry: Entry, book: Rulebook) -> Iterator[Text]:
    when = condition_words(entry.when, book)
    yield Text(f"条件：{when.zh}", f"When: {when.en}")
    if entry.each:
        kinds = joined([_kind(key, book) for key in entry.each], "、", ", ")
        yield Text(f"逐项适用：{kinds.zh}", f"Kind by kind: {kinds.en}")
    items = _items(entry.all_items(), book.catalogue or Catalogue())
    if items is not None:
        yield Text(f"事项：{items.zh}", f"Items: {items.en}")
    limit = entry.deadline
    if limit is not None:
        said = (
            DUE_BEFORE[limit.due_before]
            if limit.due_before
            else days_text(limit.days)
            if limit.days
            else Text(f"{limit.years} 年", f"{limit.years} years")
        )
        yield Text(f"时限：{said.zh}", f"Time: {said.en}")
    for paper in entry.papers:
        yield Text(f"材料：{paper.zh}", f"Paper: {paper.en}")
    if entry.keeps:
        yield Text("所列事项仍须办理，不因其他条目免除", "Its items stay due whatever waives them")
    if entry.gates:
        gated = ", ".join(entry.gates)
        yield Text(f"不成立时以下条目不适用：{gated}", f"Without it these do not hold: {gated}")
    for basis in entry.basis:
        cited = citation(basis)
        yield Text(f"依据：{cited.zh}", f"Basis: {cited.en}")
    yield Text(f"出处：{entry.source}", f"Source: {entry.source}")
    if entry.needs_person:
        person = entry.needs_person
        yield Text(f"由人核定：{person.zh}", f"For a person to confirm: {person.en}")


def _items(codes: Sequence[str], catalogue: Catalogue) -> Text | None:
    found = [catalogue.items[code] for code in codes if code in catalogue.items]
    if not found:
        return None
    return joined(
        [Text(f"{i.code} {i.name.zh}", f"{i.code} {i.name.en}") for i in found], "、", ", "
    )


def explain_item(book: Rulebook, code: str, *, day: date) -> Text:
    """Explain an item of the catalogue: department of the day, stage, way, time, who asks for it.

    Raises
    ------
    LantuError
        `unknown_rule`.
    """
    catalogue = book.catalogue or Catalogue()
    item = catalogue.items.get(code)
    if item is None:
        raise _no_rule(code)
    names = authority_names(item, catalogue.authorities, day)
    there = Text("当日在目录内", "in the catalogue")
    if not item.in_force(day):
        there = Text("当日不在目录内", "not in the catalogue")
    stage, way = STAGES[item.stage], WAYS[item.how_on(day)]
    lines = [
        Text(f"{code}  {item.name.zh}", f"{code}  {item.name.en}"),
        Text(f"日期：{day}（{there.zh}）", f"As of: {day} ({there.en})"),
        Text(f"部门：{names}", f"Department: {names}"),
        Text(f"阶段：{stage.zh}；办理方式：{way.zh}", f"Stage: {stage.en}; way: {way.en}"),
    ]
    if item.conditions:
        conditions = item.conditions
        lines.append(Text(f"前置条件：{conditions.zh}", f"Conditions: {conditions.en}"))
    lines += [Text(f"依据：{basis}", f"Basis: {basis}") for basis in item.basis]
    asking = [r.code for r in book.rules.values() if r.action and r.action.item == code]
    touching = [e.code for e in catalogue.entries.values() if code in e.all_items()]
    for zh, en, codes in (
        ("要求办理的规则", "Rules that ask for it", asking),
        ("涉及的条目", "Entries that touch it", touching),
    ):
        if codes:
            lines.append(Text(f"{zh}：{'、'.join(codes)}", f"{en}: {', '.join(codes)}"))
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


def _no_rule(code: str) -> LantuError:
    return LantuError(
        "unknown_rule",
        Text(f"没有规则“{code}”", f"There is no rule {code!r}"),
        Text("用 lantu rules list 查看全部规则", "See all rules by lantu rules list"),
    )


# --- the page of all ----------------------------------------------------------------------------

_HEAD = """# Classes, waivers and deadlines of the shipped packs 类别、办理简化与时限

Made from the packs by `make docs`; [how they are written](classes.md).
由各规则库的 classes.yaml 生成。
"""


def class_reference(books: Sequence[Rulebook]) -> str:
    """Return `docs/class-reference.md`: every entry of the packs, pack by pack, in both languages.

    A pack that lies under several is told once.
    """
    pages, told = [_HEAD], set[str]()
    for book in books:
        for entry in (book.catalogue or Catalogue()).entries.values():
            if entry.code in told:
                continue
            if not any(page == _pack(entry.pack) for page in pages):
                pages.append(_pack(entry.pack))
            told.add(entry.code)
            pages.append(_entry(entry, book))
    return "\n".join(pages)


def _pack(name: str) -> str:
    return f"## {name}\n"


def _entry(entry: Entry, book: Rulebook) -> str:
    kind, force = KINDS[entry.kind], FORCE[entry.force]
    span = f"{entry.valid_from or '…'} – {entry.valid_to or '…'}"
    rows = [
        f"### {entry.code} {entry.effect.zh}",
        "",
        f"{entry.effect.en}. **{kind.zh} {kind.en}**, {force.zh} {force.en}, {span}",
        "",
    ]
    for line in _lines(entry, book):
        rows.append(f"- {line.zh}")
        if line.en.split(": ", 1)[-1] != line.zh.split("：", 1)[-1]:
            rows.append(f"- {line.en}")
    return "\n".join([*rows, ""])


# --- differences --------------------------------------------------------------------------------


def entry_side(entry: Entry | None, key: str, book: Rulebook) -> Text:
    """One side of a difference in words."""
    if entry is None:
        return Text("—", "-")
    if key == "when":
        return condition_words(entry.when, book)
    if key == "items":
        return _items(entry.all_items(), book.catalogue or Catalogue()) or Text("—", "-")
    if key == "basis":
        return joined([citation(basis) for basis in entry.basis], "；", "; ")
    if key == "valid":
        span = f"{entry.valid_from or '…'} – {entry.valid_to or '…'}"
        return Text(span, span)
    value = getattr(entry, key, None)
    if isinstance(value, Text):
        return value
    shown = "—" if value in (None, "", ()) else str(value)
    return Text(shown, shown)
