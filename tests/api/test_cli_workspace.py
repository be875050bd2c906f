"""init, layers and grids through the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.main import main


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def document(*args: object) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(*args: object) -> str:
    result = run(*args, "--json")
    assert result.exit_code == 1, result.output
    return str(json.loads(result.stdout)["error"]["code"])


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    made = document("init", folder, "--crs", "EPSG:4548", "--area", "595000,2695000,605000,2705000")
    assert made["area_m2"] == 1e8
    assert made["packs"] == ["cn-base"]
    return folder


def test_a_system_in_no_register_may_be_worked_in(tmp_path: Path) -> None:
    """A city's own grid: central meridian 118.5 degrees, false origin near the town."""
    grid = "+proj=tmerc +lon_0=118.5 +x_0=40000 +y_0=-2600000 +ellps=GRS80 +units=m +type=crs"
    folder, out = tmp_path / "ws", tmp_path / "out"
    made = document("init", folder, "--crs", grid, "--area", "30000,100000,60000,130000")
    assert made["crs"] == grid
    site = "POLYGON((41000 105000,41100 105000,41100 105050,41000 105050,41000 105000))"
    document("-w", folder, "check", site, "--crs", grid, "--out", out)
    report = json.loads((out / "1" / "report.json").read_text(encoding="utf-8"))
    assert report["site"]["crs"]["code"] == grid
    assert report["site"]["area_m2"] == 5_000.0


SPEC = """\
key: office.survey
title: {zh: 单位调查, en: office survey}
theme: survey_object
geometry: polygon
class_field: {name: KIND, aliases: [], codes: null}
authority: 外部单位
"""


def test_add_list_show_editions(workspace: Path, tmp_path: Path) -> None:
    spec = tmp_path / "layer.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    assert document("-w", workspace, "layers", "add", spec)["key"] == "office.survey"
    assert document("-w", workspace, "layers", "list") == []
    every = document("layers", "list", "--all", "-w", workspace)
    assert "office.survey" in [layer["key"] for layer in every]
    shown = document("-w", workspace, "layers", "show", "office.survey")
    assert shown["class_field"]["name"] == "KIND"
    assert document("-w", workspace, "layers", "editions", "office.survey") == []
    for command in (["list", "--all"], ["show", "office.survey"], ["editions", "office.survey"]):
        assert run("-w", workspace, "layers", *command).exit_code == 0


def test_unknown_layer_is_refused_with_near_names(workspace: Path, tmp_path: Path) -> None:
    spec = tmp_path / "layer.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    run("-w", workspace, "layers", "add", spec)
    result = run("-w", workspace, "layers", "show", "office.surveys", "--json")
    error = json.loads(result.stdout)["error"]
    assert error["code"] == "unknown_layer"
    assert "office.survey" in error["hint"]["en"]


def test_init_refuses_a_folder_in_use(workspace: Path) -> None:
    code = refusal("init", workspace, "--crs", "EPSG:4548", "--area", "0,0,1,1")
    assert code == "workspace_exists"


@pytest.mark.parametrize(
    ("crs", "area", "code"),
    [
        ("EPSG:4490", "117,24,118,25", "working_crs_not_metric"),
        ("EPSG:2229", "0,0,1,1", "working_crs_not_metric"),
        ("EPSG:99999", "0,0,1,1", "unknown_crs"),
        ("EPSG:4548", "5,0,1,1", "bad_area"),
        ("EPSG:4548", "a,b,c,d", "bad_area"),
        ("EPSG:4548", "nan,0,1,1", "bad_area"),
        ("EPSG:4548", "nothere.geojson", "bad_area"),
    ],
)
def test_init_refuses_what_cannot_be_a_workspace(
    tmp_path: Path, crs: str, area: str, code: str
) -> None:
    assert refusal("init", tmp_path / "ws", "--crs", crs, "--area", area) == code
    assert not (tmp_path / "ws").exists()


def test_area_of_a_file_in_another_crs(tmp_path: Path) -> None:
    square = [[117.9, 24.4], [118.0, 24.4], [118.0, 24.5], [117.9, 24.5], [117.9, 24.4]]
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    made = document("init", tmp_path / "ws", "--crs", "EPSG:4548", "--area", area)
    # a tenth of a degree at 24.45 north: 10.14 km by 11.08 km on the ellipsoid
    assert made["area_m2"] == pytest.approx(10_140 * 11_078, rel=2e-3)
    assert 588_000 < made["bounds"][0] < 592_000


GRID = """\
name: 甲市92
target: EPSG:4548
points:
- {name: A, local_x: 0, local_y: 0, target_x: 600000, target_y: 2700000}
- {name: B, local_x: 1000, local_y: 0, target_x: 601000, target_y: 2700000}
- {name: C, local_x: 0, local_y: 1000, target_x: 600000, target_y: 2701000.03}
"""


def test_grid_prints_residuals_and_no_parameter(workspace: Path, tmp_path: Path) -> None:
    grid = tmp_path / "grid.yaml"
    grid.write_text(GRID, encoding="utf-8")
    kept = document("-w", workspace, "grids", "add", grid)
    assert [residual["name"] for residual in kept["residuals"]] == ["A", "B", "C"]
    assert 0 < kept["max_m"] < 0.03
    assert set(kept) == {"name", "target", "rms_m", "max_m", "residuals"}
    listed = run("-w", workspace, "grids", "list")
    assert "甲市92" in listed.stdout
    assert "600000" not in listed.output
    assert document("-w", workspace, "grids", "list")[0]["name"] == "甲市92"


@pytest.mark.parametrize(
    "text",
    ["- a\n", "name: x\ntarget: EPSG:4548\npoints: 3\n",
     "name: x\ntarget: EPSG:4548\npoints:\n- {name: A}\n"],
)  # fmt: skip
def test_bad_grid_file_is_refused(workspace: Path, tmp_path: Path, text: str) -> None:
    grid = tmp_path / "grid.yaml"
    grid.write_text(text, encoding="utf-8")
    assert refusal("-w", workspace, "grids", "add", grid) == "bad_grid_file"
