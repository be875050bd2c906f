"""Read the catalogue of control indicators: the shipped one, then those of the packs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from checks.classes.rule import Stage
from checks.indicators.model import (
    Binding,
    Group,
    Indicator,
    IndicatorCatalogue,
    Listed,
    Op,
    Source,
)
from checks.rule import FactSpec, Rule, State
from checks.rulebook.models import Filled
from checks.rulebook.packs import PackFiles
from checks.rulebook.place import Place, near_en, near_zh
from checks.rulebook.when import parse_when
from gis.errors import LantuError, Text
from layers.catalog import LayerSpec
from layers.strict import Named, Strict
from layers.yaml_file import load_text

INDICATORS_FILE = Path(__file__).parents[1] / "rules" / "indicators.yaml"
"""The shipped catalogue, which every rulebook holds; packs add to it and restate it by key."""

SHIPPED_NAME = "indicators"


class SourceForm(Strict):
    """One source of values."""

    layer: Filled | None = None
    attribute: Filled | None = None
    rule: Filled | None = None
    value: Filled | None = None
    states: tuple[State, ...] | None = Field(default=None, min_length=1)
    site: Literal["area_m2", "length_m"] | None = None
    listed: Listed | None = None
    article: Filled | None = None

    @model_validator(mode="after")
    def _one(self) -> SourceForm:
        given = [key for key in ("layer", "rule", "site", "listed") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(
                Text(
                    f"须有且只有 layer、rule、site、listed 之一，现有 {given}",
                    f"exactly one of layer, rule, site, listed is needed, found {given}",
                )
            )
        if (self.rule is None) != (self.value is None):
            raise ValueError(Text("rule 与 value 须同时给出", "rule and value go together"))
        if self.attribute is not None and self.layer is None:
            raise ValueError(Text("attribute 只用于 layer", "attribute belongs to layer"))
        if self.states is not None and self.rule is None:
            raise ValueError(Text("states 只用于 rule", "states belongs to rule"))
        return self


class IndicatorForm(Strict):
    """One indicator."""

    key: Filled
    group: Group
    name: Named
    op: Op
    unit: Filled | None = None
    binding: Binding = "mandatory"
    stage: Stage | None = None
    verify: Named | None = None
    authority: Filled | None = None
    note: Named | None = None
    aliases: tuple[Filled, ...] = ()
    sources: tuple[SourceForm, ...] = ()
    when: Any = None
    asked: bool = False


class IndicatorsForm(Strict):
    """`indicators.yaml`. `kinds` gives the group of outputs of a kind that no indicator names."""

    indicators: tuple[IndicatorForm, ...] = ()
    kinds: dict[Filled, Group] = Field(default_factory=dict)


@lru_cache(maxsize=1)
def _shipped() -> IndicatorsForm:
    text = INDICATORS_FILE.read_text(encoding="utf-8")
    return load_text(IndicatorsForm, text, INDICATORS_FILE.name)


def read_indicators(
    packs: Sequence[PackFiles],
    facts: Mapping[str, FactSpec],
    rules: Mapping[str, Rule],
    layer_specs: Mapping[str, LayerSpec],
) -> IndicatorCatalogue:
    """Read the shipped catalogue and lay those of the packs over it, the lowest first.

    A shipped source whose rule or value is in no pack of this rulebook is left out; a pack's own
    source that names a rule, value, layer or attribute that is not there is refused.

    Raises
    ------
    LantuError
        `bad_file`, `bad_rule`, `unknown_fact`, `unknown_rule`, `unknown_layer` with file and key.
    """
    reader = _Reader(facts, rules, layer_specs)
    reader.read(_shipped(), SHIPPED_NAME, Place(INDICATORS_FILE.name))
    for pack in packs:
        text = pack.tables.get("indicators.yaml")
        if text is not None:
            place = Place(f"{pack.form.name}/indicators.yaml")
            reader.read(load_text(IndicatorsForm, text, place.file), pack.form.name, place)
    return IndicatorCatalogue(reader.found, reader.kinds)


class _Reader:
    def __init__(
        self,
        facts: Mapping[str, FactSpec],
        rules: Mapping[str, Rule],
        layer_specs: Mapping[str, LayerSpec],
    ) -> None:
        self.facts, self.rules, self.layer_specs = facts, rules, layer_specs
        self.found: dict[str, Indicator] = {}
        self.kinds: dict[str, Group] = {}

    def read(self, form: IndicatorsForm, pack: str, place: Place) -> None:
        self.kinds.update(form.kinds)
        seen: set[str] = set()
        for item in form.indicators:
            here = place.rule(item.key)
            if item.key in seen:
                raise here.refuse(
                    f"指标 {item.key} 重复", f"Indicator {item.key} twice", code="duplicate_rule"
                )
            seen.add(item.key)
            self.found[item.key] = self._indicator(item, pack, here)

    def _indicator(self, form: IndicatorForm, pack: str, place: Place) -> Indicator:
        shipped = pack == SHIPPED_NAME
        held = [
            self._source(source, place.at("sources", n), shipped=shipped)
            for n, source in enumerate(form.sources, start=1)
            if not (shipped and self._without_rule(source))
        ]
        return Indicator(
            key=form.key,
            group=form.group,
            name=form.name.text(),
            op=form.op,
            pack=pack,
            unit=form.unit,
            binding=form.binding,
            stage=form.stage,
            verify=form.verify.text() if form.verify else None,
            authority=form.authority,
            note=form.note.text() if form.note else None,
            aliases=form.aliases,
            sources=tuple(held),
            when=parse_when(form.when, self.facts, place.at("when")),
            asked=form.asked,
        )

    def _without_rule(self, form: SourceForm) -> bool:
        """Whether a source rests on a rule, or a value of it, that these packs do not hold."""
        if form.rule is None:
            return False
        rule = self.rules.get(form.rule)
        return rule is None or form.value not in rule.values

    def _source(self, form: SourceForm, place: Place, *, shipped: bool) -> Source:
        if form.layer is not None and not shipped:
            self._check_layer(form.layer, form.attribute, place)
        if form.rule is not None:
            rule = self.rules.get(form.rule)
            if rule is None:
                raise _strange("规则", "rule", form.rule, self.rules, place, "unknown_rule")
            if form.value not in rule.values:
                name = form.value or ""
                raise _strange("取值", "value", name, rule.values, place, "bad_rule")
        given = form.model_dump(exclude_none=True)
        return Source(**given)

    def _check_layer(self, key: str, attribute: str | None, place: Place) -> None:
        if key not in self.layer_specs:
            raise _strange("图层", "layer", key, self.layer_specs, place, "unknown_layer")
        if attribute is None:
            return
        spec = self.layer_specs[key]
        known = [item.key for item in spec.attributes]
        if attribute not in known and attribute not in spec.report_fields:
            raise _strange("图层属性", "attribute", attribute, known, place, "bad_rule")


def _strange(zh: str, en: str, name: str, known: Any, place: Place, code: str) -> LantuError:
    return place.refuse(
        f"没有{zh}“{name}”{near_zh(name, known)}",
        f"There is no {en} {name!r}{near_en(name, known)}",
        code=code,
    )
