"""What commands change stands in the audit, as `cli:NAME`; what only reads leaves no trace."""

import getpass
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import select

from api.cli.main import main
from api.records.audit_chain import walk
from api.records.database import Records, records_address
from api.records.tables import Audit
from api.settings import Settings
from tests.layers.assessment_helpers import assessment
from tests.support.stores import place

pytestmark = pytest.mark.usefixtures("both_stores")

SITE = "SRID=4548;POLYGON((441100 2706100,441200 2706100,441200 2706200,441100 2706100))"
ME = f"cli:{getpass.getuser()}"
CODE = "PARK-A.geological_hazard"
RING = [[441000, 2706000], [442000, 2706000], [442000, 2707000], [441000, 2706000]]
SPEC = {
    "key": "office.zone",
    "title": {"zh": "区", "en": "Zone"},
    "theme": "context",
    "geometry": "polygon",
    "authority": "局",
}


def run(*args: object) -> Any:
    result = CliRunner().invoke(main, [*map(str, args), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    where = place(tmp_path / "ws")
    monkeypatch.setenv("LANTU_WORKSPACE", str(where))
    run("init", where, "--crs", "EPSG:4548", "--area", "440000,2700000,460000,2720000")
    return tmp_path


def acts() -> list[tuple[str, str, str]]:
    records = Records(records_address(Settings(workspace=os.environ["LANTU_WORKSPACE"])))
    assert walk(records).is_whole
    with records.reading() as session:
        asked = select(Audit.who, Audit.act, Audit.subject).order_by(Audit.seq)
        rows = [(row.who, row.act, row.subject) for row in session.execute(asked)]
    records.close()
    return rows


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def test_data_and_rules(ws: Path) -> None:
    run("layers", "add", written(ws, "layer.yaml", SPEC))
    crs = {"type": "name", "properties": {"name": "EPSG:4548"}}
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon",
             "coordinates": [RING]}}  # fmt: skip
    (ws / "zone.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": [shape]})
    )
    run("publish", "office.zone", ws / "zone.geojson", "--edition", "e1", "--currency",
        "2026-01-01", "--coverage", "workspace", "--accuracy", "1")  # fmt: skip
    pack = ws / "own"
    pack.mkdir()
    written(pack, "pack.yaml", {"name": "own", "jurisdiction": "甲区", "over": ["cn-base"]})
    run("rules", "add", pack)
    assert acts() == [
        (ME, "layer.add", "layer:office.zone"),
        (ME, "layer.publish", "layer:office.zone@e1"),
        (ME, "pack.add", "pack:own"),
    ]


def test_an_assessment_and_its_totals(ws: Path) -> None:
    total = {"name": "water", "fact": "energy_tce_y", "unit": "tce", "limit": "100"}
    run("assessments", "add", written(ws, "a.yaml", assessment(totals=[total])), "--by", "管委会")
    for event in ("submit", "publish", "suspend", "publish"):
        run("assessments", event, CODE, "--by", "管委会")
    run("reserve", CODE, "--project", "P-1", "--amount", "water=5", "--by", "李")
    run("commit", CODE, "--project", "P-1")
    run("release", CODE, "--project", "P-1")
    about = f"assessment:{CODE}@1"
    events = ("add", "submit", "publish", "suspend", "publish")
    assert acts() == [
        *(("cli:管委会", f"assessment.{event}", about) for event in events),
        ("cli:李", "total.reserve", f"total:{CODE}/P-1"),
        (ME, "total.commit", f"total:{CODE}/P-1"),
        (ME, "total.release", f"total:{CODE}/P-1"),
    ]


def test_conditions_and_indicators(ws: Path) -> None:
    facts = written(ws, "facts.yaml", {"code": "P-1", "name": "示例", "works": "building"})
    for _ in range(2):  # the same again changes nothing, and is no act
        run("conditions", "freeze", SITE, "--project", facts, "--as-of", "2026-11-20")
    sheet = {
        "code": "HQ",
        "version": "1",
        "authority": "局",
        "basis": "〔2026〕3号",
        "valid_from": "2026-01-01",
        "indicators": [{"key": "energy_intensity", "value": "0.35", "unit": "tce/万元"}],
    }
    run("indicators", "add", written(ws, "sheet.yaml", sheet))
    run("indicators", "sign", "HQ", "--document", "3号", "--by", "区发改局")
    assert acts() == [
        (ME, "conditions.freeze", "project:P-1"),
        (ME, "indicators.add", "indicators:HQ@1"),
        ("cli:区发改局", "indicators.sign", "indicators:HQ@1"),
    ]


def test_what_leaves_the_office(ws: Path) -> None:
    check = ("check", SITE, "--as-of", "2026-11-20", "--format", "json", "--out")
    run(*check, ws / "a")
    run(*check, ws / "b", "--issue", "--by", "甲")
    run(*check, ws / "c", "--version", "outside")
    digests = [
        json.loads((ws / name / "1" / "report.json").read_text())["digest"] for name in ("b", "c")
    ]
    assert acts() == [
        ("cli:甲", "report.issue", f"report:{digests[0][:32]}"),
        (ME, "report.release", f"report:{digests[1][:32]}"),
    ]


@pytest.mark.folder_only
def test_reading_makes_no_records_and_loads_no_database_library(ws: Path) -> None:
    code = (
        "import sys\nfrom api.cli.main import main\n"
        f"main(['check', {SITE!r}, '--as-of', '2026-11-20', '--format', 'json',"
        f" '--out', {str(ws / 'out')!r}], standalone_mode=False)\n"
        "print(sorted({'sqlalchemy', 'alembic', 'fastapi'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert not (ws / "ws" / "records.sqlite").exists()
