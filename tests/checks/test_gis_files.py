"""GeoJSON, GeoPackage and 界址点 TXT: GDAL opens them, and their areas are those of the report."""

import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import shapely

from api.cli.texts import FORMATS as CLI_FORMATS
from checks.report.formats import FORMATS, writable
from checks.report.gis_files import render_geojson, render_gpkg, render_txt
from checks.report.shapes import COLUMNS
from gis.errors import LantuError
from gis.site_formats import SiteContext, read_sites

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
HOSTILE = "\"><script>alert(1)</script>\u202e,@=cmd|' /C calc'!A0\n" + "长" * 10_000


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read(path, layer=None):
    import pyogrio

    return pyogrio.read_dataframe(path, layer=layer)


def test_the_command_names_the_formats_there_are():
    assert set(CLI_FORMATS) == set(FORMATS)


@pytest.mark.parametrize("name", NAMES)
def test_geojson_is_one_and_the_same_and_gdal_measures_the_same(name, tmp_path):
    report = load(name)
    data = render_geojson(report)
    assert data == render_geojson(json.loads(json.dumps(report)))
    path = tmp_path / "r.geojson"
    path.write_bytes(data)
    frame = read(path)
    assert frame.crs.to_epsg() == 4548
    assert list(frame.columns) == [*COLUMNS, "geometry"]
    for _, row in frame.iterrows():
        shape = row.geometry
        if shape.geom_type.endswith("Polygon") and row["part"] in {"site", "remainder"}:
            assert shape.area == pytest.approx(row["area_m2"], abs=1e-3)
    pieces = {f["code"]: f["pieces"] for f in report["findings"] if f["pieces"]}
    got = frame[frame["part"] == "piece"].set_index("code")
    assert set(got.index) == set(pieces)
    for code, geometry in pieces.items():
        assert shapely.equals(got.loc[code].geometry, shapely.from_geojson(json.dumps(geometry)))


def test_pieces_carry_what_the_report_says():
    rows = json.loads(render_geojson(load("red_incomplete")))["features"]
    piece = next(
        row["properties"]
        for row in rows
        if row["properties"]["code"] == "PF-01" and row["properties"]["part"] == "piece"
    )
    assert piece["area_m2"] == 215.3
    assert piece["area_mu"] == pytest.approx(215.3 * 3 / 2000, abs=1e-6)
    assert (piece["state_name"], piece["severity_name"]) == ("命中", "刚性约束")
    assert piece["basis"].startswith("《")
    assert piece["figure"] == 2
    english = json.loads(render_geojson(load("red_incomplete"), "en"))["features"]
    assert english[0]["properties"]["part_name"] == "Site"


@pytest.mark.parametrize("name", NAMES)
def test_geopackage_opens_in_gdal_and_agrees(name, tmp_path):
    import pyogrio

    report = load(name)
    path = tmp_path / "r.gpkg"
    path.write_bytes(render_gpkg(report))
    layers = [layer for layer, _ in pyogrio.list_layers(path)]
    assert {"findings", "features", "report", "layer_styles"} <= set(layers)
    findings = read(path, "findings").set_index("code")
    assert set(findings.index) == {f["code"] for f in report["findings"]}
    for finding in report["findings"]:
        measured = (finding["measures"] or {}).get("area_m2")
        stored = findings.loc[finding["code"], "area_m2"]
        assert (stored == measured) if measured is not None else (stored != stored or not stored)
    found = set()
    for layer in layers:
        if layer.startswith("pieces"):
            frame = read(path, layer)
            assert frame.crs.to_epsg() == 4548
            assert shapely.is_valid(frame.geometry.values).all()
            found |= set(frame["code"])
    assert found == {f["code"] for f in report["findings"] if f["pieces"]}


def test_geopackage_content_is_one_and_the_same(tmp_path):
    first, second = (sqlite3.connect(":memory:") for _ in range(2))
    first.deserialize(render_gpkg(load("red_incomplete")))
    second.deserialize(render_gpkg(load("red_incomplete")))
    assert list(first.iterdump()) == list(second.iterdump())
    assert first.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert first.execute("PRAGMA foreign_key_check").fetchall() == []
    styles = dict(first.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert {"site", "pieces_areas", "pieces_lines", "pieces_points", "remainder"} <= set(styles)
    for qml in styles.values():
        assert ET.fromstring(qml.partition(">")[2]).tag == "qgis"
    labels = [
        c.get("label")
        for c in ET.fromstring(styles["pieces_areas"].partition(">")[2]).iter("category")
    ]
    assert labels[:5] == ["刚性约束", "须经批准", "须评估论证", "附条件", "提示"]


def test_txt_is_read_back_as_the_same_shapes(tmp_path):
    report = load("red_incomplete")
    path = tmp_path / "r.txt"
    path.write_bytes(render_txt(report))
    site = shapely.from_geojson(json.dumps(report["site"]["geometry"]))
    context = SiteContext(crs="EPSG:4548", area=site.buffer(5000))
    sites = read_sites(path, context=context)
    assert not [s for s in sites if isinstance(s, LantuError)]
    by_name = {s.name: s.geometry for s in sites}
    piece = next(
        shape for name, shape in by_name.items() if name.startswith("PF-01") and "图斑" in name
    )
    rest = next(
        shape for name, shape in by_name.items() if name.startswith("PF-01") and "其余" in name
    )
    assert piece.area == pytest.approx(217.0, abs=0.05)  # 7 m x 31 m, millimetres in the file
    assert rest.area == pytest.approx(2000.0, abs=0.1)  # as drawn by hand in the file


def test_txt_needs_a_zone_and_all_leaves_it_out():
    report = load("all_clear")
    report["site"]["crs"]["code"] = "EPSG:32650"
    with pytest.raises(LantuError, match="txt_crs"):
        render_txt(report)
    assert writable(report, ("json", "txt", "gpkg")) == ("json", "gpkg")
    assert writable(load("all_clear"), ("json", "txt")) == ("json", "txt")


def test_hostile_text_stays_text(tmp_path):
    report = load("red_incomplete")
    finding = next(f for f in report["findings"] if f["code"] == "PF-01")
    finding["title"] = {"zh": HOSTILE, "en": HOSTILE}
    finding["features"][0]["fields"] = {"QSDWMC": HOSTILE}
    rows = json.loads(render_geojson(report))["features"]
    assert any(row["properties"]["title"] == HOSTILE for row in rows)
    path = tmp_path / "r.gpkg"
    path.write_bytes(render_gpkg(report))
    assert HOSTILE in set(read(path, "findings")["title"])
    parcels = [line for line in render_txt(report).decode("utf-8-sig").splitlines() if "@" in line]
    plain = render_txt(load("red_incomplete")).decode("utf-8-sig").splitlines()
    assert len(parcels) == len([line for line in plain if "@" in line])
    assert all(line.count(",") == 8 for line in parcels)


def test_confidential_findings_have_no_shape():
    rows = json.loads(render_geojson(load("confidential")))["features"]
    assert [row["properties"]["part"] for row in rows] == ["site"]
