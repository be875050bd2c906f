"""Reports written at the same time are those written one after the other."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checks.report.formats import FORMATS

FOLDER = Path(__file__).parents[1] / "data" / "reports"
NAMES = ("all_clear", "red_incomplete", "multipart", "line_site")


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_concurrent_reports_equal_sequential_ones(form):
    documents = [
        json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES
    ]
    jobs = [(document, language) for document in documents for language in ("zh", "en")] * 2
    alone = [FORMATS[form].render(*job) for job in jobs]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda job: FORMATS[form].render(*job), jobs))
    assert together == alone
