"""The cases of `tests/rules/sharing`: what planners expect of the shipped packs, from the texts.

The site is one hectare; `inside` is the share of it that the assessed area holds (1 unless said).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import pytest
import shapely
from pydantic import Field

from checks.inheritance.model import Mode, Outcome
from checks.report.decision_json import decision_json
from checks.rule import Rulebook
from checks.rulebook.load import load_rulebook
from checks.rulebook.models import Day, Filled
from layers.catalog import shipped_specs
from layers.strict import Strict
from layers.yaml_file import load
from tests.support.sharing import AS_OF, Park, ask

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests" / "rules" / "sharing").glob("*.yaml"))
OFFICE = ROOT / "tests" / "data" / "sharing_pack"


class Expected(Strict):
    """What the decision must say; what is not named is not asked."""

    outcome: Outcome
    mode: Mode
    share: float | None = None
    outside_m2: float | None = None
    deadline: str | None = None
    basis: str | None = None
    force: str | None = None
    criteria: dict[str, str] = Field(default_factory=dict)


class CaseForm(Strict):
    """One case."""

    case: Filled
    kind: Filled
    expect: Expected
    as_of: Day = AS_OF
    facts: dict[str, Any] = Field(default_factory=dict)
    assessment: dict[str, Any] | None = None
    held: dict[str, str] = Field(default_factory=dict)
    accepted: bool = False


class CasesForm(Strict):
    """A file of cases for one pack."""

    pack: Filled
    cases: Annotated[tuple[CaseForm, ...], Field(min_length=1)]


@lru_cache
def book(name: str) -> Rulebook:
    return load_rulebook([name], {"office": OFFICE}, layer_specs=shipped_specs())


CASES = [
    (form.pack, case) for form in (load(CasesForm, path) for path in FILES) for case in form.cases
]


def decision(name: str, case: CaseForm) -> dict[str, Any]:
    park = Park()
    if case.assessment is not None:
        content = dict(case.assessment)
        inside = float(content.pop("inside", 1))
        west = 1000 + 100 * (1 - inside)
        park.assess(case.kind, shapely.box(west, 0, 5000, 5000), **content)
        for project, amount in case.held.items():
            park.take(f"P.{case.kind}", project, content["totals"][0]["name"], amount)
    rules = book(name).inheritance
    assert rules is not None
    facts = case.facts if name != "office" else {"height_m": "20"} | case.facts
    accepted = frozenset({f"P.{case.kind}"}) if case.accepted else frozenset()
    found = ask(park, rules, as_of=case.as_of, accepted=accepted, **facts)
    return decision_json(found[case.kind], book(name).catalogue, case.as_of)


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda item: getattr(item, "case", item))
def test_case(name: str, case: CaseForm) -> None:
    told, expect = decision(name, case), case.expect
    assert (told["outcome"], told["approval_mode"]) == (expect.outcome, expect.mode)
    if expect.share is not None:
        assert told["share_covered"] == pytest.approx(expect.share, abs=1e-9)
    if expect.outside_m2 is not None:
        assert told["uncovered_area_m2"] == pytest.approx(expect.outside_m2, abs=1e-6)
    if expect.deadline is not None:
        assert told["deadline"]["stage"]["zh"] == expect.deadline
    if expect.basis is not None:
        cited = [f"{basis['title']}{basis['article'] or ''}" for basis in told["basis"]]
        assert any(expect.basis in text for text in cited)
    if expect.force is not None:
        assert expect.force in {basis["force"] for basis in told["basis"]}
    results = {row["key"]: row["result"] for row in told["criteria"]}
    assert {key: results[key] for key in expect.criteria} == expect.criteria
    open_ones = [row for row in told["criteria"] if row["result"] == "unknown"]
    assert [row["key"] for row in open_ones if not row["evidence"].get("question")] == []


def test_cases_reach_far_enough() -> None:
    """At least 100 cases over 17 kinds, all outcomes and modes, more than four packs."""
    assert len(CASES) >= 100
    assert len({case.kind for _, case in CASES}) == 17
    assert {name for name, _ in CASES} >= {"cn-base", "xiamen-haicang", "yangjiang", "zhejiang"}
    assert {case.expect.outcome for _, case in CASES} == set(Outcome.__args__)  # type: ignore[attr-defined]
    assert {case.expect.mode for _, case in CASES} == set(Mode.__args__)  # type: ignore[attr-defined]


def test_the_department_has_the_name_of_the_day() -> None:
    """Haicang's departments were renamed by the document of 2023-12-13 (004:172, 176)."""
    rules, day = book("xiamen-haicang").inheritance, AS_OF
    assert rules is not None
    found = ask(Park(), rules)["soil_water_conservation"]
    catalogue = book("xiamen-haicang").catalogue
    assert decision_json(found, catalogue, day)["authority"] == "区农业农村局"
    assert decision_json(found, catalogue, day.replace(year=2022))["authority"] == "区农林水利局"


def test_three_packs_three_answers() -> None:
    """One factory on one park: Haicang, Yangjiang and Zhejiang differ, each with its own basis."""
    facts = {"height_m": "30", "use": "factory", "excavation_depth_m": "3", "investment": "social"}
    told = {}
    for name in ("xiamen-haicang", "yangjiang", "zhejiang"):
        rules = book(name).inheritance
        assert rules is not None
        park = Park()
        content: dict[str, Any] = {
            "review": {"date": "2025-01-01", "public": "true"},
            "depth": "equal_to_project_study",
            "duties": [{"text": "ground_levelled", "done": "true"}],
        }
        for kind in ("geological_hazard", "environmental_impact", "soil_water_conservation"):
            park.assess(kind, shapely.box(0, 0, 5000, 5000), **content)
        found = ask(park, rules, **facts)
        told[name] = {kind: (item.outcome, item.mode) for kind, item in found.items()}
    assert [told[name]["environmental_impact"] for name in told] == [
        ("shared", "commitment"), ("own_assessment", "approval"), ("simplified", "commitment"),
    ]  # fmt: skip
    assert [told[name]["geological_hazard"] for name in told] == [
        ("shared", "commitment"), ("shared", "commitment"), ("own_assessment", "approval"),
    ]  # fmt: skip
    assert [told[name]["soil_water_conservation"] for name in told] == [
        ("shared", "commitment"), ("shared", "commitment"), ("simplified", "filing"),
    ]  # fmt: skip
