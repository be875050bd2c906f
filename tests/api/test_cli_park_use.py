"""A month's use of the area assessments as a workbook."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from api.cli.main import main
from checks.indicators.frozen import SUBJECT
from checks.inheritance.area_use import Month
from layers.store.assessment_table import Act
from layers.store.embedded import Workspace
from layers.store.records import Step
from tests.layers.assessment_helpers import read
from tests.layers.store_helpers import AREA

LIMIT = {"name": "能耗", "fact": "energy_tce_y", "unit": "tce", "limit": "100"}
CODE = "PARK-A.geological_hazard"


def act(day: str, **detail: str) -> Act:
    return Act(datetime.fromisoformat(day).replace(tzinfo=UTC), "李", None, detail)


def frozen(project: str, name: str, mode: str = "commitment", code: str = CODE) -> bytes:
    decision = {
        "kind": "geological_hazard",
        "name": {"zh": "地灾", "en": "Hazard"},
        "assessment": {"code": code, "version": "1"},
        "outcome": "shared",
        "mode": mode,
        "texts": [{"zh": "一", "en": "one"}],
    }
    return json.dumps(
        {"project": {"code": project, "name": name}, "content": {"commitments": [decision]}}
    ).encode()


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    """Published in September; P-1 in October, P-2 and P-3 in November, P-4 in December.

    The last moment of November in Asia/Shanghai is 16:00 UTC.
    """
    path = tmp_path / "ws"
    made = datetime(2026, 9, 1, tzinfo=UTC)
    store = Workspace.create(path, crs="EPSG:4548", area=AREA, at=made)
    park = {"code": "PARK-A", "name": "甲园"}
    held = read(store, tmp_path, totals=[LIMIT], park=park, title="=1+1")
    store.add_assessment(held.assessment, held.document, act("2026-09-02"))
    store.assessment_event(CODE, "1", "submit", act("2026-09-03"))
    standing = store.assessment_event(CODE, "1", "publish", act("2026-11-02"))
    for project, moment, mode in (
        ("P-1", "2026-10-05", "commitment"),
        ("P-2", "2026-10-31T16:00:00", "commitment"),
        ("P-3", "2026-11-30T15:59:59", "filing"),
        ("P-4", "2026-11-30T16:00:00", "commitment"),
    ):
        digest = store.put_document(frozen(project, f"项目{project}", mode))
        step = Step("freeze", (None,), "frozen", digest)
        store.records.act(SUBJECT, project, "1", step, act(moment, digest="x"))
    for project, amount, day in (("P-1", "30", "2026-10-05"), ("P-2", "40.5", "2026-11-02")):
        store.reserve(standing, project, {"能耗": Decimal(amount)}, act(day))
    store.commit(standing, "P-2", act("2026-11-03"))
    store.release(standing, "P-1", act("2026-11-04"))
    store.close()
    return path


def sheets(ws: Path, *more: str) -> dict[str, list[tuple[Any, ...]]]:
    out = ws.parent / "use.xlsx"
    args = ["-w", str(ws), "park", "use", "--month", "2026-11", "--out", str(out), *more]
    result = CliRunner().invoke(main, [*args, "--json"])
    assert result.exit_code == 0, result.output
    book = load_workbook(out)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_november(ws: Path) -> None:
    found = sheets(ws)
    assert list(found) == ["应用情况", "项目明细", "总量台账", "成果变动"]
    _, row = found["应用情况"]
    # two projects this month, one on commitment, three so far; one took from the totals
    assert row[0] == CODE
    assert row[6:] == (2, 1, 3, 1)
    days = [(row[0], row[1], row[6]) for row in found["项目明细"][1:]]
    assert days == [("2026-11-01", "P-2", "告知承诺制"), ("2026-11-30", "P-3", "备案或登记")]
    ledger = [(row[3], row[4], row[6], row[7]) for row in found["总量台账"][1:]]
    assert ledger == [("P-2", "预留", 40.5, 70.5), ("P-2", "占用", 40.5, 70.5),
                      ("P-1", "释放", 0, 40.5)]  # fmt: skip
    assert [row[3] for row in found["成果变动"][1:]] == ["公布"]


def test_texts_are_no_formulas(ws: Path) -> None:
    book = load_workbook(ws.parent / "use.xlsx") if sheets(ws) else None
    assert book is not None
    cell = book["应用情况"]["B2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_another_park_and_an_empty_month(ws: Path) -> None:
    assert len(sheets(ws, "--park", "PARK-A")["应用情况"]) == 2
    assert len(sheets(ws, "--park", "PARK-B")["应用情况"]) == 1  # the head alone


def test_the_same_month_gives_the_same_bytes(ws: Path) -> None:
    sheets(ws)
    first = (ws.parent / "use.xlsx").read_bytes()
    sheets(ws)
    assert (ws.parent / "use.xlsx").read_bytes() == first


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "26-11", "November", "2026-1", "-"])
def test_no_month(ws: Path, month: str) -> None:
    result = CliRunner().invoke(main, ["-w", str(ws), "park", "use", f"--month={month}"])
    assert result.exit_code == 2


def test_months_are_those_of_shanghai() -> None:
    month = Month(2026, 11)
    assert month.holds("2026-10-31T16:00:00+00:00")
    assert not month.holds("2026-11-30T16:00:00+00:00")
    assert month.before_its_end("2026-10-01T00:00:00+00:00")
