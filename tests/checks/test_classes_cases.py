"""The cases of classes, waivers and deadlines, pack by pack; every entry has its cases."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from checks.rule import Rulebook
from checks.rulebook.cases import CaseResult, run_cases
from checks.rulebook.load import load_rulebook
from gis.errors import LantuError
from layers.catalog import shipped_specs

FOLDER = Path(__file__).parents[1] / "rules"
FILES = sorted(FOLDER.glob("classes_*.yaml"))


@lru_cache
def book(name: str) -> Rulebook:
    return load_rulebook([name], {}, layer_specs=shipped_specs())


@lru_cache
def results(path: Path) -> list[CaseResult]:
    return run_cases(path, book(path.stem.split("_")[1]), shipped_specs())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_cases(path: Path) -> None:
    assert [item for item in results(path) if not item.passed] == []


def test_every_entry_has_a_case_in_which_it_holds() -> None:
    held = {item.rule for path in FILES for item in results(path) if item.expected == "holds"}
    entries = {
        code
        for name in ("xiamen-haicang", "yangjiang", "zhejiang")
        for code in (book(name).catalogue.entries if book(name).catalogue else ())
    }
    assert len(entries) == 132
    assert entries - held == set()


def test_there_are_cases_of_every_kind() -> None:
    expected = [item.expected for path in FILES for item in results(path)]
    assert len(expected) >= 250
    for word in ("holds", "does_not_hold", "needs_person", "not_in_force"):
        assert expected.count(word) >= 20


HEAD = "entry_cases:\n- {case: 甲, as_of: 2026-11-20, "


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("entry: XH-C99, expect: holds}", "unknown_rule", "XH-C99"),
        ("entry: XH-C01, expect: affected}", "bad_file", "expect"),
        ("entry: XH-C01, expect: holds, project: shed}", "unknown_rule", "shed"),
        ("entry: XH-C01, expect: holds, facts: {hight_m: 2}}", "unknown_fact", "hight_m"),
        ('entry: XH-C01, expect: holds, "on": {any_list: true}}', "unknown_rule", "any_list"),
        ("entry: XH-C01, expect: holds, item: {}}", "bad_file", "item"),
    ],
)
def test_a_broken_case_is_refused(tmp_path: Path, text: str, code: str, says: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(LantuError) as caught:
        run_cases(path, book("xiamen-haicang"), shipped_specs())
    assert caught.value.code == code
    assert says in caught.value.fact.en


def test_a_case_that_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    tail = "entry: XH-D04, facts: {works: building}, expect: holds, days: 4, cites: [防洪法]}"
    path.write_text(HEAD + tail, encoding="utf-8")
    (result,) = run_cases(path, book("xiamen-haicang"), shipped_specs())
    assert not result.passed
    assert result.wrong[0].startswith("cites")
    assert result.wrong[1] == "days 5"
