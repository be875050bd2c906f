"""Read rule packs strictly and merge them into one `Rulebook` of frozen values.

A pack is a folder with `pack.yaml`, `rules/*.yaml` and `scenarios.yaml` (CONTRACTS section 3).
Packs named in `over` are read first; a later rule with the same code lies over the earlier one,
and what it covers is listed in `Rulebook.shadowed`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from checks.classes.items import catalogue_of
from checks.facts import FACTS_FILE, fact_specs, fact_value
from checks.indicators.reader import INDICATORS_FILE, read_indicators
from checks.inheritance.pack import read_inheritance
from checks.rule import FactSpec, Pack, Rule, Rulebook, Scenario, Shadow
from checks.rulebook.diff import compare_rules, compare_scenarios
from checks.rulebook.packs import PackFiles, packs_in_order, scenario_form
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.rules import RuleReader, known_layer
from checks.rulebook.settings import apply_settings
from checks.rulebook.when import parse_when
from gis.errors import Text
from layers.catalog import LayerSpec, Theme

_LEGAL = ("in_force", "trial")
_SILENT = ("title", "say", "action", "checked_on", "note")
_LONGEST_CHAIN = 50


def load_rulebook(
    names: Sequence[str],
    folders: Mapping[str, Path],
    *,
    layer_specs: Mapping[str, LayerSpec],
    kept: Mapping[str, Path] | None = None,
) -> Rulebook:
    """Read the named packs, and those they lie over, into one rulebook.

    Parameters
    ----------
    names
        Packs in the order in which they lie, the lowest first.
    folders
        Folders of the office's own packs by name; shipped packs are found by name.
    layer_specs
        Every layer known: the shipped ones and the workspace's. Read by key only where a group
        of classes or a theme is asked for, so that a lazy mapping stays lazy.
    kept
        Copies of older states, read in place of the packs of their names: for replay.

    Raises
    ------
    LantuError
        `unknown_pack`, `pack_cycle`, `pack_name_taken`, `bad_pack`, `bad_file`, `bad_rule`,
        `duplicate_rule`, `unknown_rule`, `rule_cycle`, `unknown_layer`, `unknown_fact`,
        `bad_scenario`: each with file, code and key path.
    """
    facts = fact_specs()
    packs = packs_in_order(names, folders, kept=kept)
    rules: dict[str, Rule] = {}
    places: dict[str, Place] = {}
    shadowed: list[Shadow] = []
    groups: dict[str, frozenset[str]] = {}
    for pack in packs:
        declared = pack.form.groups or {}
        groups.update({name: frozenset(codes) for name, codes in declared.items()})
        reader = RuleReader(pack.form.name, facts, dict(groups), layer_specs)
        for code, (rule, place) in _rules_of(pack, reader).items():
            if code in rules:
                shadowed.append(_shadow(rules[code], rule))
            rules[code], places[code] = rule, place
        rules.update({rule.code: rule for rule in apply_settings(pack, rules, reader)})
    _check_references(rules, places)
    catalogue = catalogue_of(packs, facts, rules)
    scenarios = _scenarios(packs, rules, facts, layer_specs, shadowed)
    return Rulebook(
        packs=tuple(_pack(pack) for pack in packs),
        rules=rules,
        scenarios=scenarios,
        facts=facts,
        digest=_digest(packs),
        shadowed=(*shadowed, *catalogue.shadowed),
        inheritance=read_inheritance(packs, facts),
        catalogue=catalogue,
        indicators=read_indicators(packs, facts, rules, layer_specs),
    )


def _pack(files: PackFiles) -> Pack:
    form = files.form
    return Pack(
        name=form.name,
        jurisdiction=form.jurisdiction or "",
        over=form.over or (),
        status=form.status or "",
        digest=files.digest,
    )


def _digest(packs: Iterable[PackFiles]) -> str:
    """Pin everything that the rules rest on: packs in order, the lists of facts and indicators."""
    total = hashlib.sha256()
    for shipped in (FACTS_FILE, INDICATORS_FILE):
        total.update(shipped.read_bytes().replace(b"\r\n", b"\n"))
    for pack in packs:
        total.update(f"\n{pack.form.name} {pack.digest}".encode())
    return total.hexdigest()


def _rules_of(pack: PackFiles, reader: RuleReader) -> dict[str, tuple[Rule, Place]]:
    read: dict[str, tuple[Rule, Place]] = {}
    for file, entries in pack.rules:
        for n, raw in enumerate(entries, start=1):
            rule, place = reader.read(raw, pack.entry(file, n - 1), n)
            if rule.code in read:
                first = f"{read[rule.code][1].file}:{read[rule.code][1].line}"
                raise place.refuse(
                    f"规则编号 {rule.code} 重复（{first} 已有）",
                    f"Rule code {rule.code} twice (first in {first})",
                    hint=Text("编号终身不变、不得重用", "A code is for life and used once"),
                    code="duplicate_rule",
                )
            read[rule.code] = (rule, place)
    return read


def _shadow(earlier: Rule, later: Rule) -> Shadow:
    found = [item for item in compare_rules(earlier, later) if item.key not in _SILENT]
    changed = tuple(item.key for item in found)
    milder = tuple(item.key for item in found if item.direction == "milder")
    legal = any(basis.force in _LEGAL for basis in earlier.basis)
    return Shadow(later.code, later.pack, earlier.pack, changed, legal, milder)


def _scenario_shadow(earlier: Scenario, later: Scenario) -> Shadow:
    found = list(compare_scenarios(earlier, later))
    changed = tuple(item.key for item in found)
    milder = tuple(item.key for item in found if item.direction == "milder")
    shadow = Shadow(later.key, later.pack, earlier.pack, changed, legal=False)
    return replace(shadow, milder=milder, what="scenario")


# --- references between rules -----------------------------------------------------------------


def _check_references(rules: Mapping[str, Rule], places: Mapping[str, Place]) -> None:
    """Refuse `finding` tests of rules that do not exist, and rings of them."""
    asks = {code: rule.asked() for code, rule in rules.items()}
    for code, asked in asks.items():
        for other in asked:
            if other not in rules:
                raise (
                    places[code]
                    .at("test")
                    .refuse(
                        f"finding 引用的规则 {other} 不存在{near_zh(other, rules)}",
                        f"finding asks for {other}, which is no rule{near_en(other, rules)}",
                        code="unknown_rule",
                    )
                )
    settled: set[str] = set()
    for code in rules:
        _walk(code, (), asks, places, settled)


def _walk(
    code: str,
    above: tuple[str, ...],
    asks: Mapping[str, tuple[str, ...]],
    places: Mapping[str, Place],
    settled: set[str],
) -> None:
    if code in above:
        ring = " → ".join((*above[above.index(code) :], code))
        raise (
            places[code]
            .at("test")
            .refuse(
                f"finding 引用成环：{ring}", f"finding tests form a ring: {ring}", code="rule_cycle"
            )
        )
    if len(above) > _LONGEST_CHAIN:
        raise (
            places[code]
            .at("test")
            .refuse(
                f"finding 引用链超过 {_LONGEST_CHAIN} 条规则",
                f"A chain of finding tests runs over more than {_LONGEST_CHAIN} rules",
            )
        )
    if code not in settled:
        for other in asks[code]:
            _walk(other, (*above, code), asks, places, settled)
        settled.add(code)


# --- scenarios --------------------------------------------------------------------------------


def _scenarios(
    packs: Sequence[PackFiles],
    rules: Mapping[str, Rule],
    facts: Mapping[str, FactSpec],
    layer_specs: Mapping[str, LayerSpec],
    shadowed: list[Shadow],
) -> dict[str, Scenario]:
    read: dict[str, Scenario] = {}
    for pack in packs:
        own: set[str] = set()
        for n, raw in enumerate(pack.scenarios):
            place = pack.place("scenarios.yaml").entry("scenarios", n)
            scenario = _scenario(raw, place, pack.form.name, (rules, facts, layer_specs))
            if scenario.key in own:
                raise place.rule(scenario.key).refuse(
                    f"场景 {scenario.key} 重复",
                    f"Scenario {scenario.key} twice",
                    code="bad_scenario",
                )
            own.add(scenario.key)
            under = read.pop(scenario.key, None)  # its place is that in the later pack
            if under is not None:
                shadowed.append(_scenario_shadow(under, scenario))
            read[scenario.key] = scenario
    return read


_Known = tuple[Mapping[str, Rule], Mapping[str, FactSpec], Mapping[str, LayerSpec]]


def _scenario(raw: dict[str, Any], place: Place, pack: str, known: _Known) -> Scenario:
    rules, facts, layer_specs = known
    form = scenario_form(raw, place)
    here = place.rule(form.key)
    for n, key in enumerate(form.required_layers or (), start=1):
        known_layer(key, layer_specs, here.at("required_layers", n))
    defaults = {}
    for key, text in (form.defaults or {}).items():
        if key not in facts:
            raise here.at("defaults", key).refuse(
                f"没有项目事实“{key}”{near_zh(key, facts)}",
                f"No project fact {key!r}{near_en(key, facts)}",
                code="unknown_fact",
            )
        value = fact_value(facts[key], text, where=str(here.at("defaults", key)))
        if value is not None:
            defaults[key] = value
    return Scenario(
        key=form.key,
        title=form.title.text(),
        pack=pack,
        rules=_chosen(form.rules, rules, layer_specs, here.at("rules")),
        when=parse_when(form.when, facts, here.at("when")),
        required_layers=form.required_layers or (),
        sections=form.sections,
        defaults=defaults,
    )


def _chosen(
    words: Sequence[str],
    rules: Mapping[str, Rule],
    layer_specs: Mapping[str, LayerSpec],
    place: Place,
) -> tuple[str, ...]:
    """Resolve `all`, `theme:...` and codes into codes, in the order of the rulebook."""
    chosen: set[str] = set()
    for n, word in enumerate(words, start=1):
        here = place.at(n)
        if word == "all":
            chosen.update(rules)
        elif word.startswith("theme:"):
            theme = here.one_of(word.removeprefix("theme:"), get_args(Theme))
            chosen.update(
                code for code, rule in rules.items() if layer_specs[rule.layer].theme == theme
            )
        elif word in rules:
            chosen.add(word)
        else:
            raise here.refuse(
                f"场景引用的规则 {word} 不存在{near_zh(word, rules)}",
                f"The scenario names {word}, which is no rule{near_en(word, rules)}",
                code="unknown_rule",
            )
    return tuple(code for code in rules if code in chosen)
