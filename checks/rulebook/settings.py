"""`settings.yaml` of an office's pack: values of its own where a rule leaves them open.

A setting names its source. It fills what the rule leaves open (`table: []`); what law fixes is no
setting: it can only be covered by a whole rule of the same code, which every report then names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from checks.rule import Basis, DatedValue, Leaf, Named, Rule, ValueSeries
from checks.rulebook.models import BasisForm, Code
from checks.rulebook.packs import PackFiles
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.rules import RuleReader, basis_of
from checks.rulebook.values import Grammar, check_use, value_series
from gis.errors import Text
from layers.strict import Strict
from layers.yaml_file import validate

FILE = "settings.yaml"
_LAW = ("in_force", "trial")
_Values = Annotated[dict[str, dict[str, Any]], Field(min_length=1)]


class SettingForm(Strict):
    """What one source sets in one rule. `source` is cited in reports like a legal basis."""

    rule: Code
    source: BasisForm
    values: _Values


class SettingsForm(Strict):
    """`settings.yaml`."""

    settings: tuple[dict[str, Any], ...]


def apply_settings(pack: PackFiles, rules: Mapping[str, Rule], reader: RuleReader) -> list[Rule]:
    """Return the rules that the pack sets values of, with these values.

    Parameters
    ----------
    pack
        The pack as read.
    rules
        All rules beneath, and the pack's own.
    reader
        The reader of the pack's rules: it knows facts and groups of classes.

    Raises
    ------
    LantuError
        `unknown_rule`, `unknown_value`, `value_fixed` (the rule, or law, fixes it), `set_twice`,
        and what a rule's own values may be refused for: each with file, line and key path.
    """
    place = pack.place(FILE)
    if pack.settings is None:
        return []
    form = validate(SettingsForm, pack.settings, place.file, lines=place.lines)
    changed: dict[str, Rule] = {}
    taken: set[tuple[str, str]] = set()
    for n, raw in enumerate(form.settings):
        entry = place.entry("settings", n)
        given = validate(SettingForm, raw, entry.file, lines=entry.lines, inside=raw.get("rule"))
        here = entry.rule(given.rule)
        if given.rule not in rules:
            raise here.at("rule").refuse(
                f"没有规则“{given.rule}”{near_zh(given.rule, rules)}",
                f"There is no rule {given.rule!r}{near_en(given.rule, rules)}",
                code="unknown_rule",
            )
        for name in given.values:
            if (given.rule, name) in taken:
                raise here.at("values", name).refuse(
                    f"“{name}”已在本文件中设定",
                    f"{name} is set twice in this file",
                    code="set_twice",
                )
            taken.add((given.rule, name))
        rule = changed.get(given.rule, rules[given.rule])
        changed[given.rule] = _with(rule, given, reader, pack.form.name, here)
    return list(changed.values())


def _with(rule: Rule, form: SettingForm, reader: RuleReader, pack: str, place: Place) -> Rule:
    source = basis_of(form.source, rule.severity, reader.facts, place.at("source"))
    values, set_by = dict(rule.values), dict(rule.set_by)
    for name, raw in form.values.items():
        here = place.at("values", name)
        given = _read(rule, name, raw, reader, here)
        dated = _filled(_settable(rule, name, here), given, source)
        values[name], set_by[name] = replace(rule.values[name], dated=dated), pack
    return replace(rule, values=values, set_by=set_by, basis=_cited(rule, source))


def _settable(rule: Rule, name: str, place: Place) -> ValueSeries:
    """Return the value if the office may set it: it is open, or no law bears the rule."""
    series = rule.values[name]
    by_law = any(basis.force in _LAW for basis in rule.basis)
    if name in rule.set_by:
        raise place.refuse(
            f"规则 {rule.code} 的“{name}”已由规则库 {rule.set_by[name]} 设定",
            f"{name} of {rule.code} is set by the pack {rule.set_by[name]}",
            code="set_twice",
        )
    if by_law and not _open_days(series):
        raise place.refuse(
            f"规则 {rule.code} 的“{name}”由法律法规规定，不能设定",
            f"{name} of {rule.code} is fixed by law and cannot be set",
            hint=Text(
                "如确需不同数值，请在本规则库中另写同编号规则；每份报告都会写明所覆盖的内容",
                "Where another figure is meant, write a whole rule of this code in the pack: "
                "every report then names what it covers",
            ),
            code="value_fixed",
        )
    return series


def _read(
    rule: Rule, name: str, raw: dict[str, Any], reader: RuleReader, place: Place
) -> ValueSeries:
    """Read a setting as the rule's own value would be read: same unit, same kind, same use."""
    series = rule.values.get(name)
    if series is None:
        listed = ", ".join(rule.values) or "-"
        raise place.refuse(
            f"规则 {rule.code} 没有取值“{name}”；有：{listed}{near_zh(name, rule.values)}",
            f"{rule.code} has no value {name!r}; it has: {listed}{near_en(name, rule.values)}",
            code="unknown_value",
        )
    unit = raw.get("unit", series.unit)
    groups = {**reader.layer_groups(rule.layer, place), **reader.groups}
    words = any(leaf.table == name for leaf in rule.leaves())
    grammar = Grammar(reader.facts, groups)
    given = value_series(name, {**raw, "unit": unit}, grammar, place, words=words)
    if unit != series.unit:
        raise place.at("unit").refuse(
            f"“{name}”的单位是 {series.unit or '-'}，不是 {unit}",
            f"The unit of {name} is {series.unit or '-'}, not {unit}",
        )
    for entry in given.dated:
        if entry.unset or entry.repealed:
            raise place.at(str(entry.start)).refuse(
                "设定须写出数值或表格，不能留空或废止",
                "A setting states a value or a table; it leaves nothing open and repeals nothing",
            )
    for leaf in rule.leaves():
        for key in _used_as(leaf, name):
            check_use(key, given, place)
    return given


def _used_as(leaf: Leaf, name: str) -> list[str]:
    keys = [key for key, arg in leaf.args.items() if arg == Named(name)]
    return [*keys, "where"] if leaf.where is not None and leaf.where.table == name else keys


def _filled(series: ValueSeries, given: ValueSeries, source: Basis) -> tuple[DatedValue, ...]:
    """Lay a setting into the open days of a value; what the rule fixes stays as it is."""
    only_open = _open_days(series)
    starts = sorted({entry.start for item in (series, given) for entry in item.dated})
    found: list[DatedValue] = []
    for start in starts:
        own, mine = series.on(start), given.on(start)
        if own is None:
            continue  # the rule has no value on file yet: a setting cannot begin before the rule
        if mine is None or (only_open and not own.unset):
            entry = own
        else:
            reference = mine.reference or _named(source)
            entry = replace(mine, reference=reference)
        found.append(replace(entry, start=start))
    return tuple(found)


def _open_days(series: ValueSeries) -> bool:
    return any(entry.unset for entry in series.dated)


def _named(source: Basis) -> str:
    return f"《{source.title}》{source.article or ''}"


def _cited(rule: Rule, source: Basis) -> tuple[Basis, ...]:
    """Cite the source; it takes the place of the frame's remark that a source is still to come."""
    kept = tuple(basis for basis in rule.basis if not _open(basis))
    return kept if source in kept else (*kept, source)


def _open(basis: Basis) -> bool:
    """Whether a basis only says that a source is still to come: 本单位设定（待注明来源）."""
    return basis.force == "internal" and "（待" in basis.title
