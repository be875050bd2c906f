"""Decisions on sharing by place, by version and by layer; the table proved complete."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
import shapely

from checks.inheritance.decision_table import Situation, first_row, matches
from checks.inheritance.model import CRITERIA, RESULTS
from tests.support.sharing import SITE, Park
from tests.support.sharing_rules import KIND, TOTAL, WIDE, decided, decision_json, result, rules

# --- place --------------------------------------------------------------------------------------

PARTIAL = {"partial_coverage": {"rule": "supplement", "source": "方案"}}


def at(extent: Any, **content: Any) -> dict[str, Any]:
    park = Park()
    park.assess(KIND, extent, **(PARTIAL | content))
    return decision_json(decided(park, rules("coverage")))


def test_touching_from_outside_is_no_assessment() -> None:
    told = at(shapely.box(1100, 1000, 2000, 1100))
    assert (told["outcome"], told["approval_mode"]) == ("own_assessment", "joint")
    assert told["assessment"] is None
    assert told["share_covered"] is None


def test_the_same_outline_is_inside() -> None:
    told = at(SITE)
    assert (told["outcome"], told["share_covered"]) == ("shared", 1.0)
    assert (told["uncovered_area_m2"], told["uncovered"]) == (0.0, None)


def test_a_tenth_of_a_square_metre_outside_is_told() -> None:
    # a corner of 0.4472 m x 0.4472 m / 2 is cut off: 0.1 m2
    side = 0.2**0.5
    corner = shapely.Polygon([(1100 - side, 1100), (1100, 1100), (1100, 1100 - side)])
    told = at(shapely.difference(WIDE, corner))
    assert told["outcome"] == "supplement"
    assert told["uncovered_area_m2"] == pytest.approx(0.1, abs=1e-6)
    assert told["share_covered"] == pytest.approx(1 - 0.1 / 10_000, abs=1e-9)


def test_half_outside() -> None:
    told = at(shapely.box(0, 0, 1050, 5000))
    assert (told["outcome"], told["approval_mode"]) == ("supplement", "approval")
    assert (told["share_covered"], told["uncovered_area_m2"]) == (0.5, 5000.0)
    shape = shapely.geometry.shape(told["uncovered"])
    assert shape.equals(shapely.box(1050, 1000, 1100, 1100))


def test_a_hole_of_the_extent() -> None:
    told = at(shapely.difference(WIDE, shapely.box(1040, 1040, 1060, 1060)))
    assert (told["outcome"], told["uncovered_area_m2"]) == ("supplement", 400.0)


def test_two_parks_each_hold_a_part() -> None:
    park = Park()
    park.assess(KIND, shapely.box(0, 0, 1030, 5000), code="A", **PARTIAL)
    park.assess(KIND, shapely.box(1030, 0, 5000, 5000), code="B", **PARTIAL)
    told = decision_json(decided(park, rules("coverage")))
    # both are supplements; the one that covers more decides
    assert (told["assessment"]["code"], told["share_covered"]) == ("B", 0.7)
    assert told["outcome"] == "supplement"


def test_the_partial_rule_is_the_assessments_own() -> None:
    half = shapely.box(0, 0, 1050, 5000)
    own = {"partial_coverage": {"rule": "own_assessment", "source": "方案"}}
    assert at(half, **own)["outcome"] == "own_assessment"
    silent = at(half, partial_coverage=None)
    assert (silent["outcome"], silent["approval_mode"]) == ("undetermined", "unknown")


def test_a_line_site_is_measured_by_length() -> None:
    park = Park()
    park.assess(KIND, shapely.box(0, 0, 1050, 5000), **PARTIAL)
    line = shapely.LineString([(1000, 1000), (1100, 1000)])
    told = decision_json(decided(park, rules("coverage"), site=line))
    assert (told["share_covered"], told["uncovered_area_m2"]) == (0.5, None)
    assert told["uncovered"]["type"] == "MultiLineString"


def test_linear_works_of_known_width_are_decided_on_their_ground() -> None:
    """A line 5 m inside the extent: of 30 m of road, 10 m lie outside all along."""
    park = Park()
    park.assess(KIND, shapely.box(0, 995, 5000, 5000), **PARTIAL)
    line = shapely.LineString([(1000, 1000), (1100, 1000)])
    alone = decision_json(decided(park, rules("coverage"), site=line))
    assert (alone["outcome"], alone["share_covered"]) == ("shared", 1.0)
    wide = decision_json(decided(park, rules("coverage"), site=line, corridor_width_m="30"))
    assert wide["outcome"] == "supplement"
    assert wide["uncovered_area_m2"] == pytest.approx(1000, abs=1e-6)
    assert wide["share_covered"] == pytest.approx(2 / 3, abs=1e-9)


# --- several assessments, several versions ------------------------------------------------------


def test_the_best_outcome_then_cover_then_the_newest() -> None:
    book = rules("validity")
    park = Park()
    park.assess(KIND, WIDE, code="OLD", valid_to="2026-01-01", revision=1)
    park.assess(KIND, WIDE, code="GOOD", revision=2)
    park.assess(KIND, WIDE, code="NEWEST", revision=3)
    park.assess(KIND, WIDE, code="LATE", valid_to="2026-01-01", revision=4)
    decision = decided(park, book)
    assert decision.assessment is not None
    assert (decision.outcome, decision.assessment.code) == ("shared", "NEWEST")


def test_a_draft_is_nobodys_business() -> None:
    park = Park()
    park.assess(KIND, WIDE)
    park.lives[0] = type(park.lives[0])(park.lives[0].assessment, "draft", "", ())
    assert decided(park, rules("coverage")).assessment is None


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(date(2026, 11, 19), "shared"), (date(2026, 11, 20), "shared"),
     (date(2026, 11, 21), "own_assessment")],
)  # fmt: skip
def test_a_result_that_expires_today(day: date, outcome: str) -> None:
    park = Park()
    park.assess(KIND, WIDE, valid_to="2026-11-20")
    assert decided(park, rules("validity"), as_of=day).outcome == outcome


def test_accepted_conditions_and_classes() -> None:
    park = Park()
    park.assess(KIND, WIDE, commitments=["按要求支护"], excluded_classes=["large"])
    book = rules("commitment", "project_type")
    assert decided(park, book).outcome == "undetermined"
    asked = {"accepted": frozenset({f"P.{KIND}"}), "classes": {"large": False}}
    decision = decided(park, book, **asked)
    assert decision.outcome == "shared"
    assert decision_json(decision)["commitments"] == [{"zh": "按要求支护", "en": "按要求支护"}]
    large = asked | {"classes": {"large": True}}
    assert decided(park, book, **large).outcome == "own_assessment"


def test_own_reservation_does_not_count() -> None:
    park = Park()
    park.assess(KIND, WIDE, totals=[TOTAL])
    park.take(f"P.{KIND}", "P1", "能耗", "60")
    park.take(f"P.{KIND}", "P2", "能耗", "40")
    book = rules("quota")
    assert decided(park, book, code="P1", energy_tce_y="60").outcome == "shared"
    assert decided(park, book, code="P1", energy_tce_y="60.01").outcome == "own_assessment"
    decision = decided(park, book, code="P3", energy_tce_y="0.5")
    assert decision.outcome == "own_assessment"
    (row,) = decision.findings["quota"].evidence["totals"]
    assert (row["limit"], row["held_by_others"], row["left"], row["wanted"]) == (100, 100, 0, 0.5)


# --- layers -------------------------------------------------------------------------------------


def test_a_thing_that_the_study_did_not_treat() -> None:
    park = Park()
    park.layer("safety.fault", [shapely.box(1010, 1010, 1020, 1020)])
    park.layer("survey.tree", [shapely.box(3000, 3000, 3001, 3001)])
    book = rules("site_peculiarity")
    relevant = {"relevant_layers": ["safety.fault", "survey.tree"]}
    park.assess(KIND, WIDE, code="A", treats=["safety.fault"], **relevant)
    assert decided(park, book).outcome == "shared"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", treats=["survey.tree"], **relevant)
    assert decided(park, book).outcome == "own_assessment"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", treats=["survey.tree"])
    assert decided(park, book).outcome == "own_assessment", "no list: every layer is examined"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", treats=[], relevant_layers=["nobody.knows"])
    assert decided(park, book).outcome == "undetermined"
    park.lives.clear()
    park.assess(KIND, WIDE, code="A", **relevant)
    assert result(decided(park, book), "site_peculiarity") == "not_applicable"


def test_a_newer_edition_of_a_relevant_layer() -> None:
    park = Park()
    park.layer("safety.fault", [], currency=date(2026, 3, 1))
    book = rules("changed_circumstances")
    review = {"date": "2026-02-28", "public": "true"}
    park.assess(KIND, WIDE, relevant_layers=["safety.fault"], review=review)
    decision = decided(park, book)
    assert decision.outcome == "own_assessment"
    newer = decision.findings["changed_circumstances"].evidence["newer_editions"]
    assert newer == [{"layer": "safety.fault", "edition": "e1", "currency": "2026-03-01"}]
    assert decided(park, book, as_of=date(2026, 2, 28)).outcome == "shared"
    park.lives.clear()
    park.assess(
        KIND, WIDE, relevant_layers=["safety.fault"], review=review | {"date": "2026-03-01"}
    )
    assert decided(park, book).outcome == "shared"


# --- the table ----------------------------------------------------------------------------------


def test_rows_are_disjoint_and_complete_on_the_product_of_results() -> None:
    """Every situation of three decisive criteria finds exactly one first row, the expected one."""
    keys = ("coverage", "envelope", "validity")
    book = rules(*keys)
    kind = book.kinds[KIND]
    effects = {key: book.weight(kind, key).effect for key in CRITERIA}
    seen = set()
    for share in ("none", "partial", "full"):
        for results in itertools.product(RESULTS, repeat=3):
            held = dict.fromkeys(CRITERIA, "met") | dict(zip(keys, results, strict=True))
            situation = Situation(share, held, effects)  # type: ignore[arg-type]
            row = first_row(book.rows(kind), situation)
            assert matches(row, situation)
            if share == "none":
                expected = "own_assessment", "joint"
            elif share == "partial":
                expected = "partial_rule", "approval"
            elif "failed" in results:
                expected = "own_assessment", "approval"
            elif "unknown" in results:
                expected = "undetermined", "unknown"
            else:
                expected = "shared", "commitment"
            assert (row.outcome, row.mode) == expected
            seen.add(book.rows(kind).index(row))
    assert seen == set(range(5)), "every row decides somewhere"
