"""Any finding is explained from the stored report alone, in both languages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import CliRunner

from api.cli.main import main
from checks.report.canonical import canonical, digest_of
from checks.report.explain import explain_finding, find_finding
from checks.report.stored import read_stored
from checks.rule import Basis, DatedValue, FactTest, Group, Leaf, Named, Number, Row, ValueSeries
from checks.rulebook.load import load_rulebook
from checks.rulebook.place import Place
from checks.rulebook.rule_form import form_of_test, form_of_when
from checks.rulebook.test_parser import Scope, parse_test
from checks.rulebook.values import Grammar
from checks.rulebook.when import parse_when
from layers.catalog import shipped_specs
from tests.support.memory_store import MemoryStore, rule, run

X, Y = 600_000.0, 2_700_000.0
STORED = sorted((Path(__file__).parents[1] / "data" / "reports").glob("*.json"))


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """A site 12 m from a national road; 25 m are required since 2011, 20 m before."""
    store = MemoryStore(area=shapely.box(X - 5000, Y - 5000, X + 5000, Y + 5000))
    road = shapely.LineString([(X + 112, Y - 500), (X + 112, Y + 500)])
    store.layer("road", [(road, "national", {"name": "国道324"})], geometry="line", accuracy=0.5)
    store.layer("farm", [(shapely.box(X, Y, X + 30, Y + 100), "a", {})], edition="2026-01")
    store.layer("empty", [], coverage=shapely.box(X, Y, X + 50, Y + 50))
    rows = (Row({"class": ("national",)}, Number(25.0)), Row({"class": ("county",)}, Number(10.0)))
    values = {
        "width": ValueSeries(
            "width",
            "m",
            (
                DatedValue(date(2000, 1, 1), Number(20.0), reference="旧办法第一条"),
                DatedValue(date(2011, 7, 1), None, rows, reference="某条例第十一条"),
            ),
        )
    }
    law = Basis("某条例", "第十一条", date(2011, 7, 1), None, "in_force", "prohibition")
    rules = [
        rule(
            "RD-1",
            "road",
            Leaf("within_distance", "road", {"distance_m": Named("width")}),
            verdict_family="distance",
            values=values,
            basis=(law,),
            when=FactTest("works", "eq", ("building",)),
        ),
        rule("FA-1", "farm", Leaf("share_over", "farm", {"share": Number(0.1)})),
        rule("EM-1", "empty", Group("not", (Leaf("overlaps", "empty"),))),
        rule("NO-1", "farm", Leaf("overlaps", "farm"), when=FactTest("linear", "eq", ("true",))),
    ]
    facts = {"works": "building", "linear": False}
    return run(store, rules, shapely.box(X, Y, X + 100, Y + 100), facts=facts)


def lines(report: dict[str, Any], code: str) -> tuple[list[str], list[str]]:
    told = explain_finding(report, code)
    return told.zh.splitlines(), told.en.splitlines()


def starting(told: list[str], word: str) -> str:
    (line,) = [line for line in told if line.startswith(word)]
    return line


def test_rule_value_article_measure_threshold_edition(report: dict[str, Any]) -> None:
    zh, en = lines(report, "RD-1")
    assert starting(zh, "检验") == "检验：距离小于 width"
    assert starting(zh, "适用条件") == "适用条件：works为building（works=building）"
    value = starting(zh, "数值")
    assert "类别=national → 25 m" in value
    assert "某条例第十一条" in value
    assert "自 2011-07-01 起" in value
    assert starting(zh, "限值") == "限值：25"
    assert starting(zh, "依据") == "依据：《某条例》第十一条（2011-07-01 至 …）"
    assert starting(zh, "量算") == "量算：最近 12.00 m；图斑 1 个"
    assert any("国道324" in line for line in zh)
    data = starting(zh, "数据")
    assert "版本 e1" in data
    assert "数据基准日 2026-01-01" in data
    assert "精度 ±0.50 m" in data
    assert starting(en, "Threshold") == "Threshold: 25"
    assert "nearest 12.00 m" in starting(en, "Measures")
    assert len(zh) == len(en)


def test_states_that_are_open_or_do_not_apply(report: dict[str, Any]) -> None:
    zh, _ = lines(report, "EM-1")
    assert "未检测" in starting(zh, "结果")
    assert starting(zh, "检验") == "检验：并非（与用地重叠）"
    zh, en = lines(report, "NO-1")
    assert starting(zh, "适用条件") == "适用条件：linear为true（linear=否）"
    assert starting(en, "Applies when") == "Applies when: linear is true (linear=no)"
    zh, _ = lines(report, "FA-1")
    assert "占比 30.00%" in starting(zh, "量算")
    assert starting(zh, "限值") == "限值：0.1"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_every_finding_of_stored_reports_is_explained(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    for finding in document["findings"]:
        told = explain_finding(document, finding["code"])
        assert told.zh.startswith(finding["code"])
        assert "None" not in told.zh + told.en
        assert "{" not in told.zh + told.en


def test_nothing_but_the_report_is_read(report: dict[str, Any]) -> None:
    """The same words from the bytes, read back in another process's place."""
    stored = read_stored(canonical(report), where="report.json")
    assert stored.sealed
    assert explain_finding(stored.document, "RD-1") == explain_finding(report, "RD-1")
    assert find_finding(stored.document, "FA-1")[0] == 1


def test_lantu_rules_explain_report(report: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(canonical(report))

    def lantu(*args: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(main, ["rules", "explain", *map(str, args)])
        return done.exit_code, done.stdout, done.stderr

    code, told, _ = lantu("RD-1", "--report", path)
    assert code == 0, "no workspace is needed"
    assert "限值：25" in told
    code, told, _ = lantu("RD-1", "--report", path, "--json")
    assert (code, json.loads(told)["limit"], json.loads(told)["unchanged"]) == (0, 25.0, True)
    changed = {**report, "as_of": "2020-01-01"}
    assert digest_of(changed) != changed["digest"]
    path.write_bytes(canonical(changed))
    assert "校验码不符" in lantu("RD-1", "--report", path)[2]
    assert json.loads(lantu("XX-9", "--report", path, "--json")[1])["error"]["code"] == (
        "unknown_finding"
    )
    for content, fault in ((b"{", "bad_report"), (b'{"schema": "x"}', "bad_report")):
        path.write_bytes(content)
        assert json.loads(lantu("RD-1", "--report", path, "--json")[1])["error"]["code"] == fault
    gone = lantu("RD-1", "--report", tmp_path / "no.json", "--json")
    assert (gone[0], json.loads(gone[1])["error"]["code"]) == (1, "file_not_found")


def test_the_form_kept_in_reports_is_that_of_rule_files() -> None:
    """Read back, it gives the same test and condition: for every shipped rule."""
    book = load_rulebook(["cn-base", "xiamen-haicang"], {}, layer_specs=shipped_specs())
    for code, item in book.rules.items():
        scope = Scope(item.layer, item.values, Grammar(book.facts, {}), lambda *_: {})
        form = form_of_test(item.test, item.layer)
        assert parse_test(form, scope, Place(code)) == item.test, code
        assert parse_when(form_of_when(item.when), book.facts, Place(code)) == item.when, code
