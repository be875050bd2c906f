"""What reads well in a scenario and yet is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.findings import SECTIONS
from checks.rule import Rulebook, Scenario
from checks.scenario_choice import in_order
from gis.errors import Note, Text
from layers.catalog import LayerSpec


def review_scenarios(book: Rulebook, specs: Mapping[str, LayerSpec]) -> Iterator[Note]:
    """Name scenarios that require what they cannot have, or leave out what they find.

    A required layer that no rule reads makes nothing complete; one that does not claim to hold
    everything keeps every check incomplete; a section left out hides findings; a scenario behind
    another fallback, or behind one with the same condition, is never chosen by facts.
    """
    for scenario in book.scenarios.values():
        yield from _doubts(scenario, book, specs)
    yield from _never_chosen(book)


def _doubts(scenario: Scenario, book: Rulebook, specs: Mapping[str, LayerSpec]) -> Iterator[Note]:
    rules = [book.rules[code] for code in scenario.rules]
    read = {layer for rule in rules for layer in (rule.layer, *rule.layers())}
    for layer in scenario.required_layers:
        if layer not in read:
            yield _note(
                "required_layer_unread", scenario, f"没有规则使用必检图层 {layer}",
                f"no rule reads the required layer {layer}",
            )  # fmt: skip
        elif not specs[layer].exhaustive:
            yield _note(
                "required_layer_open", scenario, f"必检图层 {layer} 不保证完整收录，检测总不完整",
                f"the required layer {layer} does not claim to hold everything: never complete",
            )  # fmt: skip
    if scenario.sections is not None:
        hidden = sorted(
            {SECTIONS[specs[rule.layer].theme] for rule in rules} - set(scenario.sections)
        )
        for number in hidden:
            yield _note(
                "section_left_out", scenario, f"报告省略第 {number} 节，但有规则的结果在该节",
                f"section {number} is left out, but findings of its rules belong there",
            )  # fmt: skip


def _never_chosen(book: Rulebook) -> Iterator[Note]:
    seen: list[Scenario] = []
    for scenario in in_order(book):
        before = next((item for item in seen if item.when == scenario.when), None)
        if before is not None and before.pack == scenario.pack:
            yield _note(
                "scenario_never_chosen", scenario, f"与场景 {before.key} 条件相同，排在其后",
                f"it stands behind {before.key}, whose condition is the same",
            )  # fmt: skip
        seen.append(scenario)


def _note(kind: str, scenario: Scenario, zh: str, en: str) -> Note:
    return Note(kind, Text(f"场景 {scenario.key}：{zh}", f"scenario {scenario.key}: {en}"))
