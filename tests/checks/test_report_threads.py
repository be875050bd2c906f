"""Reports written at the same time are those written one after the other."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checks.report.formats import FORMATS, render_all
from gis.errors import LantuError

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = ("all_clear", "red_incomplete", "multipart", "line_site")


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_concurrent_reports_equal_sequential_ones(form):
    documents = [load(name) for name in NAMES]
    jobs = [(document, language) for document in documents for language in ("zh", "en")] * 2
    alone = [FORMATS[form].render(*job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda job: FORMATS[form].render(*job), jobs))
    assert together == alone


def test_all_formats_at_once_are_those_made_alone():
    report = load("red_incomplete")
    keys = ("map", "pdf", "json", "docx", "html")
    made = render_all(report, keys, "en")
    assert list(made) == list(keys)
    for key, content in made.items():
        assert content == FORMATS[key].render(report, "en"), key


def test_a_format_that_refuses_stops_all():
    report = load("red_incomplete")
    report["site"]["crs"]["code"] = "EPSG:32650"
    with pytest.raises(LantuError) as caught:
        render_all(report, ("pdf", "txt"), "zh")
    assert caught.value.code == "txt_crs"
