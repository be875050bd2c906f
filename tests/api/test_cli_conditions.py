"""Frozen conditions through the command line: freeze, compare row by row, amend by a document."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from api.cli.main import main
from tests.support.stores import place, reopened

pytestmark = pytest.mark.usefixtures("both_stores")

X, Y = 600_000, 2_700_000
CODE = "2026-350205-39-01-000001"
FACTS = {"code": CODE, "name": "示例", "works": "building", "use": "factory", "height_m": "24"}


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def told(*args: object) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*args: object) -> dict[str, Any]:
    result = run(*args, "--json")
    assert result.exit_code == 1, result.output
    error: dict[str, Any] = json.loads(result.stdout)["error"]
    return error


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    ws = place(tmp_path / "ws")
    monkeypatch.setenv("LANTU_WORKSPACE", str(ws))
    area = f"{X - 5000},{Y - 5000},{X + 5000},{Y + 5000}"
    told("init", ws, "--crs", "EPSG:4548", "--area", area, "--packs", "cn-base")
    plan(tmp_path, "p1", "2026-01-01", far="2.0")
    return tmp_path


def plan(folder: Path, edition: str, day: str, *, far: str) -> None:
    ring = [[X, Y], [X + 1000, Y], [X + 1000, Y + 1000], [X, Y + 1000], [X, Y]]
    fields = {"YDYHFLDM": "100101", "max_floor_area_ratio": far, "max_height_m": "24"}
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        "features": [
            {
                "type": "Feature",
                "properties": fields,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    path = folder / "plan.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    told("publish", "plan.detailed", path, "--edition", edition, "--currency", day,
         "--coverage", "workspace", "--accuracy", "0")  # fmt: skip


def site(width: float = 100) -> str:
    x0, y0, x1, y1 = X + 100, Y + 100, X + 100 + width, Y + 200
    return f"SRID=4548;POLYGON(({x0} {y0},{x1} {y0},{x1} {y1},{x0} {y1},{x0} {y0}))"


def state(folder: Path, width: float = 100, **facts: Any) -> tuple[object, ...]:
    path = folder / "facts.yaml"
    path.write_text(yaml.safe_dump(FACTS | facts, allow_unicode=True), encoding="utf-8")
    return (site(width), "--project", path, "--as-of", "2026-11-20")


def rows(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["row"]: row for row in document["rows"]}


def changed(document: dict[str, Any]) -> set[str]:
    return {row["row"] for row in document["rows"] if row["changed"]}


def test_the_same_again_is_unchanged(ws: Path) -> None:
    first = told("conditions", "freeze", *state(ws), "--by", "区多规办")
    assert (first["version"], first["state"], first["who"]) == ("1", "frozen", "区多规办")
    again = told("conditions", "freeze", *state(ws))
    assert (again["revision"], again["detail"]) == (first["revision"], first["detail"])
    found = told("conditions", "diff", *state(ws))
    assert (found["changed"], found["breaks"]) == (False, False)
    assert {"site.area", "site.outline", "fact.use", "indicator.max_floor_area_ratio"} <= set(
        rows(found)
    )


def test_red_line_grown_by_half_a_metre(ws: Path) -> None:
    """100 m x 100 m grown to 100.5 m: 50 m² more, nothing less."""
    told("conditions", "freeze", *state(ws))
    found = told("conditions", "diff", *state(ws, 100.5))
    assert changed(found) == {"site.area", "site.outline", "indicator.site_area_m2"}
    outline = rows(found)["site.outline"]["detail"]
    assert (outline["added"], outline["removed"]) == (50, 0)
    assert rows(found)["site.area"]["detail"]["difference"] == 50
    aside = told("conditions", "diff", *state(ws, 100.5), "--width", "0.6")
    assert not rows(aside)["site.outline"]["changed"]
    assert rows(aside)["site.outline"]["detail"]["set_aside"] is True
    assert rows(aside)["site.outline"]["detail"]["added"] == 50  # told all the same


def test_use_and_facts(ws: Path) -> None:
    told("conditions", "freeze", *state(ws))
    found = told("conditions", "diff", *state(ws, use="office", storeys="6"))
    assert changed(found) == {"fact.use", "fact.storeys"}
    use = rows(found)["fact.use"]
    assert (use["frozen"], use["now"]) == ("factory", "office")
    assert rows(found)["fact.storeys"]["frozen"] is None


def test_a_figure_beyond_a_frozen_indicator(ws: Path) -> None:
    told("conditions", "freeze", *state(ws))
    assert not told("conditions", "diff", *state(ws, height_m="24.0"))["breaks"]
    found = told("conditions", "diff", *state(ws, height_m="24.01"))
    assert rows(found)["indicator.max_height_m"]["breaks"] is True
    assert changed(found) == {"fact.height_m"}


def test_a_plan_changed_since(ws: Path) -> None:
    told("conditions", "freeze", *state(ws))
    plan(ws, "p2", "2026-02-01", far="2.0")
    assert changed(told("conditions", "diff", *state(ws))) == set()  # newer data, same value
    plan(ws, "p3", "2026-03-01", far="2.5")
    found = told("conditions", "diff", *state(ws))
    assert changed(found) == {"indicator.max_floor_area_ratio"}
    row = rows(found)["indicator.max_floor_area_ratio"]
    assert (row["frozen"], row["now"]) == ("≤ 2", "≤ 2.5")


def test_a_change_needs_a_document(ws: Path) -> None:
    told("conditions", "freeze", *state(ws))
    error = refused("conditions", "freeze", *state(ws, use="office"))
    assert error["code"] == "already_frozen"
    assert run("conditions", "amend", *state(ws, use="office")).exit_code == 2
    assert run("conditions", "amend", *state(ws), "--document", " ").exit_code == 2
    paper = ("--document", "海资规函〔2026〕9号", "--why", "产业调整")
    done = told("conditions", "amend", *state(ws, use="office"), *paper)
    assert (done["version"], done["detail"]["document"]) == ("2", "海资规函〔2026〕9号")
    again = told("conditions", "amend", *state(ws, use="office"), *paper)
    assert again["revision"] == done["revision"]
    found = told("conditions", "diff", *state(ws))
    assert (found["version"], found["document"]) == ("2", "海资规函〔2026〕9号")
    assert changed(found) == {"fact.use"}  # against what was amended, not the first state
    shown = told("conditions", "show", CODE)
    assert [row["event"] for row in shown["history"]] == ["freeze", "supersede", "amend"]
    assert shown["frozen"]["content"]["facts"]["use"] == "office"
    assert [row["version"] for row in told("conditions", "list")] == ["2"]


def test_refusals(ws: Path) -> None:
    assert refused("conditions", "diff", *state(ws))["code"] == "not_frozen"
    assert refused("conditions", "amend", *state(ws), "--document", "1")["code"] == "not_frozen"
    assert refused("conditions", "freeze", *state(ws, code=None))["code"] == "project_code_missing"
    far = X + 90_000
    outside = f"SRID=4548;POLYGON(({far} {Y},{far + 9} {Y},{far + 9} {Y + 9},{far} {Y}))"
    path = state(ws)[2]
    assert refused("conditions", "freeze", outside, "--project", path)["code"] == "outside_area"
    assert told("conditions", "list") == []


def test_twenty_at_once_freeze_once(ws: Path) -> None:
    """Of concurrent freezes of the same state one writes, the others find it or are refused."""
    from checks.indicators.frozen import SUBJECT
    from layers.store.assessment_table import Act
    from layers.store.records import Step
    from tests.layers.assessment_helpers import AT

    store = reopened(ws)
    step = Step("freeze", (None,), "frozen", store.put_document(b"{}"))
    before = store.revision

    def freeze(_: int) -> str:
        return store.records.act(SUBJECT, CODE, "1", step, Act(AT, "x")).state

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(freeze, range(20))) == {"frozen"}
    assert store.revision == before + 1
    store.close()
