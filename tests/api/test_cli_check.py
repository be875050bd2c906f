"""`lantu check` and `lantu publish` end to end on a small hand-computed world."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.main import main
from api.clock import today

X, Y = 600_000, 2_700_000


def run(*args: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=stdin)


def done(*args: object) -> Any:
    result = run(*args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def box(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {"type": "Polygon", "coordinates": [[[X + x, Y + y] for x, y in ring]]}


def geojson(path: Path, *shapes: dict[str, Any], names: tuple[str, ...] = ()) -> Path:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": shape}
        for shape, name in zip(shapes, names or [""] * len(shapes), strict=True)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def rule(code: str, layer: str, severity: str) -> str:
    return f"""\
code: {code}
title: {{zh: 甲, en: one}}
layer: {layer}
test: {{overlaps: {{}}}}
severity: {severity}
verdict_family: occupy
basis: [{{title: 办法, article: '1', valid_from: '2000-01-01', valid_to: null, force: internal}}]
say:
  affected: {{zh: 压占, en: touched}}
  clear: {{zh: 未压占, en: clear}}
  not_assessed: {{zh: 未检测, en: not assessed}}
authority: 局
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace with one ordinary and one confidential layer, and a pack over both."""
    folder = tmp_path / "ws"
    done(
        "init",
        folder,
        "--crs",
        "EPSG:4548",
        "--area",
        f"{X - 5000},{Y - 5000},{X + 5000},{Y + 5000}",
    )
    for key, secret in (("a.red", "false"), ("a.secret", "true")):
        spec = tmp_path / f"{key}.yaml"
        spec.write_text(
            f"key: {key}\ntitle: {{zh: {key}, en: {key}}}\ntheme: control_line\n"
            f"geometry: polygon\nauthority: 局\nconfidential: {secret}\n",
            encoding="utf-8",
        )
        done("-w", folder, "layers", "add", spec)
        source = geojson(tmp_path / f"{key}.geojson", box(50, 0, 150, 100), box(60, 0, 160, 100))
        done("-w", folder, "publish", key, source, "--edition", "e1", "--currency", "2026-01-01",
             "--coverage", "workspace", "--accuracy", "0")  # fmt: skip
    pack = tmp_path / "office"
    (pack / "rules").mkdir(parents=True)
    (pack / "pack.yaml").write_text("name: office\njurisdiction: 局\nover: []\nstatus: internal\n")
    (pack / "rules" / "a.yaml").write_text(rule("OF-01", "a.red", "prohibited"), encoding="utf-8")
    (pack / "rules" / "b.yaml").write_text(rule("OF-02", "a.secret", "condition"), encoding="utf-8")
    (pack / "scenarios.yaml").write_text(
        "scenarios:\n- {key: office, title: {zh: 甲, en: one}, rules: [all]}\n", encoding="utf-8"
    )
    assert done("-w", folder, "rules", "add", pack)["pack"] == "office"
    return folder


def check(office: Path, *args: object, stdin: str | None = None) -> tuple[Result, Path]:
    out = office.parent / "out"
    result = run("-w", office, "check", *args, "--packs", "office", "--out", out, stdin=stdin)
    return result, out


def finding(out: Path, n: int, code: str) -> dict[str, Any]:
    report = json.loads((out / str(n) / "report.json").read_bytes())
    return next(item for item in report["findings"] if item["code"] == code)


def test_sites_of_several_files_are_numbered_through(office: Path, tmp_path: Path) -> None:
    two = geojson(
        tmp_path / "two.geojson", box(0, 0, 100, 100), box(200, 0, 300, 100), names=("甲", "乙")
    )
    broken = tmp_path / "broken.geojson"
    broken.write_text("{", encoding="utf-8")
    wkt = f"SRID=4548;POLYGON(({X} {Y},{X + 70} {Y},{X + 70} {Y + 10},{X} {Y + 10},{X} {Y}))"
    result, out = check(office, two, broken, tmp_path / "nothere.shp", wkt)
    assert result.exit_code == 1
    rows = json.loads((out / "index.json").read_text(encoding="utf-8"))
    assert [row["n"] for row in rows] == [1, 2, 3, 4, 5]
    assert set(rows[0]) == {"n", "site", "number", "path", "colour", "complete", "error"}
    assert [row["colour"] for row in rows] == ["red", "green", None, None, "red"]
    assert [row["site"] for row in rows[:2]] == ["甲", "乙"]
    assert rows[2]["error"]["code"]
    assert rows[3]["error"]["code"] == "file_not_found"
    assert rows[4]["error"] is None
    for n in (1, 2, 5):
        assert (out / str(n) / "report.html").read_bytes().startswith(b"<!")
    assert not (out / "3").exists()
    # two overlapping squares over the site's right half count once; the WKT site is 10 m high
    assert finding(out, 1, "OF-01")["measures"]["area_m2"] == pytest.approx(5000, abs=1e-6)
    assert finding(out, 5, "OF-01")["measures"]["area_m2"] == pytest.approx(200, abs=1e-6)


def test_json_is_the_index_or_the_one_refusal(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 10, 10))
    result, out = check(office, site, "--json")
    assert json.loads(result.stdout) == json.loads((out / "index.json").read_text("utf-8"))
    result, _ = check(office, tmp_path / "nothere.geojson", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "file_not_found"


def test_site_from_stdin(office: Path) -> None:
    wkt = f"SRID=4548;POLYGON(({X} {Y},{X + 70} {Y},{X + 70} {Y + 10},{X} {Y + 10},{X} {Y}))"
    result, out = check(office, "-", stdin=wkt)
    assert result.exit_code == 0, result.output
    assert finding(out, 1, "OF-01")["measures"]["area_m2"] == pytest.approx(200, abs=1e-6)


def test_confidential_layer_shows_no_figure_without_the_role(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 100, 100))
    _, out = check(office, site)
    masked = finding(out, 1, "OF-02")
    assert masked["state"] == "affected"
    assert masked["measures"] is None
    assert b"5000" not in json.dumps(masked).encode()
    check(office, site, "--confidential")
    assert finding(out, 1, "OF-02")["measures"]["area_m2"] == pytest.approx(5000, abs=1e-6)


def test_issue_numbers_and_keeps_the_report(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 100, 100))
    result, out = check(office, site, "--as-of", "2026-11-20")
    assert json.loads((out / "index.json").read_text("utf-8"))[0]["number"] is None
    result, out = check(office, site, "--as-of", "2026-11-20", "--issue", "--json")
    first = json.loads(result.stdout)[0]["number"]
    assert first.startswith("LT-2026-11-20-")
    report = (out / "1" / "report.json").read_bytes()
    kept = [path.read_bytes() for path in (office / "documents").iterdir()]
    assert report in kept
    result, out = check(office, site, "--as-of", "2026-11-20", "--issue", "--json")
    assert json.loads(result.stdout)[0]["number"] == first
    assert (out / "1" / "report.json").read_bytes() == report


def test_as_of_is_today_unless_given(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 10, 10))
    before = today()
    _, out = check(office, site)
    report = json.loads((out / "1" / "report.json").read_bytes())
    assert report["as_of"] in {before.isoformat(), today().isoformat()}
    assert [pack for pack in json.dumps(report["rulebook"]).split('"') if pack == "office"]


def test_before_the_first_edition_nothing_is_assessed(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 10, 10))
    result, out = check(office, site, "--as-of", "2025-12-31", "--json")
    row = json.loads(result.stdout)[0]
    assert (row["colour"], row["complete"]) == ("grey", False)
    assert finding(out, 1, "OF-01")["state"] == "not_assessed"


def test_only_the_formats_asked_for_and_nothing_half_written(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 10, 10))
    result, out = check(office, site, "--format", "json")
    assert result.exit_code == 0
    written = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert written == ["1/report.json", "index.json"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--scenario", "none"], "unknown_scenario"),
        (["--project", "nothere.yaml"], "file_not_found"),
    ],
)
def test_fault_of_the_question_refuses_the_run(
    office: Path, tmp_path: Path, arguments: list[str], code: str
) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 10, 10))
    result, out = check(office, site, *arguments, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == code
    assert not (out / "1").exists()


def test_unknown_pack_is_refused(office: Path, tmp_path: Path) -> None:
    site = geojson(tmp_path / "s.geojson", box(0, 0, 10, 10))
    result = run("-w", office, "check", site, "--packs", "nobody", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "unknown_pack"


def test_publish_twice_is_done_and_other_content_is_refused(office: Path, tmp_path: Path) -> None:
    options = ["--edition", "e1", "--currency", "2026-01-01", "--coverage", "workspace",
               "--accuracy", "0"]  # fmt: skip
    again = done("-w", office, "publish", "a.red", tmp_path / "a.red.geojson", *options)
    assert again["edition"]["id"] == "e1"
    other = geojson(tmp_path / "other.geojson", box(0, 0, 1, 1))
    result = run("-w", office, "publish", "a.red", other, *options, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "edition_exists"
    editions = done("-w", office, "layers", "editions", "a.red")
    assert [(edition["id"], edition["feature_count"]) for edition in editions] == [("e1", 2)]


def test_rules_of_the_pack_are_listed_and_explained(office: Path) -> None:
    listed = done("-w", office, "rules", "list", "--packs", "office")
    assert [item["code"] for item in listed] == ["OF-01", "OF-02"]
    explained = done("-w", office, "rules", "explain", "OF-01")
    assert explained["basis"][0]["title"] == "办法"
    result = run("-w", office, "rules", "explain", "OF-99", "--json")
    assert json.loads(result.stdout)["error"]["code"] == "unknown_rule"
    assert run("-w", office, "rules", "check").exit_code == 0


def test_broken_pack_is_not_registered(office: Path, tmp_path: Path) -> None:
    pack = tmp_path / "broken"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: broken\nnonsense: 1\n")
    result = run("-w", office, "rules", "add", pack, "--json")
    assert result.exit_code == 1
    assert "office" in done("-w", office, "rules", "check")["packs"]
    assert "broken" not in done("-w", office, "rules", "check")["packs"]
