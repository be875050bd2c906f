"""Assessments out and in: YAML to the last bit, the exchange GeoPackage by its columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from gis.errors import LantuError
from layers.assessment_document import ReadAssessment, of_form, read_assessment
from layers.assessment_exchange import TABLE, read_exchange, write_exchange, write_yaml
from layers.store.workspace import Workspace
from tests.layers.assessment_helpers import DAY, assessment, published, read, square
from tests.layers.store_helpers import make_workspace
from tests.support.stores import place

pytestmark = pytest.mark.usefixtures("both_stores")

FULL: dict[str, Any] = {
    "title": "甲园地灾",
    "park": {"code": "PARK-A", "name": "甲园"},
    "unit_code": "350205-01",
    "approval_no": "审〔2025〕1号",
    "valid_to": "2027-12-31",
    "acknowledged": [{"authority": "资源局", "document": "1", "date": "2025-02-01"}],
    "envelope": [{"fact": "height_m", "max": "30.10", "source": "报告"}],
    "totals": [{"name": "能耗", "fact": "energy_tce_y", "unit": "tce", "limit": "100.10"}],
    "admission": {"industries": []},
    "approval_items": [{"code": "I084", "effect": "waived"}, {"code": "I086"}],
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def again(workspace: Workspace, path: Path) -> ReadAssessment:
    return read_assessment(path, store=workspace, as_of=DAY, grids={})


def test_yaml_comes_back_the_same(workspace: Workspace, tmp_path: Path) -> None:
    extent = square(441_000.123_456_789, 2_706_000.1, 1000.7)
    first = read(workspace, tmp_path, **FULL, extent=extent)
    out = tmp_path / "out.yaml"
    place = write_yaml(out, first.document)
    second = again(workspace, out)
    assert place.name == "out.geojson"
    assert second.assessment.extent.equals_exact(first.assessment.extent, 0)
    one, two = json.loads(first.document), json.loads(second.document)
    assert one["assessment"] == two["assessment"]
    assert second.assessment.admission is not None
    assert second.assessment.admission.industries == ()  # an empty list stays a statement


def test_exchange_comes_back_by_its_columns(workspace: Workspace, tmp_path: Path) -> None:
    held = published(workspace, tmp_path, **FULL)
    path = tmp_path / "x.gpkg"
    write_exchange(path, [(held, ["P-1", "P-2"])], crs=workspace.crs)
    (form,) = read_exchange(path)
    one = of_form(form, folder=tmp_path, store=workspace, as_of=DAY, grids={}).assessment
    was = held.assessment
    for name in ("kind", "code", "version", "title", "issuer", "unit_code", "approval_no", "park",
                 "valid_from", "valid_to", "approval_items"):  # fmt: skip
        assert getattr(one, name) == getattr(was, name), name
    assert [item.authority for item in one.acknowledged or ()] == ["资源局"]
    assert one.extent.equals(was.extent)
    assert one.envelope is None  # the table has no column for it


def frame(**columns: Any) -> geopandas.GeoDataFrame:
    row = {
        "成果代码": "P.x", "版本": "1", "评估事项": "x", "编制单位": "园", "生效日期": "2026-01-01",
    } | columns  # fmt: skip
    given = {key: [value] for key, value in row.items() if value is not ...}
    shape = given.pop("geometry", [shapely.box(441_000, 2_706_000, 442_000, 2_707_000)])
    return geopandas.GeoDataFrame(given, geometry=shape, crs="EPSG:4548")


@pytest.mark.parametrize(
    ("columns", "code", "word"),
    [
        ({"版本": ...}, "bad_exchange", "版本"),
        ({"生效日期": "昨天"}, "bad_file", "昨天"),
        ({"成果代码": "有 空格"}, "bad_file", "code"),
        ({"截止日期": "2025-01-01"}, "bad_file", "颠倒"),
        ({"事项编码": "I084", "简化审批的方式": "moon"}, "bad_file", "moon"),
        ({"geometry": shapely.Polygon()}, "bad_exchange", "范围"),
    ],
)
def test_faults_of_a_row(tmp_path: Path, columns: dict[str, Any], code: str, word: str) -> None:
    path = tmp_path / "x.gpkg"
    frame(**columns).to_file(path, layer=TABLE, driver="GPKG")
    with pytest.raises(LantuError) as refused:
        read_exchange(path)
    assert refused.value.code == code
    assert word in f"{refused.value.fact.zh}{refused.value.where}"


def test_no_exchange_file(tmp_path: Path) -> None:
    for name, content in (("none.gpkg", None), ("text.gpkg", b"text"), ("empty.gpkg", b"")):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(LantuError) as refused:
            read_exchange(path)
        assert refused.value.code == "bad_exchange"
    other = tmp_path / "other.gpkg"
    frame().to_file(other, layer="别的", driver="GPKG")
    with pytest.raises(LantuError) as refused:
        read_exchange(other)
    assert TABLE in refused.value.fact.zh


def test_another_crs_is_brought_to_the_workspaces(workspace: Workspace, tmp_path: Path) -> None:
    """In degrees the corners stay; an edge of 1 km, straight there, bends by 9 mm in the plane."""
    path = tmp_path / "x.gpkg"
    frame().to_crs("EPSG:4490").to_file(path, layer=TABLE, driver="GPKG")
    (form,) = read_exchange(path)
    one = of_form(form, folder=tmp_path, store=workspace, as_of=DAY, grids={}).assessment
    wanted = shapely.box(441_000, 2_706_000, 442_000, 2_707_000)
    corners = shapely.points(shapely.get_coordinates(wanted))
    assert shapely.distance(corners, one.extent.boundary).max() < 1e-6
    assert shapely.hausdorff_distance(one.extent, wanted) < 0.01


def test_command(workspace: Workspace, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from api.cli.main import main

    published(workspace, tmp_path, **FULL)
    ws = place(tmp_path / "ws")
    path, there = tmp_path / "x.gpkg", tmp_path / "other"
    code = assessment()["code"]

    def run(*args: object) -> Any:
        result = CliRunner().invoke(main, [*map(str, args), "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    run("-w", ws, "assessments", "export", "--out", path)
    area = ",".join(str(part) for part in workspace.area.bounds)
    run("init", there, "--crs", workspace.crs, "--area", area, "--packs", "cn-base")
    rows = run("-w", there, "assessments", "add", path)
    assert [(row["code"], row["state"]) for row in rows] == [(code, "draft")]
    done = run("-w", ws, "assessments", "export", code, "--out", tmp_path / "y.yaml")
    assert Path(done["extent"]).is_file()
    both = CliRunner().invoke(
        main,
        [
            "-w",
            str(ws),
            "assessments",
            "export",
            "--out",
            str(tmp_path / "z.yaml"),
        ],
    )
    assert both.exit_code == 2
