"""What QGIS needs of a report's GeoPackage, read from the file: QGIS itself is not asked.

Each of these was seen in QGIS 3.22 first: docs/report-schema.md tells what was tried.
"""

import sqlite3
from xml.etree import ElementTree as ET

import pytest

from checks.report.gis_files import render_gpkg
from maps.svg import hatch_pattern
from maps.symbols import SEVERITY
from tests.checks.test_gis_files import NAMES, load


def opened(report, language="zh"):
    connection = sqlite3.connect(":memory:")
    connection.deserialize(render_gpkg(report, language))
    return connection


def styles(connection):
    rows = connection.execute("SELECT f_table_name, styleQML FROM layer_styles")
    return {name: ET.fromstring(qml.partition(">")[2]) for name, qml in rows}


def tables(connection):
    """Tables in the order in which programs list them."""
    rows = connection.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")
    return [name for (name,) in rows if name != "layer_styles"]


def as_linear_works(report):
    """Make linear works of the site: two findings lie on the line, of two severities."""
    x, y = report["site"]["geometry"]["coordinates"][0][0][0]
    line = {"type": "MultiLineString", "coordinates": [[[x, y], [x + 100, y]]]}
    report["site"] |= {"geometry": line, "length_m": 100.0, "area_m2": None}
    hit = [f for f in report["findings"] if f["pieces"] and f["state"] == "affected"]
    for finding in report["findings"]:
        finding["remainder"] = None
        finding["pieces"] = line if finding in hit else None
    return report


def test_what_lies_on_top_comes_first():
    names = tables(opened(load("red_incomplete")))
    spatial = [name for name in names if name not in {"findings", "features", "report"}]
    assert spatial[:4] == ["pieces_points", "site", "pieces_lines", "pieces_areas"]
    assert spatial[-1] == "remainder"
    assert names[-3:] == ["findings", "features", "report"]


def test_tables_have_titles_in_the_language_of_the_report():
    for language, titles in [
        ("zh", {"site": "用地（面）", "pieces_points": "图斑（点）"}),
        ("en", {"site": "Site (areas)", "pieces_points": "Affected part (points)"}),
    ]:
        connection = opened(load("red_incomplete"), language)
        told = dict(connection.execute("SELECT table_name, identifier FROM gpkg_contents"))
        assert titles.items() <= told.items()


def test_linear_works_lie_below_what_lies_on_them():
    connection = opened(as_linear_works(load("red_incomplete")))
    names = tables(connection)
    assert names.index("pieces_lines") < names.index("site")
    tree = styles(connection)["pieces_lines"]
    number = {c.get("value"): c.get("symbol") for c in tree.iter("category")}
    width = {
        s.get("name"): float(s.find(".//Option[@name='line_width']").get("value"))
        for s in tree.iter("symbol")
    }
    rows = connection.execute("SELECT DISTINCT severity FROM pieces_lines")
    there = {key for (key,) in rows}
    widths = [width[number[key]] for key in SEVERITY if key in there]
    assert len(widths) > 1
    assert widths == sorted(set(widths)), "the graver one lies above and must leave room"
    assert width[number["needs_person"]] > widths[-1]
    last = [clause.text for clause in tree.iter("orderByClause")][1]
    assert last.index("prohibited") < last.index("notice")


def test_hits_lie_over_what_is_no_hit_and_small_ones_over_great_ones():
    renderer = styles(opened(load("red_incomplete")))["pieces_areas"].find("renderer-v2")
    assert renderer.get("enableorderby") == "1"
    clauses = [(clause.text, clause.get("asc")) for clause in renderer.iter("orderByClause")]
    assert clauses == [
        ("\"state\" = 'affected'", "1"),
        ('0 - "area_m2"', "1"),
        ("0 - $id", "1"),
    ]


def test_hatches_lean_as_in_the_figures():
    """A figure turns an upright line by the clock; QGIS turns a level one against it."""
    tree = styles(opened(load("red_incomplete")))["pieces_areas"]
    number = {c.get("value"): c.get("symbol") for c in tree.iter("category")}
    symbols = {s.get("name"): s for s in tree.find(".//symbols")}
    for key, turn in [("needs_approval", "rotate(45)"), ("needs_assessment", "rotate(-45)")]:
        drawn = SEVERITY[key]
        assert turn in hatch_pattern("x", drawn.hatch, drawn.ink, drawn.fill)
        angles = [
            layer.find("Option/Option[@name='angle']").get("value")
            for layer in symbols[number[key]].iter("layer")
            if layer.get("class") == "LinePatternFill"
        ]
        by_the_clock = 90 - int(angles[0])
        assert (len(angles), f"rotate({by_the_clock})") == (1, turn)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_word_for_people(name, language):
    connection = opened(load(name), language)
    qml = styles(connection)
    for table in tables(connection):
        columns = [
            column
            for (column,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            if column not in {"fid", "geom"}
        ]
        words = dict(
            connection.execute(
                "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = ?"
                " ORDER BY rowid",
                (table,),
            )
        )
        assert list(words) == columns
        assert len(set(words.values())) == len(columns), "GeoPackage wants different names"
        if language == "zh":
            assert all(any("一" <= sign <= "鿿" for sign in word) for word in words.values())
        alias = {a.get("field"): a.get("name") for a in qml[table].iter("alias")}
        assert alias == words


def test_tables_without_geometry_have_their_words_too():
    rows = opened(load("red_incomplete")).execute(
        "SELECT f_table_name, f_geometry_column, useAsDefault FROM layer_styles"
    )
    column = {name: (geometry, default) for name, geometry, default in rows}
    assert column["findings"] == column["features"] == column["report"] == ("", 1)
    assert column["site"] == column["pieces_areas"] == ("geom", 1)


def test_columns_words_are_the_schema_extension():
    connection = opened(load("red_incomplete"))
    rows = set(connection.execute("SELECT table_name, extension_name FROM gpkg_extensions"))
    assert rows == {
        ("gpkg_data_columns", "gpkg_schema"),
        ("gpkg_data_column_constraints", "gpkg_schema"),
    }


def test_what_is_clear_has_no_ground():
    """A green site would say that all is clear, whatever else is open."""
    tree = styles(opened(load("red_incomplete")))["pieces_areas"]
    number = {c.get("value"): c.get("symbol") for c in tree.iter("category")}
    kinds = {
        s.get("name"): {layer.get("class") for layer in s.findall("layer")}
        for s in tree.find(".//symbols")
    }
    assert kinds[number["clear"]] == kinds[number["not_applicable"]] == {"SimpleLine"}
    assert "SimpleFill" in kinds[number["needs_person"]]
