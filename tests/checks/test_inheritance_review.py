"""Tables on sharing that read well and are doubtful."""

from dataclasses import replace
from pathlib import Path

import pytest

from checks.inheritance.review import review_inheritance
from checks.rulebook.load import load_rulebook
from layers.catalog import shipped_specs
from tests.support.sharing import pack

ROOT = Path(__file__).parents[2]
OFFICE = {"binjiang": ROOT / "sample_data" / "town_pack" / "binjiang"}


@pytest.mark.parametrize(
    "name", ["cn-base", "guangdong", "xiamen-haicang", "yangjiang", "zhejiang", *OFFICE]
)
def test_shipped_tables_are_free_of_doubt(name: str) -> None:
    book = load_rulebook([name], OFFICE, layer_specs=shipped_specs())
    assert review_inheritance(book) == ()


def doubts(rows: str) -> dict[str, str]:
    book = load_rulebook(["cn-base"], {}, layer_specs=shipped_specs())
    sharing = pack(
        "kinds: [{key: k, name: {zh: 甲, en: A}, items: [I999]}]\n"
        "criteria: [{key: envelope, effect: decisive, source: 某方案}]\n" + rows
    )
    return {
        note.code: note.text.en for note in review_inheritance(replace(book, inheritance=sharing))
    }


def test_a_decisive_criterion_that_no_row_asks_for() -> None:
    found = doubts("table: [{outcome: shared, mode: none}]")
    assert "envelope" in found["failure_changes_nothing"]
    assert "I999" in found["item_not_in_catalogue"]


def test_a_supplement_although_the_project_does_not_fit() -> None:
    found = doubts(
        "table:\n- {if: {any_decisive: unknown}, outcome: undetermined, mode: unknown}\n"
        "- {if: {share: partial}, outcome: supplement, mode: approval}\n"
        "- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}\n"
        "- {outcome: shared, mode: commitment}\n"
    )
    assert found["failure_changes_nothing"].startswith("k: for a site inside in part")
    assert found["failure_improves"].startswith("k: for a site inside in part")
