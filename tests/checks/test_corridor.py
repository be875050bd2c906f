"""Linear works of known width are checked on their ground: figures by hand."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import shapely
from jsonschema import Draft202012Validator
from shapely.geometry.base import BaseGeometry

from checks.corridor import on_its_ground
from checks.facts import Project, fact_specs, project_of
from checks.report.html import render_html
from checks.report.schema import report_schema
from checks.rule import Leaf, Number
from gis.corridor import corridor
from gis.errors import LantuError
from gis.site import Site
from tests.api.test_cli_check import X as EAST
from tests.api.test_cli_check import Y as NORTH
from tests.api.test_cli_check import done, office
from tests.api.test_cli_verify import verified
from tests.support.memory_store import MemoryStore, rule, run

__all__ = ["office"]

X, Y = 600_000.0, 2_700_000.0
WIDTH = {"corridor_width_m": 30.0}


def at(*points: tuple[float, float]) -> BaseGeometry:
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def ground(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return shapely.box(X + west, Y + south, X + east, Y + north)


ROAD = at((0, 0), (1000, 0))


def of_one(store: MemoryStore, test: Leaf, facts: object = WIDTH, site: object = ROAD) -> Any:
    return run(store, [rule("R", "zone", test)], site, facts=facts)  # type: ignore[arg-type]


@pytest.fixture
def store() -> MemoryStore:
    """A zone that the edge of the road takes 5 m of, for 200 m; class b lies across it for 10 m."""
    made = MemoryStore(area=ground(-5000, -5000, 5000, 5000))
    made.layer("zone", [(ground(100, 10, 300, 400), "a"), (ground(500, -90, 510, 90), "b")])
    return made


# --- the shape -----------------------------------------------------------------------------------


def test_ends_are_square_and_bends_are_mitred() -> None:
    straight = corridor(ROAD, 30)
    assert straight.area == pytest.approx(30_000, abs=1e-6)
    assert straight.bounds == (X, Y - 15, X + 1000, Y + 15)
    # a right angle: two arms of 100 m by 10 m; outside the corner a square of 5 m, inside none
    bent = corridor(at((0, 0), (100, 0), (100, 100)), 10)
    assert bent.area == pytest.approx(1000 + 1000, abs=1e-6)
    assert shapely.covers(bent, shapely.Point(X + 104.9, Y - 4.9))


def test_parts_and_branches_count_once() -> None:
    cross = shapely.MultiLineString([at((-50, 0), (50, 0)), at((0, -50), (0, 50))])
    assert corridor(cross, 10).area == pytest.approx(2 * 1000 - 100, abs=1e-6)
    assert corridor(shapely.LineString(), 10).is_empty


def test_only_a_line_of_known_width_becomes_ground() -> None:
    line, area = (
        Site("1", shape, "EPSG:4548", "EPSG:4548") for shape in (ROAD, ground(0, 0, 9, 9))
    )
    known, unknown = Project(None, None, WIDTH), Project(None, None, {})
    assert on_its_ground(line, unknown) is line
    assert on_its_ground(area, known) is area
    made = on_its_ground(line, known)
    assert (made.is_line, made.axis, made.width_m) == (False, ROAD, 30.0)
    assert on_its_ground(made, known) is made


@pytest.mark.parametrize("width", [0, -3, 2001])
def test_a_width_out_of_sense_is_refused(width: float) -> None:
    with pytest.raises(LantuError):
        project_of({"corridor_width_m": width}, fact_specs(), where="facts")


# --- the check -----------------------------------------------------------------------------------


def test_what_only_the_edge_takes_is_found(store: MemoryStore) -> None:
    alone = of_one(store, Leaf("overlaps", "zone", classes=None), facts={})["findings"][0]
    assert alone["measures"]["length_m"] == 10.0  # the line alone meets class b, not a
    assert [row["code"] for row in alone["classes"]] == ["b"]
    report = of_one(store, Leaf("overlaps", "zone"))
    found = report["findings"][0]
    # a: 200 m by 5 m beside the line; b: 10 m by 30 m across it
    assert found["measures"]["area_m2"] == pytest.approx(1000 + 300, abs=1e-6)
    assert found["measures"]["length_m"] == pytest.approx(10, abs=1e-6)
    assert found["measures"]["share"] == pytest.approx(1300 / 30_000, abs=1e-9)
    rows = {row["code"]: (row["area_m2"], row["length_m"]) for row in found["classes"]}
    assert rows == {"a": (1000.0, 0.0), "b": (300.0, 10.0)}
    stations = [feature["stations"] for feature in found["features"]]
    assert stations[1] == [{"part": 1, "from_m": 500.0, "to_m": 510.0}]
    assert 100 <= stations[0][0]["from_m"] == stations[0][0]["to_m"] <= 300  # beside the line
    assert [one["length_m"] for one in report["site"]["crossings"]] == [10.0]
    assert list(Draft202012Validator(report_schema()).iter_errors(report)) == []


def test_a_limit_of_area_is_judged(store: MemoryStore) -> None:
    def state(square_metres: float, facts: object) -> str:
        over = Leaf("area_over", "zone", {"area_m2": Number(square_metres)})
        found = of_one(store, over, facts)["findings"][0]
        return str(found["state"])

    assert state(1299, WIDTH) == "affected"
    assert state(1301, WIDTH) == "clear"
    assert state(1299, {}) == "needs_person"


def test_the_report_tells_line_width_and_ground(store: MemoryStore) -> None:
    report = of_one(store, Leaf("overlaps", "zone"))
    site = report["site"]
    assert (site["kind"], site["length_m"]) == ("polygon", None)
    assert site["area_m2"] == pytest.approx(30_000, abs=1e-6)
    assert site["corridor"] == {
        "width_m": 30.0,
        "length_m": 1000.0,
        "axis": {"type": "MultiLineString", "coordinates": [[[X, Y], [X + 1000, Y]]]},
    }
    assert "corridor" in {limit["code"] for limit in report["limits"]}
    page = render_html(report).decode()
    assert "面状用地" not in page
    for words in ("线性工程用地宽度", "1000.00 m", "线路长度 10.00 m", "不代替用地红线"):
        assert words in page
    assert of_one(store, Leaf("overlaps", "zone"), facts={})["site"]["corridor"] is None


def test_a_clear_is_one_of_the_ground(store: MemoryStore) -> None:
    store.layer("far", [ground(0, 15.5, 1000, 90)])
    store.layer("half", [], coverage=ground(-5000, -14, 5000, 14))
    rules = [rule("F", "far", Leaf("overlaps", "far")), rule("H", "half", Leaf("overlaps", "half"))]
    report: Any = run(store, rules, ROAD, facts=WIDTH)
    far, half = report["findings"]
    assert (far["state"], far["certainty"]) == ("clear", "certain")
    assert (far["measures"]["area_m2"], far["measures"]["length_m"]) == (0.0, 0.0)
    assert half["state"] == "not_assessed"  # a metre of its edges is not covered
    assert half["share_covered"] == pytest.approx(28 / 30)


def test_verify_finds_it_again(office: Path, tmp_path: Path) -> None:
    line = [[EAST + 10, NORTH + 50], [EAST + 60, NORTH + 50], [EAST + 60, NORTH + 90]]
    crs = {"type": "name", "properties": {"name": "EPSG:4548"}}
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "LineString"}}
    feature["geometry"]["coordinates"] = line  # type: ignore[index]
    path, facts, out = tmp_path / "line.geojson", tmp_path / "facts.yaml", tmp_path / "out"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    facts.write_text("corridor_width_m: 8\n")
    done("-w", office, "check", path, "--project", facts, "--packs", "office", "--out", out)
    report = out / "1" / "report.json"
    kept = json.loads(report.read_bytes())["site"]
    assert math.isclose(kept["area_m2"], (50 + 40) * 8, abs_tol=1e-6)  # mitre and overlap balance
    assert verified(office, report)["result"] == "identical"
