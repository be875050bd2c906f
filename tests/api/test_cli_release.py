"""`lantu check --version`: what leaves the office is logged; a precheck for oneself is not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import main

SITE = "SRID=4548;POLYGON((10 10,110 10,110 60,10 60,10 10))"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    made = run("init", str(folder), "--crs", "EPSG:4548", "--area", "0,0,1000,1000")
    assert made.exit_code == 0, made.output
    return folder


def run(*arguments: str):
    return CliRunner().invoke(main, list(arguments), standalone_mode=False)


def run_in(office: Path, *arguments: str):
    result = CliRunner().invoke(main, ["-w", str(office), *arguments])
    assert result.exit_code == 0, result.output
    return result


def check(office: Path, out: Path, *options: str) -> dict:
    run_in(office, "check", SITE, "--as-of", "2026-11-20", "--out", str(out), *options)
    return json.loads((out / "1" / "report.json").read_text(encoding="utf-8"))


def log(office: Path) -> list[dict]:
    return json.loads(run_in(office, "releases", "--json").stdout)


def test_a_precheck_is_no_release_and_a_version_is_logged(office: Path, tmp_path: Path) -> None:
    inside = check(office, tmp_path / "a")
    assert log(office) == []
    outside = check(office, tmp_path / "b", "--version", "outside", "--by", "甲")
    (row,) = log(office)
    assert (row["who"], row["version"], row["number"]) == ("甲", "outside", None)
    assert row["digest"] == outside["digest"] != inside["digest"]
    assert row["formats"] == ["json", "html"]
    issued = check(office, tmp_path / "c", "--issue")
    assert log(office)[1]["number"] == issued["number"]
    assert log(office)[1]["version"] == "inside"


def test_a_release_changes_no_report(office: Path, tmp_path: Path) -> None:
    before = check(office, tmp_path / "a")
    check(office, tmp_path / "b", "--version", "inside")
    assert check(office, tmp_path / "c") == before


def test_the_outside_version_is_verified_too(office: Path, tmp_path: Path) -> None:
    check(office, tmp_path / "a", "--version", "outside")
    path = tmp_path / "a" / "1" / "report.json"
    assert json.loads(run_in(office, "verify", str(path), "--json").stdout)["result"] == "identical"


def test_compare_writes_both_files_and_refuses_one_site(office: Path, tmp_path: Path) -> None:
    other = "SRID=4548;POLYGON((210 10,310 10,310 60,210 60,210 10))"
    out = tmp_path / "c"
    run_in(office, "check", SITE, other, "--as-of", "2026-11-20", "--out", str(out), "--compare")
    document = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert [site["area_m2"] for site in document["sites"]] == [5000.0, 5000.0]
    assert [row["rank"] for row in document["ranking"]] == [1, 1]
    assert (out / "compare.html").is_file()
    arguments = ["-w", str(office), "check", SITE, "--out", str(tmp_path / "d"), "--compare"]
    alone = CliRunner().invoke(main, [*arguments, "--json"])
    assert alone.exit_code == 1
    assert json.loads(alone.stdout)["error"]["code"] == "compare_too_few"
