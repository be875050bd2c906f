"""Every finding of the demo's reports is explained from the stored file alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.report.explain import explain_finding
from checks.report.stored import read_stored

SCENES = ("plant", "warehouse", "road", "school")


@pytest.mark.parametrize("scene", SCENES)
def test_every_finding_is_explained(demo: Path, scene: str) -> None:
    path = demo / "reports" / scene / "report.json"
    stored = read_stored(path.read_bytes(), where=path.name)
    assert stored.sealed
    assert stored.as_written
    report = stored.document
    assert len(report["findings"]) > 100
    for finding in report["findings"]:
        told = explain_finding(report, finding["code"])
        assert told.zh.splitlines()[0].startswith(finding["code"])
        for text in (told.zh, told.en):
            assert "None" not in text
            assert "{" not in text
        if finding["rule"] is not None:
            assert "\n检验：" in told.zh
            assert "\nTest: " in told.en
        if finding["state"] == "affected" and finding["basis"]:
            assert "\n依据：" in told.zh
            assert "\n数据：" in told.zh


def test_the_road_tells_stations_and_crossings(demo: Path) -> None:
    report = read_stored((demo / "reports/road/report.json").read_bytes(), where="r").document
    told = explain_finding(report, "PF-01")
    assert "桩号 K" in told.zh
    assert report["site"]["crossings"]
    page = (demo / "reports" / "road" / "report.html").read_text(encoding="utf-8")
    assert "穿越、跨越一览" in page
