"""One broken pack per fault: each ends in a refusal that names file, rule and key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.rulebook.load import load_rulebook
from gis.errors import LantuError
from layers.catalog import ClassField, LayerSpec, Title

RULE = """code: OA-01
title: {zh: 甲, en: A}
layer: o.zone
test: {overlaps: {}}
severity: prohibited
verdict_family: occupy
values:
  limit: {unit: m2, '2000-01-01': {value: 10}}
  reach: {unit: m, '2000-01-01': {value: 10}}
basis: [{title: 外部规则, valid_from: '2000-01-01', force: internal, role: prohibition}]
say:
  affected: {zh: 命中, en: hit}
  clear: {zh: 未命中, en: clear}
  not_assessed: {zh: 未检测, en: not assessed}
authority: 外部检查
"""
SCENARIO = "scenarios:\n- {key: outside, title: {zh: 外部, en: outside}, rules: [all]}\n"
PACK = "name: outside\njurisdiction: outside\n"


def rule(old: str = "", new: str = "") -> str:
    assert old in RULE
    return RULE.replace(old, new, 1) if old else RULE


def test_is(text: str) -> str:
    return rule("{overlaps: {}}", text)


test_is.__test__ = False  # type: ignore[attr-defined]  # a helper, whose name pytest would collect


def when_is(text: str) -> str:
    return RULE + f"when: {text}\n"


def values_are(text: str) -> str:
    return rule("'2000-01-01': {value: 10}}\n  reach", text + "}\n  reach")


@dataclass(frozen=True)
class Fault:
    """A pack with one fault, and what the refusal must say."""

    code: str
    where: str
    says: str
    rules: str = RULE
    scenarios: str = SCENARIO
    pack: str = PACK
    more: str | None = None


RULES = {
    "no_rule_list": Fault("bad_rule", "rules/r0.yaml", "Entry 1", rules="- just text\n"),
    "unknown_key": Fault("bad_file", "OA-01", "colour", RULE + "colour: red\n"),
    "no_basis": Fault(
        "bad_file", "OA-01", "basis",
        rule("basis: [{title: 外部规则, valid_from: '2000-01-01', force: internal,"
             " role: prohibition}]\n", ""),
    ),
    "empty_basis": Fault(
        "bad_file", "OA-01", "basis",
        rule("[{title: 外部规则, valid_from: '2000-01-01', force: internal, role: prohibition}]",
             "[]"),
    ),
    "basis_dates": Fault(
        "bad_file", "OA-01", "1999-12-31",
        rule("force: internal", "valid_to: '1999-12-31', force: internal"),
    ),
    "basis_no_date": Fault("bad_file", "OA-01", "2000-1-1", rule("2000-01-01', force",
                                                                 "2000-1-1', force")),
    "force": Fault("bad_file", "OA-01", "valid_law", rule("force: internal", "force: valid_law")),
    "severity": Fault("bad_file", "OA-01", "forbidden", rule("prohibited", "forbidden")),
    "family": Fault("bad_file", "OA-01", "touches", rule("family: occupy", "family: touches")),
    "one_language": Fault("bad_file", "OA-01", "title.en", rule("{zh: 甲, en: A}", "{zh: 甲}")),
    "no_wording": Fault("bad_file", "OA-01", "say.clear",
                        rule("  clear: {zh: 未命中, en: clear}\n", "")),
    "code_form": Fault("bad_file", "O A", "code", rule("OA-01", "'O A'")),
    "tolerance": Fault("bad_file", "OA-01", "-1", RULE + "tolerance: {area_m2: -1}\n"),
    "tolerance_nan": Fault("bad_file", "OA-01", "nan", RULE + "tolerance: {width_m: nan}\n"),
    "unknown_layer": Fault("unknown_layer", "OA-01: layer", "did you mean o.zone",
                           rule("o.zone", "o.zones")),
    "unknown_layer_of_leaf": Fault("unknown_layer", "OA-01: test.overlaps.layer", "o.nothing",
                                   test_is("{overlaps: {layer: o.nothing}}")),
    "where_of_neither": Fault("bad_rule", "OA-01: test.overlaps.where", "either table or not_fact",
                              test_is("{overlaps: {where: {attribute: kind}}}")),
    "where_of_both": Fault(
        "bad_rule", "OA-01: test.overlaps.where", "either table or not_fact",
        test_is("{overlaps: {where: {attribute: kind, table: limit, not_fact: code}}}"),
    ),
    "where_no_marks": Fault("bad_rule", "OA-01: test.overlaps.where.marked", "with entries",
                            test_is("{overlaps: {where: {attribute: kind, marked: []}}}")),
    "where_key": Fault("bad_rule", "OA-01: test.overlaps.where", "no key 'words'",
                       test_is("{overlaps: {where: {attribute: kind, words: [a]}}}")),
    "where_unknown": Fault("bad_rule", "OA-01: test.overlaps.where.table", "no entry 'limits'",
                           test_is("{overlaps: {where: {attribute: kind, table: limits}}}")),
    "where_figure": Fault("bad_rule", "OA-01: test.overlaps.where.table", "never 10",
                          test_is("{overlaps: {where: {attribute: kind, table: limit}}}")),
    "where_fact": Fault("unknown_fact", "OA-01: test.overlaps.where.not_fact", "no_code",
                        test_is("{overlaps: {where: {attribute: kind, not_fact: no_code}}}")),
    "where_of_a_finding": Fault(
        "bad_rule", "OA-01: test.finding.where", "no features",
        test_is("{finding: {code: OA-01, states: [clear], where: {attribute: a, table: limit}}}"),
    ),
    "basis_when": Fault("unknown_fact", "OA-01: basis.1.when", "majer",
                        rule("force: internal", "when: {fact: majer, eq: true}, force: internal")),
    "note_in_one_language": Fault("bad_file", "OA-01", "note.en", RULE + "note: {zh: 说明}\n"),
    "unknown_test": Fault("bad_rule", "OA-01: test", "did you mean overlaps",
                          test_is("{overlap: {}}")),
    "two_tests": Fault("bad_rule", "OA-01: test", "not 2",
                       test_is("{overlaps: {}, outside: {}}")),
    "test_is_word": Fault("bad_rule", "OA-01: test", "overlaps", test_is("overlaps")),
    "argument_missing": Fault("bad_rule", "OA-01: test.area_over", "lacks area_m2",
                              test_is("{area_over: {}}")),
    "argument_null": Fault("bad_rule", "OA-01: test.area_over", "lacks area_m2",
                           test_is("{area_over: {area_m2: null}}")),
    "argument_foreign": Fault("bad_rule", "OA-01: test.overlaps.share", "no key 'share'",
                              test_is("{overlaps: {share: 0.5}}")),
    "argument_unnamed": Fault("bad_rule", "OA-01: test.area_over.area_m2", "did you mean limit",
                              test_is("{area_over: {area_m2: limits}}")),
    "argument_words": Fault("bad_rule", "OA-01: test.area_over.area_m2", "ten or so",
                            test_is("{area_over: {area_m2: ten or so}}")),
    "argument_huge": Fault("bad_rule", "OA-01: test.area_over.area_m2", "too large",
                           test_is("{area_over: {area_m2: 1e999}}")),
    "argument_unit": Fault("bad_rule", "OA-01: test.area_over.area_m2", "m2 is needed",
                           test_is("{area_over: {area_m2: reach}}")),
    "argument_no_fact": Fault("unknown_fact", "OA-01: test.within_distance.distance_m",
                              "did you mean height_m",
                              test_is("{within_distance: {distance_m: '10*heights_m'}}")),
    "argument_text_fact": Fault("bad_rule", "OA-01: test.within_distance.distance_m", "no number",
                                test_is("{within_distance: {distance_m: '10*works'}}")),
    "share_per_cent": Fault("bad_rule", "OA-01: test.share_over.share", "not 50",
                            test_is("{share_over: {share: 50}}")),
    "share_named": Fault("bad_rule", "OA-01: test.share_over.share", "not 10",
                         test_is("{share_over: {share: part}}").replace(
                             "values:", "values:\n  part: {unit: '1', '2000-01-01': {table:"
                             " [{match: {class: a}, value: 10}]}}")),
    "negative": Fault("bad_rule", "OA-01: test.within_distance.distance_m", "negative",
                      test_is("{within_distance: {distance_m: 'min(5, -1)'}}")),
    "row_all_but": Fault("bad_rule", "OA-01: values.limit.2000-01-01.table.1.match.class", "!a",
                         values_are("'2000-01-01': {table: [{match: {class: '!a'}, value: 1}]}")),
    "leaf_fact": Fault("unknown_fact", "OA-01: test.fact_over_attribute.fact", "heights",
                       test_is("{fact_over_attribute: {fact: heights, attribute: h}}")),
    "table_unnamed": Fault("bad_rule", "OA-01: test.class_compatible.table", "uses",
                           test_is("{class_compatible: {fact: use, table: uses}}")),
    "table_of_numbers": Fault("bad_rule", "OA-01: values.limit.2000-01-01.value", "compatible",
                              test_is("{class_compatible: {fact: use, table: limit}}")),
    "states": Fault("bad_rule", "OA-01: test.finding.states", "hit",
                    test_is("{finding: {code: OA-01, states: [hit]}}")),
    "classes_mixed": Fault("bad_rule", "OA-01: test.overlaps.classes", "mixes",
                           test_is("{overlaps: {classes: ['!a', b]}}")),
    "classes_empty": Fault("bad_rule", "OA-01: test.overlaps.classes", "entries",
                           test_is("{overlaps: {classes: []}}")),
    "classes_group": Fault("bad_rule", "OA-01: test.overlaps.classes", "did you mean soft",
                           test_is("{overlaps: {classes: '@sotf'}}")),
    "inclusive": Fault("bad_rule", "OA-01: test.overlaps.inclusive", "yes",
                       test_is("{overlaps: {inclusive: yes}}")),
    "direction": Fault("bad_rule", "OA-01: test.fact_over_attribute.direction", "below",
                       test_is("{fact_over_attribute: {fact: height_m, attribute: h,"
                               " direction: below}}")),
    "any_empty": Fault("bad_rule", "OA-01: test.any", "entries", test_is("{any: []}")),
    "not_a_list": Fault("bad_rule", "OA-01: test.not", "mapping",
                        test_is("{not: [{overlaps: {}}]}")),
    "nested": Fault("bad_rule", "OA-01: test.not", "too deep",
                    test_is("{not: " * 20 + "{overlaps: {}}" + "}" * 20)),
    "values_no_date": Fault("bad_rule", "OA-01: values.limit", "No dated value",
                            rule("unit: m2, '2000-01-01': {value: 10}", "unit: m2")),
    "values_bad_date": Fault("bad_rule", "OA-01: values.limit.2000-02-30", "2000-02-30",
                             values_are("'2000-02-30': {value: 1}")),
    "values_order": Fault("bad_rule", "OA-01: values.limit.2009-01-01", "out of order",
                          values_are("'2010-01-01': {value: 1}, '2009-01-01': {value: 2}")),
    "values_both": Fault("bad_rule", "OA-01: values.limit.2000-01-01", "not both",
                         values_are("'2000-01-01': {value: 1, table: []}")),
    "values_neither": Fault("bad_rule", "OA-01: values.limit.2000-01-01", "Neither",
                            values_are("'2000-01-01': {reference: 第一条}")),
    "values_key": Fault("bad_rule", "OA-01: values.limit.2000-01-01.source", "source",
                        values_are("'2000-01-01': {value: 1, source: x}")),
    "row_key": Fault("unknown_fact", "OA-01: values.limit.2000-01-01.table.1.match.klass",
                     "did you mean class",
                     values_are("'2000-01-01': {table: [{match: {klass: a}, value: 1}]}")),
    "row_match": Fault("bad_rule", "OA-01: values.limit.2000-01-01.table.1", "no match",
                       values_are("'2000-01-01': {table: [{value: 1}]}")),
    "row_value": Fault("bad_rule", "OA-01: values.limit.2000-01-01.table.1.value", "null",
                       values_are("'2000-01-01': {table: [{match: {class: a}}]}")),
    "row_choice": Fault("bad_rule", "OA-01: values.limit.2000-01-01.table.1.match.works", "roads",
                        values_are("'2000-01-01': {table: [{match: {works: roads}, value: 1}]}")),
    "row_set": Fault("bad_rule", "OA-01: values.limit.2000-01-01.table.1.match.works_methods",
                     "several", values_are("'2000-01-01': {table: [{match: {works_methods:"
                                           " piling}, value: 1}]}")),
    "when_fact": Fault("unknown_fact", "OA-01: when.fact", "did you mean height_m",
                       when_is("{fact: hight_m, gt: 10}")),
    "when_value": Fault("bad_rule", "OA-01: when.gt", "tall",
                        when_is("{fact: height_m, gt: tall}")),
    "when_choice": Fault("bad_rule", "OA-01: when.in", "did you mean building",
                         when_is("{fact: works, in: [bulding]}")),
    "when_boolean": Fault("bad_rule", "OA-01: when.eq", "true or false",
                          when_is("{fact: linear, eq: 'yes'}")),
    "when_order": Fault("bad_rule", "OA-01: when.ge", "needs a number",
                        when_is("{fact: works, ge: building}")),
    "when_set": Fault("bad_rule", "OA-01: when.eq", "use in",
                      when_is("{fact: works_methods, eq: piling}")),
    "when_two": Fault("bad_rule", "OA-01: when", "exactly one",
                      when_is("{fact: height_m, gt: 1, lt: 2}")),
    "when_none": Fault("bad_rule", "OA-01: when", "exactly one", when_is("{fact: height_m}")),
    "when_key": Fault("bad_rule", "OA-01: when.unless", "unless", when_is("{unless: {}}")),
    "when_empty": Fault("bad_rule", "OA-01: when.not", "empty", when_is("{not: null}")),
    "when_known": Fault("bad_rule", "OA-01: when.known", "maybe",
                        when_is("{fact: height_m, known: maybe}")),
    "duplicate": Fault("duplicate_rule", "rules/r1.yaml:1: OA-01", "r0.yaml:1", more=RULE),
    "duplicate_key": Fault("bad_file", "rules/r0.yaml", "layer", RULE + "layer: o.zone\n"),
    "no_yaml": Fault("bad_file", "rules/r0.yaml", "YAML", "code: [\n"),
    "finding_unknown": Fault("unknown_rule", "OA-01: test", "OA-02",
                             test_is("{finding: {code: OA-02, states: [affected]}}")),
    "finding_itself": Fault("rule_cycle", "OA-01: test", "OA-01 → OA-01",
                            test_is("{finding: {code: OA-01, states: [affected]}}")),
    "finding_chain": Fault(
        "bad_rule", "test", "more than 50", "".join(
            "- " + test_is(f"{{finding: {{code: C-{n + 1}, states: [clear]}}}}").replace(
                "OA-01", f"C-{n}").replace("\n", "\n  ").rstrip() + "\n" for n in range(3000)
        ) + "- " + rule("OA-01", "C-3000").replace("\n", "\n  ").rstrip() + "\n",
    ),
    "finding_ring": Fault(
        "rule_cycle", "test", "OA-01 → OA-02 → OA-01",
        test_is("{finding: {code: OA-02, states: [affected]}}"),
        more=test_is("{not: {finding: {code: OA-01, states: [clear]}}}").replace(
            "code: OA-01\ntitle", "code: OA-02\ntitle"),
    ),
}  # fmt: skip

OTHERS = {
    "scenario_key": Fault("bad_file", "scenarios.yaml:2: outside", "rule",
                          scenarios=SCENARIO.replace("rules:", "rule:")),
    "scenario_rule": Fault("unknown_rule", "scenarios.yaml:2: outside: rules", "did you mean OA-01",
                           scenarios=SCENARIO.replace("[all]", "[OA-1]")),
    "scenario_theme": Fault("bad_rule", "scenarios.yaml:2: outside: rules",
                            "did you mean control_line",
                            scenarios=SCENARIO.replace("[all]", "['theme:control_lines']")),
    "scenario_none": Fault("bad_file", "scenarios.yaml:2: outside", "rules",
                           scenarios=SCENARIO.replace("[all]", "[]")),
    "scenario_layer": Fault("unknown_layer", "scenarios.yaml:2: outside: required_layers", "o.zoo",
                            scenarios=SCENARIO.replace("[all]", "[all], required_layers: [o.zoo]")),
    "scenario_section": Fault("bad_file", "scenarios.yaml:2: outside", "14",
                              scenarios=SCENARIO.replace("[all]", "[all], sections: [1, 14]")),
    "scenario_when": Fault("unknown_fact", "scenarios.yaml:2: outside: when", "nothing",
                           scenarios=SCENARIO.replace("[all]",
                                                      "[all], when: {fact: nothing, eq: 1}")),
    "scenario_default": Fault("bad_fact", "scenarios.yaml:2: outside: defaults", "maybe",
                              scenarios=SCENARIO.replace("[all]",
                                                         "[all], defaults: {major: maybe}")),
    "scenario_default_key": Fault("unknown_fact", "outside: defaults", "majors",
                                  scenarios=SCENARIO.replace("[all]",
                                                             "[all], defaults: {majors: true}")),
    "scenario_twice": Fault("bad_scenario", "scenarios.yaml:3: outside", "twice",
                            scenarios=SCENARIO + SCENARIO.split("\n", 1)[1]),
    "pack_key": Fault("bad_file", "outside/pack.yaml:3", "versions", pack=PACK + "versions: 1\n"),
    "pack_name": Fault("bad_pack", "outside/pack.yaml:1: name", "inside", pack="name: inside\n"),
    "pack_over": Fault("unknown_pack", "outside/pack.yaml:3: over.1", "did you mean cn-base",
                       pack=PACK + "over: [cn-bse]\n"),
    "pack_over_itself": Fault("pack_cycle", "outside/pack.yaml:3: over.1", "outside → outside",
                              pack=PACK + "over: [outside]\n"),
}  # fmt: skip

Write = Callable[[Fault], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(fault: Fault) -> Path:
        folder = tmp_path / "outside"
        (folder / "rules").mkdir(parents=True)
        (folder / "pack.yaml").write_text(fault.pack, encoding="utf-8")
        (folder / "rules" / "r0.yaml").write_text(fault.rules, encoding="utf-8")
        if fault.more is not None:
            (folder / "rules" / "r1.yaml").write_text(fault.more, encoding="utf-8")
        (folder / "scenarios.yaml").write_text(fault.scenarios, encoding="utf-8")
        return folder

    return _write


@pytest.fixture(scope="module")
def specs() -> dict[str, LayerSpec]:
    groups = {"soft": ("c", "d")}
    zone = LayerSpec(
        key="o.zone",
        title=Title(zh="区", en="Zone"),
        theme="control_line",
        geometry="polygon",
        authority="外部检查",
        class_field=ClassField(name="kind", groups=groups),
    )
    return {"o.zone": zone}


def refusal(folder: Path, specs: dict[str, LayerSpec]) -> LantuError:
    with pytest.raises(LantuError) as caught:
        load_rulebook(["outside"], {"outside": folder}, layer_specs=specs)
    return caught.value


@pytest.mark.parametrize("fault", [*RULES.values(), *OTHERS.values()], ids=[*RULES, *OTHERS])
def test_each_fault_is_named(fault: Fault, write: Write, specs: dict[str, LayerSpec]) -> None:
    error = refusal(write(fault), specs)
    assert error.code == fault.code
    assert fault.where in (error.where or "")
    assert fault.says in error.fact.en
    assert error.fact.zh
    assert error.hint.zh
    assert error.hint.en


ELSEWHERE = {
    "no_basis": 1,  # a key that is not there: the line of its mapping
    "no_wording": 12,
    "duplicate": 1,
    "share_named": 4,  # where the value is used
    "table_of_numbers": 8,  # where the number stands
    "finding_ring": 4,
    "finding_chain": 769,  # 51 rules of 15 lines before it, its test on the fourth
    "no_yaml": 2,  # the end of the file, where a bracket is missing
}


def first_changed_line(broken: str) -> int:
    """Line of the fault, found by comparing with the unbroken file."""
    pairs = zip([*broken.splitlines(), ""], [*RULE.splitlines(), ""], strict=False)
    return next(n for n, (new, old) in enumerate(pairs, start=1) if new != old)


@pytest.mark.parametrize("name", RULES)
def test_the_line_is_named(name: str, write: Write, specs: dict[str, LayerSpec]) -> None:
    fault = RULES[name]
    expected = ELSEWHERE.get(name) or first_changed_line(fault.rules)
    file, line = (refusal(write(fault), specs).where or "").split(":")[:2]
    assert (file, line) == (f"outside/rules/r{int(name == 'duplicate')}.yaml", str(expected))


def test_lines_of_a_list_and_of_nested_values(write: Write, specs: dict[str, LayerSpec]) -> None:
    deep = RULE.replace("test: {overlaps: {}}", "test:\n  all:\n  - overlaps: {}\n  - overlap: {}")
    listed = (
        "- "
        + RULE.replace("\n", "\n  ")
        + "\n- "
        + deep.replace("OA-01", "OA-02").replace("\n", "\n  ")
    )
    error = refusal(write(Fault("", "", "", rules=listed)), specs)
    # 15 lines of the first rule, an empty one, then the fault on the seventh of the second
    assert error.where == "outside/rules/r0.yaml:23: OA-02: test.all.2.overlap"


def test_the_unbroken_pack_is_read(write: Write, specs: dict[str, LayerSpec]) -> None:
    whole = load_rulebook(["outside"], {"outside": write(Fault("", "", ""))}, layer_specs=specs)
    assert list(whole.rules) == ["OA-01"]


@pytest.mark.parametrize("name", ["rule.yaml", "rules/deep/r.yaml", "rules/r.yml"])
def test_a_file_that_would_be_lost_is_refused(
    name: str, write: Write, specs: dict[str, LayerSpec]
) -> None:
    folder = write(Fault("", "", ""))
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(RULE, encoding="utf-8")
    error = refusal(folder, specs)
    assert (error.code, error.where) == ("bad_pack", f"outside/{name}")


def test_gb_bytes_are_refused_with_the_file(write: Write, specs: dict[str, LayerSpec]) -> None:
    folder = write(Fault("", "", ""))
    (folder / "rules" / "r0.yaml").write_bytes(RULE.encode("gb18030"))
    error = refusal(folder, specs)
    assert (error.code, error.where) == ("bad_file", "outside/rules/r0.yaml:2")


def test_an_empty_folder_is_no_pack(tmp_path: Path, specs: dict[str, LayerSpec]) -> None:
    error = refusal(tmp_path, specs)
    assert error.code == "bad_pack"
    assert str(tmp_path.parent) not in f"{error.where}{error.fact.en}"
