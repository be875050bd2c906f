"""Project facts: a closed list, strictly typed; what is absent is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.facts import fact_specs, project_of, read_project
from gis.errors import LantuError

SPECS = fact_specs()


def facts_file(folder: Path, text: str) -> Path:
    path = folder / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_closed_list_has_62_facts_labelled_in_both_languages() -> None:
    assert len(SPECS) == 62  # 61 that rules ask for, and the width of linear works
    assert all(spec.label.zh and spec.label.en for spec in SPECS.values())
    assert SPECS["height_m"].unit == "m"
    assert list(SPECS["works"].allowed) == [
        "building", "city_infrastructure", "special", "transport", "water", "energy"
    ]  # fmt: skip
    assert {key for key, spec in SPECS.items() if spec.type == "set"} == {"works_methods"}
    assert all(spec.allowed for spec in SPECS.values() if spec.type in ("enum", "set"))


def test_a_whole_file(tmp_path: Path) -> None:
    project = read_project(
        facts_file(
            tmp_path,
            "code: 2026-350205-39-03-000123\nname: 电子厂\nindustry: C3920\nheight_m: 23.5\n"
            "works: building\nstate_major: FALSE\nworks_methods: [piling, drilling]\n"
            "ground_elevation_m: -1.2\nland_use_code: '1001'\nstoreys:\nuse: null\n",
        ),
        SPECS,
    )
    assert (project.code, project.name) == ("2026-350205-39-03-000123", "电子厂")
    assert project.facts == {
        "code": "2026-350205-39-03-000123",
        "name": "电子厂",
        "industry": "C3920",
        "height_m": 23.5,
        "works": "building",
        "state_major": False,
        "works_methods": frozenset({"piling", "drilling"}),
        "ground_elevation_m": -1.2,
        "land_use_code": "1001",
    }


def test_nothing_stated_is_a_project_of_no_facts(tmp_path: Path) -> None:
    project = read_project(facts_file(tmp_path, "# nothing yet\n"), SPECS)
    assert (project.code, project.name, dict(project.facts)) == (None, None, {})


def test_an_empty_set_is_known_to_be_none() -> None:
    assert project_of({"works_methods": []}, SPECS, where="f").facts == {
        "works_methods": frozenset()
    }


def test_a_land_code_keeps_its_leading_zero(tmp_path: Path) -> None:
    project = read_project(facts_file(tmp_path, "land_use_code: 0601\n"), SPECS)
    assert project.facts["land_use_code"] == "0601"


@pytest.mark.parametrize(
    ("text", "code", "says", "hint"),
    [
        ("hight_m: 24", "unknown_fact", "height_m", "docs/project-facts.md"),
        ("works: bulding", "bad_fact", "bulding", "did you mean building?"),
        ("works: 房屋建筑", "bad_fact", "房屋建筑", "did you mean building?"),
        ("works: [building]", "bad_fact", "building", "one single value"),
        ("height_m: 24 m", "bad_fact", "24 m", "the unit is m"),
        ("height_m: 24米", "bad_fact", "24米", "the unit is m"),
        ("floor_area_m2: '12,000'", "bad_fact", "12,000", "thousands separators"),
        ("height_m: ２４", "bad_fact", "２４", "plain number"),
        ("height_m: high", "bad_fact", "high", "plain number"),
        ("height_m: nan", "bad_fact", "nan", "plain number"),
        ("height_m: inf", "bad_fact", "inf", "plain number"),
        ("height_m: -1", "bad_fact", "-1", "0 … ∞"),
        ("building_density: 35", "bad_fact", "35", "fractions"),
        ("linear: 'yes'", "bad_fact", "yes", "true or false"),
        ("linear: 1", "bad_fact", "1", "true or false"),
        ("works_methods: piling", "bad_fact", "piling", "[a, b]"),
        ("works_methods: [pilling]", "bad_fact", "pilling", "did you mean piling"),
        ("name: {zh: x}", "bad_fact", "zh", "one single value"),
        ("- a", "bad_fact", "mapping", "height_m: 24"),
        ("height_m: 1\nheight_m: 2", "bad_file", "height_m", ""),
    ],
)
def test_refusals(tmp_path: Path, text: str, code: str, says: str, hint: str) -> None:
    with pytest.raises(LantuError) as caught:
        read_project(facts_file(tmp_path, text + "\n"), SPECS)
    error = caught.value
    assert error.code == code
    assert says in error.fact.en
    assert hint in error.hint.en
    assert error.hint.zh
    assert (error.where or "").startswith("facts.yaml")
