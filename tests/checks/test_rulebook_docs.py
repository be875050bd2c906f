"""The pages about rules follow the rules."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from checks.rule import SEVERITIES, LeafKind, VerdictFamily
from checks.rulebook.load import load_rulebook
from checks.rulebook.tools import explain, find_rule, review
from gis.errors import LantuError
from layers.catalog import shipped_specs
from tests.doc_pages import ROOT, rule_pages

OFFICE = {"binjiang": ROOT / "sample_data" / "town_pack" / "binjiang"}
DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "name",
    [
        "class-reference.md",
        "rule-reference.md",
        "rule-reference.en.md",
        "scenarios.md",
        "project-facts.md",
    ],
)
def test_generated_pages_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == rule_pages()[name], "run make docs"


def test_every_word_of_the_form_is_described() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    words = [*get_args(LeafKind), *SEVERITIES, *get_args(VerdictFamily)]
    assert [word for word in words if not re.search(rf"\b{word}\b", page)] == []


def test_explanation_names_value_law_and_wording() -> None:
    book = load_rulebook(["binjiang"], OFFICE, layer_specs=shipped_specs())
    told = explain(book, "OG-02", shipped_specs(), day=DAY)
    assert "距离不小于 5 m、小于 50 m" in told.zh
    assert "《中华人民共和国石油天然气管道保护法》第三十五条" in told.zh
    assert "at 5 m or more, nearer than 50 m" in told.en
    assert "'Works category' is one of City infrastructure" in told.en
    older = explain(book, "WS-01", shipped_specs(), day=date(2020, 1, 1))
    held = [line for line in older.zh.splitlines() if line.endswith("当日有效")]
    assert len(held) == 2  # the prohibition and its exception
    assert all("水污染防治法" in line for line in held)
    listed = explain(book, "EU-01", shipped_specs(), day=DAY)
    assert "任一要素的禁止准入行业" in listed.zh
    assert "of one feature at least" in listed.en
    assert "待本单位设定" in explain(book, "DP-06", shipped_specs(), day=DAY).zh


def test_explanation_names_who_set_a_value() -> None:
    book = load_rulebook(["binjiang"], OFFICE, layer_specs=shipped_specs())
    told = explain(book, "FI-01", shipped_specs(), day=DAY)
    assert (
        "数值 depth：0.15 m（《滨江新区防洪排涝设防要求（虚构）》第三条），由规则库 binjiang 设定"
        in told.zh
    )
    assert "set by the pack binjiang" in told.en


def test_every_rule_can_be_explained_in_both_languages() -> None:
    book = load_rulebook(["binjiang"], OFFICE, layer_specs=shipped_specs())
    for code in book.rules:
        told = explain(book, code, shipped_specs(), day=DAY)
        assert not [word for word in ("None", "Number(", "Text(") if word in told.zh + told.en], (
            code
        )


def test_an_unknown_code_is_refused() -> None:
    book = load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())
    with pytest.raises(LantuError) as caught:
        find_rule(book, "XX-99")
    assert caught.value.code == "unknown_rule"


def test_shipped_packs_raise_no_doubt() -> None:
    book = load_rulebook(["binjiang"], OFFICE, layer_specs=shipped_specs())
    assert review(book, shipped_specs(), day=DAY) == ()


def test_review_names_what_an_author_should_look_at(tmp_path: Path) -> None:
    source = (OFFICE["binjiang"] / "rules" / "school.yaml").read_text(encoding="utf-8")
    doubtful = (
        source.replace("code: BJ-01", "code: GP-01")
        .replace("safety.soil_pollution_list", "safety.geo_hazard_susceptibility")
        .replace("{overlaps: {}}", "{overlaps: {classes: [hihg]}}")
        .replace(
            "checked_on: 2026-11-20",
            "checked_on: 2024-11-20\n  values: {d: {2024-01-01: {value: 1}}}",
        )
    )
    pack = tmp_path / "doubt"
    (pack / "rules").mkdir(parents=True)
    (pack / "pack.yaml").write_text("name: doubt\nover: [cn-base]\n", encoding="utf-8")
    (pack / "rules" / "r.yaml").write_text(doubtful, encoding="utf-8")
    book = load_rulebook(["doubt"], {"doubt": pack}, layer_specs=shipped_specs())
    assert {note.code for note in review(book, shipped_specs(), day=DAY)} == {
        "class_not_in_layer", "value_unused", "rule_not_checked", "legal_rule_shadowed"
    }  # fmt: skip


def test_open_points_list_every_value_that_the_office_sets() -> None:
    page = (ROOT / "docs" / "open-points.md").read_text(encoding="utf-8")
    book = load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())
    open_codes = [
        rule.code
        for rule in book.rules.values()
        if any(entry.unset for series in rule.values.values() for entry in series.dated)
    ]
    assert len(open_codes) >= 33
    assert [code for code in open_codes if code not in page] == []


def test_every_rule_of_law_with_one_date_says_why_there_is_no_earlier_one() -> None:
    book = load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())
    for rule in book.rules.values():
        if any(basis.force != "internal" for basis in rule.basis):
            assert rule.note is not None, rule.code
            words = ("未核对", "施行", "以前", "没有核对", "未收录", "没有专门")
            assert any(word in rule.note.zh for word in words), rule.code
