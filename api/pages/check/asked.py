"""Which facts change a result: those that a check without any facts, or the one at hand, asks for.

The engine names each fact that it asks for by its key in brackets, whoever asks: a rule, a
decision on sharing, a class, a service. So the facts are read from the questions themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checks.conditions import holds, unknown_facts
from checks.rule import FactSpec, FactValue, Rulebook, Scenario
from checks.scenario_choice import in_order
from gis.errors import Text
from layers.codes import code_table

Json = Mapping[str, Any]
_KEY = re.compile(r"[（(]([a-z][a-z0-9_]*)[）)]")
_IDENTITY = frozenset({"code", "name"})

GROUPS: Mapping[str, Text] = {
    "identity": Text("项目身份", "Identity"),
    "class": Text("项目类别", "Class of project"),
    "plan": Text("规划参数", "Plan figures"),
    "load": Text("消耗与排放", "Loads"),
    "hazard": Text("安全与环境", "Safety and environment"),
    "method": Text("施工方式", "Works methods"),
    "land": Text("用地用海", "Land and sea"),
    "renewal": Text("城市更新", "Renewal"),
    "derived": Text("推导", "Derived"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A fact that changes a result, as the form shows it.

    `matters` counts the results that ask for it, `steers` says that it may choose another
    scenario; `value` is the project's, `default` what the scenario assumes.
    """

    spec: FactSpec
    matters: int
    steers: bool
    value: Any
    default: Any

    @property
    def place(self) -> str:
        """Where the form shows it: `open`, else folded as `steering` or `assumed`."""
        if self.value is not None or (self.matters and self.default is None):
            return "open"
        return "assumed" if self.default is not None else "steering"

    @property
    def known_codes(self) -> Mapping[str, Text]:
        """Codes that help while one types; of land use alone there is a table."""
        return known_codes(self.spec)


@dataclass(frozen=True, slots=True)
class Checks:
    """What a check says with few facts: `held` by the scenario's defaults, `bare` without them."""

    held: tuple[Json, ...]
    bare: Json


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one group, those with the most influence first."""

    key: str
    title: Text
    facts: tuple[Asked, ...]


def known_codes(spec: FactSpec) -> Mapping[str, Text]:
    """Codes that help while one types; of land use alone there is a table."""
    if spec.key != "land_use_code":
        return {}
    return {code: name.text() for code, name in code_table("land_use_codes").codes.items()}


def keys_asked(question: Any, known: Mapping[str, FactSpec]) -> tuple[str, ...]:
    """Return the facts that a question names, each once."""
    if not question:
        return ()
    named = _KEY.findall(question["zh"] if isinstance(question, Mapping) else str(question))
    return tuple(dict.fromkeys(key for key in named if key in known))


def counted(report: Json, known: Mapping[str, FactSpec]) -> dict[str, set[str]]:
    """Return for each fact the results of a report that ask for it."""
    asking: dict[str, set[str]] = {}
    for who, question in _questions(report):
        for key in keys_asked(question, known):
            asking.setdefault(key, set()).add(who)
    return asking


def _questions(report: Json) -> Iterator[tuple[str, Any]]:
    for finding in report["findings"]:
        yield f"finding:{finding['code']}", finding["question"]
    for decision in report["inheritance"]:
        for row in decision["criteria"]:
            if row["effect"] == "decisive":
                yield f"sharing:{decision['kind']}", row["evidence"].get("question")
    for service in report["services"]:
        yield f"service:{service['item']}", service.get("question")
    for found in _in_classes(report["class"]):
        yield "class", found


def _in_classes(value: Any) -> Iterator[Any]:
    """Questions wherever they stand in the decision on the class."""
    if isinstance(value, Mapping):
        if value.get("question"):
            yield value["question"]
        for item in value.values():
            yield from _in_classes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _in_classes(item)


def asked_facts(
    checks: Checks, *, rulebook: Rulebook, scenario: Scenario, facts: Mapping[str, FactValue]
) -> list[Asked]:
    """Return the facts that change a result, and those that the project gave beside.

    What the scenario assumes is asked for only where it is not assumed.
    """
    asking: dict[str, set[str]] = {}
    for report in checks.held:
        for key, who in counted(report, rulebook.facts).items():
            asking.setdefault(key, set()).update(who)
    for key, who in counted(checks.bare, rulebook.facts).items():
        if key in scenario.defaults:
            asking.setdefault(key, set()).update(who)
    steering = steering_facts(rulebook, scenario, facts)
    wanted = {*asking, *steering, *facts} - _IDENTITY
    listed = [
        Asked(
            spec,
            matters=len(asking.get(key, ())),
            steers=key in steering,
            value=_plain(facts.get(key)),
            default=_plain(scenario.defaults.get(key)),
        )
        for key, spec in rulebook.facts.items()
        if key in wanted and spec.group != "derived"
    ]
    return sorted(listed, key=lambda one: (-one.matters, not one.steers))


def grouped(facts: Iterable[Asked]) -> list[Group]:
    """Return the facts by group, the group of the weightiest fact first."""
    groups: dict[str, list[Asked]] = {}
    for fact in facts:
        groups.setdefault(fact.spec.group, []).append(fact)
    return [
        Group(key, GROUPS.get(key, Text(key, key)), tuple(listed)) for key, listed in groups.items()
    ]


def steering_facts(
    rulebook: Rulebook, scenario: Scenario, facts: Mapping[str, FactValue]
) -> set[str]:
    """Return the unknown facts whose answer may choose a scenario that is tried before this one."""
    found: set[str] = set()
    for one in in_order(rulebook):
        if one.key == scenario.key:
            break
        if one.when is not None and holds(one.when, facts) is None:
            found.update(unknown_facts(one.when, facts))
    return found


def _plain(value: FactValue | None) -> Any:
    """A fact as the form writes it: text, or a list of texts."""
    if value is None:
        return None
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
