"""Stretches of a line in tables: they add up to the printed length, overlaps are said."""

import json
from pathlib import Path

import lxml.html
import pytest

from checks.report.html import render_html
from checks.report.reading import Reading
from checks.report.texts import Words
from checks.report.view_pieces import pieces_of

FOLDER = Path(__file__).parents[1] / "data" / "reports"


def stretch(no, length, distance=None):
    return {
        "id": str(no), "no": no, "name": None, "class": None, "area_m2": None, "length_m": length,
        "distance_m": distance, "fields": {},
    }  # fmt: skip


def sizes(lengths, total, language="zh"):
    features = [stretch(no, length) for no, length in enumerate(lengths, 1)]
    finding = {"features": features, "measures": {"length_m": total}, "classes": []}
    pieces, _, overlap = pieces_of(finding, Words(language))
    return [piece.size for piece in pieces], overlap


def test_three_thirds_are_the_whole():
    # each alone is 33.33, the whole 100.00
    printed, overlap = sizes([33.333333, 33.333333, 33.333333], 99.999999)
    assert sorted(printed) == ["长度 33.33 m", "长度 33.33 m", "长度 33.34 m"]
    assert overlap == ""


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh", "各行之间有重叠，重复计入 20.50 m，合计只计一次。"), ("en", "Rows overlap: 20.50 m ")],
)
def test_stretches_that_overlap_are_said(language, told):
    printed, overlap = sizes([50.0, 40.5], 70.0, language)
    assert [text.split()[1] for text in printed] == ["50.00", "40.50"]
    assert overlap.startswith(told)


def test_a_distance_stands_once_behind_the_length():
    finding = {
        "features": [stretch(1, 12.5, 3.25), stretch(2, 1.0, 0.0)],
        "measures": {"length_m": 13.5}, "classes": [],
    }  # fmt: skip
    pieces, _, _ = pieces_of(finding, Words("zh"))
    assert [piece.size for piece in pieces] == [
        "长度 12.50 m；最近 3.25 m", "长度 1.00 m；最近 0.00 m",
    ]  # fmt: skip


def test_classes_along_a_line_add_up_too():
    report = json.loads((FOLDER / "line_site.json").read_text(encoding="utf-8"))
    finding = next(f for f in report["findings"] if f["state"] == "affected")
    name = {"zh": "类", "en": "class"}
    finding["classes"] = [
        {"code": str(n), "name": name, "area_m2": None, "length_m": 10.006, "share": 0.1}
        for n in range(2)
    ]
    finding["measures"] |= {"area_m2": None, "length_m": 20.012}
    row = next(row for row in Reading(report, "zh").rows if row.code == finding["code"])
    assert sorted(one.size for one in row.classes) == ["长度 10.00 m", "长度 10.01 m"]


def test_parts_of_a_line_are_stretches_and_no_plots():
    report = json.loads((FOLDER / "line_site.json").read_text(encoding="utf-8"))
    site = report["site"]
    x, y = 500_000.0, 2_710_000.0
    ends = [[[x, y], [x + 100, y]], [[x, y + 50], [x + 50, y + 50]]]
    site["geometry"] = {"type": "MultiLineString", "coordinates": ends}
    site["parts"] = [
        {"no": no, "area_m2": None, "length_m": length} for no, length in ((1, 100.0), (2, 50.0))
    ]
    site["length_m"] = 150.0
    finding = next(f for f in report["findings"] if f["state"] == "affected")
    finding["parts"] = [{"no": 1, "length_m": 8.0, "area_m2": None, "share": 0.08}]
    page = lxml.html.fromstring(render_html(report).decode("utf-8"))
    captions = {
        t.xpath("string(caption)"): t.xpath("string(thead//th)") for t in page.iter("table")
    }
    assert (captions["线路分段"], captions["分段"]) == ("段号", "段号")
    told = page.text_content()
    assert "第2段" in told
    assert "地块" not in told.split("附图")[-1].split("数据来源")[0]
