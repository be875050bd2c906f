"""Departments' sheets of indicators through the command line: draft, signature, report."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from api.cli.main import main
from tests.support.stores import place

pytestmark = pytest.mark.usefixtures("both_stores")

X, Y = 600_000, 2_700_000
SHEET: dict[str, Any] = {
    "code": "HQ-energy",
    "version": "1",
    "authority": "区发改局",
    "basis": "区节能〔2026〕3号",
    "valid_from": "2026-01-01",
    "indicators": [
        {"key": "energy_intensity", "value": "0.35", "unit": "tce/万元"},
        {"key": "steam", "name": "供热", "group": "energy", "op": "eq", "value": "接入管网"},
    ],
}
SITE = f"SRID=4548;POLYGON(({X} {Y},{X + 100} {Y},{X + 100} {Y + 100},{X} {Y + 100},{X} {Y}))"


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def told(*args: object) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    ws = place(tmp_path / "ws")
    monkeypatch.setenv("LANTU_WORKSPACE", str(ws))
    area = f"{X - 5000},{Y - 5000},{X + 5000},{Y + 5000}"
    told("init", ws, "--crs", "EPSG:4548", "--area", area, "--packs", "cn-base")
    return tmp_path


def sheet(folder: Path, **changes: Any) -> Path:
    path = folder / "sheet.yaml"
    path.write_text(yaml.safe_dump(SHEET | changes, allow_unicode=True), encoding="utf-8")
    return path


def listed(folder: Path, **facts: Any) -> dict[str, Any]:
    """Check the site; indicators that departments gave, by key."""
    path = folder / "facts.yaml"
    path.write_text(yaml.safe_dump({"works": "building"} | facts), encoding="utf-8")
    out = folder / "out"
    told("check", SITE, "--project", path, "--out", out, "--format", "json",
         "--as-of", "2026-11-20")  # fmt: skip
    report = json.loads((out / "1" / "report.json").read_text(encoding="utf-8"))
    return {
        row["key"]: row for row in report["indicators"] if row["source"]["kind"] == "department"
    }


def test_a_sheet_counts_once_signed(ws: Path) -> None:
    assert told("indicators", "add", sheet(ws))["state"] == "draft"
    asked = listed(ws, use="factory")
    assert asked["energy_intensity"]["value"] is None
    assert "steam" not in asked
    signed = told("indicators", "sign", "HQ-energy", "--document", "发改〔2026〕8号", "--by", "李")
    assert (signed["state"], signed["detail"]) == ("signed", {"document": "发改〔2026〕8号"})
    row = listed(ws, use="factory")["energy_intensity"]
    assert (row["value"], row["unit"], row["authority"]) == (0.35, "tce/万元", "区发改局")
    assert (row["article"], row["source"]["id"]) == ("区节能〔2026〕3号", "HQ-energy@1")
    assert listed(ws)["steam"]["value"] == "接入管网"
    assert "energy_intensity" not in listed(ws, use="office")  # asked of factories only


def test_signed_sheets_are_not_edited_but_superseded(ws: Path) -> None:
    told("indicators", "add", sheet(ws))
    again = told("indicators", "add", sheet(ws))
    assert told("indicators", "list")[0]["revision"] == again["revision"]  # nothing changed
    told("indicators", "sign", "HQ-energy", "--document", "1")
    assert told("indicators", "sign", "HQ-energy", "--document", "1")["state"] == "signed"
    refused = run("indicators", "add", sheet(ws, basis="另一依据"), "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["error"]["code"] == "wrong_state"
    items = [{"key": "steam", "name": "供热", "group": "energy", "op": "eq", "value": "自备"}]
    told("indicators", "add", sheet(ws, version="2", indicators=items))
    assert listed(ws)["steam"]["value"] == "接入管网"
    told("indicators", "sign", "HQ-energy", "--document", "2", "--why", "改用自备热源")
    assert listed(ws)["steam"]["value"] == "自备"
    states = {row["version"]: row["state"] for row in told("indicators", "list")}
    assert states == {"1": "superseded", "2": "signed"}
    history = told("indicators", "show", "HQ-energy", "--version", "1")["history"]
    assert [row["event"] for row in history] == ["add", "sign", "supersede"]
    told("indicators", "withdraw", "HQ-energy")
    assert listed(ws).keys() & {"steam"} == set()


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({"project": "P-1"}, True),
        ({"project": "P-2"}, False),
        ({"valid_from": "2026-11-20"}, True),
        ({"valid_from": "2026-11-21"}, False),
        ({"valid_to": "2026-11-20"}, True),
        ({"valid_to": "2026-11-19"}, False),
        ({"park": "PARK-A"}, False),  # no boundary of it is known
    ],
)
def test_where_and_when_a_sheet_holds(ws: Path, changes: dict[str, str], there: bool) -> None:
    told("indicators", "add", sheet(ws, **changes))
    told("indicators", "sign", "HQ-energy", "--document", "1")
    assert ("steam" in listed(ws, code="P-1")) is there


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"colour": "red"}, "bad_file", "colour"),
        ({"authority": None}, "bad_file", "authority"),
        ({"valid_to": "2025-01-01"}, "bad_file", "颠倒"),
        ({"indicators": []}, "bad_file", "indicators"),
        ({"indicators": [{"key": "green_ration", "value": "1"}]}, "unknown_indicator", "ration"),
        ({"indicators": [{"key": "noise_db", "value": "1"}] * 2}, "bad_file", "noise_db"),
    ],
)
def test_faults_of_a_sheet(ws: Path, changes: dict[str, Any], code: str, word: str) -> None:
    result = run("indicators", "add", sheet(ws, **changes), "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error["code"] == code
    assert word in json.dumps(error, ensure_ascii=False)


def test_a_sheet_for_a_park_holds_inside_it(ws: Path) -> None:
    ring = [[X, Y], [X + 50, Y], [X + 50, Y + 100], [X, Y + 100], [X, Y]]
    park = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"park_code": "PARK-A", "park_name": "甲园"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    path = ws / "parks.geojson"
    path.write_text(json.dumps(park), encoding="utf-8")
    told("publish", "park.boundary", path, "--edition", "1", "--currency", "2026-01-01",
         "--coverage", "workspace", "--accuracy", "0")  # fmt: skip
    told("indicators", "add", sheet(ws, park="PARK-A"))
    told("indicators", "sign", "HQ-energy", "--document", "1")
    assert listed(ws)["steam"]["share"] == 0.5  # the park holds the west half


def test_the_catalogue_is_listed(ws: Path) -> None:
    rows = {row["key"]: row for row in told("indicators", "catalogue")}
    assert rows["max_height_m"]["op"] == "le"
    assert run("indicators", "show", "NONE", "--json").exit_code == 1


def test_an_older_report_stands_and_says_what_became_of_its_sheet(ws: Path) -> None:
    told("indicators", "add", sheet(ws))
    told("indicators", "sign", "HQ-energy", "--document", "1")
    listed(ws)
    report = ws / "out" / "1" / "report.json"
    assert told("verify", report)["since"] == []
    told("indicators", "withdraw", "HQ-energy")
    answer = told("verify", report)
    assert answer["result"] == "identical"  # a replay of then does not know of now
    assert [note["code"] for note in answer["since"]] == ["sheet_withdrawn"]
