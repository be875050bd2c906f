"""The demo plays its four scenes; their figures come from the scenes' construction by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gis.errors import LantuError
from sample_data.demo import SCENES, play


def report(demo: Path, scene: str) -> dict[str, Any]:
    path = demo / "reports" / scene / "report.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def finding(document: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in document["findings"] if f["code"] == code)
    return found


def test_every_scene_has_its_files(demo: Path) -> None:
    lights = {}
    for scene in SCENES:
        assert (demo / "scenes" / scene.key / "facts.yaml").is_file()
        assert (demo / "scenes" / scene.key / scene.file).is_file()
        assert (demo / "reports" / scene.key / "report.html").stat().st_size > 10_000
        lights[scene.key] = report(demo, scene.key)["conclusion"]["colour"]
    assert lights == {"plant": "green", "warehouse": "red", "road": "red", "school": "grey"}


def test_the_front_page_leads_to_every_report_and_asks_no_other_host(
    demo: Path,
) -> None:
    page = (demo / "index.html").read_text(encoding="utf-8")
    for scene in SCENES:
        address = f"reports/{scene.key}/report.html"
        assert f'href="{address}"' in page
        assert (demo / address).is_file()
    assert page.count("http") == page.count("http://www.w3.org/2000/svg")
    assert "<script" not in page
    assert "虚构" in page


def test_the_plant_is_clear_and_complete(demo: Path) -> None:
    document = report(demo, "plant")
    conclusion = document["conclusion"]
    assert conclusion["colour"] == "green"
    assert conclusion["complete"] is True
    told = [(f["code"], f["severity"]) for f in document["findings"] if f["state"] == "affected"]
    assert told == [("AL-01", "notice")]  # its conversion is approved already
    assert conclusion["counts"]["needs_person"] == 0
    assert finding(document, "OP-02")["verdict"]["zh"] == "兼容"


def test_the_warehouse_takes_215_30(demo: Path) -> None:
    document = report(demo, "warehouse")
    hit = finding(document, "PF-01")
    assert hit["state"] == "affected"
    assert hit["measures"]["area_m2"] == pytest.approx(215.30, abs=0.005)
    assert hit["measures"]["count"] == 1
    # 126.00 m by 86.12 m
    assert hit["measures"]["share"] == pytest.approx(215.30 / (126.00 * 86.12), abs=1e-9)
    assert document["conclusion"]["colour"] == "red"


def test_the_second_patch_is_named_as_borderline(demo: Path) -> None:
    near = finding(report(demo, "warehouse"), "PF-01")["borderline"]
    assert [row["distance_m"] for row in near] == [pytest.approx(0.30, abs=1e-6)]


def test_fields_that_the_road_crosses_are_not_borderline(demo: Path) -> None:
    hit = finding(report(demo, "road"), "PF-01")
    deep = {row["id"] for row in hit["features"] if row["length_m"] > 10}
    assert len(deep) > 10
    assert not deep & {row["id"] for row in hit["borderline"]}


def test_the_warehouse_is_clear_of_a_blue_line_only_within_the_accuracy(demo: Path) -> None:
    line = finding(report(demo, "warehouse"), "BL-01")
    assert (line["state"], line["certainty"]) == ("clear", "within_accuracy")


def test_the_road_is_measured_by_length(demo: Path) -> None:
    document = report(demo, "road")
    fields, cultivated = finding(document, "FL-01"), finding(document, "FL-02")
    whole = 3200.0
    for found in (fields, cultivated):
        share = found["measures"]["length_m"] / whole
        assert found["measures"]["share"] == pytest.approx(share, abs=1e-9)
        parts = sum(feature["length_m"] for feature in found["features"])
        assert found["measures"]["length_m"] == pytest.approx(parts, abs=1e-3)
    assert fields["measures"]["length_m"] > cultivated["measures"]["length_m"]


def test_the_school_is_not_green_without_its_layer(demo: Path) -> None:
    document = report(demo, "school")
    assert document["scenario"]["key"] == "binjiang_sensitive"
    assert document["conclusion"]["complete"] is False
    assert document["conclusion"]["colour"] == "grey"
    missing = finding(document, "BJ-01")
    assert missing["state"] == "not_assessed"
    assert missing["layer"] == "safety.soil_pollution_list"


def test_the_demo_overwrites_only_itself(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(LantuError) as caught:
        play(tmp_path)
    assert caught.value.code == "demo_folder_not_empty"
    assert (tmp_path / "thesis.txt").read_text() == "mine"
