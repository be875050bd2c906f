"""The shipped classes: every entry is there, cited and dated, with codes that are for life."""

from __future__ import annotations

import ast
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from checks.classes.rule import Catalogue, leaves
from checks.classes.words import explain_entry
from checks.rule import FactTest
from checks.rulebook.load import load_rulebook
from gis.errors import LantuError
from layers.catalog import shipped_specs

PACKS = ("cn-base", "xiamen-haicang", "guangdong", "yangjiang", "zhejiang")
COUNTS = {"cn-base": 12, "xiamen-haicang": 57, "guangdong": 3, "yangjiang": 49, "zhejiang": 11}


@lru_cache
def catalogue(name: str) -> Catalogue:
    found = load_rulebook([name], {}, layer_specs=shipped_specs()).catalogue
    assert found is not None
    return found


@pytest.mark.parametrize("name", PACKS)
def test_every_entry_is_there(name: str) -> None:
    own = [entry for entry in catalogue(name).entries.values() if entry.pack == name]
    assert len(own) == COUNTS[name]


def test_kinds_of_all_entries() -> None:
    entries = {e.code: e for name in PACKS for e in catalogue(name).entries.values()}
    assert Counter(entry.kind for entry in entries.values()) == {
        "class": 21, "waive": 23, "simplify": 20, "pledge": 21, "merge": 7, "deadline": 22,
        "scope": 18,
    }  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
def test_every_entry_cites_a_document(name: str) -> None:
    for entry in catalogue(name).entries.values():
        assert entry.basis, entry.code
        assert entry.source, entry.code


def test_all_of_a_draft_is_a_draft() -> None:
    own = [e for e in catalogue("yangjiang").entries.values() if e.pack == "yangjiang"]
    assert {entry.force for entry in own} == {"draft"}
    assert {basis.force for entry in own for basis in entry.basis} == {"draft"}
    assert catalogue("yangjiang").draft_packs == {"yangjiang"}


def test_lists_ship_empty() -> None:
    found = {n: e for name in PACKS for n, e in catalogue(name).lists.items()}
    assert len(found) == 15
    assert [name for name, listed in found.items() if listed.entries] == []


def test_the_catalogue_has_all_items() -> None:
    codes = sorted(catalogue("cn-base").items)
    assert len(codes) == 105
    assert (codes[0], codes[-1]) == ("I001", "I150")


def test_every_entry_can_be_explained() -> None:
    for name in PACKS:
        book = load_rulebook([name], {}, layer_specs=shipped_specs())
        for code in catalogue(name).entries:
            told = explain_entry(book, code, day=date(2026, 11, 20))
            assert not [word for word in ("None", "Text(", "{}") if word in told.zh + told.en], code


def test_an_explanation_names_condition_items_time_and_law() -> None:
    book = load_rulebook(["xiamen-haicang"], {}, layer_specs=shipped_specs())
    told = explain_entry(book, "XH-C01", day=date(2021, 4, 5)).zh
    for words in ("当日无效", "“总建筑面积”不大于10000 m²", "“建筑高度”不大于24 m", "第5项"):
        assert words in told
    told = explain_entry(book, "XH-D05", day=date(2026, 11, 20)).zh
    for words in ("属于类别 小型社会投资项目", "I066 首次不动产权属登记", "3 个工作日", "试行"):
        assert words in told
    with pytest.raises(LantuError):
        explain_entry(book, "XH-C99", day=date(2026, 11, 20))


def test_no_limit_of_a_class_stands_in_the_code() -> None:
    limits = {
        float(value)
        for name in PACKS
        for entry in catalogue(name).entries.values()
        for leaf in leaves(entry.when)
        if isinstance(leaf, FactTest) and leaf.op in ("lt", "le", "gt", "ge")
        for value in leaf.values
    }
    assert {5000, 10_000, 20_000, 24, 100_000, 50_000, 1000} <= limits
    limits -= {1, 3}  # storeys; counts and signs are the same figures
    folder = Path(__file__).parents[2] / "checks"
    for path in sorted((folder / "classes").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        numbers = {
            float(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and type(node.value) in (int, float)
        }
        assert numbers & limits == set(), path.name
