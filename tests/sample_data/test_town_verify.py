"""The demo's reports are found again, by the workspace that the demo leaves."""

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from api.cli.main import main


def run(workspace: Path, *args: object):
    return CliRunner().invoke(main, ["-w", str(workspace), *map(str, args)])


def test_every_report_of_the_demo_is_found_again(demo: Path) -> None:
    reports = sorted((demo / "reports").glob("*/report.json"))
    assert len(reports) >= 4
    for report in reports:
        done = run(demo / "workspace", "verify", report, "--json")
        assert json.loads(done.stdout)["result"] == "identical", (report, done.stdout)


def test_an_assessment_withdrawn_later_is_told_and_changes_nothing(
    demo: Path, tmp_path: Path
) -> None:
    report = demo / "reports" / "sharing-eleven" / "report.json"
    document = json.loads(report.read_bytes())
    used = next(item["assessment"] for item in document["inheritance"] if item["assessment"])
    workspace = tmp_path / "ws"
    shutil.copytree(demo / "workspace", workspace)
    done = run(workspace, "assessments", "withdraw", used["code"], "--by", "局", "--why", "试")
    assert done.exit_code == 0, done.output
    answer = json.loads(run(workspace, "verify", report, "--json").stdout)
    assert answer["result"] == "identical"
    assert [note["code"] for note in answer["since"]] == ["assessment_withdrawn"]
    assert f"{used['code']}@{used['version']}" in answer["since"][0]["en"]
