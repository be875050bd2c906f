"""Reports side by side: only what differs is a row, and a day in a sentence is no difference."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner

from api.cli.main import main
from checks.facts import fact_specs, project_of
from checks.report.canonical import canonical
from checks.report.side_by_side import render_side_by_side
from checks.rule import Leaf, Rulebook, Scenario
from checks.screening import screen
from gis.errors import Text
from tests.support.memory_store import rule, site_of
from tests.support.sharing import SITE, Park, pack

PACK = """\
kinds: [{key: moon, name: {zh: 月尘, en: Moon dust}}]
criteria:
- {key: validity, effect: decisive, source: 某}
- {key: envelope, effect: decisive, source: 某}
table:
- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}
- {outcome: shared, mode: commitment}
"""


def report(day: date = date(2026, 11, 20), **facts: str) -> dict[str, Any]:
    park = Park()
    park.layer("known", [SITE])
    park.assess(
        "moon", shapely.box(0, 0, 5000, 5000), valid_to="2026-11-20",
        envelope=[{"fact": "floor_area_m2", "max": "10000"}],
    )  # fmt: skip
    far = site_of(shapely.box(-90, -90, -80, -80))
    gap = rule("X-1", "known", Leaf("overlaps", "known"))
    book = Rulebook((), {"X-1": gap}, {}, fact_specs(), "0" * 64, inheritance=pack(PACK))
    done = screen(
        far if facts.pop("far", None) else site_of(SITE),
        project=project_of({"works": "building"} | facts, fact_specs(), where="facts"),
        scenario=Scenario("s", Text("s", "s"), "p", ("X-1",)),
        rulebook=book,
        store=park,
        as_of=day,
    )
    return dict(done.data)


def rows(page: bytes) -> list[list[str]]:
    found = re.findall(r"<tr>(.*?)</tr>", page.decode(), re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in found]
    return [[unescape(cell) for cell in row] for row in cells if len(row) > 1]


def test_a_hundredth_of_a_square_metre() -> None:
    page = render_side_by_side([report(floor_area_m2="10000"), report(floor_area_m2="10000.01")])
    told = [row for row in rows(page) if row[0] != "内容"]
    assert [row[0] for row in told] == ["总建筑面积", "月尘", "月尘 · 指标在评估条件内"]
    assert told[0][1:] == ["10000", "10000.01"]
    assert told[1][1:] == ["共享成果，无需单独编报 / 告知承诺制", "单独编报 / 审批制"]


def test_three_days_differ_where_something_changes() -> None:
    days = [report(date(2026, 11, n), floor_area_m2="9") for n in (19, 20, 21)]
    told = [row for row in rows(render_side_by_side(days)) if row[0] != "内容"]
    assert [row[0] for row in told] == ["检测基准日", "月尘", "月尘 · 在有效期内"]
    assert [cell.split("：")[0] for cell in told[2][1:]] == ["符合", "符合", "不符合"]


def test_the_same_report_twice_has_no_rows() -> None:
    one = report()
    assert [row for row in rows(render_side_by_side([one, one])) if row[0] != "内容"] == []


def test_a_kind_that_one_report_does_not_know() -> None:
    one, other = report(), report()
    other["inheritance"] = []
    told = [row for row in rows(render_side_by_side([one, other])) if row[0] == "月尘"]
    assert told[0][2] == "—"


def test_no_markup_from_outside() -> None:
    page = render_side_by_side([report(name="<b>甲</b>"), report(name="乙")], "en")
    assert b"<b>" not in page


@pytest.mark.parametrize("number", [1, 2])
def test_command(tmp_path: Path, number: int) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(canonical(report()))
    out = tmp_path / "x.html"
    args = ["compare-reports", *[str(path)] * number, "--out", str(out)]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == (2 if number == 1 else 0), result.output
    assert out.is_file() is (number == 2)
