"""Classes and attributes: other names, raw words, types, what does not convert."""

from pathlib import Path
from typing import Any

import pytest

from layers.store.workspace import Workspace
from tests.layers.ingest_helpers import everything, geojson, put, refused, square, workspace_of

pytestmark = pytest.mark.usefixtures("both_stores")

REDLINE = """\
key: t.red
class_field:
  name: ZRBHDFQ
  aliases: [zone, 分区]
  codes: {core: {zh: 核心区, en: Core}, other: {zh: 其他, en: Other}}
  raw: {自然保护地核心保护区内: core, 其他区域: other}
attributes:
- {key: net_area_m2, name: {zh: 净面积, en: net area}, aliases: [YJJBNTMJ], type: number, unit: m2}
- {key: fenced, name: {zh: 围栏, en: fenced}, type: boolean}
- {key: since, name: {zh: 设立日期, en: since}, aliases: [SLRQ], type: date}
- {key: industries, name: {zh: 行业, en: industries}, type: list}
report_fields: [BSM, QSDWMC, ZLDWMC]
"""
FREE = "key: t.free\nclass_field: {name: DLBM, aliases: [dlbm2], codes: null}\n"


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace_of(tmp_path, REDLINE, FREE, "key: t.plain")


def rows(path: Path, *properties: dict[str, Any]) -> Path:
    return geojson(path, [(square(200 * i), p) for i, p in enumerate(properties)])


def test_class_by_raw_word_code_and_title(ws: Workspace, tmp_path: Path) -> None:
    words = ["自然保护地核心保护区内", "other", "核心区", "Other", " core ", "天书", None]
    file = rows(tmp_path / "a.geojson", *({"ZRBHDFQ": word} for word in words))
    result = put(ws, file, "t.red")
    classes = everything(ws, result).classes.tolist()
    assert classes == ["core", "other", "core", "other", "core", None, None]
    assert result.log["classes"]["unknown_count"] == 2
    assert result.log["classes"]["unknown"] == [
        {"value": None, "count": 1},
        {"value": "天书", "count": 1},
    ]
    assert result.log["classes"]["counts"] == {"core": 3, "other": 2}


def test_class_under_another_name(ws: Workspace, tmp_path: Path) -> None:
    file = rows(tmp_path / "a.geojson", {"ZONE": "core", "kind": "other"})
    assert everything(ws, put(ws, file, "t.red")).classes.tolist() == ["core"]
    given = put(ws, file, "t.red", edition="e2", class_field="kind")
    assert everything(ws, given).classes.tolist() == ["other"]


def test_missing_class_field_lists_the_fields(ws: Workspace, tmp_path: Path) -> None:
    file = rows(tmp_path / "a.geojson", {"foo": 1, "bar": 2})
    error = refused(ws, file, "t.red")
    assert error.code == "class_field_missing"
    assert "foo, bar" in error.fact.en
    assert "ZRBHDFQ" in error.fact.en
    assert refused(ws, file, "t.plain", class_field="baz").code == "class_field_missing"


def test_numbers_as_codes(ws: Workspace, tmp_path: Path) -> None:
    file = rows(tmp_path / "a.geojson", {"DLBM": 101}, {"DLBM": None}, {"DLBM": 12.5})
    found = everything(ws, put(ws, file, "t.free"))
    assert found.classes.tolist() == ["101", None, "12.5"]
    text = rows(tmp_path / "b.geojson", {"DLBM": "0101"}, {"DLBM": ""})
    found = everything(ws, put(ws, text, "t.free", edition="e2"))
    assert found.classes.tolist() == ["0101", None]


def test_leading_zeros_lost_in_a_table(tmp_path: Path) -> None:
    spec = "key: t.codes\nclass_field: {name: DLBM, codes: ['0101', '0601', '1001', '0001', '001']}"
    ws = workspace_of(tmp_path, spec)
    file = rows(tmp_path / "a.geojson", *({"DLBM": code} for code in (101, 1001, 1, 999)))
    found = everything(ws, put(ws, file, "t.codes"))
    assert found.classes.tolist() == ["0101", "1001", None, None]
    text = rows(tmp_path / "b.geojson", {"DLBM": "101"})  # text is taken at its word
    found = everything(ws, put(ws, text, "t.codes", edition="e2"))
    assert found.classes.tolist() == [None]


def test_attributes_in_their_types(ws: Workspace, tmp_path: Path) -> None:
    file = rows(
        tmp_path / "a.geojson",
        {
            "ZRBHDFQ": "core",
            "yjjbntmj": "1,234.5",
            "fenced": "是",
            "SLRQ": "2018年7月2日",
            "industries": "C26；C31，D44",
            "BSM": 7,
            "qsdwmc": "甲村",
            "名称": "北片",
        },
        {"yjjbntmj": "约十亩", "fenced": "maybe", "SLRQ": "2018-13-02", "industries": None},
    )
    result = put(ws, file, "t.red")
    fields = everything(ws, result).fields
    assert dict(fields[1]) == {
        "net_area_m2": 1234.5,
        "fenced": True,
        "since": "2018-07-02",
        "industries": ["C26", "C31", "D44"],
        "BSM": 7,
        "QSDWMC": "甲村",
        "name": "北片",
    }
    assert {entry["attribute"]: entry["count"] for entry in result.log["bad_values"]} == {
        "net_area_m2": 1,
        "fenced": 1,
        "since": 1,
    }
    assert fields[2].get("net_area_m2") is None


def test_a_decimal_comma_is_not_taken_for_thousands(ws: Workspace, tmp_path: Path) -> None:
    told = ["12,000", "1,234,567.5", "12，000", "5,0", "0,25", "12,00", "1,2345"]
    rows_of = [{"zone": "core", "YJJBNTMJ": text} for text in told]
    result = put(ws, rows(tmp_path / "a.geojson", *rows_of), "t.red")
    fields = everything(ws, result).fields
    found = [fields[n].get("net_area_m2") for n in range(1, 8)]
    assert found == [12_000.0, 1_234_567.5, 12_000.0, None, None, None, None]
    (bad,) = result.log["bad_values"]
    assert (bad["attribute"], bad["count"]) == ("net_area_m2", 4)


def test_stated_areas_against_computed(ws: Workspace, tmp_path: Path) -> None:
    # 100 x 100 m: 1 ha, 15 mu; the third states twice as much
    file = rows(tmp_path / "a.geojson", {"MJ": 15.0}, {"MJ": 15.2}, {"MJ": 30.0}, {"MJ": 0})
    (entry,) = put(ws, file, "t.plain").log["stated_areas"]
    assert (entry["unit"], entry["compared"], entry["differing"]) == ("mu", 3, 1)
    assert entry["examples"] == [{"no": 3, "stated_m2": 20000.0, "computed_m2": 10000.0}]
