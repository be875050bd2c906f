"""Every fault of a call ends in a clear answer and one of the four exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.cli.main import main
from api.cli.session import GuardedGroup, common_options, current
from gis.errors import LantuError, Text


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


@pytest.fixture
def faulty() -> GuardedGroup:
    """A group whose commands fail in every way."""

    @click.group(cls=GuardedGroup)
    @common_options
    def group() -> None:
        pass

    @group.command()
    @common_options
    def crash() -> None:
        raise RuntimeError("the secret of the innermost function")

    @group.command()
    @common_options
    def refuse() -> None:
        raise LantuError(
            "no_crs", Text("无坐标系", "no CRS"), Text("请补", "add it"), where="a.shp"
        )

    @group.command()
    @common_options
    def disk() -> None:
        raise PermissionError(13, "Permission denied", "/somewhere/report.json")

    @group.command()
    @common_options
    def where() -> None:
        click.echo(str(current().folder))

    return group


def test_internal_fault_prints_an_id_and_keeps_the_trace(
    faulty: GuardedGroup, tmp_path: Path
) -> None:
    result = CliRunner().invoke(faulty, ["-w", str(tmp_path), "crash"])
    assert result.exit_code == 3
    assert "Traceback" not in result.output
    assert "secret" not in result.output
    fault = re.search(r"[0-9a-f]{12}", result.stderr)
    assert fault is not None
    log = (tmp_path / "logs" / f"fault-{fault.group()}.log").read_text()
    assert "the secret of the innermost function" in log
    assert "Traceback" in log


def test_internal_fault_as_json(faulty: GuardedGroup, tmp_path: Path) -> None:
    result = CliRunner().invoke(faulty, ["crash", "--json", "-w", str(tmp_path)])
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["code"] == "internal_fault"


def test_refusal_as_json_has_the_form_of_the_contract(faulty: GuardedGroup) -> None:
    result = CliRunner().invoke(faulty, ["refuse", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "error": {
            "code": "no_crs",
            "fact": "无坐标系",
            "hint": {"zh": "请补", "en": "add it"},
            "where": "a.shp",
        }
    }


def test_refusal_as_text_goes_to_stderr(faulty: GuardedGroup) -> None:
    result = CliRunner().invoke(faulty, ["refuse"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "[no_crs]" in result.stderr
    assert "a.shp" in result.stderr


def test_fault_of_the_file_system_names_the_file(faulty: GuardedGroup) -> None:
    result = CliRunner().invoke(faulty, ["disk", "--json"])
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error["code"] == "file_not_accessible"
    assert "/somewhere/report.json" in error["fact"]


def test_workspace_before_and_after_the_command(faulty: GuardedGroup, tmp_path: Path) -> None:
    for arguments in (["-w", str(tmp_path), "where"], ["where", "--workspace", str(tmp_path)]):
        assert CliRunner().invoke(faulty, arguments).stdout.strip() == str(tmp_path)


def test_workspace_of_the_environment_yields_to_the_option(
    faulty: GuardedGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LANTU_WORKSPACE", raising=False)
    assert CliRunner().invoke(faulty, ["where"]).stdout.strip() == "lantu-workspace"
    monkeypatch.setenv("LANTU_WORKSPACE", "of-the-environment")
    assert CliRunner().invoke(faulty, ["where"]).stdout.strip() == "of-the-environment"
    assert CliRunner().invoke(faulty, ["-w", "x", "where"]).stdout.strip() == "x"


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["check"],
        ["init", "x"],
        ["check", "a.geojson", "--as-of", "20.11.2026"],
        ["check", "a.geojson", "--no-such-option"],
        ["publish", "a", "b", "--edition", "1", "--currency", "2026-01-01", "--coverage",
         "workspace", "--accuracy", "-1"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)  # fmt: skip
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    text, as_json = run(*arguments), run(*arguments, "--json")
    assert (text.exit_code, as_json.exit_code) == (2, 2)
    assert "Traceback" not in text.output
    assert json.loads(as_json.stdout)["error"]["code"] == "wrong_usage"


@pytest.mark.parametrize("forms", ["doc", "json,htm", "", ","])
def test_unknown_format_is_refused(forms: str) -> None:
    result = run("check", "POINT (0 0)", "--format", forms, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "unknown_format"


def test_no_workspace_is_refused(tmp_path: Path) -> None:
    result = run("-w", str(tmp_path / "none"), "layers", "list", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "no_workspace"


@pytest.mark.parametrize(("language", "word"), [("zh", "工作区"), ("en", "workspace folder")])
def test_help_in_both_languages(language: str, word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli.main", "check", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"LANTU_LANG": language, "PYTHONUTF8": "1", "PATH": ""},
        cwd=Path(__file__).parents[2],
    )
    assert word in done.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from api.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print(sorted(set(sys.modules) & {'shapely', 'geopandas', 'pandas', 'pyogrio', 'pyproj',"
        " 'rasterio', 'pydantic', 'jinja2', 'numpy', 'sqlite3'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.splitlines()[-1] == "[]"
