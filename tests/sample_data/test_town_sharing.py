"""The demo's scenes on sharing; figures are set by hand in `sample_data/sharing.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sample_data.sharing import KINDS, SCENES


def decisions(demo: Path, key: str) -> dict[str, dict[str, Any]]:
    path = demo / "reports" / f"sharing-{key}" / "report.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    return {item["kind"]: item for item in document["inheritance"]}


def outcomes(demo: Path, key: str) -> dict[str, str]:
    return {kind: item["outcome"] for kind, item in decisions(demo, key).items()}


def test_eleven_kinds_are_shared(demo: Path) -> None:
    found = outcomes(demo, "eleven")
    assert {kind for kind, outcome in found.items() if outcome == "shared"} == set(KINDS)
    assert found["park_greening"] == "own_assessment"
    assert len(found) == 12


def test_a_hundredth_of_a_square_metre_more(demo: Path) -> None:
    before, after = decisions(demo, "eleven"), decisions(demo, "over")
    changed = {kind for kind in before if before[kind]["outcome"] != after[kind]["outcome"]}
    assert changed == {"traffic_impact"}
    (limit,) = after["traffic_impact"]["criteria"][6]["evidence"]["limits"]
    assert (limit["value"], limit["max"], limit["result"]) == (10000.01, 10000.0, "failed")


def test_the_chemical_plant_is_refused_by_the_negative_list(demo: Path) -> None:
    found = decisions(demo, "chemical")
    for kind in ("environmental_impact", "construction_safety"):
        assert found[kind]["outcome"] == "own_assessment"
        assert found[kind]["criteria"][5]["result"] == "failed"


@pytest.mark.parametrize(
    ("day", "outcome"),
    [("yesterday", "shared"), ("today", "shared"), ("tomorrow", "own_assessment")],
)
def test_a_result_that_expires_today(demo: Path, day: str, outcome: str) -> None:
    assert outcomes(demo, f"expiry-{day}")["mineral_overlay"] == outcome


def test_a_plot_with_3820_square_metres_outside(demo: Path) -> None:
    found = decisions(demo, "partly")["geological_hazard"]
    assert found["outcome"] == "supplement"
    assert found["uncovered_area_m2"] == pytest.approx(3820, abs=1e-6)
    assert found["share_covered"] == pytest.approx(10_000 / 13_820, abs=1e-9)
    assert found["uncovered"]["type"] == "MultiPolygon"


def test_undetermined_asks_its_questions(demo: Path) -> None:
    found = decisions(demo, "questions")
    asked = {
        kind: [
            row["evidence"]["question"]["zh"]
            for row in item["criteria"]
            if row["result"] == "unknown" and row["effect"] == "decisive"
        ]
        for kind, item in found.items()
        if item["outcome"] == "undetermined"
    }
    assert set(asked) == {
        "seismic_safety", "energy_conservation", "environmental_impact", "construction_safety"
    }  # fmt: skip
    assert "建筑高度" in asked["seismic_safety"][0]
    assert any("年综合能源消费量" in text for text in asked["energy_conservation"])


def test_every_scene_has_its_report(demo: Path) -> None:
    for scene in SCENES:
        page = demo / "reports" / f"sharing-{scene.key}" / "report.html"
        assert "区域评估成果共享判定" in page.read_text(encoding="utf-8")
    assert len(list((demo / "assessments").glob("*.yaml"))) == 11


def test_scenes_that_belong_together_are_set_side_by_side(demo: Path) -> None:
    page = (demo / "reports" / "sharing-10000-and-10000.01.html").read_text(encoding="utf-8")
    assert "10000.01" in page
    days = (demo / "reports" / "sharing-three-days.html").read_text(encoding="utf-8")
    assert all(f"2026-11-{day}" in days for day in (19, 20, 21))


def test_the_stricter_height_does_not_beat_the_plan(demo: Path) -> None:
    """The plan's 45 m is of higher legal force; 36 m and 40 m stand beside it, stricter first."""
    path = demo / "reports" / "sharing-eleven" / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    heights = [row for row in report["indicators"] if row["key"] == "max_height_m"]
    told = [(row["value"], row["source"]["kind"], row["governs"]) for row in heights]
    assert told == [(45, "plan", True), (36, "assessment", False), (40, "department", False)]
    assert all(row["conflict"] for row in heights)
    given = {row["key"] for row in report["indicators"] if row["source"]["kind"] == "department"}
    assert {"investment_intensity", "energy_intensity", "steam"} <= given


def test_papers_of_the_geological_kind(demo: Path) -> None:
    for name in ("notice", "commitment"):
        page = demo / "reports" / "papers" / f"geological_hazard-{name}.html"
        assert "按区域成果的要求设计和施工" in page.read_text(encoding="utf-8")
