"""Layer specs: the shipped ones, and the forms an office's own may take."""

import subprocess
import sys
from pathlib import Path

import pytest

from gis.errors import LantuError
from layers.catalog import LayerSpec, load_spec, load_spec_text, shipped_specs

KEYS = {
    "control": "permanent_farmland eco_redline urban_boundary national_park nature_reserve"
    " scenic_area water_source river_management flood_basin water_body flood_risk_line blue_line"
    " green_line yellow_line purple_line historic_culture forest_land wetland grassland"
    " coast_natural coast_setback sea_area island_unused eco_unit soil_loss_zone mineral military",
    "plan": "overall_zone overall_land_use land_use_old construction_scope detailed special"
    " road_red_line",
    "present": "land_use cadastre approved_land supplied_land project_redlines",
    "safety": "geo_hazard_susceptibility geo_danger active_fault inundation oil_gas_pipeline"
    " oil_gas_station oil_gas_tunnel town_gas_protection hazchem_control airport_clearance"
    " airport_surface airport_fence road road_bridge road_tunnel railway power_line power_cable"
    " seismic_observation weather_station weather_protection survey_mark soil_pollution_list",
    "survey": "relic_scope relic_control buried_relics historic_building ancient_tree hazchem"
    " pipeline",
    "infra": "water_main gas_main power_main telecom_main sewer_main rain_main water_service"
    " gas_service",
    "neighbour": "school hospital housing research_office",
    "park": "boundary community_original_land",
    "terrain": "dem",
}
ALL_KEYS = {f"{room}.{name}" for room, names in KEYS.items() for name in names.split()}


def test_all_standard_layers_ship() -> None:
    assert set(shipped_specs()) == ALL_KEYS
    assert len(ALL_KEYS) == 84


@pytest.mark.parametrize("key", sorted(ALL_KEYS))
def test_shipped_spec(key: str) -> None:
    spec = shipped_specs()[key]
    assert spec.key == key
    assert spec.title.zh
    assert spec.title.en.isascii()
    assert spec.authority
    keys = {attribute.key for attribute in spec.attributes}
    for attribute in spec.attributes:
        assert attribute.name.en.isascii()
        assert attribute.key.isidentifier()
        if attribute.key.endswith(("_m", "_m2", "_mm")):
            assert attribute.unit == attribute.key.rsplit("_", 1)[1]
        if attribute.type not in {"number"}:
            assert attribute.unit is None
    assert spec.offset_field is None or spec.offset_field in keys
    if spec.geometry == "raster":
        assert spec.class_field is None
        assert not spec.tiles
    if spec.tiles:
        assert spec.exhaustive
    if spec.class_field is not None and spec.class_field.codes is not None:
        for code, title in spec.class_field.codes.items():
            assert spec.class_field.code_of(code) == code
            assert title.en.isascii()


def test_secret_and_incomplete_layers_are_marked() -> None:
    specs = shipped_specs()
    confidential = {key for key, spec in specs.items() if spec.confidential}
    assert confidential == {
        "control.military",
        "infra.gas_main",
        "infra.power_main",
        "infra.rain_main",
        "infra.sewer_main",
        "infra.telecom_main",
        "infra.water_main",
        "safety.oil_gas_pipeline",
        "safety.oil_gas_station",
        "safety.oil_gas_tunnel",
        "safety.power_cable",
        "safety.town_gas_protection",
        "survey.pipeline",
        "terrain.dem",
    }
    assert {key for key, spec in specs.items() if spec.tiles} == {
        "control.eco_unit",
        "plan.detailed",
        "plan.overall_land_use",
        "plan.overall_zone",
        "present.land_use",
        "safety.geo_hazard_susceptibility",
    }
    assert {key for key, spec in specs.items() if spec.offset_field} == {
        "safety.power_line",
        "safety.railway",
        "safety.road",
    }
    for key in ("control.mineral", "safety.active_fault", "survey.hazchem", "present.cadastre"):
        assert not specs[key].exhaustive


def test_fields_of_the_standard_databases() -> None:
    redline = shipped_specs()["control.eco_redline"]
    assert redline.class_field is not None
    assert redline.class_field.name == "ZRBHDFQ"
    assert redline.class_field.code_of("核心保护区内") == "core"
    assert redline.class_field.code_of(" 其他区域 ") == "other"
    assert redline.class_field.code_of("Other part") == "other"
    assert redline.class_field.code_of("未知") is None
    assert redline.tables == ("STBHHX",)
    survey = shipped_specs()["present.land_use"]
    assert {"DLBM", "DLMC", "QSDWMC", "ZLDWMC"} <= set(survey.report_fields)
    names = {attribute.key: attribute.aliases for attribute in survey.attributes}
    assert "TBMJ" in names["patch_area_m2"]
    farmland = shipped_specs()["control.permanent_farmland"]
    assert farmland.tables == ("YJJBNT", "YJJBNTTB", "YJJBNTBHTB")


def test_one_key_reads_one_file() -> None:
    """84 files take a while: a command that needs three layers reads three."""
    code = (
        "import layers.yaml_file as y; from layers.catalog import shipped_specs\n"
        "read = []; old = y._read\n"
        "y._read = lambda path: (read.append(path.name), old(path))[1]\n"
        "specs = shipped_specs(); assert 'control.blue_line' in specs and len(specs) == 84\n"
        "assert read == []; specs['control.blue_line']; specs['control.blue_line']\n"
        "assert read == ['control.blue_line.yaml'], read\n"
        "import sys; assert not {'geopandas', 'rasterio', 'pyogrio'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


# --- an office's own --------------------------------------------------------------------------

BASE = """\
key: o.own
title: {zh: 自有, en: Own}
theme: control_line
geometry: polygon
authority: 某局
"""


def own(more: str = "") -> LayerSpec:
    return load_spec_text(BASE + more, "layer.yaml")


def test_only_the_required_keys() -> None:
    spec = own()
    assert (spec.class_field, spec.attributes, spec.report_fields) == (None, (), ())
    nulls = own(
        "class_field: null\nattributes: null\nreport_fields: null\noffset_field: null\n"
        "legal_status: null\nconfidential: null\nexhaustive: null\ntiles: null\n"
        "freshness_days: null\n"
    )
    assert nulls == spec


@pytest.mark.parametrize(
    ("codes", "wanted"),
    [
        ("null", None),
        ("[a, 0601]", {"a": ("a", "a"), "0601": ("0601", "0601")}),
        ("{a: 甲, 0601: 路}", {"a": ("甲", "甲"), "0601": ("路", "路")}),
        ("{a: {zh: 甲, en: First}}", {"a": ("甲", "First")}),
    ],
)
def test_forms_of_codes(codes: str, wanted: dict[str, tuple[str, str]] | None) -> None:
    field = own(f"class_field: {{name: cls, aliases: [], codes: {codes}}}\n").class_field
    assert field is not None
    got = field.codes and {code: (title.zh, title.en) for code, title in field.codes.items()}
    assert got == wanted
    assert field.code_of("a") == "a"


def test_code_table_by_name() -> None:
    field = own("class_field: {name: DLBM, aliases: null, codes: survey_main_class}\n").class_field
    assert field is not None
    assert field.system == "DLBM"
    assert "0102" in field.groups["cultivated"]
    assert field.code_of("水田") == "0101"


def test_attribute_names_in_one_or_two_languages() -> None:
    spec = own(
        "attributes:\n"
        "  - {key: a, name: 甲, aliases: [A], type: number, unit: m}\n"
        "  - {key: b, name: {zh: 乙, en: Second}, aliases: null, type: null, unit: null}\n"
    )
    first, second = spec.attributes
    assert (first.name.zh, first.name.en, first.type, first.unit) == ("甲", "甲", "number", "m")
    assert (second.name.en, second.type, second.aliases) == ("Second", "string", ())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("colour: red\n", "Unknown key colour"),
        ("class_field: {name: cls, codes: no_such_table}\n", "no code table 'no_such_table'"),
        ("class_field: {aliases: []}\n", "Missing key class_field.name"),
        ("class_field: {name: c, codes: [a], groups: {g: [b]}}\n", "['b'] are not in codes"),
        ("class_field: {name: c, codes: [a], raw: {x: b}}\n", "['b'] are not in codes"),
        ("attributes: [{key: a, name: x}, {key: a, name: y}]\n", "more than once: ['a']"),
        ("attributes: [{key: a, name: x, type: colour}]\n", "'colour' is not one of string"),
        ("legal_status: strict\n", "'strict' is not one of statutory, administrative, reference"),
        ("freshness_days: -1\n", "freshness_days"),
        ("tiles: perhaps\n", "true or false"),
    ],
)
def test_refused(more: str, said: str) -> None:
    with pytest.raises(LantuError) as fault:
        own(more)
    assert fault.value.code == "bad_file"
    assert said in fault.value.fact.en
    assert fault.value.where is not None
    assert fault.value.where.startswith("layer.yaml:")


@pytest.mark.parametrize("missing", ["key", "title", "theme", "geometry", "authority"])
def test_required_keys(tmp_path: Path, missing: str) -> None:
    kept = [line for line in BASE.splitlines() if not line.startswith(f"{missing}:")]
    path = tmp_path / "layer.yaml"
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(LantuError) as fault:
        load_spec(path)
    assert f"Missing key {missing}" in fault.value.fact.en


@pytest.mark.parametrize("key", ['""', '" a"', '"a\\nb"', '"a\\0b"'])
def test_key_must_be_printable(key: str) -> None:
    with pytest.raises(LantuError):
        load_spec_text(BASE.replace("o.own", key), "layer.yaml")
