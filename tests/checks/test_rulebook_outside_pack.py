"""An outside pack in the plain forms of CONTRACTS section 3."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from checks.rule import ClassChoice, Leaf, Named, Number, OfAttribute, OfFact, Smaller
from checks.rulebook.load import load_rulebook
from layers.catalog import ClassField, LayerSpec, Title

RULE = """code: OA-01
title: {zh: 甲, en: A}
layer: o.zone
test: {area_over: {area_m2: limit, classes: ['!x', '!@soft'], inclusive: true}}
severity: prohibited
verdict_family: occupy
tolerance: {area_m2: 0, width_m: 0.5}
values:
  limit:
    unit: m2
    '2000-01-01': {value: 10, reference: 甲令}
    '2010-01-01': {table: [{match: {class: a}, value: 'min(2000, 10*height_m)'},
                           {match: {class: [b, '@soft'], works: building}, value: '@reach'}]}
    '2020-01-01': {value: null}
basis: [{title: 外部检查规则, article: '1', valid_from: '2000-01-01', valid_to: null,
         force: internal, role: prohibition}]
say:
  affected: {zh: 命中, en: hit}
  clear: {zh: 未命中, en: clear}
  not_assessed: {zh: 未检测, en: not assessed}
authority: 外部检查
checked_on: '2026-11-20'
"""

SCENARIOS = (
    "scenarios:\n- {key: outside, title: {zh: 外部, en: outside}, when: null, rules: [all], "
    "required_layers: [], sections: null}\n"
)


@pytest.fixture
def specs() -> dict[str, LayerSpec]:
    zone = LayerSpec(
        key="o.zone",
        title=Title(zh="区", en="Zone"),
        theme="control_line",
        geometry="polygon",
        authority="外部检查",
        class_field=ClassField(name="kind", groups={"soft": ("c", "d")}),
    )
    return {"o.zone": zone}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pack = tmp_path / "outside"
    (pack / "rules").mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        "name: outside\njurisdiction: outside\nover: []\nstatus: internal\n", encoding="utf-8"
    )
    (pack / "rules" / "r000.yaml").write_text(RULE, encoding="utf-8")
    (pack / "scenarios.yaml").write_text(SCENARIOS, encoding="utf-8")
    return pack


def test_every_part_of_the_form_arrives(folder: Path, specs: dict[str, LayerSpec]) -> None:
    book = load_rulebook(["outside"], {"outside": folder}, layer_specs=specs)
    rule = book.rules["OA-01"]
    assert isinstance(rule.test, Leaf)
    assert rule.test.kind == "area_over"
    assert rule.test.args == {"area_m2": Named("limit")}
    assert rule.test.classes == ClassChoice(frozenset({"x", "c", "d"}), negate=True)
    assert rule.test.inclusive
    assert (rule.tolerance_area_m2, rule.tolerance_width_m) == (0.0, 0.5)
    assert rule.basis[0].valid_from == date(2000, 1, 1)
    assert rule.checked_on == date(2026, 11, 20)
    limit = rule.values["limit"]
    assert limit.unit == "m2"
    early = limit.on(date(2005, 6, 1))
    assert early is not None
    assert (early.value, early.reference) == (Number(10.0), "甲令")
    middle = limit.on(date(2019, 12, 31))
    assert middle is not None
    assert middle.table[0].value == Smaller((Number(2000.0), OfFact("height_m", 10.0)))
    assert middle.table[1].match == {"class": ("b", "c", "d"), "works": ("building",)}
    assert middle.table[1].value == OfAttribute("reach")
    late = limit.on(date(2020, 1, 1))
    assert late is not None
    assert late.repealed
    assert limit.on(date(1999, 12, 31)) is None
    scenario = book.scenarios["outside"]
    assert (scenario.rules, scenario.required_layers, scenario.sections) == (("OA-01",), (), None)


def test_digest_follows_names_and_bytes(folder: Path, specs: dict[str, LayerSpec]) -> None:
    def digest() -> str:
        return load_rulebook(["outside"], {"outside": folder}, layer_specs=specs).digest

    first = digest()
    (folder / "scenarios.yaml").write_bytes(SCENARIOS.replace("\n", "\r\n").encode())
    assert digest() == first, "line ends of a checkout change nothing"
    (folder / "inheritance.yaml").write_text("kinds: []\n", encoding="utf-8")
    second = digest()
    assert second != first, "files read elsewhere count as well"
    (folder / "rules" / "r000.yaml").rename(folder / "rules" / "r001.yaml")
    assert digest() != second
