"""What ships: legal values by hand from the law, wording, dates, codes for life."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from checks.rule import Leaf, Number, Rule, Rulebook
from checks.rulebook.load import load_rulebook
from layers.catalog import shipped_specs

ROOT = Path(__file__).parents[2]
OFFICE = {"binjiang": ROOT / "sample_data" / "town_pack" / "binjiang"}


@lru_cache(maxsize=1)
def base() -> Rulebook:
    return load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())


@lru_cache(maxsize=1)
def office() -> Rulebook:
    return load_rulebook(["binjiang"], OFFICE, layer_specs=shipped_specs())


def every_rule() -> list[Rule]:
    return list(
        {rule.code: rule for book in (base(), office()) for rule in book.rules.values()}.values()
    )


def test_the_first_set_covers_what_was_asked() -> None:
    rules = base().rules.values()
    assert len(rules) >= 20
    themes = {shipped_specs()[rule.layer].theme for rule in rules}
    assert {"control_line", "plan", "present_state", "safety", "survey_object"} <= themes
    kinds = {leaf.kind for rule in rules for leaf in rule.leaves()}
    assert {"overlaps", "outside", "within_distance", "raster_over", "class_compatible"} <= kinds
    assert {"screening", "linear", "siting"} <= set(base().scenarios)


def table(code: str, name: str, day: date) -> dict[str, float]:
    entry = base().rules[code].values[name].on(day)
    assert entry is not None
    found = {}
    for row in entry.table:
        assert isinstance(row.value, Number)
        found.update(dict.fromkeys(row.match["class"], row.value.value))
    return found


def test_highway_control_area_of_article_11() -> None:
    assert table("RD-01", "control_width", date(2026, 11, 20)) == {
        "national": 20, "provincial": 15, "county": 10, "township": 5, "expressway": 30
    }  # fmt: skip
    assert base().rules["RD-01"].values["control_width"].on(date(2011, 6, 30)) is None


def test_railway_zone_of_article_27() -> None:
    assert table("RL-01", "protection_width", date(2026, 11, 20)) == {
        "hs_city": 10, "hs_suburb": 12, "hs_village": 15, "hs_other": 20,
        "rail_city": 8, "rail_suburb": 10, "rail_village": 12, "rail_other": 15,
    }  # fmt: skip


def test_power_line_zone_of_article_10() -> None:
    assert table("PW-01", "protection_width", date(2026, 11, 20)) == {
        "kv1_10": 5, "kv35_110": 10, "kv154_330": 15, "kv500": 20
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "day", "title"),
    [
        ("ER-01", date(2026, 8, 14), "中华人民共和国环境保护法"),
        ("ER-01", date(2026, 8, 15), "中华人民共和国生态环境法典"),
        ("WS-01", date(2020, 1, 1), "中华人民共和国水污染防治法"),
        ("WS-01", date(2026, 11, 20), "中华人民共和国生态环境法典"),
        ("AT-01", date(2025, 3, 14), "城市绿化条例"),
        ("AT-01", date(2025, 3, 15), "古树名木保护条例"),
    ],
)
def test_the_law_of_the_day_is_cited(code: str, day: date, title: str) -> None:
    held = [
        basis.title
        for basis in base().rules[code].basis
        if (basis.valid_from or date.min) <= day <= (basis.valid_to or date.max)
        and basis.role != "exception"
    ]
    assert held == [title]


def test_groups_of_survey_codes_are_resolved() -> None:
    farmland, cultivated = base().rules["FL-01"].test, base().rules["FL-02"].test
    assert isinstance(farmland, Leaf)
    assert isinstance(cultivated, Leaf)
    assert farmland.classes is not None
    assert cultivated.classes is not None
    assert cultivated.classes.codes == {"0101", "0102", "0103"}
    assert cultivated.classes.codes < farmland.classes.codes
    assert not farmland.classes.takes("0601")


def test_what_law_leaves_open_is_unset_until_an_office_sets_it() -> None:
    day = date(2026, 11, 20)
    for name in ("depth", "share"):
        open_value = base().rules["FI-01"].values[name].on(day)
        assert open_value is not None
        assert open_value.unset
        assert not open_value.repealed
        set_value = office().rules["FI-01"].values[name].on(day)
        assert set_value is not None
        assert isinstance(set_value.value, Number)
        assert "虚构" in (set_value.reference or "")
    assert {item.code for item in office().shadowed} == {"screening"}, "settings cover no rule"
    assert {code for code, rule in office().rules.items() if rule.set_by} == {
        "FI-01", "AF-01", "UB-01", "HZ-02", "PR-01", "OP-02", "LP-01", "AL-01", "UB-02"
    }  # fmt: skip


def test_wording_is_plain_and_promises_nothing() -> None:
    for rule in every_rule():
        said = (rule.title, rule.say.affected, rule.say.clear, rule.say.not_assessed)
        zh = "".join(text.zh for text in said)
        assert not [word for word in ("合格", "通过", "可以建设") if word in zh], rule.code
        assert not set(zh) & set(",;()"), f"{rule.code}: half-width punctuation"
        assert all(text.zh.endswith("。") for text in said[1:]), rule.code
        assert all(text.en.endswith(".") for text in said[1:]), rule.code
        assert "未作检测" in rule.say.not_assessed.zh, rule.code


def test_every_rule_is_dated_and_law_has_articles() -> None:
    for rule in every_rule():
        assert rule.checked_on == date(2026, 11, 20), rule.code
        for basis in rule.basis:
            if basis.force != "internal":
                assert basis.article, rule.code
                assert basis.valid_from, rule.code
        for series in rule.values.values():
            assert all(entry.reference for entry in series.dated), rule.code


def test_classes_and_attributes_are_those_of_the_layer() -> None:
    for rule in every_rule():
        for leaf in rule.leaves():
            spec = shipped_specs()[leaf.layer]
            if leaf.classes is not None and leaf.attribute is None:
                assert spec.class_field is not None, rule.code
                assert leaf.classes.codes <= set(spec.class_field.codes or ()), rule.code
            known = {item.key for item in spec.attributes} | {"class"}
            for attribute in (leaf.attribute, leaf.where and leaf.where.attribute):
                assert attribute is None or attribute in known, rule.code
            if leaf.kind != "height_above":
                assert (spec.geometry == "raster") == leaf.kind.startswith("raster"), rule.code


def test_codes_are_for_life() -> None:
    lines = (ROOT / "tests" / "data" / "rule_codes.txt").read_text(encoding="utf-8").splitlines()
    listed = dict(line.split() for line in lines if not line.startswith("#"))
    assert listed == {code: rule.layer for code, rule in base().rules.items()}, (
        "a code was deleted, reused for another layer, or a new one is not listed"
    )
