"""Assessments, totals and decisions through the command line, with a pack of an invented kind."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from api.cli.main import main
from tests.support.stores import place, reopened

pytestmark = pytest.mark.usefixtures("both_stores")

X, Y = 600_000, 2_700_000
DAY = "2026-11-20"

PACK = """\
kinds:
- {key: moon_dust, name: {zh: 月尘评价, en: Moon dust}, items: [I087]}
criteria:
- {key: published, effect: decisive, source: 外部}
- {key: envelope, effect: decisive, source: 外部}
- {key: quota, effect: decisive, source: 外部}
- {key: validity, effect: advisory, source: null}
table:
- {if: {assessment: none}, outcome: own_assessment, mode: joint}
- {if: {share: partial}, outcome: partial_rule, mode: filing}
- {if: {any_decisive: failed}, outcome: own_assessment, mode: approval}
- {if: {any_decisive: unknown}, outcome: undetermined, mode: unknown}
- {outcome: simplified, mode: commitment}
"""

SCENARIOS = """\
scenarios:
- {key: moon, title: {zh: 月, en: moon}, rules: [all]}
"""


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


def box(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    ring = [[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]
    return {"type": "Polygon", "crs": "EPSG:4548", "coordinates": [ring]}


ASSESSMENT: dict[str, Any] = {
    "kind": "moon_dust",
    "code": "MOON.moon_dust",
    "version": "1",
    "title": "月园月尘评价",
    "issuer": "月园",
    "approval_no": "月审〔2025〕1号",
    "review": {"body": "月评", "date": "2025-01-01", "conclusion": "passed", "public": True},
    "acknowledged": [{"authority": "月尘局", "document": "1号", "date": "2025-01-02"}],
    "extent": box(X, Y, X + 1000, Y + 1000),
    "valid_from": "2025-01-01",
    "valid_to": "2026-12-31",
    "validity_source": "月规",
    "partial_coverage": {"rule": "supplement", "source": "月规"},
    "envelope": [{"fact": "height_m", "max": "30", "source": "月评"}],
    "totals": [{"name": "尘量", "fact": "energy_tce_y", "unit": "t", "limit": "100"}],
    "commitments": [{"zh": "少扬尘", "en": "Raise little dust"}],
}


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = place(tmp_path / "ws")
    area = f"{X - 5000},{Y - 5000},{X + 5000},{Y + 5000}"
    monkeypatch.setenv("LANTU_WORKSPACE", str(folder))
    told("init", folder, "--crs", "EPSG:4548", "--area", area, "--packs", "moon")
    moon = tmp_path / "moon"
    moon.mkdir()
    (moon / "pack.yaml").write_text("name: moon\nstatus: internal\n", encoding="utf-8")
    (moon / "scenarios.yaml").write_text(SCENARIOS, encoding="utf-8")
    (moon / "inheritance.yaml").write_text(PACK, encoding="utf-8")
    assert run("rules", "add", moon).exit_code == 0
    return folder


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "a.yaml"
    path.write_text(yaml.safe_dump(ASSESSMENT | changes, allow_unicode=True), encoding="utf-8")
    return path


def publish(folder: Path, **changes: Any) -> None:
    added = told("assessments", "add", write(folder, **changes))
    for verb in ("submit", "publish"):
        told("assessments", verb, added["code"])


def inherit(folder: Path, x0: float, facts: str, *more: object) -> dict[str, Any]:
    site = folder / "site.geojson"
    shape = box(X + x0, Y + 100, X + x0 + 100, Y + 200)
    crs = {"type": "name", "properties": {"name": "EPSG:4548"}}
    site.write_text(json.dumps(shape | {"crs": crs}))
    (folder / "f.yaml").write_text(facts, encoding="utf-8")
    asked = ("inherit", site, "--project", folder / "f.yaml", "--as-of", DAY, *more)
    assert run(*asked).exit_code == 0
    (row,) = told(*asked)
    assert (row["n"], set(row)) == (1, {"n", "site", "decisions"})
    (decision,) = row["decisions"]
    return dict(decision)


FACTS = "code: P1\nheight_m: 30\nenergy_tce_y: 60\n"


def test_decisions_follow_the_data(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    good = inherit(tmp_path, 100, FACTS)
    assert (good["outcome"], good["approval_mode"]) == ("simplified", "commitment")
    assert good["assessment"] == {"code": "MOON.moon_dust", "version": "1"}
    assert good["authority"] == "月尘局"
    assert good["commitments"] == [{"zh": "少扬尘", "en": "Raise little dust"}]
    (limit,) = good["criteria"][6]["evidence"]["limits"]
    assert (limit["value"], limit["max"], limit["result"]) == (30.0, 30.0, "met")
    part = inherit(tmp_path, 950, FACTS)
    assert (part["outcome"], part["approval_mode"]) == ("supplement", "filing")
    assert (part["share_covered"], part["uncovered_area_m2"]) == (0.5, 5000.0)
    high = inherit(tmp_path, 100, FACTS.replace("30", "30.01"))
    assert (high["outcome"], high["approval_mode"]) == ("own_assessment", "approval")
    assert inherit(tmp_path, 2000, FACTS)["outcome"] == "own_assessment"
    assert inherit(tmp_path, 100, "height_m: 1\n")["outcome"] == "undetermined"


def test_planted_values_change_the_outcome(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    assert inherit(tmp_path, 100, FACTS)["outcome"] == "simplified"
    publish(tmp_path, version="2", envelope=[{"fact": "height_m", "max": "29.99"}])
    later = inherit(tmp_path, 100, FACTS)
    assert (later["outcome"], later["assessment"]["version"]) == ("own_assessment", "2")
    own = {"partial_coverage": {"rule": "own_assessment", "source": "月规"}}
    publish(tmp_path, version="3", **own)
    assert inherit(tmp_path, 950, FACTS)["outcome"] == "own_assessment"


def test_suspended_at_noon_the_next_decision_knows(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    before = told("assessments", "account", "MOON.moon_dust")["known_at"]
    assert inherit(tmp_path, 100, FACTS)["outcome"] == "simplified"
    told("assessments", "suspend", "MOON.moon_dust", "--by", "月园", "--why", "月震")
    assert inherit(tmp_path, 100, FACTS)["outcome"] == "own_assessment"
    replayed = inherit(tmp_path, 100, FACTS, "--known-at", before)
    assert replayed["outcome"] == "simplified"
    history = told("assessments", "show", "MOON.moon_dust")["history"]
    assert [row["event"] for row in history] == ["add", "submit", "publish", "suspend"]
    assert (history[-1]["who"], history[-1]["why"]) == ("月园", "月震")
    told("assessments", "publish", "MOON.moon_dust")
    assert inherit(tmp_path, 100, FACTS)["outcome"] == "simplified"
    told("assessments", "withdraw", "MOON.moon_dust")
    assert inherit(tmp_path, 100, FACTS)["outcome"] == "own_assessment"


def test_totals_by_command(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    (tmp_path / "f.yaml").write_text(FACTS, encoding="utf-8")
    asked = ("reserve", "MOON.moon_dust", "--project", "P1", "--facts", tmp_path / "f.yaml")
    (row,) = told(*asked)["holdings"]
    assert (row["act"], row["amount"]) == ("reserve", "60.0")
    assert told(*asked)["holdings"] == [row], "again: the same row"
    other = ("reserve", "MOON.moon_dust", "--project", "P2", "--amount")
    assert refused(*other, "尘量=40.1")["code"] == "quota_exceeded"
    assert refused(*other, "煤=1")["code"] == "bad_amount"
    assert refused(*other, "尘量=x")["code"] == "bad_amount"
    told(*other, "尘量=40")
    told("commit", "MOON.moon_dust", "--project", "P1")
    account = told("assessments", "account", "MOON.moon_dust")
    assert [(t["limit"], t["held"], t["left"]) for t in account["totals"]] == [
        ("100", "100.0", "0.0")
    ]
    assert inherit(tmp_path, 100, FACTS)["outcome"] == "simplified", "its own does not count"
    assert inherit(tmp_path, 100, FACTS.replace("P1", "P3"))["outcome"] == "own_assessment"
    told("release", "MOON.moon_dust", "--project", "P1")
    assert told("assessments", "account", "MOON.moon_dust")["totals"][0]["held"] == "40"
    assert run("assessments", "account", "MOON.moon_dust").exit_code == 0
    assert refused("commit", "MOON.moon_dust", "--project", "P1")["code"] == "no_reservation"
    assert refused("reserve", "NOBODY", "--project", "P1")["code"] == "unknown_assessment"


def test_faults_stop_publishing_and_warnings_do_not(ws: Path, tmp_path: Path) -> None:
    envelope = [
        {"fact": "height_m", "max": "10"}, {"fact": "height_m", "min": "11"},
        {"fact": "hight_m", "max": "1"}, {"fact": "use", "max": "1"}, {"fact": "storeys"},
        {"fact": "storeys", "min": "5", "max": "4"},
    ]  # fmt: skip
    added = told("assessments", "add", write(tmp_path, envelope=envelope, treats=["no.layer"]))
    faults = [row["code"] for row in added["remarks"] if row["level"] == "fault"]
    assert sorted(faults) == sorted(
        ["unknown_fact", "fact_not_number", "limit_empty", "limit_conflict", "limit_conflict",
         "unknown_layer"]
    )  # fmt: skip
    result = run("assessments", "check", "MOON.moon_dust")
    assert result.exit_code == 1
    told("assessments", "submit", "MOON.moon_dust")
    assert refused("assessments", "publish", "MOON.moon_dust")["code"] == "assessment_faults"
    told("assessments", "withdraw", "MOON.moon_dust")
    bare = dict.fromkeys(("valid_to", "validity_source", "partial_coverage", "review"))
    told("assessments", "add", write(tmp_path, version="2", acknowledged=[], kind="odd", **bare))
    told("assessments", "submit", "MOON.moon_dust")
    published = told("assessments", "publish", "MOON.moon_dust")
    assert {row["code"] for row in published["remarks"]} == {
        "no_end", "no_review_date", "not_acknowledged", "no_partial_rule", "kind_not_in_packs",
    }  # fmt: skip
    assert refused("assessments", "add", write(tmp_path, version="2"))["code"] == (
        "assessment_exists"
    )


def test_a_file_is_checked_before_it_is_added(ws: Path, tmp_path: Path) -> None:
    revision = told("assessments", "list")
    asked = told("assessments", "check", write(tmp_path))
    assert asked["code"] == "MOON.moon_dust"
    assert [row["code"] for row in asked["remarks"]] == []
    assert told("assessments", "list") == revision == []
    broken = write(tmp_path, envelope=[{"fact": "hight_m", "max": "1"}])
    assert run("assessments", "check", broken).exit_code == 1


def test_a_project_may_be_named_by_its_facts(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    facts = tmp_path / "f.yaml"
    facts.write_text(FACTS, encoding="utf-8")
    (row,) = told("reserve", "MOON.moon_dust", "--project", facts)["holdings"]
    assert (row["project"], row["amount"]) == ("P1", "60.0")
    (row,) = told("commit", "MOON.moon_dust", "--project", facts)["holdings"]
    assert (row["project"], row["act"]) == ("P1", "commit")
    facts.write_text("energy_tce_y: 1\n", encoding="utf-8")
    assert refused("reserve", "MOON.moon_dust", "--project", facts)["code"] == "no_project_code"
    asked = ("reserve", "MOON.moon_dust", "--project", "P2")
    assert refused(*asked)["code"] == "amount_missing"


def test_template_and_exchange(ws: Path, tmp_path: Path) -> None:
    import geopandas

    text = told("assessments", "template", "geological_hazard")["template"]
    assert "{fact: excavation_depth_m, max: 《数值》" in text
    assert "# 单位 m" in text
    unfilled = tmp_path / "t.yaml"
    unfilled.write_text(text, encoding="utf-8")
    assert refused("assessments", "add", unfilled)["code"] == "bad_file"
    assert refused("assessments", "template", "moon")["code"] == "unknown_kind"
    assert run("assessments", "template", "flood_impact").exit_code == 0
    publish(tmp_path, unit_code="U1", approval_items=[{"code": "I087", "effect": "simplified"}])
    told("reserve", "MOON.moon_dust", "--project", "P1", "--amount", "尘量=1")
    out = tmp_path / "x.gpkg"
    assert told("assessments", "export", "--out", out)["assessments"] == 1
    (row,) = geopandas.read_file(out).to_dict("records")
    assert (row["单元编码"], row["事项编码"], row["简化审批的方式"]) == ("U1", "I087", "simplified")
    assert (row["生效日期"], row["截止日期"], row["状态"]) == ("2025-01-01", "2026-12-31", "已公布")
    assert (row["应用区域评估情况"], row["geometry"].area) == ("P1", 1e6)
    assert refused("assessments", "export", "NOBODY", "--out", out)["code"] == "unknown_assessment"


def test_who_loses_when_it_expires(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)  # valid to 2026-12-31
    told("reserve", "MOON.moon_dust", "--project", "P1", "--amount", "尘量=1")
    asked = ("assessments", "expiring", "--as-of", "2026-12-01", "--within")
    (row,) = told(*asked, 30)
    assert (row["days_left"], row["projects"]) == (30, ["P1"])
    inherit(tmp_path, 100, FACTS)  # writes site and facts
    (tmp_path / "p2.yaml").write_text(FACTS.replace("P1", "P2"), encoding="utf-8")
    told("conditions", "freeze", tmp_path / "site.geojson", "--project", tmp_path / "p2.yaml",
         "--as-of", DAY)  # fmt: skip
    assert told(*asked, 30)[0]["projects"] == ["P1", "P2"]
    assert told(*asked, 29) == []
    assert told("assessments", "expiring", "--as-of", "2027-01-01") == []
    assert run(*asked, 30).exit_code == 0


def test_unreadable_assessments_leave_the_report_standing(
    ws: Path, tmp_path: Path, both_stores: str
) -> None:
    publish(tmp_path)
    inherit(tmp_path, 100, FACTS)
    if both_stores == "folder":
        for path in (ws / "documents").iterdir():
            path.write_bytes(b"{}")
    else:
        with reopened(tmp_path).database.writing() as write:
            write.execute("UPDATE files SET data = ? WHERE kind = 'document'", (b"{}",))
    asked = ("check", tmp_path / "site.geojson", "--as-of", DAY, "--out", tmp_path / "out")
    assert run(*asked).exit_code == 0
    report = json.loads((tmp_path / "out" / "1" / "report.json").read_text(encoding="utf-8"))
    assert report["inheritance"] == []
    assert "assessments_unreadable" in [note["code"] for note in report["limits"]]


def test_acts_told_and_listed(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    publish(tmp_path, code="OTHER", extent=box(X + 900, Y, X + 2000, Y + 1000))
    done = told("assessments", "check", "OTHER")
    assert "overlaps_same_kind" in [row["code"] for row in done["remarks"]]
    acknowledged = told(
        "assessments", "acknowledge", "MOON.moon_dust", "--authority", "月水局",
        "--document", "2号", "--date", DAY,
    )  # fmt: skip
    assert acknowledged["acknowledged"] == ["月尘局", "月水局"]
    told("assessments", "record", "MOON.moon_dust", "--type", "landslide", "--date", "2026-05-01")
    decision = inherit(tmp_path, 100, FACTS)
    assert decision["criteria"][9]["evidence"]["events"][0]["type"] == "landslide"
    listed = told("assessments", "list", "--kind", "moon_dust")
    assert [row["code"] for row in listed] == ["MOON.moon_dust", "OTHER"]
    assert told("assessments", "list", "--park", "A") == []
    for args in (["list"], ["show", "OTHER"], ["account", "OTHER"], ["check", "OTHER"]):
        assert run("assessments", *args).exit_code == 0
    assert refused("assessments", "show", "NOBODY")["code"] == "unknown_assessment"
    assert refused("inherit", "SRID=4548;POINT(0 0)")["code"]
    assert refused("inherit", tmp_path / "site.geojson", "--kind", "odd")["code"] == "unknown_kind"
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "pack.yaml").write_text("name: plain\n", encoding="utf-8")
    (plain / "scenarios.yaml").write_text(SCENARIOS, encoding="utf-8")
    assert run("rules", "add", plain).exit_code == 0
    silent = refused("inherit", tmp_path / "site.geojson", "--packs", "plain")
    assert silent["code"] == "no_inheritance"


def test_the_report_holds_the_decisions(ws: Path, tmp_path: Path) -> None:
    publish(tmp_path)
    decision = inherit(tmp_path, 950, FACTS)
    asked = ("check", tmp_path / "site.geojson", "--project", tmp_path / "f.yaml", "--as-of", DAY)
    assert run(*asked, "--out", tmp_path / "out").exit_code == 0
    report = json.loads((tmp_path / "out" / "1" / "report.json").read_text(encoding="utf-8"))
    assert report["inheritance"] == [decision]
    page = (tmp_path / "out" / "1" / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<[^>]*>", "", page)
    for text in (
        "月尘评价",
        "补充评估（限未覆盖部分）",
        "月审〔2025〕1号",
        "范围外 5000.00 m²",
        "少扬尘",
    ):
        assert text in page
    assert "用地在评估范围以外的部分 5000.00 m²：月尘评价：补充评估" in page
