"""The same site on the eve of a new law and on its first day cites the law of each day.

Titles and articles stand in `tests/data/turns_of_law.txt`, from the texts, not from the rules.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import shapely

from checks.facts import fact_specs, project_of
from checks.rule import Rulebook
from checks.rulebook.case_store import CRS, SOUTH, WEST, Imagined
from checks.rulebook.cases import ThingForm
from checks.rulebook.load import load_rulebook
from checks.scenario_choice import BY_HAND
from checks.screening import screen
from gis.site import Site
from layers.catalog import shipped_specs

LAWS = {
    "法典": "中华人民共和国生态环境法典",
    "水污染": "中华人民共和国水污染防治法",
    "土壤": "中华人民共和国土壤污染防治法",
    "环保": "中华人民共和国环境保护法",
    "海环": "中华人民共和国海洋环境保护法",
    "文物": "中华人民共和国文物保护法",
    "危化法": "中华人民共和国危险化学品安全法",
    "危化条例": "危险化学品安全管理条例",
    "矿产": "中华人民共和国矿产资源法",
    "公园": "中华人民共和国国家公园法",
    "民航": "中华人民共和国民用航空法",
    "旧保护区": "中华人民共和国自然保护区条例",
    "新保护区": "中华人民共和国自然保护区条例（国务院令第830号）",
    "绿化": "城市绿化条例",
    "古树": "古树名木保护条例",
    "142号": "自然资源部 生态环境部 国家林业和草原局关于加强生态保护红线管理的通知（试行）"
    "（自然资发〔2022〕142号）",
}
WORDS = {"中": "affected", "无": "not_assessed", "失": "not_applicable", "问": "needs_person"}

Cited = list[tuple[str, str]]


@dataclass(frozen=True)
class Turn:
    """A rule on a site that its layer covers by half: state and law the day before, and after."""

    day: date
    rule: str
    layer: str
    thing: dict[str, Any]
    facts: dict[str, str]
    before: tuple[str, Cited]
    after: tuple[str, Cited]


def turn_of(line: str) -> Turn:
    day, rule, layer, kind, facts, before, after = (cell.strip() for cell in line.split("|"))
    thing: dict[str, Any] = {"share": "0.5"}
    key, _, value = kind.rpartition("=")
    if key:
        thing["attributes"] = {key: value}
    elif kind.startswith("="):
        thing["value"] = value
    else:
        thing["class"] = kind or None
    known = dict(pair.split("=") for pair in facts.split())
    return Turn(
        date.fromisoformat(day), rule, layer, thing, known, expected_of(before), expected_of(after)
    )


def expected_of(cell: str) -> tuple[str, Cited]:
    state, _, laws = cell.partition(" ")
    found = [re.fullmatch(r"(.+?)(第.条.*|第.+条)", law) for law in laws.split("；") if law]
    return WORDS[state], [(LAWS[match[1]], match[2]) for match in found if match]


TABLE = Path(__file__).parents[1] / "data" / "turns_of_law.txt"
LINES = TABLE.read_text(encoding="utf-8").splitlines()
TURNS = [turn_of(line) for line in LINES if not line.startswith("#")]


@lru_cache(maxsize=1)
def book() -> Rulebook:
    return load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())


def on(day: date, turn: Turn) -> dict[str, Any]:
    """The finding of a rule on a site of one hectare, its western half on a feature."""
    scenario = book().scenarios["screening"]
    site = Site("1", shapely.box(WEST, SOUTH, WEST + 100, SOUTH + 100), CRS, CRS)
    with tempfile.TemporaryDirectory() as folder:
        store = Imagined(shipped_specs(), 100.0, Path(folder))
        store.put(turn.layer, [ThingForm.model_validate(turn.thing)])
        report = screen(
            site,
            project=project_of(turn.facts, fact_specs(), where="facts"),
            scenario=scenario,
            rulebook=book(),
            store=store,
            as_of=day,
            reason=BY_HAND,
            confidential=True,
        )
    found: dict[str, Any] = next(f for f in report.data["findings"] if f["code"] == turn.rule)
    return found


def cited(finding: dict[str, Any]) -> Cited:
    """Titles and articles, without the revision in brackets; exceptions are not the rule."""
    bearing = [basis for basis in finding["basis"] if basis["role"] != "exception"]
    return [(basis["title"], basis["article"].split("（20")[0]) for basis in bearing]


@pytest.mark.parametrize(
    "turn", TURNS, ids=[f"{turn.day}-{turn.rule}-{n}" for n, turn in enumerate(TURNS)]
)
def test_each_day_has_its_law(turn: Turn) -> None:
    eve = turn.day - timedelta(days=1)
    for day, (state, laws) in ((eve, turn.before), (turn.day, turn.after)):
        finding = on(day, turn)
        assert finding["state"] == state, (day, finding["verdict"])
        if state in {"affected", "needs_person"}:
            assert laws
            assert cited(finding) == laws, day
        if state == "not_assessed":
            assert finding["reason"]["code"] == "no_rule_on_file"
            assert cited(finding) == []
        for basis in finding["basis"]:
            assert (basis["valid_from"] or "") <= day.isoformat()
            assert day.isoformat() <= (basis["valid_to"] or "9999")


def test_every_turn_of_the_years_is_met() -> None:
    assert sorted({turn.day.isoformat() for turn in TURNS}) == [
        "2025-03-01", "2025-03-15", "2025-07-01", "2026-01-01",
        "2026-03-15", "2026-05-01", "2026-07-01", "2026-08-15",
    ]  # fmt: skip


def test_no_rule_turns_unseen() -> None:
    """Every rule whose law in force begins or ends on one of these days stands above."""
    days = {turn.day for turn in TURNS}
    met = {(turn.day.isoformat(), turn.rule) for turn in TURNS}
    missing = []
    for code, rule in book().rules.items():
        for basis in rule.basis:
            law = basis.force in {"in_force", "trial"} and basis.role != "exception"
            if law and basis.valid_from in days:
                key = (basis.valid_from.isoformat(), code)
                missing += [] if key in met else [key]
    # MI-03 asks for a query where no deposit is mapped; EU-02 is EU-01 for restricted industries
    assert sorted(set(missing)) == [("2025-07-01", "MI-03"), ("2026-08-15", "EU-02")]
