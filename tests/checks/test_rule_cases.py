"""The cases of `tests/rules` and of the example pack, and the runner's own refusals."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main
from checks.rule import Rulebook
from checks.rulebook.cases import CaseResult, case_files, read_cases, run_cases
from checks.rulebook.load import load_rulebook
from gis.errors import LantuError
from layers.catalog import shipped_specs

ROOT = Path(__file__).parents[2]
OFFICE = ROOT / "sample_data" / "town_pack" / "binjiang"
# cases of classes belong to packs over cn-base: test_classes_cases runs them
FILES = [
    path for path in case_files([ROOT / "tests" / "rules"]) if not path.stem.startswith("classes")
]


@lru_cache(maxsize=2)
def book(name: str) -> Rulebook:
    return load_rulebook([name], {"binjiang": OFFICE}, layer_specs=shipped_specs())


@cache
def national(path: Path) -> list[CaseResult]:
    return run_cases(path, book("cn-base"), shipped_specs())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cases_of_national_law(path: Path) -> None:
    assert [item for item in national(path) if not item.passed] == []


def test_cases_of_the_office() -> None:
    (path,) = case_files([OFFICE / "tests"])
    results = run_cases(path, book("binjiang"), shipped_specs())
    assert [item for item in results if not item.passed] == []


def test_every_rule_has_an_affected_a_clear_and_a_not_assessed_case() -> None:
    results = [item for path in FILES for item in national(path)]
    assert len(results) >= 400
    held = {(item.rule, item.state) for item in results}
    for state in ("affected", "clear", "not_assessed"):
        assert [code for code in book("cn-base").rules if (code, state) not in held] == []
    assert {"needs_person", "not_applicable"} <= {item.state for item in results}


def test_every_value_that_the_office_sets_is_a_question_until_then() -> None:
    rules = book("cn-base").rules.values()
    unset = {
        rule.code
        for rule in rules
        if any(entry.unset for series in rule.values.values() for entry in series.dated)
    }
    asked = {item.rule for path in FILES for item in national(path) if item.state == "needs_person"}
    assert len(unset) >= 33
    assert unset <= asked


def test_every_rule_has_a_case_that_names_the_article_cited() -> None:
    cases = [case for path in FILES for case in read_cases(path)]
    cited = {case.rule for case in cases if case.cites and case.expect == "affected"}
    assert [code for code in book("cn-base").rules if code not in cited] == []
    assert {case.severity for case in cases if case.severity} >= {
        "prohibited", "needs_approval", "needs_assessment", "condition", "notice"
    }  # fmt: skip


def case(folder: Path, text: str) -> Path:
    path = folder / "c.yaml"
    path.write_text(
        "cases:\n- {case: 甲, rule: PF-01, as_of: 2026-11-20, " + text + "}\n", encoding="utf-8"
    )
    return path


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("expect: hit", "bad_file", "expect"),
        ("expect: clear, rules: PF-02", "bad_file", "rules"),
        ("expect: clear, facts: {hight_m: 1}", "unknown_fact", "hight_m"),
        ("expect: clear, layers: {control.farmland: []}", "unknown_layer", "control.farmland"),
        (
            "expect: clear, layers: {control.permanent_farmland: [{class: a}]}",
            "bad_file",
            "distance_m",
        ),
    ],
)
def test_a_broken_case_is_refused(tmp_path: Path, text: str, code: str, says: str) -> None:
    with pytest.raises(LantuError) as caught:
        run_cases(case(tmp_path, text), book("cn-base"), shipped_specs())
    assert caught.value.code == code
    assert says in caught.value.fact.en


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("severity: notice", "severity prohibited"),
        ("measures: {area_m2: 9999}", "area_m2 10000.0"),
        ("cites: [第三十六条]", "cites "),
        ("verdict: 未压占", "verdict 压占"),
    ],
)
def test_a_wrong_severity_measure_or_article_is_told(tmp_path: Path, more: str, wrong: str) -> None:
    text = f"expect: affected, layers: {{control.permanent_farmland: [{{share: 1}}]}}, {more}"
    (result,) = run_cases(case(tmp_path, text), book("cn-base"), shipped_specs())
    assert result.state == result.expected
    assert not result.passed
    assert result.wrong[0].startswith(wrong)


def test_only_open_values_can_be_set(tmp_path: Path) -> None:
    path = case(tmp_path, "expect: clear, settings: {width: 5}")
    with pytest.raises(LantuError) as caught:
        run_cases(path, book("cn-base"), shipped_specs())
    assert caught.value.code == "bad_rule"
    path.write_text(
        "cases:\n- {case: 甲, rule: RD-01, as_of: 2026-11-20, expect: clear, "
        "settings: {control_width: 1}}\n",
        encoding="utf-8",
    )
    with pytest.raises(LantuError) as caught:
        run_cases(path, book("cn-base"), shipped_specs())
    assert "leaves no value" in caught.value.fact.en


def test_a_rule_that_says_something_else_is_told(tmp_path: Path) -> None:
    path = case(tmp_path, "expect: clear, layers: {control.permanent_farmland: [{share: 1}]}")
    (result,) = run_cases(path, book("cn-base"), shipped_specs())
    assert (result.passed, result.state) == (False, "affected")


def test_lantu_rules_test(tmp_path: Path) -> None:
    office = tmp_path / "office"
    area = "590000,2690000,610000,2710000"

    def lantu(*args: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(arg) for arg in args])
        return done.exit_code, done.stdout

    lantu("init", office, "--crs", "EPSG:4548", "--area", area, "--packs", "cn-base")
    assert lantu("-w", office, "rules", "add", OFFICE)[0] == 0
    code, told = lantu("-w", office, "rules", "test", "--json")
    assert (code, json.loads(told)) == (0, {"cases": 10, "failed": []})
    wrong = case(tmp_path, "expect: clear, layers: {control.permanent_farmland: [{share: 1}]}")
    code, told = lantu("-w", office, "rules", "test", wrong, "--json")
    assert code == 1
    assert json.loads(told)["failed"][0]["state"] == "affected"
    assert lantu("-w", office, "rules", "test", tmp_path / "nothing", "--json")[0] == 1
