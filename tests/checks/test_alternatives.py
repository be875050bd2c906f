"""Comparison of sites: the ranking follows its printed rule, and says what decided."""

import copy
import itertools
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checks.alternatives import CRITERIA, SEVERITIES, compare
from checks.report.compare import render_compare, render_compare_json
from gis.errors import LantuError, Text

FOLDER = Path(__file__).parents[1] / "data" / "reports"
HOSTILE = "<script>alert(1)</script>"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def made(*severities, complete=True, share=0.1, shared=0):
    """A report with one affected finding for each severity, each on `share` of the site."""
    report = load("all_clear")
    hit = copy.deepcopy(load("red_incomplete")["findings"][0])
    report["findings"] = []
    for number, severity in enumerate(severities):
        one = copy.deepcopy(hit)
        width = 100 * share
        ring = [[0, 0], [width, 0], [width, 200], [0, 200], [0, 0]]
        one |= {"code": f"X-{number}-{severity}", "severity": severity, "state": "affected"}
        one["pieces"] = {"type": "MultiPolygon", "coordinates": [[ring]]}
        report["findings"].append(one)
    report["conclusion"] |= {"complete": complete, "open": [] if complete else ["Y-1"]}
    decision = {
        "kind": "k", "name": {"zh": "种类", "en": "kind"}, "outcome": "shared",
        "approval_mode": "commitment", "share_covered": 1.0, "uncovered": None,
    }  # fmt: skip
    report["inheritance"] = [{**decision, "kind": f"k{n}"} for n in range(shared)]
    return report


def order(*reports):
    return [row["site"] for row in compare(reports)["ranking"]]


@pytest.mark.parametrize(
    ("better", "worse", "key"),
    [
        (made(), made("prohibited"), "prohibited"),
        (made("needs_approval"), made("prohibited"), "prohibited"),
        (made("prohibited", share=0.1), made("prohibited", share=0.4), "prohibited_share"),
        (made("needs_approval"), made(complete=False), "complete"),
        (made("condition"), made("needs_approval"), "needs_approval"),
        (made("needs_approval", share=0.1), made("needs_approval", share=0.2),
         "needs_approval_share"),
        (made("condition"), made("needs_assessment"), "needs_assessment"),
        (made("notice"), made("condition"), "condition"),
        (made(shared=2), made(shared=1), "shared"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_criterion_decides_and_is_named(better, worse, key):
    assert order(better, worse) == [1, 2]
    assert order(worse, better) == [2, 1]
    first, second = compare([worse, better])["ranking"]
    assert (first["rank"], second["rank"], second["criterion"]) == (1, 2, key)
    title = next(one.title for one in CRITERIA if one.key == key)
    assert second["because"]["zh"].startswith(title.zh)


def test_equal_sites_share_a_rank_and_the_next_one_counts_both():
    document = compare([made("notice"), made("notice"), made("prohibited")])
    assert [row["rank"] for row in document["ranking"]] == [1, 1, 3]
    assert document["ranking"][1]["criterion"] is None


def test_the_order_of_the_inputs_does_not_change_the_ranking():
    reports = [made("prohibited"), made("condition"), made(complete=False), made("notice")]
    wanted = ["notice", "condition", "incomplete", "prohibited"]
    names = dict(zip(("prohibited", "condition", "incomplete", "notice"), reports, strict=True))
    for places in itertools.permutations(names):
        got = order(*(names[name] for name in places))
        assert [places[no - 1] for no in got] == wanted


def test_overlapping_hits_count_their_ground_once():
    (site, _) = compare([made("prohibited", "prohibited", share=0.3), made()])["sites"]
    assert site["affected"] == {key: 2 * (key == "prohibited") for key in SEVERITIES}
    assert site["affected_size"]["prohibited"] == 6000.0  # 30 m x 200 m, twice the same
    assert site["affected_share"]["prohibited"] == 0.3


def test_one_site_is_no_comparison():
    with pytest.raises(LantuError, match="compare_too_few"):
        compare([made()])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_is_closed_escaped_and_the_same_twice(language):
    reports = [load("red_incomplete"), load("multipart"), load("confidential"), load("nulls")]
    for report in reports:
        report["site"]["name"] = HOSTILE
    document = compare(reports)
    assert render_compare_json(document) == render_compare_json(compare(reports))
    page = render_compare(document, language)
    assert page == render_compare(document, language)
    root = ET.fromstring(page)
    assert not list(root.iter("script"))
    assert HOSTILE in "".join(root.itertext())


def test_different_scenarios_are_noted():
    other = made()
    other["scenario"] = {**other["scenario"], "key": "another"}
    assert "场景" in compare([made(), other])["notes"][0]["zh"]
    moved = made()
    moved["site"]["geometry"] = load("multipart")["site"]["geometry"]
    assert compare([made(), moved])["notes"] == []


def test_the_same_site_twice_is_told_and_ties():
    document = compare([made("notice"), made("notice")])
    assert document["notes"] == [
        {"zh": "用地 1、2 范围相同", "en": "Sites 1, 2 have the same outline"}
    ]
    assert [row["rank"] for row in document["ranking"]] == [1, 1]


def hidden(report):
    """As a reader without the right sees it: hits without a measure."""
    for finding in report["findings"]:
        finding |= {"measures": None, "pieces": None}
    return report


def test_what_nobody_may_see_is_not_taken_for_nothing():
    """A confidential prohibition may lie on the whole site: it does not beat one on a tenth."""
    first, second = compare([hidden(made("prohibited")), made("prohibited", share=0.1)])["ranking"]
    assert (first["site"], second["site"], second["criterion"]) == (2, 1, "prohibited_share")
    assert second["because"]["zh"].startswith("刚性约束占用地比例：不明（涉密）（用地 2：10.00%）")
    page = render_compare(compare([hidden(made("prohibited")), made()]), "en").decode()
    assert "1 (extent unknown, confidential)" in page


def test_hits_without_a_shape_count_by_their_measure():
    """An outside version and a raster have no shapes; areas on top of each other are not added."""
    one, other = made("prohibited", "prohibited"), made()
    for finding, area in zip(one["findings"], (1000.0, 4000.0), strict=True):
        finding["pieces"] = None
        finding["measures"] = {**finding["measures"], "area_m2": area}
    (site, _) = compare([one, other])["sites"]
    assert site["affected_size"]["prohibited"] == 4000.0
    assert site["affected_share"]["prohibited"] == pytest.approx(0.2)


def test_a_rule_that_only_some_have_data_for_is_a_row():
    one, other = made("notice"), made("notice")
    one["findings"][0]["state"], other["findings"][0]["state"] = "clear", "not_assessed"
    (row,) = compare([one, other])["findings"]
    assert [cell["state"] for cell in row["sites"]] == ["clear", "not_assessed"]
    other["findings"][0]["state"] = "clear"
    assert compare([one, other])["findings"] == []


def test_numbers_stay_and_refused_sites_are_named():
    why = Text("边界自相交", "the outline crosses itself")
    document = compare([made("prohibited"), made()], numbers=[1, 3], refused=[(2, "乙", why)])
    assert [site["no"] for site in document["sites"]] == [1, 3]
    assert [row["site"] for row in document["ranking"]] == [3, 1]
    assert document["refused"] == [{"no": 2, "name": "乙", "reason": why.as_dict()}]
    page = render_compare(document).decode()
    assert "用地 2 乙 未能检测，不参与比选：边界自相交" in page


def test_lines_and_areas_compare_by_share():
    line, area = load("line_site"), made("prohibited", share=0.1)
    document = compare([line, area])
    assert "线性工程" in "".join(note["zh"] for note in document["notes"])
    assert [site["area_m2"] is None for site in document["sites"]] == [True, False]
    assert render_compare(document, "en")


def test_twenty_sites():
    reports = [made(*["prohibited"] * (n % 3), *["condition"] * (n % 5)) for n in range(20)]
    document = compare(reports)
    counts = [(n % 3, n % 5) for n in range(20)]
    assert [counts[row["site"] - 1] for row in document["ranking"]] == sorted(counts)
    page = ET.fromstring(render_compare(document))
    heads = [len(list(row)) for row in page.iter("tr") if row[0].tag == "th" and len(row) > 4]
    assert heads
    assert max(heads) <= 10, "a sheet is no wider"
    numbers = {"".join(cell.itertext()).split(" ")[0] for cell in page.iter("th") if cell.text}
    assert {str(n) for n in range(1, 21)} <= numbers
