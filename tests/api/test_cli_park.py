"""A park by its plots and the one-page precheck, through the command line."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from api.cli.main import main

X, Y = 600_000, 2_700_000

PACK = """\
kinds:
- {key: moon_dust, name: {zh: 月尘评价, en: Moon dust}}
- {key: moon_light, name: {zh: 月光评价, en: Moon light}}
criteria:
- {key: validity, effect: decisive, source: 外部}
- {key: project_type, effect: decisive, source: 外部}
- {key: envelope, effect: decisive, source: 外部}
- {key: area_obligations, effect: advisory, source: null}
table:
- {if: {assessment: none}, outcome: own_assessment, mode: joint}
- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}
- {if: {any_decisive: unknown}, outcome: undetermined, mode: unknown}
- {outcome: shared, mode: commitment}
"""


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def told(*args: object) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*args: object) -> str:
    result = run(*args, "--json")
    assert result.exit_code == 1, result.output
    return str(json.loads(result.stdout)["error"]["code"])


def ring(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    points = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {"type": "Polygon", "coordinates": [[[X + x, Y + y] for x, y in points]]}


def layer(folder: Path, key: str, features: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}},
        "features": [
            {"type": "Feature", "properties": fields, "geometry": shape}
            for shape, fields in features
        ],
    }
    path = folder / f"{key}.geojson"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    told("publish", key, path, "--edition", "e1", "--currency", "2026-01-01",
         "--coverage", "workspace", "--accuracy", "0")  # fmt: skip


def assess(folder: Path, kind: str, **content: Any) -> None:
    base = {
        "kind": kind,
        "code": f"M.{kind}",
        "version": "1",
        "issuer": "月园",
        "extent": ring(0, 0, 1000, 1000) | {"crs": "EPSG:4548"},
        "valid_from": "2025-01-01",
        "review": {"date": "2025-01-01", "public": True},
    }
    given = {"valid_to": "2026-12-31", "validity_source": "月规"} | content
    path = folder / "a.yaml"
    path.write_text(yaml.safe_dump(base | given, allow_unicode=True), encoding="utf-8")
    for verb, what in (("add", path), ("submit", f"M.{kind}"), ("publish", f"M.{kind}")):
        told("assessments", verb, what)


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Park M is 1 km wide; plots: inside, 60 % inside, 40 % inside, outside."""
    monkeypatch.setenv("LANTU_WORKSPACE", str(tmp_path / "ws"))
    area = f"{X - 5000},{Y - 5000},{X + 5000},{Y + 5000}"
    told("init", tmp_path / "ws", "--crs", "EPSG:4548", "--area", area, "--packs", "moon")
    moon = tmp_path / "moon"
    moon.mkdir()
    (moon / "pack.yaml").write_text("name: moon\n", encoding="utf-8")
    scenarios = "scenarios: [{key: m, title: {zh: 月, en: moon}, rules: [all]}]\n"
    (moon / "scenarios.yaml").write_text(scenarios, encoding="utf-8")
    (moon / "inheritance.yaml").write_text(PACK, encoding="utf-8")
    assert run("rules", "add", moon).exit_code == 0
    layer(tmp_path, "park.boundary", [(ring(0, 0, 1000, 1000), {"park_code": "M"})])
    shapes = [(100, 200), (940, 1040), (960, 1060), (2000, 2100)]
    plots = [
        (ring(x0, 100, x1, 200), {"name": f"地块{x0}", "YDYHFLDM": "100101"}) for x0, x1 in shapes
    ]
    layer(tmp_path, "plan.detailed", plots)
    return tmp_path


def plots(**more: Any) -> dict[str, dict[str, Any]]:
    args = [part for key, value in more.items() for part in (f"--{key.replace('_', '-')}", value)]
    rows = told("park", "plots", "M", *args)
    return {row["attributes"]["name"]: row for row in rows}


def test_plots_are_those_that_lie_in_the_park_by_more_than_half(ws: Path) -> None:
    assess(ws, "moon_dust")
    found = plots(as_of="2026-11-20")
    assert {name: row["ready"] for name, row in found.items()} == {"地块100": 1, "地块940": 0}
    assert found["地块940"]["area_m2"] == 10_000  # whole, not cut at the boundary
    dust, light = found["地块940"]["kinds"]
    assert (dust["share_covered"], dust["against"]) == (0.6, ["coverage"])
    assert (light["ready"], light["assessment"]) == (False, None)
    assert found["地块100"]["of"] == 2


def test_what_stands_against_sharing_without_any_project(ws: Path) -> None:
    assess(ws, "moon_dust", duties=[{"text": "管网", "done": False}])
    assess(ws, "moon_light", valid_to="2026-11-20")
    day = plots(as_of="2026-11-20")["地块100"]
    assert day["ready"] == 2
    assert day["kinds"][0]["warns"] == ["area_obligations"]
    after = plots(as_of="2026-11-21")["地块100"]
    assert after["kinds"][1]["against"] == ["validity"]
    told("assessments", "suspend", "M.moon_dust")
    assert plots(as_of="2026-11-21")["地块100"]["ready"] == 0
    assert plots(as_of="2026-11-20")["地块100"]["kinds"][0]["against"] == ["published"]


def test_faults(ws: Path) -> None:
    assert refused("park", "plots", "N") == "unknown_park"
    assert refused("park", "plots", "M", "--layer", "no.such") == "unknown_layer"
    assert refused("park", "precheck", "e1#99", "--industry", "C39") == "unknown_plot"
    site = f"SRID=4548;POLYGON(({X} {Y},{X + 9} {Y},{X + 9} {Y + 9},{X} {Y}))"
    assert refused("park", "precheck", site, "--industry", "C39", "--fact", "tall") == "bad_fact"
    assert (
        refused("park", "precheck", site, "--industry", "C39", "--fact", "tal=1") == "unknown_fact"
    )


class Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_precheck_is_one_page(ws: Path) -> None:
    assess(ws, "moon_dust", negative={"industries": ["C26"]}, envelope=[
        {"fact": "height_m", "max": "30", "source": "月评"}])  # fmt: skip
    number = next(row["plot"] for name, row in plots(as_of="2026-11-20").items() if "100" in name)
    page = ws / "p.html"
    asked = ("park", "precheck", number, "--out", page, "--as-of", "2026-11-20")
    works = ("--fact", "works=building")
    good = told(*asked, "--industry", "C39", *works, "--fact", "height_m=30")
    assert (good["admission"], good["ready"], good["kinds"]) == ("met", 1, 2)
    assert good["report"]["number"] is None  # a precheck
    text = Text()
    text.feed(page.read_text(encoding="utf-8"))
    assert {"准入预检单", "1/2", "C39", "共享成果，无需单独编报"} <= {
        word.removeprefix(f"{number} ") for word in text.words
    }
    chemical = told(*asked, "--industry", "C2614", *works, "--fact", "height_m=30")
    assert (chemical["admission"], chemical["ready"]) == ("failed", 0)
    silent = told(*asked, "--industry", "C39", *works)
    assert silent["ready"] == 0
    assert any("height_m" in question for question in silent["questions"])
    raw = page.read_text(encoding="utf-8")
    assert "http" not in raw.replace("http-equiv", "")


def test_text_of_the_file_never_becomes_markup(ws: Path) -> None:
    site = ws / "site.geojson"
    shape = ring(100, 100, 200, 200)
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4548"}},
        "features": [
            {"type": "Feature", "properties": {"name": "<img src=x onerror=1>"}, "geometry": shape}
        ],
    }
    site.write_text(json.dumps(document), encoding="utf-8")
    page = ws / "p.html"
    told("park", "precheck", site, "--industry", "C39", "--out", page)
    assert "<img" not in page.read_text(encoding="utf-8")


def test_an_acknowledgement_is_taken_back_on_the_command_line(ws: Path) -> None:
    assess(ws, "moon_dust")
    word = ("--authority", "月局", "--document", "1号", "--date", "2026-01-05")
    assert told("assessments", "acknowledge", "M.moon_dust", *word)["acknowledged"] == ["月局"]
    back = told("assessments", "retract", "M.moon_dust", *word, "--why", "文号写错")
    assert back["acknowledged"] == []
    assert told("assessments", "acknowledge", "M.moon_dust", *word)["acknowledged"] == ["月局"]
