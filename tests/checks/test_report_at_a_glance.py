"""What a reader sees first: what is red and why, what was not assessed; and no small untruths."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from checks.report.formats import FORMATS
from checks.report.numbers import citation
from checks.report.paper import Chapter, Grid, Line, Para, sheets_of, split_reason
from checks.report.paper_findings import badge
from checks.report.reading import Reading
from checks.report.texts import Words
from checks.report.view_site import fact_rows
from checks.report.view_values import land_use, span_of

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def text_of(key, report, language):
    made = FORMATS[key].render(report, language)
    if key == "html":
        return re.sub(r"<(style|svg)\b.*?</\1>|<[^>]+>", "", made.decode("utf-8"), flags=re.DOTALL)
    packed = zipfile.ZipFile(io.BytesIO(made))
    inner = [name for name in packed.namelist() if name.endswith(".xml")]
    return re.sub(r"<[^>]+>", "", "".join(packed.read(name).decode("utf-8") for name in inner))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_cover_names_what_is_worst_and_what_is_lacking(name, language):
    report = load(name)
    view = Reading(report, language).view
    level, done = view.lights
    worst = report["conclusion"]["worst"]
    hits = [
        finding["code"]
        for finding in report["findings"]
        if finding["state"] == "affected" and finding["severity"] == worst
    ]
    assert sum(code in level.more for code in hits) == min(len(hits), 3)
    if report["conclusion"]["complete"]:
        assert not any(matter.required for matter in view.open)
        assert done.more == ""


def test_a_rule_over_many_layers_is_required_through_the_one_that_is_missing():
    report = load("red_incomplete")
    finding = next(f for f in report["findings"] if f["state"] == "not_assessed")
    there = report["data_basis"][0]
    there["share_covered"] = 0.4
    report["data_basis"].append({**there, "part": "east", "share_covered": 0.6})
    finding["layer"] = there["layer"]
    finding["rule"] = {"test": {"any": [{"overlaps": {"layer": "lab.gone"}}, {"overlaps": {}}]}}
    report["conclusion"] |= {"complete": False, "open": [finding["code"]]}
    for needed, marked in ((there["layer"], False), ("lab.gone", True)):
        report["scenario"]["required_layers"] = [needed]
        view = Reading(report, "zh").view
        assert [matter.required for matter in view.open] == [marked]
        assert (finding["code"] in view.lights[1].more) is marked


@pytest.mark.parametrize("key", ["html", "docx", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("area", [0.0, 0.000004, 0.0049])
def test_slivers_are_never_nothing(key, language, area):
    report = load("red_incomplete")
    for finding in report["findings"]:
        finding["edge"] = {"below_tolerance_m2": area, "count": 2}
    shown = text_of(key, report, language).replace("&lt;", "<")
    told = "细碎图斑 2 个，合计 <0.01 m²" if language == "zh" else "2 slivers set aside, <0.01 m²"
    assert told in shown
    assert not re.search(r"(合计|aside,) 0\.00 m²", shown)


def test_one_sliver_is_one():
    report = load("red_incomplete")
    for finding in report["findings"]:
        finding["edge"] = {"below_tolerance_m2": 0.35, "count": 1}
    assert "1 sliver set aside, 0.35 m²" in text_of("html", report, "en")


@pytest.mark.parametrize("name", NAMES)
def test_english_verdicts_begin_alike(name):
    view = Reading(load(name), "en").view
    rows = [row for section in view.sections for row in (*section.rows, *section.idle)]
    assert not [row.verdict for row in rows if row.verdict[:1].islower()]


def test_what_to_do_is_named_where_the_list_of_services_names_it():
    report = load("red_incomplete")
    finding = next(f for f in report["findings"] if f["state"] == "affected")
    finding["action"] = {"item": "I999", "papers": []}
    rows = {row.code: row for row in Reading(report, "zh").rows}
    assert rows[finding["code"]].action == "I999"
    listed = json.loads(json.dumps(load("red_incomplete")["services"][:1] or [{}]))[0]
    listed |= {"item": "I999", "name": {"zh": "某项许可", "en": "Some permit"}}
    report["services"] = [listed]
    assert Reading(report, "zh").rows[0].code
    rows = {row.code: row for row in Reading(report, "zh").rows}
    assert rows[finding["code"]].action == "I999 某项许可"


def test_data_that_cover_part_of_a_site_are_told_of_once():
    report = load("red_incomplete")
    finding = next(f for f in report["findings"] if f["state"] == "not_assessed")
    zh, en = "数据只覆盖用地的 96.03%", "the data cover 96.03 % of the site"
    finding["verdict"] = {"zh": f"未检测（{zh}，其余部分未检测）", "en": f"not assessed ({en})"}
    finding["share_covered"], finding["reason"] = 0.9603, None
    for language in ("zh", "en"):
        rows = {row.code: row for row in Reading(report, language).rows}
        row = rows[finding["code"]]
        assert " ".join((row.verdict, *row.notes)).count("96.03") == 1


def test_a_section_of_one_line_takes_the_sheet_as_it_lies():
    wide = Chapter(8, "八", (Grid("", tuple("abcdefgh"), (), (1.0,) * 8),))
    bare = Chapter(9, "九", (Para((Line("本场景不检测"),), "nothing"),))
    tall = Chapter(2, "二", (Grid("", ("a", "b"), (), (1.0, 1.0)),))
    groups = [(turned, [c.number for c in chapters]) for turned, chapters in
              sheets_of([bare, tall, wide, bare, wide, tall, bare])]  # fmt: skip
    assert groups == [(False, [9, 2]), (True, [8, 9, 8]), (False, [2, 9])]


@pytest.mark.parametrize(
    ("text", "style", "parts"),
    [
        ("未检测（没有数据版本）", "state-not_assessed", ("未检测", "（没有数据版本）")),
        ("Not assessed (no edition)", "state-not_assessed", ("Not assessed", " (no edition)")),
        ("压占（临界）", "state-affected", ("压占（临界）", "")),
        ("待核实", "state-needs_person", ("待核实", "")),
    ],
)
def test_the_reason_behind_an_open_verdict_is_set_apart(text, style, parts):
    assert split_reason(text, style) == parts


def test_line_sites_have_lengths_above_their_columns():
    report = load("red_incomplete")
    report["site"]["kind"] = "line"
    for finding in report["findings"]:
        if finding["measures"]:
            finding["measures"] |= {"area_m2": None, "length_m": 12.0}
    page = text_of("html", report, "zh")
    assert "长度（m）" in page
    assert "面积（m²，亩）" not in page
    assert Words("zh")("area_of_line") == "长度（m）"


def test_a_tiny_number_stays_a_number_and_is_not_shown_as_nothing():
    report = load("red_incomplete")
    finding = next(f for f in report["findings"] if (f["measures"] or {}).get("area_m2"))
    finding["measures"] |= {"area_m2": 0.0007, "share": 0.00000012}
    made = zipfile.ZipFile(io.BytesIO(FORMATS["xlsx"].render(report, "zh")))
    sheets = [made.read(n).decode() for n in made.namelist() if n.startswith("xl/worksheets/")]
    cells = re.findall(r'<c r="\w+" s="(\d+)"><v>(0\.0007|1\.2e-07)</v>', "".join(sheets))
    styles = made.read("xl/styles.xml").decode()
    looks = re.findall(r"<xf numFmtId=\"(\d+)\"", styles.partition("<cellXfs")[2])
    codes = dict(re.findall(r'numFmtId="(\d+)" formatCode="([^"]+)"', styles))
    shown = {value: codes[looks[int(style)]] for style, value in cells}
    assert shown == {"0.0007": "&quot;&lt;0.01&quot;", "1.2e-07": "&quot;&lt;0.01%&quot;"}


def test_an_extent_says_which_figure_is_which():
    report = load("red_incomplete")
    report["site"]["bounds"] = [500000.0, 2700000.0, 500100.5, 2700050.25]
    for key in ("html", "docx", "xlsx"):
        told = "东 500000.00～500100.50 m，北 2700000.00～2700050.25 m"
        assert told in text_of(key, report, "zh"), key
    english = "E 500000.00 to 500100.50 m, N 2700000.00 to 2700050.25 m"
    assert english in text_of("html", report, "en")


def test_crossings_name_their_classes_as_the_findings_do():
    report = load("red_incomplete")
    finding = report["findings"][0]
    finding["classes"] = [
        {"code": "dyke", "name": {"zh": "堤防", "en": "Dyke"}, "area_m2": None,
         "length_m": 4.0, "share": 0.1}
    ]  # fmt: skip
    crossing = {
        "layer": finding["layer"],
        "title": {"zh": "河道", "en": "River"},
        "id": "1",
        "name": None,
        "length_m": 4.0,
        "stations": [{"part": 1, "from_m": 0.0, "to_m": 4.0}],
    }
    report["site"]["crossings"] = [{**crossing, "class": "dyke"}, {**crossing, "class": "other"}]
    table = next(t for t in Reading(report, "zh").view.site if t.title == "穿越、跨越一览")
    assert [row[3] for row in table.rows] == ["堤防", "other"]


def test_english_reads_as_english():
    words = Words("en")
    assert citation("某法", "33", "internal rule") == "《某法》第三十三条 (internal rule)"
    assert citation("某法", "33", "内部规定") == "《某法》第三十三条（内部规定）"
    assert span_of("2026-01-01", None, words) == "2026-01-01 onwards"
    assert span_of("2026-01-01", None, Words("zh")) == "2026-01-01 至 长期"
    assert span_of(None, None, words) == "—"
    assert span_of(None, "2026-01-01", words) == "— to 2026-01-01"
    assert words.sentence("hit: ask") == "Hit: ask"
    assert Words("zh").sentence("a 条") == "a 条"


def test_codes_of_planned_land_use_have_their_names():
    assert land_use("110101", Words("zh")) == "110101 一类物流仓储用地"
    assert land_use("110101", Words("en")) == "110101 Class I logistics storage land"
    assert land_use("no such code", Words("zh")) == "no such code"
    report = load("red_incomplete")
    report["project"]["facts"] = {"land_use_code": "1001", "linear": True}
    table = Reading(report, "zh").view.facts[0]
    assert [row[1] for row in table.rows if "用途代码" in row[0]] == ["1001 工业用地"]
    english = Reading(report, "en").view.facts[0]
    assert "Yes" in {row[1] for row in english.rows}


@pytest.mark.parametrize("name", NAMES)
def test_only_what_is_affected_bears_the_colours_of_its_level(name):
    reading = Reading(load(name), "zh")
    page = FORMATS["html"].write(reading).decode("utf-8")
    for row in reading.rows:
        if row.section is None or row.state == "not_applicable":
            continue
        line = re.search(rf'<span class="code">{re.escape(row.code)}</span>.*?</tr>', page, re.S)[0]
        look = re.search(r'<span class="badge ([^"]*)"', line)[1]
        assert ("quiet" in look) is (row.state != "affected"), row.code
        assert badge(row).style == (f"sev-{row.severity}" if row.state == "affected" else "")


def test_units_of_facts_are_written_as_units():
    rows = fact_rows({"floor_area_m2": 10000.5, "height_m": 20}, Words("zh"))
    assert [row[1] for row in rows] == ["10000.5 m²", "20 m"]
