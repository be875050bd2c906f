"""Assessments in workbooks: the template, what was filled in, what is refused."""

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from gis.errors import LantuError
from layers.assessment_document import read_assessment
from layers.assessment_sheet import read_sheet, write_template
from layers.store.workspace import Workspace
from tests.layers.assessment_helpers import DAY
from tests.layers.store_helpers import make_workspace

pytestmark = pytest.mark.usefixtures("both_stores")

WKT = "SRID=4548;POLYGON((441000 2706000,441100 2706000,441100 2706100,441000 2706000))"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def filled(folder: Path, **values: object) -> Path:
    """The template of geology with some values set, as a clerk does it."""
    path = folder / "a.xlsx"
    write_template(path, "geological_hazard", {"height_m": "m"})
    book = openpyxl.load_workbook(path)
    main = book["成果"]
    rows = {row[0].value: row[1] for row in main.iter_rows(min_row=2)}
    given = {
        "code": "A.geo", "issuer": "管委会", "extent": "extent.wkt",
        "valid_from": date(2025, 1, 1), "valid_to": date(2026, 12, 31),
        "park.code": "A", "park.name": "甲园", "review.public": "是",
        "negative.industries": "C25、C26", "admission.uses": "无",
    } | values  # fmt: skip
    for key, value in given.items():
        if key in rows:
            rows[key].value = value
    limits = book["envelope"]
    assert [row[0].value for row in limits.iter_rows(min_row=2)] == [
        "storeys", "height_m", "excavation_depth_m"
    ]  # fmt: skip
    limits["C3"] = 24.5
    book["totals"].append(["面积", "floor_area_m2", "m2", 10000])
    book["acknowledged"].append(["无"])
    (folder / "extent.wkt").write_text(WKT)
    book.save(path)
    return path


def test_a_filled_workbook_says_what_a_file_says(workspace: Workspace, tmp_path: Path) -> None:
    read = read_assessment(filled(tmp_path), store=workspace, as_of=DAY, grids={})
    one = read.assessment
    assert (one.code, one.version, one.kind) == ("A.geo", "1", "geological_hazard")
    assert (one.valid_from, one.valid_to) == (date(2025, 1, 1), date(2026, 12, 31))
    assert (one.extent.area, one.park and one.park.code) == (5000.0, "A")
    assert one.review is not None
    assert one.review.public is True
    assert one.envelope is not None
    assert [(limit.fact, limit.max) for limit in one.envelope] == [("height_m", 24.5)]
    assert one.totals is not None
    assert one.totals[0].limit == "10000"
    assert one.negative is not None
    assert (one.negative.industries, one.negative.uses) == (("C25", "C26"), None)
    assert one.admission is not None
    assert one.admission.uses == ()
    assert one.acknowledged == ()
    assert one.commitments is None
    assert one.treats == ("safety.geo_hazard_susceptibility", "safety.geo_danger")


def test_an_unfilled_template_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    write_template(path, "flood_impact", {})
    with pytest.raises(LantuError) as caught:
        read_assessment(path, store=workspace, as_of=DAY, grids={})
    assert caught.value.code == "bad_file"
    assert "code" in caught.value.fact.en


def test_what_is_no_such_workbook(tmp_path: Path) -> None:
    text, plain, odd, bomb = (tmp_path / f"{n}.xlsx" for n in "tpob")
    text.write_text("kind: x")
    openpyxl.Workbook().save(plain)
    path = filled(tmp_path)
    book = openpyxl.load_workbook(path)
    book["envelope"]["B1"] = "minimum"
    book.save(odd)
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 70_000_000)
    for broken, says in ((text, "workbook"), (plain, "成果"), (odd, "minimum"), (bomb, "70000000")):
        with pytest.raises(LantuError) as caught:
            read_sheet(broken)
        assert caught.value.code == "bad_file"
        assert says in caught.value.fact.en
    with pytest.raises(LantuError) as caught:
        read_sheet(tmp_path / "nothing.xlsx")
    assert caught.value.code == "file_not_found"
    book = openpyxl.load_workbook(path)
    book.create_sheet("其他")
    book.save(path)
    with pytest.raises(LantuError) as caught:
        read_sheet(path)
    assert "其他" in caught.value.fact.en
