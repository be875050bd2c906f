"""Notices and commitments: what they say comes from the report and from nowhere else."""

from __future__ import annotations

import copy
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner

from api.cli.main import main
from checks.facts import fact_specs, project_of
from checks.report.canonical import canonical, digest_of
from checks.report.papers import commitment_papers
from checks.rule import Scenario
from checks.rulebook.load import load_rulebook
from checks.screening import screen
from gis.errors import Text
from layers.catalog import shipped_specs
from tests.support.memory_store import site_of
from tests.support.sharing import AS_OF, SITE, Park

WIDE = shapely.box(0, 0, 5000, 5000)


def report(pack: str = "xiamen-haicang", **facts: Any) -> dict[str, Any]:
    park = Park()
    park.assess(
        "seismic_safety",
        WIDE,
        review={"date": "2025-01-01", "public": "true"},
        depth="equal_to_project_study",
        approval_no="海震评〔2025〕1号",
        valid_to="2027-12-31",
        envelope=[{"fact": "height_m", "max": "80", "source": "报告第6章"}],
        commitments=[{"zh": "按 0.15g 设防", "en": "Design for 0.15 g"}],
        acknowledged=[{"authority": "市地震局", "date": "2025-02-01"}],
    )
    park.assess("city_landscape_art", WIDE, review={"date": "2025-01-01", "public": "true"})
    known = {
        "code": "2026-350205-39-01-000001",
        "name": "甲厂<script>",
        "works": "building",
        "height_m": "24",
        "state_major": "false",
        "secondary_disaster": "false",
        "nuclear": "false",
    }
    book = load_rulebook([pack], {}, layer_specs=shipped_specs())
    done = screen(
        site_of(SITE),
        project=project_of(known | facts, fact_specs(), where="facts"),
        scenario=Scenario("s", Text("s", "s"), pack, ()),
        rulebook=book,
        store=park,
        as_of=AS_OF,
    )
    return dict(done.data)


def words(page: bytes) -> str:
    body = page.decode("utf-8").split("<body>")[1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def test_one_pair_for_each_kind_on_commitment() -> None:
    """The landscape review is gone altogether in Haicang: it needs no paper."""
    (pair,) = commitment_papers(report())
    assert pair.kind == "seismic_safety"
    notice, promise = words(pair.notice), words(pair.promise)
    for said in (
        "海震评〔2025〕1号", "P.seismic_safety@1", "2025-01-01 至 2027-12-31", "按 0.15g 设防",
        "24 m", "80 m", "报告第6章", "I085", "工程设计前", "甲厂<script>",
        "10000.00 m²（15.00 亩）",
        "2026-350205-39-01-000001",
    ):  # fmt: skip
        assert said in notice, said
    assert "遵守下列条件：按 0.15g 设防" in promise
    assert "建筑高度（≤ 80 m）" in promise
    assert "建筑高度 24 m" in promise
    assert "是否核电站、核设施 否" in promise


def test_everything_said_is_in_the_report() -> None:
    """Another figure in the report is another figure in the papers."""
    document = report()
    changed = json.loads(canonical(document).decode().replace("0.15g", "0.20g"))
    (pair,) = commitment_papers(changed)
    assert "按 0.20g 设防" in words(pair.promise)
    assert "0.15g" not in words(pair.notice)


def test_no_markup_from_outside_and_no_link() -> None:
    (pair,) = commitment_papers(report())
    for page in (pair.notice, pair.promise):
        assert b"<script" not in page
        assert b"src=" not in page
        assert b"href=" not in page


def test_english_papers_hold_no_chinese_words_of_ours() -> None:
    (pair,) = commitment_papers(report(), "en")
    assert "Design for 0.15 g" in words(pair.promise)
    assert "Before engineering design" in words(pair.notice)
    assert "告知" not in words(pair.notice)


def test_a_draft_says_so() -> None:
    pairs = {item.kind: item for item in commitment_papers(report("yangjiang"))}
    assert "征求意见稿，本件仅供参考" in words(pairs["seismic_safety"].notice)


def test_what_is_not_shared_has_no_paper() -> None:
    assert commitment_papers(report(works="special")) == []
    assert commitment_papers(report(), kinds=["flood_impact"]) == []


def test_the_same_report_gives_the_same_bytes() -> None:
    document = report()
    assert commitment_papers(document) == commitment_papers(copy.deepcopy(document))


# --- command line -------------------------------------------------------------------------------


def run(*args: object) -> Any:
    result = CliRunner().invoke(main, [*map(str, args), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_papers_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(canonical(report()))
    code, rows = run("papers", path, "--out", tmp_path / "out")
    assert code == 0
    assert [Path(row["path"]).name for row in rows] == [
        "seismic_safety-notice.html",
        "seismic_safety-commitment.html",
    ]
    assert all(Path(row["path"]).is_file() for row in rows)
    code, answer = run("papers", path, "--kind", "moon")
    assert (code, answer["error"]["code"]) == (1, "unknown_kind")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad_report"),
        (b"{}", "bad_report"),
        (b"\xff\xfe", "bad_report"),
        (b"[" * 100_000, "bad_report"),
        (b'{"schema": "lantu-report/1", "x": NaN}', "bad_report"),
        (b'{"schema": "lantu-report/1", "inheritance": [{}]}', "bad_report"),
    ],
)
def test_no_report(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    assert run("papers", path)[1]["error"]["code"] == code


def test_a_row_without_its_keys_is_no_report(tmp_path: Path) -> None:
    document = report()
    del document["inheritance"][0]["criteria"]
    document["digest"] = digest_of(document)
    path = tmp_path / "report.json"
    path.write_bytes(canonical(document))
    assert run("papers", path)[1]["error"]["code"] == "bad_report"


def test_an_altered_report_is_refused(tmp_path: Path) -> None:
    document = report()
    assert digest_of(document) == document["digest"]
    document["inheritance"] = [
        item | {"outcome": "shared", "approval_mode": "commitment"}
        for item in document["inheritance"]
    ]
    path = tmp_path / "report.json"
    path.write_bytes(canonical(document))
    assert run("papers", path)[1]["error"]["code"] == "report_altered"
    assert run("papers", tmp_path / "none.json")[1]["error"]["code"] == "file_not_found"
