"""Code tables: every code has its system; equal codes of two systems stay apart."""

import pytest
from pydantic import ValidationError

from gis.errors import LantuError
from layers.catalog import shipped_specs
from layers.codes import CodeTable, code_mapping, code_table, code_tables


def test_tables_there_are() -> None:
    assert code_tables() == ("land_use_codes", "survey_main_class")
    assert code_table("survey_main_class").system == "DLBM"
    assert code_table("land_use_codes").system == "YDYHFLDM"
    assert len(code_table("land_use_codes").codes) == 175
    with pytest.raises(LantuError) as fault:
        code_table("../codes/land_use_codes")
    assert fault.value.code == "unknown_code_table"
    assert "survey_main_class" in fault.value.hint.zh


def test_codes_that_collide_mean_different_things() -> None:
    survey, planning = code_table("survey_main_class").codes, code_table("land_use_codes").codes
    for code, in_survey, in_planning in (
        ("0601", "工业用地", "农村道路"),
        ("1001", "铁路用地", "工业用地"),
        ("1101", "河流水面", "物流仓储用地"),
        ("0303", "红树林地", "灌木林地"),
    ):
        assert survey[code].zh.startswith(in_survey)
        assert planning[code].zh.startswith(in_planning), planning[code].zh


def test_main_classes_of_the_survey() -> None:
    """Three main classes without overlap; arable land is agricultural; open points are marked."""
    table = code_table("survey_main_class")
    groups = {name: set(codes) for name, codes in table.groups.items()}
    main = [groups["agricultural"], groups["construction"], groups["unused"]]
    assert sum(map(len, main)) == len(set.union(*main)) == 68
    assert [len(group) for group in main] == [34, 23, 11]
    assert groups["cultivated"] == {"0101", "0102", "0103"} < groups["agricultural"]
    assert set(table.disputed) == {"0404", "1103", "1107A"}
    assert {"0601", "0701", "1003"} < groups["construction"]
    assert {"1101", "1205"} < groups["unused"]
    assert {"1006", "1202", "1104"} < groups["agricultural"]
    assert set(table.ungrouped) == set(table.codes) - set.union(*main)
    assert {"1208", "08H2A"} < set(table.ungrouped)


def test_code_without_a_group_is_no_class() -> None:
    """It would pass as "all but" every group."""
    field = shipped_specs()["present.land_use"].class_field
    assert field is not None
    assert field.codes is not None
    assert "1208" not in field.codes
    assert field.code_of("1208") is None
    assert field.code_of("0101") == "0101"
    assert field.groups["cultivated"] == ("0101", "0102", "0103")
    assert set(field.disputed) == {"0404", "1103", "1107A"}


def test_every_name_is_in_both_languages_and_every_parent_known() -> None:
    for name in code_tables():
        table = code_table(name)
        for code, title in table.codes.items():
            assert title.zh, code
            assert title.en.isascii(), code
        for code, parent in table.parents.items():
            assert code.startswith(parent), code


def test_mapping_keeps_systems_apart() -> None:
    mapping = code_mapping("survey_codes_to_planning")
    assert (mapping.source, mapping.target) == ("DLBM", "YDYHFLDM")
    assert mapping.codes["0601"] == "1001"
    assert mapping.codes["1006"] == "0601"
    assert mapping.codes["08H1"] is None
    assert set(mapping.codes) <= set(code_table("survey_main_class").codes)
    targets = {code for code in mapping.codes.values() if code is not None}
    assert targets <= set(code_table("land_use_codes").codes)


def test_land_codes_in_specs_carry_their_system() -> None:
    systems = {
        key: spec.class_field.system
        for key, spec in shipped_specs().items()
        if spec.class_field is not None and spec.class_field.system is not None
    }
    assert systems == {
        "present.land_use": "DLBM",
        "plan.detailed": "YDYHFLDM",
        "plan.overall_land_use": "YDYHFLDM",
    }


def test_group_of_unknown_codes_is_refused() -> None:
    with pytest.raises(ValidationError, match="not in the table"):
        CodeTable.model_validate(
            {
                "name": "t",
                "system": "T",
                "title": {"zh": "t", "en": "t"},
                "codes": {"1": "one"},
                "groups": {"g": ["1", "2"]},
            }
        )
