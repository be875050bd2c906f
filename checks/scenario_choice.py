"""Which scenario a check takes, and why: the facts that decided are named with their values."""

from __future__ import annotations

from collections.abc import Mapping

from checks.conditions import holds
from checks.facts import Project, fact_in_words
from checks.quantities import Facts
from checks.rule import FactTest, FactValue, Rulebook, Scenario, When
from gis.errors import LantuError, Text
from gis.site import Site

BY_HAND = Text("由用户指定", "chosen by the user")
FALLBACK = Text(
    "项目情况未满足任何场景的条件，采用默认场景",
    "the facts meet the condition of no scenario: the default one",
)


def choose_scenario(
    rulebook: Rulebook, project: Project, site: Site, key: str | None
) -> tuple[Scenario, Text]:
    """Take the scenario asked for, else the first whose condition the facts meet.

    Order: scenarios of the pack that lies on top come first; within a pack the order of its file,
    where the more specific ones stand first. A scenario without condition is the fallback, again
    that of the topmost pack that has one. A line site is `linear` unless the project says
    otherwise. What is not stated is unknown and meets no condition but `known: false`.

    Raises
    ------
    LantuError
        `unknown_scenario` when the key is in no pack, `no_scenario` when none fits.
    """
    if key is not None:
        return _named(rulebook, key), BY_HAND
    facts: dict[str, FactValue] = {"linear": site.is_line, **project.facts}
    ordered = in_order(rulebook)
    for scenario in ordered:
        if scenario.when is not None and holds(scenario.when, facts) is True:
            return scenario, _because(scenario, facts, rulebook, project)
    for scenario in ordered:
        if scenario.when is None:
            return scenario, FALLBACK
    raise LantuError(
        "no_scenario",
        Text("没有适合该项目的检测场景", "No scenario fits this project"),
        Text("请用 --scenario 指定场景", "Choose one with --scenario"),
    )


def in_order(rulebook: Rulebook) -> list[Scenario]:
    """Return the scenarios as they are tried: the topmost pack's first, each in file order."""
    level = {pack.name: number for number, pack in enumerate(rulebook.packs)}
    return sorted(rulebook.scenarios.values(), key=lambda item: -level.get(item.pack, -1))


def _named(rulebook: Rulebook, key: str) -> Scenario:
    if key in rulebook.scenarios:
        return rulebook.scenarios[key]
    listed = [f"{name}（{item.title.zh}）" for name, item in rulebook.scenarios.items()]
    raise LantuError(
        "unknown_scenario",
        Text(f"没有检测场景“{key}”", f"No scenario {key!r}"),
        Text(f"可选场景：{'、'.join(listed)}", f"Choose one of: {', '.join(rulebook.scenarios)}"),
    )


def _because(scenario: Scenario, facts: Facts, rulebook: Rulebook, project: Project) -> Text:
    """Name the facts that met the condition: `供地方式（land_supply）为划拨`."""
    zh, en = [], []
    for key in deciding(scenario.when, facts):
        if key == "linear" and key not in project.facts:
            said = Text("用地为线状", "the site is a line")
        else:
            said = _said(key, facts.get(key), rulebook)
        zh.append(said.zh)
        en.append(said.en)
    return Text(
        f"项目情况符合场景“{scenario.title.zh}”的条件：{'，'.join(zh)}",
        f"the facts meet the condition of '{scenario.title.en}': {', '.join(en)}",
    )


def _said(key: str, value: FactValue | None, rulebook: Rulebook) -> Text:
    spec = rulebook.facts[key]
    if value is None:
        return Text(f"{spec.label.zh}（{key}）未填", f"{spec.label.en} ({key}) is not stated")
    word = fact_in_words(spec, value)
    return Text(f"{spec.label.zh}（{key}）为{word.zh}", f"{spec.label.en} ({key}) is {word.en}")


def deciding(when: When | None, facts: Mapping[str, FactValue]) -> tuple[str, ...]:
    """Return the facts that settle a condition that holds, each once, in order of writing."""
    return () if when is None else tuple(dict.fromkeys(_deciding(when, facts, truth=True)))


def _deciding(when: When, facts: Mapping[str, FactValue], *, truth: bool) -> list[str]:
    if isinstance(when, FactTest):
        return [when.fact]
    if when.kind == "not":
        return _deciding(when.items[0], facts, truth=not truth)
    bearing = [item for item in when.items if holds(item, facts) is truth]
    if (when.kind == "any") == truth:
        bearing = bearing[:1]  # one was enough
    return [key for item in bearing for key in _deciding(item, facts, truth=truth)]
